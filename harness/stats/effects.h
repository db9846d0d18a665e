/**
 * Effects of a two-level design, and the error that they are judged by.
 *
 * An effect is the mean of the responses at the high level minus that at the low one. With replicates, its
 * error comes from how much the same contrast differs between replicates, pooled over the contrasts of a
 * stratum: the residual of the analysis of variance with replicates as blocks, error strata kept apart (R:
 * aov with Error(replicate / start)). Without replicates it is Lenth's pseudo standard error.
 */
#ifndef DYNO_STATS_EFFECTS_H
#define DYNO_STATS_EFFECTS_H

#include "stats/factorial.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * Lenth 1989: s0 = 1.5 median |c|; PSE = 1.5 median of the |c| below 2.5 s0; both taken as a standard error
 * with m / 3 degrees of freedom. NaN for no effect, for more than DYNO_FACTORIAL_MAX_RUNS, and if there is a NaN
 * among them.
 */
struct dyno_lenth {
    size_t count;
    double s0, pse;
    double df;
};
struct dyno_lenth dyno_lenth(const double *effects, size_t count);

/** t(1 - (1 - confidence) / 2, df): half-width of one interval in standard errors. */
double dyno_effects_margin(double confidence, double df);

/** The same for `family` intervals that shall hold together: t((1 + confidence^(1/family)) / 2, df). */
double dyno_effects_simultaneous(double confidence, size_t family, double df);

/** What the effects of one stratum are judged by. */
struct dyno_effects_error {
    bool is_pooled;   /**< from replicates; else Lenth's */
    size_t contrasts; /**< that it was made from */
    double se;        /**< of an effect, the mean over replicates; NaN if there is no estimate */
    double df;
    double s0; /**< Lenth's first step; NaN if pooled */
};

/**
 * @param values contrast k in replicate r at [k * replicates + r]
 * @param replicates 1: Lenth
 */
struct dyno_effects_error dyno_effects_error(const double *values, size_t contrasts,
                                             size_t replicates);

/** Two-sided p value of effect / se with df degrees of freedom; NaN unless se > 0 and df > 0. An effect of
 *  anything but 0 with se = 0 has p = 0. */
double dyno_effects_p(double effect, double se, double df);

/** Contrast `column` of the responses of all runs of the design, in the order of runs. */
double dyno_effects_contrast(const struct dyno_factorial *design, uint32_t column,
                             const double *responses);

/** Where the i-th smallest (from 0) of `count` absolute effects stands on a half-normal plot. */
double dyno_effects_half_normal(size_t i, size_t count);

#endif
