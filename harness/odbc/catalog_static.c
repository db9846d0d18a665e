/* Catalog answers that need no server: type info, and the functions that have nothing to tell. */
#include "odbc/catalog.h"
#include "odbc/execute.h"
#include "odbc/sqltype.h"
#include "odbc/table.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct dyno_odbc_table_column type_info_columns[] = {
    {"TYPE_NAME", DYNO_HS2_STRING},
    {"DATA_TYPE", DYNO_HS2_SMALLINT},
    {"COLUMN_SIZE", DYNO_HS2_INT},
    {"LITERAL_PREFIX", DYNO_HS2_STRING},
    {"LITERAL_SUFFIX", DYNO_HS2_STRING},
    {"CREATE_PARAMS", DYNO_HS2_STRING},
    {"NULLABLE", DYNO_HS2_SMALLINT},
    {"CASE_SENSITIVE", DYNO_HS2_SMALLINT},
    {"SEARCHABLE", DYNO_HS2_SMALLINT},
    {"UNSIGNED_ATTRIBUTE", DYNO_HS2_SMALLINT},
    {"FIXED_PREC_SCALE", DYNO_HS2_SMALLINT},
    {"AUTO_UNIQUE_VALUE", DYNO_HS2_SMALLINT},
    {"LOCAL_TYPE_NAME", DYNO_HS2_STRING},
    {"MINIMUM_SCALE", DYNO_HS2_SMALLINT},
    {"MAXIMUM_SCALE", DYNO_HS2_SMALLINT},
    {"SQL_DATA_TYPE", DYNO_HS2_SMALLINT},
    {"SQL_DATETIME_SUB", DYNO_HS2_SMALLINT},
    {"NUM_PREC_RADIX", DYNO_HS2_INT},
    {"INTERVAL_PRECISION", DYNO_HS2_SMALLINT},
};

/* The types that can be written in DDL; STRING goes before VARCHAR as the closest to SQL_VARCHAR. */
static const enum dyno_hs2_type listed_types[] = {
    DYNO_HS2_BOOLEAN, DYNO_HS2_TINYINT, DYNO_HS2_SMALLINT,  DYNO_HS2_INT,    DYNO_HS2_BIGINT,
    DYNO_HS2_FLOAT,   DYNO_HS2_DOUBLE,  DYNO_HS2_DECIMAL,   DYNO_HS2_STRING, DYNO_HS2_VARCHAR,
    DYNO_HS2_CHAR,    DYNO_HS2_BINARY,  DYNO_HS2_TIMESTAMP, DYNO_HS2_DATE,
};

static void set_text(struct dyno_odbc_table *table, size_t column, const char *text)
{
    if (text != NULL && text[0] != '\0')
        dyno_odbc_table_set_text(table, column, text, strlen(text));
}

static const char *create_params(enum dyno_hs2_type type)
{
    if (type == DYNO_HS2_DECIMAL)
        return "precision,scale";
    return type == DYNO_HS2_VARCHAR || type == DYNO_HS2_CHAR ? "length" : NULL;
}

static void add_type(struct dyno_odbc_table *table, enum dyno_hs2_type type,
                     const struct dyno_odbc_column_info *info)
{
    bool is_decimal = type == DYNO_HS2_DECIMAL;
    bool is_moment = info->verbose_type == SQL_DATETIME;
    dyno_odbc_table_add_row(table);
    set_text(table, 0, info->type_name);
    dyno_odbc_table_set_number(table, 1, info->sql_type);
    dyno_odbc_table_set_number(table, 2, info->column_size);
    set_text(table, 3, info->literal_prefix);
    set_text(table, 4, info->literal_suffix);
    set_text(table, 5, create_params(type));
    dyno_odbc_table_set_number(table, 6, SQL_NULLABLE);
    dyno_odbc_table_set_number(table, 7, info->is_case_sensitive ? SQL_TRUE : SQL_FALSE);
    dyno_odbc_table_set_number(table, 8, SQL_SEARCHABLE);
    if (info->radix != 0)
        dyno_odbc_table_set_number(table, 9, SQL_FALSE);
    dyno_odbc_table_set_number(table, 10, SQL_FALSE);
    if (info->radix != 0)
        dyno_odbc_table_set_number(table, 11, SQL_FALSE);
    set_text(table, 12, info->type_name);
    if (is_decimal || is_moment) {
        dyno_odbc_table_set_number(table, 13, is_moment ? info->decimal_digits : 0);
        dyno_odbc_table_set_number(table, 14, is_moment ? info->decimal_digits : 38);
    }
    dyno_odbc_table_set_number(table, 15, info->verbose_type);
    if (is_moment)
        dyno_odbc_table_set_number(
            table, 16, info->sql_type == SQL_TYPE_DATE ? SQL_CODE_DATE : SQL_CODE_TIMESTAMP);
    if (info->radix != 0)
        dyno_odbc_table_set_number(table, 17, info->radix);
}

