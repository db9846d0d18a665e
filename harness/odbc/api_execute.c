/* SQLPrepare, SQLExecute, SQLExecDirect, SQLCancel and what belongs to them. */
#include "odbc/api.h"
#include "odbc/execute.h"
#include "odbc/param.h"
#include "odbc/stmt.h"
#include "odbc/text.h"

#include <stdlib.h>
#include <string.h>

/* Make a text the statement's own. NULL, or the state of what keeps it from being one. */
static const char *set_text(struct dyno_odbc_stmt *stmt, struct dyno_odbc_text_arg arg)
{
    char *text = NULL;
    struct dyno_odbc_sql sql = {.text = NULL};
    const char *state = dyno_odbc_text_read(arg, &text);
    if (state == NULL && text == NULL)
        state = "HY009";
    if (state == NULL && dyno_odbc_stmt_has_cursor(stmt))
        state = "24000";
    if (state != NULL) {
        free(text);
        return state;
    }
    if (!dyno_odbc_sql_take(&sql, text, stmt->attrs.noscan != SQL_NOSCAN_ON))
        return "HY001";
    dyno_odbc_stmt_close_cursor(stmt);
    dyno_odbc_sql_deinit(&stmt->sql);
    stmt->sql = sql;
    return NULL;
}

static SQLRETURN prepare(SQLHSTMT handle, struct dyno_odbc_text_arg arg)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    const char *state = set_text(stmt, arg);
    if (state != NULL)
        return dyno_odbc_stmt_leave(stmt, dyno_odbc_diag_post(&stmt->diag, state, NULL));
    stmt->is_prepared = true;
    stmt->state = DYNO_ODBC_STMT_PREPARED;
    return dyno_odbc_stmt_leave(stmt, SQL_SUCCESS);
}

/* Is this the call that an asynchronous execution waits for? */
static bool is_resumed(const struct dyno_odbc_stmt *stmt, enum dyno_odbc_call call)
{
    return stmt->state == DYNO_ODBC_STMT_EXECUTING && stmt->pending.call == call;
}

static bool is_occupied(const struct dyno_odbc_stmt *stmt)
{
    return stmt->state == DYNO_ODBC_STMT_NEED_DATA || stmt->state == DYNO_ODBC_STMT_EXECUTING;
}

