#include "explain/trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Spark's clocks tick in milliseconds: a stage may be submitted in the one that ended its parent. */
#define TICK_MS 1

void dyno_trace_init(struct dyno_trace *trace, int64_t seq)
{
    *trace = (struct dyno_trace){.seq = seq,
                                 .operation_start_ms = -1,
                                 .operation_end_ms = -1,
                                 .execution_id = -1,
                                 .begin_ms = -1,
                                 .end_ms = -1};
    dyno_vec_init(&trace->jobs, sizeof(struct dyno_job_span));
    dyno_vec_init(&trace->stages, sizeof(struct dyno_stage_cost));
}

void dyno_trace_deinit(struct dyno_trace *trace)
{
    dyno_vec_deinit(&trace->jobs);
    dyno_vec_deinit(&trace->stages);
    free(trace->text);
    free(trace->plan);
    trace->text = NULL;
    trace->plan = NULL;
}

void dyno_stage_cost_init(struct dyno_stage_cost *stage, int64_t id, int64_t attempt)
{
    double unknown = (double)NAN;
    *stage = (struct dyno_stage_cost){.id = id,
                                      .attempt = attempt,
                                      .job = -1,
                                      .parent_count = -1,
                                      .submit_ms = -1,
                                      .launch_ms = -1,
                                      .complete_ms = -1,
                                      .task_median_ms = unknown,
                                      .task_max_ms = unknown,
                                      .read_median_bytes = unknown,
                                      .read_max_bytes = unknown,
                                      .records_median = unknown,
                                      .records_max = unknown};
}

const struct dyno_stage_cost *dyno_trace_stage(const struct dyno_trace *trace, size_t i)
{
    return dyno_vec_at(&trace->stages, i);
}

void dyno_trace_add_execution(struct dyno_trace *trace, int64_t id, int64_t begin_ms,
                              int64_t end_ms)
{
    trace->executions++;
    if (trace->execution_id < 0)
        trace->execution_id = id;
    if (begin_ms >= 0 && (trace->begin_ms < 0 || begin_ms < trace->begin_ms))
        trace->begin_ms = begin_ms;
    if (end_ms > trace->end_ms)
        trace->end_ms = end_ms;
}

static bool is_timed(const struct dyno_stage_cost *stage)
{
    return stage->submit_ms >= 0 && stage->complete_ms >= stage->submit_ms;
}

static bool is_parent(const struct dyno_stage_cost *stage, const struct dyno_stage_cost *child)
{
    for (int i = 0; i < child->parent_count; i++)
        if (child->parents[i] == stage->id)
            return true;
    return false;
}

/* The last to complete of those that could have let `child` begin; NULL if none did. */
static const struct dyno_stage_cost *
last_before(const struct dyno_trace *trace, const struct dyno_stage_cost *child, bool parents_only)
{
    const struct dyno_stage_cost *best = NULL;
    for (size_t i = 0; i < trace->stages.len; i++) {
        const struct dyno_stage_cost *stage = dyno_trace_stage(trace, i);
        if (stage == child || !is_timed(stage))
            continue;
        if (child != NULL && (stage->complete_ms > child->submit_ms + TICK_MS ||
                              stage->submit_ms >= child->submit_ms))
            continue;
        if (parents_only && !is_parent(stage, child))
            continue;
        if (best == NULL || stage->complete_ms > best->complete_ms)
            best = stage;
    }
    return best;
}

size_t dyno_trace_critical_path(const struct dyno_trace *trace, const struct dyno_stage_cost **out)
{
    size_t count = 0;
    const struct dyno_stage_cost *stage = last_before(trace, NULL, false);
    while (stage != NULL && count < trace->stages.len) {
        const struct dyno_stage_cost *before =
            stage->parent_count > 0 ? last_before(trace, stage, true) : NULL;
        out[count++] = stage;
        stage = before != NULL ? before : last_before(trace, stage, false);
    }
    for (size_t i = 0; i < count / 2; i++) {
        const struct dyno_stage_cost *other = out[i];
        out[i] = out[count - 1 - i];
        out[count - 1 - i] = other;
    }
    return count;
}
