#include "eventlog/event.h"

#include <string.h>

#define TABLE(fields)                                                                              \
    {                                                                                              \
        fields, sizeof(fields) / sizeof((fields)[0])                                               \
    }
#define AT(type, member) offsetof(struct dyno_event_##type, member)
#define I64(key, type, m)                                                                          \
    {                                                                                              \
        key, DYNO_SCAN_I64, AT(type, m), NULL                                                      \
    }
#define BOOL(key, type, m)                                                                         \
    {                                                                                              \
        key, DYNO_SCAN_BOOL, AT(type, m), NULL                                                     \
    }
#define TEXT(key, type, m)                                                                         \
    {                                                                                              \
        key, DYNO_SCAN_TEXT, AT(type, m), NULL                                                     \
    }
#define RAW(key, type, m)                                                                          \
    {                                                                                              \
        key, DYNO_SCAN_RAW, AT(type, m), NULL                                                      \
    }
#define INTO(key, sub)                                                                             \
    {                                                                                              \
        key, DYNO_SCAN_INTO, 0, &(sub)                                                             \
    }

static const struct dyno_scan_field log_start_fields[] = {
    TEXT("Spark Version", application, version),
};
static const struct dyno_scan_field application_fields[] = {
    TEXT("App Name", application, name),
    TEXT("App ID", application, id),
    I64("Timestamp", application, time_ms),
};
static const struct dyno_scan_field executor_info_fields[] = {
    I64("Total Cores", application, cores),
};
static const struct dyno_scan_table executor_info = TABLE(executor_info_fields);
static const struct dyno_scan_field executor_fields[] = {
    INTO("Executor Info", executor_info),
};
static const struct dyno_scan_field property_fields[] = {
    TEXT("spark.job.description", job, description),
    TEXT("spark.jobGroup.id", job, group),
    TEXT("spark.sql.execution.id", job, execution),
    TEXT("spark.sql.execution.root.id", job, root),
    TEXT("spark.job.tags", job, tags),
};
static const struct dyno_scan_table properties = TABLE(property_fields);
static const struct dyno_scan_field job_start_fields[] = {
    I64("Job ID", job, id),          I64("Submission Time", job, time_ms),
    RAW("Stage Infos", job, stages), RAW("Stage IDs", job, stage_ids),
    INTO("Properties", properties),
};
static const struct dyno_scan_field job_result_fields[] = {
    TEXT("Result", job, result),
};
static const struct dyno_scan_table job_result = TABLE(job_result_fields);
static const struct dyno_scan_field job_end_fields[] = {
    I64("Job ID", job, id),
    I64("Completion Time", job, time_ms),
    INTO("Job Result", job_result),
};
static const struct dyno_scan_field stage_fields[] = {
    I64("Stage ID", stage, id),
    I64("Stage Attempt ID", stage, attempt),
    I64("Number of Tasks", stage, tasks),
    RAW("Parent IDs", stage, parents),
    I64("Submission Time", stage, submit_ms),
    I64("Completion Time", stage, complete_ms),
    TEXT("Failure Reason", stage, failure),
};
static const struct dyno_scan_table stage_table = TABLE(stage_fields);
static const struct dyno_scan_field stage_completed_fields[] = {
    INTO("Stage Info", stage_table),
};

