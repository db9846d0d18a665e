/**
 * The statistics of one trial: p50, p95 and mean of response time, or why there is none.
 *
 * Response times of completed statements are exact. A statement that was cut off (unfinished at the end of
 * the drain, never started, timed out) has only a lower bound. A quantile is a number only where every bound
 * lies at or above it: then the cut-off statements all belong above it. The mean needs every statement.
 * A quantile also needs as many statements as make its interval estimable at 95 %: 6 for p50, 72 for p95.
 */
#ifndef DYNO_DECIDE_STATISTIC_H
#define DYNO_DECIDE_STATISTIC_H

#include "stats/quantile.h"

#include <stddef.h>

enum dyno_metric {
    DYNO_METRIC_P50,
    DYNO_METRIC_P95,
    DYNO_METRIC_MEAN,
    DYNO_METRIC_SUITE, /**< geometric mean of the queries' means, by their weights: of a whole trial only */
    DYNO_METRIC_COUNT
};

#define DYNO_METRIC_PLAIN 3 /**< the metrics before the suite's: of any list of statements */

/** A word or a name as a metric: "p95", "response_p95"; DYNO_METRIC_COUNT if it is none. */
enum dyno_metric dyno_metric_of(const char *word);

/** "response_p50", ...: as in table contrast. */
const char *dyno_metric_name(enum dyno_metric metric);

/** "p50", "p95", "mean": in sentences. */
const char *dyno_metric_word(enum dyno_metric metric);

/** Statements that one trial needs for it: 6, 72, 1; the suite 1 of each query. */
size_t dyno_metric_min_count(enum dyno_metric metric);

enum dyno_lack {
    DYNO_LACK_NONE,
    DYNO_LACK_FEW,     /**< fewer statements than dyno_metric_min_count */
    DYNO_LACK_CENSORED /**< cut-off statements could lie below it */
};

struct dyno_statistic {
    size_t completed;
    size_t censored;
    double value[DYNO_METRIC_COUNT]; /**< ns; NaN where `lack` says why */
    enum dyno_lack lack[DYNO_METRIC_COUNT];
    /** What can be said in any case: the sample's own value, or what it is known to reach; NaN if there is
     *  no statement. To be shown with that caveat, never judged by. The suite has none. */
    struct dyno_bounded told[DYNO_METRIC_COUNT];
};

/**
 * @param responses exact response times in ns, sorted in place
 * @param bounds lower bounds in ns of the ones cut off, sorted in place
 */
struct dyno_statistic dyno_statistic_of(double *responses, size_t count, double *bounds,
                                        size_t bound_count);

/**
 * Fill in the suite's metric of a trial from the statistics of its queries. It lacks what the first query
 * lacks; a ratio of two of them is the weighted geometric mean of the queries' ratios.
 */
void dyno_statistic_add_suite(struct dyno_statistic *overall, const struct dyno_statistic *queries,
                              const double *weights, size_t query_count);

#endif
