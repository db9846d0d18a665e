/* The driver's own entry points, without a driver manager before them to catch wrong calls: what goes
 * beyond the table of test_entry_point.c. */
#include "base/clock.h"
#include "direct.h"

#include <pthread.h>
#include <stdatomic.h>

static void test_handles_go_in_order(void **state)
{
    (void)state;
    struct direct direct;
    SQLHANDLE out = NULL;
    direct_open(&direct);
    assert_int_equal(SQLFreeHandle(SQL_HANDLE_ENV, direct.env), SQL_ERROR);
    assert_state(SQL_HANDLE_ENV, direct.env, "HY010");
    assert_int_equal(SQLFreeHandle(SQL_HANDLE_DBC, direct.dbc), SQL_ERROR);
    assert_state(SQL_HANDLE_DBC, direct.dbc, "HY010");
    assert_int_equal(direct_connect(&direct, ""), SQL_ERROR);
    assert_state(SQL_HANDLE_DBC, direct.dbc, "08002");
    /* Disconnecting frees the statements. */
    assert_int_equal(SQLDisconnect(direct.dbc), SQL_SUCCESS);
    direct.stmt = NULL;
    assert_int_equal(SQLDisconnect(direct.dbc), SQL_ERROR);
    assert_state(SQL_HANDLE_DBC, direct.dbc, "08003");
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, direct.dbc, &out), SQL_ERROR);
    assert_state(SQL_HANDLE_DBC, direct.dbc, "08003");
    direct_close(&direct);
}

static void test_wrong_states_and_arguments(void **state)
{
    (void)state;
    struct direct direct;
    SQLLEN len = 0;
    SQLSMALLINT small = 0;
    char cell[8];
    direct_open(&direct);
    assert_int_equal(SQLExecute(direct.stmt), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, direct.stmt, "HY010");
    assert_int_equal(SQLFetch(direct.stmt), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, direct.stmt, "HY010");
    assert_int_equal(SQLRowCount(direct.stmt, &len), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, direct.stmt, "HY010");
    assert_int_equal(SQLExecDirect(direct.stmt, NULL, SQL_NTS), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, direct.stmt, "HY009");
    assert_int_equal(SQLExecDirect(direct.stmt, sql_text("x"), -5), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, direct.stmt, "HY090");
    assert_int_equal(SQLBindCol(direct.stmt, 0, SQL_C_CHAR, cell, 8, NULL), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, direct.stmt, "07009");
    assert_int_equal(SQLBindCol(direct.stmt, 1, 1234, cell, 8, NULL), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, direct.stmt, "HY003");
    assert_int_equal(SQLPrepare(direct.stmt, sql_text("ZERO"), SQL_NTS), SQL_SUCCESS);
    assert_int_equal(SQLNumResultCols(direct.stmt, &small), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, direct.stmt, "HYC00");
    assert_int_equal(SQLExecute(direct.stmt), SQL_SUCCESS);
    assert_int_equal(SQLFetch(direct.stmt), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, direct.stmt, "24000");
    assert_int_equal(SQLDescribeCol(direct.stmt, 1, NULL, 0, NULL, NULL, NULL, NULL, NULL),
                     SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, direct.stmt, "07005");
    assert_int_equal(SQLExecute(direct.stmt), SQL_SUCCESS);
    assert_int_equal(SQLExecDirect(direct.stmt, sql_text("SELECT 1"), SQL_NTS), SQL_SUCCESS);
    assert_int_equal(SQLPrepare(direct.stmt, sql_text("SELECT 1"), SQL_NTS), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, direct.stmt, "24000");
    assert_int_equal(SQLGetTypeInfo(direct.stmt, SQL_ALL_TYPES), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, direct.stmt, "24000");
    direct_close(&direct);
}

