/* Buffers that are too short, missing or of a wrong length: nothing is written past their end, and
 * the full length is told. */
#include "driver.h"

#define GUARD 0x5A

static void test_info_texts_are_cut_with_their_length(void **state)
{
    (void)state;
    static const SQLUSMALLINT types[] = {SQL_DRIVER_NAME, SQL_DBMS_NAME, SQL_COLLATION_SEQ};
    struct driver driver;
    driver_open(&driver, "");
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        char full[64] = "";
        SQLSMALLINT full_len = 0;
        assert_int_equal(SQLGetInfo(driver.dbc, types[i], full, sizeof full, &full_len),
                         SQL_SUCCESS);
        assert_int_equal(full_len, strlen(full));
        for (SQLSMALLINT room = 1; room <= full_len + 1; room++) {
            char cut[64];
            SQLSMALLINT len = -1;
            memset(cut, GUARD, sizeof cut);
            SQLRETURN rc = SQLGetInfo(driver.dbc, types[i], cut, room, &len);
            assert_int_equal(rc, room > full_len ? SQL_SUCCESS : SQL_SUCCESS_WITH_INFO);
            assert_int_equal(len, full_len);
            assert_memory_equal(cut, full, (size_t)room - 1);
            assert_int_equal(cut[room - 1], '\0');
            assert_int_equal(cut[room], GUARD);
        }
        assert_int_equal(SQLGetInfo(driver.dbc, types[i], NULL, 0, &full_len), SQL_SUCCESS);
    }
    driver_close(&driver);
}

static void test_wide_texts_are_cut_at_whole_units(void **state)
{
    (void)state;
    struct driver driver;
    SQLWCHAR cut[64];
    SQLSMALLINT len = 0;
    driver_open(&driver, "");
    memset(cut, GUARD, sizeof cut);
    /* SQLGetInfoW counts bytes: 9 of them hold four units and an end. */
    assert_int_equal(SQLGetInfoW(driver.dbc, SQL_DBMS_NAME, cut, 10, &len), SQL_SUCCESS_WITH_INFO);
    assert_int_equal(len, 18);
    assert_int_equal(cut[3], 'r');
    assert_int_equal(cut[4], 0);
    assert_int_equal(cut[5], GUARD << 8 | GUARD);
    driver_close(&driver);
}

static void test_column_names_are_cut(void **state)
{
    (void)state;
    struct driver driver;
    SQLCHAR name[4];
    SQLSMALLINT len = 0;
    memset(name, GUARD, sizeof name);
    driver_open(&driver, "");
    driver_query(&driver, "ROWS 1");
    assert_int_equal(SQLDescribeCol(driver.stmt, 3, name, 3, &len, NULL, NULL, NULL, NULL),
                     SQL_SUCCESS_WITH_INFO);
    assert_sqlstate(SQL_HANDLE_STMT, driver.stmt, "01004");
    assert_string_equal((const char *)name, "na");
    assert_int_equal(name[3], GUARD);
    assert_int_equal(len, 4);
    assert_int_equal(SQLColAttribute(driver.stmt, 3, SQL_DESC_NAME, name, 3, &len, NULL),
                     SQL_SUCCESS_WITH_INFO);
    assert_int_equal(len, 4);
    driver_close(&driver);
}

static void test_cells_are_cut_with_their_length(void **state)
{
    (void)state;
    struct driver driver;
    for (SQLLEN room = 1; room <= 7; room++) {
        char cut[16];
        SQLLEN len = 0;
        memset(cut, GUARD, sizeof cut);
        driver_open(&driver, "");
        driver_query(&driver, "CELL STRING abcdef");
        assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
        SQLRETURN rc = SQLGetData(driver.stmt, 1, SQL_C_CHAR, cut, room, &len);
        assert_int_equal(rc, room > 6 ? SQL_SUCCESS : SQL_SUCCESS_WITH_INFO);
        assert_int_equal(len, 6);
        assert_int_equal(strlen(cut), room - 1);
        assert_int_equal(cut[room], GUARD);
        driver_close(&driver);
    }
}

static void test_a_number_that_would_be_another_is_not_cut(void **state)
{
    (void)state;
    struct driver driver;
    char cut[4];
    SQLLEN len = 0;
    driver_open(&driver, "");
    driver_query(&driver, "CELL INT 12345");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_fails(&driver, SQLGetData(driver.stmt, 1, SQL_C_CHAR, cut, sizeof cut, &len), "22003");
    driver_close(&driver);
}

static void test_wrong_lengths_are_refused(void **state)
{
    (void)state;
    struct driver driver;
    char text[8];
    SQLLEN len = 0;
    driver_open(&driver, "");
    assert_fails(&driver, SQLExecDirect(driver.stmt, sql_text("SELECT 1"), -7), "HY090");
    assert_fails(&driver, SQLPrepare(driver.stmt, sql_text("SELECT 1"), -7), "HY090");
    assert_fails(&driver, SQLPrepare(driver.stmt, NULL, SQL_NTS), "HY009");
    assert_fails(&driver, SQLBindCol(driver.stmt, 1, SQL_C_CHAR, text, -1, &len), "HY090");
    driver_query(&driver, "SELECT 1");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_fails(&driver, SQLGetData(driver.stmt, 1, SQL_C_CHAR, text, -1, &len), "HY090");
    assert_fails(&driver, SQLGetData(driver.stmt, 1, SQL_C_CHAR, NULL, 8, &len), "HY009");
    driver_close(&driver);
}

static void test_counted_texts_end_where_they_are_said_to(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    assert_int_equal(SQLExecDirect(driver.stmt, sql_text("ECHO abcdef"), 8), SQL_SUCCESS);
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_string_equal(driver_cell(&driver, 1), "abc");
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_info_texts_are_cut_with_their_length),
        cmocka_unit_test(test_wide_texts_are_cut_at_whole_units),
        cmocka_unit_test(test_column_names_are_cut),
        cmocka_unit_test(test_cells_are_cut_with_their_length),
        cmocka_unit_test(test_a_number_that_would_be_another_is_not_cut),
        cmocka_unit_test(test_wrong_lengths_are_refused),
        cmocka_unit_test(test_counted_texts_end_where_they_are_said_to),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