static const struct dyno_scan_field end_reason_fields[] = {
    TEXT("Reason", task, end_reason),
};
static const struct dyno_scan_table end_reason = TABLE(end_reason_fields);
static const struct dyno_scan_field task_info_fields[] = {
    I64("Launch Time", task, launch_ms),       TEXT("Executor ID", task, executor),
    BOOL("Speculative", task, is_speculative), I64("Getting Result Time", task, getting_result_ms),
    I64("Finish Time", task, finish_ms),       BOOL("Failed", task, is_failed),
    BOOL("Killed", task, is_killed),
};
static const struct dyno_scan_table task_info = TABLE(task_info_fields);
static const struct dyno_scan_field shuffle_read_fields[] = {
    I64("Fetch Wait Time", task, fetch_wait_ms),
    I64("Remote Bytes Read", task, remote_read_bytes),
    I64("Local Bytes Read", task, local_read_bytes),
    I64("Total Records Read", task, read_records),
};
static const struct dyno_scan_table shuffle_read = TABLE(shuffle_read_fields);
static const struct dyno_scan_field shuffle_write_fields[] = {
    I64("Shuffle Bytes Written", task, shuffle_write_bytes),
    I64("Shuffle Write Time", task, shuffle_write_ns),
};
static const struct dyno_scan_table shuffle_write = TABLE(shuffle_write_fields);
static const struct dyno_scan_field input_fields[] = {
    I64("Bytes Read", task, input_bytes),
    I64("Records Read", task, input_records),
};
static const struct dyno_scan_table input = TABLE(input_fields);
static const struct dyno_scan_field output_fields[] = {
    I64("Bytes Written", task, output_bytes),
};
static const struct dyno_scan_table output = TABLE(output_fields);
static const struct dyno_scan_field task_metric_fields[] = {
    I64("Executor Deserialize Time", task, deserialize_ms),
    I64("Executor Run Time", task, run_ms),
    I64("Executor CPU Time", task, cpu_ns),
    I64("Peak Execution Memory", task, peak_memory_bytes),
    I64("Result Size", task, result_bytes),
    I64("JVM GC Time", task, gc_ms),
    I64("Result Serialization Time", task, serialize_ms),
    I64("Memory Bytes Spilled", task, spill_memory_bytes),
    I64("Disk Bytes Spilled", task, spill_disk_bytes),
    INTO("Shuffle Read Metrics", shuffle_read),
    INTO("Shuffle Write Metrics", shuffle_write),
    INTO("Input Metrics", input),
    INTO("Output Metrics", output),
};
static const struct dyno_scan_table task_metrics = TABLE(task_metric_fields);
static const struct dyno_scan_field task_end_fields[] = {
    I64("Stage ID", task, stage),        I64("Stage Attempt ID", task, attempt),
    INTO("Task End Reason", end_reason), INTO("Task Info", task_info),
    INTO("Task Metrics", task_metrics),
};

static const struct dyno_scan_field execution_start_fields[] = {
    I64("executionId", execution, id),
    I64("rootExecutionId", execution, root),
    TEXT("description", execution, description),
    TEXT("physicalPlanDescription", execution, plan),
    I64("time", execution, time_ms),
    TEXT("jobGroupId", execution, group),
};
static const struct dyno_scan_field execution_end_fields[] = {
    I64("executionId", execution, id),
    I64("time", execution, time_ms),
    TEXT("errorMessage", execution, error),
};
static const struct dyno_scan_field operation_start_fields[] = {
    TEXT("id", operation, id),
    TEXT("sessionId", operation, session),
    TEXT("statement", operation, statement),
    I64("startTime", operation, time_ms),
};
static const struct dyno_scan_field operation_end_fields[] = {
    TEXT("id", operation, id),
    TEXT("errorMsg", operation, error),
    I64("finishTime", operation, time_ms),
    I64("closeTime", operation, time_ms),
};

#define SQL_UI "org.apache.spark.sql.execution.ui.SparkListener"
#define THRIFT "org.apache.spark.sql.hive.thriftserver.ui.SparkListenerThriftServerOperation"

