/** A trial's shared state, made before the first session and freed after the last. */
#ifndef DYNO_LOAD_SETUP_H
#define DYNO_LOAD_SETUP_H

#include "load/run.h"

/** Check the plan, make the trial file, write the schedule into it. */
enum dyno_status dyno_run_new(const struct dyno_generator_options *options,
                              const struct dyno_generator_world *world, struct dyno_run **out,
                              struct dyno_err *err) DYNO_MUST_CHECK;

/** Unmap the trial file (cut to what is in use) and free everything. */
void dyno_run_free(struct dyno_run *run);

#endif
