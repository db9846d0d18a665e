/* Spark's event log, in any of its forms: eventlog/ reads it. */
#include "base/alloc.h"
#include "base/clock.h"
#include "eventlog/eventlog.h"
#include "plan/trace_parts.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_STATEMENT ((size_t)1024 * 1024)

struct log {
    struct dyno_load_trace_reader *reader;
    struct dyno_vec executions; /* struct dyno_load_trace_row */
    struct dyno_eventlog *events;
    size_t line; /* of the whole log, over all its files */
    bool has_operations;
};

static enum dyno_status refuse(const struct log *log, const char *what)
{
    return dyno_err_set(log->reader->err, DYNO_EINPUT, "%s:%zu: %s", log->reader->path, log->line,
                        what);
}

/* The text of a statement or description; the caller frees it. */
static enum dyno_status take_text(const struct log *log, struct dyno_span span, char **out)
{
    struct dyno_str text;
    dyno_str_init(&text, MAX_STATEMENT);
    dyno_str_append(&text, "");
    dyno_span_unescape(span, &text);
    enum dyno_status status = DYNO_OK;
    if (text.failed)
        status = refuse(log, "a statement of over 1 MiB");
    else if (strlen(dyno_str_text(&text)) != text.len)
        status = refuse(log, "a statement with a NUL character");
    else
        *out = dyno_xstrndup(dyno_str_text(&text), text.len);
    dyno_str_deinit(&text);
    return status;
}

/* Operations of the Thrift server that are calls of the catalog, not statements. */
static bool is_metadata_call(const char *statement)
{
    return strncmp(statement, "Listing ", strlen("Listing ")) == 0;
}

static enum dyno_status take_operation(struct log *log,
                                       const struct dyno_event_operation *operation)
{
    struct dyno_load_trace_row row = {.at_ns = operation->time_ms * DYNO_NS_PER_MS,
                                      .end_ns = INT64_MAX,
                                      .id = -1,
                                      .line = log->line};
    log->has_operations = true;
    if (operation->time_ms < 0)
        return refuse(log, "an operation without a time from 0 on");
    enum dyno_status status = take_text(log, operation->statement, &row.sql);
    if (status != DYNO_OK || row.sql == NULL)
        return status;
    if (is_metadata_call(row.sql)) {
        log->reader->trace->rows++;
        dyno_load_trace_remark(log->reader, DYNO_LOAD_TRACE_NO_STATEMENT, log->line);
        free(row.sql);
        return DYNO_OK;
    }
    status = take_text(log, operation->session, &row.session);
    if (status == DYNO_OK)
        dyno_load_trace_row_take(log->reader, &row);
    else
        free(row.sql);
    return status;
}

static enum dyno_status take_execution(struct log *log,
                                       const struct dyno_event_execution *execution)
{
    struct dyno_load_trace_row row = {.at_ns = execution->time_ms * DYNO_NS_PER_MS,
                                      .end_ns = INT64_MAX,
                                      .id = execution->id,
                                      .line = log->line};
    if (execution->time_ms < 0)
        return refuse(log, "an execution without a time from 0 on");
    /* What a statement starts besides itself comes again with it. */
    if (execution->root >= 0 && execution->root != execution->id)
        return DYNO_OK;
    enum dyno_status status = take_text(log, execution->description, &row.sql);
    if (status == DYNO_OK)
        dyno_vec_push(&log->executions, &row);
    return status;
}

static void end_execution(struct log *log, const struct dyno_event_execution *execution)
{
    struct dyno_load_trace_row *rows = log->executions.items;
    for (size_t i = log->executions.len; i > 0; i--) {
        if (rows[i - 1].id != execution->id)
            continue;
        rows[i - 1].end_ns = execution->time_ms * DYNO_NS_PER_MS;
        return;
    }
}

static enum dyno_status take_event(struct log *log, const struct dyno_event *event)
{
    switch (event->kind) {
    case DYNO_EVENT_OPERATION_START:
        return take_operation(log, &event->operation);
    case DYNO_EVENT_EXECUTION_START:
        return take_execution(log, &event->execution);
    case DYNO_EVENT_EXECUTION_END:
        end_execution(log, &event->execution);
        return DYNO_OK;
    default:
        dyno_load_trace_remark(log->reader, DYNO_LOAD_TRACE_OTHER, log->line);
        return DYNO_OK;
    }
}

