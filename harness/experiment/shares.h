/** A trial that generators on several machines have run, each a share of one plan: into the results. */
#ifndef DYNO_EXPERIMENT_SHARES_H
#define DYNO_EXPERIMENT_SHARES_H

#include "base/log.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Everything is borrowed for the call. */
struct dyno_shares_options {
    const char *plan_path;    /**< as dyno_experiment_hand_out wrote it */
    const char *const *paths; /**< trial files of the shares, in any order */
    size_t count;
    const char *merged_path; /**< where the one file of all goes */
    bool may_lack; /**< shares may be missing or not finished; the trial is then not judged */
    const char *store_path;
    const struct dyno_log *log;
};

/** Put the shares together, and no more. DYNO_EINPUT if they are not all the shares of this plan, each once. */
enum dyno_status dyno_shares_merge(const struct dyno_shares_options *options,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

/** The same, and store the result as a finished experiment with gates and verdict, as if it had been run here;
 *  refused (DYNO_EINPUT) if the results have it. */
enum dyno_status dyno_shares_take_in(const struct dyno_shares_options *options,
                                     int64_t *experiment_id_out,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

#endif
