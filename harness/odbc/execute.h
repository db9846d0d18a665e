/**
 * Running a statement to the point where its result can be fetched.
 */
#ifndef DYNO_ODBC_EXECUTE_H
#define DYNO_ODBC_EXECUTE_H

#include "odbc/stmt.h"

/**
 * Submit `sql`, wait for its end (the query timeout counts from here), describe its result. Leaves the
 * statement OPEN, or DONE for a result of no columns, or as it was before on failure.
 */
SQLRETURN dyno_odbc_execute(struct dyno_odbc_stmt *stmt, const char *sql);

/** Make a finished table the statement's result; takes it over in any case. */
SQLRETURN dyno_odbc_execute_table(struct dyno_odbc_stmt *stmt, struct dyno_odbc_table *table);

#endif
