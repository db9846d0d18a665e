/** compare --plan: how many blocks it takes, from the noise that an aa left in the results file. */
#ifndef DYNO_CLI_BLOCKS_PLAN_H
#define DYNO_CLI_BLOCKS_PLAN_H

#include "cli/bench_options.h"
#include "cli/terminal.h"

#include <stdio.h>

/** Print the plan; CLI_EXIT_INCONCLUSIVE, and how to get one, where no noise fits. Starts nothing. */
int cli_blocks_plan(const struct cli_bench *bench, const struct cli_bench_options *options,
                    struct cli_terminal *terminal);

/** One line before a comparison: the smallest effect that its blocks can see, or that this is not known. */
void cli_blocks_say_visible(const struct cli_bench *bench, const char *db, FILE *out);

#endif
