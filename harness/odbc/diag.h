/**
 * Diagnostic records of a handle: posted by the call that failed, cleared by the next call on the
 * handle, read by SQLGetDiagRec. Not locked: the handle's own lock guards them.
 */
#ifndef DYNO_ODBC_DIAG_H
#define DYNO_ODBC_DIAG_H

#include "base/status.h"
#include "odbc/api.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Records kept of one call; a fetch of many truncated cells would else grow without bound. */
#define DYNO_ODBC_DIAG_MAX 256

struct dyno_odbc_record {
    char sqlstate[6];
    int32_t native;
    int64_t row;    /**< 1-based row of the rowset, SQL_NO_ROW_NUMBER where there is none */
    int32_t column; /**< 1-based, SQL_NO_COLUMN_NUMBER where there is none */
    char *message;  /**< owned; prefix included */
};

struct dyno_odbc_diag {
    struct dyno_odbc_record *records;
    size_t count;
    size_t capacity;
    bool is_exhausted; /**< a record was lost for want of memory; HY001 is answered as record 1 */
    SQLRETURN rc;      /**< what the call returned (SQL_DIAG_RETURNCODE) */
};

void dyno_odbc_diag_init(struct dyno_odbc_diag *diag);
void dyno_odbc_diag_deinit(struct dyno_odbc_diag *diag);
void dyno_odbc_diag_clear(struct dyno_odbc_diag *diag);

/**
 * Add a record; a NULL `fmt` takes the standard's text. Returns SQL_SUCCESS_WITH_INFO for class 01
 * and SQL_ERROR for all others, so that `return dyno_odbc_diag_post(...)` is one line.
 */
SQLRETURN dyno_odbc_diag_post(struct dyno_odbc_diag *diag, const char *sqlstate, const char *fmt,
                              ...) DYNO_PRINTF(3, 4);

/** As above with the standard's text, for one cell of the rowset. */
SQLRETURN dyno_odbc_diag_post_cell(struct dyno_odbc_diag *diag, const char *sqlstate, int64_t row,
                                   int32_t column);

/** As dyno_odbc_diag_post, for one cell or parameter of the set. */
SQLRETURN dyno_odbc_diag_post_at(struct dyno_odbc_diag *diag, const char *sqlstate, int64_t row,
                                 int32_t column, const char *fmt, ...) DYNO_PRINTF(5, 6);

/**
 * Add what hs2/ reported. Its SQLSTATE is mapped to ODBC's, and kept in the text; `keep_state`
 * passes it through unmapped. Always SQL_ERROR.
 */
SQLRETURN dyno_odbc_diag_post_err(struct dyno_odbc_diag *diag, const struct dyno_err *err,
                                  bool keep_state);

/** Number of records that dyno_odbc_diag_get answers. */
size_t dyno_odbc_diag_count(const struct dyno_odbc_diag *diag);

/** Record `number` (from 1), or NULL. Borrowed until the next change. */
const struct dyno_odbc_record *dyno_odbc_diag_get(const struct dyno_odbc_diag *diag, size_t number);

#endif
