/* SQLNumResultCols, SQLDescribeCol, SQLColAttribute: all from what was described once. */
#include "odbc/api.h"
#include "odbc/stmt.h"
#include "odbc/text.h"

/* NULL, or what keeps the columns from being asked about. Posts nothing. */
static SQLRETURN check_executed(struct dyno_odbc_stmt *stmt)
{
    if (stmt->state == DYNO_ODBC_STMT_IDLE)
        return dyno_odbc_diag_post(&stmt->diag, "HY010", NULL);
    if (stmt->state == DYNO_ODBC_STMT_PREPARED)
        return dyno_odbc_diag_post(&stmt->diag, "HYC00",
                                   "the columns of a statement are not known before SQLExecute");
    return SQL_SUCCESS;
}

static SQLRETURN check_column(struct dyno_odbc_stmt *stmt, SQLUSMALLINT column)
{
    SQLRETURN rc = check_executed(stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    if (stmt->state == DYNO_ODBC_STMT_DONE)
        return dyno_odbc_diag_post(&stmt->diag, "07005", "the statement has no result columns");
    if (column == 0 || column > stmt->result.column_count)
        return dyno_odbc_diag_post(&stmt->diag, "07009", NULL);
    return SQL_SUCCESS;
}

DYNO_ODBC_API SQLRETURN SQL_API SQLNumResultCols(SQLHSTMT handle, SQLSMALLINT *count)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    SQLRETURN rc = check_executed(stmt);
    if (rc == SQL_SUCCESS && count != NULL)
        *count = (SQLSMALLINT)stmt->result.column_count;
    return dyno_odbc_stmt_leave(stmt, rc);
}

/* SQLDescribeCol's numbers; each pointer may be NULL. */
struct description {
    SQLSMALLINT *type;
    SQLULEN *size;
    SQLSMALLINT *digits;
    SQLSMALLINT *nullable;
};

static SQLRETURN describe(struct dyno_odbc_stmt *stmt, SQLUSMALLINT column,
                          const struct dyno_odbc_text_out *name, const struct description *out)
{
    SQLRETURN rc = check_column(stmt, column);
    if (rc != SQL_SUCCESS)
        return rc;
    const struct dyno_odbc_column_info *info = &stmt->result.infos[column - 1];
    if (out->type != NULL)
        *out->type = info->sql_type;
    if (out->size != NULL)
        *out->size = (SQLULEN)info->column_size;
    if (out->digits != NULL)
        *out->digits = info->decimal_digits;
    if (out->nullable != NULL)
        *out->nullable = SQL_NULLABLE;
    if (dyno_odbc_text_put(name, stmt->result.columns[column - 1].name))
        return dyno_odbc_diag_post(&stmt->diag, "01004", NULL);
    return SQL_SUCCESS;
}

DYNO_ODBC_API SQLRETURN SQL_API SQLDescribeCol(SQLHSTMT handle, SQLUSMALLINT column, SQLCHAR *name,
                                               SQLSMALLINT name_room, SQLSMALLINT *name_len,
                                               SQLSMALLINT *type, SQLULEN *size,
                                               SQLSMALLINT *digits, SQLSMALLINT *nullable)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    struct dyno_odbc_text_out out = {.buffer = name, .room = name_room, .small_len = name_len};
    struct description description = {type, size, digits, nullable};
    return dyno_odbc_stmt_leave(stmt, describe(stmt, column, &out, &description));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLDescribeColW(SQLHSTMT handle, SQLUSMALLINT column,
                                                SQLWCHAR *name, SQLSMALLINT name_room,
                                                SQLSMALLINT *name_len, SQLSMALLINT *type,
                                                SQLULEN *size, SQLSMALLINT *digits,
                                                SQLSMALLINT *nullable)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    struct dyno_odbc_text_out out = {.buffer = name,
                                     .room = name_room,
                                     .is_wide = true,
                                     .counts_units = true,
                                     .small_len = name_len};
    struct description description = {type, size, digits, nullable};
    return dyno_odbc_stmt_leave(stmt, describe(stmt, column, &out, &description));
}

/* Fields that are texts. NULL for all others. */
static const char *text_field(const struct dyno_odbc_stmt *stmt, SQLUSMALLINT column,
                              SQLUSMALLINT field)
{
    const struct dyno_odbc_column_info *info = &stmt->result.infos[column - 1];
    switch (field) {
    case SQL_DESC_NAME:
    case SQL_DESC_LABEL:
    case SQL_COLUMN_NAME:
        return stmt->result.columns[column - 1].name;
    case SQL_DESC_TYPE_NAME:
    case SQL_DESC_LOCAL_TYPE_NAME:
        return info->type_name;
    case SQL_DESC_LITERAL_PREFIX:
        return info->literal_prefix;
    case SQL_DESC_LITERAL_SUFFIX:
        return info->literal_suffix;
    case SQL_DESC_BASE_COLUMN_NAME:
    case SQL_DESC_BASE_TABLE_NAME:
    case SQL_DESC_TABLE_NAME:
    case SQL_DESC_SCHEMA_NAME:
    case SQL_DESC_CATALOG_NAME:
        return "";
    default:
        return NULL;
    }
}

