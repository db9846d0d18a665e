/** Adding up what the stages of one statement cost. */
#ifndef DYNO_EXPLAIN_ACCOUNT_H
#define DYNO_EXPLAIN_ACCOUNT_H

#include "base/json.h"
#include "store/store.h"

#include <stdbool.h>

/** Everything zero or unknown, for this seq. */
void dyno_account_init(struct dyno_spark_statement *statement, int64_t seq);

/**
 * Add one attempt of a stage as Spark gives it (run, GC, deserialisation, fetch wait in ms, CPU in ns).
 * A value that is missing adds nothing, except that the scheduler delay is unknown (NAN) from then on.
 *
 * The scheduler delay is told as quantiles over the n finished tasks only. Spark's quantile q is the
 * floor(q n)-th smallest value, so each quantile is a known order statistic; the sum over all tasks takes
 * the values between two known ones as linear. It is exact up to four tasks.
 *
 * task_max_ms and task_median_ms are those of the attempt with the longest task so far; skew_ratio is
 * their ratio, NAN below two finished tasks. peak_memory_bytes is the largest of any one task.
 */
void dyno_account_add_stage(struct dyno_spark_statement *statement, const cJSON *stage);

/** Sum of n values of which Spark's quantiles are known, as above; NAN if they make no sense. */
double dyno_account_sum_of_quantiles(const cJSON *quantiles, const cJSON *values, int64_t n);

/** The value at exactly this quantile of two arrays that belong together; NAN if it was not asked for. */
double dyno_account_quantile(const cJSON *quantiles, const cJSON *values, double quantile);

#endif