static const struct {
    const char *name;
    enum dyno_event_kind kind;
    struct dyno_scan_table table;
} known[] = {
    {"SparkListenerTaskEnd", DYNO_EVENT_TASK_END, TABLE(task_end_fields)},
    {"SparkListenerStageCompleted", DYNO_EVENT_STAGE_COMPLETED, TABLE(stage_completed_fields)},
    {"SparkListenerJobStart", DYNO_EVENT_JOB_START, TABLE(job_start_fields)},
    {"SparkListenerJobEnd", DYNO_EVENT_JOB_END, TABLE(job_end_fields)},
    {SQL_UI "SQLExecutionStart", DYNO_EVENT_EXECUTION_START, TABLE(execution_start_fields)},
    {SQL_UI "SQLExecutionEnd", DYNO_EVENT_EXECUTION_END, TABLE(execution_end_fields)},
    {SQL_UI "SQLAdaptiveExecutionUpdate", DYNO_EVENT_PLAN_UPDATE, TABLE(execution_start_fields)},
    {THRIFT "Start", DYNO_EVENT_OPERATION_START, TABLE(operation_start_fields)},
    {THRIFT "Finish", DYNO_EVENT_OPERATION_FINISH, TABLE(operation_end_fields)},
    {THRIFT "Error", DYNO_EVENT_OPERATION_FINISH, TABLE(operation_end_fields)},
    {THRIFT "Canceled", DYNO_EVENT_OPERATION_FINISH, TABLE(operation_end_fields)},
    {THRIFT "Timeout", DYNO_EVENT_OPERATION_FINISH, TABLE(operation_end_fields)},
    {THRIFT "Closed", DYNO_EVENT_OPERATION_CLOSE, TABLE(operation_end_fields)},
    {"SparkListenerLogStart", DYNO_EVENT_LOG_START, TABLE(log_start_fields)},
    {"SparkListenerApplicationStart", DYNO_EVENT_APPLICATION_START, TABLE(application_fields)},
    {"SparkListenerExecutorAdded", DYNO_EVENT_EXECUTOR_ADDED, TABLE(executor_fields)},
    {"SparkListenerApplicationEnd", DYNO_EVENT_APPLICATION_END, TABLE(application_fields)},
};
#define KNOWN (sizeof known / sizeof known[0])

static size_t find_known(struct dyno_span name)
{
    size_t i = 0;
    while (i < KNOWN && !dyno_span_is(name, known[i].name))
        i++;
    return i;
}

static const struct dyno_event_stage no_stage = {
    .id = -1, .attempt = 0, .submit_ms = -1, .complete_ms = -1};

/* Where "not there" differs from 0. */
static void set_unknown(struct dyno_event *event)
{
    *event = (struct dyno_event){.kind = event->kind};
    switch (event->kind) {
    case DYNO_EVENT_JOB_START:
    case DYNO_EVENT_JOB_END:
        event->job.id = -1;
        event->job.time_ms = -1;
        break;
    case DYNO_EVENT_STAGE_COMPLETED:
        event->stage = no_stage;
        break;
    case DYNO_EVENT_TASK_END:
        event->task.stage = -1;
        event->task.launch_ms = -1;
        event->task.finish_ms = -1;
        break;
    case DYNO_EVENT_EXECUTION_START:
    case DYNO_EVENT_EXECUTION_END:
    case DYNO_EVENT_PLAN_UPDATE:
        event->execution.id = -1;
        event->execution.root = -1;
        event->execution.time_ms = -1;
        break;
    case DYNO_EVENT_OPERATION_START:
    case DYNO_EVENT_OPERATION_FINISH:
    case DYNO_EVENT_OPERATION_CLOSE:
        event->operation.time_ms = -1;
        break;
    default:
        event->application.time_ms = -1;
        break;
    }
}

/* All members of a struct inside the union begin where it begins. */
static void *target_of(struct dyno_event *event)
{
    return &event->job;
}

/* Spark writes the name first. Nothing more is asked of a line that nobody needs, but its last byte. */
enum dyno_event_result dyno_event_read(const char *line, size_t len, struct dyno_event *event)
{
    struct dyno_scan scan = {line, line + len, false};
    struct dyno_span key = {NULL, 0};
    struct dyno_span name = {NULL, 0};
    event->kind = DYNO_EVENT_OTHER;
    while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == ' '))
        len--;
    if (len < 2 || line[len - 1] != '}' || !dyno_scan_enter(&scan, '{') ||
        !dyno_scan_key(&scan, &key) || !dyno_span_is(key, "Event") || !dyno_scan_text(&scan, &name))
        return DYNO_EVENT_BROKEN;
    size_t at = find_known(name);
    if (at == KNOWN)
        return DYNO_EVENT_READ;
    event->kind = known[at].kind;
    set_unknown(event);
    scan.at = line;
    return dyno_scan_object(&scan, &known[at].table, target_of(event)) ? DYNO_EVENT_READ
                                                                       : DYNO_EVENT_BROKEN;
}

bool dyno_event_read_stage(struct dyno_scan *scan, struct dyno_event_stage *stage)
{
    *stage = no_stage;
    return dyno_scan_object(scan, &stage_table, stage);
}
