/** One trial: generate, collect, join, judge by the gates, store. */
#ifndef DYNO_EXPERIMENT_TRIAL_H
#define DYNO_EXPERIMENT_TRIAL_H

#include "experiment/bench.h"

struct dyno_trial_file;
struct dyno_trial_shares;

/** Where a trial belongs; borrowed. */
struct dyno_trial_place {
    const char *role; /**< "warmup" or "measure" */
    int block, position;
    int64_t arm_id;
    const char *tag;
    uint64_t seed;
};

/** Store the records of a trial whose supervisor ended before it could, as a partial one. Takes the file, also
 *  on failure. */
enum dyno_status dyno_trial_take_in(struct dyno_bench *bench, const struct dyno_trial_place *place,
                                    struct dyno_trial_file *file,
                                    struct dyno_err *err) DYNO_MUST_CHECK;

/** Store the merged file of such a trial, judged by its gates as if it had been run here. The bench needs its
 *  experiment, arm, start, load and target. Takes the file, also on failure. */
enum dyno_status dyno_trial_take_in_shares(struct dyno_bench *bench,
                                           const struct dyno_trial_place *place,
                                           const struct dyno_trial_shares *shares,
                                           struct dyno_trial_file *file,
                                           struct dyno_err *err) DYNO_MUST_CHECK;

/** Write the plan of the layout's only trial, with all that the results are to know, for generators elsewhere. */
enum dyno_status dyno_trial_hand_out(struct dyno_bench *bench, const char *path,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

/** Run every query of the workload `warmup_executions` times with the arm's session settings, and
 *  store that as a warm-up trial. An error if it cannot be done; failed statements are one. */
enum dyno_status dyno_trial_warm_up(struct dyno_bench *bench, size_t arm,
                                    struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Run one measured trial of the layout and store it, complete or partial. `*is_complete_out` tells which.
 * An error only if nothing could be stored, or the generator could not be started.
 */
enum dyno_status dyno_trial_measure(struct dyno_bench *bench, const struct dyno_layout_trial *slot,
                                    bool *is_complete_out, struct dyno_err *err) DYNO_MUST_CHECK;

#endif
