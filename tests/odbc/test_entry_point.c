/* Every function that the driver exports, by one table: with bad handles, in wrong states, with buffers
 * that are too short. Without a driver manager, which would catch most of it before the driver. */
#include "base/clock.h"
#include "base/file.h"
#include "direct.h"

#include <stdlib.h>

#define GUARD      0x5A
#define TEXT_BYTES 128

/* Where a call puts what it does not care about. */
struct scratch {
    SQLCHAR name[2];
    SQLWCHAR wide_name[2];
    SQLCHAR text[TEXT_BYTES];
    SQLWCHAR wide[TEXT_BYTES];
    SQLSMALLINT small;
    SQLINTEGER integer;
    SQLLEN len;
    SQLPOINTER pointer;
    SQLHANDLE handle;
};

/* A function that calls one entry point on `handle`, with arguments that are good as such. */
#define CALL(function, ...)                                                                        \
    static SQLRETURN call_##function(SQLHANDLE handle, struct scratch *s)                          \
    {                                                                                              \
        (void)s;                                                                                   \
        return function(__VA_ARGS__);                                                              \
    }

/* Catalog functions: all names absent. */
#define N NULL, 0
/* A text in the call's own room, that of the driver's answer behind it. */
#define A s->name, 1
#define W s->wide_name, 1

