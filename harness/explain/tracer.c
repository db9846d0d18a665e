#include "explain/tracer.h"

#include "base/alloc.h"
#include "explain/join.h"
#include "explain/open_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX_BYTES ((size_t)8 * 1024)
#define PLAN_MAX_BYTES ((size_t)48 * 1024)
/* Statements without an operation are over with their execution, but a command has a second one. */
#define LINGER_MAX 128
/* Statements that never end, of a log that is cut in places: the oldest is let go. */
#define OPEN_MAX 2048

struct open_execution {
    int64_t id, root;
    int64_t begin_ms;
};

/* A statement that may still get events. */
struct open_trace {
    struct dyno_trace trace;
    struct dyno_vec executions; /* struct open_execution: all that were begun */
    int64_t running;            /* of them */
    bool has_operation;
    bool is_operation_over;
};

struct dyno_tracer {
    char *tag;
    dyno_trace_fn on_trace;
    void *ctx;
    struct dyno_vec open; /* struct open_trace *, oldest first */
    struct dyno_open_stages stages;
    struct dyno_eventlog *log;
    struct dyno_tracer_facts facts;
};

struct dyno_tracer *dyno_tracer_new(const char *tag, dyno_trace_fn on_trace, void *ctx)
{
    struct dyno_tracer *tracer = dyno_xcalloc(1, sizeof *tracer);
    tracer->tag = dyno_xstrdup(tag);
    tracer->on_trace = on_trace;
    tracer->ctx = ctx;
    dyno_vec_init(&tracer->open, sizeof(struct open_trace *));
    dyno_open_stages_init(&tracer->stages);
    return tracer;
}

static void open_trace_free(struct open_trace *open)
{
    dyno_trace_deinit(&open->trace);
    dyno_vec_deinit(&open->executions);
    free(open);
}

static struct open_trace *open_at(const struct dyno_tracer *tracer, size_t i)
{
    return *(struct open_trace **)dyno_vec_at(&tracer->open, i);
}

void dyno_tracer_free(struct dyno_tracer *tracer)
{
    if (tracer == NULL)
        return;
    for (size_t i = 0; i < tracer->open.len; i++)
        open_trace_free(open_at(tracer, i));
    dyno_vec_deinit(&tracer->open);
    dyno_open_stages_deinit(&tracer->stages);
    free(tracer->tag);
    free(tracer);
}

static char *text_of(struct dyno_span span, size_t max_bytes)
{
    struct dyno_str text;
    if (span.at == NULL || span.len == 0)
        return NULL;
    if (span.len > max_bytes)
        span.len = max_bytes;
    dyno_str_init(&text, 2 * max_bytes);
    dyno_span_unescape(span, &text);
    return dyno_str_take(&text);
}

static int64_t number_of(struct dyno_span span)
{
    struct dyno_scan scan = {span.at, span.at + span.len, false};
    int64_t value = -1;
    if (span.at == NULL || !dyno_scan_i64(&scan, &value))
        return -1;
    return value;
}

static struct open_trace *begin_trace(struct dyno_tracer *tracer, struct dyno_span text)
{
    struct open_trace *open = dyno_xcalloc(1, sizeof *open);
    dyno_trace_init(&open->trace, -1);
    dyno_vec_init(&open->executions, sizeof(struct open_execution));
    open->trace.text = text_of(text, TEXT_MAX_BYTES);
    dyno_vec_push(&tracer->open, &open);
    return open;
}

/* Statement text that came later than the statement's first event. */
static void take_text(struct open_trace *open, struct dyno_span text)
{
    if (open->trace.text == NULL)
        open->trace.text = text_of(text, TEXT_MAX_BYTES);
}

static void remove_open(struct dyno_tracer *tracer, size_t at)
{
    struct open_trace **items = tracer->open.items;
    tracer->open.len--;
    memmove(&items[at], &items[at + 1], (tracer->open.len - at) * sizeof *items);
}

static void hand_on(struct dyno_tracer *tracer, size_t at)
{
    struct open_trace *open = open_at(tracer, at);
    struct dyno_trace *trace = &open->trace;
    dyno_open_stages_forget(&tracer->stages, trace);
    remove_open(tracer, at);
    if (tracer->tag != NULL)
        trace->seq = dyno_explain_seq_of(trace->text, tracer->tag);
    if (tracer->tag == NULL || trace->seq >= 0) {
        tracer->facts.statements++;
        tracer->on_trace(tracer->ctx, trace);
    }
    open_trace_free(open);
}

