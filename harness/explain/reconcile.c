#include "explain/reconcile.h"

#include "explain/account.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

#define TOLERATED_SHARE 0.01
#define TOLERATED_MS    2.0

static int64_t count_stages(const struct dyno_trace *trace)
{
    int64_t count = 0;
    for (size_t i = 0; i < trace->stages.len; i++) {
        bool is_repeated = false;
        for (size_t j = 0; j < i; j++)
            is_repeated =
                is_repeated || dyno_trace_stage(trace, j)->id == dyno_trace_stage(trace, i)->id;
        count += is_repeated ? 0 : 1;
    }
    return count;
}

static void add_stage(struct dyno_spark_statement *s, const struct dyno_stage_cost *stage)
{
    s->tasks += stage->tasks;
    s->failed_tasks += stage->failed_tasks;
    s->run_ms += stage->run_ms;
    s->cpu_ms += stage->cpu_ms;
    s->gc_ms += stage->gc_ms;
    s->deserialize_ms += stage->deserialize_ms;
    s->scheduler_delay_ms += stage->delay_ms;
    s->shuffle_read_bytes += stage->shuffle_read_bytes;
    s->shuffle_write_bytes += stage->shuffle_write_bytes;
    s->shuffle_fetch_ms += stage->fetch_wait_ms;
    s->spill_memory_bytes += stage->spill_memory_bytes;
    s->spill_disk_bytes += stage->spill_disk_bytes;
    s->input_bytes += stage->input_bytes;
    s->input_records += stage->input_records;
    s->output_bytes += stage->output_bytes;
    if (stage->peak_memory_bytes > s->peak_memory_bytes)
        s->peak_memory_bytes = stage->peak_memory_bytes;
    if (!isfinite(stage->task_max_ms) || stage->task_max_ms <= s->task_max_ms)
        return;
    s->task_max_ms = stage->task_max_ms;
    s->task_median_ms = stage->task_median_ms;
    s->skew_ratio =
        stage->tasks - stage->failed_tasks - stage->killed_tasks >= 2 && stage->task_median_ms > 0
            ? stage->task_max_ms / stage->task_median_ms
            : (double)NAN;
}

void dyno_trace_sum(const struct dyno_trace *trace, struct dyno_spark_statement *out)
{
    dyno_account_init(out, trace->seq);
    out->execution_id = trace->execution_id;
    out->jobs = (int64_t)trace->jobs.len;
    out->stages = count_stages(trace);
    out->skipped_stages = trace->skipped_stages;
    if (trace->begin_ms >= 0 && trace->end_ms >= trace->begin_ms)
        out->execution_ms = (double)(trace->end_ms - trace->begin_ms);
    for (size_t i = 0; i < trace->stages.len; i++)
        add_stage(out, dyno_trace_stage(trace, i));
}

/** A number that both must tell alike. */
struct figure {
    const char *name;
    size_t offset;
    bool is_time;
};

#define AT(member) offsetof(struct dyno_spark_statement, member)

static const struct figure figures[] = {
    {"jobs", AT(jobs), false},
    {"stages", AT(stages), false},
    {"tasks", AT(tasks), false},
    {"failed tasks", AT(failed_tasks), false},
    {"shuffle bytes written", AT(shuffle_write_bytes), false},
    {"input bytes", AT(input_bytes), false},
    {"task run time (ms)", AT(run_ms), true},
    {"task CPU time (ms)", AT(cpu_ms), true},
    {"GC time (ms)", AT(gc_ms), true},
};

static double value_of(const struct dyno_spark_statement *statement, const struct figure *figure)
{
    const char *place = (const char *)statement + figure->offset;
    if (figure->is_time)
        return *(const double *)(const void *)place;
    return (double)*(const int64_t *)(const void *)place;
}

static bool is_alike(const struct figure *figure, double a, double b)
{
    double room = figure->is_time ? fmax(TOLERATED_MS, TOLERATED_SHARE * fmax(a, b)) : 0;
    return fabs(a - b) <= room;
}

static void compare(const struct dyno_spark_statement *rest, const struct dyno_spark_statement *log,
                    struct dyno_reconciliation *out)
{
    out->both++;
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        double a = value_of(rest, &figures[i]);
        double b = value_of(log, &figures[i]);
        if (is_alike(&figures[i], a, b))
            continue;
        if (out->different++ == 0)
            (void)snprintf(out->first, sizeof out->first,
                           "statement %lld: %s %.0f by REST, %.0f in the event log",
                           (long long)rest->seq, figures[i].name, a, b);
        return;
    }
}

void dyno_reconcile(const struct dyno_spark_statement *rest, size_t rest_count,
                    const struct dyno_spark_statement *log, size_t log_count,
                    struct dyno_reconciliation *out)
{
    size_t i = 0;
    size_t j = 0;
    *out = (struct dyno_reconciliation){.both = 0};
    while (i < rest_count || j < log_count) {
        if (j == log_count || (i < rest_count && rest[i].seq < log[j].seq)) {
            out->rest_only++;
            i++;
        } else if (i == rest_count || log[j].seq < rest[i].seq) {
            out->log_only++;
            j++;
        } else {
            compare(&rest[i++], &log[j++], out);
        }
    }
}
