#include "experiment/log_reading.h"

#include "base/alloc.h"
#include "eventlog/locate.h"
#include "explain/reconcile.h"
#include "explain/tracer.h"

#include <stdarg.h>
#include <stdlib.h>

struct reading {
    struct dyno_why *why;
    struct dyno_vec sums; /* struct dyno_spark_statement */
    int64_t filled;       /* statements that REST explains in the log's place */
    char *cut;            /* what the log says of its end, where alone it cannot be read; NULL */
};

bool dyno_log_is_written(const struct dyno_bench *bench)
{
    return bench->log_path != NULL;
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

static void sort_sums(struct dyno_vec *sums)
{
    if (sums->len > 1)
        qsort(sums->items, sums->len, sums->item_bytes, compare_seq);
}

static void DYNO_PRINTF(2, 3) say(struct dyno_str *complaint, const char *fmt, ...)
{
    va_list args;
    if (complaint->len > 0)
        dyno_str_append(complaint, "; ");
    va_start(args, fmt);
    dyno_str_vappendf(complaint, fmt, args);
    va_end(args);
}

static void say_incomplete(struct dyno_str *complaint, const char *troubles)
{
    say(complaint, "the event log is incomplete: %s", troubles);
}

/* A statement that the log told of is not explained twice. */
static void see_missing(void *ctx, struct dyno_trace *trace)
{
    struct reading *reading = ctx;
    struct dyno_spark_statement key = {.seq = trace->seq};
    if (reading->sums.len > 0 && bsearch(&key, reading->sums.items, reading->sums.len,
                                         reading->sums.item_bytes, compare_seq) != NULL)
        return;
    reading->filled++;
    dyno_why_see(reading->why, trace);
}

static void fill_by_rest(struct reading *reading, const struct dyno_reported *rest, const char *tag)
{
    struct dyno_join_sink sink = {see_missing, reading};
    struct dyno_spark_statement *statements = NULL;
    size_t count = 0;
    reading->why->source = "rest";
    dyno_explain_join(rest->collected, tag, &sink, &statements, &count);
    free(statements);
}

static void reconcile(struct reading *reading, const struct dyno_reported *rest, const char *tag,
                      struct dyno_str *complaint)
{
    struct dyno_reconciliation found;
    dyno_reconcile(rest->statements, rest->count, reading->sums.items, reading->sums.len, &found);
    /* A log that is still written may end anywhere: that matters if something of the trial is behind it. */
    if (reading->cut != NULL && (found.different > 0 || found.rest_only > 0))
        say_incomplete(complaint, reading->cut);
    if (found.different > 0)
        say(complaint, "REST and the event log differ in %lld of %lld statements (%s)",
            (long long)found.different, (long long)found.both, found.first);
    if (found.rest_only > 0) {
        fill_by_rest(reading, rest, tag);
        reading->why->source = "eventlog";
        say(complaint, "the event log does not tell of %lld statements: REST explains them",
            (long long)reading->filled);
    }
    if (found.log_only > 0)
        say(complaint, "%lld statements are in the event log only", (long long)found.log_only);
}

static enum dyno_status read_log(struct reading *reading, const char *path, int64_t *offset,
                                 const char *tag, struct dyno_str *complaint, struct dyno_err *err)
{
    struct dyno_eventlog *log = NULL;
    struct dyno_eventlog_facts facts;
    struct dyno_tracer *tracer = dyno_tracer_new(tag, see, reading);
    enum dyno_status status = dyno_eventlog_open(path, &log, err);
    if (status == DYNO_OK && *offset > 0)
        status = dyno_eventlog_seek(log, *offset, err);
    if (status == DYNO_OK)
        status = dyno_tracer_read(tracer, log, err);
    if (status == DYNO_OK) {
        *offset = dyno_eventlog_is_seekable(path) ? dyno_eventlog_offset(log) : 0;
        dyno_eventlog_facts(log, &facts);
        if (facts.troubles[0] != '\0' && !facts.has_hole && facts.long_lines == 0)
            reading->cut = dyno_xstrdup(facts.troubles);
        else if (facts.troubles[0] != '\0')
            say_incomplete(complaint, facts.troubles);
    }
    dyno_tracer_free(tracer);
    dyno_eventlog_close(log);
    return status;
}

void dyno_log_explain(const char *path, int64_t *offset, const char *tag, struct dyno_why *why,
                      const struct dyno_reported *rest, struct dyno_str *complaint)
{
    struct reading reading = {.why = why, .sums = DYNO_VEC_INIT(struct dyno_spark_statement)};
    struct dyno_err err = DYNO_ERR_INIT;
    why->source = "eventlog";
    enum dyno_status status = read_log(&reading, path, offset, tag, complaint, &err);
    sort_sums(&reading.sums);
    if (status == DYNO_OK) {
        reconcile(&reading, rest, tag, complaint);
    } else {
        fill_by_rest(&reading, rest, tag);
        say(complaint, "the event log cannot be read, REST explains %lld statements: %s",
            (long long)reading.filled, err.message);
    }
    dyno_vec_deinit(&reading.sums);
    free(reading.cut);
}

void dyno_log_read_trial(struct dyno_bench *bench, const char *tag, struct dyno_why *why,
                         const struct dyno_reported *rest, struct dyno_str *complaint)
{
    dyno_log_explain(bench->log_path, &bench->log_offset, tag, why, rest, complaint);
}
