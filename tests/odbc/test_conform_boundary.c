/* The edges: no rows, no bytes, very long texts, very large rowsets, column numbers out of range. */
#include "driver.h"

static void test_no_rows(void **state)
{
    (void)state;
    struct driver driver;
    SQLULEN fetched = 99;
    driver_open(&driver, "");
    assert_int_equal(SQLSetStmtAttr(driver.stmt, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0),
                     SQL_SUCCESS);
    driver_query(&driver, "ROWS 0");
    assert_int_equal(SQLFetch(driver.stmt), SQL_NO_DATA);
    assert_int_equal(fetched, 0);
    assert_int_equal(SQLFetch(driver.stmt), SQL_NO_DATA);
    driver_close(&driver);
}

static void test_an_empty_text_is_no_null(void **state)
{
    (void)state;
    struct driver driver;
    char text[4] = "xyz";
    SQLLEN len = -9;
    driver_open(&driver, "");
    driver_query(&driver, "CELL STRING ");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(SQLGetData(driver.stmt, 1, SQL_C_CHAR, text, sizeof text, &len), SQL_SUCCESS);
    assert_int_equal(len, 0);
    assert_string_equal(text, "");
    assert_int_equal(SQLGetData(driver.stmt, 1, SQL_C_CHAR, text, sizeof text, &len), SQL_NO_DATA);
    driver_close(&driver);
}

/* 10 MB through a buffer of 64 KiB: every piece says how much is left, and no byte is lost. */
static void test_a_very_long_text_in_pieces(void **state)
{
    (void)state;
    enum {
        LONG_BYTES = 10000000,
        PIECE_BYTES = 65536
    };
    struct driver driver;
    static char piece[PIECE_BYTES];
    size_t read = 0;
    SQLLEN left = 0;
    driver_open(&driver, "");
    driver_query(&driver, "BIG 10000000");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    for (;;) {
        SQLRETURN rc = SQLGetData(driver.stmt, 1, SQL_C_CHAR, piece, sizeof piece, &left);
        if (rc == SQL_NO_DATA)
            break;
        assert_true(SQL_SUCCEEDED(rc));
        assert_int_equal(left, LONG_BYTES - (SQLLEN)read);
        size_t len = strlen(piece);
        assert_int_equal(piece[0], 'a' + (char)(read % 26));
        assert_int_equal(piece[len - 1], 'a' + (char)((read + len - 1) % 26));
        read += len;
    }
    assert_int_equal(read, LONG_BYTES);
    driver_close(&driver);
}

static void test_a_rowset_larger_than_the_result(void **state)
{
    (void)state;
    enum {
        ROWS = 50000
    };
    struct driver driver;
    SQLBIGINT *ids = calloc(ROWS, sizeof *ids);
    SQLULEN fetched = 0;
    assert_non_null(ids);
    driver_open(&driver, "RowsFetchedPerBlock=999");
    assert_int_equal(SQLSetStmtAttr(driver.stmt, SQL_ATTR_ROW_ARRAY_SIZE, sql_number(ROWS), 0),
                     SQL_SUCCESS);
    assert_int_equal(SQLSetStmtAttr(driver.stmt, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0),
                     SQL_SUCCESS);
    assert_int_equal(SQLBindCol(driver.stmt, 1, SQL_C_SBIGINT, ids, 0, NULL), SQL_SUCCESS);
    driver_query(&driver, "ROWS 20001");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(fetched, 20001);
    for (SQLBIGINT i = 0; i < 20001; i++)
        assert_int_equal(ids[i], i);
    assert_int_equal(SQLFetch(driver.stmt), SQL_NO_DATA);
    free(ids);
    driver_close(&driver);
}

static void test_columns_out_of_range(void **state)
{
    (void)state;
    struct driver driver;
    char text[8];
    SQLLEN len = 0;
    driver_open(&driver, "");
    assert_fails(&driver, SQLBindCol(driver.stmt, 65535, SQL_C_CHAR, text, 8, &len), "07009");
    driver_query(&driver, "SELECT 1");
    assert_fails(&driver, SQLBindCol(driver.stmt, 2, SQL_C_CHAR, text, 8, &len), "07009");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_fails(&driver, SQLGetData(driver.stmt, 2, SQL_C_CHAR, text, 8, &len), "07009");
    driver_close(&driver);
}

/* Columns that are bound but that the result does not have are left alone. */
static void test_bindings_beyond_the_result(void **state)
{
    (void)state;
    struct driver driver;
    SQLBIGINT values[2] = {-1, -1};
    driver_open(&driver, "");
    assert_int_equal(SQLBindCol(driver.stmt, 1, SQL_C_SBIGINT, &values[0], 0, NULL), SQL_SUCCESS);
    assert_int_equal(SQLBindCol(driver.stmt, 7, SQL_C_SBIGINT, &values[1], 0, NULL), SQL_SUCCESS);
    driver_query(&driver, "SELECT 1");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(values[0], 1);
    assert_int_equal(values[1], -1);
    driver_close(&driver);
}

static void test_many_statements_on_one_connection(void **state)
{
    (void)state;
    enum {
        MANY = 200
    };
    struct driver driver;
    SQLHSTMT stmts[MANY];
    driver_open(&driver, "");
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, driver.dbc, &stmts[i]), SQL_SUCCESS);
        assert_int_equal(SQLExecDirect(stmts[i], sql_text("ROWS 3"), SQL_NTS), SQL_SUCCESS);
    }
    for (size_t i = 0; i < MANY; i += 2)
        assert_int_equal(SQLFreeHandle(SQL_HANDLE_STMT, stmts[i]), SQL_SUCCESS);
    for (size_t i = 1; i < MANY; i += 2)
        assert_int_equal(SQLFetch(stmts[i]), SQL_SUCCESS);
    /* The rest goes with the connection. */
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_an_empty_text_is_no_null),
        cmocka_unit_test(test_a_very_long_text_in_pieces),
        cmocka_unit_test(test_a_rowset_larger_than_the_result),
        cmocka_unit_test(test_columns_out_of_range),
        cmocka_unit_test(test_bindings_beyond_the_result),
        cmocka_unit_test(test_many_statements_on_one_connection),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
