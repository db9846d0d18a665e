#include "report/rows.h"

#include "base/alloc.h"
#include "report/clean.h"

#include <sqlite3.h>

#include <math.h>

enum dyno_status dyno_report_rows(struct sqlite3 *db, const char *sql, const int64_t *binds,
                                  dyno_report_row_fn fn, void *context, struct dyno_err *err)
{
    struct sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    int parameters = rc == SQLITE_OK ? sqlite3_bind_parameter_count(stmt) : 0;
    for (int i = 0; i < parameters && rc == SQLITE_OK; i++)
        rc = sqlite3_bind_int64(stmt, i + 1, binds[i]);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(stmt);
        if (rc == SQLITE_ROW)
            fn(stmt, context);
    }
    enum dyno_status status = DYNO_OK;
    if (rc != SQLITE_DONE)
        status = dyno_err_set(err, DYNO_EIO, "reading the results failed: %s", sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
    return status;
}

char *dyno_report_column_text(struct sqlite3_stmt *row, int column)
{
    /* A blob is read as text too: whatever stands there, it is shown clean. */
    const unsigned char *text = sqlite3_column_text(row, column);
    if (text == NULL)
        return NULL;
    return dyno_report_clean((const char *)text, (size_t)sqlite3_column_bytes(row, column));
}

char *dyno_report_column_text_or_empty(struct sqlite3_stmt *row, int column)
{
    char *text = dyno_report_column_text(row, column);
    return text != NULL ? text : dyno_xstrdup("");
}

double dyno_report_column_f64(struct sqlite3_stmt *row, int column)
{
    if (sqlite3_column_type(row, column) == SQLITE_NULL)
        return (double)NAN;
    return sqlite3_column_double(row, column);
}
