#include "explain/time_account.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>

#define NS_PER_MS INT64_C(1000000)

/* Walks through a statement's time: whatever lies up to a moment goes to a part. */
struct walk {
    struct dyno_time_account *account;
    int64_t at_ns;
    int64_t stop_ns; /* the result was ready */
    int64_t epoch_wall_ms;
};

static int64_t move_to(struct walk *walk, int64_t to_ns)
{
    int64_t begin_ns = walk->at_ns;
    if (to_ns > walk->stop_ns)
        to_ns = walk->stop_ns;
    if (to_ns > walk->at_ns)
        walk->at_ns = to_ns;
    return walk->at_ns - begin_ns;
}

static void step(struct walk *walk, int64_t to_ns, enum dyno_part part)
{
    walk->account->part_ns[part] += move_to(walk, to_ns);
}

/* Up to a moment of Spark's clock; -1 is none. */
static void step_ms(struct walk *walk, int64_t wall_ms, enum dyno_part part)
{
    if (wall_ms >= 0)
        step(walk, (wall_ms - walk->epoch_wall_ms) * NS_PER_MS, part);
}

/* The stage's own time, by the shares of its path. */
static void step_stage(struct walk *walk, const struct dyno_stage_cost *stage)
{
    int64_t len_ns = move_to(walk, (stage->complete_ms - walk->epoch_wall_ms) * NS_PER_MS);
    int64_t left_ns = len_ns;
    double total = 0;
    for (int i = 0; i < DYNO_PARTS; i++)
        total += stage->path_ms[i];
    for (int i = 0; i < DYNO_PARTS && total > 0; i++) {
        int64_t share_ns = (int64_t)(stage->path_ms[i] / total * (double)len_ns);
        if (share_ns > left_ns)
            share_ns = left_ns;
        walk->account->part_ns[i] += share_ns;
        left_ns -= share_ns;
    }
    walk->account->part_ns[total > 0 ? DYNO_PART_COMPUTE : DYNO_PART_UNACCOUNTED] += left_ns;
}

static int64_t first_job_ms(const struct dyno_trace *trace)
{
    int64_t first_ms = -1;
    for (size_t i = 0; i < trace->jobs.len; i++) {
        const struct dyno_job_span *job = dyno_vec_at(&trace->jobs, i);
        if (job->submit_ms >= 0 && (first_ms < 0 || job->submit_ms < first_ms))
            first_ms = job->submit_ms;
    }
    return first_ms;
}

static int64_t last_job_ms(const struct dyno_trace *trace)
{
    int64_t last_ms = -1;
    for (size_t i = 0; i < trace->jobs.len; i++) {
        const struct dyno_job_span *job = dyno_vec_at(&trace->jobs, i);
        if (job->complete_ms > last_ms)
            last_ms = job->complete_ms;
    }
    return last_ms;
}

static void walk_server(struct walk *walk, const struct dyno_trace *trace)
{
    const struct dyno_stage_cost **path = dyno_xcalloc(trace->stages.len + 1, sizeof *path);
    size_t count = dyno_trace_critical_path(trace, path);
    bool has_work = trace->begin_ms >= 0 || trace->jobs.len > 0;
    step_ms(walk, trace->operation_start_ms, DYNO_PART_SERVER_QUEUE);
    step_ms(walk, trace->begin_ms >= 0 ? trace->begin_ms : first_job_ms(trace), DYNO_PART_PLANNING);
    for (size_t i = 0; i < count; i++) {
        step_ms(walk, path[i]->submit_ms, DYNO_PART_DRIVER);
        step_stage(walk, path[i]);
    }
    step_ms(walk, last_job_ms(trace), DYNO_PART_DRIVER);
    step_ms(walk, trace->end_ms, DYNO_PART_DRIVER);
    step_ms(walk, trace->operation_end_ms, has_work ? DYNO_PART_DRIVER : DYNO_PART_PLANNING);
    free(path);
}

void dyno_time_account(const struct dyno_trace *trace, const struct dyno_moments *moments,
                       struct dyno_time_account *out)
{
    const struct dyno_moments *m = moments;
    *out = (struct dyno_time_account){.total_ns = 0};
    if (m->done_ns < m->intended_ns || m->send_ns < 0)
        return;
    struct walk walk = {out, m->intended_ns, m->done_ns, m->epoch_wall_ms};
    out->total_ns = m->done_ns - m->intended_ns;
    step(&walk, m->claim_ns, DYNO_PART_SESSION_WAIT);
    step(&walk, m->send_ns, DYNO_PART_GENERATOR_LAG);
    walk.stop_ns = m->exec_ns >= 0 && m->exec_ns < m->done_ns ? m->exec_ns : m->done_ns;
    if (trace != NULL)
        walk_server(&walk, trace);
    step(&walk, walk.stop_ns, DYNO_PART_UNACCOUNTED);
    walk.stop_ns = m->done_ns;
    step(&walk, m->done_ns, DYNO_PART_FETCH);
}

static int64_t first_known(int64_t a, int64_t b, int64_t c)
{
    if (a >= 0)
        return a;
    return b >= 0 ? b : c;
}

bool dyno_time_account_alone(const struct dyno_trace *trace, struct dyno_time_account *out)
{
    int64_t begin_ms = first_known(trace->operation_start_ms, trace->begin_ms, first_job_ms(trace));
    int64_t end_ms = first_known(trace->operation_end_ms, trace->end_ms, last_job_ms(trace));
    *out = (struct dyno_time_account){.total_ns = 0};
    if (begin_ms < 0 || end_ms < begin_ms)
        return false;
    int64_t len_ns = (end_ms - begin_ms) * NS_PER_MS;
    struct dyno_moments moments = {.exec_ns = len_ns, .done_ns = len_ns, .epoch_wall_ms = begin_ms};
    dyno_time_account(trace, &moments, out);
    return true;
}
