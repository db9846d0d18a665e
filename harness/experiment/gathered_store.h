/** What a trial gathered, into the store. */
#ifndef DYNO_EXPERIMENT_GATHERED_STORE_H
#define DYNO_EXPERIMENT_GATHERED_STORE_H

#include "experiment/gathered.h"

/** Store it as one trial; of `trial` the caller has set role, block, position, arm and warm-ups. Warns of what
 *  is incomplete, and of jobs that outlived it. */
enum dyno_status dyno_gathered_store(struct dyno_bench *bench, const struct dyno_gathered *g,
                                     struct dyno_store_trial *trial,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

/** Store the plan of each query of the arm, if it has none yet; one that cannot be had is only logged. */
void dyno_gathered_store_plans(struct dyno_bench *bench, struct dyno_gathered *g, size_t arm);

#endif
