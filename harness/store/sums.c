#include "store/sums.h"

#include <stddef.h>

/* total(), not sum(): what a server says of itself may be absurd, and must not overflow into an error. */
#define MEASURED_WELL "r.trial_id = ?1 AND r.phase = 1 AND r.outcome = 2"

static const char sum_trial[] =
    "INSERT OR REPLACE INTO trial_sum (trial_id, last_done_ns, accounts, by_log, session_wait_ns, "
    "generator_lag_ns, server_queue_ns, planning_ns, scheduling_ns, deserialize_ns, compute_ns, gc_ns, "
    "shuffle_fetch_ns, shuffle_write_ns, result_ns, driver_ns, fetch_ns, unaccounted_ns) "
    "SELECT ?1, (SELECT coalesce(max(done_ns), 0) FROM record WHERE trial_id = ?1), count(*), "
    "total(a.source = 'eventlog'), total(a.session_wait_ns), "
    "total(a.generator_lag_ns), total(a.server_queue_ns), "
    "total(a.planning_ns), total(a.scheduling_ns), "
    "total(a.deserialize_ns), total(a.compute_ns), total(a.gc_ns), "
    "total(a.shuffle_fetch_ns), total(a.shuffle_write_ns), "
    "total(a.result_ns), total(a.driver_ns), total(a.fetch_ns), "
    "total(a.unaccounted_ns) FROM record r "
    "JOIN account a ON a.trial_id = r.trial_id AND a.seq = r.seq WHERE " MEASURED_WELL;
static const char forget_outcomes[] = "DELETE FROM outcome_sum WHERE trial_id = ?1";
static const char sum_outcomes[] =
    "INSERT INTO outcome_sum (trial_id, query, phase, outcome, sqlstate, statements, min_rows, "
    "max_rows, first_checksum, last_checksum) "
    "SELECT ?1, query, phase, outcome, sqlstate, count(*), min(row_count), max(row_count), "
    "min(nullif(checksum, '')), max(nullif(checksum, '')) FROM record WHERE trial_id = ?1 "
    "GROUP BY query, phase, outcome, sqlstate";
static const char forget_spark[] = "DELETE FROM spark_sum WHERE trial_id = ?1";
static const char sum_spark[] =
    "INSERT INTO spark_sum (trial_id, query, statements, execution_known, scheduler_delay_known, "
    "task_max_known, task_median_known, skew_known, jobs, stages, skipped_stages, tasks, "
    "failed_tasks, execution_ms, job_ms, run_ms, cpu_ms, gc_ms, deserialize_ms, scheduler_delay_ms, "
    "shuffle_read_bytes, shuffle_write_bytes, shuffle_fetch_ms, spill_memory_bytes, "
    "spill_disk_bytes, input_bytes, input_records, output_bytes, peak_memory_bytes, task_max_ms, "
    "task_median_ms, skew_ratio) "
    "SELECT ?1, r.query, count(*), count(s.execution_ms), count(s.scheduler_delay_ms), "
    "count(s.task_max_ms), count(s.task_median_ms), count(s.skew_ratio), total(s.jobs), "
    "total(s.stages), total(s.skipped_stages), total(s.tasks), total(s.failed_tasks), sum(s.execution_ms), "
    "total(s.job_ms), total(s.run_ms), total(s.cpu_ms), total(s.gc_ms), total(s.deserialize_ms), "
    "sum(s.scheduler_delay_ms), total(s.shuffle_read_bytes), total(s.shuffle_write_bytes), "
    "total(s.shuffle_fetch_ms), total(s.spill_memory_bytes), total(s.spill_disk_bytes), "
    "total(s.input_bytes), total(s.input_records), total(s.output_bytes), total(s.peak_memory_bytes), "
    "sum(s.task_max_ms), sum(s.task_median_ms), sum(s.skew_ratio) FROM record r "
    "JOIN spark_statement s ON s.trial_id = r.trial_id AND s.seq = r.seq WHERE " MEASURED_WELL " "
    "GROUP BY r.query";

enum dyno_status dyno_store_sum_up(sqlite3 *db, int64_t trial_id, struct dyno_err *err)
{
    static const char *const steps[] = {sum_trial, forget_outcomes, sum_outcomes, forget_spark,
                                        sum_spark};
    const struct dyno_cell id = dyno_cell_i64(trial_id);
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == DYNO_OK; i++)
        status = dyno_sql_once(db, steps[i], &id, 1, err);
    return status;
}
