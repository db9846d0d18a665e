/**
 * A statement's parameters: from what is bound, or was sent in pieces, to the text that is executed.
 */
#ifndef DYNO_ODBC_PARAM_H
#define DYNO_ODBC_PARAM_H

#include "base/str.h"
#include "odbc/stmt.h"

#include <stdbool.h>
#include <stddef.h>

/** Is every marker of the text bound? NULL, or 07002. */
const char *dyno_odbc_params_check(const struct dyno_odbc_stmt *stmt);

/** The first parameter (from 1) after `number` whose value comes by SQLPutData; 0: none. */
size_t dyno_odbc_params_next_put(const struct dyno_odbc_stmt *stmt, size_t number);

/** Where the value of a parameter stands in the application's memory; what SQLParamData answers. */
void *dyno_odbc_params_address(const struct dyno_odbc_stmt *stmt, size_t number);

/** Append a piece to parameter stmt->put_number. NULL, or HY001, HY020, HY090. */
const char *dyno_odbc_params_put(struct dyno_odbc_stmt *stmt, const void *data, SQLLEN len);

/** Make room for pieces; false: out of memory. */
bool dyno_odbc_params_begin_puts(struct dyno_odbc_stmt *stmt);

/** Drop all pieces. */
void dyno_odbc_params_end_puts(struct dyno_odbc_stmt *stmt);

/**
 * The text with the values of parameter set `set` (from 0) in place of its markers. NULL, or the
 * SQLSTATE that a value met with, and its parameter's number in `*number_out`.
 */
const char *dyno_odbc_params_render(const struct dyno_odbc_stmt *stmt, size_t set,
                                    struct dyno_str *out, size_t *number_out);

#endif
