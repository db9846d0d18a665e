/* The driver's own entry points, without a driver manager before them to catch wrong calls; and with
 * every allocation failing once. */
#include "base/clock.h"
#include "support/check.h"
#include "support/fake_hs2.h"

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Counts down on the thread under test only, so that the fake server is never hit; -1: off. */
static _Thread_local int allocations_left = -1;

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);
char *__wrap_strdup(const char *text);

static bool is_to_fail(void)
{
    return allocations_left >= 0 && allocations_left-- == 0;
}

void *__wrap_malloc(size_t bytes)
{
    return is_to_fail() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    return is_to_fail() ? NULL : __real_calloc(count, bytes);
}

void *__wrap_realloc(void *old, size_t bytes)
{
    return is_to_fail() ? NULL : __real_realloc(old, bytes);
}

char *__wrap_strdup(const char *text)
{
    return is_to_fail() ? NULL : __real_strdup(text);
}

struct handles {
    SQLHENV env;
    SQLHDBC dbc;
    SQLHSTMT stmt;
};

static SQLCHAR *sql_text(const char *text)
{
    static SQLCHAR copies[4][1024];
    static unsigned next;
    SQLCHAR *copy = copies[next++ % 4];
    (void)snprintf((char *)copy, sizeof copies[0], "%s", text);
    return copy;
}

static void release(struct handles *handles)
{
    if (handles->stmt != NULL)
        (void)SQLFreeHandle(SQL_HANDLE_STMT, handles->stmt);
    if (handles->dbc != NULL) {
        (void)SQLDisconnect(handles->dbc);
        (void)SQLFreeHandle(SQL_HANDLE_DBC, handles->dbc);
    }
    if (handles->env != NULL)
        (void)SQLFreeHandle(SQL_HANDLE_ENV, handles->env);
}

static struct dyno_fake_hs2 *serve(void)
{
    struct dyno_fake_hs2 *server = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_fake_hs2_options options = {.is_sasl = false};
    assert_int_equal(dyno_fake_hs2_start(&options, &server, &err), DYNO_OK);
    return server;
}

static const char *connection_text(const struct dyno_fake_hs2 *server)
{
    static char text[256];
    (void)snprintf(text, sizeof text, "Host=127.0.0.1;Port=%u;AuthMech=0;SSP_spark.x={a b}",
                   (unsigned)dyno_fake_hs2_port(server));
    return text;
}

static SQLRETURN connect_to(struct handles *handles, const char *text)
{
    return SQLDriverConnect(handles->dbc, NULL, sql_text(text), SQL_NTS, NULL, 0, NULL,
                            SQL_DRIVER_NOPROMPT);
}

static void open_handles(struct handles *handles, const struct dyno_fake_hs2 *server)
{
    *handles = (struct handles){.env = NULL};
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_ENV, NULL, &handles->env), SQL_SUCCESS);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_DBC, handles->env, &handles->dbc), SQL_SUCCESS);
    assert_int_equal(connect_to(handles, connection_text(server)), SQL_SUCCESS);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, handles->dbc, &handles->stmt), SQL_SUCCESS);
}

static void assert_state(SQLSMALLINT type, SQLHANDLE handle, const char *expected)
{
    SQLCHAR state[6] = "";
    assert_int_equal(SQLGetDiagRec(type, handle, 1, state, NULL, NULL, 0, NULL), SQL_SUCCESS);
    assert_string_equal((const char *)state, expected);
}

