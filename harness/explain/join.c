#include "explain/join.h"

#include "base/vec.h"
#include "collect/root.h"
#include "explain/account.h"
#include "explain/trace_rest.h"
#include "spark/rest.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which statement a job or an execution belongs to. */
struct link {
    int64_t seq;
    const cJSON *document;
};

/* Neighbours in a sorted list of links: all of one statement. */
struct link_run {
    const struct link *links;
    size_t count;
};

/* A job id that an execution names, the execution that is the root of jobs, and what a job group stands
 * for: ways to jobs without a tag. */
struct id_lead {
    int64_t id;
    int64_t seq;
};
struct group_lead {
    const char *group;
    int64_t seq;
};

struct stage_ref {
    int64_t id;
    int64_t attempt;
    const cJSON *document;
};

struct join {
    struct dyno_vec jobs;        /* struct link, by seq */
    struct dyno_vec executions;  /* struct link, by seq */
    struct dyno_vec job_leads;   /* struct id_lead, by job */
    struct dyno_vec root_leads;  /* struct id_lead, by execution */
    struct dyno_vec group_leads; /* by group */
    struct dyno_vec stages;      /* struct stage_ref, by id and attempt */
    struct dyno_vec statements;  /* struct dyno_spark_statement */
};

int64_t dyno_explain_seq_of(const char *text, const char *tag)
{
    char needle[160];
    int len = snprintf(needle, sizeof needle, "sparkdyno %s:", tag);
    if (text == NULL || len < 0 || (size_t)len >= sizeof needle)
        return -1;
    const char *at = strstr(text, needle);
    if (at == NULL || !isdigit((unsigned char)at[len]))
        return -1;
    char *end = NULL;
    errno = 0;
    long long seq = strtoll(at + len, &end, 10);
    if (errno != 0 || isalnum((unsigned char)*end) || *end == '_')
        return -1;
    return seq;
}

static int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_links(const void *a, const void *b)
{
    return order(((const struct link *)a)->seq, ((const struct link *)b)->seq);
}

static int compare_id_leads(const void *a, const void *b)
{
    return order(((const struct id_lead *)a)->id, ((const struct id_lead *)b)->id);
}

static int compare_group_leads(const void *a, const void *b)
{
    return strcmp(((const struct group_lead *)a)->group, ((const struct group_lead *)b)->group);
}

static int compare_stages(const void *a, const void *b)
{
    const struct stage_ref *x = a;
    const struct stage_ref *y = b;
    int by_id = order(x->id, y->id);
    return by_id != 0 ? by_id : order(x->attempt, y->attempt);
}

static int compare_ids(const void *a, const void *b)
{
    return order(*(const int64_t *)a, *(const int64_t *)b);
}

static void sort(struct dyno_vec *vec, int (*compare)(const void *a, const void *b))
{
    if (vec->len > 1)
        qsort(vec->items, vec->len, vec->item_bytes, compare);
}

static void *find(const struct dyno_vec *vec, const void *key,
                  int (*compare)(const void *a, const void *b))
{
    return vec->len == 0 ? NULL : bsearch(key, vec->items, vec->len, vec->item_bytes, compare);
}

static bool as_id(const cJSON *item, int64_t *out)
{
    double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
    if (!(value >= 0 && value < 9e15))
        return false;
    *out = (int64_t)value;
    return true;
}

static const char *const job_lists[] = {"runningJobIds", "successJobIds", "failedJobIds"};
#define JOB_LISTS (sizeof job_lists / sizeof job_lists[0])

static void add_root(struct join *join, int64_t execution, int64_t seq)
{
    struct id_lead lead = {execution, seq};
    if (execution >= 0)
        dyno_vec_push(&join->root_leads, &lead);
}

