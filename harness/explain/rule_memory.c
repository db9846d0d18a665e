#include "explain/rule.h"

#define LEAST_RUN_MS 50.0

void dyno_rule_spill(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    int64_t disk = 0;
    int64_t memory = 0;
    int64_t stages = 0;
    for (size_t i = 0; i < c->trace->stages.len; i++) {
        const struct dyno_stage_cost *stage = dyno_trace_stage(c->trace, i);
        disk += stage->spill_disk_bytes;
        memory += stage->spill_memory_bytes;
        stages += stage->spill_disk_bytes > 0 ? 1 : 0;
    }
    if (c->trace->stages.len > 0)
        dyno_rule_tell(out, (double)disk, "%lld stages spilled %.1f MiB, %.1f MiB of it to disk",
                       (long long)stages, (double)memory / 1048576, (double)disk / 1048576);
}

/* Every task that runs during a pause counts it, so the sum over tasks is more than what a statement waits for;
 * that stands in its account, and is told beside it. */
void dyno_rule_gc(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    double run_ms = 0;
    double gc_ms = 0;
    for (size_t i = 0; i < c->trace->stages.len; i++) {
        run_ms += dyno_trace_stage(c->trace, i)->run_ms;
        gc_ms += dyno_trace_stage(c->trace, i)->gc_ms;
    }
    if (run_ms >= LEAST_RUN_MS)
        dyno_rule_tell(out, 100.0 * gc_ms / run_ms,
                       "%.0f of %.0f ms of task time; of the response of %.0f ms it is %.0f ms",
                       gc_ms, run_ms, (double)c->account->total_ns / 1e6,
                       (double)c->account->part_ns[DYNO_PART_GC] / 1e6);
}

void dyno_rule_driver_results(const struct dyno_rule_case *c, struct dyno_rule_value *out)
{
    double bytes = 0;
    for (size_t i = 0; i < c->trace->stages.len; i++)
        bytes += (double)dyno_trace_stage(c->trace, i)->result_bytes;
    if (c->trace->stages.len > 0)
        dyno_rule_tell(out, bytes, "%.1f MiB of task results", bytes / 1048576);
}
