/** Which machine a share of a trial ran on, and how well its wall clock is known. */
#ifndef DYNO_LOAD_MACHINE_H
#define DYNO_LOAD_MACHINE_H

#include "load/trial_file.h"

/** Name of the machine, id of its running kernel, and how far that says its wall clock is off: what the
 *  shares of one trial differ by. What is not known stays "" or -1. */
void dyno_machine_note(struct dyno_trial_header *header);

/** Share of the machine's CPU time that so much is, over the window; NaN without a window. */
double dyno_machine_cpu_ratio(int64_t cpu_ns, int64_t window_ns);

#endif
