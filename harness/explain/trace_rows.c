#include "explain/trace_rows.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>

static double since_ms(double origin_wall_ms, int64_t wall_ms)
{
    return wall_ms < 0 ? (double)NAN : (double)wall_ms - origin_wall_ms;
}

static bool is_on_path(const struct dyno_stage_cost *stage, const struct dyno_stage_cost **path,
                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (path[i] == stage)
            return true;
    return false;
}

void dyno_trace_rows(const struct dyno_trace *trace, double origin_wall_ms, struct dyno_vec *rows)
{
    const struct dyno_stage_cost **path = dyno_xcalloc(trace->stages.len + 1, sizeof *path);
    size_t count = dyno_trace_critical_path(trace, path);
    for (size_t i = 0; i < trace->stages.len; i++) {
        const struct dyno_stage_cost *cost = dyno_trace_stage(trace, i);
        struct dyno_store_stage row = {.seq = trace->seq,
                                       .stage_id = cost->id,
                                       .attempt = cost->attempt,
                                       .job_id = cost->job,
                                       .submit_ms = since_ms(origin_wall_ms, cost->submit_ms),
                                       .complete_ms = since_ms(origin_wall_ms, cost->complete_ms),
                                       .is_critical = is_on_path(cost, path, count),
                                       .tasks = cost->tasks,
                                       .failed_tasks = cost->failed_tasks,
                                       .empty_tasks = cost->empty_tasks,
                                       .run_ms = cost->run_ms,
                                       .cpu_ms = cost->cpu_ms,
                                       .gc_ms = cost->gc_ms,
                                       .delay_ms = cost->delay_ms,
                                       .input_bytes = cost->input_bytes,
                                       .shuffle_read_bytes = cost->shuffle_read_bytes,
                                       .shuffle_write_bytes = cost->shuffle_write_bytes,
                                       .spill_disk_bytes = cost->spill_disk_bytes,
                                       .task_median_ms = cost->task_median_ms,
                                       .task_max_ms = cost->task_max_ms};
        dyno_vec_push(rows, &row);
    }
    free(path);
}