static bool has_running_job(const struct dyno_trace *trace)
{
    for (size_t i = 0; i < trace->jobs.len; i++)
        if (((const struct dyno_job_span *)dyno_vec_at(&trace->jobs, i))->complete_ms < 0)
            return true;
    return false;
}

static bool is_over(const struct open_trace *open)
{
    if (open->has_operation && !open->is_operation_over)
        return false;
    return open->running == 0 && !has_running_job(&open->trace);
}

/* Hand on what is over: at once where an operation says so, else once enough others are over too. */
static void sweep(struct dyno_tracer *tracer)
{
    size_t lingering = 0;
    for (size_t i = 0; i < tracer->open.len; i++)
        lingering += is_over(open_at(tracer, i)) ? 1 : 0;
    for (size_t i = 0; i < tracer->open.len;) {
        struct open_trace *open = open_at(tracer, i);
        bool is_done = is_over(open);
        if (is_done && (open->has_operation || lingering > LINGER_MAX)) {
            hand_on(tracer, i);
            lingering--;
        } else if (tracer->open.len > OPEN_MAX) {
            open->trace.is_unfinished = !is_done;
            hand_on(tracer, i);
        } else {
            i++;
        }
    }
}

static struct open_trace *find_operation(const struct dyno_tracer *tracer, struct dyno_span id)
{
    for (size_t i = tracer->open.len; i > 0 && id.len > 0; i--)
        if (dyno_span_is(id, open_at(tracer, i - 1)->trace.operation))
            return open_at(tracer, i - 1);
    return NULL;
}

static struct open_execution *find_in(const struct open_trace *open, int64_t id)
{
    for (size_t i = 0; i < open->executions.len; i++) {
        struct open_execution *execution = dyno_vec_at(&open->executions, i);
        if (execution->id == id)
            return execution;
    }
    return NULL;
}

static struct open_trace *find_execution(const struct dyno_tracer *tracer, int64_t id)
{
    for (size_t i = tracer->open.len; i > 0 && id >= 0; i--)
        if (find_in(open_at(tracer, i - 1), id) != NULL)
            return open_at(tracer, i - 1);
    return NULL;
}

/* Older lines do not name the operation of an execution: its text does, if it is the only one. */
static struct open_trace *find_text(const struct dyno_tracer *tracer, struct dyno_span span)
{
    struct open_trace *found = NULL;
    char *text = text_of(span, TEXT_MAX_BYTES);
    for (size_t i = 0; text != NULL && i < tracer->open.len; i++) {
        struct open_trace *open = open_at(tracer, i);
        if (!open->has_operation || open->trace.operation_end_ms >= 0 || open->trace.text == NULL ||
            strcmp(open->trace.text, text) != 0)
            continue;
        if (found != NULL) {
            found = NULL;
            break;
        }
        found = open;
    }
    free(text);
    return found;
}

/* An execution that stood alone turns out to be of this operation. */
static void merge(struct dyno_tracer *tracer, struct open_trace *into, struct open_trace *from)
{
    for (size_t i = 0; i < from->executions.len; i++)
        dyno_vec_push(&into->executions, dyno_vec_at(&from->executions, i));
    for (size_t i = 0; i < from->trace.jobs.len; i++)
        dyno_vec_push(&into->trace.jobs, dyno_vec_at(&from->trace.jobs, i));
    for (size_t i = 0; i < from->trace.stages.len; i++)
        dyno_vec_push(&into->trace.stages, dyno_vec_at(&from->trace.stages, i));
    int64_t executions = into->trace.executions + from->trace.executions;
    dyno_trace_add_execution(&into->trace, from->trace.execution_id, from->trace.begin_ms,
                             from->trace.end_ms);
    into->trace.executions = executions;
    into->trace.skipped_stages += from->trace.skipped_stages;
    into->trace.is_failed = into->trace.is_failed || from->trace.is_failed;
    into->running += from->running;
    if (into->trace.plan == NULL) {
        into->trace.plan = from->trace.plan;
        from->trace.plan = NULL;
    }
    dyno_open_stages_move(&tracer->stages, &from->trace, &into->trace);
    for (size_t i = 0; i < tracer->open.len; i++)
        if (open_at(tracer, i) == from) {
            remove_open(tracer, i);
            break;
        }
    open_trace_free(from);
}

