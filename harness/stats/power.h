/** Power of the paired t test, and the smallest effect that a number of blocks can see. */
#ifndef DYNO_STATS_POWER_H
#define DYNO_STATS_POWER_H

#include <stddef.h>

/**
 * P(T <= t) for the noncentral t distribution with `df` degrees of freedom and noncentrality `delta`:
 * the integral of normal P(t s - delta) over the density of s = sqrt(chi-squared / df), by Simpson's rule;
 * absolute error below 1e-8 for df >= 1. NaN unless df >= 1 and t and delta are finite.
 */
double dyno_noncentral_t_cdf(double t, double df, double delta);

/**
 * Chance that a two-sided paired t test at level `alpha` sees a true mean of `effect` standard deviations,
 * in the direction that it has (as R's power.t.test). NaN for count < 2 or a level outside (0, 1).
 */
double dyno_paired_power(size_t count, double effect, double alpha);

/** Chance that a two-sided t test with `df` degrees of freedom sees a true effect of `ncp` standard errors of
 *  the mean, in its direction. NaN unless df >= 1 and the level lies inside (0, 1). */
double dyno_t_power(double df, double ncp, double alpha);

/** Smallest effect, in standard errors of the mean, that is seen with chance `power`. NaN as above. */
double dyno_t_mde(double df, double power, double alpha);

/**
 * Chance that two one-sided tests at level `alpha` call a true difference of 0 equivalent, where the margin is
 * `margin` standard errors: at least 1 - 2 P(one side fails), which is what is returned.
 */
double dyno_tost_power(double df, double margin, double alpha);

/** Smallest effect, in standard deviations of the differences, that is seen with chance `power`;
 *  n = 6 at 80 % and 5 %: 1.435. NaN for count < 2, or levels outside alpha < power < 1. */
double dyno_paired_mde(size_t count, double power, double alpha);

/** Fewest pairs that see `effect` standard deviations with chance `power`; 0 if that takes over `max`. */
size_t dyno_paired_count_for(double effect, double power, double alpha, size_t max);

#endif
