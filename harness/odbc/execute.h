/**
 * Running a statement to the point where its result can be fetched.
 */
#ifndef DYNO_ODBC_EXECUTE_H
#define DYNO_ODBC_EXECUTE_H

#include "odbc/stmt.h"

/**
 * Run stmt->sql with the parameters that are bound: submit it, wait for its end (the query timeout
 * counts from here), describe its result. Leaves the statement OPEN, or DONE for a result of no columns,
 * or as it was before on failure. `call` is the entry point that asks.
 *
 * SQL_NEED_DATA: parameters come by SQLPutData. SQL_STILL_EXECUTING: asynchronous, to be resumed.
 */
SQLRETURN dyno_odbc_execute(struct dyno_odbc_stmt *stmt, enum dyno_odbc_call call);

/** The same once all data that was awaited is there. */
SQLRETURN dyno_odbc_execute_now(struct dyno_odbc_stmt *stmt, enum dyno_odbc_call call);

/** Look after an asynchronous execution: SQL_STILL_EXECUTING, or what it came to. */
SQLRETURN dyno_odbc_execute_resume(struct dyno_odbc_stmt *stmt);

/**
 * Ask for the columns of a prepared query by running it for no rows (LIMIT 0, parameters NULL).
 * HYC00 for statements that cannot be asked so.
 */
SQLRETURN dyno_odbc_execute_preview(struct dyno_odbc_stmt *stmt);

/** Make a finished table the statement's result; takes it over in any case. */
SQLRETURN dyno_odbc_execute_table(struct dyno_odbc_stmt *stmt, struct dyno_odbc_table *table);

#endif
