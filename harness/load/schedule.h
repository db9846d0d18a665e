/**
 * The open-loop schedule: intended times, computed before load starts and never changed by how the
 * server behaves. The same plan gives the same times on every machine.
 */
#ifndef DYNO_LOAD_SCHEDULE_H
#define DYNO_LOAD_SCHEDULE_H

#include "base/rng.h"
#include "base/status.h"
#include "plan/load_shape.h"

#include <stdbool.h>
#include <stdint.h>

#define DYNO_MAX_STATEMENTS UINT64_C(20000000)

/** Streams of the trial's seed; a session's own is DYNO_STREAM_SESSIONS + its number. */
enum dyno_stream {
    DYNO_STREAM_ARRIVALS = 1,
    DYNO_STREAM_QUERIES = 2,
    DYNO_STREAM_SESSIONS = 1000
};

/** A walk over the intended times. Plain data. */
struct dyno_schedule {
    struct dyno_rng rng;
    bool is_poisson;
    double rate_per_s;
    double at_s; /**< poisson: the last arrival */
    uint64_t next_seq;
    int64_t end_ns;
};

/** Start the walk for an open-loop shape. */
void dyno_schedule_init(struct dyno_schedule *schedule, const struct dyno_load_shape *shape,
                        uint64_t seed);

/** The next intended time, nanoseconds since the epoch; false at the end of the window. */
bool dyno_schedule_next(struct dyno_schedule *schedule, int64_t *intended_ns_out);

/** How many entries the walk has; DYNO_ELIMIT over DYNO_MAX_STATEMENTS. */
enum dyno_status dyno_schedule_count(const struct dyno_load_shape *shape, uint64_t seed,
                                     uint64_t *count_out, struct dyno_err *err) DYNO_MUST_CHECK;

#endif
