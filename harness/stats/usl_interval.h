/**
 * How sure is the peak of the scalability law? A bootstrap over trials: of each load's trials, one fewer than there are
 * is drawn with replacement, which makes the variance of a drawn mean that of the mean itself (Rao and Wu 1988; drawing
 * all of them is too narrow by (n - 1) / n, a third of the variance at three trials), and the law is fitted again.
 */
#ifndef DYNO_STATS_USL_INTERVAL_H
#define DYNO_STATS_USL_INTERVAL_H

#include <stddef.h>
#include <stdint.h>

#define DYNO_USL_REPLICATES 400

/** 95 % percentile ends; NaN: not known. `load_high` is INFINITY where more than 2.5 % of the fits have no peak. */
struct dyno_usl_interval {
    double load_low, load_high; /**< of the load at the peak */
    double rate_low, rate_high; /**< of the throughput there, over the fits that have one */
    double peak_share;          /**< fits with a peak, of those that succeeded */
};

/** Points as for dyno_usl_fit, one for each trial. All NaN unless each load has at least two trials, and at most
 *  DYNO_USL_TRIALS_MAX points in all. */
struct dyno_usl_interval dyno_usl_bootstrap(const double *loads, const double *rates, size_t count,
                                            uint64_t seed);

#define DYNO_USL_TRIALS_MAX 512

#endif
