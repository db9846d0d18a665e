/**
 * Moving the cursor: the next rowset into bound columns, single cells for SQLGetData.
 */
#ifndef DYNO_ODBC_FETCH_H
#define DYNO_ODBC_FETCH_H

#include "odbc/stmt.h"

/**
 * Fetch the next SQL_ATTR_ROW_ARRAY_SIZE rows, from the server where the block at hand has none left.
 * SQL_NO_DATA at the end. The caller has checked that there is a cursor.
 */
SQLRETURN dyno_odbc_fetch(struct dyno_odbc_stmt *stmt);

/** Rows of the first block that is to be asked of the server: RowsFetchedPerBlock or SQL_ATTR_MAX_ROWS. */
int64_t dyno_odbc_first_rows(const struct dyno_odbc_stmt *stmt);

/** Read a cell of the current row, on from where the last call on the same column ended. */
SQLRETURN dyno_odbc_get_data(struct dyno_odbc_stmt *stmt, SQLUSMALLINT column,
                             const struct dyno_odbc_target *target);

#endif
