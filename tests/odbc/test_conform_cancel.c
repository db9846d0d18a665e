/* Cancelling, time limits, asynchronous execution. */
#include "base/clock.h"
#include "driver.h"

#include <pthread.h>

static void *cancel_soon(void *arg)
{
    dyno_sleep_ns(300 * DYNO_NS_PER_MS);
    SQLHSTMT stmt = arg;
    return SQLCancel(stmt) == SQL_SUCCESS ? NULL : arg;
}

static void *ask_and_cancel(void *arg)
{
    struct driver *driver = arg;
    SQLUINTEGER dead = SQL_CD_TRUE;
    dyno_sleep_ns(200 * DYNO_NS_PER_MS);
    (void)SQLGetConnectAttr(driver->dbc, SQL_ATTR_CONNECTION_DEAD, &dead, 0, NULL);
    (void)SQLCancel(driver->stmt);
    return NULL;
}

static void test_timeout_cancels_and_leaves_the_connection_good(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    assert_int_equal(SQLSetStmtAttr(driver.stmt, SQL_ATTR_QUERY_TIMEOUT, sql_number(1), 0),
                     SQL_SUCCESS);
    int64_t start = dyno_now_ns();
    assert_fails(&driver, driver_execute(&driver, "SLEEP 20000"), "HYT00");
    assert_in_range(dyno_now_ns() - start, 900 * DYNO_NS_PER_MS, 4 * DYNO_NS_PER_S);
    driver_query(&driver, "SELECT 1");
    driver_close(&driver);
}

static void test_cancel_from_another_thread(void **state)
{
    (void)state;
    struct driver driver;
    pthread_t thread;
    void *failed = NULL;
    driver_open(&driver, "");
    int64_t start = dyno_now_ns();
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, driver.stmt), 0);
    assert_fails(&driver, driver_execute(&driver, "SLEEP 20000"), "HY008");
    assert_in_range(dyno_now_ns() - start, 200 * DYNO_NS_PER_MS, 4 * DYNO_NS_PER_S);
    (void)pthread_join(thread, &failed);
    assert_null(failed);
    driver_query(&driver, "SELECT 1");
    driver_close(&driver);
}

static void test_cancel_of_an_idle_statement_does_nothing(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    driver_query(&driver, "ROWS 10");
    assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
    assert_int_equal(SQLCancel(driver.stmt), SQL_SUCCESS);
    assert_int_equal(dyno_fake_hs2_calls(driver.server, DYNO_HS2_CANCEL_OPERATION), 0);
    driver_close(&driver);
}

static void set_async(const struct driver *driver)
{
    assert_int_equal(
        SQLSetStmtAttr(driver->stmt, SQL_ATTR_ASYNC_ENABLE, sql_number(SQL_ASYNC_ENABLE_ON), 0),
        SQL_SUCCESS);
}

static void test_asynchronous_execution_is_asked_again(void **state)
{
    (void)state;
    struct driver driver;
    SQLUINTEGER mode = 0;
    int asked = 0;
    driver_open(&driver, "");
    assert_int_equal(SQLGetInfo(driver.dbc, SQL_ASYNC_MODE, &mode, sizeof mode, NULL), SQL_SUCCESS);
    assert_int_equal(mode, SQL_AM_STATEMENT);
    set_async(&driver);
    SQLRETURN rc = driver_execute(&driver, "SLEEP 100");
    assert_int_equal(rc, SQL_STILL_EXECUTING);
    for (; rc == SQL_STILL_EXECUTING; asked++)
        rc = driver_execute(&driver, "SLEEP 100");
    assert_int_equal(rc, SQL_SUCCESS);
    assert_true(asked > 1);
    assert_int_equal(dyno_fake_hs2_calls(driver.server, DYNO_HS2_EXECUTE_STATEMENT), 1);
    assert_int_equal(SQLFetch(driver.stmt), SQL_NO_DATA);
    driver_close(&driver);
}

static void test_asynchronous_failures_and_limits(void **state)
{
    (void)state;
    struct driver driver;
    SQLRETURN rc = SQL_STILL_EXECUTING;
    driver_open(&driver, "");
    set_async(&driver);
    while (rc == SQL_STILL_EXECUTING)
        rc = driver_execute(&driver, "FAIL");
    assert_fails(&driver, rc, "42S02");
    assert_int_equal(SQLSetStmtAttr(driver.stmt, SQL_ATTR_QUERY_TIMEOUT, sql_number(1), 0),
                     SQL_SUCCESS);
    assert_int_equal(SQLPrepare(driver.stmt, sql_text("SLEEP 20000"), SQL_NTS), SQL_SUCCESS);
    do
        rc = SQLExecute(driver.stmt);
    while (rc == SQL_STILL_EXECUTING);
    assert_fails(&driver, rc, "HYT00");
    driver_close(&driver);
}

