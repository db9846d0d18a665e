/* Every allocation of an application's life with the driver fails once: over each transport, and with
 * each way of logging in that needs no other server. No crash, no leak, and a state that says so. */
#include "direct.h"
#include "support/certs.h"
#include "support/failing_alloc.h"

static struct dyno_certs certs;

/* Parameters, data at execution, descriptors, names, a preview. */
static bool use_the_rest(struct direct *direct)
{
    SQLWCHAR value[] = {'v', 0};
    SQLWCHAR name[] = {'n', 0};
    SQLLEN at_exec = SQL_DATA_AT_EXEC;
    SQLPOINTER token = NULL;
    SQLSMALLINT count = 0;
    SQLHDESC ard = NULL;
    SQLCHAR text[32] = "";
    if (SQLPrepare(direct->stmt, sql_text("SELECT {d '2024-01-01'}, ?, ?"), SQL_NTS) !=
            SQL_SUCCESS ||
        SQLNumResultCols(direct->stmt, &count) != SQL_SUCCESS ||
        SQLBindParameter(direct->stmt, 1, SQL_PARAM_INPUT, SQL_C_WCHAR, SQL_WVARCHAR, 1, 0, value,
                         4, NULL) != SQL_SUCCESS ||
        SQLBindParameter(direct->stmt, 2, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 1, 0, &token, 0,
                         &at_exec) != SQL_SUCCESS)
        return false;
    if (SQLExecute(direct->stmt) != SQL_NEED_DATA ||
        SQLParamData(direct->stmt, &token) != SQL_NEED_DATA ||
        SQLPutData(direct->stmt, sql_text("piece"), SQL_NTS) != SQL_SUCCESS ||
        SQLParamData(direct->stmt, &token) != SQL_SUCCESS ||
        SQLFreeStmt(direct->stmt, SQL_CLOSE) != SQL_SUCCESS)
        return false;
    if (SQLGetStmtAttr(direct->stmt, SQL_ATTR_APP_ROW_DESC, (SQLPOINTER)&ard, 0, NULL) !=
            SQL_SUCCESS ||
        SQLAllocHandle(SQL_HANDLE_DESC, direct->dbc, &direct->desc) != SQL_SUCCESS ||
        SQLCopyDesc(ard, direct->desc) != SQL_SUCCESS ||
        SQLSetDescField(direct->desc, 9, SQL_DESC_TYPE, NULL, 0) != SQL_SUCCESS ||
        SQLFreeHandle(SQL_HANDLE_DESC, direct->desc) != SQL_SUCCESS)
        return false;
    direct->desc = NULL;
    return SQLSetCursorNameW(direct->stmt, name, SQL_NTS) == SQL_SUCCESS &&
           SQLNativeSql(direct->dbc, sql_text("{fn x}"), SQL_NTS, text, sizeof text, NULL) ==
               SQL_SUCCESS &&
           SQLGetInfo(direct->dbc, SQL_DBMS_NAME, text, sizeof text, NULL) == SQL_SUCCESS &&
           SQLStatistics(direct->stmt, NULL, 0, NULL, 0, NULL, 0, 0, 0) == SQL_SUCCESS &&
           SQLFreeStmt(direct->stmt, SQL_CLOSE) == SQL_SUCCESS &&
           SQLFreeStmt(direct->stmt, SQL_RESET_PARAMS) == SQL_SUCCESS;
}

/* A whole session; false as soon as something fails. Every failure must be clean. */
static bool session(struct direct *direct, const char *text)
{
    char cell[64];
    char bound[64];
    SQLLEN len = 0;
    SQLWCHAR sql[] = {'R', 'O', 'W', 'S', ' ', '3', 0};
    if (SQLAllocHandle(SQL_HANDLE_ENV, NULL, &direct->env) != SQL_SUCCESS ||
        SQLAllocHandle(SQL_HANDLE_DBC, direct->env, &direct->dbc) != SQL_SUCCESS ||
        direct_connect(direct, text) != SQL_SUCCESS ||
        SQLAllocHandle(SQL_HANDLE_STMT, direct->dbc, &direct->stmt) != SQL_SUCCESS)
        return false;
    if (SQLBindCol(direct->stmt, 3, SQL_C_CHAR, bound, sizeof bound, &len) != SQL_SUCCESS ||
        SQLExecDirectW(direct->stmt, sql, SQL_NTS) != SQL_SUCCESS)
        return false;
    for (int i = 0; i < 3; i++) {
        if (SQLFetch(direct->stmt) != SQL_SUCCESS ||
            SQLGetData(direct->stmt, 1, SQL_C_CHAR, cell, sizeof cell, &len) != SQL_SUCCESS)
            return false;
    }
    if (SQLFetch(direct->stmt) != SQL_NO_DATA ||
        SQLFreeStmt(direct->stmt, SQL_CLOSE) != SQL_SUCCESS ||
        SQLTables(direct->stmt, NULL, 0, NULL, 0, NULL, 0, NULL, 0) != SQL_SUCCESS ||
        SQLFreeStmt(direct->stmt, SQL_CLOSE) != SQL_SUCCESS)
        return false;
    if (!use_the_rest(direct))
        return false;
    /* A failure that posts a diagnostic, itself in need of memory. */
    bool is_refused = SQLExecDirect(direct->stmt, sql_text("FAIL"), SQL_NTS) == SQL_ERROR;
    SQLCHAR state[6] = "";
    bool is_told =
        SQLGetDiagRec(SQL_HANDLE_STMT, direct->stmt, 1, state, NULL, NULL, 0, NULL) == SQL_SUCCESS;
    return is_refused && is_told && strcmp((const char *)state, "42S02") == 0;
}

