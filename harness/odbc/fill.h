/**
 * Rows of a block into bound columns, a column at a time.
 */
#ifndef DYNO_ODBC_FILL_H
#define DYNO_ODBC_FILL_H

#include "odbc/stmt.h"

#include <stddef.h>

/**
 * Convert `count` rows of the block at hand, from row `first` on, into rows `at`.. of the application's
 * rowset. Cells that fail post a record each and mark their row in stmt->row_marks.
 */
void dyno_odbc_fill(struct dyno_odbc_stmt *stmt, size_t first, size_t count, size_t at);

#endif
