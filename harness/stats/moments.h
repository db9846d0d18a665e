/** Mean and standard deviation in one pass, without the loss of the sum-of-squares formula. */
#ifndef DYNO_STATS_MOMENTS_H
#define DYNO_STATS_MOMENTS_H

#include <stddef.h>

/** Running moments; all zeroes is the empty state. */
struct dyno_moments {
    size_t count;
    double mean;
    double m2; /**< sum of squared deviations from the mean */
};

/** Take one value in (Welford 1962). A NaN makes mean and sd NaN for good. */
void dyno_moments_add(struct dyno_moments *moments, double value);

/** Moments of an array; the empty state for count 0. */
struct dyno_moments dyno_moments_of(const double *values, size_t count);

/** Mean; NaN for no values. */
double dyno_moments_mean(const struct dyno_moments *moments);

/** Sample standard deviation, divisor n - 1; NaN for fewer than 2 values. */
double dyno_moments_sd(const struct dyno_moments *moments);

#endif
