/**
 * The universal scalability law, X(N) = g N / (1 + a (N - 1) + b N (N - 1)): throughput over load, with contention a and
 * coherency b (Gunther). Least squares with a and b not below 0, by active set: the best feasible of the fits with
 * either, both or none of them held at 0, each by Levenberg-Marquardt (GSL).
 */
#ifndef DYNO_STATS_USL_H
#define DYNO_STATS_USL_H

#include <stdbool.h>
#include <stddef.h>

struct dyno_usl {
    bool is_fitted;
    double gamma, alpha, beta;
    double gamma_se, alpha_se, beta_se; /**< NaN at a bound */
    double rss;
    size_t df;        /**< points minus free parameters */
    double peak_load; /**< sqrt((1 - a) / b); INFINITY for b = 0 */
    double peak_rate;
};

/** Needs three points with loads and rates over 0, at different loads; else not fitted. Allocates through GSL. */
struct dyno_usl dyno_usl_fit(const double *loads, const double *rates, size_t count);

/** X(N) of a fit. */
double dyno_usl_rate(const struct dyno_usl *usl, double load);

/**
 * May the peak be told? Only where beta's 95 % interval lies above 0, and the peak at most 1.5 times the largest
 * load tried.
 */
bool dyno_usl_has_peak(const struct dyno_usl *usl, double largest_load);

#endif
