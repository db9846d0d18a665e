#include "driver.h"

static void set_attr(const struct driver *driver, SQLINTEGER attribute, SQLPOINTER value)
{
    assert_int_equal(SQLSetStmtAttr(driver->stmt, attribute, value, 0), SQL_SUCCESS);
}

static void test_get_data_in_pieces(void **state)
{
    (void)state;
    struct driver driver;
    char text[6] = "";
    SQLWCHAR wide[3] = {0};
    SQLLEN len = 0;
    driver_open(&driver, "");
    driver_query(&driver, "TYPES");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(SQLGetData(driver.stmt, 12, SQL_C_CHAR, text, 6, &len), SQL_SUCCESS_WITH_INFO);
    assert_sqlstate(SQL_HANDLE_STMT, driver.stmt, "01004");
    assert_string_equal(text, "{\"k\":");
    assert_int_equal(len, 7);
    assert_int_equal(SQLGetData(driver.stmt, 12, SQL_C_CHAR, text, 6, &len), SQL_SUCCESS);
    assert_string_equal(text, "1}");
    assert_int_equal(len, 2);
    assert_int_equal(SQLGetData(driver.stmt, 12, SQL_C_CHAR, text, 6, &len), SQL_NO_DATA);
    /* Another column, and back again: from the start. */
    assert_int_equal(SQLGetData(driver.stmt, 8, SQL_C_WCHAR, wide, sizeof wide, &len),
                     SQL_SUCCESS_WITH_INFO);
    assert_int_equal(wide[1], 0xFC);
    assert_int_equal(len, 12);
    assert_int_equal(SQLGetData(driver.stmt, 12, SQL_C_CHAR, text, 6, &len), SQL_SUCCESS_WITH_INFO);
    assert_int_equal(len, 7);
    driver_close(&driver);
}

enum {
    ROWSET = 10,
    TEXT_ROOM = 16
};

/* Columns of "ROWS n": id BIGINT, half DOUBLE, name STRING, note STRING (NULL in every 7th). */
struct arrays {
    SQLBIGINT ids[ROWSET];
    double halves[ROWSET];
    char names[ROWSET][TEXT_ROOM];
    char notes[ROWSET][TEXT_ROOM];
    SQLLEN lens[4][ROWSET];
    SQLUSMALLINT status[ROWSET];
    SQLULEN fetched;
};

static void bind_arrays(const struct driver *driver, struct arrays *arrays)
{
    set_attr(driver, SQL_ATTR_ROW_ARRAY_SIZE, sql_number(ROWSET));
    set_attr(driver, SQL_ATTR_ROWS_FETCHED_PTR, &arrays->fetched);
    set_attr(driver, SQL_ATTR_ROW_STATUS_PTR, arrays->status);
    assert_int_equal(SQLBindCol(driver->stmt, 1, SQL_C_SBIGINT, arrays->ids, 0, arrays->lens[0]),
                     SQL_SUCCESS);
    assert_int_equal(SQLBindCol(driver->stmt, 2, SQL_C_DOUBLE, arrays->halves, 0, arrays->lens[1]),
                     SQL_SUCCESS);
    assert_int_equal(
        SQLBindCol(driver->stmt, 3, SQL_C_CHAR, arrays->names, TEXT_ROOM, arrays->lens[2]),
        SQL_SUCCESS);
    assert_int_equal(
        SQLBindCol(driver->stmt, 4, SQL_C_CHAR, arrays->notes, TEXT_ROOM, arrays->lens[3]),
        SQL_SUCCESS);
}

