/**
 * One trial while it runs: what its threads share. Every field says who may write it and when; the
 * whole list stands in load/README.md.
 */
#ifndef DYNO_LOAD_RUN_H
#define DYNO_LOAD_RUN_H

#include "base/clock.h"
#include "base/log.h"
#include "load/gate.h"
#include "load/generator.h"
#include "load/mix.h"
#include "load/trial_file.h"
#include "target/target.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct dyno_session;

struct dyno_run {
    /* Immutable from the start of the first session on. The plan is the caller's: sessions that are
     * abandoned in a driver must not touch it any more, hence the copies below. */
    const struct dyno_trial_plan *plan;
    const struct dyno_clock *clock;
    const struct dyno_target_ops *ops;
    struct dyno_trial_file *file;
    struct dyno_trial_header *header;
    struct dyno_record *records;
    uint64_t capacity;
    bool is_open_loop;    /**< intended times stand in the slots before the go */
    uint64_t visit;       /**< slots of an entry: statements of a visit, else 1 */
    uint32_t share;       /**< of `shares`, from 0 */
    uint32_t shares;      /**< generators of this trial, from 1 */
    size_t session_count; /**< of this generator */
    uint32_t *next_of;  /**< slot after a slot in its session's own list; NULL: one list for all */
    uint32_t *first_of; /**< of each session's own list */
    bool is_warmup;
    bool is_resumed; /**< some slots behind `claimed` were taken by a generator that crashed */
    bool want_checksum;
    bool must_connect_alone; /**< the driver manager cannot connect twice at a time */
    int64_t timeout_ns;
    int64_t think_ns;
    bool is_think_exponential;
    int64_t sleep_slice_ns; /**< how late a stop may be seen by a session that waits for its time */
    int64_t measure_begin_ns; /**< since the epoch */
    int64_t *max_rows;        /**< of each query; 0: any number */
    struct dyno_mix mix;
    char **setting_sql; /**< "SET -v", then for each setting "SET k=v" and "SET k" */
    size_t setting_sql_count;

    /* Written by the main thread before the go. */
    int64_t epoch_ns;
    int64_t end_ns; /**< nothing is claimed from here on; INT64_MAX for a warm-up trial */

    struct dyno_gate gate;
    atomic_int is_halted;         /**< set once: claim nothing more */
    pthread_mutex_t connect_lock; /**< held while a connection is made or closed, if it must be */
    pthread_mutex_t error_lock;
    struct dyno_err failure; /**< guarded by error_lock; the first one */
};

/** Where a generator's world comes from: replaced as a whole by tests. */
struct dyno_generator_world {
    const struct dyno_clock *clock;
    const struct dyno_target_ops *ops;
};

/** As dyno_generate, in another world. */
enum dyno_status dyno_generate_in(const struct dyno_generator_options *options,
                                  const struct dyno_generator_world *world,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

/** The trial cannot go on: remember why, for the first failure, and send everybody home. Any thread. */
void dyno_run_fail(struct dyno_run *run, const struct dyno_err *failure);

/** Keep the text of the first failure of each kind (query, outcome, SQLSTATE). Any thread. */
void dyno_run_note_error(struct dyno_run *run, const struct dyno_record *record,
                         const struct dyno_err *failure);

/** The time in the run's world. */
static inline int64_t dyno_run_now_ns(const struct dyno_run *run)
{
    return run->clock->now_ns(run->clock->ctx);
}

/** Is nothing more to be claimed? */
static inline bool dyno_run_is_halted(const struct dyno_run *run)
{
    return atomic_load_explicit(&run->is_halted, memory_order_acquire) != 0;
}

#endif
