/** The plan of a ranking for people: --dry-run. */
#ifndef DYNO_CLI_RANK_OUTPUT_H
#define DYNO_CLI_RANK_OUTPUT_H

#include "experiment/experiment.h"

#include <stdio.h>

/** Factors, rows, alias chains, defining words, starts and time; `confirm_minutes` is that of the comparison after it. */
void cli_rank_output_plan(const struct dyno_experiment_options *options, int64_t confirm_minutes,
                          FILE *out);

#endif
