/**
 * Typed values out of a located YAML tree. A run of reads is checked once: the first failure sticks in
 * the reader's status and later reads do nothing and give zero, NULL or the fallback.
 */
#ifndef DYNO_PLAN_YAML_FIELD_H
#define DYNO_PLAN_YAML_FIELD_H

#include "base/status.h"
#include "base/yaml.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_yaml_reader {
    const char *path; /**< of the YAML file, for errors */
    enum dyno_status status;
    struct dyno_err *err;
};

/** Refuse at that node, unless something was refused before. */
void dyno_yaml_refuse(struct dyno_yaml_reader *r, const struct dyno_yaml *node, const char *fmt,
                      ...) DYNO_PRINTF(3, 4);

/** The node must be a mapping with only these keys (ends with NULL). False if it is not. */
bool dyno_yaml_expect_mapping(struct dyno_yaml_reader *r, const struct dyno_yaml *node,
                              const char *what, const char *const *keys);

/** The list under `key`; NULL if the key is absent or something is wrong. An empty list is wrong, and
 *  so is one of over `max` items. */
const struct dyno_yaml *dyno_yaml_list(struct dyno_yaml_reader *r, const struct dyno_yaml *mapping,
                                       const char *key, size_t max);

/** The scalar under `key`; refused if it is absent, a list, a mapping or empty. Borrowed. */
const struct dyno_yaml *dyno_yaml_required(struct dyno_yaml_reader *r,
                                           const struct dyno_yaml *mapping, const char *key);

/** As dyno_yaml_required, but NULL without complaint if the key is absent. */
const struct dyno_yaml *dyno_yaml_optional(struct dyno_yaml_reader *r,
                                           const struct dyno_yaml *mapping, const char *key);

/* Values of optional keys. Quoted text is no number and no boolean. */
int64_t dyno_yaml_i64(struct dyno_yaml_reader *r, const struct dyno_yaml *mapping, const char *key,
                      int64_t fallback, int64_t min, int64_t max);
double dyno_yaml_f64(struct dyno_yaml_reader *r, const struct dyno_yaml *mapping, const char *key,
                     double fallback, double min, double max);
bool dyno_yaml_bool(struct dyno_yaml_reader *r, const struct dyno_yaml *mapping, const char *key,
                    bool fallback);
int64_t dyno_yaml_duration_ns(struct dyno_yaml_reader *r, const struct dyno_yaml *mapping,
                              const char *key, int64_t fallback);

/** What a name may hold beyond lower-case letters, digits and '_'. */
enum dyno_name_kind {
    DYNO_NAME_LABEL,     /**< also '-' */
    DYNO_NAME_IDENTIFIER /**< nothing more, and starts with a letter: it is written in SQL as it is */
};

/** A required name of at most 64 characters; the caller frees it. NULL if refused. */
char *dyno_yaml_name(struct dyno_yaml_reader *r, const struct dyno_yaml *mapping, const char *key,
                     enum dyno_name_kind kind);

#endif