/* Every entry point with a handle that is no statement (NULL, and a connection). */
static void check_bad_stmt(SQLHSTMT bad)
{
    SQLSMALLINT small = 0;
    SQLLEN len = 0;
    SQLCHAR text[8] = "";
    SQLWCHAR wide[8] = {0};
    const SQLRETURN got[] = {
        SQLExecDirect(bad, text, SQL_NTS),
        SQLExecDirectW(bad, wide, SQL_NTS),
        SQLPrepare(bad, text, SQL_NTS),
        SQLPrepareW(bad, wide, SQL_NTS),
        SQLExecute(bad),
        SQLCancel(bad),
        SQLFetch(bad),
        SQLFetchScroll(bad, SQL_FETCH_NEXT, 0),
        SQLGetData(bad, 1, SQL_C_CHAR, text, 8, &len),
        SQLBindCol(bad, 1, SQL_C_CHAR, text, 8, &len),
        SQLBindParameter(bad, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_CHAR, 1, 0, text, 8, &len),
        SQLNumParams(bad, &small),
        SQLNumResultCols(bad, &small),
        SQLRowCount(bad, &len),
        SQLMoreResults(bad),
        SQLCloseCursor(bad),
        SQLFreeStmt(bad, SQL_CLOSE),
        SQLFreeStmt(bad, SQL_DROP),
        SQLFreeHandle(SQL_HANDLE_STMT, bad),
        SQLDescribeCol(bad, 1, text, 8, &small, NULL, NULL, NULL, NULL),
        SQLDescribeColW(bad, 1, wide, 8, &small, NULL, NULL, NULL, NULL),
        SQLColAttribute(bad, 1, SQL_DESC_NAME, text, 8, &small, &len),
        SQLColAttributeW(bad, 1, SQL_DESC_NAME, wide, 8, &small, &len),
        SQLSetStmtAttr(bad, SQL_ATTR_MAX_ROWS, NULL, 0),
        SQLSetStmtAttrW(bad, SQL_ATTR_MAX_ROWS, NULL, 0),
        SQLGetStmtAttr(bad, SQL_ATTR_MAX_ROWS, &len, 0, NULL),
        SQLGetStmtAttrW(bad, SQL_ATTR_MAX_ROWS, &len, 0, NULL),
        SQLGetTypeInfo(bad, SQL_ALL_TYPES),
        SQLGetTypeInfoW(bad, SQL_ALL_TYPES),
        SQLTables(bad, NULL, 0, NULL, 0, NULL, 0, NULL, 0),
        SQLTablesW(bad, NULL, 0, NULL, 0, NULL, 0, NULL, 0),
        SQLColumns(bad, NULL, 0, NULL, 0, NULL, 0, NULL, 0),
        SQLColumnsW(bad, NULL, 0, NULL, 0, NULL, 0, NULL, 0),
        SQLPrimaryKeys(bad, NULL, 0, NULL, 0, NULL, 0),
        SQLStatistics(bad, NULL, 0, NULL, 0, NULL, 0, 0, 0),
        SQLSpecialColumns(bad, 0, NULL, 0, NULL, 0, NULL, 0, 0, 0),
        SQLForeignKeys(bad, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0),
        SQLProcedures(bad, NULL, 0, NULL, 0, NULL, 0),
        SQLPrimaryKeysW(bad, NULL, 0, NULL, 0, NULL, 0),
        SQLStatisticsW(bad, NULL, 0, NULL, 0, NULL, 0, 0, 0),
        SQLSpecialColumnsW(bad, 0, NULL, 0, NULL, 0, NULL, 0, 0, 0),
        SQLForeignKeysW(bad, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0),
        SQLProceduresW(bad, NULL, 0, NULL, 0, NULL, 0),
        SQLProcedureColumns(bad, NULL, 0, NULL, 0, NULL, 0, NULL, 0),
        SQLProcedureColumnsW(bad, NULL, 0, NULL, 0, NULL, 0, NULL, 0),
        SQLTablePrivileges(bad, NULL, 0, NULL, 0, NULL, 0),
        SQLTablePrivilegesW(bad, NULL, 0, NULL, 0, NULL, 0),
        SQLColumnPrivileges(bad, NULL, 0, NULL, 0, NULL, 0, NULL, 0),
        SQLColumnPrivilegesW(bad, NULL, 0, NULL, 0, NULL, 0, NULL, 0),
        SQLDescribeParam(bad, 1, &small, NULL, NULL, NULL),
        SQLParamData(bad, NULL),
        SQLPutData(bad, text, 1),
        SQLCancelHandle(SQL_HANDLE_STMT, bad),
        SQLSetCursorName(bad, text, SQL_NTS),
        SQLSetCursorNameW(bad, wide, SQL_NTS),
        SQLGetCursorName(bad, text, 8, &small),
        SQLGetCursorNameW(bad, wide, 8, &small),
        SQLGetDiagRec(SQL_HANDLE_STMT, bad, 1, text, NULL, NULL, 0, NULL),
        SQLGetDiagField(SQL_HANDLE_STMT, bad, 0, SQL_DIAG_NUMBER, &len, 0, NULL),
    };
    for (size_t i = 0; i < sizeof got / sizeof got[0]; i++)
        assert_int_equal(got[i], SQL_INVALID_HANDLE);
}

