/* SQLNumResultCols, SQLDescribeCol, SQLColAttribute: all from what was described once. */
#include "odbc/api.h"
#include "odbc/column.h"
#include "odbc/stmt.h"
#include "odbc/text.h"

/* The result that has this column, or NULL with a diagnostic posted. */
static const struct dyno_odbc_result *result_with(struct dyno_odbc_stmt *stmt, SQLUSMALLINT column)
{
    const struct dyno_odbc_result *result = dyno_odbc_stmt_described(stmt);
    if (result == NULL)
        return NULL;
    if (stmt->state == DYNO_ODBC_STMT_DONE) {
        (void)dyno_odbc_diag_post(&stmt->diag, "07005", "the statement has no result columns");
        return NULL;
    }
    if (column == 0 || column > result->column_count) {
        (void)dyno_odbc_diag_post(&stmt->diag, "07009", NULL);
        return NULL;
    }
    return result;
}

DYNO_ODBC_API SQLRETURN SQL_API SQLNumResultCols(SQLHSTMT handle, SQLSMALLINT *count)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    const struct dyno_odbc_result *result = dyno_odbc_stmt_described(stmt);
    if (result != NULL && count != NULL)
        *count = (SQLSMALLINT)result->column_count;
    return dyno_odbc_stmt_leave(stmt, result != NULL ? SQL_SUCCESS : SQL_ERROR);
}

/* SQLDescribeCol's numbers; each pointer may be NULL. */
struct description {
    SQLSMALLINT *type;
    SQLULEN *size;
    SQLSMALLINT *digits;
    SQLSMALLINT *nullable;
};

static SQLRETURN describe(SQLHSTMT handle, SQLUSMALLINT column, struct dyno_odbc_text_out name,
                          const struct description *out)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    const struct dyno_odbc_result *result = result_with(stmt, column);
    if (result == NULL)
        return dyno_odbc_stmt_leave(stmt, SQL_ERROR);
    const struct dyno_odbc_column_info *info = &result->infos[column - 1];
    if (out->type != NULL)
        *out->type = info->sql_type;
    if (out->size != NULL)
        *out->size = (SQLULEN)info->column_size;
    if (out->digits != NULL)
        *out->digits = info->decimal_digits;
    if (out->nullable != NULL)
        *out->nullable = SQL_NULLABLE;
    if (dyno_odbc_text_put(&name, result->columns[column - 1].name))
        rc = dyno_odbc_diag_post(&stmt->diag, "01004", NULL);
    return dyno_odbc_stmt_leave(stmt, rc);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLDescribeCol(SQLHSTMT handle, SQLUSMALLINT column, SQLCHAR *name,
                                               SQLSMALLINT name_room, SQLSMALLINT *name_len,
                                               SQLSMALLINT *type, SQLULEN *size,
                                               SQLSMALLINT *digits, SQLSMALLINT *nullable)
{
    return describe(handle, column, dyno_odbc_narrow_out(name, name_room, name_len),
                    &(struct description){type, size, digits, nullable});
}

DYNO_ODBC_API SQLRETURN SQL_API SQLDescribeColW(SQLHSTMT handle, SQLUSMALLINT column,
                                                SQLWCHAR *name, SQLSMALLINT name_room,
                                                SQLSMALLINT *name_len, SQLSMALLINT *type,
                                                SQLULEN *size, SQLSMALLINT *digits,
                                                SQLSMALLINT *nullable)
{
    return describe(handle, column, dyno_odbc_wide_out(name, name_room, name_len),
                    &(struct description){type, size, digits, nullable});
}

static SQLRETURN attribute_of(struct dyno_odbc_stmt *stmt, SQLUSMALLINT column, SQLUSMALLINT field,
                              const struct dyno_odbc_text_out *text_out, SQLLEN *number_out)
{
    SQLLEN number = 0;
    const struct dyno_odbc_result *result = NULL;
    if (field == SQL_DESC_COUNT || field == SQL_COLUMN_COUNT) {
        result = dyno_odbc_stmt_described(stmt);
        number = result != NULL ? (SQLLEN)result->column_count : 0;
    } else {
        result = result_with(stmt, column);
        const char *text = result != NULL ? dyno_odbc_column_text(result, column, field) : NULL;
        if (text != NULL)
            return dyno_odbc_text_put(text_out, text)
                       ? dyno_odbc_diag_post(&stmt->diag, "01004", NULL)
                       : SQL_SUCCESS;
        if (result != NULL && !dyno_odbc_column_number(&result->infos[column - 1], field, &number))
            return dyno_odbc_diag_post(&stmt->diag, "HY091", NULL);
    }
    if (result == NULL)
        return SQL_ERROR;
    if (number_out != NULL)
        *number_out = number;
    return SQL_SUCCESS;
}

static SQLRETURN column_attribute(SQLHSTMT handle, SQLUSMALLINT column, SQLUSMALLINT field,
                                  struct dyno_odbc_text_out text_out, SQLLEN *number_out)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    return dyno_odbc_stmt_leave(stmt, attribute_of(stmt, column, field, &text_out, number_out));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLColAttribute(SQLHSTMT handle, SQLUSMALLINT column,
                                                SQLUSMALLINT field, SQLPOINTER text,
                                                SQLSMALLINT room, SQLSMALLINT *len, SQLLEN *number)
{
    return column_attribute(handle, column, field, dyno_odbc_narrow_out(text, room, len), number);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLColAttributeW(SQLHSTMT handle, SQLUSMALLINT column,
                                                 SQLUSMALLINT field, SQLPOINTER text,
                                                 SQLSMALLINT room, SQLSMALLINT *len, SQLLEN *number)
{
    return column_attribute(handle, column, field, dyno_odbc_wide_bytes_out(text, room, len),
                            number);
}
