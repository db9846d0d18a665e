/**
 * A histogram of durations with a relative error that is known: HdrHistogram (Gil Tene), written anew.
 *
 * Values up to 2 * 10^digits units lie in buckets of one unit; beyond, each doubling of the range doubles
 * the width, so that a value is known to 1 part in 10^digits at any size. The smallest and the largest
 * value are kept exactly, beside the buckets.
 *
 * The rank rule: quantile p of n values is the value of rank ceil(p n), at least 1, counted from the
 * smallest (nearest rank, as the Java implementation has it). What is returned is the highest value of
 * that rank's bucket, or the exact largest value if that is below it, and the exact smallest for p = 0.
 *
 * Nothing is dropped or clamped silently: what cannot be held is counted in `overflow`.
 */
#ifndef DYNO_STATS_HISTOGRAM_H
#define DYNO_STATS_HISTOGRAM_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

struct dyno_histogram_range {
    int64_t lowest;  /**< smallest value that is told from 0; from 1 */
    int64_t highest; /**< largest value that can be held; at least 2 * lowest */
    int digits;      /**< 1 .. 5 significant decimal digits */
};

/** Nanoseconds, from 1 ns to 1 day, to 1 part in 1000. */
#define DYNO_HISTOGRAM_NS                                                                          \
    {                                                                                              \
        .lowest = 1, .highest = INT64_C(86400000000000), .digits = 3                               \
    }

/** Plain but for `counts`. One thread at a time. */
struct dyno_histogram {
    struct dyno_histogram_range range;
    int unit_magnitude;
    int half_magnitude;
    int64_t half_count;
    int64_t mask;
    int32_t counts_len; /**< buckets that the range has */
    int32_t room;       /**< buckets that there is memory for; grows as values come */
    int64_t *counts;
    int64_t total;    /**< values held */
    int64_t overflow; /**< values below 0 or over the range: in none of the buckets */
    int64_t min;      /**< exact; INT64_MAX if there is no value */
    int64_t max;      /**< exact; 0 if there is no value */
};

/** Empty. DYNO_EINPUT for a range that cannot be. */
enum dyno_status dyno_histogram_init(struct dyno_histogram *histogram,
                                     const struct dyno_histogram_range *range,
                                     struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_histogram_deinit(struct dyno_histogram *histogram);

/** Forget the values, keep the memory. */
void dyno_histogram_clear(struct dyno_histogram *histogram);

/** `count` times the same value. Allocates when the value is larger than any before. */
void dyno_histogram_record(struct dyno_histogram *histogram, int64_t value, int64_t count);

/** All of `from`'s values: exactly the histogram of both samples if the ranges are equal; with another
 *  range its values enter as the lowest of their buckets, as other implementations do it. */
void dyno_histogram_add(struct dyno_histogram *into, const struct dyno_histogram *from);

/** By the rule above; 0 for no values, p is cut to [0, 1], NaN gives 0. */
int64_t dyno_histogram_quantile(const struct dyno_histogram *histogram, double p);

/** Of the buckets' middles; 0 for no values. */
double dyno_histogram_mean(const struct dyno_histogram *histogram);
/** The same with divisor n, as the other implementations have it. */
double dyno_histogram_deviation(const struct dyno_histogram *histogram);

/* One bucket: where a value lies, and what a bucket holds. */
int32_t dyno_histogram_index(const struct dyno_histogram *histogram, int64_t value);
int64_t dyno_histogram_bucket_low(const struct dyno_histogram *histogram, int32_t index);
int64_t dyno_histogram_bucket_high(const struct dyno_histogram *histogram, int32_t index);
/** 0 for buckets that there is no memory for. */
int64_t dyno_histogram_count_at(const struct dyno_histogram *histogram, int32_t index);

/** The smallest and largest value that the buckets themselves tell; what a reader of the encoded form
 *  gets. */
int64_t dyno_histogram_low(const struct dyno_histogram *histogram);
int64_t dyno_histogram_high(const struct dyno_histogram *histogram);

#endif
