#include "experiment/log_reading.h"

#include "base/alloc.h"
#include "base/file.h"
#include "explain/reconcile.h"
#include "explain/tracer.h"

#include <stdlib.h>

struct reading {
    struct dyno_why *why;
    struct dyno_vec sums; /* struct dyno_spark_statement */
};

bool dyno_log_is_written(const struct dyno_bench *bench)
{
    return bench->server != NULL && bench->options->managed != NULL &&
           bench->options->managed->has_event_log;
}

static char *path_of(const struct dyno_bench *bench)
{
    struct dyno_spark_info info = {0};
    dyno_spark_server_info(bench->server, &info);
    return dyno_xasprintf("%s/" DYNO_SPARK_EVENT_LOGS "/%s.inprogress", info.work_dir,
                          bench->app_id);
}

static void see(void *ctx, struct dyno_trace *trace)
{
    struct reading *reading = ctx;
    struct dyno_spark_statement sum;
    dyno_trace_sum(trace, &sum);
    dyno_vec_push(&reading->sums, &sum);
    dyno_why_see(reading->why, trace);
}

static int compare_seq(const void *a, const void *b)
{
    const struct dyno_spark_statement *x = a;
    const struct dyno_spark_statement *y = b;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static void reconcile(struct reading *reading, const struct dyno_reported *rest,
                      struct dyno_str *complaint)
{
    struct dyno_reconciliation found;
    if (reading->sums.len > 1)
        qsort(reading->sums.items, reading->sums.len, reading->sums.item_bytes, compare_seq);
    dyno_reconcile(rest->statements, rest->count, reading->sums.items, reading->sums.len, &found);
    if (found.different > 0)
        dyno_str_appendf(complaint,
                         "%sREST and the event log differ in %lld of %lld statements (%s)",
                         complaint->len > 0 ? "; " : "", (long long)found.different,
                         (long long)found.both, found.first);
    if (found.rest_only + found.log_only > 0)
        dyno_str_appendf(
            complaint, "%s%lld statements are in REST only, %lld in the event log only",
            complaint->len > 0 ? "; " : "", (long long)found.rest_only, (long long)found.log_only);
}

enum dyno_status dyno_log_read_trial(struct dyno_bench *bench, const char *tag,
                                     struct dyno_why *why, const struct dyno_reported *rest,
                                     struct dyno_str *complaint, struct dyno_err *err)
{
    struct reading reading = {.why = why, .sums = DYNO_VEC_INIT(struct dyno_spark_statement)};
    struct dyno_eventlog *log = NULL;
    struct dyno_eventlog_facts facts;
    char *path = path_of(bench);
    struct dyno_tracer *tracer = dyno_tracer_new(tag, see, &reading);
    enum dyno_status status = dyno_eventlog_open(path, &log, err);
    if (status == DYNO_OK)
        status = dyno_eventlog_seek(log, bench->log_offset, err);
    if (status == DYNO_OK)
        status = dyno_tracer_read(tracer, log, err);
    if (status != DYNO_OK)
        goto done;
    bench->log_offset = dyno_eventlog_offset(log);
    dyno_eventlog_facts(log, &facts);
    if (facts.troubles[0] != '\0')
        dyno_str_appendf(complaint, "%sthe event log is incomplete: %s",
                         complaint->len > 0 ? "; " : "", facts.troubles);
    reconcile(&reading, rest, complaint);
done:
    dyno_vec_deinit(&reading.sums);
    dyno_tracer_free(tracer);
    dyno_eventlog_close(log);
    free(path);
    return status;
}