/* Blocks of 7 rows, rowsets of 10: every rowset but the first begins inside a block. */
static void test_bound_arrays_span_blocks(void **state)
{
    (void)state;
    struct driver driver;
    struct arrays arrays;
    struct driver single;
    driver_open(&driver, "RowsFetchedPerBlock=7");
    single = driver;
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, driver.dbc, &single.stmt), SQL_SUCCESS);
    bind_arrays(&driver, &arrays);
    driver_query(&driver, "ROWS 25");
    driver_query(&single, "ROWS 25");
    size_t nulls = 0;
    for (size_t row = 0; row < 25; row++) {
        size_t at = row % ROWSET;
        if (at == 0) {
            memset(&arrays, 0x55, sizeof arrays);
            assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
            assert_int_equal(arrays.fetched, row == 20 ? 5 : 10);
        }
        assert_int_equal(arrays.status[at], SQL_ROW_SUCCESS);
        char expected[32];
        assert_int_equal(SQLFetch(single.stmt), SQL_SUCCESS);
        (void)snprintf(expected, sizeof expected, "%lld", (long long)arrays.ids[at]);
        assert_string_equal(driver_cell(&single, 1), expected);
        (void)snprintf(expected, sizeof expected, "%g", arrays.halves[at]);
        assert_string_equal(driver_cell(&single, 2), expected);
        assert_string_equal(driver_cell(&single, 3), arrays.names[at]);
        assert_int_equal(arrays.lens[2][at], strlen(arrays.names[at]));
        bool is_null = arrays.lens[3][at] == SQL_NULL_DATA;
        nulls += is_null;
        assert_string_equal(driver_cell(&single, 4), is_null ? "NULL" : arrays.notes[at]);
    }
    assert_int_equal(nulls, 4);
    assert_int_equal(arrays.status[5], SQL_ROW_NOROW);
    assert_int_equal(SQLFetch(driver.stmt), SQL_NO_DATA);
    assert_int_equal(arrays.fetched, 0);
    driver_close(&driver);
}

struct row {
    SQLBIGINT id;
    SQLLEN id_len;
    char name[TEXT_ROOM];
    SQLLEN name_len;
    char note[TEXT_ROOM];
    SQLLEN note_len;
};

static void test_bound_rows_with_offset(void **state)
{
    (void)state;
    struct driver driver;
    struct row rows[2 * ROWSET];
    SQLULEN fetched = 0;
    SQLULEN offset = 0;
    memset(rows, 0x55, sizeof rows);
    driver_open(&driver, "");
    set_attr(&driver, SQL_ATTR_ROW_BIND_TYPE, sql_number(sizeof(struct row)));
    set_attr(&driver, SQL_ATTR_ROW_ARRAY_SIZE, sql_number(ROWSET));
    set_attr(&driver, SQL_ATTR_ROWS_FETCHED_PTR, &fetched);
    set_attr(&driver, SQL_ATTR_ROW_BIND_OFFSET_PTR, &offset);
    (void)SQLBindCol(driver.stmt, 1, SQL_C_SBIGINT, &rows[0].id, 0, &rows[0].id_len);
    (void)SQLBindCol(driver.stmt, 3, SQL_C_CHAR, rows[0].name, TEXT_ROOM, &rows[0].name_len);
    (void)SQLBindCol(driver.stmt, 4, SQL_C_CHAR, rows[0].note, TEXT_ROOM, &rows[0].note_len);
    driver_query(&driver, "ROWS 20");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    offset = ROWSET * sizeof(struct row);
    assert_int_equal(SQLFetchScroll(driver.stmt, SQL_FETCH_NEXT, 0), SQL_SUCCESS);
    size_t nulls = 0;
    for (size_t i = 0; i < 2 * ROWSET; i++) {
        assert_int_equal(rows[i].id, rows[0].id + (SQLBIGINT)i);
        assert_int_equal(rows[i].id_len, sizeof(SQLBIGINT));
        assert_int_equal(rows[i].name_len, strlen(rows[i].name));
        nulls += rows[i].note_len == SQL_NULL_DATA;
    }
    assert_in_range(nulls, 2, 3);
    driver_close(&driver);
}

