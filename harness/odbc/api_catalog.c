/* SQLTables, SQLColumns, SQLGetTypeInfo. */
#include "odbc/api.h"
#include "odbc/catalog.h"
#include "odbc/stmt.h"
#include "odbc/text.h"

#include <stdlib.h>

typedef SQLRETURN (*catalog_fn)(struct dyno_odbc_stmt *stmt,
                                const struct dyno_odbc_catalog_args *args);

/* One argument as it came, in either encoding. */
struct raw {
    void *text;
    SQLSMALLINT len;
};

static const char *read_args(const struct raw raws[4], bool is_wide,
                             struct dyno_odbc_catalog_args *out)
{
    char **fields[] = {&out->catalog, &out->schema, &out->table, &out->last};
    const char *state = NULL;
    for (size_t i = 0; i < 4 && state == NULL; i++)
        state = is_wide ? dyno_odbc_text_in_w(raws[i].text, raws[i].len, fields[i])
                        : dyno_odbc_text_in(raws[i].text, raws[i].len, fields[i]);
    return state;
}

static SQLRETURN call(SQLHSTMT handle, const struct raw raws[4], bool is_wide, catalog_fn function)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    struct dyno_odbc_catalog_args args = {.catalog = NULL};
    const char *state = dyno_odbc_stmt_has_cursor(stmt) ? "24000" : NULL;
    if (state == NULL)
        state = read_args(raws, is_wide, &args);
    SQLRETURN rc =
        state != NULL ? dyno_odbc_diag_post(&stmt->diag, state, NULL) : function(stmt, &args);
    free(args.catalog);
    free(args.schema);
    free(args.table);
    free(args.last);
    return dyno_odbc_stmt_leave(stmt, rc);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLTables(SQLHSTMT handle, SQLCHAR *catalog,
                                          SQLSMALLINT catalog_len, SQLCHAR *schema,
                                          SQLSMALLINT schema_len, SQLCHAR *table,
                                          SQLSMALLINT table_len, SQLCHAR *types,
                                          SQLSMALLINT types_len)
{
    struct raw raws[4] = {
        {catalog, catalog_len}, {schema, schema_len}, {table, table_len}, {types, types_len}};
    return call(handle, raws, false, dyno_odbc_catalog_tables);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLTablesW(SQLHSTMT handle, SQLWCHAR *catalog,
                                           SQLSMALLINT catalog_len, SQLWCHAR *schema,
                                           SQLSMALLINT schema_len, SQLWCHAR *table,
                                           SQLSMALLINT table_len, SQLWCHAR *types,
                                           SQLSMALLINT types_len)
{
    struct raw raws[4] = {
        {catalog, catalog_len}, {schema, schema_len}, {table, table_len}, {types, types_len}};
    return call(handle, raws, true, dyno_odbc_catalog_tables);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLColumns(SQLHSTMT handle, SQLCHAR *catalog,
                                           SQLSMALLINT catalog_len, SQLCHAR *schema,
                                           SQLSMALLINT schema_len, SQLCHAR *table,
                                           SQLSMALLINT table_len, SQLCHAR *column,
                                           SQLSMALLINT column_len)
{
    struct raw raws[4] = {
        {catalog, catalog_len}, {schema, schema_len}, {table, table_len}, {column, column_len}};
    return call(handle, raws, false, dyno_odbc_catalog_columns);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLColumnsW(SQLHSTMT handle, SQLWCHAR *catalog,
                                            SQLSMALLINT catalog_len, SQLWCHAR *schema,
                                            SQLSMALLINT schema_len, SQLWCHAR *table,
                                            SQLSMALLINT table_len, SQLWCHAR *column,
                                            SQLSMALLINT column_len)
{
    struct raw raws[4] = {
        {catalog, catalog_len}, {schema, schema_len}, {table, table_len}, {column, column_len}};
    return call(handle, raws, true, dyno_odbc_catalog_columns);
}

static SQLRETURN type_info(SQLHSTMT handle, SQLSMALLINT sql_type)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    SQLRETURN rc = dyno_odbc_stmt_has_cursor(stmt) ? dyno_odbc_diag_post(&stmt->diag, "24000", NULL)
                                                   : dyno_odbc_catalog_type_info(stmt, sql_type);
    return dyno_odbc_stmt_leave(stmt, rc);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetTypeInfo(SQLHSTMT handle, SQLSMALLINT sql_type)
{
    return type_info(handle, sql_type);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLGetTypeInfoW(SQLHSTMT handle, SQLSMALLINT sql_type)
{
    return type_info(handle, sql_type);
}
