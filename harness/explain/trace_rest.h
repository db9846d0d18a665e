/** From REST's documents to a trace. */
#ifndef DYNO_EXPLAIN_TRACE_REST_H
#define DYNO_EXPLAIN_TRACE_REST_H

#include "base/json.h"
#include "explain/trace.h"

/** Add a /sql entry; one that still runs has no end. */
void dyno_trace_add_rest_execution(struct dyno_trace *trace, const cJSON *execution);

/** Add a job. Its group becomes the trace's operation. */
void dyno_trace_add_rest_job(struct dyno_trace *trace, const cJSON *job);

/**
 * Add an attempt of a stage. REST tells the sums over its tasks and quantiles, so its path is told by
 * shares; parents are not told at all.
 */
void dyno_trace_add_rest_stage(struct dyno_trace *trace, const cJSON *stage);

#endif
