/**
 * Variation at several levels of repetition, as Kalibera and Jones (ISMM 2013): what each level adds, and how
 * often to repeat at each for the cheapest interval.
 */
#ifndef DYNO_STATS_LEVELS_H
#define DYNO_STATS_LEVELS_H

#include <stddef.h>

#define DYNO_LEVELS_MAX 8

struct dyno_levels {
    double s2[DYNO_LEVELS_MAX]; /**< biased: variance of the means of this level, innermost first */
    double t2[DYNO_LEVELS_MAX]; /**< what the level itself adds; may be negative, then read as 0 */
    double mean;
    double half_width; /**< 95 %, t with one degree fewer than the outermost repetitions */
};

/**
 * @param values innermost level running fastest; their number is the product of `repeats`
 * @param repeats of each level, innermost first, each at least 2
 * @param scratch as many doubles as there are values
 */
struct dyno_levels dyno_levels(const double *values, const size_t *repeats, size_t level_count,
                               double *scratch);

/**
 * Repetitions of a level inside one of the next: sqrt(cost_above / cost x t2 / t2_above). INFINITY where the
 * level above adds nothing, NaN for costs that are not positive.
 */
double dyno_levels_repeats(double cost, double cost_above, double t2, double t2_above);

#endif
