/**
 * The robust twin of the paired t interval: Hodges-Lehmann estimate and the exact interval that goes with the
 * signed-rank test (Hollander and Wolfe), from the Walsh averages (d_i + d_j) / 2, i <= j.
 */
#ifndef DYNO_STATS_WALSH_H
#define DYNO_STATS_WALSH_H

#include <stddef.h>

/** Above this many differences the signed-rank quantile comes from its normal approximation. */
#define DYNO_WALSH_EXACT_MAX 50

struct dyno_walsh {
    double estimate; /**< median of the Walsh averages */
    double ci_low;
    double ci_high;
};

/** Doubles of scratch that `count` differences need. */
size_t dyno_walsh_scratch(size_t count);

/**
 * R's convention: with k = qsignrank(alpha / 2, n), at least 1, the interval runs from the k-th smallest to the
 * k-th largest average. Zeros are kept. NaN all over for n = 0, a NaN among the values or a confidence outside
 * (0, 1); n = 1 gives that value for all three.
 * @param scratch room for dyno_walsh_scratch(count) doubles
 */
struct dyno_walsh dyno_walsh(const double *differences, size_t count, double confidence,
                             double *scratch);

/** Smallest v with P(V <= v) >= p for the signed-rank statistic of n differences without ties, n at most
 *  DYNO_WALSH_EXACT_MAX. @param scratch n (n + 1) / 2 + 1 doubles */
size_t dyno_signed_rank_quantile(double p, size_t count, double *scratch);

#endif
