/** One session: a thread, its connection, and everything that it alone writes. */
#ifndef DYNO_LOAD_SESSION_H
#define DYNO_LOAD_SESSION_H

#include "base/rng.h"
#include "load/crash.h"
#include "load/run.h"
#include "load/statement_text.h"
#include "load/watch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct dyno_session {
    struct dyno_run *run;
    uint32_t number; /**< among the sessions of all generators */
    pthread_t thread;
    struct dyno_mark *mark; /**< in the trial file */
    struct dyno_crash_seat seat;
    void *crash_stack;      /**< not used, and so not in memory, unless it comes to it */
    struct dyno_conn *conn; /**< NULL while not connected */
    struct dyno_rng rng;
    struct dyno_rng thinking; /**< of think times only: they do not depend on what else is drawn */
    uint64_t own_next;        /**< slot that comes next in its own list */
    struct dyno_statement_text text;
    struct dyno_err err;
    int64_t
        connect_ns; /**< the first connect took that long, settings included; read after "connected" */
    struct dyno_target_info info; /**< of session 0; read after "connected" */
    uint8_t next_flags;           /**< of the next record */
    atomic_uint reconnects;
    _Atomic int64_t cpu_ns; /**< of the thread, once it has ended */
    atomic_bool has_ended;  /**< it will not touch the trial file any more */
    /* The main thread looks in here every tick: kept off the cache lines of the rest. */
    char apart[64];
    struct dyno_watch watch;
    char apart_too[64];
};

/** The thread: up, connect, settings, go, load, close. `arg` is a struct dyno_session. */
void *dyno_session_main(void *arg);

/** Connect and apply the settings. A setting that does not read back is DYNO_EENV. (connect.c) */
enum dyno_status dyno_session_connect(struct dyno_session *session,
                                      int64_t timeout_ns) DYNO_MUST_CHECK;

/** Connect anew, with growing pauses, until it works or the trial has no use for it. */
bool dyno_session_reconnect(struct dyno_session *session);

/** Close the connection, if any. */
void dyno_session_disconnect(struct dyno_session *session);

/** Claim and run statements until there are none left, the window ends or the trial is halted. */
void dyno_session_offer_load(struct dyno_session *session);

/** Wait for an instant of the run's clock. The time then, or -1 if the trial was halted before. */
int64_t dyno_session_wait_until(struct dyno_session *session, int64_t wake_ns);

#endif