static void test_asynchronous_execution_can_be_cancelled_by_its_own_thread(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    set_async(&driver);
    SQLRETURN rc = driver_execute(&driver, "SLEEP 20000");
    assert_int_equal(rc, SQL_STILL_EXECUTING);
    assert_int_equal(SQLCancel(driver.stmt), SQL_SUCCESS);
    while (rc == SQL_STILL_EXECUTING)
        rc = driver_execute(&driver, "SLEEP 20000");
    assert_fails(&driver, rc, "HY008");
    driver_close(&driver);
}

/* One thread, many statements at once: on connections of their own, and on a shared one. */
static void test_one_thread_drives_many_asynchronous_statements(void **state)
{
    (void)state;
    enum {
        MANY = 6
    };
    struct driver driver;
    SQLHSTMT stmts[MANY];
    bool is_done[MANY] = {false};
    int left = MANY;
    driver_open(&driver, "");
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, driver.dbc, &stmts[i]), SQL_SUCCESS);
        assert_int_equal(
            SQLSetStmtAttr(stmts[i], SQL_ATTR_ASYNC_ENABLE, sql_number(SQL_ASYNC_ENABLE_ON), 0),
            SQL_SUCCESS);
    }
    while (left > 0) {
        for (size_t i = 0; i < MANY; i++) {
            SQLRETURN rc =
                is_done[i] ? SQL_SUCCESS : SQLExecDirect(stmts[i], sql_text("SLEEP 30"), SQL_NTS);
            if (rc == SQL_STILL_EXECUTING || is_done[i])
                continue;
            assert_int_equal(rc, SQL_SUCCESS);
            is_done[i] = true;
            left--;
        }
    }
    assert_int_equal(dyno_fake_hs2_calls(driver.server, DYNO_HS2_EXECUTE_STATEMENT), MANY);
    driver_close(&driver);
}

/* Other threads' calls on the connection go on while a statement runs. */
static void test_a_running_statement_holds_up_no_attribute(void **state)
{
    (void)state;
    struct driver driver;
    pthread_t thread;
    char name[64] = "";
    driver_open(&driver, "");
    assert_int_equal(pthread_create(&thread, NULL, ask_and_cancel, &driver), 0);
    assert_fails(&driver, driver_execute(&driver, "SLEEP 20000"), "HY008");
    (void)pthread_join(thread, NULL);
    assert_int_equal(SQLGetInfo(driver.dbc, SQL_DBMS_NAME, name, sizeof name, NULL), SQL_SUCCESS);
    assert_string_equal(name, "Spark SQL");
    driver_close(&driver);
}

static void *sleep_long(void *arg)
{
    struct driver *driver = arg;
    return driver_execute(driver, "SLEEP 20000") == SQL_ERROR ? NULL : arg;
}

/* A statement with a time limit on the driver's connection, which another one is using. */
static SQLHSTMT second_statement(struct driver *driver)
{
    SQLHSTMT second = NULL;
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, driver->dbc, &second), SQL_SUCCESS);
    assert_int_equal(SQLSetStmtAttr(second, SQL_ATTR_QUERY_TIMEOUT, sql_number(1), 0), SQL_SUCCESS);
    return second;
}

static void check_timed_out(SQLHSTMT second)
{
    int64_t start = dyno_now_ns();
    assert_int_equal(SQLExecDirect(second, sql_text("SELECT 1"), SQL_NTS), SQL_ERROR);
    assert_sqlstate(SQL_HANDLE_STMT, second, "HYT00");
    assert_in_range(dyno_now_ns() - start, 900 * DYNO_NS_PER_MS, 4 * DYNO_NS_PER_S);
}

/* Statements of a connection take turns, but none waits longer than it may take itself. */
static void test_a_busy_connection_costs_no_more_than_the_time_limit(void **state)
{
    (void)state;
    struct driver driver;
    pthread_t thread;
    void *failed = NULL;
    driver_open(&driver, "");
    SQLHSTMT second = second_statement(&driver);
    assert_int_equal(pthread_create(&thread, NULL, sleep_long, &driver), 0);
    assert_int_equal(dyno_fake_hs2_await_calls(driver.server, DYNO_HS2_GET_OPERATION_STATUS, 1), 1);
    check_timed_out(second);
    assert_int_equal(SQLCancel(driver.stmt), SQL_SUCCESS);
    (void)pthread_join(thread, &failed);
    assert_null(failed);
    assert_int_equal(SQLExecDirect(second, sql_text("SELECT 1"), SQL_NTS), SQL_SUCCESS);
    driver_close(&driver);
}