static void check_bad_dbc(SQLHDBC bad)
{
    SQLSMALLINT small = 0;
    SQLINTEGER integer = 0;
    SQLHANDLE out = NULL;
    SQLCHAR text[8] = "";
    SQLWCHAR wide[8] = {0};
    const SQLRETURN got[] = {
        SQLAllocHandle(SQL_HANDLE_STMT, bad, &out),
        SQLAllocHandle(SQL_HANDLE_DESC, bad, &out),
        SQLDriverConnect(bad, NULL, text, SQL_NTS, NULL, 0, &small, SQL_DRIVER_NOPROMPT),
        SQLDriverConnectW(bad, NULL, wide, SQL_NTS, NULL, 0, &small, SQL_DRIVER_NOPROMPT),
        SQLConnect(bad, text, 0, text, 0, text, 0),
        SQLConnectW(bad, wide, 0, wide, 0, wide, 0),
        SQLDisconnect(bad),
        SQLFreeHandle(SQL_HANDLE_DBC, bad),
        SQLEndTran(SQL_HANDLE_DBC, bad, SQL_COMMIT),
        SQLNativeSql(bad, text, SQL_NTS, text, 8, &integer),
        SQLNativeSqlW(bad, wide, SQL_NTS, wide, 8, &integer),
        SQLGetInfo(bad, SQL_DRIVER_NAME, text, 8, &small),
        SQLGetInfoW(bad, SQL_DRIVER_NAME, wide, 8, &small),
        SQLSetConnectAttr(bad, SQL_ATTR_LOGIN_TIMEOUT, NULL, 0),
        SQLSetConnectAttrW(bad, SQL_ATTR_LOGIN_TIMEOUT, NULL, 0),
        SQLGetConnectAttr(bad, SQL_ATTR_LOGIN_TIMEOUT, &integer, 0, NULL),
        SQLGetConnectAttrW(bad, SQL_ATTR_LOGIN_TIMEOUT, &integer, 0, NULL),
        SQLCancelHandle(SQL_HANDLE_DBC, bad),
        SQLGetDiagRecW(SQL_HANDLE_DBC, bad, 1, wide, NULL, NULL, 0, NULL),
        SQLGetDiagFieldW(SQL_HANDLE_DBC, bad, 0, SQL_DIAG_NUMBER, &integer, 0, NULL),
    };
    for (size_t i = 0; i < sizeof got / sizeof got[0]; i++)
        assert_int_equal(got[i], SQL_INVALID_HANDLE);
}

