/** The life of a capacity experiment: which loads are tried in which server start, by what was learned so far. */
#ifndef DYNO_EXPERIMENT_CAPACITY_H
#define DYNO_EXPERIMENT_CAPACITY_H

#include "experiment/bench.h"

/**
 * Run all restarts and store their trials as steps. The first one finds: the closed loop's loads in random order, then
 * the rate that meets the objective, by widening from a safe rate until it fails and bisecting, never below the lowest
 * rate that the longest window decides. The others prove: the
 * closed loop again, with the accepted and the rejected rate and one step below among them, in random order.
 */
enum dyno_status dyno_capacity_run(struct dyno_bench *bench, struct dyno_err *err) DYNO_MUST_CHECK;

/** DYNO_EINPUT, before anything starts, if no allowed window holds statements enough to decide at the first rate. */
enum dyno_status dyno_capacity_check(const struct dyno_experiment_options *options,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

/** How long it will take, by rule of thumb. */
int64_t dyno_capacity_estimate_ns(const struct dyno_experiment_options *options);

#endif
