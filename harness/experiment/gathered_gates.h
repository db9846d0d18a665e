/** The validity gates of a trial, fed from what it gathered. */
#ifndef DYNO_EXPERIMENT_GATHERED_GATES_H
#define DYNO_EXPERIMENT_GATHERED_GATES_H

#include "experiment/gathered.h"

/** Judge by every gate: fills `gates` and `is_valid`; a partial trial is never valid. */
void dyno_gathered_judge(struct dyno_bench *bench, size_t arm, struct dyno_gathered *g);

#endif