/* Spark describes an execution by its statement, or by the place in a program that asked for it. */
static bool is_statement(const char *description)
{
    static const char *const verbs[] = {"select", "with",   "insert", "create",  "drop", "set",
                                        "use",    "cache",  "show",   "explain", "from", "values",
                                        "merge",  "update", "delete", "alter",   "table"};
    const char *at = description + strspn(description, " \t\r\n(");
    while (strncmp(at, "/*", 2) == 0 && strstr(at, "*/") != NULL) {
        at = strstr(at, "*/") + 2;
        at += strspn(at, " \t\r\n(");
    }
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        size_t len = strlen(verbs[i]);
        if (strncasecmp(at, verbs[i], len) == 0 && strchr(" \t\r\n(*'\"`", at[len]) != NULL)
            return true;
    }
    return false;
}

static void use_executions(struct log *log)
{
    struct dyno_load_trace_row *rows = log->executions.items;
    for (size_t i = 0; i < log->executions.len; i++) {
        if (!log->has_operations && (rows[i].sql[0] == '\0' || is_statement(rows[i].sql))) {
            dyno_load_trace_row_take(log->reader, &rows[i]);
            continue;
        }
        if (!log->has_operations) {
            log->reader->trace->rows++;
            dyno_load_trace_remark(log->reader, DYNO_LOAD_TRACE_NO_STATEMENT, rows[i].line);
        }
        free(rows[i].sql);
    }
}

/* A log may be cut at its end: what came before is whole. With a hole it would be another load. */
static enum dyno_status judge_troubles(struct log *log, const struct dyno_eventlog_facts *facts)
{
    if (facts->has_hole && facts->trouble_line == 0)
        return dyno_err_set(log->reader->err, DYNO_EINPUT,
                            "%s: a log with a hole is not replayed: %s", facts->trouble_path,
                            facts->troubles);
    if (facts->has_hole)
        return dyno_err_set(log->reader->err, DYNO_EINPUT,
                            "%s:%" PRId64 ": a log with a hole is not replayed: %s",
                            facts->trouble_path, facts->trouble_line, facts->troubles);
    if (facts->is_cut)
        dyno_load_trace_remark(log->reader, DYNO_LOAD_TRACE_CUT, (size_t)facts->lines);
    if (facts->events == 0)
        return dyno_err_set(log->reader->err, DYNO_EINPUT, "%s:1: there is no event in this log",
                            log->reader->path);
    return DYNO_OK;
}

static void note_others(struct log *log, const struct dyno_eventlog_facts *facts)
{
    struct dyno_load_trace_note *note = &log->reader->trace->notes[DYNO_LOAD_TRACE_OTHER];
    size_t line = (size_t)facts->other_line;
    note->count += (size_t)facts->other_events;
    if (line > 0 && (note->first_line == 0 || line < note->first_line))
        note->first_line = line;
}

static enum dyno_status read_events(struct log *log)
{
    struct dyno_eventlog_facts facts;
    enum dyno_status status = DYNO_OK;
    bool has_event = true;
    while (status == DYNO_OK && has_event) {
        struct dyno_event event;
        status = dyno_eventlog_next(log->events, &event, &has_event, log->reader->err);
        dyno_eventlog_facts(log->events, &facts);
        log->line = (size_t)facts.lines;
        if (status == DYNO_OK && has_event)
            status = take_event(log, &event);
        if (status == DYNO_OK && log->reader->rows.len > DYNO_REPLAY_MAX)
            status = refuse(log, "over 500000 statements");
    }
    if (status == DYNO_OK)
        status = judge_troubles(log, &facts);
    note_others(log, &facts);
    return status;
}

enum dyno_status dyno_load_trace_read_log(struct dyno_load_trace_reader *reader)
{
    struct log log = {.reader = reader, .executions = DYNO_VEC_INIT(struct dyno_load_trace_row)};
    enum dyno_status status = dyno_eventlog_open(reader->path, &log.events, reader->err);
    if (status == DYNO_OK)
        status = read_events(&log);
    use_executions(&log);
    dyno_vec_deinit(&log.executions);
    dyno_eventlog_close(log.events);
    return status;
}