/* Of the libraries' allocations there are thousands: each STRIDE-th fails, of our own every one. */
#define STRIDE 61

struct way {
    const char *name;
    struct dyno_fake_hs2_options server;
    const char *keys; /* of the connection string; %s is the file of the authority */
};

/* A record of HY001 stands where the failure came to light; the libraries have words of their own. */
static bool is_told(const struct direct *direct, enum failing_alloc_of of)
{
    const SQLHANDLE handles[] = {direct->desc, direct->stmt, direct->dbc, direct->env};
    const SQLSMALLINT kinds[] = {SQL_HANDLE_DESC, SQL_HANDLE_STMT, SQL_HANDLE_DBC, SQL_HANDLE_ENV};
    for (size_t i = 0; i < 4; i++) {
        SQLCHAR state[6] = "";
        if (handles[i] == NULL ||
            !SQL_SUCCEEDED(SQLGetDiagRec(kinds[i], handles[i], 1, state, NULL, NULL, 0, NULL)))
            continue;
        if (of == FAILING_ALLOC_LIBRARIES || strcmp((const char *)state, "HY001") == 0)
            return true;
        print_error("state %s\n", (const char *)state);
    }
    /* There is no environment to tell it. */
    return direct->env == NULL;
}

static int check_allocations(const struct way *way, struct dyno_fake_hs2 *server, const char *keys,
                             enum failing_alloc_of of, int64_t stride)
{
    int failures = 0;
    for (int64_t at = 0;; at += stride) {
        struct direct direct = {.server = server};
        failing_alloc_begin(of, at);
        bool is_good = session(&direct, keys);
        bool has_failed = failing_alloc_end();
        bool is_reported = is_good || is_told(&direct, of);
        direct_release(&direct);
        if (!is_reported)
            print_error("%s, allocation %lld is not told\n", way->name, (long long)at);
        assert_true(is_reported);
        if (!has_failed) {
            assert_true(is_good);
            return failures;
        }
        failures += !is_good;
    }
}

static void check_way(const struct way *way)
{
    char keys[512];
    struct dyno_fake_hs2 *server = direct_serve(&way->server);
    /* A library that an allocation has failed may wait for what never comes: until the deadline. */
    (void)snprintf(keys, sizeof keys, "%s;SSP_spark.x={a b};SocketTimeout=10;TrustedCerts=%s",
                   way->keys, certs.ca);
    assert_in_range(check_allocations(way, server, keys, FAILING_ALLOC_OURS, 1), 20, 2000);
    if (way->server.is_http || way->server.tls_cert != NULL)
        assert_in_range(check_allocations(way, server, keys, FAILING_ALLOC_LIBRARIES, STRIDE), 5,
                        2000);
    dyno_fake_hs2_stop(server);
}

static void test_every_allocation_failing_once_is_told(void **state)
{
    (void)state;
    const struct way ways[] = {
        {"binary", {.is_sasl = false}, "AuthMech=0"},
        {"SASL", {.is_sasl = true}, "UID=me;PWD=word"},
        {"TLS",
         {.is_sasl = true, .tls_cert = certs.good, .tls_key = certs.key},
         "UID=me;PWD=word;SSL=1"},
        {"HTTP", {.is_http = true}, "ThriftTransport=2;UID=me;PWD=word"},
        {"HTTPS",
         {.is_http = true, .tls_cert = certs.good, .tls_key = certs.key},
         "ThriftTransport=2;UID=me;PWD=word;SSL=1"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        check_way(&ways[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_allocation_failing_once_is_told)};
    if (!failing_alloc_join_libraries() || dyno_certs_make(&certs) != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    dyno_certs_remove(&certs);
    return failed;
}
