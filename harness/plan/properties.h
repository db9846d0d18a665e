/**
 * The grammar of Java properties files, character for character as java.util.Properties reads it, with
 * the place of every key and value remembered.
 *
 * Read as UTF-8, as Spark does. Stricter than Java in what is not text: NUL and other control bytes,
 * invalid UTF-8, lone surrogates in \\u escapes are refused. Values are trimmed as Spark trims them.
 */
#ifndef DYNO_PLAN_PROPERTIES_H
#define DYNO_PLAN_PROPERTIES_H

#include "base/status.h"

#include <stddef.h>

struct dyno_property {
    char *key;
    char *value;
    size_t line;   /**< of the key, from 1 */
    size_t column; /**< in characters, from 1 */
    size_t value_line;
    size_t value_column;
};

struct dyno_properties {
    struct dyno_property
        *items; /**< in the order of the file, duplicates and empty ones included */
    size_t count;
    char *comment; /**< text of the first comment line, trimmed; "" if there is none */
};

/**
 * Parse `len` bytes; `path` is the name in errors. DYNO_EINPUT "path:line:column: ...". The caller
 * frees `*out` with dyno_properties_deinit.
 */
enum dyno_status dyno_properties_parse(const char *text, size_t len, const char *path,
                                       struct dyno_properties *out,
                                       struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_properties_deinit(struct dyno_properties *properties);

#endif