static void check_bad_desc(SQLHDESC bad, SQLHDESC good)
{
    SQLSMALLINT small = 0;
    SQLCHAR text[8] = "";
    SQLWCHAR wide[8] = {0};
    const SQLRETURN got[] = {
        SQLGetDescField(bad, 0, SQL_DESC_COUNT, &small, 0, NULL),
        SQLGetDescFieldW(bad, 0, SQL_DESC_COUNT, &small, 0, NULL),
        SQLSetDescField(bad, 0, SQL_DESC_COUNT, NULL, 0),
        SQLSetDescFieldW(bad, 0, SQL_DESC_COUNT, NULL, 0),
        SQLGetDescRec(bad, 1, text, 8, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        SQLGetDescRecW(bad, 1, wide, 8, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        SQLSetDescRec(bad, 1, 0, 0, 0, 0, 0, NULL, NULL, NULL),
        SQLCopyDesc(bad, good),
        SQLCopyDesc(good, bad),
        SQLFreeHandle(SQL_HANDLE_DESC, bad),
        SQLGetDiagRec(SQL_HANDLE_DESC, bad, 1, text, NULL, NULL, 0, NULL),
    };
    for (size_t i = 0; i < sizeof got / sizeof got[0]; i++)
        assert_int_equal(got[i], SQL_INVALID_HANDLE);
}

static SQLHDESC desc_of(SQLHSTMT stmt, SQLINTEGER attribute)
{
    SQLHDESC desc = NULL;
    assert_int_equal(SQLGetStmtAttr(stmt, attribute, (SQLPOINTER)&desc, 0, NULL), SQL_SUCCESS);
    return desc;
}

static void test_bad_handles_are_told_apart(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server = serve();
    struct handles handles;
    SQLHANDLE out = NULL;
    open_handles(&handles, server);
    check_bad_stmt(NULL);
    check_bad_stmt(handles.dbc);
    check_bad_desc(NULL, desc_of(handles.stmt, SQL_ATTR_APP_ROW_DESC));
    check_bad_desc(handles.stmt, desc_of(handles.stmt, SQL_ATTR_APP_ROW_DESC));
    check_bad_dbc(NULL);
    check_bad_dbc(handles.stmt);
    check_bad_dbc(handles.env);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_DBC, handles.dbc, &out), SQL_INVALID_HANDLE);
    assert_int_equal(SQLFreeHandle(SQL_HANDLE_ENV, handles.dbc), SQL_INVALID_HANDLE);
    assert_int_equal(SQLSetEnvAttr(handles.dbc, SQL_ATTR_ODBC_VERSION, NULL, 0),
                     SQL_INVALID_HANDLE);
    assert_int_equal(SQLGetEnvAttr(NULL, SQL_ATTR_ODBC_VERSION, NULL, 0, NULL), SQL_INVALID_HANDLE);
    assert_int_equal(SQLAllocHandle(99, handles.dbc, &out), SQL_ERROR);
    release(&handles);
    dyno_fake_hs2_stop(server);
}

static void test_handles_go_in_order(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server = serve();
    struct handles handles;
    SQLHANDLE out = NULL;
    open_handles(&handles, server);
    assert_int_equal(SQLFreeHandle(SQL_HANDLE_ENV, handles.env), SQL_ERROR);
    assert_state(SQL_HANDLE_ENV, handles.env, "HY010");
    assert_int_equal(SQLFreeHandle(SQL_HANDLE_DBC, handles.dbc), SQL_ERROR);
    assert_state(SQL_HANDLE_DBC, handles.dbc, "HY010");
    assert_int_equal(connect_to(&handles, ""), SQL_ERROR);
    assert_state(SQL_HANDLE_DBC, handles.dbc, "08002");
    /* Disconnecting frees the statements. */
    assert_int_equal(SQLDisconnect(handles.dbc), SQL_SUCCESS);
    handles.stmt = NULL;
    assert_int_equal(SQLDisconnect(handles.dbc), SQL_ERROR);
    assert_state(SQL_HANDLE_DBC, handles.dbc, "08003");
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, handles.dbc, &out), SQL_ERROR);
    assert_state(SQL_HANDLE_DBC, handles.dbc, "08003");
    release(&handles);
    dyno_fake_hs2_stop(server);
}

