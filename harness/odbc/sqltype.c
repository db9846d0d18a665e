#include "odbc/sqltype.h"

#include <stddef.h>

/* Characters are UTF-8 in SQL_C_CHAR: up to four bytes each. */
#define UTF8_MAX_BYTES 4

struct traits {
    SQLSMALLINT sql_type;
    SQLSMALLINT c_type;
    const char *name;
    SQLLEN size;
    SQLLEN display;
    SQLLEN octets;
    SQLSMALLINT digits;
    SQLSMALLINT radix;
};

/* Sizes of 0 depend on the column or the settings and are set below. */
static const struct traits table[] = {
    [DYNO_HS2_BOOLEAN] = {SQL_BIT, SQL_C_BIT, "BOOLEAN", 1, 1, 1, 0, 0},
    [DYNO_HS2_TINYINT] = {SQL_TINYINT, SQL_C_STINYINT, "TINYINT", 3, 4, 1, 0, 10},
    [DYNO_HS2_SMALLINT] = {SQL_SMALLINT, SQL_C_SSHORT, "SMALLINT", 5, 6, 2, 0, 10},
    [DYNO_HS2_INT] = {SQL_INTEGER, SQL_C_SLONG, "INT", 10, 11, 4, 0, 10},
    [DYNO_HS2_BIGINT] = {SQL_BIGINT, SQL_C_SBIGINT, "BIGINT", 19, 20, 8, 0, 10},
    [DYNO_HS2_FLOAT] = {SQL_REAL, SQL_C_FLOAT, "FLOAT", 24, 15, 4, 0, 2},
    [DYNO_HS2_DOUBLE] = {SQL_DOUBLE, SQL_C_DOUBLE, "DOUBLE", 53, 24, 8, 0, 2},
    [DYNO_HS2_STRING] = {SQL_VARCHAR, SQL_C_CHAR, "STRING", 0, 0, 0, 0, 0},
    [DYNO_HS2_TIMESTAMP] = {SQL_TYPE_TIMESTAMP, SQL_C_TYPE_TIMESTAMP, "TIMESTAMP", 26, 26, 16, 6,
                            0},
    [DYNO_HS2_BINARY] = {SQL_VARBINARY, SQL_C_BINARY, "BINARY", 0, 0, 0, 0, 0},
    [DYNO_HS2_ARRAY] = {SQL_VARCHAR, SQL_C_CHAR, "ARRAY", 0, 0, 0, 0, 0},
    [DYNO_HS2_MAP] = {SQL_VARCHAR, SQL_C_CHAR, "MAP", 0, 0, 0, 0, 0},
    [DYNO_HS2_STRUCT] = {SQL_VARCHAR, SQL_C_CHAR, "STRUCT", 0, 0, 0, 0, 0},
    [DYNO_HS2_UNION] = {SQL_VARCHAR, SQL_C_CHAR, "UNION", 0, 0, 0, 0, 0},
    [DYNO_HS2_USER_DEFINED] = {SQL_VARCHAR, SQL_C_CHAR, "USER_DEFINED", 0, 0, 0, 0, 0},
    [DYNO_HS2_DECIMAL] = {SQL_DECIMAL, SQL_C_CHAR, "DECIMAL", 0, 0, 0, 0, 10},
    [DYNO_HS2_NULL] = {SQL_VARCHAR, SQL_C_CHAR, "VOID", 0, 0, 0, 0, 0},
    [DYNO_HS2_DATE] = {SQL_TYPE_DATE, SQL_C_TYPE_DATE, "DATE", 10, 10, 6, 0, 0},
    [DYNO_HS2_VARCHAR] = {SQL_VARCHAR, SQL_C_CHAR, "VARCHAR", 0, 0, 0, 0, 0},
    [DYNO_HS2_CHAR] = {SQL_CHAR, SQL_C_CHAR, "CHAR", 0, 0, 0, 0, 0},
    [DYNO_HS2_INTERVAL_YEAR_MONTH] = {SQL_VARCHAR, SQL_C_CHAR, "INTERVAL YEAR TO MONTH", 0, 0, 0, 0,
                                      0},
    [DYNO_HS2_INTERVAL_DAY_TIME] = {SQL_VARCHAR, SQL_C_CHAR, "INTERVAL DAY TO SECOND", 0, 0, 0, 0,
                                    0},
    [DYNO_HS2_TIMESTAMP_LOCAL_TZ] = {SQL_TYPE_TIMESTAMP, SQL_C_TYPE_TIMESTAMP, "TIMESTAMP", 26, 26,
                                     16, 6, 0},
};

