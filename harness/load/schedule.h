/**
 * The schedule: intended times, computed before load starts and never changed by how the server behaves.
 * The same plan gives the same times on every machine.
 *
 * Arrivals are laid out in expected counts: the rate's integral from the epoch on. Equal gaps are its
 * whole numbers, Poisson arrivals a sum of exponential steps of mean 1; going back through the integral
 * gives times, exactly for rates that stay, rise or fall in a straight line, or are 0 between bursts.
 *
 * An entry is one statement; in a partly open load it is the first of a visit, and those after it have
 * no time of their own before the one before has ended.
 */
#ifndef DYNO_LOAD_SCHEDULE_H
#define DYNO_LOAD_SCHEDULE_H

#include "base/rng.h"
#include "base/status.h"
#include "plan/load_shape.h"
#include "plan/trial_plan.h"

#include <stdbool.h>
#include <stdint.h>

#define DYNO_MAX_STATEMENTS UINT64_C(20000000)

/** Streams of the trial's seed; a session's own is DYNO_STREAM_SESSIONS + its number. */
enum dyno_stream {
    DYNO_STREAM_ARRIVALS = 1,
    DYNO_STREAM_QUERIES = 2,
    DYNO_STREAM_SESSIONS = 1000,
    DYNO_STREAM_THINKING = 1000000 /**< + the session's number */
};

/** A stretch of time in which the rate goes in a straight line. */
struct dyno_schedule_part {
    double begin_s;
    double length_s;
    double from_per_s;
    double to_per_s;
    double before; /**< arrivals expected from the epoch to its begin */
};

/** A walk over the intended times. Plain data; borrows the shape and the replay. */
struct dyno_schedule {
    struct dyno_rng rng;
    const struct dyno_load_shape *shape;
    const struct dyno_replay *replay; /**< NULL but for a replay */
    struct dyno_schedule_part part;
    size_t next_part;
    double per_entry; /**< rates are of statements, entries of a partly open load are visits */
    double at;        /**< arrivals expected up to the last one */
    uint64_t next_seq;
    int64_t end_ns;
};

/** Start the walk for an open-loop shape. `replay` is that of the plan, or NULL. */
void dyno_schedule_init(struct dyno_schedule *schedule, const struct dyno_load_shape *shape,
                        const struct dyno_replay *replay, uint64_t seed);

/** The next intended time, nanoseconds since the epoch; false at the end of the window. */
bool dyno_schedule_next(struct dyno_schedule *schedule, int64_t *intended_ns_out);

/** No session owns the entry. */
#define DYNO_NO_OWNER UINT32_MAX

/** The session that entry `i` belongs to: pinned and replayed ones; else DYNO_NO_OWNER. */
uint32_t dyno_schedule_owner(const struct dyno_schedule *schedule, uint64_t i);

/** Does entry `i` belong to generator `share` of `shares` (from 0)? By its session where it has one. */
bool dyno_schedule_is_shared(const struct dyno_schedule *schedule, uint64_t i, uint32_t share,
                             uint32_t shares);

/** How many entries the walk has; DYNO_ELIMIT over DYNO_MAX_STATEMENTS statements. */
enum dyno_status dyno_schedule_count(const struct dyno_load_shape *shape,
                                     const struct dyno_replay *replay, uint64_t seed,
                                     uint64_t *count_out, struct dyno_err *err) DYNO_MUST_CHECK;

#endif
