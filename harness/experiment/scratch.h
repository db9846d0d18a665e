/**
 * Scratch files of an experiment: plans, records and answers of its generator processes, in a folder of
 * its own below the cache folder. The folder is locked by its owner, so that what a killed one left
 * behind is told from what is in use, on this machine or in another container that shares the cache.
 */
#ifndef DYNO_EXPERIMENT_SCRATCH_H
#define DYNO_EXPERIMENT_SCRATCH_H

#include "experiment/bench.h"

/**
 * Make and lock `bench->work_dir`, and remove folders whose owner is gone, but for those that hold a trial
 * still to be stored (salvage.h). DYNO_EENV with cause and cure if
 * the cache folder cannot be used, or if there is too little room there or beside the results file.
 */
enum dyno_status dyno_scratch_open(struct dyno_bench *bench, struct dyno_err *err) DYNO_MUST_CHECK;

/** Keep the folder beyond the end of the experiment, under a name that is never removed, which is
 *  returned: borrowed from the bench. For records that could not be stored. */
const char *dyno_scratch_keep(struct dyno_bench *bench);

/** Unlock, and remove the folder unless it is kept. Harmless if it was never opened. */
void dyno_scratch_close(struct dyno_bench *bench);

#endif
