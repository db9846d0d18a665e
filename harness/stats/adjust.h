/**
 * p values of a family of tests, adjusted: compare each with the level as if it stood alone.
 *
 * A NaN is a test that was not made: it stays NaN and does not count. Results keep the order of the input;
 * `out` must not overlap `p`. No memory of their own and O(n squared).
 */
#ifndef DYNO_STATS_ADJUST_H
#define DYNO_STATS_ADJUST_H

#include <stddef.h>

/** Holm 1979: bounds the chance of any false finding in the family. */
void dyno_adjust_holm(const double *p, size_t count, double *out);

/** Benjamini and Hochberg 1995: bounds the expected share of false ones among the findings. */
void dyno_adjust_bh(const double *p, size_t count, double *out);

#endif
