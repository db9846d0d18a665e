#include "explain/rule.h"

#define LEAST_RUN_MS 100.0

struct sums {
    double run_ms, cpu_ms, gc_ms, fetch_ms, write_ms;
};

static struct sums sum_up(const struct dyno_trace *trace)
{
    struct sums sums = {0};
    for (size_t i = 0; i < trace->stages.len; i++) {
        const struct dyno_stage_cost *stage = dyno_trace_stage(trace, i);
        sums.run_ms += stage->run_ms;
        sums.cpu_ms += stage->cpu_ms;
        sums.gc_ms += stage->gc_ms;
        sums.fetch_ms += stage->fetch_wait_ms;
        sums.write_ms += stage->shuffle_write_ms;
    }
    return sums;
}

void dyno_rule_low_cpu(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    struct sums sums = sum_up(c->trace);
    double idle_ms = sums.run_ms - sums.cpu_ms;
    if (sums.run_ms >= LEAST_RUN_MS)
        dyno_rule_tell(out, idle_ms > 0 ? 100.0 * idle_ms / sums.run_ms : 0,
                       "%.0f ms of run time, %.0f ms of CPU; %.0f ms of GC, %.0f ms of fetch wait",
                       sums.run_ms, sums.cpu_ms, sums.gc_ms, sums.fetch_ms);
}

void dyno_rule_scheduling(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    const int64_t *part_ns = c->account->part_ns;
    int64_t tasks = 0;
    double spent_ns = (double)(part_ns[DYNO_PART_SCHEDULING] + part_ns[DYNO_PART_DESERIALIZE]);
    for (size_t i = 0; i < c->trace->stages.len; i++)
        tasks += dyno_trace_stage(c->trace, i)->tasks;
    if (c->account->total_ns > 0 && tasks > 0)
        dyno_rule_tell(out, 100.0 * spent_ns / (double)c->account->total_ns,
                       "%.0f of %.0f ms, for %lld tasks", spent_ns / 1e6,
                       (double)c->account->total_ns / 1e6, (long long)tasks);
}

void dyno_rule_shuffle_write(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    struct sums sums = sum_up(c->trace);
    if (sums.run_ms >= LEAST_RUN_MS)
        dyno_rule_tell(out, 100.0 * sums.write_ms / sums.run_ms, "%.0f of %.0f ms of task time",
                       sums.write_ms, sums.run_ms);
}
