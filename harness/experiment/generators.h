/** The generator processes of a trial, as the supervisor runs them: one, or several with shares of it. */
#ifndef DYNO_EXPERIMENT_GENERATORS_H
#define DYNO_EXPERIMENT_GENERATORS_H

#include "experiment/bench.h"
#include "experiment/trial.h"
#include "load/trial_file.h"
#include "plan/trial_plan.h"

/** How the processes of a trial ended. */
struct dyno_generated {
    struct dyno_trial_file *file; /**< of all shares; NULL: there is none; the caller closes it */
    bool was_killed;              /**< by us, past the deadline */
    int signal;                   /**< that ended one for good, 0: none */
    int exit_code;                /**< of the first that did not end well */
    int crashes;                  /**< of all, whether or not one took the place of the other */
    int64_t stuck;                /**< sessions that a driver never gave back */
    bool has_gap;                 /**< one crashed and nobody took its place */
    char crash[400];              /**< the first crash: how, and in which call of which session */
    char last_words[256];         /**< last line of what was said; "" if nothing was */
    bool has_absent;              /**< one left no records; those of the others are in `file` */
};

/** What to do while a trial runs. */
struct dyno_generators_watch {
    const char *stage;                    /**< for the progress line */
    const struct dyno_trial_place *place; /**< left beside the files, see experiment/salvage.h */
    void (*on_epoch)(void *ctx,
                     int64_t epoch_monotonic_ns); /**< once, when it is known; may be NULL */
    void *ctx;
};

/**
 * Run one trial in processes of its own and wait, passing a stop on. Several begin together, at an instant
 * that is named once all of them are connected. One that crashes is settled (its statements under way become
 * driver_crash) and, up to the experiment's limit and while there is load left to offer, another goes on with
 * its file. One that does not follow is killed: past all of its limits, or soon after a stop was asked for.
 * An error is one of starting a process or of putting shares together; how the trial went is in `out`.
 */
enum dyno_status dyno_generators_run(struct dyno_bench *bench, const struct dyno_trial_plan *plan,
                                     const struct dyno_generators_watch *watch,
                                     struct dyno_generated *out,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

#endif
