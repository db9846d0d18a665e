#include "explain/rule.h"

#include <math.h>

#define FEWEST_TASKS 8
#define TINY_MS      50.0
#define TINY_BYTES   (1024.0 * 1024.0)
#define COMMON_CORES 8 /* where nobody says how many there are */

/* Tasks that take so little time on so little data that handling them is most of their cost. */
static int is_tiny(const struct dyno_stage_cost *stage)
{
    return stage->tasks >= FEWEST_TASKS && stage->task_median_ms < TINY_MS &&
           !(stage->read_median_bytes >= TINY_BYTES);
}

void dyno_rule_small_partitions(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    const struct dyno_stage_cost *worst = NULL;
    int64_t cores = c->cores > 0 ? c->cores : COMMON_CORES;
    int has_stage = 0;
    for (size_t i = 0; i < c->trace->stages.len; i++) {
        const struct dyno_stage_cost *stage = dyno_trace_stage(c->trace, i);
        has_stage = 1;
        if (is_tiny(stage) && dyno_rule_is_worth(c, stage) &&
            (worst == NULL || stage->tasks > worst->tasks))
            worst = stage;
    }
    if (worst != NULL)
        dyno_rule_tell(out, (double)worst->tasks / (double)cores,
                       "stage %lld: %lld tasks on %lld cores%s, the median one %.1f ms on %.1f KiB",
                       (long long)worst->id, (long long)worst->tasks, (long long)cores,
                       c->cores > 0 ? "" : " (a guess)", worst->task_median_ms,
                       worst->read_median_bytes / 1024);
    else if (has_stage)
        dyno_rule_tell(out, 0, "no stage of tiny tasks");
}

void dyno_rule_empty_partitions(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    for (size_t i = 0; i < c->trace->stages.len; i++) {
        const struct dyno_stage_cost *stage = dyno_trace_stage(c->trace, i);
        if (stage->tasks < FEWEST_TASKS || stage->shuffle_read_records == 0)
            continue;
        double share = 100.0 * (double)stage->empty_tasks / (double)stage->tasks;
        if (isnan(out->value) || share > out->value)
            dyno_rule_tell(out, share, "stage %lld: %lld of %lld tasks read no row",
                           (long long)stage->id, (long long)stage->empty_tasks,
                           (long long)stage->tasks);
    }
}

void dyno_rule_large_partitions(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    for (size_t i = 0; i < c->trace->stages.len; i++) {
        const struct dyno_stage_cost *stage = dyno_trace_stage(c->trace, i);
        if (isfinite(stage->read_max_bytes) &&
            (isnan(out->value) || stage->read_max_bytes > out->value))
            dyno_rule_tell(
                out, stage->read_max_bytes, "stage %lld: the largest of %lld tasks read %.0f MiB",
                (long long)stage->id, (long long)stage->tasks, stage->read_max_bytes / 1024 / 1024);
    }
}
