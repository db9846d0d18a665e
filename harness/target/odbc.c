#include "base/alloc.h"
#include "base/clock.h"
#include "target/odbc_private.h"
#include "target/targets.h"

#include <odbcinst.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FETCH_ROWS 10000
/* unixODBC's own, answered by the driver manager: its lock level for this connection. */
#define ATTR_DRIVER_THREADING 1028

static SQLULEN seconds_until(int64_t deadline_ns)
{
    if (deadline_ns == INT64_MAX)
        return 0;
    int64_t left_ns = deadline_ns - dyno_now_ns();
    return left_ns <= 0 ? 1 : (SQLULEN)((left_ns + DYNO_NS_PER_S - 1) / DYNO_NS_PER_S);
}

static void odbc_finish(struct dyno_conn *conn)
{
    if (!conn->has_result)
        return;
    conn->has_result = false;
    conn->is_described = false;
    (void)SQLFreeStmt(conn->stmt, SQL_CLOSE);
}

static void odbc_close(struct dyno_conn *conn)
{
    if (conn == NULL)
        return;
    if (conn->stmt != SQL_NULL_HSTMT)
        (void)SQLFreeHandle(SQL_HANDLE_STMT, conn->stmt);
    if (conn->dbc != SQL_NULL_HDBC) {
        (void)SQLDisconnect(conn->dbc);
        (void)SQLFreeHandle(SQL_HANDLE_DBC, conn->dbc);
    }
    if (conn->env != SQL_NULL_HENV)
        (void)SQLFreeHandle(SQL_HANDLE_ENV, conn->env);
    free(conn->columns);
    free(conn->memory);
    free(conn);
}

/* "DSN=x" or "Driver=y" of a connection string, for messages: the rest may hold a password. */
static void name_connection(const char *connection, char *out, size_t room)
{
    const char *at = connection;
    (void)snprintf(out, room, "the data source");
    while (at != NULL && *at != '\0') {
        size_t len = strcspn(at, ";");
        if (strncasecmp(at, "DSN=", 4) == 0 || strncasecmp(at, "DRIVER=", 7) == 0) {
            (void)snprintf(out, room, "'%.*s'", (int)len, at);
            return;
        }
        at += len + (at[len] == ';');
    }
}

static enum dyno_status make_handles(struct dyno_conn *conn, int64_t timeout_ns,
                                     struct dyno_err *err)
{
    SQLULEN timeout_s = (SQLULEN)((timeout_ns + DYNO_NS_PER_S - 1) / DYNO_NS_PER_S);
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &conn->env)))
        return dyno_err_set(err, DYNO_EENV, "the ODBC driver manager gives no environment handle");
    SQLRETURN rc =
        SQLSetEnvAttr(conn->env, SQL_ATTR_ODBC_VERSION, dyno_odbc_number(SQL_OV_ODBC3), 0);
    if (SQL_SUCCEEDED(rc))
        rc = SQLAllocHandle(SQL_HANDLE_DBC, conn->env, &conn->dbc);
    if (!SQL_SUCCEEDED(rc))
        return dyno_odbc_error(SQL_HANDLE_ENV, conn->env, "SQLAllocHandle", err);
    /* A driver that does not know it connects in its own time. */
    (void)SQLSetConnectAttr(conn->dbc, SQL_ATTR_LOGIN_TIMEOUT, dyno_odbc_number(timeout_s), 0);
    return DYNO_OK;
}