CALL(SQLAllocHandle, SQL_HANDLE_STMT, handle, &s->handle)
CALL(SQLBindCol, handle, 1, SQL_C_CHAR, s->text, 8, &s->len)
CALL(SQLBindParameter, handle, 2, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_CHAR, 1, 0, s->text, 8, NULL)
CALL(SQLCancel, handle)
CALL(SQLCancelHandle, SQL_HANDLE_STMT, handle)
CALL(SQLCloseCursor, handle)
CALL(SQLColAttribute, handle, 1, SQL_DESC_NAME, s->text, TEXT_BYTES, &s->small, &s->len)
CALL(SQLColAttributeW, handle, 1, SQL_DESC_NAME, s->wide, TEXT_BYTES, &s->small, &s->len)
CALL(SQLColumnPrivileges, handle, N, N, N, N)
CALL(SQLColumnPrivilegesW, handle, N, N, N, N)
CALL(SQLColumns, handle, N, N, N, N)
CALL(SQLColumnsW, handle, N, N, N, N)
CALL(SQLConnect, handle, A, N, N)
CALL(SQLConnectW, handle, W, N, N)
CALL(SQLCopyDesc, handle, handle)
CALL(SQLDescribeCol, handle, 1, s->text, TEXT_BYTES, &s->small, NULL, NULL, NULL, NULL)
CALL(SQLDescribeColW, handle, 1, s->wide, TEXT_BYTES, &s->small, NULL, NULL, NULL, NULL)
CALL(SQLDescribeParam, handle, 1, &s->small, NULL, NULL, NULL)
CALL(SQLDisconnect, handle)
CALL(SQLDriverConnect, handle, NULL, A, N, &s->small, SQL_DRIVER_NOPROMPT)
CALL(SQLDriverConnectW, handle, NULL, W, N, &s->small, SQL_DRIVER_NOPROMPT)
CALL(SQLEndTran, SQL_HANDLE_DBC, handle, SQL_COMMIT)
CALL(SQLExecDirect, handle, A)
CALL(SQLExecDirectW, handle, W)
CALL(SQLExecute, handle)
CALL(SQLFetch, handle)
CALL(SQLFetchScroll, handle, SQL_FETCH_NEXT, 0)
CALL(SQLForeignKeys, handle, N, N, N, N, N, N)
CALL(SQLForeignKeysW, handle, N, N, N, N, N, N)
CALL(SQLFreeHandle, SQL_HANDLE_STMT, handle)
CALL(SQLFreeStmt, handle, SQL_CLOSE)
CALL(SQLGetConnectAttr, handle, SQL_ATTR_LOGIN_TIMEOUT, &s->integer, 0, NULL)
CALL(SQLGetConnectAttrW, handle, SQL_ATTR_LOGIN_TIMEOUT, &s->integer, 0, NULL)
CALL(SQLGetCursorName, handle, s->text, TEXT_BYTES, &s->small)
CALL(SQLGetCursorNameW, handle, s->wide, TEXT_BYTES, &s->small)
CALL(SQLGetData, handle, 1, SQL_C_CHAR, s->text, TEXT_BYTES, &s->len)
CALL(SQLGetDescField, handle, 0, SQL_DESC_COUNT, &s->len, 0, NULL)
CALL(SQLGetDescFieldW, handle, 0, SQL_DESC_COUNT, &s->len, 0, NULL)
CALL(SQLGetDescRec, handle, 1, s->text, TEXT_BYTES, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
CALL(SQLGetDescRecW, handle, 1, s->wide, TEXT_BYTES, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
CALL(SQLGetDiagField, SQL_HANDLE_STMT, handle, 0, SQL_DIAG_NUMBER, &s->integer, 0, NULL)
CALL(SQLGetDiagFieldW, SQL_HANDLE_STMT, handle, 0, SQL_DIAG_NUMBER, &s->integer, 0, NULL)
CALL(SQLGetDiagRec, SQL_HANDLE_STMT, handle, 1, s->text, NULL, NULL, 0, NULL)
CALL(SQLGetDiagRecW, SQL_HANDLE_STMT, handle, 1, s->wide, NULL, NULL, 0, NULL)
CALL(SQLGetEnvAttr, handle, SQL_ATTR_ODBC_VERSION, &s->integer, 0, NULL)
CALL(SQLGetInfo, handle, SQL_DRIVER_NAME, s->text, TEXT_BYTES, &s->small)
CALL(SQLGetInfoW, handle, SQL_DRIVER_NAME, s->wide, TEXT_BYTES, &s->small)
CALL(SQLGetStmtAttr, handle, SQL_ATTR_MAX_ROWS, &s->len, 0, NULL)
CALL(SQLGetStmtAttrW, handle, SQL_ATTR_MAX_ROWS, &s->len, 0, NULL)
CALL(SQLGetTypeInfo, handle, SQL_ALL_TYPES)
CALL(SQLGetTypeInfoW, handle, SQL_ALL_TYPES)
CALL(SQLMoreResults, handle)
CALL(SQLNativeSql, handle, A, s->text, TEXT_BYTES, &s->integer)
CALL(SQLNativeSqlW, handle, W, s->wide, TEXT_BYTES, &s->integer)
CALL(SQLNumParams, handle, &s->small)
CALL(SQLNumResultCols, handle, &s->small)
CALL(SQLParamData, handle, &s->pointer)
CALL(SQLPrepare, handle, A)
CALL(SQLPrepareW, handle, W)
CALL(SQLPrimaryKeys, handle, N, N, N)
CALL(SQLPrimaryKeysW, handle, N, N, N)
CALL(SQLProcedureColumns, handle, N, N, N, N)
CALL(SQLProcedureColumnsW, handle, N, N, N, N)
CALL(SQLProcedures, handle, N, N, N)
CALL(SQLProceduresW, handle, N, N, N)
CALL(SQLPutData, handle, s->text, 1)
CALL(SQLRowCount, handle, &s->len)
CALL(SQLSetConnectAttr, handle, SQL_ATTR_LOGIN_TIMEOUT, NULL, 0)
CALL(SQLSetConnectAttrW, handle, SQL_ATTR_LOGIN_TIMEOUT, NULL, 0)
CALL(SQLSetCursorName, handle, A)
CALL(SQLSetCursorNameW, handle, W)
CALL(SQLSetDescField, handle, 0, SQL_DESC_ARRAY_SIZE, (SQLPOINTER)1, 0)
CALL(SQLSetDescFieldW, handle, 0, SQL_DESC_ARRAY_SIZE, (SQLPOINTER)1, 0)
CALL(SQLSetDescRec, handle, 1, SQL_C_CHAR, 0, 8, 0, 0, s->text, NULL, NULL)
CALL(SQLSetEnvAttr, handle, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0)
CALL(SQLSetStmtAttr, handle, SQL_ATTR_MAX_ROWS, NULL, 0)
CALL(SQLSetStmtAttrW, handle, SQL_ATTR_MAX_ROWS, NULL, 0)
CALL(SQLSpecialColumns, handle, SQL_BEST_ROWID, N, N, N, 0, 0)
CALL(SQLSpecialColumnsW, handle, SQL_BEST_ROWID, N, N, N, 0, 0)
CALL(SQLStatistics, handle, N, N, N, 0, 0)
CALL(SQLStatisticsW, handle, N, N, N, 0, 0)
CALL(SQLTablePrivileges, handle, N, N, N)
CALL(SQLTablePrivilegesW, handle, N, N, N)
CALL(SQLTables, handle, N, N, N, N)
CALL(SQLTablesW, handle, N, N, N, N)

/* In which a statement, or a connection, is called. */
enum situation {
    FRESH,   /* a statement without a text; a connection that is not connected */
    WAITING, /* for data at execution, and again while it executes asynchronously */
    UNREAD,  /* with a result of which no row was fetched */
    SITUATIONS
};

#define FINE    "00000" /* success, with or without something to say */
#define NO_DATA "02000"
#define LEFT    NULL /* left out: it would end what the table is about */

struct entry_point {
    const char *name;
    SQLRETURN (*call)(SQLHANDLE handle, struct scratch *s);
    SQLSMALLINT kind;               /* of its handle */
    const char *states[SITUATIONS]; /* for statements; of connections only the first */
};

#define ROW(function, kind, ...)                                                                   \
    {                                                                                              \
#        function, call_##function, SQL_HANDLE_##kind,                                             \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define CATALOG(function)                                                                          \
    ROW(function, STMT, FINE, "HY010", "24000"), ROW(function##W, STMT, FINE, "HY010", "24000")
#define BOTH(function, kind, ...)                                                                  \
    ROW(function, kind, __VA_ARGS__), ROW(function##W, kind, __VA_ARGS__)

/* Where the driver manager alone keeps the order and nothing can go wrong without it (SQLEndTran,
 * SQLNativeSql, SQLSetEnvAttr), success is what is expected. */
static const struct entry_point entry_points[] = {
    ROW(SQLAllocHandle, DBC, "08003"),
    ROW(SQLBindCol, STMT, FINE, "HY010", FINE),
    ROW(SQLBindParameter, STMT, FINE, "HY010", FINE),
    ROW(SQLCancel, STMT, FINE, LEFT, FINE),
    ROW(SQLCancelHandle, STMT, FINE, LEFT, FINE),
    ROW(SQLCloseCursor, STMT, "24000", "HY010", LEFT),
    BOTH(SQLColAttribute, STMT, "HY010", "HY010", FINE),
    CATALOG(SQLColumnPrivileges),
    CATALOG(SQLColumns),
    BOTH(SQLConnect, DBC, LEFT),
    ROW(SQLCopyDesc, DESC, FINE, "HY010", FINE),
    BOTH(SQLDescribeCol, STMT, "HY010", "HY010", FINE),
    ROW(SQLDescribeParam, STMT, "HY010", "HY010", "07009"),
    ROW(SQLDisconnect, DBC, "08003"),
    BOTH(SQLDriverConnect, DBC, LEFT),
    ROW(SQLEndTran, DBC, FINE),
    BOTH(SQLExecDirect, STMT, FINE, LEFT, "24000"),
    ROW(SQLExecute, STMT, "HY010", "HY010", "HY010"),
    ROW(SQLFetch, STMT, "HY010", "HY010", FINE),
    ROW(SQLFetchScroll, STMT, "HY010", "HY010", FINE),
    CATALOG(SQLForeignKeys),
    ROW(SQLFreeHandle, STMT, LEFT, LEFT, LEFT),
    ROW(SQLFreeStmt, STMT, FINE, "HY010", LEFT),
    BOTH(SQLGetConnectAttr, DBC, FINE),
    BOTH(SQLGetCursorName, STMT, FINE, "HY010", FINE),
    ROW(SQLGetData, STMT, "HY010", "HY010", "24000"),
    BOTH(SQLGetDescField, DESC, FINE, FINE, FINE),
    BOTH(SQLGetDescRec, DESC, NO_DATA, NO_DATA, NO_DATA),
    BOTH(SQLGetDiagField, STMT, FINE, FINE, FINE),
    BOTH(SQLGetDiagRec, STMT, NO_DATA, NO_DATA, NO_DATA),
    ROW(SQLGetEnvAttr, ENV, FINE),
    BOTH(SQLGetInfo, DBC, FINE),
    BOTH(SQLGetStmtAttr, STMT, FINE, FINE, FINE),
    CATALOG(SQLGetTypeInfo),
    ROW(SQLMoreResults, STMT, NO_DATA, "HY010", LEFT),
    BOTH(SQLNativeSql, DBC, FINE),
    ROW(SQLNumParams, STMT, "HY010", "HY010", FINE),
    ROW(SQLNumResultCols, STMT, "HY010", "HY010", FINE),
    ROW(SQLParamData, STMT, "HY010", LEFT, "HY010"),
    BOTH(SQLPrepare, STMT, FINE, "HY010", "24000"),
    CATALOG(SQLPrimaryKeys),
    CATALOG(SQLProcedureColumns),
    CATALOG(SQLProcedures),
    ROW(SQLPutData, STMT, "HY010", "HY010", "HY010"),
    ROW(SQLRowCount, STMT, "HY010", "HY010", FINE),
    BOTH(SQLSetConnectAttr, DBC, FINE),
    BOTH(SQLSetCursorName, STMT, FINE, "HY010", "24000"),
    BOTH(SQLSetDescField, DESC, FINE, "HY010", FINE),
    ROW(SQLSetDescRec, DESC, FINE, "HY010", FINE),
    ROW(SQLSetEnvAttr, ENV, FINE),
    BOTH(SQLSetStmtAttr, STMT, FINE, "HY010", FINE),
    CATALOG(SQLSpecialColumns),
    CATALOG(SQLStatistics),
    CATALOG(SQLTablePrivileges),
    CATALOG(SQLTables),
};
#define ENTRY_POINT_COUNT (sizeof entry_points / sizeof entry_points[0])

static void test_the_table_holds_what_is_exported(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    size_t count = 0;
    char *rest = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_file_read(DYNO_TEST_EXPORTS, 1 << 16, &text, &len, &err), DYNO_OK);
    for (char *name = strtok_r(text, "\n", &rest); name != NULL;
         name = strtok_r(NULL, "\n", &rest)) {
        size_t i = 0;
        while (i < ENTRY_POINT_COUNT && strcmp(entry_points[i].name, name) != 0)
            i++;
        if (i == ENTRY_POINT_COUNT)
            fail_msg("'%s' has no row", name);
        count++;
    }
    free(text);
    assert_int_equal(count, ENTRY_POINT_COUNT);
}

/* One handle of each kind. */
struct kinds {
    struct direct direct;
    SQLHDESC desc;
};

static void open_kinds(struct kinds *kinds)
{
    direct_open(&kinds->direct);
    assert_int_equal(SQLGetStmtAttr(kinds->direct.stmt, SQL_ATTR_APP_ROW_DESC,
                                    (SQLPOINTER)&kinds->desc, 0, NULL),
                     SQL_SUCCESS);
}

static SQLHANDLE handle_of(const struct kinds *kinds, SQLSMALLINT kind)
{
    switch (kind) {
    case SQL_HANDLE_ENV:
        return kinds->direct.env;
    case SQL_HANDLE_DBC:
        return kinds->direct.dbc;
    case SQL_HANDLE_STMT:
        return kinds->direct.stmt;
    default:
        return kinds->desc;
    }
}

static void test_bad_handles_are_told_apart(void **state)
{
    (void)state;
    static const SQLSMALLINT all[] = {0, SQL_HANDLE_ENV, SQL_HANDLE_DBC, SQL_HANDLE_STMT,
                                      SQL_HANDLE_DESC};
    struct kinds kinds;
    open_kinds(&kinds);
    for (size_t i = 0; i < ENTRY_POINT_COUNT; i++) {
        for (size_t j = 0; j < sizeof all / sizeof all[0]; j++) {
            struct scratch scratch = {.name = "x", .wide_name = {'x', 0}};
            if (all[j] == entry_points[i].kind)
                continue;
            SQLHANDLE bad = all[j] == 0 ? NULL : handle_of(&kinds, all[j]);
            SQLRETURN rc = entry_points[i].call(bad, &scratch);
            if (rc != SQL_INVALID_HANDLE)
                print_error("%s with a handle of kind %d\n", entry_points[i].name, all[j]);
            assert_int_equal(rc, SQL_INVALID_HANDLE);
        }
    }
    /* The descriptor that is copied from, and handles of kinds that there are not. */
    SQLHANDLE out = NULL;
    assert_int_equal(SQLCopyDesc(kinds.direct.stmt, kinds.desc), SQL_INVALID_HANDLE);
    assert_int_equal(SQLCopyDesc(kinds.desc, NULL), SQL_INVALID_HANDLE);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_DESC, kinds.direct.stmt, &out), SQL_INVALID_HANDLE);
    assert_int_equal(SQLAllocHandle(SQL_HANDLE_DBC, kinds.direct.dbc, &out), SQL_INVALID_HANDLE);
    assert_int_equal(SQLFreeHandle(SQL_HANDLE_ENV, kinds.direct.dbc), SQL_INVALID_HANDLE);
    assert_int_equal(SQLFreeHandle(SQL_HANDLE_DBC, kinds.direct.stmt), SQL_INVALID_HANDLE);
    assert_int_equal(SQLFreeHandle(SQL_HANDLE_DESC, kinds.direct.stmt), SQL_INVALID_HANDLE);
    assert_int_equal(SQLFreeStmt(kinds.direct.dbc, SQL_DROP), SQL_INVALID_HANDLE);
    assert_int_equal(SQLAllocHandle(99, kinds.direct.dbc, &out), SQL_ERROR);
    direct_close(&kinds.direct);
}

/* Is the answer as expected? The rest of the table is looked at either way. */
static bool is_as_expected(const struct entry_point *entry, SQLHANDLE handle, const char *expected)
{
    struct scratch scratch = {.name = "x", .wide_name = {'x', 0}};
    char got[16] = FINE;
    SQLRETURN rc = entry->call(handle, &scratch);
    if (rc == SQL_ERROR)
        assert_int_equal(SQLGetDiagRec(entry->kind, handle, 1, (SQLCHAR *)got, NULL, NULL, 0, NULL),
                         SQL_SUCCESS);
    else if (rc == SQL_NO_DATA)
        (void)snprintf(got, sizeof got, NO_DATA);
    else if (!SQL_SUCCEEDED(rc))
        (void)snprintf(got, sizeof got, "rc%d", rc);
    if (strcmp(got, expected) != 0)
        print_error("%s: %s instead of %s\n", entry->name, got, expected);
    return strcmp(got, expected) == 0;
}

/* Rows of handles that belong to a statement, on one in that situation each. */
static void check_statements(enum situation situation, void (*prepare)(const struct direct *direct))
{
    size_t wrong = 0;
    for (size_t i = 0; i < ENTRY_POINT_COUNT; i++) {
        const struct entry_point *entry = &entry_points[i];
        struct kinds kinds;
        if (entry->states[situation] == LEFT ||
            (entry->kind != SQL_HANDLE_STMT && entry->kind != SQL_HANDLE_DESC))
            continue;
        open_kinds(&kinds);
        if (prepare != NULL)
            prepare(&kinds.direct);
        wrong += !is_as_expected(entry, handle_of(&kinds, entry->kind), entry->states[situation]);
        direct_close(&kinds.direct);
    }
    assert_int_equal(wrong, 0);
}

static void await_data(const struct direct *direct)
{
    static SQLLEN at_exec = SQL_DATA_AT_EXEC;
    assert_int_equal(SQLBindParameter(direct->stmt, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 0,
                                      0, &at_exec, 0, &at_exec),
                     SQL_SUCCESS);
    assert_int_equal(SQLExecDirect(direct->stmt, sql_text("ECHO ?"), SQL_NTS), SQL_NEED_DATA);
}

static void execute_asynchronously(const struct direct *direct)
{
    assert_int_equal(SQLSetStmtAttr(direct->stmt, SQL_ATTR_ASYNC_ENABLE, (SQLPOINTER)1, 0),
                     SQL_SUCCESS);
    assert_int_equal(SQLExecDirect(direct->stmt, sql_text("SLEEP 20000"), SQL_NTS),
                     SQL_STILL_EXECUTING);
}

static void leave_unread(const struct direct *direct)
{
    assert_int_equal(SQLExecDirect(direct->stmt, sql_text("ROWS 3"), SQL_NTS), SQL_SUCCESS);
}

static void test_a_fresh_statement(void **state)
{
    (void)state;
    check_statements(FRESH, NULL);
}

static void test_a_statement_that_awaits_data(void **state)
{
    (void)state;
    check_statements(WAITING, await_data);
}

static void test_a_statement_that_executes(void **state)
{
    (void)state;
    check_statements(WAITING, execute_asynchronously);
}

static void test_a_statement_with_an_open_cursor(void **state)
{
    (void)state;
    check_statements(UNREAD, leave_unread);
}

static void test_a_connection_that_is_not_connected(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < ENTRY_POINT_COUNT; i++) {
        const struct entry_point *entry = &entry_points[i];
        struct kinds kinds;
        if (entry->states[FRESH] == LEFT ||
            (entry->kind != SQL_HANDLE_DBC && entry->kind != SQL_HANDLE_ENV))
            continue;
        open_kinds(&kinds);
        assert_int_equal(SQLDisconnect(kinds.direct.dbc), SQL_SUCCESS);
        kinds.direct.stmt = NULL;
        wrong += !is_as_expected(entry, handle_of(&kinds, entry->kind), entry->states[FRESH]);
        direct_close(&kinds.direct);
    }
    assert_int_equal(wrong, 0);
}

/* How a text is asked for: into `room` units or bytes, as the function counts; its length as it tells. */
struct reading {
    const char *name;
    SQLRETURN (*read)(const struct kinds *kinds, void *into, SQLSMALLINT room, SQLLEN *len);
    size_t unit_bytes; /* of a character */
    bool counts_bytes; /* room and length of a wide text are bytes */
};

#define READING(function, ...)                                                                     \
    static SQLRETURN read_##function(const struct kinds *kinds, void *into, SQLSMALLINT room,      \
                                     SQLLEN *len)                                                  \
    {                                                                                              \
        SQLCHAR name[] = "text";                                                                   \
        SQLWCHAR wide_name[] = {'t', 'e', 'x', 't', 0};                                            \
        (void)name;                                                                                \
        (void)wide_name;                                                                           \
        SQLSMALLINT small = 0;                                                                     \
        SQLINTEGER integer = 0;                                                                    \
        SQLRETURN rc = function(__VA_ARGS__);                                                      \
        *len = small + integer;                                                                    \
        return rc;                                                                                 \
    }

