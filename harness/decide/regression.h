/**
 * Did an experiment get slower than a baseline? For gates in CI: two finished experiments of one fingerprint, a
 * tolerance that is relative and absolute, and trials as the sample.
 *
 *   regression   the geometric mean over trials grew by more than the tolerance and by more than the floor, and
 *                the two-sample t test of ln(trial values) gives p <= 5 %, Holm among the metrics over all
 *                statements, Benjamini-Hochberg among the queries
 *   unsure       it grew by that much, but the trials do not tell it from chance, or there are fewer than three
 *                trials together, or a metric is not estimable
 *   passed       anything else
 *   invalid      an experiment has no usable trial, or the two gave different results
 */
#ifndef DYNO_DECIDE_REGRESSION_H
#define DYNO_DECIDE_REGRESSION_H

#include "base/status.h"
#include "base/str.h"
#include "decide/statistic.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dyno_regression_state {
    DYNO_REGRESSION_PASSED,
    DYNO_REGRESSION_FOUND,
    DYNO_REGRESSION_UNSURE,
    DYNO_REGRESSION_INVALID
};

/** "passed", "regression", "unsure", "invalid". */
const char *dyno_regression_name(enum dyno_regression_state state);

/** passed 0; regression 99; unsure 125; invalid 4. */
int dyno_regression_exit_code(enum dyno_regression_state state);

struct dyno_regression_options {
    double tolerance_ratio; /**< 0.05: up to 5 % slower passes */
    double floor_ns;        /**< a smaller difference passes, whatever its ratio */
};

struct dyno_regression_item {
    enum dyno_metric metric;
    char *query; /**< NULL: over all */
    double base_ns, current_ns;
    double log_ratio, ci_low,
        ci_high; /**< ln(current / base); interval 95 %, NaN where there is none */
    double p;    /**< two-sided, adjusted; NaN as above */
    size_t base_trials, current_trials;
    enum dyno_regression_state state;
    char reason[256];
};

struct dyno_regression {
    int64_t base_id, current_id;
    char *workload, *profile;
    struct dyno_regression_item *items; /**< over all first */
    size_t count;
    struct dyno_str fault; /**< why it is invalid; empty unless it is */
    enum dyno_regression_state state;
};

/**
 * Compare. DYNO_EINPUT: the experiments may not be compared (their fingerprints differ, and where). DYNO_ENOTFOUND:
 * one of them is not there. Release with dyno_regression_deinit, also after a failure.
 */
enum dyno_status dyno_regression_find(struct dyno_store *store, int64_t base_id, int64_t current_id,
                                      const struct dyno_regression_options *options,
                                      struct dyno_regression *out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

/** The verdict of a comparison itself as a gate: its contrasts as items, worse as regression. DYNO_EINPUT: it is not
 *  a comparison. */
enum dyno_status dyno_regression_of_compare(struct dyno_store *store, int64_t id,
                                            struct dyno_regression *out,
                                            struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_regression_deinit(struct dyno_regression *regression);

#endif