static void test_cells_that_do_not_fit_mark_their_rows(void **state)
{
    (void)state;
    struct driver driver;
    struct arrays arrays;
    char shorts[ROWSET][3];
    driver_open(&driver, "");
    bind_arrays(&driver, &arrays);
    (void)SQLBindCol(driver.stmt, 3, SQL_C_CHAR, shorts, sizeof shorts[0], arrays.lens[2]);
    driver_query(&driver, "ROWS 10");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS_WITH_INFO);
    assert_sqlstate(SQL_HANDLE_STMT, driver.stmt, "01004");
    assert_int_equal(arrays.status[0], SQL_ROW_SUCCESS_WITH_INFO);
    assert_true(arrays.lens[2][0] > 2);
    assert_int_equal(strlen(shorts[0]), 2);
    /* NULL without an indicator fails its row only. */
    (void)SQLFreeStmt(driver.stmt, SQL_CLOSE);
    (void)SQLFreeStmt(driver.stmt, SQL_UNBIND);
    (void)SQLBindCol(driver.stmt, 4, SQL_C_CHAR, arrays.notes, TEXT_ROOM, NULL);
    driver_query(&driver, "ROWS 10");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS_WITH_INFO);
    assert_sqlstate(SQL_HANDLE_STMT, driver.stmt, "22002");
    size_t errors = 0;
    for (size_t i = 0; i < ROWSET; i++)
        errors += arrays.status[i] == SQL_ROW_ERROR;
    assert_in_range(errors, 1, 2);
    SQLLEN row = 0;
    assert_int_equal(SQLGetDiagField(SQL_HANDLE_STMT, driver.stmt, 1, SQL_DIAG_ROW_NUMBER, &row,
                                     SQL_IS_INTEGER, NULL),
                     SQL_SUCCESS);
    assert_int_equal(arrays.status[row - 1], SQL_ROW_ERROR);
    driver_close(&driver);
}

static void test_wide_and_converted_arrays(void **state)
{
    (void)state;
    struct driver driver;
    SQLWCHAR wide[ROWSET][TEXT_ROOM];
    char texts[ROWSET][TEXT_ROOM];
    SQLINTEGER longs[ROWSET];
    SQLLEN lens[3][ROWSET];
    driver_open(&driver, "");
    set_attr(&driver, SQL_ATTR_ROW_ARRAY_SIZE, sql_number(ROWSET));
    (void)SQLBindCol(driver.stmt, 3, SQL_C_WCHAR, wide, sizeof wide[0], lens[0]);
    (void)SQLBindCol(driver.stmt, 1, SQL_C_CHAR, texts, TEXT_ROOM, lens[1]);
    (void)SQLBindCol(driver.stmt, 2, SQL_C_SLONG, longs, 0, lens[2]);
    driver_query(&driver, "ROWS 10");
    SQLRETURN rc = SQLFetch(driver.stmt);
    assert_int_equal(rc, SQL_SUCCESS_WITH_INFO);
    assert_sqlstate(SQL_HANDLE_STMT, driver.stmt, "01S07");
    for (int i = 0; i < ROWSET; i++) {
        assert_int_equal(lens[1][i], strlen(texts[i]));
        assert_int_equal(longs[i], strtol(texts[i], NULL, 10) / 2);
        assert_true(lens[0][i] > 0 && wide[i][lens[0][i] / 2] == 0);
    }
    driver_close(&driver);
}

static void test_max_rows_and_row_number(void **state)
{
    (void)state;
    struct driver driver;
    SQLULEN number = 0;
    driver_open(&driver, "RowsFetchedPerBlock=3");
    set_attr(&driver, SQL_ATTR_MAX_ROWS, sql_number(4));
    driver_query(&driver, "ROWS 10");
    for (SQLULEN i = 1; i <= 4; i++) {
        assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
        assert_int_equal(SQLGetStmtAttr(driver.stmt, SQL_ATTR_ROW_NUMBER, &number, 0, NULL),
                         SQL_SUCCESS);
        assert_int_equal(number, i);
    }
    assert_int_equal(SQLFetch(driver.stmt), SQL_NO_DATA);
    driver_close(&driver);
}

static size_t fetch_all(const struct driver *driver)
{
    size_t rows = 0;
    while (SQLFetch(driver->stmt) == SQL_SUCCESS)
        assert_int_equal(strtoul(driver_cell(driver, 1), NULL, 10), rows++);
    return rows;
}

