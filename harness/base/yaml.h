/**
 * YAML as a tree that remembers where each node stood, so that every complaint can say
 * file:line:column. A strict subset: one document, no anchors or aliases, no tags, no duplicate
 * keys, scalar keys only, UTF-8 without NUL, bounded size and depth.
 */
#ifndef DYNO_BASE_YAML_H
#define DYNO_BASE_YAML_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

#define DYNO_YAML_MAX_BYTES ((size_t)1024 * 1024)
#define DYNO_YAML_MAX_DEPTH 32

enum dyno_yaml_kind {
    DYNO_YAML_SCALAR,
    DYNO_YAML_SEQUENCE,
    DYNO_YAML_MAPPING
};

struct dyno_yaml {
    enum dyno_yaml_kind kind;
    size_t line;   /**< from 1 */
    size_t column; /**< from 1 */
    char *scalar;  /**< text of a scalar; NULL otherwise */
    bool is_quoted;
    struct dyno_yaml_entry *entries; /**< children; keys are NULL in a sequence */
    size_t count;
};

struct dyno_yaml_entry {
    char *key;
    size_t key_line;
    size_t key_column;
    struct dyno_yaml *value;
};

/**
 * Read and check a file. Errors are DYNO_EINPUT and read "path:line:column: what, what is allowed";
 * a missing file is DYNO_ENOTFOUND. The caller frees `*out` with dyno_yaml_free.
 */
enum dyno_status dyno_yaml_read(const char *path, struct dyno_yaml **out,
                                struct dyno_err *err) DYNO_MUST_CHECK;

/** As dyno_yaml_read, from memory; `path` is only the name in errors. */
enum dyno_status dyno_yaml_parse(const char *text, size_t len, const char *path,
                                 struct dyno_yaml **out, struct dyno_err *err) DYNO_MUST_CHECK;

void dyno_yaml_free(struct dyno_yaml *node);

/** The value under `key` of a mapping, NULL if there is none. Borrowed. */
const struct dyno_yaml *dyno_yaml_get(const struct dyno_yaml *mapping, const char *key);

/** DYNO_EINPUT "path:line:column: text" at that node. */
enum dyno_status dyno_yaml_complain(const char *path, const struct dyno_yaml *node,
                                    struct dyno_err *err, const char *fmt, ...) DYNO_PRINTF(4, 5);

/**
 * Every key of `mapping` must be in `allowed` (ends with NULL); a stranger is named at its place,
 * with the nearest allowed key as a suggestion and the list of all.
 */
enum dyno_status dyno_yaml_check_keys(const char *path, const struct dyno_yaml *mapping,
                                      const char *const *allowed,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

#endif
