/**
 * The noise that an A/A experiment (a profile against itself) left for a workload, load, profile and
 * environment: what a later comparison of the same kind must get over, and how many blocks that takes.
 */
#ifndef DYNO_DECIDE_NOISE_H
#define DYNO_DECIDE_NOISE_H

#include "base/status.h"
#include "decide/fingerprint.h"
#include "decide/statistic.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_noise_row {
    enum dyno_metric metric;
    int64_t query; /**< ordinal; -1: over all */
    double sd;     /**< of a block's log ratio */
    double sd_within;
    double sd_between; /**< of server starts; NaN where it cannot be told */
    double floor;      /**< log ratio */
};

struct dyno_noise {
    int64_t experiment_id; /**< the A/A; 0: none fits */
    int64_t blocks, starts;
    struct dyno_noise_row *rows;
    size_t count;
};

/**
 * The newest A/A with this fingerprint; an empty environment fits any. Before a run the environment is not
 * known yet. `is_shared`: arms shared server starts there, as they do (or will) here. Nothing found is no
 * error. Release with dyno_noise_deinit, also after a failure.
 */
enum dyno_status dyno_noise_find(struct dyno_store *store,
                                 const struct dyno_fingerprint *fingerprint, bool is_shared,
                                 struct dyno_noise *out, struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_noise_deinit(struct dyno_noise *noise);

/** NULL if it holds none for this metric and query. */
const struct dyno_noise_row *dyno_noise_row_of(const struct dyno_noise *noise,
                                               enum dyno_metric metric, int64_t query);

#endif