static void test_a_statement_that_waits_may_be_cancelled_or_freed(void **state)
{
    (void)state;
    struct direct direct;
    SQLLEN at_exec = SQL_DATA_AT_EXEC;
    SQLRETURN rc = SQL_STILL_EXECUTING;
    direct_open(&direct);
    assert_int_equal(SQLBindParameter(direct.stmt, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 0,
                                      0, &at_exec, 0, &at_exec),
                     SQL_SUCCESS);
    assert_int_equal(SQLExecDirect(direct.stmt, sql_text("ECHO ?"), SQL_NTS), SQL_NEED_DATA);
    assert_int_equal(SQLCancelHandle(SQL_HANDLE_STMT, direct.stmt), SQL_SUCCESS);
    assert_int_equal(
        SQLSetStmtAttr(direct.stmt, SQL_ATTR_ASYNC_ENABLE, (SQLPOINTER)(uintptr_t)1, 0),
        SQL_SUCCESS);
    assert_int_equal(SQLExecDirect(direct.stmt, sql_text("SLEEP 20000"), SQL_NTS),
                     SQL_STILL_EXECUTING);
    assert_int_equal(SQLCancel(direct.stmt), SQL_SUCCESS);
    while (rc == SQL_STILL_EXECUTING)
        rc = SQLExecDirect(direct.stmt, sql_text("SLEEP 20000"), SQL_NTS);
    assert_int_equal(rc, SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, direct.stmt, "HY008");
    /* Freed while it runs. */
    assert_int_equal(SQLExecDirect(direct.stmt, sql_text("SLEEP 20000"), SQL_NTS),
                     SQL_STILL_EXECUTING);
    direct_close(&direct);
}

/* With a cursor that is open, unread: S5, in which the driver manager lets some calls through. */
static void test_an_open_cursor_takes_no_statement(void **state)
{
    (void)state;
    struct direct direct;
    direct_open(&direct);
    for (int fetched = 0; fetched < 2; fetched++) {
        assert_int_equal(SQLPrepare(direct.stmt, sql_text("ROWS 3"), SQL_NTS), SQL_SUCCESS);
        assert_int_equal(SQLExecute(direct.stmt), SQL_SUCCESS);
        if (fetched == 1)
            assert_int_equal(SQLFetch(direct.stmt), SQL_SUCCESS);
        const SQLRETURN got[] = {
            SQLExecute(direct.stmt),
            SQLExecDirect(direct.stmt, sql_text("SELECT 1"), SQL_NTS),
            SQLPrepare(direct.stmt, sql_text("SELECT 1"), SQL_NTS),
            SQLGetTypeInfo(direct.stmt, SQL_ALL_TYPES),
            SQLTables(direct.stmt, NULL, 0, NULL, 0, NULL, 0, NULL, 0),
            SQLProcedureColumns(direct.stmt, NULL, 0, NULL, 0, NULL, 0, NULL, 0),
            SQLSetCursorName(direct.stmt, sql_text("c"), SQL_NTS),
        };
        for (size_t i = 0; i < sizeof got / sizeof got[0]; i++)
            assert_int_equal(got[i], SQL_ERROR);
        assert_state(SQL_HANDLE_STMT, direct.stmt, "24000");
        assert_int_equal(SQLCloseCursor(direct.stmt), SQL_SUCCESS);
    }
    direct_close(&direct);
}

struct cancel_at {
    SQLHSTMT stmt;
    int64_t after_ns;
};

static void *cancel_at(void *arg)
{
    const struct cancel_at *at = arg;
    dyno_sleep_ns(at->after_ns);
    (void)SQLCancel(at->stmt);
    return NULL;
}

/* Cancelled by two threads at all sorts of moments: it ends one way or the other. Without a driver
 * manager, whose own records of one statement are not made for two threads. */
static void test_cancel_at_every_moment(void **state)
{
    (void)state;
    struct direct direct;
    direct_open(&direct);
    for (int i = 0; i < 30; i++) {
        pthread_t threads[2];
        struct cancel_at at = {.stmt = direct.stmt, .after_ns = i * DYNO_NS_PER_MS / 5};
        for (size_t j = 0; j < 2; j++)
            assert_int_equal(pthread_create(&threads[j], NULL, cancel_at, &at), 0);
        SQLRETURN rc = SQLExecDirect(direct.stmt, sql_text("SLEEP 10"), SQL_NTS);
        if (rc == SQL_SUCCESS)
            rc = SQLFetch(direct.stmt);
        if (rc != SQL_NO_DATA)
            assert_state(SQL_HANDLE_STMT, direct.stmt, "HY008");
        for (size_t j = 0; j < 2; j++)
            (void)pthread_join(threads[j], NULL);
        assert_int_equal(SQLFreeStmt(direct.stmt, SQL_CLOSE), SQL_SUCCESS);
    }
    assert_int_equal(SQLExecDirect(direct.stmt, sql_text("SELECT 1"), SQL_NTS), SQL_SUCCESS);
    direct_close(&direct);
}

