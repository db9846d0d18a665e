#include "odbc/column.h"

const char *dyno_odbc_column_text(const struct dyno_odbc_result *result, size_t column,
                                  SQLUSMALLINT field)
{
    const struct dyno_odbc_column_info *info = &result->infos[column - 1];
    switch (field) {
    case SQL_DESC_NAME:
    case SQL_DESC_LABEL:
    case SQL_COLUMN_NAME:
        return result->columns[column - 1].name;
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

static SQLLEN datetime_code(const struct dyno_odbc_column_info *info)
{
    if (info->verbose_type != SQL_DATETIME)
        return 0;
    return info->sql_type == SQL_TYPE_DATE ? SQL_CODE_DATE : SQL_CODE_TIMESTAMP;
}

bool dyno_odbc_column_number(const struct dyno_odbc_column_info *info, SQLUSMALLINT field,
                             SQLLEN *out)
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
        {SQL_DESC_DATETIME_INTERVAL_CODE, datetime_code(info)},
        {SQL_DESC_ROWVER, SQL_FALSE},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].field == field) {
            *out = fields[i].value;
            return true;
        }
    }
    return false;
}
