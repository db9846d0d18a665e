/** The steps of a preflight. */
#ifndef DYNO_EXPERIMENT_CHECK_H
#define DYNO_EXPERIMENT_CHECK_H

#include "experiment/bench.h"

/** Host limits, server, driver, settings; each step is reported, the first failure is returned. */
enum dyno_status dyno_check_bench(struct dyno_bench *bench, dyno_check_fn report, void *ctx,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

#endif
