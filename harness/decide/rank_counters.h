/** Spark's own counters beside the effects of a ranking: coincidence with latency, not its cause. */
#ifndef DYNO_DECIDE_RANK_COUNTERS_H
#define DYNO_DECIDE_RANK_COUNTERS_H

#include "base/vec.h"
#include "decide/rank_design.h"

#include <stddef.h>
#include <stdint.h>

/** A trial of a row that went into the effects. */
struct dyno_rank_trial {
    int64_t id;
    int run;
    double log; /**< of its statistic */
};

/**
 * For each factor and counter the mean per statement over the trials at either level, and how the counter
 * goes together with log latency over all trials (Pearson, of log(1 + counter)). Pushes
 * struct dyno_store_factor_counter to `out`; nothing if Spark's numbers were not collected.
 */
enum dyno_status dyno_rank_counters(struct dyno_store *store, const struct dyno_rank_design *design,
                                    const struct dyno_rank_trial *trials, size_t count,
                                    struct dyno_vec *out, struct dyno_err *err) DYNO_MUST_CHECK;

#endif
