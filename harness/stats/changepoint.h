/**
 * Change points of a series over time: the algorithm of Apache Otava (Hunter), E-divisive with a t test in windows,
 * weak points merged away. For a history of nightly values; never for the comparison of two samples.
 *
 * The series is split in windows of `window` points, each by E-divisive: the place where the energy distance
 * between what lies left and right of it is largest, tested by a t test of the whole left against the whole
 * right, again inside the parts until a test fails. What was found at a weak level (ten times max_p below 5 %) is
 * then tested once more between its neighbours, and the weakest goes until all p values are below max_p and all
 * magnitudes above min_magnitude.
 */
#ifndef DYNO_STATS_CHANGEPOINT_H
#define DYNO_STATS_CHANGEPOINT_H

#include <stdbool.h>
#include <stddef.h>

struct dyno_changepoint_options {
    size_t window;        /**< points, at least 2 */
    double max_p;         /**< of the two-sided t test */
    double min_magnitude; /**< relative change, 0.05 for 5 % */
    bool
        is_compat; /**< as Otava itself: deviations with divisor n in the t test, and after a merge the
                               two points behind the gap measured anew instead of its two neighbours */
};

/** Otava's defaults, with the sample deviation. */
#define DYNO_CHANGEPOINT_OPTIONS_INIT                                                              \
    {                                                                                              \
        .window = 50, .max_p = 0.001, .min_magnitude = 0.0, .is_compat = false                     \
    }

struct dyno_changepoint {
    size_t index; /**< first point of the new regime */
    double mean_before, mean_after;
    double p;
    double magnitude; /**< the larger of |after / before - 1| and |before / after - 1| */
};

/**
 * Find them, in the order of the series; returns how many. Values must be finite.
 * @param out room for `count`
 * @param scratch room for `count`
 */
size_t dyno_changepoints(const double *values, size_t count,
                         const struct dyno_changepoint_options *options,
                         struct dyno_changepoint *out, size_t *scratch);

/** The t test of two samples that it uses; 1 for fewer than 3 values together. */
double dyno_changepoint_p(const double *left, size_t left_count, const double *right,
                          size_t right_count, bool is_compat);

#endif
