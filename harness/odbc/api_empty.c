/* Catalog functions that Spark has nothing to tell for: well-formed answers without rows. Their
 * arguments, narrow or wide, restrict nothing, so both twins of a function are one. */
#include "odbc/api.h"
#include "odbc/catalog.h"
#include "odbc/stmt.h"

#include <stdbool.h>
#include <stddef.h>

/* `lacks_name`: one that SQL_ATTR_METADATA_ID wants is a null pointer. */
static SQLRETURN answer_empty(SQLHSTMT handle, enum dyno_odbc_empty which, bool lacks_name)
{
    struct dyno_odbc_stmt *stmt = NULL;
    SQLRETURN rc = dyno_odbc_stmt_begin(handle, &stmt);
    if (rc != SQL_SUCCESS)
        return rc;
    if (dyno_odbc_stmt_has_cursor(stmt))
        rc = dyno_odbc_diag_post(&stmt->diag, "24000", NULL);
    else if (lacks_name && stmt->attrs.metadata_id == SQL_TRUE)
        rc = dyno_odbc_diag_post(&stmt->diag, "HY009", NULL);
    else
        rc = dyno_odbc_catalog_empty(stmt, which);
    return dyno_odbc_stmt_leave(stmt, rc);
}

/* One name of a catalog function: the text and its length. A type cannot stand in parentheses.
 * NOLINTNEXTLINE(bugprone-macro-parentheses) */
#define NAME(type, n) __attribute__((unused)) type *n, __attribute__((unused)) SQLSMALLINT n##_len
#define FLAG(n)       __attribute__((unused)) SQLUSMALLINT n

/* A function and its wide twin, which differ in the type of their texts only. */
#define EMPTY_PAIR(name, which, parameters, lacks_name)                                            \
    DYNO_ODBC_API SQLRETURN SQL_API name(SQLHSTMT handle, parameters(SQLCHAR))                     \
    {                                                                                              \
        return answer_empty(handle, which, lacks_name);                                            \
    }                                                                                              \
    DYNO_ODBC_API SQLRETURN SQL_API name##W(SQLHSTMT handle, parameters(SQLWCHAR))                 \
    {                                                                                              \
        return answer_empty(handle, which, lacks_name);                                            \
    }

#define THREE_NAMES(type)     NAME(type, a), NAME(type, b), NAME(type, c)
#define FOUR_NAMES(type)      THREE_NAMES(type), NAME(type, d)
#define SIX_NAMES(type)       FOUR_NAMES(type), NAME(type, e), NAME(type, f)
#define INDEX_ARGS(type)      THREE_NAMES(type), FLAG(unique), FLAG(reserved)
#define ROW_COLUMN_ARGS(type) FLAG(kind), THREE_NAMES(type), FLAG(scope), FLAG(nullable)

/* Catalogs (`a`, `d` of keys) do not count: there are none. Of two keys one may be left out whole. */
#define LACKS_TABLE     (b == NULL || c == NULL)
#define LACKS_COLUMN    (LACKS_TABLE || d == NULL)
#define LACKS_KEY_TABLE ((c == NULL || b == NULL) && (f == NULL || e == NULL))

EMPTY_PAIR(SQLPrimaryKeys, DYNO_ODBC_EMPTY_PRIMARY_KEYS, THREE_NAMES, LACKS_TABLE)
EMPTY_PAIR(SQLForeignKeys, DYNO_ODBC_EMPTY_FOREIGN_KEYS, SIX_NAMES, LACKS_KEY_TABLE)
EMPTY_PAIR(SQLStatistics, DYNO_ODBC_EMPTY_STATISTICS, INDEX_ARGS, LACKS_TABLE)
EMPTY_PAIR(SQLSpecialColumns, DYNO_ODBC_EMPTY_SPECIAL_COLUMNS, ROW_COLUMN_ARGS, LACKS_TABLE)
EMPTY_PAIR(SQLProcedures, DYNO_ODBC_EMPTY_PROCEDURES, THREE_NAMES, LACKS_TABLE)
EMPTY_PAIR(SQLProcedureColumns, DYNO_ODBC_EMPTY_PROCEDURE_COLUMNS, FOUR_NAMES, LACKS_COLUMN)
EMPTY_PAIR(SQLTablePrivileges, DYNO_ODBC_EMPTY_TABLE_PRIVILEGES, THREE_NAMES, LACKS_TABLE)
EMPTY_PAIR(SQLColumnPrivileges, DYNO_ODBC_EMPTY_COLUMN_PRIVILEGES, FOUR_NAMES, LACKS_COLUMN)
