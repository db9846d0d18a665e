/**
 * The barriers of a trial: every session arrives at a step and waits until the main thread, which saw
 * all of them arrive, lets them on; or until the trial is called off.
 */
#ifndef DYNO_LOAD_GATE_H
#define DYNO_LOAD_GATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dyno_gate_step {
    DYNO_GATE_UP,        /**< all threads run */
    DYNO_GATE_CONNECTED, /**< all sessions are open and set; let on at the go */
    DYNO_GATE_GONE,      /**< the connection is closed; nobody waits here */
    DYNO_GATE_STEP_COUNT
};

struct dyno_gate {
    pthread_mutex_t lock;
    pthread_cond_t arrived_more;          /**< main waits for it */
    pthread_cond_t opened;                /**< sessions wait for it */
    size_t arrived[DYNO_GATE_STEP_COUNT]; /**< guarded by lock */
    bool is_open[DYNO_GATE_STEP_COUNT];   /**< guarded by lock */
    bool is_called_off;                   /**< guarded by lock */
};

/** Closed, nobody there. */
void dyno_gate_init(struct dyno_gate *gate);
/** Once no thread uses it any more. */
void dyno_gate_deinit(struct dyno_gate *gate);

/** Session: count as arrived, do not wait. */
void dyno_gate_arrive(struct dyno_gate *gate, enum dyno_gate_step step);

/** Session: arrive and wait. False if the trial was called off. */
bool dyno_gate_pass(struct dyno_gate *gate, enum dyno_gate_step step);

/** Main: have `count` arrived by that time of CLOCK_MONOTONIC? Returns early if called off. */
bool dyno_gate_await(struct dyno_gate *gate, enum dyno_gate_step step, size_t count,
                     int64_t deadline_ns);

/** Main: let everybody on. */
void dyno_gate_open(struct dyno_gate *gate, enum dyno_gate_step step);

/** Any thread: send everybody home. */
void dyno_gate_call_off(struct dyno_gate *gate);
/** Has somebody? Any thread. */
bool dyno_gate_is_called_off(struct dyno_gate *gate);

#endif
