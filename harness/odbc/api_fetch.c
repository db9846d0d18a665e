/* SQLBindCol, SQLFetch, SQLFetchScroll, SQLGetData. */
#include "odbc/api.h"
#include "odbc/fetch.h"
#include "odbc/interval.h"
#include "odbc/stmt.h"

static const char *check_binding(const struct dyno_odbc_stmt *stmt, SQLUSMALLINT column,
                                 const struct dyno_odbc_desc_rec *binding)
{
    bool has_columns = dyno_odbc_stmt_has_cursor(stmt);
    if (column == 0 || column > DYNO_ODBC_RECORDS_MAX ||
        (has_columns && binding->data != NULL && column > stmt->result.column_count))
        return "07009";
    if (!dyno_odbc_c_type_is_known(binding->type))
        return "HY003";
    return binding->octet_length < 0 ? "HY090" : NULL;
}

/* Bind, or (without data) take the binding away; the last ones leave no empty records behind. */
static const char *bind(struct dyno_odbc_desc *ard, size_t column,
                        const struct dyno_odbc_desc_rec *binding)
{
    if (binding->data == NULL && column > ard->count)
        return NULL;
    struct dyno_odbc_desc_rec *rec = dyno_odbc_desc_make(ard, column);
    if (rec == NULL)
        return "HY001";
    *rec = *binding;
    size_t count = ard->count;
    while (count > 0 && !ard->records[count - 1].is_set)
        count--;
    (void)dyno_odbc_desc_set_count(ard, count);
    return NULL;
}

DYNO_ODBC_API SQLRETURN SQL_API SQLBindCol(SQLHSTMT handle, SQLUSMALLINT column, SQLSMALLINT c_type,
                                           SQLPOINTER data, SQLLEN room, SQLLEN *indicator)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    const struct dyno_odbc_desc_rec binding = {.type = c_type,
                                               .is_set = data != NULL,
                                               .octet_length = room,
                                               .data = data,
                                               .indicator = indicator,
                                               .octet_length_ptr = indicator};
    const char *state = check_binding(stmt, column, &binding);
    if (state == NULL)
        state = bind(stmt->ard, column, &binding);
    if (state != NULL)
        rc = dyno_odbc_diag_post(&stmt->diag, state, NULL);
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

static SQLRETURN fetch(SQLHSTMT handle, SQLSMALLINT orientation)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    rc = orientation == SQL_FETCH_NEXT ? fetch_next(stmt)
                                       : dyno_odbc_diag_post(&stmt->diag, "HY106", NULL);
    return dyno_odbc_stmt_leave(stmt, rc);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLFetch(SQLHSTMT handle)
{
    return fetch(handle, SQL_FETCH_NEXT);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLFetchScroll(SQLHSTMT handle, SQLSMALLINT orientation,
                                               SQLLEN offset)
{
    (void)offset;
    return fetch(handle, orientation);
}

/* NULL, or the state of what is wrong with the call. */
static const char *check_get_data(const struct dyno_odbc_stmt *stmt, SQLUSMALLINT column,
                                  const struct dyno_odbc_target *target)
{
    if (stmt->state == DYNO_ODBC_STMT_IDLE || stmt->state == DYNO_ODBC_STMT_PREPARED)
        return "HY010";
    if (stmt->state != DYNO_ODBC_STMT_POSITIONED)
        return "24000";
    if (column == 0 || column > stmt->result.column_count)
        return "07009";
    if (target->c_type != SQL_ARD_TYPE && !dyno_odbc_c_type_is_known(target->c_type))
        return "HY003";
    if (target->data == NULL)
        return "HY009";
    return target->capacity < 0 ? "HY090" : NULL;
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetData(SQLHSTMT handle, SQLUSMALLINT column, SQLSMALLINT c_type,
                                           SQLPOINTER data, SQLLEN room, SQLLEN *indicator)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    const struct dyno_odbc_target target = {.c_type = c_type,
                                            .data = data,
                                            .capacity = room,
                                            .indicator = indicator,
                                            .digits = {.fraction = DYNO_ODBC_INTERVAL_PRECISION}};
    const char *state = check_get_data(stmt, column, &target);
    if (state != NULL)
        rc = dyno_odbc_diag_post(&stmt->diag, state, NULL);
    else if (stmt->ard->array_size != 1)
        rc =
            dyno_odbc_diag_post(&stmt->diag, "HYC00", "SQLGetData needs SQL_ATTR_ROW_ARRAY_SIZE 1");
    else
        rc = dyno_odbc_get_data(stmt, column, &target);
    return dyno_odbc_stmt_leave(stmt, rc);
}