#define STMT kinds->direct.stmt
#define DBC  kinds->direct.dbc
READING(SQLDescribeCol, STMT, 3, into, room, &small, NULL, NULL, NULL, NULL)
READING(SQLDescribeColW, STMT, 3, into, room, &small, NULL, NULL, NULL, NULL)
READING(SQLColAttribute, STMT, 3, SQL_DESC_NAME, into, room, &small, NULL)
READING(SQLColAttributeW, STMT, 3, SQL_DESC_NAME, into, room, &small, NULL)
READING(SQLGetCursorName, STMT, into, room, &small)
READING(SQLGetCursorNameW, STMT, into, room, &small)
READING(SQLGetInfo, DBC, SQL_DRIVER_NAME, into, room, &small)
READING(SQLGetInfoW, DBC, SQL_DRIVER_NAME, into, room, &small)
READING(SQLNativeSql, DBC, name, 4, into, room, &integer)
READING(SQLNativeSqlW, DBC, wide_name, 4, into, room, &integer)
READING(SQLGetConnectAttr, DBC, SQL_ATTR_CURRENT_CATALOG, into, room, &integer)
READING(SQLGetConnectAttrW, DBC, SQL_ATTR_CURRENT_CATALOG, into, room, &integer)
READING(SQLGetDescField, kinds->desc, 3, SQL_DESC_NAME, into, room, &integer)
READING(SQLGetDescFieldW, kinds->desc, 3, SQL_DESC_NAME, into, room, &integer)
READING(SQLGetDescRec, kinds->desc, 3, into, room, &small, NULL, NULL, NULL, NULL, NULL, NULL)
READING(SQLGetDescRecW, kinds->desc, 3, into, room, &small, NULL, NULL, NULL, NULL, NULL, NULL)
READING(SQLGetDiagField, SQL_HANDLE_STMT, STMT, 1, SQL_DIAG_SQLSTATE, into, room, &small)
READING(SQLGetDiagFieldW, SQL_HANDLE_STMT, STMT, 1, SQL_DIAG_SQLSTATE, into, room, &small)
READING(SQLGetDiagRec, SQL_HANDLE_STMT, STMT, 1, NULL, NULL, into, room, &small)
READING(SQLGetDiagRecW, SQL_HANDLE_STMT, STMT, 1, NULL, NULL, into, room, &small)

