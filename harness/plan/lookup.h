/** Profiles and workloads by name: look through folders, and say what there is if nothing fits. */
#ifndef DYNO_PLAN_LOOKUP_H
#define DYNO_PLAN_LOOKUP_H

#include "base/status.h"

#include <stddef.h>

struct dyno_lookup {
    const char *what;        /**< for errors: "profile" */
    const char *suffix;      /**< what follows the name in a folder: ".conf", "/workload.yaml" */
    const char *const *dirs; /**< ends with NULL; NULL for none */
};

/**
 * The first "<dir>/<name><suffix>" that exists; the caller frees `*path_out`. DYNO_EINPUT with the
 * nearest name and the names there are.
 */
enum dyno_status dyno_lookup_find(const struct dyno_lookup *lookup, const char *name,
                                  char **path_out, struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * A user's text file, ended with a NUL that `*len_out` does not count; the caller frees `*out`.
 * Whatever is wrong is DYNO_EINPUT "path:1:1: ..."; over `max_bytes` nothing of it is read.
 */
enum dyno_status dyno_lookup_text(const char *path, size_t max_bytes, char **out, size_t *len_out,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

#endif