/* What was prepared is forgotten. */
static SQLRETURN exec_direct(SQLHSTMT handle, struct dyno_odbc_text_arg arg)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    if (is_resumed(stmt, DYNO_ODBC_CALL_EXEC_DIRECT))
        return dyno_odbc_stmt_leave(stmt, dyno_odbc_execute_resume(stmt));
    const char *state = is_occupied(stmt) ? "HY010" : set_text(stmt, arg);
    if (state != NULL)
        return dyno_odbc_stmt_leave(stmt, dyno_odbc_diag_post(&stmt->diag, state, NULL));
    stmt->is_prepared = false;
    stmt->state = DYNO_ODBC_STMT_IDLE;
    return dyno_odbc_stmt_leave(stmt, dyno_odbc_execute(stmt, DYNO_ODBC_CALL_EXEC_DIRECT));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLPrepare(SQLHSTMT handle, SQLCHAR *text, SQLINTEGER len)
{
    return prepare(handle, dyno_odbc_narrow(text, len));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLPrepareW(SQLHSTMT handle, SQLWCHAR *text, SQLINTEGER len)
{
    return prepare(handle, dyno_odbc_wide(text, len));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLExecDirect(SQLHSTMT handle, SQLCHAR *text, SQLINTEGER len)
{
    return exec_direct(handle, dyno_odbc_narrow(text, len));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLExecDirectW(SQLHSTMT handle, SQLWCHAR *text, SQLINTEGER len)
{
    return exec_direct(handle, dyno_odbc_wide(text, len));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLExecute(SQLHSTMT handle)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    SQLRETURN rc = SQL_SUCCESS;
    if (is_resumed(stmt, DYNO_ODBC_CALL_EXECUTE))
        rc = dyno_odbc_execute_resume(stmt);
    else if (is_occupied(stmt) || !stmt->is_prepared)
        rc = dyno_odbc_diag_post(&stmt->diag, "HY010", NULL);
    else if (dyno_odbc_stmt_has_cursor(stmt))
        rc = dyno_odbc_diag_post(&stmt->diag, "24000", NULL);
    else
        rc = dyno_odbc_execute(stmt, DYNO_ODBC_CALL_EXECUTE);
    return dyno_odbc_stmt_leave(stmt, rc);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLParamData(SQLHSTMT handle, SQLPOINTER *value)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    if (is_resumed(stmt, DYNO_ODBC_CALL_PARAM_DATA))
        return dyno_odbc_stmt_leave(stmt, dyno_odbc_execute_resume(stmt));
    bool is_fed = stmt->put_number == 0 || stmt->puts[stmt->put_number - 1].is_given;
    if (stmt->state != DYNO_ODBC_STMT_NEED_DATA || !is_fed)
        return dyno_odbc_stmt_leave(stmt, dyno_odbc_diag_post(&stmt->diag, "HY010", NULL));
    size_t next = dyno_odbc_params_next_put(stmt, stmt->put_number);
    if (next == 0) {
        stmt->state = stmt->is_prepared ? DYNO_ODBC_STMT_PREPARED : DYNO_ODBC_STMT_IDLE;
        return dyno_odbc_stmt_leave(stmt, dyno_odbc_execute_now(stmt, DYNO_ODBC_CALL_PARAM_DATA));
    }
    stmt->put_number = next;
    if (value != NULL)
        *value = dyno_odbc_params_address(stmt, next);
    return dyno_odbc_stmt_leave(stmt, SQL_NEED_DATA);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLPutData(SQLHSTMT handle, SQLPOINTER data, SQLLEN len)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    const char *state = NULL;
    bool has_data = data != NULL || len == 0 || len == SQL_NULL_DATA;
    if (stmt->state != DYNO_ODBC_STMT_NEED_DATA || stmt->put_number == 0)
        state = "HY010";
    else
        state = has_data ? dyno_odbc_params_put(stmt, data, len) : "HY009";
    SQLRETURN rc = SQL_SUCCESS;
    if (state != NULL)
        rc = dyno_odbc_diag_post(&stmt->diag, state, NULL);
    return dyno_odbc_stmt_leave(stmt, rc);
}

/* Data that was awaited is not wanted any more. */
static void end_puts(struct dyno_odbc_stmt *stmt)
{
    dyno_odbc_params_end_puts(stmt);
    stmt->state = stmt->is_prepared ? DYNO_ODBC_STMT_PREPARED : DYNO_ODBC_STMT_IDLE;
}

/* Without the statement's lock, which another thread may be holding for as long as the statement runs;
 * but while data is awaited nobody holds it for long. */
static SQLRETURN cancel(SQLHSTMT handle)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_of(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    if (!dyno_odbc_canceller_awaits_data(&stmt->canceller))
        return dyno_odbc_canceller_cancel(&stmt->canceller);
    (void)pthread_mutex_lock(&stmt->lock);
    if (stmt->state == DYNO_ODBC_STMT_NEED_DATA)
        end_puts(stmt);
    (void)pthread_mutex_unlock(&stmt->lock);
    return SQL_SUCCESS;
}

DYNO_ODBC_API SQLRETURN SQL_API SQLCancel(SQLHSTMT handle)
{
    return cancel(handle);
}

/* On a connection it would end an asynchronous SQLDriverConnect, which there is none of. */
DYNO_ODBC_API SQLRETURN SQL_API SQLCancelHandle(SQLSMALLINT handle_type, SQLHANDLE handle)
{
    if (handle_type == SQL_HANDLE_STMT)
        return cancel(handle);
    if (handle_type != SQL_HANDLE_DBC)
        return SQL_INVALID_HANDLE;
    struct dyno_odbc_dbc *dbc = dyno_odbc_dbc_enter(handle);
    if (dbc == NULL)
        return SQL_INVALID_HANDLE;
    return dyno_odbc_dbc_leave(dbc, dyno_odbc_diag_post(&dbc->diag, "HY010", NULL));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLRowCount(SQLHSTMT handle, SQLLEN *count)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    if (stmt->state == DYNO_ODBC_STMT_IDLE || stmt->state == DYNO_ODBC_STMT_PREPARED)
        return dyno_odbc_stmt_leave(stmt, dyno_odbc_diag_post(&stmt->diag, "HY010", NULL));
    if (count != NULL)
        *count = -1;
    return dyno_odbc_stmt_leave(stmt, SQL_SUCCESS);
}

/* A statement has one result at most. */
DYNO_ODBC_API SQLRETURN SQL_API SQLMoreResults(SQLHSTMT handle)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    dyno_odbc_stmt_close_cursor(stmt);
    return dyno_odbc_stmt_leave(stmt, SQL_NO_DATA);
}
