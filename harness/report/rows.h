/** SELECTs for the model: bound parameters in, rows out through a function. */
#ifndef DYNO_REPORT_ROWS_H
#define DYNO_REPORT_ROWS_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

struct sqlite3;
struct sqlite3_stmt;

/** Called once for each row; the row is valid during the call. */
typedef void (*dyno_report_row_fn)(struct sqlite3_stmt *row, void *context);

/** Run `sql` with ?1, ?2 ... bound to `binds`, which has as many values as there are parameters (NULL for
 *  none). DYNO_EIO if the database refuses or is damaged. */
enum dyno_status dyno_report_rows(struct sqlite3 *db, const char *sql, const int64_t *binds,
                                  dyno_report_row_fn fn, void *context,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

/** A cleaned copy of a text column, which the caller frees; NULL for NULL. */
char *dyno_report_column_text(struct sqlite3_stmt *row, int column);

/** As above, with "" for NULL. */
char *dyno_report_column_text_or_empty(struct sqlite3_stmt *row, int column);

/** NAN for NULL. */
double dyno_report_column_f64(struct sqlite3_stmt *row, int column);

#endif
