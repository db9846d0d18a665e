/* The queue of diagnostic records: order, numbers, and when it is emptied. */
#include "driver.h"

static SQLINTEGER count_of(SQLSMALLINT type, SQLHANDLE handle)
{
    SQLINTEGER count = -1;
    assert_int_equal(
        SQLGetDiagField(type, handle, 0, SQL_DIAG_NUMBER, &count, SQL_IS_INTEGER, NULL),
        SQL_SUCCESS);
    return count;
}

static void test_the_next_call_empties_the_queue(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    assert_int_equal(count_of(SQL_HANDLE_STMT, driver.stmt), 0);
    (void)driver_execute(&driver, "FAIL");
    assert_int_equal(count_of(SQL_HANDLE_STMT, driver.stmt), 1);
    /* Reading does not. */
    assert_int_equal(count_of(SQL_HANDLE_STMT, driver.stmt), 1);
    driver_query(&driver, "SELECT 1");
    assert_int_equal(count_of(SQL_HANDLE_STMT, driver.stmt), 0);
    driver_close(&driver);
}

static void test_records_stay_with_their_handle(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    (void)driver_execute(&driver, "FAIL");
    assert_int_equal(count_of(SQL_HANDLE_DBC, driver.dbc), 0);
    assert_int_equal(
        SQLSetConnectAttr(driver.dbc, SQL_ATTR_AUTOCOMMIT, sql_number(SQL_AUTOCOMMIT_OFF), 0),
        SQL_SUCCESS_WITH_INFO);
    assert_int_equal(count_of(SQL_HANDLE_DBC, driver.dbc), 1);
    assert_int_equal(count_of(SQL_HANDLE_STMT, driver.stmt), 1);
    driver_close(&driver);
}

static void test_a_rowset_posts_a_record_for_each_cell(void **state)
{
    (void)state;
    enum {
        ROWS = 5
    };
    struct driver driver;
    char text[ROWS][4];
    SQLLEN lens[ROWS];
    driver_open(&driver, "");
    assert_int_equal(SQLSetStmtAttr(driver.stmt, SQL_ATTR_ROW_ARRAY_SIZE, sql_number(ROWS), 0),
                     SQL_SUCCESS);
    assert_int_equal(SQLBindCol(driver.stmt, 3, SQL_C_CHAR, text, sizeof text[0], lens),
                     SQL_SUCCESS);
    driver_query(&driver, "ROWS 5");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS_WITH_INFO);
    assert_int_equal(count_of(SQL_HANDLE_STMT, driver.stmt), ROWS);
    for (SQLSMALLINT i = 1; i <= ROWS; i++) {
        SQLLEN row = 0;
        SQLINTEGER column = 0;
        SQLCHAR sqlstate[6] = "";
        assert_int_equal(
            SQLGetDiagRec(SQL_HANDLE_STMT, driver.stmt, i, sqlstate, NULL, NULL, 0, NULL),
            SQL_SUCCESS);
        assert_string_equal((const char *)sqlstate, "01004");
        assert_int_equal(SQLGetDiagField(SQL_HANDLE_STMT, driver.stmt, i, SQL_DIAG_ROW_NUMBER, &row,
                                         SQL_IS_INTEGER, NULL),
                         SQL_SUCCESS);
        assert_int_equal(row, i);
        assert_int_equal(SQLGetDiagField(SQL_HANDLE_STMT, driver.stmt, i, SQL_DIAG_COLUMN_NUMBER,
                                         &column, SQL_IS_INTEGER, NULL),
                         SQL_SUCCESS);
        assert_int_equal(column, 3);
        assert_int_equal(lens[i - 1], 6);
    }
    driver_close(&driver);
}

static void test_the_queue_is_bounded(void **state)
{
    (void)state;
    enum {
        ROWS = 1000
    };
    struct driver driver;
    static char text[ROWS][4];
    static SQLLEN lens[ROWS];
    static SQLUSMALLINT marks[ROWS];
    driver_open(&driver, "");
    assert_int_equal(SQLSetStmtAttr(driver.stmt, SQL_ATTR_ROW_ARRAY_SIZE, sql_number(ROWS), 0),
                     SQL_SUCCESS);
    assert_int_equal(SQLSetStmtAttr(driver.stmt, SQL_ATTR_ROW_STATUS_PTR, marks, 0), SQL_SUCCESS);
    assert_int_equal(SQLBindCol(driver.stmt, 3, SQL_C_CHAR, text, sizeof text[0], lens),
                     SQL_SUCCESS);
    driver_query(&driver, "ROWS 1000");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS_WITH_INFO);
    assert_int_equal(count_of(SQL_HANDLE_STMT, driver.stmt), 256);
    /* What the queue does not hold, marks and lengths tell. */
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(marks[i], SQL_ROW_SUCCESS_WITH_INFO);
        assert_true(lens[i] >= 6);
    }
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_next_call_empties_the_queue),
        cmocka_unit_test(test_records_stay_with_their_handle),
        cmocka_unit_test(test_a_rowset_posts_a_record_for_each_cell),
        cmocka_unit_test(test_the_queue_is_bounded),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
