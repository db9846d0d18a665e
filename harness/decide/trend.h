/**
 * The history of a results file: one value for each experiment and metric, in series of equal fingerprints
 * (workload, load, profile, environment), and where such a series changed (stats/changepoint.h).
 *
 * A value is the geometric mean over the usable trials of an experiment's arm. Experiments of kind run and compare
 * count with each arm, an aa with one; those that did not finish, or have no usable trial, do not.
 */
#ifndef DYNO_DECIDE_TREND_H
#define DYNO_DECIDE_TREND_H

#include "base/status.h"
#include "decide/statistic.h"
#include "stats/changepoint.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

struct dyno_trend_point {
    int64_t experiment_id;
    char created_utc[32];
    size_t trials;
    double ns; /**< over 0 */
};

struct dyno_trend_series {
    char *workload, *profile; /**< names */
    char *key;                /**< the fingerprint's parts, one text */
    enum dyno_metric metric;
    struct dyno_trend_point *points; /**< oldest first */
    size_t point_count;
    struct dyno_changepoint *changes; /**< index: place in `points` */
    size_t change_count;
};

struct dyno_trend {
    struct dyno_trend_series *series;
    size_t count;
    size_t experiments; /**< that were read */
};

/** What to look at; NULL: all. */
struct dyno_trend_filter {
    const char *workload, *profile; /**< names */
    enum dyno_metric metric;        /**< DYNO_METRIC_COUNT: p50, p95 and mean */
};

/** Read and look for changes. Release with dyno_trend_deinit, also after a failure. */
enum dyno_status dyno_trend_load(struct dyno_store *store, const struct dyno_trend_filter *filter,
                                 const struct dyno_changepoint_options *options,
                                 struct dyno_trend *out, struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_trend_deinit(struct dyno_trend *trend);

#endif
