/* A workload out of a trace. */
#include "base/alloc.h"
#include "base/clock.h"
#include "plan/workload_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MIN_SPEED        0.001
#define MAX_SPEED        1000.0
#define DEFAULT_MAX_ROWS 100000
#define MAX_WINDOW_NS    (INT64_C(366) * 86400 * DYNO_NS_PER_S)

static struct dyno_workload_query *find_query(const struct dyno_workload *w, const char *sql)
{
    for (size_t i = 0; i < w->query_count; i++)
        if (w->queries[i].sql != NULL && strcmp(w->queries[i].sql, sql) == 0)
            return &w->queries[i];
    return NULL;
}

/* The statements of the trace in place of the queries; their texts are taken over. */
static void replace_queries(struct dyno_workload *w, struct dyno_load_trace *trace)
{
    struct dyno_workload_query *queries = dyno_xcalloc(trace->sql_count, sizeof *queries);
    for (size_t i = 0; i < trace->sql_count; i++) {
        struct dyno_workload_query *known = find_query(w, trace->sql[i]);
        queries[i] = (struct dyno_workload_query){
            .sql = trace->sql[i], .weight = 1, .max_rows = DEFAULT_MAX_ROWS};
        trace->sql[i] = NULL;
        if (known != NULL) {
            queries[i].name = dyno_xstrdup(known->name);
            queries[i].max_rows = known->max_rows;
        } else {
            queries[i].name = dyno_xasprintf("s%zu", i + 1);
        }
    }
    for (size_t i = 0; i < w->query_count; i++) {
        free(w->queries[i].name);
        free(w->queries[i].sql);
    }
    free(w->queries);
    w->queries = queries;
    w->query_count = trace->sql_count;
}

/* The trace is part of what the workload is. */
static void seal_again(struct dyno_workload *w)
{
    const struct dyno_replay *replay = &w->trace.replay;
    size_t len = DYNO_SHA256_TEXT_BYTES + replay->count * sizeof *replay->entries;
    for (size_t i = 0; i < w->query_count; i++)
        len += strlen(w->queries[i].sql) + 1;
    char *all = dyno_xcalloc(len, 1);
    char *at = all + DYNO_SHA256_TEXT_BYTES;
    memcpy(all, w->sha256, DYNO_SHA256_TEXT_BYTES);
    memcpy(at, replay->entries, replay->count * sizeof *replay->entries);
    at += replay->count * sizeof *replay->entries;
    for (size_t i = 0; i < w->query_count; i++) {
        size_t text = strlen(w->queries[i].sql) + 1;
        memcpy(at, w->queries[i].sql, text);
        at += text;
    }
    dyno_sha256_hex(all, len, w->sha256);
    free(all);
}

static void speed_up(struct dyno_replay *replay, double speed)
{
    for (size_t i = 0; i < replay->count; i++)
        replay->entries[i].at_ns = llround((double)replay->entries[i].at_ns / speed);
}

enum dyno_status dyno_workload_replay(struct dyno_workload *workload, const char *path,
                                      double speed, struct dyno_err *err)
{
    struct dyno_load_trace trace;
    struct dyno_load_shape *load = &workload->load;
    /* Written so that NaN is refused too. */
    if (!(speed >= MIN_SPEED && speed <= MAX_SPEED))
        return dyno_err_set(err, DYNO_EINPUT, "a speed of %g is not possible: from %g to %g", speed,
                            MIN_SPEED, MAX_SPEED);
    enum dyno_status status = dyno_load_trace_read(path, &trace, err);
    if (status != DYNO_OK)
        return status;
    speed_up(&trace.replay, speed);
    int64_t last_ns = trace.replay.entries[trace.replay.count - 1].at_ns;
    if (last_ns >= MAX_WINDOW_NS) {
        dyno_load_trace_deinit(&trace);
        return dyno_err_set(err, DYNO_EINPUT, "%s:1: the trace lasts over 366 days", path);
    }
    replace_queries(workload, &trace);
    free(workload->trace.path);
    dyno_replay_deinit(&workload->trace.replay);
    workload->trace = (struct dyno_workload_replay){
        .path = dyno_xstrdup(path), .speed = speed, .replay = trace.replay, .rows = trace.rows};
    memcpy(workload->trace.notes, trace.notes, sizeof trace.notes);
    trace.replay = (struct dyno_replay){.count = 0};
    load->arrival = DYNO_ARRIVAL_REPLAY;
    load->sessions = trace.sessions;
    load->trial_warmup_ns = 0;
    load->measure_ns = last_ns + DYNO_NS_PER_MS;
    load->step_count = 0;
    load->burst_on_ns = 0;
    load->burst_off_ns = 0;
    load->is_pinned = false;
    dyno_load_trace_deinit(&trace);
    seal_again(workload);
    return DYNO_OK;
}