#define TEXT(function)                                                                             \
    {                                                                                              \
#        function, read_##function, 1, false                                                       \
    }
#define UNITS(function)                                                                            \
    {                                                                                              \
#        function, read_##function, sizeof(SQLWCHAR), false                                        \
    }
#define BYTES(function)                                                                            \
    {                                                                                              \
#        function, read_##function, sizeof(SQLWCHAR), true                                         \
    }

static const struct reading readings[] = {
    TEXT(SQLDescribeCol),    UNITS(SQLDescribeColW),  TEXT(SQLColAttribute),
    BYTES(SQLColAttributeW), TEXT(SQLGetCursorName),  UNITS(SQLGetCursorNameW),
    TEXT(SQLGetInfo),        BYTES(SQLGetInfoW),      TEXT(SQLNativeSql),
    UNITS(SQLNativeSqlW),    TEXT(SQLGetConnectAttr), BYTES(SQLGetConnectAttrW),
    TEXT(SQLGetDescField),   BYTES(SQLGetDescFieldW), TEXT(SQLGetDescRec),
    UNITS(SQLGetDescRecW),   TEXT(SQLGetDiagField),   BYTES(SQLGetDiagFieldW),
    TEXT(SQLGetDiagRec),     UNITS(SQLGetDiagRecW),
};