static void test_wrong_states_and_arguments(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server = serve();
    struct handles handles;
    SQLLEN len = 0;
    SQLSMALLINT small = 0;
    char cell[8];
    open_handles(&handles, server);
    assert_int_equal(SQLExecute(handles.stmt), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, handles.stmt, "HY010");
    assert_int_equal(SQLFetch(handles.stmt), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, handles.stmt, "HY010");
    assert_int_equal(SQLRowCount(handles.stmt, &len), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, handles.stmt, "HY010");
    assert_int_equal(SQLExecDirect(handles.stmt, NULL, SQL_NTS), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, handles.stmt, "HY009");
    assert_int_equal(SQLExecDirect(handles.stmt, sql_text("x"), -5), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, handles.stmt, "HY090");
    assert_int_equal(SQLBindCol(handles.stmt, 0, SQL_C_CHAR, cell, 8, NULL), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, handles.stmt, "07009");
    assert_int_equal(SQLBindCol(handles.stmt, 1, 1234, cell, 8, NULL), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, handles.stmt, "HY003");
    assert_int_equal(SQLPrepare(handles.stmt, sql_text("ZERO"), SQL_NTS), SQL_SUCCESS);
    assert_int_equal(SQLNumResultCols(handles.stmt, &small), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, handles.stmt, "HYC00");
    assert_int_equal(SQLExecute(handles.stmt), SQL_SUCCESS);
    assert_int_equal(SQLFetch(handles.stmt), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, handles.stmt, "24000");
    assert_int_equal(SQLDescribeCol(handles.stmt, 1, NULL, 0, NULL, NULL, NULL, NULL, NULL),
                     SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, handles.stmt, "07005");
    assert_int_equal(SQLExecute(handles.stmt), SQL_SUCCESS);
    assert_int_equal(SQLExecDirect(handles.stmt, sql_text("SELECT 1"), SQL_NTS), SQL_SUCCESS);
    assert_int_equal(SQLPrepare(handles.stmt, sql_text("SELECT 1"), SQL_NTS), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, handles.stmt, "24000");
    assert_int_equal(SQLGetTypeInfo(handles.stmt, SQL_ALL_TYPES), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, handles.stmt, "24000");
    release(&handles);
    dyno_fake_hs2_stop(server);
}

/* Calls that a statement must refuse while it is in a state that a driver manager would not let them
 * reach it in. */
static void check_refused(const SQLHSTMT stmt, const char *expected)
{
    SQLSMALLINT small = 0;
    SQLLEN len = 0;
    SQLCHAR text[8] = "";
    for (int call = 0; call < 15; call++) {
        SQLRETURN rc = SQL_SUCCESS;
        switch (call) {
        case 0:
            rc = SQLPrepare(stmt, sql_text("SELECT 1"), SQL_NTS);
            break;
        case 1:
            rc = SQLTables(stmt, NULL, 0, NULL, 0, NULL, 0, NULL, 0);
            break;
        case 2:
            rc = SQLColumns(stmt, NULL, 0, NULL, 0, NULL, 0, NULL, 0);
            break;
        case 3:
            rc = SQLGetTypeInfo(stmt, SQL_ALL_TYPES);
            break;
        case 4:
            rc = SQLPrimaryKeys(stmt, NULL, 0, NULL, 0, NULL, 0);
            break;
        case 5:
            rc = SQLFetch(stmt);
            break;
        case 6:
            rc = SQLGetData(stmt, 1, SQL_C_CHAR, text, sizeof text, &len);
            break;
        case 7:
            rc = SQLNumResultCols(stmt, &small);
            break;
        case 8:
            rc = SQLDescribeCol(stmt, 1, text, 8, &small, NULL, NULL, NULL, NULL);
            break;
        case 9:
            rc = SQLRowCount(stmt, &len);
            break;
        case 10:
            rc = SQLMoreResults(stmt);
            break;
        case 11:
            rc = SQLCloseCursor(stmt);
            break;
        case 12:
            rc = SQLBindCol(stmt, 1, SQL_C_CHAR, text, 8, &len);
            break;
        case 13:
            rc = SQLSetStmtAttr(stmt, SQL_ATTR_MAX_ROWS, NULL, 0);
            break;
        default:
            rc = SQLExecute(stmt);
            break;
        }
        if (rc != SQL_ERROR)
            print_error("call %d\n", call);
        assert_int_equal(rc, SQL_ERROR);
        assert_state(SQL_HANDLE_STMT, stmt, expected);
    }
}

