/**
 * Values in groups (block ratios in server starts): how much varies within a group, how much between groups,
 * and the mean of all with an error that respects both.
 *
 * One-way random effects, value = mean + group + rest, by analysis of variance (the moments' estimate of lme
 * for balanced data): between = (MS_between - MS_within) / k. Where that is not positive there is no sign of
 * groups, and the error is that of n independent values, n - 1 degrees of freedom. Otherwise the groups are
 * the sample: means weighted by 1 / (between + within / size), an error from their own scatter, and one degree
 * of freedom fewer than there are groups.
 */
#ifndef DYNO_STATS_STRATA_H
#define DYNO_STATS_STRATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_strata {
    size_t count;
    size_t groups;
    double mean;
    double sd; /**< of all values, groups ignored */
    double se;
    double df;
    double within_sd; /**< NaN unless some group has two values */
    double
        between_sd; /**< 0 where there is no sign of it; NaN unless there are two groups, one of them with
                            two values */
    bool is_pooled; /**< the error is that of independent values */
};

/** n = 0: all NaN. n = 1: mean only. `groups` NULL: every value stands alone. O(n squared), no memory. */
struct dyno_strata dyno_strata(const double *values, const int64_t *groups, size_t count);

#endif