struct storm {
    SQLHSTMT stmt;
    atomic_bool is_over;
    int failed;
};

static void *cancel_on_and_on(void *arg)
{
    struct storm *storm = arg;
    while (!atomic_load(&storm->is_over)) {
        storm->failed += SQLCancel(storm->stmt) != SQL_SUCCESS;
        dyno_sleep_ns(DYNO_NS_PER_MS);
    }
    return NULL;
}

/* A result that is ready is not ended by it (nor is Spark's): its rows come whole, those that were asked
 * for early among them. */
static void test_cancel_while_rows_are_under_way(void **state)
{
    (void)state;
    struct direct direct;
    pthread_t thread;
    static SQLBIGINT ids[100];
    SQLBIGINT rows = 0;
    direct_open(&direct);
    struct storm storm = {.stmt = direct.stmt};
    SQLULEN size = sizeof ids / sizeof ids[0];
    (void)SQLSetStmtAttr(direct.stmt, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)(uintptr_t)size, 0);
    (void)SQLBindCol(direct.stmt, 1, SQL_C_SBIGINT, ids, 0, NULL);
    assert_int_equal(SQLExecDirect(direct.stmt, sql_text("ROWS 300000"), SQL_NTS), SQL_SUCCESS);
    assert_int_equal(pthread_create(&thread, NULL, cancel_on_and_on, &storm), 0);
    SQLRETURN rc = SQL_SUCCESS;
    while ((rc = SQLFetch(direct.stmt)) == SQL_SUCCESS)
        for (SQLULEN i = 0; i < size; i++)
            rows += ids[i] == rows;
    atomic_store(&storm.is_over, true);
    (void)pthread_join(thread, NULL);
    assert_int_equal(rc, SQL_NO_DATA);
    assert_int_equal(rows, 300000);
    assert_int_equal(storm.failed, 0);
    assert_int_equal(SQLFreeStmt(direct.stmt, SQL_CLOSE), SQL_SUCCESS);
    assert_int_equal(SQLExecDirect(direct.stmt, sql_text("SELECT 1"), SQL_NTS), SQL_SUCCESS);
    direct_close(&direct);
}

static void test_cursor_names(void **state)
{
    (void)state;
    struct direct direct;
    SQLHSTMT other = NULL;
    SQLCHAR name[64] = "";
    SQLSMALLINT len = 0;
    direct_open(&direct);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, direct.dbc, &other), SQL_SUCCESS);
    assert_int_equal(SQLGetCursorName(direct.stmt, name, sizeof name, &len), SQL_SUCCESS);
    assert_memory_equal(name, "SQL_CUR", 7);
    assert_int_equal(SQLSetCursorName(direct.stmt, sql_text("mine"), SQL_NTS), SQL_SUCCESS);
    assert_int_equal(SQLGetCursorName(direct.stmt, name, 3, &len), SQL_SUCCESS_WITH_INFO);
    assert_string_equal((const char *)name, "mi");
    assert_int_equal(len, 4);
    assert_int_equal(SQLSetCursorName(other, sql_text("mine"), SQL_NTS), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, other, "3C000");
    assert_int_equal(SQLSetCursorName(other, sql_text("SQL_CUR1"), SQL_NTS), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, other, "34000");
    assert_int_equal(SQLGetCursorName(other, name, -1, &len), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, other, "HY090");
    direct_close(&direct);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_handles_go_in_order),
        cmocka_unit_test(test_wrong_states_and_arguments),
        cmocka_unit_test(test_a_statement_that_waits_may_be_cancelled_or_freed),
        cmocka_unit_test(test_an_open_cursor_takes_no_statement),
        cmocka_unit_test(test_cancel_at_every_moment),
        cmocka_unit_test(test_cancel_while_rows_are_under_way),
        cmocka_unit_test(test_cursor_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
