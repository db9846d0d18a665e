/** The few numbers that stand for many durations, and curves that keep their shape. */
#ifndef DYNO_REPORT_SUMMARY_H
#define DYNO_REPORT_SUMMARY_H

#include <stddef.h>
#include <stdint.h>

/** NAN where there are too few durations to estimate a number: see summary.c. */
struct dyno_report_summary {
    int64_t n;
    double min_ns, p50_ns, p90_ns, p95_ns, p99_ns, mean_ns, max_ns;
};

#define DYNO_REPORT_CURVE_POINTS 103

/** Quantiles at fixed probabilities: 0, 0.01 ... 0.99, 0.995, 0.999, 1. All NAN if n is 0. */
struct dyno_report_curve {
    double ns[DYNO_REPORT_CURVE_POINTS];
};

#define DYNO_REPORT_BINS_PER_DECADE 20
#define DYNO_REPORT_BINS            240 /**< from 1 ns to 10^12 ns */

/** Counts in bins that are equal on a log axis: bin i holds 10^(i/20) <= ns < 10^((i+1)/20). */
struct dyno_report_histogram {
    int64_t counts[DYNO_REPORT_BINS];
    int64_t n;
    int first, last; /**< bins that are not empty; first > last if n is 0 */
};

/* `sorted` is ascending, see stats/quantile.h. */
struct dyno_report_summary dyno_report_summarize(const double *sorted, size_t count);
double dyno_report_curve_p(size_t point);
void dyno_report_curve_fill(struct dyno_report_curve *curve, const double *sorted, size_t count);
void dyno_report_histogram_fill(struct dyno_report_histogram *histogram, const double *values,
                                size_t count);
/** Lower edge of bin `i` in ns. */
double dyno_report_bin_edge_ns(int i);

struct dyno_report_point {
    size_t trial; /**< place in the model's trials */
    double t_ns;  /**< since the trial's window began */
    double value_ns;
};

/**
 * Thin a series to at most `room` points that keep its look (largest triangle, three buckets), in
 * place; returns how many stay.
 */
size_t dyno_report_thin(struct dyno_report_point *points, size_t count, size_t room);

#endif
