/* Failures of the server and the SQLSTATEs that ODBC has for them. */
#include "driver.h"

static void test_statement_errors_have_odbcs_states(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    assert_fails(&driver, driver_execute(&driver, "SELECT * FROM FAIL"), "42S02");
    SQLCHAR text[512] = "";
    SQLSMALLINT len = 0;
    SQLINTEGER native = 0;
    assert_int_equal(
        SQLGetDiagRec(SQL_HANDLE_STMT, driver.stmt, 1, NULL, &native, text, sizeof text, &len),
        SQL_SUCCESS);
    assert_non_null(strstr((const char *)text, "[sparkdyno][Spark ODBC] "));
    assert_non_null(strstr((const char *)text, "42P01"));
    assert_int_equal(len, strlen((const char *)text));
    assert_int_equal(
        SQLGetDiagRec(SQL_HANDLE_STMT, driver.stmt, 2, NULL, &native, text, sizeof text, &len),
        SQL_NO_DATA);
    /* The statement is as good as before. */
    driver_query(&driver, "SELECT 1");
    assert_int_equal(SQLFreeStmt(driver.stmt, SQL_CLOSE), SQL_SUCCESS);
    assert_fails(&driver, driver_execute(&driver, "SET spark.sql.warehouse.dir=/x"), "HY000");
    driver_close(&driver);
}

static void test_raw_sqlstate_passes_through(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "RawSqlState=1");
    assert_fails(&driver, driver_execute(&driver, "SELECT * FROM FAIL"), "42P01");
    driver_close(&driver);
}

static void test_faults_of_the_link_are_08S01(void **state)
{
    (void)state;
    static const enum dyno_fake_fault faults[] = {DYNO_FAKE_FAULT_FETCH_RESET,
                                                  DYNO_FAKE_FAULT_FETCH_TRUNCATED,
                                                  DYNO_FAKE_FAULT_FETCH_GARBAGE};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct driver driver;
        SQLUINTEGER dead = SQL_CD_FALSE;
        driver_init(&driver);
        driver_serve(&driver, &(struct dyno_fake_hs2_options){.fault = faults[i]});
        assert_int_equal(driver_connect(&driver, "ThriftTransport=0"), SQL_SUCCESS);
        assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, driver.dbc, &driver.stmt), SQL_SUCCESS);
        driver_query(&driver, "ROWS 10");
        assert_fails(&driver, SQLFetch(driver.stmt), "08S01");
        assert_int_equal(SQLGetConnectAttr(driver.dbc, SQL_ATTR_CONNECTION_DEAD, &dead, 0, NULL),
                         SQL_SUCCESS);
        assert_int_equal(dead, SQL_CD_TRUE);
        driver_close(&driver);
    }
}

static void test_a_server_that_does_not_answer_costs_its_deadline(void **state)
{
    (void)state;
    struct driver driver;
    driver_init(&driver);
    driver_serve(&driver, &(struct dyno_fake_hs2_options){.fault = DYNO_FAKE_FAULT_SILENT_EXECUTE});
    assert_int_equal(driver_connect(&driver, "ThriftTransport=0;SocketTimeout=1"), SQL_SUCCESS);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, driver.dbc, &driver.stmt), SQL_SUCCESS);
    assert_int_equal(driver_execute(&driver, "SELECT 1"), SQL_ERROR);
    SQLCHAR sqlstate[6] = "";
    assert_int_equal(SQLGetDiagRec(SQL_HANDLE_STMT, driver.stmt, 1, sqlstate, NULL, NULL, 0, NULL),
                     SQL_SUCCESS);
    assert_memory_equal(sqlstate, "HYT0", 4);
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statement_errors_have_odbcs_states),
        cmocka_unit_test(test_raw_sqlstate_passes_through),
        cmocka_unit_test(test_faults_of_the_link_are_08S01),
        cmocka_unit_test(test_a_server_that_does_not_answer_costs_its_deadline),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