static void on_operation_start(struct dyno_tracer *tracer, const struct dyno_event_operation *event)
{
    struct open_trace *open = begin_trace(tracer, event->statement);
    open->has_operation = true;
    open->trace.operation_start_ms = event->time_ms;
    (void)snprintf(open->trace.operation, sizeof open->trace.operation, "%.*s",
                   event->id.len < 40 ? (int)event->id.len : 39, event->id.at ? event->id.at : "");
}

static void on_operation_finish(struct dyno_tracer *tracer,
                                const struct dyno_event_operation *event)
{
    struct open_trace *open = find_operation(tracer, event->id);
    if (open == NULL)
        return;
    if (open->trace.operation_end_ms < 0)
        open->trace.operation_end_ms = event->time_ms;
    if (event->error.at != NULL)
        open->trace.is_failed = true;
}

static void on_operation_close(struct dyno_tracer *tracer, const struct dyno_event_operation *event)
{
    struct open_trace *open = find_operation(tracer, event->id);
    if (open == NULL)
        return;
    open->is_operation_over = true;
    sweep(tracer);
}

static void on_execution_start(struct dyno_tracer *tracer, const struct dyno_event_execution *event)
{
    struct open_execution execution = {event->id, event->root, event->time_ms};
    struct open_trace *open = find_operation(tracer, event->group);
    if (open == NULL && event->root >= 0 && event->root != event->id)
        open = find_execution(tracer, event->root);
    if (open == NULL)
        open = find_text(tracer, event->description);
    if (open == NULL)
        open = begin_trace(tracer, event->description);
    take_text(open, event->description);
    dyno_trace_add_execution(&open->trace, event->id, event->time_ms, -1);
    dyno_vec_push(&open->executions, &execution);
    open->running++;
    if (open->trace.plan == NULL)
        open->trace.plan = text_of(event->plan, PLAN_MAX_BYTES);
}

static void on_execution_end(struct dyno_tracer *tracer, const struct dyno_event_execution *event)
{
    struct open_trace *open = find_execution(tracer, event->id);
    if (open == NULL)
        return;
    if (event->time_ms > open->trace.end_ms)
        open->trace.end_ms = event->time_ms;
    open->running -= open->running > 0 ? 1 : 0;
    if (event->error.len > 0)
        open->trace.is_failed = true;
    if (!open->has_operation)
        sweep(tracer);
}

static void on_plan_update(struct dyno_tracer *tracer, const struct dyno_event_execution *event)
{
    struct open_trace *open = find_execution(tracer, event->id);
    char *plan = open == NULL ? NULL : text_of(event->plan, PLAN_MAX_BYTES);
    if (plan == NULL)
        return;
    free(open->trace.plan);
    open->trace.plan = plan;
}

static struct open_trace *trace_of_job(struct dyno_tracer *tracer,
                                       const struct dyno_event_job *event)
{
    struct open_trace *by_group = find_operation(tracer, event->group);
    struct open_trace *by_execution = find_execution(tracer, number_of(event->execution));
    if (by_execution == NULL)
        by_execution = find_execution(tracer, number_of(event->root));
    if (by_group != NULL && by_execution != NULL && by_group != by_execution) {
        if (!by_execution->has_operation)
            merge(tracer, by_group, by_execution);
        return by_group;
    }
    if (by_group == NULL)
        by_group = by_execution;
    return by_group != NULL ? by_group : begin_trace(tracer, event->description);
}

static void on_job_start(struct dyno_tracer *tracer, const struct dyno_event_job *event)
{
    struct open_trace *open = trace_of_job(tracer, event);
    struct dyno_job_span job = {event->id, event->time_ms, -1, false};
    take_text(open, event->description);
    if (open->trace.jobs.len == 0 && number_of(event->execution) >= 0)
        open->trace.execution_id = number_of(event->execution);
    dyno_vec_push(&open->trace.jobs, &job);
    dyno_open_stages_add(&tracer->stages, &open->trace, event);
}

static void on_job_end(struct dyno_tracer *tracer, const struct dyno_event_job *event)
{
    for (size_t i = tracer->open.len; i > 0; i--) {
        struct open_trace *open = open_at(tracer, i - 1);
        for (size_t j = 0; j < open->trace.jobs.len; j++) {
            struct dyno_job_span *job = dyno_vec_at(&open->trace.jobs, j);
            if (job->id != event->id)
                continue;
            job->complete_ms = event->time_ms;
            job->is_failed =
                event->result.at != NULL && !dyno_span_is(event->result, "JobSucceeded");
            open->trace.skipped_stages += dyno_open_stages_end_job(&tracer->stages, event->id);
            return;
        }
    }
}

