/** What explains the statements of one trial: their accounts, the stages of the slowest, findings. */
#ifndef DYNO_EXPERIMENT_WHY_H
#define DYNO_EXPERIMENT_WHY_H

#include "experiment/place.h"
#include "explain/finding.h"
#include "explain/join.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_why_options {
    const struct dyno_store_record *records; /**< record i has seq i */
    size_t record_count;
    int64_t epoch_wall_ms;
    size_t query_count;
    int64_t cores;           /**< of the server; 0: not known */
    struct dyno_place place; /**< taken over */
};

struct dyno_why {
    struct dyno_why_options options; /**< borrowed but for the place */
    const char *source;              /**< of the traces that are seen now: "rest" or "eventlog" */
    int64_t slow_ns;                 /**< response from which on stages are kept */
    struct dyno_vec accounts;        /**< struct dyno_store_account */
    struct dyno_vec stages;          /**< struct dyno_store_stage */
    struct dyno_findings *seen;
    bool has_plan, reads_cache;
    struct dyno_store_finding *findings; /**< after dyno_why_judge */
    size_t finding_count;
};

void dyno_why_init(struct dyno_why *why, const struct dyno_why_options *options,
                   const char *source);
void dyno_why_deinit(struct dyno_why *why);

/** See a statement's trace: a dyno_trace_fn whose context is a struct dyno_why. Of findings only measured
 *  statements that ended well count. */
void dyno_why_see(void *ctx, struct dyno_trace *trace);

/** See the plan of a query where traces hold none. */
void dyno_why_see_plan(struct dyno_why *why, int64_t query, char *plan);

/** Statements that Spark told nothing of get an account too; then list the findings. */
void dyno_why_judge(struct dyno_why *why, const struct dyno_store_counter *counters, size_t count);

#endif
