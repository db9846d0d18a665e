/**
 * Catalog functions: the server's answers put into the shape that ODBC wants.
 */
#ifndef DYNO_ODBC_CATALOG_H
#define DYNO_ODBC_CATALOG_H

#include "odbc/stmt.h"

#include <stdbool.h>

/** Arguments of a catalog function in UTF-8; NULL: not restricted. */
struct dyno_odbc_catalog_args {
    char *catalog;
    char *schema;
    char *table;
    char *last;     /**< table types of SQLTables, column pattern of SQLColumns */
    bool are_names; /**< SQL_ATTR_METADATA_ID: they are names, not patterns, and none is NULL */
};

/* Each leaves the statement with an open cursor over the answer. */
SQLRETURN dyno_odbc_catalog_tables(struct dyno_odbc_stmt *stmt,
                                   const struct dyno_odbc_catalog_args *args);
SQLRETURN dyno_odbc_catalog_columns(struct dyno_odbc_stmt *stmt,
                                    const struct dyno_odbc_catalog_args *args);
SQLRETURN dyno_odbc_catalog_type_info(struct dyno_odbc_stmt *stmt, SQLSMALLINT sql_type);

/** Functions whose answer is always empty: Spark has no keys, indexes, procedures or privileges to tell of. */
enum dyno_odbc_empty {
    DYNO_ODBC_EMPTY_PRIMARY_KEYS,
    DYNO_ODBC_EMPTY_FOREIGN_KEYS,
    DYNO_ODBC_EMPTY_STATISTICS,
    DYNO_ODBC_EMPTY_SPECIAL_COLUMNS,
    DYNO_ODBC_EMPTY_PROCEDURES,
    DYNO_ODBC_EMPTY_PROCEDURE_COLUMNS,
    DYNO_ODBC_EMPTY_TABLE_PRIVILEGES,
    DYNO_ODBC_EMPTY_COLUMN_PRIVILEGES
};

SQLRETURN dyno_odbc_catalog_empty(struct dyno_odbc_stmt *stmt, enum dyno_odbc_empty which);

#endif