static void link_executions(struct join *join, const struct dyno_collected *collected,
                            const char *tag)
{
    for (size_t i = 0; i < collected->execution_count; i++) {
        const cJSON *document = collected->executions[i];
        const char *text = dyno_json_string_or(document, "description", NULL);
        struct link link = {dyno_explain_seq_of(text, tag), document};
        if (link.seq < 0)
            continue;
        dyno_vec_push(&join->executions, &link);
        add_root(join, dyno_json_i64_or(document, "id", -1), link.seq);
        for (size_t list = 0; list < JOB_LISTS; list++) {
            const cJSON *item = NULL;
            cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(document, job_lists[list]))
            {
                struct id_lead lead = {-1, link.seq};
                if (as_id(item, &lead.id))
                    dyno_vec_push(&join->job_leads, &lead);
            }
        }
    }
    sort(&join->executions, compare_links);
    sort(&join->job_leads, compare_id_leads);
}

/* By its own description, else by the execution that names it. */
static int64_t seq_of_job(const struct join *join, const cJSON *job, const char *tag)
{
    int64_t seq = dyno_explain_seq_of(dyno_json_string_or(job, "description", NULL), tag);
    struct id_lead key = {dyno_json_i64_or(job, "jobId", -1), -1};
    const struct id_lead *lead = seq < 0 ? find(&join->job_leads, &key, compare_id_leads) : NULL;
    return lead != NULL ? lead->seq : seq;
}

/* By the execution that is its root, else by its group. */
static int64_t seq_of_orphan(const struct join *join, const cJSON *job)
{
    struct id_lead root = {dyno_root_of_job(job), -1};
    const struct id_lead *by_root =
        root.id >= 0 ? find(&join->root_leads, &root, compare_id_leads) : NULL;
    if (by_root != NULL)
        return by_root->seq;
    struct group_lead key = {dyno_json_string_or(job, "jobGroup", NULL), -1};
    const struct group_lead *lead =
        key.group != NULL ? find(&join->group_leads, &key, compare_group_leads) : NULL;
    return lead != NULL ? lead->seq : -1;
}

static void link_jobs(struct join *join, const struct dyno_collected *collected, const char *tag)
{
    struct dyno_vec orphans = DYNO_VEC_INIT(const cJSON *);
    for (size_t i = 0; i < collected->job_count; i++) {
        const cJSON *job = collected->jobs[i];
        struct link link = {seq_of_job(join, job, tag), job};
        struct group_lead lead = {dyno_json_string_or(job, "jobGroup", NULL), link.seq};
        if (link.seq < 0) {
            dyno_vec_push(&orphans, &job);
            continue;
        }
        dyno_vec_push(&join->jobs, &link);
        if (lead.group != NULL && lead.group[0] != '\0')
            dyno_vec_push(&join->group_leads, &lead);
        add_root(join, dyno_root_of_job(job), link.seq);
    }
    sort(&join->root_leads, compare_id_leads);
    sort(&join->group_leads, compare_group_leads);
    for (size_t i = 0; i < orphans.len; i++) {
        const cJSON *job = *(const cJSON **)dyno_vec_at(&orphans, i);
        struct link link = {seq_of_orphan(join, job), job};
        if (link.seq >= 0)
            dyno_vec_push(&join->jobs, &link);
    }
    dyno_vec_deinit(&orphans);
    sort(&join->jobs, compare_links);
}

static void index_stages(struct join *join, const struct dyno_collected *collected)
{
    for (size_t i = 0; i < collected->stage_count; i++) {
        const cJSON *stage = collected->stages[i];
        struct stage_ref ref = {dyno_json_i64_or(stage, "stageId", -1),
                                dyno_json_i64_or(stage, "attemptId", 0), stage};
        if (ref.id >= 0)
            dyno_vec_push(&join->stages, &ref);
    }
    sort(&join->stages, compare_stages);
}

static bool has_jobs(const cJSON *execution)
{
    for (size_t list = 0; list < JOB_LISTS; list++) {
        const cJSON *ids = cJSON_GetObjectItemCaseSensitive(execution, job_lists[list]);
        if (cJSON_IsArray(ids) && ids->child != NULL)
            return true;
    }
    return false;
}