static bool is_exact_number(SQLSMALLINT sql_type)
{
    return sql_type == SQL_DECIMAL;
}

static SQLLEN precision_of(const struct dyno_odbc_column_info *info)
{
    return info->verbose_type == SQL_DATETIME ? info->decimal_digits : info->column_size;
}

static bool number_field(const struct dyno_odbc_column_info *info, SQLUSMALLINT field, SQLLEN *out)
{
    const struct {
        SQLUSMALLINT field;
        SQLLEN value;
    } fields[] = {
        {SQL_DESC_CONCISE_TYPE, info->sql_type},
        {SQL_DESC_TYPE, info->verbose_type},
        {SQL_COLUMN_LENGTH, info->octet_length},
        {SQL_DESC_OCTET_LENGTH, info->octet_length},
        {SQL_DESC_LENGTH, info->column_size},
        {SQL_COLUMN_PRECISION, info->column_size},
        {SQL_DESC_PRECISION, precision_of(info)},
        {SQL_COLUMN_SCALE, info->decimal_digits},
        {SQL_DESC_SCALE, is_exact_number(info->sql_type) ? info->decimal_digits : 0},
        {SQL_DESC_DISPLAY_SIZE, info->display_size},
        {SQL_COLUMN_NULLABLE, SQL_NULLABLE},
        {SQL_DESC_NULLABLE, SQL_NULLABLE},
        {SQL_DESC_UNSIGNED, info->is_unsigned ? SQL_TRUE : SQL_FALSE},
        {SQL_DESC_FIXED_PREC_SCALE, info->is_fixed_scale ? SQL_TRUE : SQL_FALSE},
        {SQL_DESC_UPDATABLE, SQL_ATTR_READONLY},
        {SQL_DESC_AUTO_UNIQUE_VALUE, SQL_FALSE},
        {SQL_DESC_CASE_SENSITIVE, info->is_case_sensitive ? SQL_TRUE : SQL_FALSE},
        {SQL_DESC_SEARCHABLE, SQL_PRED_SEARCHABLE},
        {SQL_DESC_UNNAMED, SQL_NAMED},
        {SQL_DESC_NUM_PREC_RADIX, info->radix},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].field == field) {
            *out = fields[i].value;
            return true;
        }
    }
    return false;
}

static SQLRETURN column_attribute(struct dyno_odbc_stmt *stmt, SQLUSMALLINT column,
                                  SQLUSMALLINT field, const struct dyno_odbc_text_out *text_out,
                                  SQLLEN *number_out)
{
    if (field == SQL_DESC_COUNT || field == SQL_COLUMN_COUNT) {
        SQLRETURN rc = check_executed(stmt);
        if (rc == SQL_SUCCESS && number_out != NULL)
            *number_out = (SQLLEN)stmt->result.column_count;
        return rc;
    }
    SQLRETURN rc = check_column(stmt, column);
    if (rc != SQL_SUCCESS)
        return rc;
    const char *text = text_field(stmt, column, field);
    if (text != NULL) {
        if (dyno_odbc_text_put(text_out, text))
            return dyno_odbc_diag_post(&stmt->diag, "01004", NULL);
        return SQL_SUCCESS;
    }
    SQLLEN number = 0;
    if (!number_field(&stmt->result.infos[column - 1], field, &number))
        return dyno_odbc_diag_post(&stmt->diag, "HY091", NULL);
    if (number_out != NULL)
        *number_out = number;
    return SQL_SUCCESS;
}

DYNO_ODBC_API SQLRETURN SQL_API SQLColAttribute(SQLHSTMT handle, SQLUSMALLINT column,
                                                SQLUSMALLINT field, SQLPOINTER text,
                                                SQLSMALLINT room, SQLSMALLINT *len, SQLLEN *number)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    struct dyno_odbc_text_out out = {.buffer = text, .room = room, .small_len = len};
    return dyno_odbc_stmt_leave(stmt, column_attribute(stmt, column, field, &out, number));
}

DYNO_ODBC_API SQLRETURN SQL_API SQLColAttributeW(SQLHSTMT handle, SQLUSMALLINT column,
                                                 SQLUSMALLINT field, SQLPOINTER text,
                                                 SQLSMALLINT room, SQLSMALLINT *len, SQLLEN *number)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    struct dyno_odbc_text_out out = {
        .buffer = text, .room = room, .is_wide = true, .small_len = len};
    return dyno_odbc_stmt_leave(stmt, column_attribute(stmt, column, field, &out, number));
}
