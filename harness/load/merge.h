/**
 * The trial files of several generators as one. Every share of the plan has to be there, once; the result
 * is what one generator would have left: the records in the order of their seq, the whole schedule, counts
 * summed up. Its epoch is that of the first share that began; the others' differ by how well the clocks agree.
 */
#ifndef DYNO_LOAD_MERGE_H
#define DYNO_LOAD_MERGE_H

#include "base/status.h"
#include "plan/trial_plan.h"

#include <stdbool.h>
#include <stddef.h>

/** What is good enough. Borrowed. */
struct dyno_merge_options {
    /** Of the trial: a share of which there is no file is put in as one that never began, its entries of the
     *  schedule unsent, and the result is a failed trial that names it. NULL: every share has to be there. */
    const struct dyno_trial_plan *plan;
    /** Shares that failed, were stopped or crashed (and were settled), too: the result is in the worst state of
     *  all, with the error of one that failed by itself. */
    bool takes_unfinished;
};

/** DYNO_EINPUT if the files are not the shares of one plan and schedule, if one is there twice, or missing or not
 *  finished though it must be. */
enum dyno_status dyno_trial_merge_with(const char *const *paths, size_t count,
                                       const struct dyno_merge_options *options,
                                       const char *out_path, struct dyno_err *err) DYNO_MUST_CHECK;

/** The same for shares that are all there and finished. */
enum dyno_status dyno_trial_merge(const char *const *paths, size_t count, const char *out_path,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

#endif
