/** A small result held as text: columns, rows, NULLs. For set-up statements, never for load. */
#ifndef DYNO_TARGET_TEXT_RESULT_H
#define DYNO_TARGET_TEXT_RESULT_H

#include "base/json.h"
#include "base/status.h"

#include <stddef.h>

/** At most this many rows are kept; more is DYNO_ELIMIT. */
#define DYNO_TEXT_RESULT_MAX_ROWS 100000

struct dyno_text_result {
    char **columns;
    size_t column_count;
    char **cells; /**< row by row; NULL is SQL NULL */
    size_t row_count;
};

#define DYNO_TEXT_RESULT_INIT                                                                      \
    {                                                                                              \
        .columns = NULL, .column_count = 0, .cells = NULL, .row_count = 0                          \
    }

/** Free everything and make it empty again. */
void dyno_text_result_deinit(struct dyno_text_result *result);

/** Cell, or NULL for SQL NULL or a place outside. Borrowed. */
const char *dyno_text_result_cell(const struct dyno_text_result *result, size_t row, size_t column);

/** {"columns": [...], "rows": [[...], ...]}; the caller frees it. */
cJSON *dyno_text_result_to_json(const struct dyno_text_result *result);
/** The other way; `*out` is to be freed with _deinit on success. Other members are ignored. */
enum dyno_status dyno_text_result_from_json(const cJSON *json, struct dyno_text_result *out,
                                            struct dyno_err *err) DYNO_MUST_CHECK;

#endif