/* The block behind the one that is read is asked for early, but not for more rows than are wanted. */
static void test_max_rows_bounds_what_is_asked_for_early(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "RowsFetchedPerBlock=10");
    set_attr(&driver, SQL_ATTR_MAX_ROWS, sql_number(40));
    driver_query(&driver, "ROWS 1000");
    assert_int_equal(fetch_all(&driver), 40);
    assert_int_equal(dyno_fake_hs2_calls(driver.server, DYNO_HS2_FETCH_RESULTS), 4);
    driver_close(&driver);
}

/* Several results at once, each left in the middle of what was asked for. */
static void test_a_cursor_may_be_closed_with_rows_under_way(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "RowsFetchedPerBlock=1000");
    for (int i = 0; i < 20; i++) {
        driver_query(&driver, "ROWS 100000");
        for (int row = 0; row < 1001 + 500 * (i % 4); row++)
            assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
        if (i % 2 == 0)
            assert_int_equal(SQLCloseCursor(driver.stmt), SQL_SUCCESS);
        else
            assert_int_equal(SQLFreeStmt(driver.stmt, SQL_CLOSE), SQL_SUCCESS);
    }
    driver_query(&driver, "ROWS 12345");
    assert_int_equal(fetch_all(&driver), 12345);
    (void)SQLFreeStmt(driver.stmt, SQL_CLOSE);
    driver_query(&driver, "ROWS 100000");
    for (int row = 0; row < 2500; row++)
        assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    /* The connection goes with rows under way. */
    driver_close(&driver);
}

static void test_get_data_needs_a_rowset_of_one(void **state)
{
    (void)state;
    struct driver driver;
    char cell[8];
    driver_open(&driver, "");
    set_attr(&driver, SQL_ATTR_ROW_ARRAY_SIZE, sql_number(2));
    driver_query(&driver, "ROWS 4");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_fails(&driver, SQLGetData(driver.stmt, 1, SQL_C_CHAR, cell, 8, NULL), "HYC00");
    driver_close(&driver);
}

static void test_fetch_from_a_server_that_breaks_off(void **state)
{
    (void)state;
    static const enum dyno_fake_fault faults[] = {
        DYNO_FAKE_FAULT_FETCH_RESET, DYNO_FAKE_FAULT_FETCH_TRUNCATED, DYNO_FAKE_FAULT_FETCH_HUGE,
        DYNO_FAKE_FAULT_FETCH_GARBAGE};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct driver driver;
        driver_init(&driver);
        driver_serve(&driver, &(struct dyno_fake_hs2_options){.fault = faults[i]});
        assert_int_equal(driver_connect(&driver, "ThriftTransport=0;SocketTimeout=3"), SQL_SUCCESS);
        assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, driver.dbc, &driver.stmt), SQL_SUCCESS);
        driver_query(&driver, "ROWS 10");
        assert_int_equal(SQLFetch(driver.stmt), SQL_ERROR);
        SQLUINTEGER dead = 0;
        (void)SQLGetConnectAttr(driver.dbc, SQL_ATTR_CONNECTION_DEAD, &dead, 0, NULL);
        assert_int_equal(dead, SQL_CD_TRUE);
        driver_close(&driver);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get_data_in_pieces),
        cmocka_unit_test(test_bound_arrays_span_blocks),
        cmocka_unit_test(test_bound_rows_with_offset),
        cmocka_unit_test(test_cells_that_do_not_fit_mark_their_rows),
        cmocka_unit_test(test_wide_and_converted_arrays),
        cmocka_unit_test(test_max_rows_and_row_number),
        cmocka_unit_test(test_max_rows_bounds_what_is_asked_for_early),
        cmocka_unit_test(test_a_cursor_may_be_closed_with_rows_under_way),
        cmocka_unit_test(test_get_data_needs_a_rowset_of_one),
        cmocka_unit_test(test_fetch_from_a_server_that_breaks_off),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
