/* SQLBindCol, SQLFetch, SQLFetchScroll, SQLGetData. */
#include "odbc/api.h"
#include "odbc/fetch.h"
#include "odbc/stmt.h"

/* More columns than any result has; bounds what a wrong number can allocate. */
#define COLUMNS_MAX 32767

DYNO_ODBC_API SQLRETURN SQL_API SQLBindCol(SQLHSTMT handle, SQLUSMALLINT column, SQLSMALLINT c_type,
                                           SQLPOINTER data, SQLLEN room, SQLLEN *indicator)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    const char *state = NULL;
    bool has_columns = dyno_odbc_stmt_has_cursor(stmt);
    if (column == 0 || column > COLUMNS_MAX ||
        (has_columns && data != NULL && column > stmt->result.column_count))
        state = "07009";
    else if (!dyno_odbc_c_type_is_known(c_type))
        state = "HY003";
    else if (room < 0)
        state = "HY090";
    if (state != NULL)
        return dyno_odbc_stmt_leave(stmt, dyno_odbc_diag_post(&stmt->diag, state, NULL));
    struct dyno_odbc_binding binding = {
        .c_type = c_type, .data = data, .capacity = room, .indicator = indicator};
    SQLRETURN rc = SQL_SUCCESS;
    if (!dyno_odbc_stmt_bind(stmt, column, &binding))
        rc = dyno_odbc_diag_post(&stmt->diag, "HY001", NULL);
    return dyno_odbc_stmt_leave(stmt, rc);
}

static SQLRETURN fetch_next(struct dyno_odbc_stmt *stmt)
{
    if (stmt->state == DYNO_ODBC_STMT_DONE)
        return dyno_odbc_diag_post(&stmt->diag, "24000", NULL);
    if (!dyno_odbc_stmt_has_cursor(stmt))
        return dyno_odbc_diag_post(&stmt->diag, "HY010", NULL);
    return dyno_odbc_fetch(stmt);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLFetch(SQLHSTMT handle)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    return dyno_odbc_stmt_leave(stmt, fetch_next(stmt));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLFetchScroll(SQLHSTMT handle, SQLSMALLINT orientation,
                                               SQLLEN offset)
{
    (void)offset;
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    SQLRETURN rc = orientation == SQL_FETCH_NEXT ? fetch_next(stmt)
                                                 : dyno_odbc_diag_post(&stmt->diag, "HY106", NULL);
    return dyno_odbc_stmt_leave(stmt, rc);
}

/* NULL, or the state of what is wrong with the call. */
static const char *check_get_data(const struct dyno_odbc_stmt *stmt, SQLUSMALLINT column,
                                  const struct dyno_odbc_binding *target)
{
    if (stmt->state == DYNO_ODBC_STMT_IDLE || stmt->state == DYNO_ODBC_STMT_PREPARED)
        return "HY010";
    if (stmt->state != DYNO_ODBC_STMT_POSITIONED)
        return "24000";
    if (column == 0 || column > stmt->result.column_count)
        return "07009";
    if (!dyno_odbc_c_type_is_known(target->c_type))
        return "HY003";
    if (target->data == NULL)
        return "HY009";
    return target->capacity < 0 ? "HY090" : NULL;
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetData(SQLHSTMT handle, SQLUSMALLINT column, SQLSMALLINT c_type,
                                           SQLPOINTER data, SQLLEN room, SQLLEN *indicator)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    struct dyno_odbc_binding target = {
        .c_type = c_type, .data = data, .capacity = room, .indicator = indicator};
    const char *state = check_get_data(stmt, column, &target);
    SQLRETURN rc = SQL_SUCCESS;
    if (state != NULL)
        rc = dyno_odbc_diag_post(&stmt->diag, state, NULL);
    else if (stmt->attrs.row_array_size != 1)
        rc =
            dyno_odbc_diag_post(&stmt->diag, "HYC00", "SQLGetData needs SQL_ATTR_ROW_ARRAY_SIZE 1");
    else
        rc = dyno_odbc_get_data(stmt, column, &target);
    return dyno_odbc_stmt_leave(stmt, rc);
}
