/** Counters over time, bounded: a run of days must not eat the memory of the supervisor. */
#ifndef DYNO_COLLECT_SERIES_H
#define DYNO_COLLECT_SERIES_H

#include "base/vec.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

#define DYNO_SERIES_MAX ((size_t)400000)

struct dyno_series {
    struct dyno_vec counters; /**< struct dyno_store_counter; t_ns is CLOCK_MONOTONIC until taken */
    size_t dropped;           /**< values over DYNO_SERIES_MAX */
};

void dyno_series_init(struct dyno_series *series);
void dyno_series_deinit(struct dyno_series *series);

/** One value. `source` must be static; a value that is not finite is left out. */
void dyno_series_add(struct dyno_series *series, const char *source, const char *name,
                     int64_t now_ns, double value);

/** Hand the counters to the caller, who frees the array, with t_ns counted from `epoch_ns`. */
struct dyno_store_counter *dyno_series_take(struct dyno_series *series, int64_t epoch_ns,
                                            size_t *count_out);

#endif