/* A running execution tells how long it took so far: that is no duration. */
static double duration_of(const cJSON *execution)
{
    double duration = dyno_json_f64_or(execution, "duration", (double)NAN);
    if (strcmp(dyno_json_string_or(execution, "status", ""), "RUNNING") == 0)
        return (double)NAN;
    return isfinite(duration) && duration >= 0 ? duration : (double)NAN;
}

/* Commands leave several executions: the one with jobs did the work, else the longest one. */
static bool is_better(const cJSON *candidate, const cJSON *best)
{
    if (best == NULL || has_jobs(candidate) != has_jobs(best))
        return best == NULL || has_jobs(candidate);
    return duration_of(candidate) > duration_of(best) || isnan(duration_of(best));
}

static void add_execution(struct dyno_spark_statement *statement, struct dyno_trace *trace,
                          struct link_run executions)
{
    const cJSON *best = NULL;
    for (size_t i = 0; executions.links != NULL && i < executions.count; i++) {
        dyno_trace_add_rest_execution(trace, executions.links[i].document);
        if (is_better(executions.links[i].document, best))
            best = executions.links[i].document;
    }
    statement->execution_id = best == NULL ? -1 : dyno_json_i64_or(best, "id", -1);
    statement->execution_ms = best == NULL ? (double)NAN : duration_of(best);
}

struct span {
    int64_t begin_ms;
    int64_t end_ms;
};

static int compare_spans(const void *a, const void *b)
{
    return order(((const struct span *)a)->begin_ms, ((const struct span *)b)->begin_ms);
}

/* Time in which at least one of the spans ran. */
static double union_ms(struct dyno_vec *spans)
{
    int64_t sum_ms = 0;
    int64_t covered_ms = INT64_MIN;
    sort(spans, compare_spans);
    for (size_t i = 0; i < spans->len; i++) {
        struct span span = *(const struct span *)dyno_vec_at(spans, i);
        if (span.begin_ms < covered_ms)
            span.begin_ms = covered_ms;
        if (span.end_ms <= span.begin_ms)
            continue;
        sum_ms += span.end_ms - span.begin_ms;
        covered_ms = span.end_ms;
    }
    return (double)sum_ms;
}

/* What is being told of one statement: its sums, and its trace. */
struct telling {
    struct dyno_spark_statement *statement;
    struct dyno_trace trace;
};

static void add_stages(struct telling *telling, const struct join *join, struct dyno_vec *ids)
{
    sort(ids, compare_ids);
    for (size_t i = 0; i < ids->len; i++) {
        int64_t id = *(const int64_t *)dyno_vec_at(ids, i);
        if (i > 0 && id == *(const int64_t *)dyno_vec_at(ids, i - 1))
            continue;
        const struct stage_ref *ref = NULL;
        size_t low = 0;
        size_t high = join->stages.len;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            ref = dyno_vec_at(&join->stages, middle);
            if (ref->id < id)
                low = middle + 1;
            else
                high = middle;
        }
        for (size_t at = low; at < join->stages.len; at++) {
            ref = dyno_vec_at(&join->stages, at);
            if (ref->id != id)
                break;
            telling->statement->stages += at == low ? 1 : 0;
            dyno_account_add_stage(telling->statement, ref->document);
            dyno_trace_add_rest_stage(&telling->trace, ref->document);
        }
    }
}

