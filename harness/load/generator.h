/**
 * The generator: one trial, from connecting its sessions to the last row, inside one process.
 *
 * One thread a session; three barriers (up, connected, go); then an exact, precomputed schedule: each
 * session claims the next entry of one global first-in-first-out list, sleeps until its intended
 * start, sends. Closed loop: each session claims, sends, thinks.
 */
#ifndef DYNO_LOAD_GENERATOR_H
#define DYNO_LOAD_GENERATOR_H

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "plan/trial_plan.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct dyno_generator_options {
    const struct dyno_trial_plan *plan;
    const char *trial_path;
    /** 0: run; 1: start nothing more, let running statements end within the drain time, then cancel
     *  them; 2: cancel at once. Set by the signal thread of cli/. */
    const atomic_int *stop;
    const struct dyno_log *log; /**< may be NULL */
    /** One of several generators: entries and sessions are dealt out over `shares`, and this is number
     *  `share` of them, from 0. 0 shares: the only one. */
    uint32_t share;
    uint32_t shares;
    int64_t
        start_wall_ms; /**< the epoch, as agreed among generators; 0: as soon as all are connected */
    /** Once connected, wait until the trial file's `go_ns` names the epoch: its parent sees all of the
     *  generators connected, and they have one clock. */
    bool awaits_go;
    /** Go on with the trial file of a generator that crashed and was settled: same epoch, same schedule,
     *  from the first statement on that nobody has claimed. */
    bool is_resumed;
    /** Set if a driver did not give back a session: its thread still runs, and the process is best ended
     *  without the driver's destructors. NULL: nobody asks. */
    bool *has_left_threads;
};

/**
 * Run the trial. DYNO_OK also if statements failed (that is in the records). An error means that load
 * did not run as planned: a session could not connect, a setting did not read back, the file could not
 * be written; the header then says so too.
 */
enum dyno_status dyno_generate(const struct dyno_generator_options *options,
                               struct dyno_err *err) DYNO_MUST_CHECK;

#endif