static void test_a_statement_that_waits_takes_nothing_else(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server = serve();
    struct handles handles;
    SQLLEN at_exec = SQL_DATA_AT_EXEC;
    SQLRETURN rc = SQL_STILL_EXECUTING;
    open_handles(&handles, server);
    assert_int_equal(SQLBindParameter(handles.stmt, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 0,
                                      0, &at_exec, 0, &at_exec),
                     SQL_SUCCESS);
    assert_int_equal(SQLExecDirect(handles.stmt, sql_text("ECHO ?"), SQL_NTS), SQL_NEED_DATA);
    check_refused(handles.stmt, "HY010");
    assert_int_equal(SQLCancelHandle(SQL_HANDLE_STMT, handles.stmt), SQL_SUCCESS);
    assert_int_equal(
        SQLSetStmtAttr(handles.stmt, SQL_ATTR_ASYNC_ENABLE, (SQLPOINTER)(uintptr_t)1, 0),
        SQL_SUCCESS);
    assert_int_equal(SQLExecDirect(handles.stmt, sql_text("SLEEP 20000"), SQL_NTS),
                     SQL_STILL_EXECUTING);
    check_refused(handles.stmt, "HY010");
    assert_int_equal(SQLCancel(handles.stmt), SQL_SUCCESS);
    while (rc == SQL_STILL_EXECUTING)
        rc = SQLExecDirect(handles.stmt, sql_text("SLEEP 20000"), SQL_NTS);
    assert_int_equal(rc, SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, handles.stmt, "HY008");
    /* Freed while it runs. */
    assert_int_equal(SQLExecDirect(handles.stmt, sql_text("SLEEP 20000"), SQL_NTS),
                     SQL_STILL_EXECUTING);
    release(&handles);
    dyno_fake_hs2_stop(server);
}

/* With a cursor that is open, unread: S5, in which the driver manager lets some calls through. */
static void test_an_open_cursor_takes_no_statement(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server = serve();
    struct handles handles;
    open_handles(&handles, server);
    for (int fetched = 0; fetched < 2; fetched++) {
        assert_int_equal(SQLPrepare(handles.stmt, sql_text("ROWS 3"), SQL_NTS), SQL_SUCCESS);
        assert_int_equal(SQLExecute(handles.stmt), SQL_SUCCESS);
        if (fetched == 1)
            assert_int_equal(SQLFetch(handles.stmt), SQL_SUCCESS);
        const SQLRETURN got[] = {
            SQLExecute(handles.stmt),
            SQLExecDirect(handles.stmt, sql_text("SELECT 1"), SQL_NTS),
            SQLPrepare(handles.stmt, sql_text("SELECT 1"), SQL_NTS),
            SQLGetTypeInfo(handles.stmt, SQL_ALL_TYPES),
            SQLTables(handles.stmt, NULL, 0, NULL, 0, NULL, 0, NULL, 0),
            SQLProcedureColumns(handles.stmt, NULL, 0, NULL, 0, NULL, 0, NULL, 0),
            SQLSetCursorName(handles.stmt, sql_text("c"), SQL_NTS),
        };
        for (size_t i = 0; i < sizeof got / sizeof got[0]; i++)
            assert_int_equal(got[i], SQL_ERROR);
        assert_state(SQL_HANDLE_STMT, handles.stmt, "24000");
        assert_int_equal(SQLCloseCursor(handles.stmt), SQL_SUCCESS);
    }
    release(&handles);
    dyno_fake_hs2_stop(server);
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
    struct dyno_fake_hs2 *server = serve();
    struct handles handles;
    open_handles(&handles, server);
    for (int i = 0; i < 30; i++) {
        pthread_t threads[2];
        struct cancel_at at = {.stmt = handles.stmt, .after_ns = i * DYNO_NS_PER_MS / 5};
        for (size_t j = 0; j < 2; j++)
            assert_int_equal(pthread_create(&threads[j], NULL, cancel_at, &at), 0);
        SQLRETURN rc = SQLExecDirect(handles.stmt, sql_text("SLEEP 10"), SQL_NTS);
        if (rc == SQL_SUCCESS)
            rc = SQLFetch(handles.stmt);
        if (rc != SQL_NO_DATA)
            assert_state(SQL_HANDLE_STMT, handles.stmt, "HY008");
        for (size_t j = 0; j < 2; j++)
            (void)pthread_join(threads[j], NULL);
        assert_int_equal(SQLFreeStmt(handles.stmt, SQL_CLOSE), SQL_SUCCESS);
    }
    assert_int_equal(SQLExecDirect(handles.stmt, sql_text("SELECT 1"), SQL_NTS), SQL_SUCCESS);
    release(&handles);
    dyno_fake_hs2_stop(server);
}