static const struct traits *traits_of(enum dyno_hs2_type type)
{
    size_t i = (size_t)type;
    if (i >= sizeof table / sizeof table[0] || table[i].name == NULL)
        i = DYNO_HS2_STRING;
    return &table[i];
}

static void describe_text(struct dyno_odbc_column_info *info,
                          const struct dyno_hs2_column_desc *desc,
                          const struct dyno_odbc_settings *settings)
{
    bool has_length =
        (desc->type == DYNO_HS2_CHAR || desc->type == DYNO_HS2_VARCHAR) && desc->precision > 0;
    info->column_size = has_length ? desc->precision : settings->string_column_length;
    info->display_size = info->column_size;
    info->octet_length = info->column_size * UTF8_MAX_BYTES;
    info->is_case_sensitive = true;
    info->literal_prefix = "'";
    info->literal_suffix = "'";
    if (!settings->has_wide_types)
        return;
    info->sql_type = info->sql_type == SQL_CHAR ? SQL_WCHAR : SQL_WVARCHAR;
    info->default_c_type = SQL_C_WCHAR;
    info->octet_length = info->column_size * (SQLLEN)sizeof(SQLWCHAR);
}

static void describe_decimal(struct dyno_odbc_column_info *info,
                             const struct dyno_hs2_column_desc *desc)
{
    bool is_told = desc->precision > 0;
    info->column_size = is_told ? desc->precision : 38;
    info->decimal_digits = (SQLSMALLINT)(is_told ? desc->scale : 18);
    /* Sign and point. */
    info->display_size = info->column_size + 2;
    info->octet_length = info->display_size;
    info->is_fixed_scale = false;
}

struct dyno_odbc_column_info dyno_odbc_column_describe(const struct dyno_hs2_column_desc *desc,
                                                       const struct dyno_odbc_settings *settings)
{
    const struct traits *traits = traits_of(desc->type);
    struct dyno_odbc_column_info info = {
        .sql_type = traits->sql_type,
        .default_c_type = traits->c_type,
        .type_name = traits->name,
        .column_size = traits->size,
        .decimal_digits = traits->digits,
        .display_size = traits->display,
        .octet_length = traits->octets,
        .radix = traits->radix,
        .is_unsigned = traits->radix == 0,
        .literal_prefix = "",
        .literal_suffix = "",
    };
    if (info.sql_type == SQL_DECIMAL) {
        describe_decimal(&info, desc);
    } else if (info.sql_type == SQL_VARBINARY) {
        info.column_size = settings->binary_column_length;
        info.display_size = info.column_size * 2;
        info.octet_length = info.column_size;
        info.literal_prefix = "X'";
        info.literal_suffix = "'";
    } else if (traits->size == 0) {
        describe_text(&info, desc, settings);
    } else if (info.sql_type == SQL_TYPE_DATE || info.sql_type == SQL_TYPE_TIMESTAMP) {
        info.literal_prefix = info.sql_type == SQL_TYPE_DATE ? "DATE '" : "TIMESTAMP '";
        info.literal_suffix = "'";
    }
    bool is_datetime = info.sql_type == SQL_TYPE_DATE || info.sql_type == SQL_TYPE_TIMESTAMP;
    info.verbose_type = is_datetime ? SQL_DATETIME : info.sql_type;
    return info;
}

enum dyno_hs2_type dyno_odbc_type_of_jdbc(int64_t jdbc_type)
{
    static const struct {
        int64_t jdbc_type;
        enum dyno_hs2_type type;
    } pairs[] = {
        {16, DYNO_HS2_BOOLEAN},   {-7, DYNO_HS2_BOOLEAN},     {-6, DYNO_HS2_TINYINT},
        {5, DYNO_HS2_SMALLINT},   {4, DYNO_HS2_INT},          {-5, DYNO_HS2_BIGINT},
        {6, DYNO_HS2_FLOAT},      {7, DYNO_HS2_FLOAT},        {8, DYNO_HS2_DOUBLE},
        {12, DYNO_HS2_STRING},    {1, DYNO_HS2_CHAR},         {91, DYNO_HS2_DATE},
        {93, DYNO_HS2_TIMESTAMP}, {2014, DYNO_HS2_TIMESTAMP}, {-2, DYNO_HS2_BINARY},
        {-3, DYNO_HS2_BINARY},    {3, DYNO_HS2_DECIMAL},      {2, DYNO_HS2_DECIMAL},
        {0, DYNO_HS2_NULL},       {2003, DYNO_HS2_ARRAY},     {2000, DYNO_HS2_MAP},
        {2002, DYNO_HS2_STRUCT},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (pairs[i].jdbc_type == jdbc_type)
            return pairs[i].type;
    }
    return DYNO_HS2_STRING;
}
