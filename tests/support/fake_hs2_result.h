/** What the fake server's statements and catalog calls return. */
#ifndef DYNO_FAKE_HS2_RESULT_H
#define DYNO_FAKE_HS2_RESULT_H

#include "hs2/operation.h"
#include "hs2/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fake_column {
    const char *name;
    enum dyno_hs2_type type;
    int32_t precision;
    int32_t scale;
};

/** Rows that are encoded once and sent again and again, so that a client is not kept waiting for them. */
struct fake_prepared {
    struct dyno_wire_writer bytes;
    int64_t row_count; /**< in `bytes` */
};

/** A table of texts, NULL for null, or generated rows. */
struct fake_result {
    const struct fake_column *columns;
    size_t column_count;
    const char *const *cells; /**< row after row; NULL: generated */
    int64_t row_count;
    bool is_missing; /**< there is no result set, which the statement's handle says */
    char **owned;    /**< where the cells were made for this result: they and the array itself */
    size_t owned_count;
    struct fake_prepared
        *prepared; /**< NULL: each row is generated; else each block is the first one */
};

/** Settings of one session. */
struct fake_settings {
    char **pairs; /**< key, value, key, value ... */
    size_t count; /**< of pairs */
};

/** `key` and `value` are copied. */
void fake_settings_put(struct fake_settings *settings, const char *key, const char *value);
void fake_settings_deinit(struct fake_settings *settings);

/** What `SET key` shows: the session's value, the server's own, or "<undefined>". Borrowed. */
const char *fake_settings_get(const struct fake_settings *settings, const char *key);

/** What a statement's text says. */
struct fake_meaning {
    struct fake_result result;
    int64_t service_ns;   /**< -1: as configured */
    double factor;        /**< of a configured one: what the session's settings do to it */
    const char *sqlstate; /**< of an error, else NULL */
    const char *error;
};

/** Understand a statement; SET changes `settings`. The result's owner is the caller. */
struct fake_meaning fake_result_of_statement(const char *text, struct fake_settings *settings);

/** A catalog call's result, its rows restricted by LIKE patterns where those are not NULL. */
struct fake_result fake_result_of_catalog(int call, const char *schema, const char *table,
                                          const char *column);

void fake_result_deinit(struct fake_result *result);

/** TTableSchema as a structure's fields, without its stop. */
void fake_result_put_schema(const struct fake_result *result, struct dyno_wire_writer *writer);

/** TRowSet as a structure's fields, without its stop. A prepared block is kept for the next call. */
void fake_result_put_rows(const struct fake_result *result, int64_t first, int64_t count,
                          struct dyno_wire_writer *writer);

#endif
