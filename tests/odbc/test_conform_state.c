/* The state machine: what each state refuses, and with what. */
#include "driver.h"

static void test_wrong_states_are_refused(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    SQLSMALLINT count = 0;
    char cell[8];
    assert_fails(&driver, SQLExecute(driver.stmt), "HY010");
    assert_fails(&driver, SQLFetch(driver.stmt), "HY010");
    assert_fails(&driver, SQLNumResultCols(driver.stmt, &count), "HY010");
    assert_fails(&driver, SQLCloseCursor(driver.stmt), "24000");
    driver_query(&driver, "SELECT 1");
    assert_fails(&driver, driver_execute(&driver, "SELECT 1"), "24000");
    assert_fails(&driver, SQLGetData(driver.stmt, 1, SQL_C_CHAR, cell, 8, NULL), "24000");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_fails(&driver, SQLGetData(driver.stmt, 2, SQL_C_CHAR, cell, 8, NULL), "07009");
    assert_fails(&driver, SQLGetData(driver.stmt, 1, 777, cell, 8, NULL), "HY003");
    assert_fails(&driver, SQLGetData(driver.stmt, 1, SQL_C_CHAR, cell, -8, NULL), "HY090");
    assert_fails(&driver, SQLFetchScroll(driver.stmt, SQL_FETCH_PRIOR, 0), "HY106");
    driver_close(&driver);
}

static void test_awaiting_data_refuses_the_rest(void **state)
{
    (void)state;
    struct driver driver;
    SQLLEN at_exec = SQL_DATA_AT_EXEC;
    SQLSMALLINT count = 0;
    driver_open(&driver, "");
    assert_fails(&driver, SQLPutData(driver.stmt, sql_text("x"), 1), "HY010");
    assert_int_equal(SQLBindParameter(driver.stmt, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 0,
                                      0, &at_exec, 0, &at_exec),
                     SQL_SUCCESS);
    assert_int_equal(driver_execute(&driver, "ECHO ?"), SQL_NEED_DATA);
    assert_fails(&driver, SQLFetch(driver.stmt), "HY010");
    assert_fails(&driver, driver_execute(&driver, "SELECT 1"), "HY010");
    assert_fails(&driver, SQLNumResultCols(driver.stmt, &count), "HY010");
    assert_fails(&driver, SQLFreeStmt(driver.stmt, SQL_CLOSE), "HY010");
    assert_int_equal(SQLCancel(driver.stmt), SQL_SUCCESS);
    driver_query(&driver, "SELECT 1");
    driver_close(&driver);
}

static void test_an_open_cursor_refuses_the_next_statement(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    driver_query(&driver, "ROWS 5");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_fails(&driver, driver_execute(&driver, "SELECT 1"), "24000");
    assert_fails(&driver, SQLPrepare(driver.stmt, sql_text("SELECT 1"), SQL_NTS), "24000");
    assert_fails(&driver, SQLTables(driver.stmt, NULL, 0, NULL, 0, NULL, 0, NULL, 0), "24000");
    assert_int_equal(SQLCloseCursor(driver.stmt), SQL_SUCCESS);
    assert_fails(&driver, SQLCloseCursor(driver.stmt), "24000");
    driver_query(&driver, "SELECT 1");
    driver_close(&driver);
}

static void test_more_results_close_the_cursor(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    driver_query(&driver, "ROWS 5");
    assert_int_equal(SQLMoreResults(driver.stmt), SQL_NO_DATA);
    driver_query(&driver, "SELECT 1");
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_states_are_refused),
        cmocka_unit_test(test_awaiting_data_refuses_the_rest),
        cmocka_unit_test(test_an_open_cursor_refuses_the_next_statement),
        cmocka_unit_test(test_more_results_close_the_cursor),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