static void test_cursor_names(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server = serve();
    struct handles handles;
    SQLHSTMT other = NULL;
    SQLCHAR name[64] = "";
    SQLSMALLINT len = 0;
    open_handles(&handles, server);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_STMT, handles.dbc, &other), SQL_SUCCESS);
    assert_int_equal(SQLGetCursorName(handles.stmt, name, sizeof name, &len), SQL_SUCCESS);
    assert_memory_equal(name, "SQL_CUR", 7);
    assert_int_equal(SQLSetCursorName(handles.stmt, sql_text("mine"), SQL_NTS), SQL_SUCCESS);
    assert_int_equal(SQLGetCursorName(handles.stmt, name, 3, &len), SQL_SUCCESS_WITH_INFO);
    assert_string_equal((const char *)name, "mi");
    assert_int_equal(len, 4);
    assert_int_equal(SQLSetCursorName(other, sql_text("mine"), SQL_NTS), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, other, "3C000");
    assert_int_equal(SQLSetCursorName(other, sql_text("SQL_CUR1"), SQL_NTS), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, other, "34000");
    assert_int_equal(SQLGetCursorName(other, name, -1, &len), SQL_ERROR);
    assert_state(SQL_HANDLE_STMT, other, "HY090");
    release(&handles);
    dyno_fake_hs2_stop(server);
}

/* Parameters, data at execution, descriptors, names, a preview. */
static bool use_the_rest(const struct handles *handles)
{
    SQLWCHAR value[] = {'v', 0};
    SQLWCHAR name[] = {'n', 0};
    SQLLEN at_exec = SQL_DATA_AT_EXEC;
    SQLPOINTER token = NULL;
    SQLSMALLINT count = 0;
    SQLHDESC desc = NULL;
    SQLHDESC ard = NULL;
    SQLCHAR text[32] = "";
    if (SQLPrepare(handles->stmt, sql_text("SELECT {d '2024-01-01'}, ?, ?"), SQL_NTS) !=
            SQL_SUCCESS ||
        SQLNumResultCols(handles->stmt, &count) != SQL_SUCCESS ||
        SQLBindParameter(handles->stmt, 1, SQL_PARAM_INPUT, SQL_C_WCHAR, SQL_WVARCHAR, 1, 0, value,
                         4, NULL) != SQL_SUCCESS ||
        SQLBindParameter(handles->stmt, 2, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 1, 0, &token,
                         0, &at_exec) != SQL_SUCCESS)
        return false;
    if (SQLExecute(handles->stmt) != SQL_NEED_DATA ||
        SQLParamData(handles->stmt, &token) != SQL_NEED_DATA ||
        SQLPutData(handles->stmt, sql_text("piece"), SQL_NTS) != SQL_SUCCESS ||
        SQLParamData(handles->stmt, &token) != SQL_SUCCESS ||
        SQLFreeStmt(handles->stmt, SQL_CLOSE) != SQL_SUCCESS)
        return false;
    if (SQLGetStmtAttr(handles->stmt, SQL_ATTR_APP_ROW_DESC, (SQLPOINTER)&ard, 0, NULL) !=
            SQL_SUCCESS ||
        SQLAllocHandle(SQL_HANDLE_DESC, handles->dbc, &desc) != SQL_SUCCESS ||
        SQLCopyDesc(ard, desc) != SQL_SUCCESS ||
        SQLSetDescField(desc, 9, SQL_DESC_TYPE, NULL, 0) != SQL_SUCCESS ||
        SQLFreeHandle(SQL_HANDLE_DESC, desc) != SQL_SUCCESS)
        return false;
    return SQLSetCursorNameW(handles->stmt, name, SQL_NTS) == SQL_SUCCESS &&
           SQLNativeSql(handles->dbc, sql_text("{fn x}"), SQL_NTS, text, sizeof text, NULL) ==
               SQL_SUCCESS &&
           SQLGetInfo(handles->dbc, SQL_DBMS_NAME, text, sizeof text, NULL) == SQL_SUCCESS &&
           SQLStatistics(handles->stmt, NULL, 0, NULL, 0, NULL, 0, 0, 0) == SQL_SUCCESS &&
           SQLFreeStmt(handles->stmt, SQL_CLOSE) == SQL_SUCCESS &&
           SQLFreeStmt(handles->stmt, SQL_RESET_PARAMS) == SQL_SUCCESS;
}

