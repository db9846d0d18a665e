/** Generator processes, as the supervisor runs them. */
#ifndef DYNO_EXPERIMENT_CHILD_H
#define DYNO_EXPERIMENT_CHILD_H

#include "experiment/bench.h"
#include "load/script.h"
#include "load/trial_file.h"
#include "plan/trial_plan.h"

/**
 * Run statements through the target, in a process of its own, and wait. Errors of single statements
 * are in the answer; an error of the connection is returned as such. DYNO_ETIMEOUT if the process takes
 * longer than all of its limits together: a driver does not return. The caller frees the answer.
 * @param is_strict the first failed statement is returned as an error and ends the script
 */
enum dyno_status dyno_child_script(struct dyno_bench *bench, char *const *statements, size_t count,
                                   bool is_strict, struct dyno_script_answer *answer,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

/** How a trial's process ended. */
struct dyno_child_trial {
    struct dyno_trial_file *file; /**< NULL: it made none; the caller closes it */
    bool was_killed;              /**< by us, past its deadline */
    int signal;                   /**< that ended it, 0: none */
    int exit_code;
    char last_words[256]; /**< last line of what it said; "" if it said nothing */
};

/** What to do while a trial runs. */
struct dyno_child_watch {
    const char *stage; /**< for the progress line */
    void (*on_epoch)(void *ctx,
                     int64_t epoch_monotonic_ns); /**< once, when it is known; may be NULL */
    void *ctx;
};

/**
 * Run one trial in a process of its own and wait, passing a stop on. A process that does not follow is
 * killed: past all of its limits, or soon after a stop was asked for. An error is one of starting the
 * process; how the trial went is in `out`.
 */
enum dyno_status dyno_child_run_trial(struct dyno_bench *bench, const struct dyno_trial_plan *plan,
                                      const struct dyno_child_watch *watch,
                                      struct dyno_child_trial *out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

#endif
