/**
 * Sign-flip (Fisher) randomisation test of paired differences: if the arms do not differ, the sign of each
 * difference was drawn with the order of the block, and every pattern of signs was equally likely.
 *
 * p = share of the patterns whose |sum| is at least the observed one. Exact for up to 20 differences, by
 * Gray code, one sign a step; above that from 100,000 seeded random patterns, counted with the observed one.
 * Sums within 1e-10 of the sum of absolute values count as equal, so that ties are not lost to rounding.
 */
#ifndef DYNO_STATS_SIGNFLIP_H
#define DYNO_STATS_SIGNFLIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DYNO_SIGNFLIP_EXACT_MAX 20
#define DYNO_SIGNFLIP_DRAWS     100000

struct dyno_signflip {
    uint64_t extreme; /**< patterns at least as far from 0 as the observed one, itself included */
    uint64_t total;
    double p; /**< two-sided; smallest possible 2 / 2^n: n = 5 cannot go below 0.0625 */
    bool is_exact;
};

/** n = 0, or a value that is not finite: p is NaN. n = 1: p is 1. All zero: p is 1. `seed` matters above 20
 *  differences only. */
struct dyno_signflip dyno_signflip(const double *differences, size_t count, uint64_t seed);

#endif
