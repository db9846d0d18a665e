/**
 * Where a warm-up ends: MSER-5 (White 1997; Spratt 1998). The series is cut into batches of 5; of all ways
 * to leave out the first d batches the one with the smallest squared standard error of what remains is
 * taken, d at most half of them.
 *
 *     statistic(d) = sum over i > d of (Z_i - mean of those)^2 / (k - d)^2
 *
 * A minimum at the last d allowed says nothing but that it still goes down: then the series has not become
 * steady. It can be fooled by series that are short beside their noise: ask for a floor.
 */
#ifndef DYNO_STATS_MSER_H
#define DYNO_STATS_MSER_H

#include <stdbool.h>
#include <stddef.h>

#define DYNO_MSER_BATCH 5

struct dyno_mser {
    bool is_steady;    /**< there are 4 batches or more, and the minimum lies before the middle */
    size_t truncate;   /**< values to leave out, a multiple of 5 */
    double statistic;  /**< there; NaN under 4 batches */
    double mean_after; /**< of the whole batches that remain; NaN under 4 batches */
};

/** @param batches scratch, room for count / 5 values. A NaN among the values: not steady. */
struct dyno_mser dyno_mser5(const double *values, size_t count, double *batches);

#endif
