/* SQLTables, SQLColumns, SQLGetTypeInfo. */
#include "odbc/api.h"
#include "odbc/catalog.h"
#include "odbc/identifier.h"
#include "odbc/stmt.h"
#include "odbc/text.h"

#include <stdlib.h>

typedef SQLRETURN (*catalog_fn)(struct dyno_odbc_stmt *stmt,
                                const struct dyno_odbc_catalog_args *args);

static const char *read_args(const struct dyno_odbc_text_arg given[4],
                             struct dyno_odbc_catalog_args *out)
{
    char **fields[] = {&out->catalog, &out->schema, &out->table, &out->last};
    const char *state = NULL;
    for (size_t i = 0; i < 4 && state == NULL; i++)
        state = dyno_odbc_text_read(given[i], fields[i]);
    return state;
}

/* Under SQL_ATTR_METADATA_ID each name is an identifier and must be there, but for the types of SQLTables and
 * for catalogs, of which this driver has none. */
static const char *settle_names(const struct dyno_odbc_stmt *stmt, catalog_fn function,
                                struct dyno_odbc_catalog_args *args)
{
    bool has_name_last = function == dyno_odbc_catalog_columns;
    args->are_names = stmt->attrs.metadata_id == SQL_TRUE;
    if (!args->are_names)
        return NULL;
    if (args->schema == NULL || args->table == NULL || (has_name_last && args->last == NULL))
        return "HY009";
    dyno_odbc_identifier_unquote(args->schema);
    dyno_odbc_identifier_unquote(args->table);
    if (has_name_last)
        dyno_odbc_identifier_unquote(args->last);
    return NULL;
}

static SQLRETURN call(SQLHSTMT handle, const struct dyno_odbc_text_arg given[4],
                      catalog_fn function)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    struct dyno_odbc_catalog_args args = {.catalog = NULL};
    const char *state = dyno_odbc_stmt_has_cursor(stmt) ? "24000" : NULL;
    if (state == NULL)
        state = read_args(given, &args);
    if (state == NULL)
        state = settle_names(stmt, function, &args);
    rc = state != NULL ? dyno_odbc_diag_post(&stmt->diag, state, NULL) : function(stmt, &args);
    free(args.catalog);
    free(args.schema);
    free(args.table);
    free(args.last);
    return dyno_odbc_stmt_leave(stmt, rc);
}

/* A function of four names, and its wide twin. */
#define NAMES_PAIR(name, function)                                                                 \
    DYNO_ODBC_API SQLRETURN SQL_API name(                                                          \
        SQLHSTMT handle, SQLCHAR *catalog, SQLSMALLINT catalog_len, SQLCHAR *schema,               \
        SQLSMALLINT schema_len, SQLCHAR *table, SQLSMALLINT table_len, SQLCHAR *last,              \
        SQLSMALLINT last_len)                                                                      \
    {                                                                                              \
        const struct dyno_odbc_text_arg given[4] = {                                               \
            dyno_odbc_narrow(catalog, catalog_len), dyno_odbc_narrow(schema, schema_len),          \
            dyno_odbc_narrow(table, table_len), dyno_odbc_narrow(last, last_len)};                 \
        return call(handle, given, function);                                                      \
    }                                                                                              \
    DYNO_ODBC_API SQLRETURN SQL_API name##W(                                                       \
        SQLHSTMT handle, SQLWCHAR *catalog, SQLSMALLINT catalog_len, SQLWCHAR *schema,             \
        SQLSMALLINT schema_len, SQLWCHAR *table, SQLSMALLINT table_len, SQLWCHAR *last,            \
        SQLSMALLINT last_len)                                                                      \
    {                                                                                              \
        const struct dyno_odbc_text_arg given[4] = {                                               \
            dyno_odbc_wide(catalog, catalog_len), dyno_odbc_wide(schema, schema_len),              \
            dyno_odbc_wide(table, table_len), dyno_odbc_wide(last, last_len)};                     \
        return call(handle, given, function);                                                      \
    }

NAMES_PAIR(SQLTables, dyno_odbc_catalog_tables)
NAMES_PAIR(SQLColumns, dyno_odbc_catalog_columns)

static SQLRETURN type_info(SQLHSTMT handle, SQLSMALLINT sql_type)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    rc = dyno_odbc_stmt_has_cursor(stmt) ? dyno_odbc_diag_post(&stmt->diag, "24000", NULL)
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
