/** run --write-plan: a trial that is to be run by generators on several machines. */
#ifndef DYNO_CLI_WRITE_PLAN_H
#define DYNO_CLI_WRITE_PLAN_H

#include "cli/bench_options.h"

/** Is what was asked for one that can be handed out? DYNO_EINPUT if not; else the experiment is made fit. */
enum dyno_status cli_write_plan_check(struct cli_bench *bench,
                                      const struct cli_bench_options *options,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

/** Check as run does, write the file, say which commands come next; returns the exit code. */
int cli_write_plan(struct cli_bench *bench, const struct cli_bench_options *options,
                   struct cli_terminal *terminal);

#endif
