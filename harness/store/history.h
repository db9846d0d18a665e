/**
 * What makes experiments comparable over time: fingerprints, the noise that A/A experiments left, baselines by
 * name, and what disturbed a comparison. One thread uses one store.
 */
#ifndef DYNO_STORE_HISTORY_H
#define DYNO_STORE_HISTORY_H

#include "base/status.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_store_fingerprint {
    const char *workload, *load, *profile, *environment; /**< SHA-256, hexadecimal */
};
/** Put, or replace, the fingerprint of an experiment. */
enum dyno_status dyno_store_fingerprint_put(struct dyno_store *store, int64_t experiment_id,
                                            const struct dyno_store_fingerprint *fingerprint,
                                            struct dyno_err *err) DYNO_MUST_CHECK;

/** One row of table noise. */
struct dyno_store_noise {
    const char *metric;
    int64_t query;
    int64_t blocks, starts;
    bool is_shared;
    double log_ratio, sd;
    double sd_within, sd_between; /**< NAN: cannot be told */
    double floor;
};
/** Replace all noise rows of an experiment, in one transaction. */
enum dyno_status dyno_store_noise_put(struct dyno_store *store, int64_t experiment_id,
                                      const struct dyno_store_noise *rows, size_t count,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

/** One row of table disturbance. */
struct dyno_store_disturbance {
    const char *metric;
    const char *name;
    double estimate, p; /**< NAN: could not be looked for */
    bool is_seen;
    char text[256];
};
/** Replace all of an experiment, in one transaction. */
enum dyno_status dyno_store_disturbances_put(struct dyno_store *store, int64_t experiment_id,
                                             const struct dyno_store_disturbance *rows,
                                             size_t count, struct dyno_err *err) DYNO_MUST_CHECK;

/** Give an experiment a name, or move the name to it. DYNO_EINPUT: not [A-Za-z0-9_.-]+, up to 64. */
enum dyno_status dyno_store_baseline_set(struct dyno_store *store, const char *name,
                                         int64_t experiment_id,
                                         struct dyno_err *err) DYNO_MUST_CHECK;
/** DYNO_ENOTFOUND if there is no baseline with this name. */
enum dyno_status dyno_store_baseline_remove(struct dyno_store *store, const char *name,
                                            struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_store_baseline_find(struct dyno_store *store, const char *name,
                                          int64_t *experiment_id_out,
                                          struct dyno_err *err) DYNO_MUST_CHECK;

#endif
