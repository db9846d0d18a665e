/* Spark's event log: one JSON object a line. */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "plan/trace_parts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define THRIFT_START "SparkListenerThriftServerOperationStart"
#define SQL_START    "SparkListenerSQLExecutionStart"
#define SQL_END      "SparkListenerSQLExecutionEnd"

/* The event's name stands near the begin of its line; only lines with a name that is wanted are parsed. */
#define NAME_WITHIN 200

struct log {
    struct dyno_load_trace_reader *reader;
    struct dyno_vec executions; /* struct dyno_load_trace_row */
    bool has_operations;
};

/* Operations of the Thrift server that are calls of the catalog, not statements. */
static bool is_metadata_call(const char *statement)
{
    return strncmp(statement, "Listing ", strlen("Listing ")) == 0;
}

static void take_operation(struct log *log, const cJSON *event, size_t line)
{
    struct dyno_load_trace_row row = {.end_ns = INT64_MAX, .id = -1, .line = line};
    const char *statement = dyno_json_string_or(event, "statement", "");
    log->has_operations = true;
    if (is_metadata_call(statement)) {
        log->reader->trace->rows++;
        dyno_load_trace_remark(log->reader, DYNO_LOAD_TRACE_NO_STATEMENT, line);
        return;
    }
    row.at_ns = dyno_json_i64_or(event, "startTime", 0) * DYNO_NS_PER_MS;
    row.session = dyno_xstrdup(dyno_json_string_or(event, "sessionId", ""));
    row.sql = dyno_xstrdup(statement);
    dyno_load_trace_row_take(log->reader, &row);
}

static void take_execution(struct log *log, const cJSON *event, size_t line)
{
    struct dyno_load_trace_row row = {.at_ns = dyno_json_i64_or(event, "time", 0) * DYNO_NS_PER_MS,
                                      .end_ns = INT64_MAX,
                                      .id = dyno_json_i64_or(event, "executionId", -1),
                                      .line = line};
    row.sql = dyno_xstrdup(dyno_json_string_or(event, "description", ""));
    dyno_vec_push(&log->executions, &row);
}

static void end_execution(struct log *log, const cJSON *event)
{
    struct dyno_load_trace_row *rows = log->executions.items;
    int64_t id = dyno_json_i64_or(event, "executionId", -1);
    for (size_t i = log->executions.len; i > 0; i--) {
        if (rows[i - 1].id != id)
            continue;
        rows[i - 1].end_ns = dyno_json_i64_or(event, "time", 0) * DYNO_NS_PER_MS;
        return;
    }
}

static bool names(const char *line, const char *event)
{
    const char *at = strstr(line, event);
    return at != NULL && at - line < NAME_WITHIN;
}

static enum dyno_status read_event(struct log *log, const char *line, size_t number, bool is_last)
{
    bool is_wanted = names(line, THRIFT_START) || names(line, SQL_START) || names(line, SQL_END);
    bool is_whole = line[0] == '{' && line[strlen(line) - 1] == '}';
    cJSON *event = is_whole && is_wanted ? cJSON_Parse(line) : NULL;
    if (is_last && (!is_whole || (is_wanted && event == NULL))) {
        dyno_load_trace_remark(log->reader, DYNO_LOAD_TRACE_CUT, number);
        return DYNO_OK;
    }
    if (!is_whole || (is_wanted && event == NULL))
        return dyno_err_set(log->reader->err, DYNO_EINPUT,
                            "%s:%zu: this is not an event: one JSON object a line",
                            log->reader->path, number);
    if (!is_wanted)
        dyno_load_trace_remark(log->reader, DYNO_LOAD_TRACE_OTHER, number);
    else if (names(line, THRIFT_START))
        take_operation(log, event, number);
    else if (names(line, SQL_START))
        take_execution(log, event, number);
    else
        end_execution(log, event);
    cJSON_Delete(event);
    return DYNO_OK;
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

enum dyno_status dyno_load_trace_read_log(struct dyno_load_trace_reader *reader, char *text,
                                          size_t len)
{
    struct log log = {.reader = reader, .executions = DYNO_VEC_INIT(struct dyno_load_trace_row)};
    enum dyno_status status = DYNO_OK;
    char *end = text + len;
    for (size_t number = 1; text < end && status == DYNO_OK; number++) {
        char *stop = memchr(text, '\n', (size_t)(end - text));
        char *next = stop == NULL ? end : stop + 1;
        if (stop != NULL)
            *stop = '\0';
        if (text[0] != '\0')
            status = read_event(&log, text, number, next == end);
        text = next;
    }
    use_executions(&log);
    dyno_vec_deinit(&log.executions);
    return status;
}