static void add_jobs(struct telling *telling, const struct join *join, struct link_run jobs)
{
    struct dyno_spark_statement *statement = telling->statement;
    struct dyno_vec spans = DYNO_VEC_INIT(struct span);
    struct dyno_vec ids = DYNO_VEC_INIT(int64_t);
    for (size_t i = 0; jobs.links != NULL && i < jobs.count; i++) {
        const cJSON *job = jobs.links[i].document;
        const cJSON *item = NULL;
        struct span span = {dyno_rest_time_ms(dyno_json_string_or(job, "submissionTime", NULL)),
                            dyno_rest_time_ms(dyno_json_string_or(job, "completionTime", NULL))};
        int64_t skipped = dyno_json_i64_or(job, "numSkippedStages", 0);
        dyno_trace_add_rest_job(&telling->trace, job);
        statement->jobs++;
        statement->skipped_stages += skipped > 0 && skipped < INT32_MAX ? skipped : 0;
        if (span.begin_ms >= 0 && span.end_ms > span.begin_ms)
            dyno_vec_push(&spans, &span);
        cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(job, "stageIds"))
        {
            int64_t id = -1;
            if (as_id(item, &id))
                dyno_vec_push(&ids, &id);
        }
    }
    statement->job_ms = union_ms(&spans);
    add_stages(telling, join, &ids);
    dyno_vec_deinit(&spans);
    dyno_vec_deinit(&ids);
}

static int64_t seq_at(const struct dyno_vec *links, size_t at)
{
    return at < links->len ? ((const struct link *)dyno_vec_at(links, at))->seq : INT64_MAX;
}

/* The links of this seq, which begin at `*at` if there are any; `*at` moves behind them. */
static struct link_run take_run(const struct dyno_vec *links, size_t *at, int64_t seq)
{
    struct link_run run = {NULL, 0};
    if (seq_at(links, *at) == seq)
        run.links = dyno_vec_at(links, *at);
    while (*at < links->len && seq_at(links, *at) == seq) {
        run.count++;
        (*at)++;
    }
    return run;
}

/* Walk both lists in step. */
static void add_up(struct join *join, dyno_trace_fn on_trace, void *ctx)
{
    size_t job_at = 0;
    size_t execution_at = 0;
    while (job_at < join->jobs.len || execution_at < join->executions.len) {
        int64_t job_seq = seq_at(&join->jobs, job_at);
        int64_t execution_seq = seq_at(&join->executions, execution_at);
        int64_t seq = job_seq < execution_seq ? job_seq : execution_seq;
        struct telling telling = {.statement = dyno_vec_push(&join->statements, NULL)};
        dyno_account_init(telling.statement, seq);
        dyno_trace_init(&telling.trace, seq);
        add_execution(telling.statement, &telling.trace,
                      take_run(&join->executions, &execution_at, seq));
        add_jobs(&telling, join, take_run(&join->jobs, &job_at, seq));
        telling.trace.execution_id = telling.statement->execution_id;
        if (on_trace != NULL)
            on_trace(ctx, &telling.trace);
        dyno_trace_deinit(&telling.trace);
    }
}

void dyno_explain_join(const struct dyno_collected *collected, const char *tag,
                       const struct dyno_join_sink *sink, struct dyno_spark_statement **out,
                       size_t *count_out)
{
    struct join join = {
        .jobs = DYNO_VEC_INIT(struct link),
        .executions = DYNO_VEC_INIT(struct link),
        .job_leads = DYNO_VEC_INIT(struct id_lead),
        .root_leads = DYNO_VEC_INIT(struct id_lead),
        .group_leads = DYNO_VEC_INIT(struct group_lead),
        .stages = DYNO_VEC_INIT(struct stage_ref),
        .statements = DYNO_VEC_INIT(struct dyno_spark_statement),
    };
    link_executions(&join, collected, tag);
    link_jobs(&join, collected, tag);
    index_stages(&join, collected);
    add_up(&join, sink == NULL ? NULL : sink->on_trace, sink == NULL ? NULL : sink->ctx);
    *out = dyno_vec_take(&join.statements, count_out);
    dyno_vec_deinit(&join.jobs);
    dyno_vec_deinit(&join.executions);
    dyno_vec_deinit(&join.job_leads);
    dyno_vec_deinit(&join.root_leads);
    dyno_vec_deinit(&join.group_leads);
    dyno_vec_deinit(&join.stages);
}
