/** Two independent samples: does their mean differ? */
#ifndef DYNO_STATS_TWOSAMPLE_H
#define DYNO_STATS_TWOSAMPLE_H

#include <stddef.h>

struct dyno_twosample {
    double difference; /**< mean of the first minus mean of the second */
    double se;
    double df;
    double ci_low; /**< 95 %, two-sided */
    double ci_high;
    double t;
    double p; /**< two-sided */
};

/** Welch's t test, as R's t.test. All NaN but the difference unless both have two values and one of them
 *  varies. */
struct dyno_twosample dyno_welch(const double *first, size_t first_count, const double *second,
                                 size_t second_count);

/** The same with one variance for both, as t.test(var.equal = TRUE): also for a sample of one against at least
 *  two. */
struct dyno_twosample dyno_pooled(const double *first, size_t first_count, const double *second,
                                  size_t second_count);

/** Slope of values over their places 0, 1, 2 ... by least squares, with its t test. */
struct dyno_slope {
    double slope; /**< per place */
    double p;     /**< two-sided; NaN for fewer than 3 values */
};

/** NaN for fewer than 2 values. */
struct dyno_slope dyno_slope(const double *values, size_t count);

#endif
