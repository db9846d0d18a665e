/* Catalog functions that Spark has nothing to tell for: well-formed answers without rows. */
#include "odbc/api.h"
#include "odbc/catalog.h"
#include "odbc/stmt.h"

static SQLRETURN answer_empty(SQLHSTMT handle, enum dyno_odbc_empty which)
{
    struct dyno_odbc_stmt *stmt = dyno_odbc_stmt_enter(handle);
    if (stmt == NULL)
        return SQL_INVALID_HANDLE;
    SQLRETURN rc = dyno_odbc_stmt_has_cursor(stmt) ? dyno_odbc_diag_post(&stmt->diag, "24000", NULL)
                                                   : dyno_odbc_catalog_empty(stmt, which);
    return dyno_odbc_stmt_leave(stmt, rc);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLPrimaryKeys(SQLHSTMT handle, SQLCHAR *arg1, SQLSMALLINT arg1_len,
                                               SQLCHAR *arg3, SQLSMALLINT arg3_len, SQLCHAR *arg5,
                                               SQLSMALLINT arg5_len)
{
    (void)arg1;
    (void)arg1_len;
    (void)arg3;
    (void)arg3_len;
    (void)arg5;
    (void)arg5_len;
    return answer_empty(handle, DYNO_ODBC_EMPTY_PRIMARY_KEYS);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLPrimaryKeysW(SQLHSTMT handle, SQLWCHAR *arg1,
                                                SQLSMALLINT arg1_len, SQLWCHAR *arg3,
                                                SQLSMALLINT arg3_len, SQLWCHAR *arg5,
                                                SQLSMALLINT arg5_len)
{
    (void)arg1;
    (void)arg1_len;
    (void)arg3;
    (void)arg3_len;
    (void)arg5;
    (void)arg5_len;
    return answer_empty(handle, DYNO_ODBC_EMPTY_PRIMARY_KEYS);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLForeignKeys(SQLHSTMT handle, SQLCHAR *arg1, SQLSMALLINT arg1_len,
                                               SQLCHAR *arg3, SQLSMALLINT arg3_len, SQLCHAR *arg5,
                                               SQLSMALLINT arg5_len, SQLCHAR *arg7,
                                               SQLSMALLINT arg7_len, SQLCHAR *arg9,
                                               SQLSMALLINT arg9_len, SQLCHAR *arg11,
                                               SQLSMALLINT arg11_len)
{
    (void)arg1;
    (void)arg1_len;
    (void)arg3;
    (void)arg3_len;
    (void)arg5;
    (void)arg5_len;
    (void)arg7;
    (void)arg7_len;
    (void)arg9;
    (void)arg9_len;
    (void)arg11;
    (void)arg11_len;
    return answer_empty(handle, DYNO_ODBC_EMPTY_FOREIGN_KEYS);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLForeignKeysW(
    SQLHSTMT handle, SQLWCHAR *arg1, SQLSMALLINT arg1_len, SQLWCHAR *arg3, SQLSMALLINT arg3_len,
    SQLWCHAR *arg5, SQLSMALLINT arg5_len, SQLWCHAR *arg7, SQLSMALLINT arg7_len, SQLWCHAR *arg9,
    SQLSMALLINT arg9_len, SQLWCHAR *arg11, SQLSMALLINT arg11_len)
{
    (void)arg1;
    (void)arg1_len;
    (void)arg3;
    (void)arg3_len;
    (void)arg5;
    (void)arg5_len;
    (void)arg7;
    (void)arg7_len;
    (void)arg9;
    (void)arg9_len;
    (void)arg11;
    (void)arg11_len;
    return answer_empty(handle, DYNO_ODBC_EMPTY_FOREIGN_KEYS);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLStatistics(SQLHSTMT handle, SQLCHAR *arg1, SQLSMALLINT arg1_len,
                                              SQLCHAR *arg3, SQLSMALLINT arg3_len, SQLCHAR *arg5,
                                              SQLSMALLINT arg5_len, SQLUSMALLINT unique,
                                              SQLUSMALLINT reserved)
{
    (void)arg1;
    (void)arg1_len;
    (void)arg3;
    (void)arg3_len;
    (void)arg5;
    (void)arg5_len;
    (void)unique;
    (void)reserved;
    return answer_empty(handle, DYNO_ODBC_EMPTY_STATISTICS);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLStatisticsW(SQLHSTMT handle, SQLWCHAR *arg1,
                                               SQLSMALLINT arg1_len, SQLWCHAR *arg3,
                                               SQLSMALLINT arg3_len, SQLWCHAR *arg5,
                                               SQLSMALLINT arg5_len, SQLUSMALLINT unique,
                                               SQLUSMALLINT accuracy)
{
    (void)arg1;
    (void)arg1_len;
    (void)arg3;
    (void)arg3_len;
    (void)arg5;
    (void)arg5_len;
    (void)unique;
    (void)accuracy;
    return answer_empty(handle, DYNO_ODBC_EMPTY_STATISTICS);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLSpecialColumns(SQLHSTMT handle, SQLUSMALLINT identifier_type,
                                                  SQLCHAR *arg2, SQLSMALLINT arg2_len,
                                                  SQLCHAR *arg4, SQLSMALLINT arg4_len,
                                                  SQLCHAR *arg6, SQLSMALLINT arg6_len,
                                                  SQLUSMALLINT scope, SQLUSMALLINT nullable)
{
    (void)identifier_type;
    (void)arg2;
    (void)arg2_len;
    (void)arg4;
    (void)arg4_len;
    (void)arg6;
    (void)arg6_len;
    (void)scope;
    (void)nullable;
    return answer_empty(handle, DYNO_ODBC_EMPTY_SPECIAL_COLUMNS);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLSpecialColumnsW(SQLHSTMT handle, SQLUSMALLINT col_type,
                                                   SQLWCHAR *arg2, SQLSMALLINT arg2_len,
                                                   SQLWCHAR *arg4, SQLSMALLINT arg4_len,
                                                   SQLWCHAR *arg6, SQLSMALLINT arg6_len,
                                                   SQLUSMALLINT scope, SQLUSMALLINT nullable)
{
    (void)col_type;
    (void)arg2;
    (void)arg2_len;
    (void)arg4;
    (void)arg4_len;
    (void)arg6;
    (void)arg6_len;
    (void)scope;
    (void)nullable;
    return answer_empty(handle, DYNO_ODBC_EMPTY_SPECIAL_COLUMNS);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLProcedures(SQLHSTMT handle, SQLCHAR *arg1, SQLSMALLINT arg1_len,
                                              SQLCHAR *arg3, SQLSMALLINT arg3_len, SQLCHAR *arg5,
                                              SQLSMALLINT arg5_len)
{
    (void)arg1;
    (void)arg1_len;
    (void)arg3;
    (void)arg3_len;
    (void)arg5;
    (void)arg5_len;
    return answer_empty(handle, DYNO_ODBC_EMPTY_PROCEDURES);
}

DYNO_ODBC_API SQLRETURN SQL_API SQLProceduresW(SQLHSTMT handle, SQLWCHAR *arg1,
                                               SQLSMALLINT arg1_len, SQLWCHAR *arg3,
                                               SQLSMALLINT arg3_len, SQLWCHAR *arg5,
                                               SQLSMALLINT arg5_len)
{
    (void)arg1;
    (void)arg1_len;
    (void)arg3;
    (void)arg3_len;
    (void)arg5;
    (void)arg5_len;
    return answer_empty(handle, DYNO_ODBC_EMPTY_PROCEDURES);
}
