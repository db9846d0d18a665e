/** Statements of the fake server in time: slots, queue, freezes, cancellation, truth log. */
#ifndef DYNO_FAKE_HS2_WORK_H
#define DYNO_FAKE_HS2_WORK_H

#include "support/fake_hs2.h"
#include "support/fake_hs2_result.h"
#include "support/fake_hs2_service.h"

#include <pthread.h>
#include <stdio.h>

/**
 * One statement or catalog call. Immutable but for what is guarded by the work's lock; freed only by
 * the connection that submitted it.
 */
struct fake_operation {
    uint64_t id;
    struct fake_result result;
    int64_t next_row;   /**< used by the owning connection only, as is the next */
    int64_t fetched_ns; /**< when rows were last handed out; 0: never */
    char *text;
    int64_t received_ns;
    int64_t start_ns;
    int64_t end_ns;
    int64_t limit_ns;     /**< when the query timeout ends it; INT64_MAX */
    const char *sqlstate; /**< of the error that it ends in */
    const char *error;    /**< NULL: none */
    bool is_cancelled;    /**< guarded by lock */
    int64_t cancelled_ns; /**< guarded by lock */
    int64_t told_ns;      /**< guarded by lock: the first answer that said it had ended; 0: none */
    size_t slot;
    int64_t slot_end_ns; /**< in run time */
    pthread_cond_t changed;
    struct fake_operation *next;    /**< guarded by lock: chain of the table */
    struct fake_operation *sibling; /**< of the owning connection */
};

#define FAKE_BUCKETS 4096

struct fake_work {
    pthread_mutex_t lock;
    pthread_condattr_t clock; /**< CLOCK_MONOTONIC */
    pthread_cond_t stopping;
    int64_t started_ns;
    int64_t long_poll_ns;
    struct fake_effect *effects;
    size_t effect_count;
    int64_t fail_every;
    struct dyno_fake_freeze *freezes; /**< in CLOCK_MONOTONIC */
    size_t freeze_count;
    size_t slot_count;
    /* Guarded by lock. */
    int64_t *slot_free_ns; /**< in run time: when each slot is free again */
    struct fake_service service;
    uint64_t last_id;
    int64_t statement_count;
    bool is_stopping;
    struct fake_operation *table[FAKE_BUCKETS];
    FILE *log;
};

enum dyno_status fake_work_init(struct fake_work *work, const struct dyno_fake_hs2_options *options,
                                struct dyno_err *err) DYNO_MUST_CHECK;
void fake_work_deinit(struct fake_work *work);

/** Wake everybody who waits, for good. */
void fake_work_stop(struct fake_work *work);

/** A statement; its result and its text are taken over. */
struct fake_operation *fake_work_submit_take(struct fake_work *work, struct fake_meaning *meaning,
                                             char *text, int64_t timeout_s);

/** By what a drawn service time is multiplied in a session with these settings. */
double fake_work_factor(const struct fake_work *work, const struct fake_settings *settings);

/** A catalog call: finished at once, not logged, no slot. */
struct fake_operation *fake_work_submit_catalog_take(struct fake_work *work,
                                                     struct fake_result *result);

/** The operation's state; with `may_wait` after at most one long poll. */
enum dyno_hs2_state fake_work_state(struct fake_work *work, struct fake_operation *operation,
                                    bool may_wait);

/** A number that nothing else of this server has. */
uint64_t fake_work_next_id(struct fake_work *work);

/** False if there is no such operation. */
bool fake_work_cancel(struct fake_work *work, uint64_t id);

/** Log and free. */
void fake_work_forget(struct fake_work *work, struct fake_operation *operation);

/** Sleep while the server is frozen, unless it is stopped. */
void fake_work_thaw(struct fake_work *work);

#endif
