/* SQLPrepare, SQLExecute, SQLExecDirect, SQLCancel and what belongs to them. */
#include "odbc/api.h"
#include "odbc/execute.h"
#include "odbc/stmt.h"
#include "odbc/text.h"

#include <stdlib.h>

/* NULL, or the state of what keeps a text from being prepared or executed. Frees it then. */
static const char *check_text(struct dyno_odbc_stmt *stmt, char *sql, const char *state)
{
    if (state == NULL && sql == NULL)
        state = "HY009";
    if (state == NULL && dyno_odbc_stmt_has_cursor(stmt))
        state = "24000";
    if (state != NULL)
        free(sql);
    return state;
}

/* Takes `sql` over. */
static SQLRETURN prepare(struct dyno_odbc_stmt *stmt, char *sql, const char *state)
{
    state = check_text(stmt, sql, state);
    if (state != NULL)
        return dyno_odbc_diag_post(&stmt->diag, state, NULL);
    free(stmt->prepared_sql);
    stmt->prepared_sql = sql;
    stmt->state = DYNO_ODBC_STMT_PREPARED;
    return SQL_SUCCESS;
}

/* Takes `sql` over; what was prepared is forgotten. */
static SQLRETURN exec_direct(struct dyno_odbc_stmt *stmt, char *sql, const char *state)
{
    state = check_text(stmt, sql, state);
    if (state != NULL)
        return dyno_odbc_diag_post(&stmt->diag, state, NULL);
    free(stmt->prepared_sql);
    stmt->prepared_sql = NULL;
    SQLRETURN rc = dyno_odbc_execute(stmt, sql);
    free(sql);
    return rc;
}

DYNO_ODBC_API SQLRETURN SQL_API SQLPrepare(SQLHSTMT handle, SQLCHAR *text, SQLINTEGER len)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    char *sql = NULL;
    const char *state = dyno_odbc_text_in(text, len, &sql);
    return dyno_odbc_stmt_leave(stmt, prepare(stmt, sql, state));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLPrepareW(SQLHSTMT handle, SQLWCHAR *text, SQLINTEGER len)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    char *sql = NULL;
    const char *state = dyno_odbc_text_in_w(text, len, &sql);
    return dyno_odbc_stmt_leave(stmt, prepare(stmt, sql, state));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLExecDirect(SQLHSTMT handle, SQLCHAR *text, SQLINTEGER len)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    char *sql = NULL;
    const char *state = dyno_odbc_text_in(text, len, &sql);
    return dyno_odbc_stmt_leave(stmt, exec_direct(stmt, sql, state));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLExecDirectW(SQLHSTMT handle, SQLWCHAR *text, SQLINTEGER len)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    char *sql = NULL;
    const char *state = dyno_odbc_text_in_w(text, len, &sql);
    return dyno_odbc_stmt_leave(stmt, exec_direct(stmt, sql, state));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLExecute(SQLHSTMT handle)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    SQLRETURN rc = SQL_SUCCESS;
    if (stmt->prepared_sql == NULL)
        rc = dyno_odbc_diag_post(&stmt->diag, "HY010", NULL);
    else if (dyno_odbc_stmt_has_cursor(stmt))
        rc = dyno_odbc_diag_post(&stmt->diag, "24000", NULL);
    else
        rc = dyno_odbc_execute(stmt, stmt->prepared_sql);
    return dyno_odbc_stmt_leave(stmt, rc);
}

/* Without the statement's lock: another thread may be holding it for as long as the statement runs. */
DYNO_ODBC_API SQLRETURN SQL_API SQLCancel(SQLHSTMT handle)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_of(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    return dyno_odbc_canceller_cancel(&stmt->canceller);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLNumParams(SQLHSTMT handle, SQLSMALLINT *count)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    if (stmt->state == DYNO_ODBC_STMT_IDLE)
        return dyno_odbc_stmt_leave(stmt, dyno_odbc_diag_post(&stmt->diag, "HY010", NULL));
    if (count != NULL)
        *count = 0;
    return dyno_odbc_stmt_leave(stmt, SQL_SUCCESS);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLBindParameter(SQLHSTMT handle, SQLUSMALLINT number,
                                                 SQLSMALLINT io_type, SQLSMALLINT c_type,
                                                 SQLSMALLINT sql_type, SQLULEN column_size,
                                                 SQLSMALLINT decimal_digits, SQLPOINTER value,
                                                 SQLLEN value_room, SQLLEN *indicator)
{
    (void)number;
    (void)io_type;
    (void)c_type;
    (void)sql_type;
    (void)column_size;
    (void)decimal_digits;
    (void)value;
    (void)value_room;
    (void)indicator;
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    return dyno_odbc_stmt_leave(
        stmt, dyno_odbc_diag_post(&stmt->diag, "HYC00",
                                  "statement parameters are not supported by this driver"));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLRowCount(SQLHSTMT handle, SQLLEN *count)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    if (stmt->state == DYNO_ODBC_STMT_IDLE || stmt->state == DYNO_ODBC_STMT_PREPARED)
        return dyno_odbc_stmt_leave(stmt, dyno_odbc_diag_post(&stmt->diag, "HY010", NULL));
    if (count != NULL)
        *count = -1;
    return dyno_odbc_stmt_leave(stmt, SQL_SUCCESS);
}

/* A statement has one result at most. */
DYNO_ODBC_API SQLRETURN SQL_API SQLMoreResults(SQLHSTMT handle)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    dyno_odbc_stmt_close_cursor(stmt);
    return dyno_odbc_stmt_leave(stmt, SQL_NO_DATA);
}
