/** The few events of Spark's log that explain statements, each with the members that are needed. */
#ifndef DYNO_EVENTLOG_EVENT_H
#define DYNO_EVENTLOG_EVENT_H

#include "eventlog/scan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dyno_event_kind {
    DYNO_EVENT_OTHER, /**< of no use here */
    DYNO_EVENT_LOG_START,
    DYNO_EVENT_APPLICATION_START,
    DYNO_EVENT_APPLICATION_END,
    DYNO_EVENT_EXECUTOR_ADDED,
    DYNO_EVENT_JOB_START,
    DYNO_EVENT_JOB_END,
    DYNO_EVENT_STAGE_COMPLETED,
    DYNO_EVENT_TASK_END,
    DYNO_EVENT_EXECUTION_START,
    DYNO_EVENT_EXECUTION_END,
    DYNO_EVENT_PLAN_UPDATE, /**< AQE changed the plan */
    DYNO_EVENT_OPERATION_START,
    DYNO_EVENT_OPERATION_FINISH, /**< finished, failed, cancelled or timed out */
    DYNO_EVENT_OPERATION_CLOSE,
    DYNO_EVENT_KINDS
};

/* Times are wall milliseconds, durations milliseconds unless their name says otherwise; a number that is
 * not there is -1 for ids and times, else 0. Texts are borrowed from the line and still escaped. */

struct dyno_event_application {
    struct dyno_span version; /**< of DYNO_EVENT_LOG_START */
    struct dyno_span name, id;
    int64_t time_ms;
    int64_t cores; /**< of DYNO_EVENT_EXECUTOR_ADDED */
};

struct dyno_event_job {
    int64_t id;
    int64_t time_ms;                           /**< submission or completion */
    struct dyno_span stages;                   /**< raw array of stage objects */
    struct dyno_span stage_ids;                /**< raw array of numbers */
    struct dyno_span group, description, tags; /**< properties */
    struct dyno_span execution, root;          /**< ids of the SQL execution, as text */
    struct dyno_span result;                   /**< "JobSucceeded" or "JobFailed" */
};

struct dyno_event_stage {
    int64_t id, attempt;
    int64_t tasks;
    int64_t submit_ms, complete_ms;
    struct dyno_span parents; /**< raw array of numbers */
    struct dyno_span failure;
};

struct dyno_event_task {
    int64_t stage, attempt;
    struct dyno_span end_reason; /**< "Success" or why not */
    int64_t launch_ms, finish_ms, getting_result_ms;
    bool is_failed, is_killed, is_speculative;
    struct dyno_span executor;
    int64_t deserialize_ms, run_ms, cpu_ns, gc_ms, serialize_ms;
    int64_t result_bytes, peak_memory_bytes;
    int64_t spill_memory_bytes, spill_disk_bytes;
    int64_t fetch_wait_ms, remote_read_bytes, local_read_bytes, read_records;
    int64_t shuffle_write_bytes, shuffle_write_ns;
    int64_t input_bytes, input_records, output_bytes;
};

struct dyno_event_execution {
    int64_t id, root;
    int64_t time_ms;
    struct dyno_span description, plan, group;
    struct dyno_span error; /**< of an end; empty: none */
};

struct dyno_event_operation {
    struct dyno_span id, session, statement;
    int64_t time_ms;
    struct dyno_span error;
};

struct dyno_event {
    enum dyno_event_kind kind;
    union {
        struct dyno_event_application application;
        struct dyno_event_job job;
        struct dyno_event_stage stage;
        struct dyno_event_task task;
        struct dyno_event_execution execution;
        struct dyno_event_operation operation;
    };
};

enum dyno_event_result {
    DYNO_EVENT_READ,   /**< *event is set; of DYNO_EVENT_OTHER if nobody needs it */
    DYNO_EVENT_BROKEN, /**< no whole JSON object with an event in it */
};

/** Read one line (without its end). */
enum dyno_event_result dyno_event_read(const char *line, size_t len, struct dyno_event *event);

/** Read one element of dyno_event_job.stages. */
bool dyno_event_read_stage(struct dyno_scan *scan, struct dyno_event_stage *stage);

#endif
