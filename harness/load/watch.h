/**
 * Cutting statements short: those past their time limit, and all of them at the end of the drain or at
 * a stop. The main thread looks at every session each tick; a cancel may block, so it runs in a thread
 * of its own.
 *
 * A session says what it runs in one atomic word, a number that never comes back together with a state:
 *
 *     idle -> running            session, plain store
 *     running -> cutting         cutter, compare and swap: fails if that statement has ended meanwhile
 *     cutting -> cut             cutter, when the cancel has returned; it may be cut again later
 *     running, cutting, cut -> idle   session, one exchange
 *
 * A session that finds "cutting" waits for the cutter, so that no cancel reaches the statement after,
 * nor a connection that is being closed.
 */
#ifndef DYNO_LOAD_WATCH_H
#define DYNO_LOAD_WATCH_H

#include "load/crash.h"
#include "load/outcome.h"
#include "load/run.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_watch {
    _Atomic uint64_t word;
    _Atomic int64_t deadline_ns; /**< of CLOCK_MONOTONIC or the clock in its place */
    pthread_mutex_t lock;        /**< held while a cancel runs */
    enum dyno_cut cut;           /**< guarded by lock */

    /* The main thread's own. */
    bool has_cutter;
    int64_t next_cut_ns; /**< when a statement that outlived its cut may be cut again */
    /* Handed to the cutter when it is started. */
    uint64_t cut_word;
    enum dyno_cut cut_reason;
    const struct dyno_target_ops *ops;
    struct dyno_conn *const *conn; /**< the session's; read only while the word says "cutting" */
    const struct dyno_crash_seat *seat; /**< the session's; NULL: none */
    atomic_bool is_cutter_done;
};

/** Idle. `*conn` is what is cancelled; it may change while nothing runs. A cutter that crashes inside a
 *  cancel does so for `seat`, which may be NULL. */
void dyno_watch_init(struct dyno_watch *watch, const struct dyno_target_ops *ops,
                     struct dyno_conn *const *conn, const struct dyno_crash_seat *seat);
/** Once it is quiet and its session has ended. */
void dyno_watch_deinit(struct dyno_watch *watch);

/** Session: statement `seq` begins. */
void dyno_watch_begin(struct dyno_watch *watch, uint64_t seq, int64_t deadline_ns);

/** Session: it has ended. Was it cut, and why? Waits for a cancel that is under way. */
enum dyno_cut dyno_watch_end(struct dyno_watch *watch);

/** Main: cut the session's statement if it is past its limit, or whatever it runs if `must_end`. */
void dyno_watch_look(struct dyno_watch *watch, int64_t now_ns, bool must_end);

/** Main: is the session still inside a statement that was cut, `grace_ns` after its time was up? */
bool dyno_watch_is_stuck(struct dyno_watch *watch, int64_t now_ns, int64_t grace_ns);

/** Main: is no cancel under way? Once it says so, no cutter touches the watch any more. */
bool dyno_watch_is_quiet(struct dyno_watch *watch);

#endif
