#include "base/clock.h"
#include "driver.h"

#include <pthread.h>

static void test_statement_runs_prepared_and_direct(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    SQLSMALLINT count = -1;
    SQLLEN rows = 0;
    assert_int_equal(SQLPrepare(driver.stmt, sql_text("SELECT 1"), SQL_NTS), SQL_SUCCESS);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(SQLExecute(driver.stmt), SQL_SUCCESS);
        assert_int_equal(SQLNumResultCols(driver.stmt, &count), SQL_SUCCESS);
        assert_int_equal(count, 1);
        assert_int_equal(SQLRowCount(driver.stmt, &rows), SQL_SUCCESS);
        assert_int_equal(rows, -1);
        assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
        assert_string_equal(driver_cell(&driver, 1), "1");
        assert_int_equal(SQLFetch(driver.stmt), SQL_NO_DATA);
        assert_int_equal(SQLMoreResults(driver.stmt), SQL_NO_DATA);
    }
    driver_query(&driver, "SELECT 1");
    assert_int_equal(SQLCloseCursor(driver.stmt), SQL_SUCCESS);
    driver_close(&driver);
}

static void test_zero_columns_are_a_result(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    SQLSMALLINT count = -1;
    SQLLEN rows = 0;
    driver_query(&driver, "ZERO");
    assert_int_equal(SQLNumResultCols(driver.stmt, &count), SQL_SUCCESS);
    assert_int_equal(count, 0);
    assert_int_equal(SQLRowCount(driver.stmt, &rows), SQL_SUCCESS);
    assert_int_equal(rows, -1);
    assert_fails(&driver, SQLFetch(driver.stmt), "24000");
    assert_int_equal(SQLMoreResults(driver.stmt), SQL_NO_DATA);
    driver_query(&driver, "ZERO");
    driver_query(&driver, "SELECT 1");
    assert_int_equal(dyno_fake_hs2_await_calls(driver.server, DYNO_HS2_CLOSE_OPERATION, 2), 2);
    driver_close(&driver);
}

static void test_statement_attributes(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "");
    SQLULEN number = 0;
    SQLHDESC desc = NULL;
    assert_int_equal(SQLSetStmtAttr(driver.stmt, SQL_ATTR_QUERY_TIMEOUT, sql_number(5), 0),
                     SQL_SUCCESS);
    assert_int_equal(SQLGetStmtAttr(driver.stmt, SQL_ATTR_QUERY_TIMEOUT, &number, 0, NULL),
                     SQL_SUCCESS);
    assert_int_equal(number, 5);
    assert_int_equal(
        SQLSetStmtAttr(driver.stmt, SQL_ATTR_CURSOR_TYPE, sql_number(SQL_CURSOR_STATIC), 0),
        SQL_SUCCESS_WITH_INFO);
    assert_sqlstate(SQL_HANDLE_STMT, driver.stmt, "01S02");
    assert_int_equal(SQLGetStmtAttr(driver.stmt, SQL_ATTR_CURSOR_TYPE, &number, 0, NULL),
                     SQL_SUCCESS);
    assert_int_equal(number, SQL_CURSOR_FORWARD_ONLY);
    assert_fails(&driver, SQLSetStmtAttr(driver.stmt, SQL_ATTR_METADATA_ID, sql_number(2), 0),
                 "HY024");
    assert_fails(&driver, SQLSetStmtAttr(driver.stmt, SQL_ATTR_ROW_ARRAY_SIZE, sql_number(0), 0),
                 "HY024");
    assert_int_equal(SQLGetStmtAttr(driver.stmt, SQL_ATTR_APP_ROW_DESC, (SQLPOINTER)&desc, 0, NULL),
                     SQL_SUCCESS);
    assert_non_null(desc);
    driver_close(&driver);
}

/* Two statements in turn share the session; the first keeps its cursor. */
static void test_statements_share_a_connection(void **state)
{
    (void)state;
    struct driver driver;
    driver_open(&driver, "RowsFetchedPerBlock=5");
    struct driver other = driver;
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, driver.dbc, &other.stmt), SQL_SUCCESS);
    driver_query(&driver, "ROWS 12");
    for (int i = 0; i < 12; i++) {
        assert_int_equal(SQLFetch(driver.stmt), SQL_SUCCESS);
        driver_query(&other, "SELECT 1");
        assert_int_equal(SQLFetch(other.stmt), SQL_SUCCESS);
        assert_int_equal(SQLFreeStmt(other.stmt, SQL_CLOSE), SQL_SUCCESS);
    }
    assert_int_equal(SQLFetch(driver.stmt), SQL_NO_DATA);
    /* The other statement is freed by disconnecting. */
    driver_close(&driver);
}

enum {
    THREADS = 8,
    ROUNDS = 10
};

struct worker {
    pthread_t thread;
    SQLHENV env;
    const char *text;
    int good;
};

static void *work(void *arg)
{
    struct worker *worker = arg;
    SQLHDBC dbc = NULL;
    SQLHSTMT stmt = NULL;
    for (int i = 0; i < ROUNDS; i++) {
        bool is_good = SQLAllocHandle(SQL_HANDLE_DBC, worker->env, &dbc) == SQL_SUCCESS &&
                       SQLDriverConnect(dbc, NULL, sql_text(worker->text), SQL_NTS, NULL, 0, NULL,
                                        SQL_DRIVER_NOPROMPT) == SQL_SUCCESS &&
                       SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt) == SQL_SUCCESS &&
                       SQLExecDirect(stmt, sql_text("ROWS 100"), SQL_NTS) == SQL_SUCCESS;
        int rows = 0;
        while (is_good && SQLFetch(stmt) == SQL_SUCCESS)
            rows++;
        worker->good += is_good && rows == 100;
        (void)SQLFreeHandle(SQL_HANDLE_STMT, stmt);
        (void)SQLDisconnect(dbc);
        (void)SQLFreeHandle(SQL_HANDLE_DBC, dbc);
    }
    return NULL;
}

static void test_threads_with_connections_of_their_own(void **state)
{
    (void)state;
    struct driver driver;
    struct worker workers[THREADS];
    char text[512];
    driver_open(&driver, "");
    (void)snprintf(text, sizeof text, "Driver=%s;Host=127.0.0.1;Port=%u;AuthMech=0",
                   DYNO_TEST_DRIVER, (unsigned)dyno_fake_hs2_port(driver.server));
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.env = driver.env, .text = text};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(workers[i].thread, NULL);
        assert_int_equal(workers[i].good, ROUNDS);
    }
    driver_close(&driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statement_runs_prepared_and_direct),
        cmocka_unit_test(test_zero_columns_are_a_result),
        cmocka_unit_test(test_statement_attributes),
        cmocka_unit_test(test_statements_share_a_connection),
        cmocka_unit_test(test_threads_with_connections_of_their_own),
    };
    driver_isolate("");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    driver_end_isolation();
    return failed;
}