static SQLRETURN open_table(struct dyno_odbc_stmt *stmt, struct dyno_odbc_table *table,
                            const size_t *keys, size_t key_count)
{
    if (table == NULL || dyno_odbc_table_finish(table, keys, key_count) != DYNO_OK) {
        dyno_odbc_table_free(table);
        return dyno_odbc_diag_post(&stmt->diag, "HY001", NULL);
    }
    return dyno_odbc_execute_table(stmt, table);
}

/* ODBC 2 names for dates, and the wide names for what this driver has in one form only. */
static SQLSMALLINT canonical_type(SQLSMALLINT sql_type, bool has_wide_types)
{
    switch (sql_type) {
    case SQL_DATE:
        return SQL_TYPE_DATE;
    case SQL_TIMESTAMP:
        return SQL_TYPE_TIMESTAMP;
    case SQL_WCHAR:
        return has_wide_types ? SQL_WCHAR : SQL_CHAR;
    case SQL_WVARCHAR:
    case SQL_WLONGVARCHAR:
        return has_wide_types ? SQL_WVARCHAR : SQL_VARCHAR;
    case SQL_BINARY:
    case SQL_LONGVARBINARY:
        return SQL_VARBINARY;
    case SQL_NUMERIC:
        return SQL_DECIMAL;
    default:
        return sql_type;
    }
}

SQLRETURN dyno_odbc_catalog_type_info(struct dyno_odbc_stmt *stmt, SQLSMALLINT sql_type)
{
    static const size_t keys[] = {1};
    const struct dyno_odbc_settings *settings = &stmt->dbc->settings;
    struct dyno_odbc_table *table =
        dyno_odbc_table_new(type_info_columns, COUNT(type_info_columns));
    SQLSMALLINT wanted = canonical_type(sql_type, settings->has_wide_types);
    for (size_t i = 0; table != NULL && i < COUNT(listed_types); i++) {
        struct dyno_hs2_column_desc desc = {.type = listed_types[i]};
        struct dyno_odbc_column_info info = dyno_odbc_column_describe(&desc, settings);
        if (wanted == SQL_ALL_TYPES || wanted == info.sql_type)
            add_type(table, listed_types[i], &info);
    }
    return open_table(stmt, table, keys, COUNT(keys));
}

static const struct dyno_odbc_table_column primary_keys[] = {
    {"TABLE_CAT", DYNO_HS2_STRING},  {"TABLE_SCHEM", DYNO_HS2_STRING},
    {"TABLE_NAME", DYNO_HS2_STRING}, {"COLUMN_NAME", DYNO_HS2_STRING},
    {"KEY_SEQ", DYNO_HS2_SMALLINT},  {"PK_NAME", DYNO_HS2_STRING},
};

static const struct dyno_odbc_table_column foreign_keys[] = {
    {"PKTABLE_CAT", DYNO_HS2_STRING},   {"PKTABLE_SCHEM", DYNO_HS2_STRING},
    {"PKTABLE_NAME", DYNO_HS2_STRING},  {"PKCOLUMN_NAME", DYNO_HS2_STRING},
    {"FKTABLE_CAT", DYNO_HS2_STRING},   {"FKTABLE_SCHEM", DYNO_HS2_STRING},
    {"FKTABLE_NAME", DYNO_HS2_STRING},  {"FKCOLUMN_NAME", DYNO_HS2_STRING},
    {"KEY_SEQ", DYNO_HS2_SMALLINT},     {"UPDATE_RULE", DYNO_HS2_SMALLINT},
    {"DELETE_RULE", DYNO_HS2_SMALLINT}, {"FK_NAME", DYNO_HS2_STRING},
    {"PK_NAME", DYNO_HS2_STRING},       {"DEFERRABILITY", DYNO_HS2_SMALLINT},
};

static const struct dyno_odbc_table_column statistics[] = {
    {"TABLE_CAT", DYNO_HS2_STRING},        {"TABLE_SCHEM", DYNO_HS2_STRING},
    {"TABLE_NAME", DYNO_HS2_STRING},       {"NON_UNIQUE", DYNO_HS2_SMALLINT},
    {"INDEX_QUALIFIER", DYNO_HS2_STRING},  {"INDEX_NAME", DYNO_HS2_STRING},
    {"TYPE", DYNO_HS2_SMALLINT},           {"ORDINAL_POSITION", DYNO_HS2_SMALLINT},
    {"COLUMN_NAME", DYNO_HS2_STRING},      {"ASC_OR_DESC", DYNO_HS2_STRING},
    {"CARDINALITY", DYNO_HS2_INT},         {"PAGES", DYNO_HS2_INT},
    {"FILTER_CONDITION", DYNO_HS2_STRING},
};

