/** What a ranking stores beside an experiment: its design, its factors, and the effects that were found. */
#ifndef DYNO_STORE_RANK_H
#define DYNO_STORE_RANK_H

#include "store/store.h"

struct dyno_store_factor {
    const char *name;
    const char *settings_json; /**< list of keys */
    const char *low, *high;
    const char *kind; /**< "session" or "static" */
    const char *why;
    int64_t column; /**< of the design */
};

struct dyno_store_design {
    const char *kind; /**< "factorial" or "plackett-burman" */
    int runs, base_runs, replicates, resolution;
    int splits, default_runs;
    const char *metric; /**< the one that decides, declared beforehand */
    const struct dyno_store_factor *factors;
    size_t factor_count;
};

/** Insert or replace the design of an experiment. */
enum dyno_status dyno_store_design_put(struct dyno_store *store, int64_t experiment_id,
                                       const struct dyno_store_design *design,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/** One contrast of one metric. Numbers are logarithms of ratios; NAN: none. */
struct dyno_store_effect {
    const char *metric;
    int64_t query; /**< query.ordinal; -1: over all */
    int64_t column;
    const char *chain;   /**< "A", "AB + CD" */
    const char *stratum; /**< "between" or "within" starts */
    int64_t factor;      /**< whose main effect it is; -1: none */
    double estimate, se, df, ci_low, ci_high;
    double limit; /**< what it must exceed to be found */
    double p, share;
    double top; /**< share of draws among the first three; main effects only */
    int64_t place_low, place_high;
    const char *verdict; /**< "found", "possible", "not found", "open" */
};

/** The error of one stratum for one metric. */
struct dyno_store_effect_error {
    const char *metric;
    int64_t query;
    const char *stratum;
    const char *method; /**< "replicates" or "lenth" */
    int64_t contrasts, replicates;
    double se, df, margin, limit; /**< one interval; all of them together */
};

/** Mean of one of Spark's counters per statement at the two levels of a factor. */
struct dyno_store_factor_counter {
    int64_t factor;
    const char *counter;
    double low, high;
    double correlation; /**< with log latency over all rows; the same for all factors */
};

struct dyno_store_trial_value {
    int64_t trial_id;
    const char *metric;
    double value_ns;
};

struct dyno_store_ranking {
    const struct dyno_store_effect *effects;
    size_t effect_count;
    const struct dyno_store_effect_error *errors;
    size_t error_count;
    const struct dyno_store_factor_counter *counters;
    size_t counter_count;
    const struct dyno_store_trial_value *values;
    size_t value_count;
    const char
        *best_json; /**< {"factor": "value"} of what the best profile sets; "" if there is none */
    double best_ns, default_ns;
    const char *fold; /**< the factor whose fold would split the chain that matters; "" if none */
};

/** Replace all results of a ranking and its verdict, in one transaction. */
enum dyno_status dyno_store_ranking_put(struct dyno_store *store, int64_t experiment_id,
                                        const struct dyno_store_ranking *ranking,
                                        const struct dyno_store_verdict *verdict,
                                        struct dyno_err *err) DYNO_MUST_CHECK;

/** Note which comparison confirmed (or refuted) the prediction, and where the profile was written; "" or 0
 *  leave a former value. */
enum dyno_status dyno_store_ranking_confirm(struct dyno_store *store, int64_t experiment_id,
                                            int64_t confirm_id, const char *profile_path,
                                            struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Take a stopped experiment up again: state 'running', owned by this process, with the numbers and the plan
 * of now. DYNO_ENOTFOUND, or DYNO_EINPUT if it is running or is of another kind.
 */
enum dyno_status dyno_store_experiment_reopen(struct dyno_store *store, int64_t id,
                                              const struct dyno_store_experiment *experiment,
                                              struct dyno_err *err) DYNO_MUST_CHECK;

#endif
