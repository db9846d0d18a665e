#include "explain/rule.h"

#include <math.h>

/* Below this, the ratio of two tasks' times says more of the clock than of the data. */
#define FEWEST_TASKS  2
#define FEWEST_ALIKE  4 /* so many must read about the same before one of them is a straggler */
#define LEAST_MS      20.0
#define LEAST_BYTES   (64.0 * 1024.0)
#define LEAST_RECORDS 1000.0
#define DATA_RATIO    2.0
/* Among hundreds of short tasks one is always many times the median: it counts if the stage may have waited. */
#define LEAST_SHARE 0.2

static double ratio_of(double largest, double median, double least)
{
    if (!(largest >= least))
        return 1;
    return largest / (median > 1 ? median : 1);
}

static double time_ratio(const struct dyno_stage_cost *stage)
{
    int64_t ok = stage->tasks - stage->failed_tasks - stage->killed_tasks;
    if (ok < FEWEST_TASKS || !isfinite(stage->task_max_ms))
        return (double)NAN;
    return ratio_of(stage->task_max_ms, stage->task_median_ms, LEAST_MS);
}

/* By rows where bytes hide it: equal keys pack well. */
static double data_ratio(const struct dyno_stage_cost *stage)
{
    double bytes = ratio_of(stage->read_max_bytes, stage->read_median_bytes, LEAST_BYTES);
    double records = ratio_of(stage->records_max, stage->records_median, LEAST_RECORDS);
    return bytes > records ? bytes : records;
}

/* Did the task that read most read about as much as the others, be it little? */
static int is_alike(const struct dyno_stage_cost *stage)
{
    return !(stage->records_max > DATA_RATIO * stage->records_median) &&
           !(stage->read_max_bytes > DATA_RATIO * stage->read_median_bytes);
}

static int may_have_waited(const struct dyno_stage_cost *stage)
{
    double wall_ms = (double)(stage->complete_ms - stage->submit_ms);
    return stage->tasks >= FEWEST_ALIKE &&
           stage->task_max_ms - stage->task_median_ms >= LEAST_SHARE * wall_ms;
}

/* The stage whose slowest task is farthest from its median, of those with or without skewed data. */
static const struct dyno_stage_cost *worst_stage(const struct dyno_rule_case *c, int with_skew,
                                                 double *ratio_out)
{
    const struct dyno_stage_cost *worst = NULL;
    *ratio_out = (double)NAN;
    for (size_t i = 0; i < c->trace->stages.len; i++) {
        const struct dyno_stage_cost *stage = dyno_trace_stage(c->trace, i);
        double ratio = time_ratio(stage);
        if (isnan(ratio) || !dyno_rule_is_worth(c, stage) ||
            (data_ratio(stage) > DATA_RATIO) != (with_skew != 0) || ratio <= *ratio_out)
            continue;
        if (!with_skew && (!is_alike(stage) || !may_have_waited(stage)))
            continue;
        worst = stage;
        *ratio_out = ratio;
    }
    return worst;
}

void dyno_rule_data_skew(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    double ratio = 0;
    const struct dyno_stage_cost *stage = worst_stage(c, 1, &ratio);
    if (stage != NULL)
        dyno_rule_tell(out, ratio,
                       "stage %lld: slowest of %lld tasks %.0f ms, median %.0f ms; it read %.0f "
                       "rows (%.0f KiB), the median %.0f (%.0f KiB)",
                       (long long)stage->id, (long long)stage->tasks, stage->task_max_ms,
                       stage->task_median_ms, stage->records_max, stage->read_max_bytes / 1024,
                       stage->records_median, stage->read_median_bytes / 1024);
}

void dyno_rule_straggler(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    double ratio = 0;
    const struct dyno_stage_cost *stage = worst_stage(c, 0, &ratio);
    if (stage != NULL)
        dyno_rule_tell(out, ratio, "stage %lld: slowest of %lld tasks %.0f ms, median %.0f ms",
                       (long long)stage->id, (long long)stage->tasks, stage->task_max_ms,
                       stage->task_median_ms);
}

void dyno_rule_failed_tasks(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    int64_t tasks = 0;
    int64_t failed = 0;
    for (size_t i = 0; i < c->trace->stages.len; i++) {
        tasks += dyno_trace_stage(c->trace, i)->tasks;
        failed += dyno_trace_stage(c->trace, i)->failed_tasks;
    }
    if (tasks > 0)
        dyno_rule_tell(out, 100.0 * (double)failed / (double)tasks, "%lld of %lld tasks failed",
                       (long long)failed, (long long)tasks);
}