/* The same where the server holds the answer about an asynchronous statement. */
static void test_a_held_answer_costs_no_more_than_the_time_limit(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    SQLHSTMT second = second_statement(&driver);
    assert_int_equal(
        SQLSetStmtAttr(driver.stmt, SQL_ATTR_ASYNC_ENABLE, sql_number(SQL_ASYNC_ENABLE_ON), 0),
        SQL_SUCCESS);
    assert_int_equal(driver_execute(&driver, "SLEEP 20000"), SQL_STILL_EXECUTING);
    assert_int_equal(driver_execute(&driver, "SLEEP 20000"), SQL_STILL_EXECUTING);
    check_timed_out(second);
    assert_int_equal(SQLCancel(driver.stmt), SQL_SUCCESS);
    SQLRETURN rc = SQL_STILL_EXECUTING;
    while (rc == SQL_STILL_EXECUTING)
        rc = driver_execute(&driver, "SLEEP 20000");
    assert_fails(&driver, rc, "HY008");
    assert_int_equal(SQLExecDirect(second, sql_text("SELECT 1"), SQL_NTS), SQL_SUCCESS);
    driver_close(&driver);
}

/* While another thread's statement has the connection, an asynchronous one is asked in vain, at once. */
static void test_an_asynchronous_statement_does_not_wait_for_the_connection(void **state)
{
    (void)state;
    struct driver driver;
    pthread_t thread;
    void *failed = NULL;
    driver_open(&driver, "");
    SQLHSTMT second = second_statement(&driver);
    assert_int_equal(
        SQLSetStmtAttr(second, SQL_ATTR_ASYNC_ENABLE, sql_number(SQL_ASYNC_ENABLE_ON), 0),
        SQL_SUCCESS);
    SQLRETURN rc = SQLExecDirect(second, sql_text("SLEEP 20000"), SQL_NTS);
    assert_int_equal(rc, SQL_STILL_EXECUTING);
    assert_int_equal(pthread_create(&thread, NULL, sleep_long, &driver), 0);
    assert_int_equal(dyno_fake_hs2_await_calls(driver.server, DYNO_HS2_GET_OPERATION_STATUS, 1), 1);
    while (rc == SQL_STILL_EXECUTING)
        rc = SQLExecDirect(second, sql_text("SLEEP 20000"), SQL_NTS);
    assert_int_equal(rc, SQL_ERROR);
    assert_sqlstate(SQL_HANDLE_STMT, second, "HYT00");
    assert_int_equal(SQLCancel(driver.stmt), SQL_SUCCESS);
    (void)pthread_join(thread, &failed);
    assert_null(failed);
    assert_int_equal(
        SQLSetStmtAttr(second, SQL_ATTR_ASYNC_ENABLE, sql_number(SQL_ASYNC_ENABLE_OFF), 0),
        SQL_SUCCESS);
    assert_int_equal(SQLExecDirect(second, sql_text("SELECT 1"), SQL_NTS), SQL_SUCCESS);
    driver_close(&driver);
}

/* The same, cancelled before its time is over: the server was told, the connection is still another's. */
static void test_a_cancelled_statement_says_so_on_a_busy_connection(void **state)
{
    (void)state;
    struct driver driver;
    pthread_t thread;
    void *failed = NULL;
    driver_open(&driver, "");
    SQLHSTMT second = second_statement(&driver);
    assert_int_equal(
        SQLSetStmtAttr(second, SQL_ATTR_ASYNC_ENABLE, sql_number(SQL_ASYNC_ENABLE_ON), 0),
        SQL_SUCCESS);
    SQLRETURN rc = SQLExecDirect(second, sql_text("SLEEP 20000"), SQL_NTS);
    assert_int_equal(rc, SQL_STILL_EXECUTING);
    assert_int_equal(pthread_create(&thread, NULL, sleep_long, &driver), 0);
    assert_int_equal(dyno_fake_hs2_await_calls(driver.server, DYNO_HS2_GET_OPERATION_STATUS, 1), 1);
    assert_int_equal(SQLCancel(second), SQL_SUCCESS);
    while (rc == SQL_STILL_EXECUTING)
        rc = SQLExecDirect(second, sql_text("SLEEP 20000"), SQL_NTS);
    assert_int_equal(rc, SQL_ERROR);
    assert_sqlstate(SQL_HANDLE_STMT, second, "HY008");
    assert_int_equal(SQLCancel(driver.stmt), SQL_SUCCESS);
    (void)pthread_join(thread, &failed);
    assert_null(failed);
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeout_cancels_and_leaves_the_connection_good),
        cmocka_unit_test(test_cancel_from_another_thread),
        cmocka_unit_test(test_cancel_of_an_idle_statement_does_nothing),
        cmocka_unit_test(test_asynchronous_execution_is_asked_again),
        cmocka_unit_test(test_asynchronous_failures_and_limits),
        cmocka_unit_test(test_asynchronous_execution_can_be_cancelled_by_its_own_thread),
        cmocka_unit_test(test_one_thread_drives_many_asynchronous_statements),
        cmocka_unit_test(test_a_running_statement_holds_up_no_attribute),
        cmocka_unit_test(test_a_busy_connection_costs_no_more_than_the_time_limit),
        cmocka_unit_test(test_a_held_answer_costs_no_more_than_the_time_limit),
        cmocka_unit_test(test_an_asynchronous_statement_does_not_wait_for_the_connection),
        cmocka_unit_test(test_a_cancelled_statement_says_so_on_a_busy_connection),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