static void on_stage_completed(struct dyno_tracer *tracer, const struct dyno_event_stage *event)
{
    int64_t missing = dyno_open_stages_complete(&tracer->stages, event);
    if (missing <= 0)
        return;
    tracer->facts.missing_tasks += missing;
    dyno_eventlog_complain(tracer->log, "%lld of %lld task ends of stage %lld are missing",
                           (long long)missing, (long long)event->tasks, (long long)event->id);
}

static void copy_span(char *out, size_t room, struct dyno_span span)
{
    if (span.at != NULL && span.len > 0)
        (void)snprintf(out, room, "%.*s", (int)(span.len < room ? span.len : room - 1), span.at);
}

static void on_application(struct dyno_tracer *tracer, const struct dyno_event_application *event)
{
    tracer->facts.cores += event->cores;
    copy_span(tracer->facts.version, sizeof tracer->facts.version, event->version);
    copy_span(tracer->facts.app_id, sizeof tracer->facts.app_id, event->id);
    copy_span(tracer->facts.app_name, sizeof tracer->facts.app_name, event->name);
}

static void feed(struct dyno_tracer *tracer, const struct dyno_event *event)
{
    switch (event->kind) {
    case DYNO_EVENT_TASK_END:
        dyno_open_stages_task(&tracer->stages, &event->task);
        break;
    case DYNO_EVENT_STAGE_COMPLETED:
        on_stage_completed(tracer, &event->stage);
        break;
    case DYNO_EVENT_JOB_START:
        on_job_start(tracer, &event->job);
        break;
    case DYNO_EVENT_JOB_END:
        on_job_end(tracer, &event->job);
        break;
    case DYNO_EVENT_EXECUTION_START:
        on_execution_start(tracer, &event->execution);
        break;
    case DYNO_EVENT_EXECUTION_END:
        on_execution_end(tracer, &event->execution);
        break;
    case DYNO_EVENT_PLAN_UPDATE:
        on_plan_update(tracer, &event->execution);
        break;
    case DYNO_EVENT_OPERATION_START:
        on_operation_start(tracer, &event->operation);
        break;
    case DYNO_EVENT_OPERATION_FINISH:
        on_operation_finish(tracer, &event->operation);
        break;
    case DYNO_EVENT_OPERATION_CLOSE:
        on_operation_close(tracer, &event->operation);
        break;
    default:
        on_application(tracer, &event->application);
        break;
    }
}

/* The log is over: what is still open is as good as it gets. */
static void finish(struct dyno_tracer *tracer)
{
    while (tracer->open.len > 0) {
        struct open_trace *open = open_at(tracer, 0);
        for (size_t i = 0; i < open->trace.jobs.len; i++) {
            const struct dyno_job_span *job = dyno_vec_at(&open->trace.jobs, i);
            if (job->complete_ms >= 0)
                continue;
            tracer->facts.unfinished_jobs++;
            (void)dyno_open_stages_end_job(&tracer->stages, job->id);
        }
        open->trace.is_unfinished = open->running > 0 || has_running_job(&open->trace) ||
                                    (open->has_operation && open->trace.operation_end_ms < 0);
        hand_on(tracer, 0);
    }
    if (tracer->facts.unfinished_jobs > 0)
        dyno_eventlog_complain(tracer->log, "%lld jobs have no end",
                               (long long)tracer->facts.unfinished_jobs);
}

enum dyno_status dyno_tracer_read(struct dyno_tracer *tracer, struct dyno_eventlog *log,
                                  struct dyno_err *err)
{
    struct dyno_event event;
    bool has = true;
    enum dyno_status status = DYNO_OK;
    tracer->log = log;
    while (has && status == DYNO_OK) {
        status = dyno_eventlog_next(log, &event, &has, err);
        if (status == DYNO_OK && has)
            feed(tracer, &event);
    }
    if (status == DYNO_OK)
        finish(tracer);
    tracer->log = NULL;
    return status;
}

void dyno_tracer_facts(const struct dyno_tracer *tracer, struct dyno_tracer_facts *out)
{
    *out = tracer->facts;
    out->missing_stages = tracer->stages.missing_stages;
    out->folded_tasks = tracer->stages.folded_tasks;
}
