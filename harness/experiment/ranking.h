/** What an experiment does differently where it is a ranking: its design, its warm-up, taking it up again. */
#ifndef DYNO_EXPERIMENT_RANKING_H
#define DYNO_EXPERIMENT_RANKING_H

#include "base/json.h"
#include "experiment/bench.h"

/**
 * Warm-up executions of each query for each arm of a start that `arms` arms share. A ranking divides what a
 * workload asks for among its rows, so that starts are equally warm however many rows they hold; at least 3 each,
 * for every row has plans of its own to compile.
 */
int64_t dyno_rank_warmup(const struct dyno_experiment_options *options, int arms);

/** "rank retail aqe,coalesce,..."; the caller frees. */
char *dyno_rank_name(const struct dyno_experiment_options *options);

/** Design, metric and the words of the command into a plan. */
void dyno_rank_add_to_plan(const struct dyno_experiment_options *options, cJSON *plan);

/** Store the design and its factors. */
enum dyno_status dyno_rank_store_design(struct dyno_bench *bench,
                                        struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Take up experiment options->rank->resume_id: `row` holds kind, numbers and plan of now. Starts whose rows all
 * have a valid trial are marked as done; a start that was cut off is run again whole. DYNO_EINPUT if workload,
 * load, seed, server or rows are not those of then (rows of a fold may be added).
 */
enum dyno_status dyno_rank_resume(struct dyno_bench *bench, const struct dyno_store_experiment *row,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

#endif
