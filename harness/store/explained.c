#include "store/explained.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

const char dyno_insert_account[] =
    "INSERT INTO account (trial_id, seq, source, session_wait_ns, generator_lag_ns, "
    "server_queue_ns, planning_ns, scheduling_ns, deserialize_ns, compute_ns, gc_ns, "
    "shuffle_fetch_ns, shuffle_write_ns, result_ns, driver_ns, fetch_ns, unaccounted_ns) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
const char dyno_insert_stage[] =
    "INSERT OR REPLACE INTO stage (trial_id, seq, stage_id, attempt, job_id, submit_ms, "
    "complete_ms, is_critical, tasks, failed_tasks, empty_tasks, run_ms, cpu_ms, gc_ms, delay_ms, "
    "input_bytes, shuffle_read_bytes, shuffle_write_bytes, spill_disk_bytes, task_median_ms, "
    "task_max_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
    "?17, ?18, ?19, ?20, ?21)";
const char dyno_insert_finding[] =
    "INSERT INTO finding (trial_id, rule, query, severity, title, value, threshold, unit, what, "
    "statements, judged, example_seq, evidence, advice, command) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";

enum dyno_status dyno_put_account(sqlite3_stmt *statement, int64_t trial_id,
                                  const struct dyno_store_trial *trial, size_t i,
                                  struct dyno_err *err)
{
    const struct dyno_store_account *account = &trial->accounts[i];
    struct dyno_cell cells[3 + DYNO_PARTS];
    cells[0] = dyno_cell_i64(trial_id);
    cells[1] = dyno_cell_i64(account->seq);
    cells[2] = dyno_cell_text(account->source);
    for (size_t part = 0; part < DYNO_PARTS; part++)
        cells[3 + part] = dyno_cell_i64(account->part_ns[part]);
    return dyno_sql_run(statement, cells, COUNT_OF(cells), err);
}

enum dyno_status dyno_put_stage(sqlite3_stmt *statement, int64_t trial_id,
                                const struct dyno_store_trial *trial, size_t i,
                                struct dyno_err *err)
{
    const struct dyno_store_stage *stage = &trial->stages[i];
    const struct dyno_cell cells[] = {
        dyno_cell_i64(trial_id),
        dyno_cell_i64(stage->seq),
        dyno_cell_i64(stage->stage_id),
        dyno_cell_i64(stage->attempt),
        dyno_cell_i64(stage->job_id),
        dyno_cell_f64(stage->submit_ms),
        dyno_cell_f64(stage->complete_ms),
        dyno_cell_i64(stage->is_critical),
        dyno_cell_i64(stage->tasks),
        dyno_cell_i64(stage->failed_tasks),
        dyno_cell_i64(stage->empty_tasks),
        dyno_cell_f64(stage->run_ms),
        dyno_cell_f64(stage->cpu_ms),
        dyno_cell_f64(stage->gc_ms),
        dyno_cell_f64(stage->delay_ms),
        dyno_cell_i64(stage->input_bytes),
        dyno_cell_i64(stage->shuffle_read_bytes),
        dyno_cell_i64(stage->shuffle_write_bytes),
        dyno_cell_i64(stage->spill_disk_bytes),
        dyno_cell_f64(stage->task_median_ms),
        dyno_cell_f64(stage->task_max_ms),
    };
    return dyno_sql_run(statement, cells, COUNT_OF(cells), err);
}

enum dyno_status dyno_put_finding(sqlite3_stmt *statement, int64_t trial_id,
                                  const struct dyno_store_trial *trial, size_t i,
                                  struct dyno_err *err)
{
    const struct dyno_store_finding *finding = &trial->findings[i];
    const struct dyno_cell cells[] = {
        dyno_cell_i64(trial_id),           dyno_cell_text(finding->rule),
        dyno_cell_i64(finding->query),     dyno_cell_text(finding->severity),
        dyno_cell_text(finding->title),    dyno_cell_f64(finding->value),
        dyno_cell_f64(finding->threshold), dyno_cell_text(finding->unit),
        dyno_cell_text(finding->what),     dyno_cell_i64(finding->statements),
        dyno_cell_i64(finding->judged),    dyno_cell_i64(finding->example_seq),
        dyno_cell_text(finding->evidence), dyno_cell_text(finding->advice),
        dyno_cell_text(finding->command),
    };
    return dyno_sql_run(statement, cells, COUNT_OF(cells), err);
}
