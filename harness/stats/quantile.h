/**
 * Quantiles of a sample and what can be said about them without assuming a distribution.
 *
 * The interval of a quantile is one between order statistics: rank l = qbinom(a/2, n, p) to
 * u = qbinom(1 - a/2, n, p) + 1, counted from 1. It assumes independent values; statements of one trial
 * are not, so it only says whether there were enough of them, and never decides a comparison.
 */
#ifndef DYNO_STATS_QUANTILE_H
#define DYNO_STATS_QUANTILE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Type 7 (the default of R): h = (n - 1) p, linear between the neighbours of h. One value is every
 * quantile of itself. NaN for count 0, for p outside [0, 1], and if there is a NaN among the values.
 * @param sorted ascending, NaN last
 */
double dyno_quantile(const double *sorted, size_t count, double p);

/** A quantile, or what it is known to reach at least. */
struct dyno_bounded {
    double value;
    bool is_bound; /**< the true quantile is at or above `value`: "> value" */
};

/**
 * The quantile of a sample in which some values are only known to lie at or above a bound (right-censored).
 * Type 7 over all of them. It is a number only if every value that it is read from is exact and no bound
 * lies below it; otherwise the quantile of exact values and bounds together, which no true value can pull
 * down. Without bounds it is dyno_quantile.
 * @param sorted, bounds ascending, without NaN; NULL where their count is 0
 */
struct dyno_bounded dyno_quantile_bounded(const double *sorted, size_t count, const double *bounds,
                                          size_t bound_count, double p);

/** The mean of such a sample: every bound counts as its value, which no true value can pull down. NaN for none. */
struct dyno_bounded dyno_mean_bounded(const double *exact, size_t count, const double *bounds,
                                      size_t bound_count);

/** The ranks that dyno_quantile reads: both from 0, equal where h is whole. For count >= 1. */
void dyno_quantile_ranks(size_t count, double p, size_t *low_out, size_t *high_out);

struct dyno_quantile_interval {
    bool is_estimable; /**< both ends lie inside the sample */
    size_t low;        /**< rank from 1; 0: below the smallest value */
    size_t high;       /**< rank from 1; count + 1: above the largest value */
    double coverage;   /**< reached confidence, at least the asked one; NaN for count 0 */
};

/** @param p, confidence strictly between 0 and 1; outside: not estimable */
struct dyno_quantile_interval dyno_quantile_interval(size_t count, double p, double confidence);

/** Smallest count whose interval is estimable; at 95 %: p50 6, p90 36, p95 72, p99 368.
 *  0 for p or confidence outside (0, 1). */
size_t dyno_quantile_min_count(double p, double confidence);

/* Those, as constants: from so many values on a quantile is told, and judged by. */
#define DYNO_QUANTILE_FEWEST_P50 6
#define DYNO_QUANTILE_FEWEST_P90 36
#define DYNO_QUANTILE_FEWEST_P95 72
#define DYNO_QUANTILE_FEWEST_P99 368

#endif
