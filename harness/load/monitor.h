/**
 * The generator watches itself: a thread that naps 5 ms and again, whose oversleeping tells of pauses
 * that every session has suffered too (the idea is jHiccup's); steal and clocks from begin to end.
 */
#ifndef DYNO_LOAD_MONITOR_H
#define DYNO_LOAD_MONITOR_H

#include "load/trial_file.h"
#include "stats/histogram.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct dyno_monitor {
    pthread_t thread;
    bool has_thread;
    atomic_bool must_end;
    struct dyno_histogram oversleeps; /**< of the thread until it is joined */
    int64_t monotonic_ns, raw_ns, wall_ns;
    double steal_s, all_s; /**< CPU time of the machine since its boot */
};

/** From now on. Without a thread to be had, without oversleeps. */
void dyno_monitor_start(struct dyno_monitor *monitor);

/** Join and write what was seen into the header. */
void dyno_monitor_end(struct dyno_monitor *monitor, struct dyno_trial_header *header);

/** The kernel's clock source, "" if unknown; at most 31 characters. */
void dyno_monitor_clock_source(char out[32]);

#endif
