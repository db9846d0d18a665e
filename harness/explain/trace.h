/**
 * What Spark tells of one statement: its operation, SQL executions, jobs and stages. Built from REST's
 * documents or from the event log; whatever looks at it need not know from which.
 */
#ifndef DYNO_EXPLAIN_TRACE_H
#define DYNO_EXPLAIN_TRACE_H

#include "base/vec.h"
#include "store/part.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DYNO_TRACE_PARENTS 8

/** One attempt of a stage. Times are wall milliseconds, -1 if not known; sums are over its tasks. */
struct dyno_stage_cost {
    int64_t id, attempt, job;
    int64_t parents[DYNO_TRACE_PARENTS];
    int parent_count; /**< -1: not known, or more than fit */
    int64_t submit_ms, launch_ms, complete_ms;
    int64_t tasks, failed_tasks, killed_tasks;
    int64_t empty_tasks; /**< read no row though others did; by REST at least so many */
    double run_ms, cpu_ms, gc_ms, deserialize_ms, result_ms, fetch_wait_ms, shuffle_write_ms;
    double delay_ms; /**< scheduler delay; NAN if not known */
    int64_t input_bytes, input_records, output_bytes;
    int64_t shuffle_read_bytes, shuffle_read_records, shuffle_write_bytes;
    int64_t result_bytes, spill_memory_bytes, spill_disk_bytes;
    int64_t peak_memory_bytes;                /**< largest of any task */
    double task_median_ms, task_max_ms;       /**< NAN if not known */
    double read_median_bytes, read_max_bytes; /**< per task, input and shuffle; NAN */
    double records_median, records_max;       /**< likewise */
    double path_ms[DYNO_PARTS];               /**< of the time from submit to complete */
    bool is_path_exact;                       /**< by its tasks one by one, not by shares */
};

struct dyno_job_span {
    int64_t id;
    int64_t submit_ms, complete_ms; /**< -1 if not known */
    bool is_failed;
};

struct dyno_trace {
    int64_t seq;                                  /**< of the statement; -1: it carries no tag */
    char operation[40];                           /**< the operation's id, "" if not known */
    char *text;                                   /**< the SQL; NULL if not known */
    int64_t operation_start_ms, operation_end_ms; /**< by the server's clock; -1 if not known */
    int64_t execution_id;                         /**< the first one with jobs, or the first; -1 */
    int64_t begin_ms, end_ms;                     /**< of its executions together; -1 */
    int64_t executions;
    int64_t skipped_stages;
    struct dyno_vec jobs;   /**< struct dyno_job_span */
    struct dyno_vec stages; /**< struct dyno_stage_cost that ran, in the order of completion */
    char *plan;             /**< the last physical plan; NULL if not known */
    bool is_failed;
    bool is_unfinished; /**< the log ends before it */
};

/** Hears of one statement. The trace is the caller's and gone afterwards; what it owns may be taken. */
typedef void (*dyno_trace_fn)(void *ctx, struct dyno_trace *trace);

void dyno_trace_init(struct dyno_trace *trace, int64_t seq);
void dyno_trace_deinit(struct dyno_trace *trace);

/** Everything 0 or not known. */
void dyno_stage_cost_init(struct dyno_stage_cost *stage, int64_t id, int64_t attempt);

/** Stage `i`, and how many there are. */
const struct dyno_stage_cost *dyno_trace_stage(const struct dyno_trace *trace, size_t i);

/** One of the trace's executions ran from begin to end (-1: not known). */
void dyno_trace_add_execution(struct dyno_trace *trace, int64_t id, int64_t begin_ms,
                              int64_t end_ms);

/**
 * The stages that the statement waited for, in the order of time: the last one to complete, before it the
 * last of its parents to complete, and so on. A stage whose parents are not known, or did not run, waited
 * for the last stage that had completed by then. The caller gives room for all stages of the trace; the
 * number of those on the path is returned.
 */
size_t dyno_trace_critical_path(const struct dyno_trace *trace, const struct dyno_stage_cost **out);

#endif
