/**
 * One sample of paired differences: t interval, t test, and two one-sided tests for equivalence.
 *
 * Source: Student's t as in R's t.test(paired = TRUE); TOST as in Schuirmann 1987. The differences are
 * taken as independent draws from one, roughly normal distribution.
 */
#ifndef DYNO_STATS_PAIRED_H
#define DYNO_STATS_PAIRED_H

#include <stddef.h>

struct dyno_paired {
    size_t count;
    double mean;
    double sd;
    double se;     /**< sd / sqrt(n), or what dyno_paired_from was told */
    double df;     /**< n - 1, or what dyno_paired_from was told */
    double ci_low; /**< 95 %, two-sided */
    double ci_high;
    double ci90_low; /**< 90 %: inside the margin is the same as TOST at 5 % */
    double ci90_high;
    double t;
    double p; /**< two-sided, against a mean of 0 */
};

/**
 * n = 0: all NaN. n = 1: mean only, the rest NaN. All values equal: the intervals are that point, and p
 * is 1 for zero and 0 for anything else (R refuses this case). A NaN among the values: all NaN.
 */
struct dyno_paired dyno_paired(const double *differences, size_t count);

/** The same numbers from a mean whose error is known: intervals and test with `df` degrees of freedom. As
 *  dyno_paired where se is sd / sqrt(n) and df is n - 1. */
struct dyno_paired dyno_paired_from(size_t count, double mean, double sd, double se, double df);

/** Both one-sided p values against a margin; equivalence at level a if `p` <= a. */
struct dyno_tost {
    double p_lower; /**< against "the difference is -margin or less" */
    double p_upper; /**< against "the difference is +margin or more" */
    double p;       /**< the larger one */
};

/** From summaries. All NaN unless se > 0, df > 0 and margin >= 0. `df` may be fractional (Welch). */
struct dyno_tost dyno_tost(double mean, double se, double df, double margin);

/** Half-width of a two-sided interval in units of the standard error: t(1 - (1-confidence)/2, df). NaN
 *  unless df > 0 and 0 < confidence < 1. */
double dyno_t_multiplier(double confidence, double df);

#endif