static const struct dyno_odbc_table_column special_columns[] = {
    {"SCOPE", DYNO_HS2_SMALLINT},          {"COLUMN_NAME", DYNO_HS2_STRING},
    {"DATA_TYPE", DYNO_HS2_SMALLINT},      {"TYPE_NAME", DYNO_HS2_STRING},
    {"COLUMN_SIZE", DYNO_HS2_INT},         {"BUFFER_LENGTH", DYNO_HS2_INT},
    {"DECIMAL_DIGITS", DYNO_HS2_SMALLINT}, {"PSEUDO_COLUMN", DYNO_HS2_SMALLINT},
};

static const struct dyno_odbc_table_column procedures[] = {
    {"PROCEDURE_CAT", DYNO_HS2_STRING},  {"PROCEDURE_SCHEM", DYNO_HS2_STRING},
    {"PROCEDURE_NAME", DYNO_HS2_STRING}, {"NUM_INPUT_PARAMS", DYNO_HS2_INT},
    {"NUM_OUTPUT_PARAMS", DYNO_HS2_INT}, {"NUM_RESULT_SETS", DYNO_HS2_INT},
    {"REMARKS", DYNO_HS2_STRING},        {"PROCEDURE_TYPE", DYNO_HS2_SMALLINT},
};

static const struct dyno_odbc_table_column procedure_columns[] = {
    {"PROCEDURE_CAT", DYNO_HS2_STRING},    {"PROCEDURE_SCHEM", DYNO_HS2_STRING},
    {"PROCEDURE_NAME", DYNO_HS2_STRING},   {"COLUMN_NAME", DYNO_HS2_STRING},
    {"COLUMN_TYPE", DYNO_HS2_SMALLINT},    {"DATA_TYPE", DYNO_HS2_SMALLINT},
    {"TYPE_NAME", DYNO_HS2_STRING},        {"COLUMN_SIZE", DYNO_HS2_INT},
    {"BUFFER_LENGTH", DYNO_HS2_INT},       {"DECIMAL_DIGITS", DYNO_HS2_SMALLINT},
    {"NUM_PREC_RADIX", DYNO_HS2_SMALLINT}, {"NULLABLE", DYNO_HS2_SMALLINT},
    {"REMARKS", DYNO_HS2_STRING},          {"COLUMN_DEF", DYNO_HS2_STRING},
    {"SQL_DATA_TYPE", DYNO_HS2_SMALLINT},  {"SQL_DATETIME_SUB", DYNO_HS2_SMALLINT},
    {"CHAR_OCTET_LENGTH", DYNO_HS2_INT},   {"ORDINAL_POSITION", DYNO_HS2_INT},
    {"IS_NULLABLE", DYNO_HS2_STRING},
};

static const struct dyno_odbc_table_column table_privileges[] = {
    {"TABLE_CAT", DYNO_HS2_STRING},    {"TABLE_SCHEM", DYNO_HS2_STRING},
    {"TABLE_NAME", DYNO_HS2_STRING},   {"GRANTOR", DYNO_HS2_STRING},
    {"GRANTEE", DYNO_HS2_STRING},      {"PRIVILEGE", DYNO_HS2_STRING},
    {"IS_GRANTABLE", DYNO_HS2_STRING},
};

static const struct dyno_odbc_table_column column_privileges[] = {
    {"TABLE_CAT", DYNO_HS2_STRING},  {"TABLE_SCHEM", DYNO_HS2_STRING},
    {"TABLE_NAME", DYNO_HS2_STRING}, {"COLUMN_NAME", DYNO_HS2_STRING},
    {"GRANTOR", DYNO_HS2_STRING},    {"GRANTEE", DYNO_HS2_STRING},
    {"PRIVILEGE", DYNO_HS2_STRING},  {"IS_GRANTABLE", DYNO_HS2_STRING},
};

SQLRETURN dyno_odbc_catalog_empty(struct dyno_odbc_stmt *stmt, enum dyno_odbc_empty which)
{
    static const struct {
        const struct dyno_odbc_table_column *columns;
        size_t count;
    } shapes[] = {
        [DYNO_ODBC_EMPTY_PRIMARY_KEYS] = {primary_keys, COUNT(primary_keys)},
        [DYNO_ODBC_EMPTY_FOREIGN_KEYS] = {foreign_keys, COUNT(foreign_keys)},
        [DYNO_ODBC_EMPTY_STATISTICS] = {statistics, COUNT(statistics)},
        [DYNO_ODBC_EMPTY_SPECIAL_COLUMNS] = {special_columns, COUNT(special_columns)},
        [DYNO_ODBC_EMPTY_PROCEDURES] = {procedures, COUNT(procedures)},
        [DYNO_ODBC_EMPTY_PROCEDURE_COLUMNS] = {procedure_columns, COUNT(procedure_columns)},
        [DYNO_ODBC_EMPTY_TABLE_PRIVILEGES] = {table_privileges, COUNT(table_privileges)},
        [DYNO_ODBC_EMPTY_COLUMN_PRIVILEGES] = {column_privileges, COUNT(column_privileges)},
    };
    return open_table(stmt, dyno_odbc_table_new(shapes[which].columns, shapes[which].count), NULL,
                      0);
}