static enum dyno_status connect_driver(struct dyno_conn *conn, const char *connection,
                                       struct dyno_err *err)
{
    char name[256];
    SQLCHAR completed[2048];
    SQLSMALLINT len = 0;
    SQLRETURN rc = SQLDriverConnect(conn->dbc, NULL, dyno_odbc_text(connection), SQL_NTS, completed,
                                    sizeof completed, &len, SQL_DRIVER_NOPROMPT);
    if (SQL_SUCCEEDED(rc)) {
        rc = SQLAllocHandle(SQL_HANDLE_STMT, conn->dbc, &conn->stmt);
        if (SQL_SUCCEEDED(rc))
            return DYNO_OK;
    }
    struct dyno_err own = DYNO_ERR_INIT;
    (void)dyno_odbc_error(SQL_HANDLE_DBC, conn->dbc, "connecting", &own);
    if (own.status == DYNO_ESERVER)
        own.status = DYNO_ECONN;
    name_connection(connection, name, sizeof name);
    (void)dyno_err_prepend(&own, "connecting to %s", name);
    dyno_odbc_add_cure(&own);
    if (err != NULL)
        *err = own;
    return own.status;
}

static enum dyno_status odbc_open(const struct dyno_target_config *config, int64_t timeout_ns,
                                  struct dyno_conn **out, struct dyno_err *err)
{
    if (config->connection == NULL)
        return dyno_err_set(err, DYNO_EINPUT, "target 'odbc' needs a connection string");
    struct dyno_conn *conn = dyno_xcalloc(1, sizeof *conn);
    conn->fetch_rows = config->fetch_rows > 0 ? (SQLULEN)config->fetch_rows : FETCH_ROWS;
    enum dyno_status status = make_handles(conn, timeout_ns, err);
    if (status == DYNO_OK)
        status = connect_driver(conn, config->connection, err);
    if (status != DYNO_OK) {
        odbc_close(conn);
        return status;
    }
    *out = conn;
    return DYNO_OK;
}

/* The driver's own limit, in whole seconds and not to be relied on; the caller has one besides. */
static void set_timeout(struct dyno_conn *conn, int64_t deadline_ns)
{
    SQLULEN timeout_s = seconds_until(deadline_ns);
    if (timeout_s == conn->timeout_s)
        return;
    (void)SQLSetStmtAttr(conn->stmt, SQL_ATTR_QUERY_TIMEOUT, dyno_odbc_number(timeout_s), 0);
    conn->timeout_s = timeout_s;
}

static enum dyno_status odbc_execute(struct dyno_conn *conn, const char *sql, int64_t deadline_ns,
                                     struct dyno_err *err)
{
    odbc_finish(conn);
    set_timeout(conn, deadline_ns);
    SQLRETURN rc = SQLExecDirect(conn->stmt, dyno_odbc_text(sql), SQL_NTS);
    conn->has_result = true;
    if (SQL_SUCCEEDED(rc) || rc == SQL_NO_DATA)
        return DYNO_OK;
    if (rc == SQL_NEED_DATA || rc == SQL_STILL_EXECUTING)
        return dyno_err_set_sql(err, DYNO_EPROTO, "HY000", 0,
                                "the driver answered SQLExecDirect with %d", (int)rc);
    return dyno_odbc_stmt_error(conn, "SQLExecDirect", err);
}

/* A fetch with a warning: cut texts are known from their lengths, rows that failed are an error. */
static bool has_bad_row(const struct dyno_conn *conn)
{
    for (SQLULEN row = 0; row < conn->fetched && row < conn->block_rows; row++)
        if (conn->row_status[row] == SQL_ROW_ERROR)
            return true;
    return false;
}

static enum dyno_status odbc_fetch(struct dyno_conn *conn, bool want_checksum,
                                   struct dyno_fetched *out, struct dyno_err *err)
{
    *out = (struct dyno_fetched){.rows = 0};
    enum dyno_status status = conn->is_described ? DYNO_OK : dyno_odbc_bind(conn, err);
    if (status != DYNO_OK || conn->column_count == 0)
        return status;
    conn->fetched = 0;
    SQLRETURN rc = SQLFetch(conn->stmt);
    if (rc == SQL_NO_DATA)
        return DYNO_OK;
    if (!SQL_SUCCEEDED(rc) || (rc == SQL_SUCCESS_WITH_INFO && has_bad_row(conn)))
        return dyno_odbc_stmt_error(conn, "SQLFetch", err);
    dyno_odbc_measure(conn, want_checksum, out);
    return DYNO_OK;
}

