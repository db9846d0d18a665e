/** Ending jobs of a trial that still run on the server after it: nobody waits for their results any more. */
#ifndef DYNO_COLLECT_ENDING_H
#define DYNO_COLLECT_ENDING_H

#include "collect/feed.h"
#include "collect/sweep.h"

#include <stdint.h>

/** So long is tried to end them. */
#define DYNO_ENDING_PATIENCE_NS (INT64_C(10) * 1000000000)

struct dyno_ending {
    int64_t found;      /**< jobs of the trial that still ran */
    int64_t taken;      /**< requests to end one that the server took */
    int64_t left;       /**< of those, that ran until our patience ended; -1: not told */
    int64_t first_left; /**< id of one of them; -1: none */
};

/**
 * Ask the server to end the running jobs that carry the trial's tag, as a click on "kill" in its pages would
 * (spark.ui.killEnabled, true unless switched off), and look until none of them runs, the
 * patience ends, or the server does not answer such a request at all. Others' jobs are not touched.
 */
void dyno_ending_run(struct dyno_feed *feed, const struct dyno_sweep *sweep, int64_t patience_ns,
                     struct dyno_ending *out);

#endif
