/**
 * A clock for several threads in which nothing happens between two wake-ups: time jumps to the next
 * one as soon as every participant sleeps. An hour passes in milliseconds, and always the same way.
 */
#ifndef DYNO_TEST_VIRTUAL_CLOCK_H
#define DYNO_TEST_VIRTUAL_CLOCK_H

#include "base/clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIRTUAL_SLEEPERS 256

struct virtual_clock {
    struct dyno_clock clock; /**< what to hand out */
    pthread_mutex_t lock;
    int64_t now_ns;      /**< guarded by lock, as is the rest */
    size_t participants; /**< threads that time waits for */
    size_t asleep;
    struct {
        pthread_cond_t woken;
        int64_t wake_ns;
        bool is_used;
    } sleepers[VIRTUAL_SLEEPERS];
};

/** `participants`: how many threads must sleep for time to go on. */
void virtual_clock_init(struct virtual_clock *clock, size_t participants);
void virtual_clock_deinit(struct virtual_clock *clock);

/** The calling thread will sleep here no more. */
void virtual_clock_leave(struct virtual_clock *clock);

#endif