/* With every room from none to plenty: what fits, an end, nothing behind it, and the whole length. */
static void check_reading(const struct reading *reading, const struct kinds *kinds)
{
    unsigned char full[TEXT_BYTES * sizeof(SQLWCHAR)] = {0};
    SQLLEN full_len = 0;
    size_t per = reading->counts_bytes ? reading->unit_bytes : 1;
    assert_int_equal(reading->read(kinds, full, TEXT_BYTES, &full_len), SQL_SUCCESS);
    size_t units = (size_t)full_len / per;
    for (size_t room = 0; room <= units + 1; room++) {
        unsigned char cut[sizeof full];
        SQLLEN len = -1;
        memset(cut, GUARD, sizeof cut);
        SQLRETURN rc = reading->read(kinds, cut, (SQLSMALLINT)(room * per), &len);
        if (rc != (room > units ? SQL_SUCCESS : SQL_SUCCESS_WITH_INFO) || len != full_len)
            print_error("%s with room for %zu of %zu: %d\n", reading->name, room, units, rc);
        assert_int_equal(rc, room > units ? SQL_SUCCESS : SQL_SUCCESS_WITH_INFO);
        assert_int_equal(len, full_len);
        size_t kept = room > 0 ? (room - 1) * reading->unit_bytes : 0;
        assert_memory_equal(cut, full, kept);
        for (size_t i = kept; i < kept + (room > 0 ? reading->unit_bytes : 0); i++)
            assert_int_equal(cut[i], 0);
        for (size_t i = room * reading->unit_bytes; i < sizeof cut; i++)
            assert_int_equal(cut[i], GUARD);
    }
}

static void test_short_buffers_cut_and_tell(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        struct kinds kinds;
        bool is_diagnostic = strncmp(readings[i].name, "SQLGetDiag", 10) == 0;
        open_kinds(&kinds);
        leave_unread(&kinds.direct);
        assert_int_equal(SQLGetStmtAttr(kinds.direct.stmt, SQL_ATTR_IMP_ROW_DESC,
                                        (SQLPOINTER)&kinds.desc, 0, NULL),
                         SQL_SUCCESS);
        if (is_diagnostic)
            assert_int_equal(SQLExecute(kinds.direct.stmt), SQL_ERROR);
        check_reading(&readings[i], &kinds);
        direct_close(&kinds.direct);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_holds_what_is_exported),
        cmocka_unit_test(test_bad_handles_are_told_apart),
        cmocka_unit_test(test_a_fresh_statement),
        cmocka_unit_test(test_a_statement_that_awaits_data),
        cmocka_unit_test(test_a_statement_that_executes),
        cmocka_unit_test(test_a_statement_with_an_open_cursor),
        cmocka_unit_test(test_a_connection_that_is_not_connected),
        cmocka_unit_test(test_short_buffers_cut_and_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
