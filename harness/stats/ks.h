/** Kolmogorov-Smirnov: is a sample from the exponential distribution of a given rate? */
#ifndef DYNO_STATS_KS_H
#define DYNO_STATS_KS_H

#include <stddef.h>

/**
 * The p value of the largest distance D between the sample's distribution and 1 - exp(-rate x), by the
 * asymptotic law of sqrt(n) D, which is good from about 50 values on. NaN for no values, a rate that is
 * not over 0, or a NaN among the values. Values below 0 are impossible ones, not more than that.
 * @param sorted ascending
 * @param d_out the distance; may be NULL
 */
double dyno_ks_exponential(const double *sorted, size_t count, double rate, double *d_out);

#endif
