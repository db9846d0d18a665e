/** The few numbers that stand for many durations, and curves that keep their shape. */
#ifndef DYNO_REPORT_SUMMARY_H
#define DYNO_REPORT_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dyno_report_number {
    DYNO_REPORT_MIN,
    DYNO_REPORT_P50,
    DYNO_REPORT_P90,
    DYNO_REPORT_P95,
    DYNO_REPORT_P99,
    DYNO_REPORT_MEAN,
    DYNO_REPORT_MAX,
    DYNO_REPORT_NUMBERS
};

/** How well a number is known. */
enum dyno_report_known {
    DYNO_REPORT_UNKNOWN,  /**< nothing was measured */
    DYNO_REPORT_ESTIMATE, /**< a number with an interval */
    DYNO_REPORT_SAMPLE, /**< the sample's own quantile: from too few durations for an interval, see summary.c */
    DYNO_REPORT_ABOVE /**< at least so much: durations that were cut off lie there or above */
};

struct dyno_report_told {
    double ns; /**< NAN for UNKNOWN */
    enum dyno_report_known known;
};

struct dyno_report_summary {
    int64_t n;       /**< exact durations */
    int64_t cut_off; /**< durations of which only a lower bound is known */
    double min_ns, p50_ns, p90_ns, p95_ns, p99_ns, mean_ns, max_ns; /**< NAN unless ESTIMATE */
    struct dyno_report_told told[DYNO_REPORT_NUMBERS]; /**< what can be said in any case */
};

#define DYNO_REPORT_CURVE_POINTS 103

/** Quantiles at fixed probabilities: 0, 0.01 ... 0.99, 0.995, 0.999, 1. NAN where not known. */
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

/** Is any number that is shown (p50, p90, p95, p99, mean, max) known in that way only? */
bool dyno_report_has_known(const struct dyno_report_summary *summary, enum dyno_report_known known);

/** Durations, and lower bounds of those that were cut off; both ascending, see stats/quantile.h. */
struct dyno_report_durations {
    const double *sorted;
    size_t count;
    const double *bounds;
    size_t bound_count;
};

/** Each number with how well it is known. */
struct dyno_report_summary dyno_report_summarize(const struct dyno_report_durations *durations);

/** The probability of a point of the curve. */
double dyno_report_curve_p(size_t point);

/** NAN where cut-off durations make a point unknown. */
void dyno_report_curve_fill(struct dyno_report_curve *curve,
                            const struct dyno_report_durations *durations);
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