static enum dyno_status odbc_query(struct dyno_conn *conn, const char *sql, int64_t deadline_ns,
                                   struct dyno_text_result *out, struct dyno_err *err)
{
    *out = (struct dyno_text_result)DYNO_TEXT_RESULT_INIT;
    enum dyno_status status = odbc_execute(conn, sql, deadline_ns, err);
    if (status == DYNO_OK)
        status = dyno_odbc_read_text(conn, out, err);
    if (status != DYNO_OK)
        dyno_text_result_deinit(out);
    odbc_finish(conn);
    return status;
}

static enum dyno_status odbc_cancel(struct dyno_conn *conn, struct dyno_err *err)
{
    /* No look at the diagnostics: they belong to the thread that is inside a call. */
    if (SQL_SUCCEEDED(SQLCancel(conn->stmt)))
        return DYNO_OK;
    return dyno_err_set(err, DYNO_ESERVER, "the driver refused SQLCancel");
}

static void get_text(SQLHDBC dbc, SQLUSMALLINT type, char *out, size_t room)
{
    SQLCHAR text[256] = "";
    SQLSMALLINT len = 0;
    SQLRETURN rc = SQLGetInfo(dbc, type, text, sizeof text, &len);
    (void)snprintf(out, room, "%s", SQL_SUCCEEDED(rc) ? (const char *)text : "");
}

static bool is_ini_yes(const char *key)
{
    char value[32] = "";
    (void)SQLGetPrivateProfileString("ODBC", key, "No", value, sizeof value, "odbcinst.ini");
    return strchr("yYtT1", value[0]) != NULL && value[0] != '\0';
}

static enum dyno_status odbc_info(struct dyno_conn *conn, struct dyno_target_info *out,
                                  struct dyno_err *err)
{
    char name[96];
    char version[24];
    SQLUSMALLINT level = 0;
    (void)err;
    *out = (struct dyno_target_info){.threading_level = -1};
    get_text(conn->dbc, SQL_DRIVER_NAME, name, sizeof name);
    get_text(conn->dbc, SQL_DRIVER_VER, version, sizeof version);
    (void)snprintf(out->driver, sizeof out->driver, "%s %s", name, version);
    get_text(conn->dbc, SQL_DM_VER, version, sizeof version);
    (void)snprintf(out->driver_manager, sizeof out->driver_manager, "unixODBC %s", version);
    get_text(conn->dbc, SQL_DBMS_NAME, out->server, sizeof out->server);
    get_text(conn->dbc, SQL_DBMS_VER, out->server_version, sizeof out->server_version);
    if (SQL_SUCCEEDED(SQLGetInfo(conn->dbc, ATTR_DRIVER_THREADING, &level, sizeof level, NULL)))
        out->threading_level = level;
    out->is_pooled = is_ini_yes("Pooling");
    out->is_traced = is_ini_yes("Trace");
    return DYNO_OK;
}

static bool odbc_is_alive(struct dyno_conn *conn)
{
    SQLULEN dead = SQL_CD_FALSE;
    if (conn->is_lost)
        return false;
    SQLRETURN rc =
        SQLGetConnectAttr(conn->dbc, SQL_ATTR_CONNECTION_DEAD, &dead, SQL_IS_UINTEGER, NULL);
    return !SQL_SUCCEEDED(rc) || (SQLUINTEGER)dead != SQL_CD_TRUE;
}

const struct dyno_target_ops *dyno_target_odbc(void)
{
    static const struct dyno_target_ops ops = {.name = "odbc",
                                               .open = odbc_open,
                                               .execute = odbc_execute,
                                               .fetch = odbc_fetch,
                                               .finish = odbc_finish,
                                               .query = odbc_query,
                                               .cancel = odbc_cancel,
                                               .info = odbc_info,
                                               .is_alive = odbc_is_alive,
                                               .close = odbc_close};
    return &ops;
}