/* A whole session; false as soon as something fails. Every failure must be clean. */
static bool session(struct handles *handles, const char *text)
{
    char cell[64];
    char bound[64];
    SQLLEN len = 0;
    SQLWCHAR sql[] = {'R', 'O', 'W', 'S', ' ', '3', 0};
    if (SQLAllocHandle(SQL_HANDLE_ENV, NULL, &handles->env) != SQL_SUCCESS ||
        SQLAllocHandle(SQL_HANDLE_DBC, handles->env, &handles->dbc) != SQL_SUCCESS ||
        connect_to(handles, text) != SQL_SUCCESS ||
        SQLAllocHandle(SQL_HANDLE_STMT, handles->dbc, &handles->stmt) != SQL_SUCCESS)
        return false;
    if (SQLBindCol(handles->stmt, 3, SQL_C_CHAR, bound, sizeof bound, &len) != SQL_SUCCESS ||
        SQLExecDirectW(handles->stmt, sql, SQL_NTS) != SQL_SUCCESS)
        return false;
    for (int i = 0; i < 3; i++) {
        if (SQLFetch(handles->stmt) != SQL_SUCCESS ||
            SQLGetData(handles->stmt, 1, SQL_C_CHAR, cell, sizeof cell, &len) != SQL_SUCCESS)
            return false;
    }
    if (SQLFetch(handles->stmt) != SQL_NO_DATA ||
        SQLFreeStmt(handles->stmt, SQL_CLOSE) != SQL_SUCCESS ||
        SQLTables(handles->stmt, NULL, 0, NULL, 0, NULL, 0, NULL, 0) != SQL_SUCCESS ||
        SQLFreeStmt(handles->stmt, SQL_CLOSE) != SQL_SUCCESS)
        return false;
    if (!use_the_rest(handles))
        return false;
    /* A failure that posts a diagnostic, itself in need of memory. */
    bool is_refused = SQLExecDirect(handles->stmt, sql_text("FAIL"), SQL_NTS) == SQL_ERROR;
    SQLCHAR state[6] = "";
    bool is_told =
        SQLGetDiagRec(SQL_HANDLE_STMT, handles->stmt, 1, state, NULL, NULL, 0, NULL) == SQL_SUCCESS;
    return is_refused && is_told && strcmp((const char *)state, "42S02") == 0;
}

static void test_every_allocation_failing_once_is_clean(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server = serve();
    const char *text = connection_text(server);
    int failures = 0;
    for (int at = 0; at < 2000; at++) {
        struct handles handles = {.env = NULL};
        allocations_left = at;
        bool is_good = session(&handles, text);
        bool is_past_the_last = allocations_left >= 0;
        allocations_left = -1;
        release(&handles);
        if (is_past_the_last) {
            assert_true(is_good);
            break;
        }
        failures += !is_good;
    }
    assert_in_range(failures, 20, 1000);
    dyno_fake_hs2_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_handles_are_told_apart),
        cmocka_unit_test(test_handles_go_in_order),
        cmocka_unit_test(test_wrong_states_and_arguments),
        cmocka_unit_test(test_a_statement_that_waits_takes_nothing_else),
        cmocka_unit_test(test_an_open_cursor_takes_no_statement),
        cmocka_unit_test(test_cancel_at_every_moment),
        cmocka_unit_test(test_cursor_names),
        cmocka_unit_test(test_every_allocation_failing_once_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
