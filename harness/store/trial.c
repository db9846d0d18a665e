#include "base/clock.h"
#include "store/explained.h"
#include "store/sql.h"
#include "store/store.h"
#include "store/sums.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char insert_trial[] =
    "INSERT INTO trial (experiment_id, role, block, position, arm_id, start_id, state, reason, tag, "
    "seed, started_utc, epoch_wall_ms, measure_begin_ns, measure_end_ns, offered, started, "
    "completed, failed, censored, joined, is_valid, generator_cpu_ns, generator_rss, "
    "schedule_sha256) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
    "?20, ?21, ?22, ?23, ?24)";
static const char insert_record[] =
    "INSERT INTO record (trial_id, seq, query, session, phase, outcome, intended_ns, claim_ns, "
    "send_ns, exec_ns, first_ns, done_ns, row_count, bytes, checksum, sqlstate, attempt, flags) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
static const char insert_statement[] =
    "INSERT INTO spark_statement (trial_id, seq, execution_id, jobs, stages, skipped_stages, tasks, "
    "failed_tasks, execution_ms, job_ms, run_ms, cpu_ms, gc_ms, deserialize_ms, "
    "scheduler_delay_ms, shuffle_read_bytes, shuffle_write_bytes, shuffle_fetch_ms, "
    "spill_memory_bytes, spill_disk_bytes, input_bytes, input_records, output_bytes, "
    "peak_memory_bytes, task_max_ms, task_median_ms, skew_ratio) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
    "?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27)";
static const char insert_counter[] =
    "INSERT INTO counter (trial_id, source, name, t_ns, value) VALUES (?1, ?2, ?3, ?4, ?5)";
static const char insert_gate[] =
    "INSERT INTO gate (trial_id, name, value, limit_value, unit, is_fatal, is_passed, text) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char insert_error[] =
    "INSERT INTO error_sample (trial_id, query, outcome, sqlstate, text) "
    "VALUES (?1, ?2, ?3, ?4, ?5)";
static const char insert_warmup[] =
    "INSERT INTO warmup (trial_id, query, executions, truncated, is_steady, before_ns, after_ns) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char insert_histogram[] =
    "INSERT INTO histogram (trial_id, query, outcome, kind, second, count, overflow, min_ns, max_ns, "
    "payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

static const char insert_share[] =
    "INSERT INTO share (trial_id, share, host, kernel, epoch_wall_ms, late_ns, clock_offset_us, "
    "clock_error_us, is_clock_synced, statements) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

/** One kind of row of a trial: which statement, how many, how row `i` is bound and run. */
struct row_kind {
    const char *sql;
    size_t count;
    enum dyno_status (*put)(sqlite3_stmt *statement, int64_t trial_id,
                            const struct dyno_store_trial *trial, size_t i, struct dyno_err *err);
};

static struct dyno_cell cell_or_zero(double value)
{
    return dyno_cell_f64(isfinite(value) ? value : 0.0);
}

static enum dyno_status put_record(sqlite3_stmt *statement, int64_t trial_id,
                                   const struct dyno_store_trial *trial, size_t i,
                                   struct dyno_err *err)
{
    const struct dyno_store_record *record = &trial->records[i];
    char checksum[32] = "";
    if (record->checksum != 0)
        (void)snprintf(checksum, sizeof checksum, "%016" PRIx64, record->checksum);
    const struct dyno_cell cells[] = {
        dyno_cell_i64(trial_id),
        dyno_cell_i64(record->seq),
        dyno_cell_i64(record->query),
        dyno_cell_i64(record->session),
        dyno_cell_i64(record->phase),
        dyno_cell_i64(record->outcome),
        dyno_cell_i64(record->intended_ns),
        dyno_cell_i64(record->claim_ns),
        dyno_cell_i64(record->send_ns),
        dyno_cell_i64(record->exec_ns),
        dyno_cell_i64(record->first_ns),
        dyno_cell_i64(record->done_ns),
        dyno_cell_i64(record->row_count),
        dyno_cell_i64(record->bytes),
        dyno_cell_text(checksum),
        dyno_cell_text(record->sqlstate),
        dyno_cell_i64(record->attempt),
        dyno_cell_i64(record->flags),
    };
    return dyno_sql_run(statement, cells, COUNT_OF(cells), err);
}

static enum dyno_status put_statement(sqlite3_stmt *statement, int64_t trial_id,
                                      const struct dyno_store_trial *trial, size_t i,
                                      struct dyno_err *err)
{
    const struct dyno_spark_statement *spark = &trial->statements[i];
    const struct dyno_cell cells[] = {
        dyno_cell_i64(trial_id),
        dyno_cell_i64(spark->seq),
        spark->execution_id >= 0 ? dyno_cell_i64(spark->execution_id) : dyno_cell_null(),
        dyno_cell_i64(spark->jobs),
        dyno_cell_i64(spark->stages),
        dyno_cell_i64(spark->skipped_stages),
        dyno_cell_i64(spark->tasks),
        dyno_cell_i64(spark->failed_tasks),
        dyno_cell_f64(spark->execution_ms),
        cell_or_zero(spark->job_ms),
        cell_or_zero(spark->run_ms),
        cell_or_zero(spark->cpu_ms),
        cell_or_zero(spark->gc_ms),
        cell_or_zero(spark->deserialize_ms),
        dyno_cell_f64(spark->scheduler_delay_ms),
        dyno_cell_i64(spark->shuffle_read_bytes),
        dyno_cell_i64(spark->shuffle_write_bytes),
        cell_or_zero(spark->shuffle_fetch_ms),
        dyno_cell_i64(spark->spill_memory_bytes),
        dyno_cell_i64(spark->spill_disk_bytes),
        dyno_cell_i64(spark->input_bytes),
        dyno_cell_i64(spark->input_records),
        dyno_cell_i64(spark->output_bytes),
        dyno_cell_i64(spark->peak_memory_bytes),
        dyno_cell_f64(spark->task_max_ms),
        dyno_cell_f64(spark->task_median_ms),
        dyno_cell_f64(spark->skew_ratio),
    };
    return dyno_sql_run(statement, cells, COUNT_OF(cells), err);
}

static enum dyno_status put_counter(sqlite3_stmt *statement, int64_t trial_id,
                                    const struct dyno_store_trial *trial, size_t i,
                                    struct dyno_err *err)
{
    const struct dyno_store_counter *counter = &trial->counters[i];
    if (!isfinite(counter->value))
        return DYNO_OK;
    const struct dyno_cell cells[] = {
        dyno_cell_i64(trial_id),       dyno_cell_text(counter->source),
        dyno_cell_text(counter->name), dyno_cell_i64(counter->t_ns),
        dyno_cell_f64(counter->value),
    };
    return dyno_sql_run(statement, cells, COUNT_OF(cells), err);
}

static enum dyno_status put_gate(sqlite3_stmt *statement, int64_t trial_id,
                                 const struct dyno_store_trial *trial, size_t i,
                                 struct dyno_err *err)
{
    const struct dyno_store_gate *gate = &trial->gates[i];
    const struct dyno_cell cells[] = {
        dyno_cell_i64(trial_id),        dyno_cell_text(gate->name), dyno_cell_f64(gate->value),
        dyno_cell_f64(gate->limit),     dyno_cell_text(gate->unit), dyno_cell_i64(gate->is_fatal),
        dyno_cell_i64(gate->is_passed), dyno_cell_text(gate->text),
    };
    return dyno_sql_run(statement, cells, COUNT_OF(cells), err);
}

static enum dyno_status put_error(sqlite3_stmt *statement, int64_t trial_id,
                                  const struct dyno_store_trial *trial, size_t i,
                                  struct dyno_err *err)
{
    const struct dyno_store_error_sample *error = &trial->errors[i];
    const struct dyno_cell cells[] = {
        dyno_cell_i64(trial_id),         dyno_cell_i64(error->query), dyno_cell_i64(error->outcome),
        dyno_cell_text(error->sqlstate), dyno_cell_text(error->text),
    };
    return dyno_sql_run(statement, cells, COUNT_OF(cells), err);
}

static struct dyno_cell cell_or_null(int64_t value)
{
    return value >= 0 ? dyno_cell_i64(value) : dyno_cell_null();
}

static enum dyno_status put_warmup(sqlite3_stmt *statement, int64_t trial_id,
                                   const struct dyno_store_trial *trial, size_t i,
                                   struct dyno_err *err)
{
    const struct dyno_store_warmup *w = &trial->warmups[i];
    const struct dyno_cell cells[] = {
        dyno_cell_i64(trial_id),     dyno_cell_i64(w->query),     dyno_cell_i64(w->executions),
        dyno_cell_i64(w->truncated), dyno_cell_i64(w->is_steady), dyno_cell_f64(w->before_ns),
        dyno_cell_f64(w->after_ns),
    };
    return dyno_sql_run(statement, cells, COUNT_OF(cells), err);
}

static enum dyno_status put_histogram(sqlite3_stmt *statement, int64_t trial_id,
                                      const struct dyno_store_trial *trial, size_t i,
                                      struct dyno_err *err)
{
    const struct dyno_store_histogram *h = &trial->histograms[i];
    const struct dyno_cell cells[] = {
        dyno_cell_i64(trial_id),    dyno_cell_i64(h->query),
        dyno_cell_i64(h->outcome),  dyno_cell_text(h->kind),
        dyno_cell_i64(h->second),   dyno_cell_i64(h->count),
        dyno_cell_i64(h->overflow), cell_or_null(h->min_ns),
        cell_or_null(h->max_ns),    dyno_cell_blob(h->payload, h->payload_len),
    };
    return dyno_sql_run(statement, cells, COUNT_OF(cells), err);
}

static enum dyno_status put_share(sqlite3_stmt *statement, int64_t trial_id,
                                  const struct dyno_store_trial *trial, size_t i,
                                  struct dyno_err *err)
{
    const struct dyno_store_share *s = &trial->shares[i];
    const struct dyno_cell cells[] = {
        dyno_cell_i64(trial_id),           dyno_cell_i64(s->share),
        dyno_cell_text(s->host),           dyno_cell_text(s->kernel),
        dyno_cell_i64(s->epoch_wall_ms),   dyno_cell_i64(s->late_ns),
        dyno_cell_i64(s->clock_offset_us), dyno_cell_i64(s->clock_error_us),
        dyno_cell_i64(s->is_clock_synced), dyno_cell_i64(s->statements),
    };
    return dyno_sql_run(statement, cells, COUNT_OF(cells), err);
}

static enum dyno_status put_trial(sqlite3 *db, int64_t experiment_id,
                                  const struct dyno_store_trial *trial, struct dyno_err *err)
{
    char seed[32];
    char started[32];
    (void)snprintf(seed, sizeof seed, "%" PRIu64, trial->seed);
    dyno_wall_format(trial->epoch_wall_ms, started, sizeof started);
    bool has_block = trial->block >= 0;
    const struct dyno_cell cells[] = {
        dyno_cell_i64(experiment_id),
        dyno_cell_text(trial->role),
        has_block ? dyno_cell_i64(trial->block) : dyno_cell_null(),
        has_block ? dyno_cell_i64(trial->position) : dyno_cell_null(),
        dyno_cell_i64(trial->arm_id),
        dyno_cell_i64(trial->start_id),
        dyno_cell_text(trial->state),
        dyno_cell_text(trial->reason),
        dyno_cell_text(trial->tag),
        dyno_cell_text(seed),
        dyno_cell_text(started),
        dyno_cell_i64(trial->epoch_wall_ms),
        dyno_cell_i64(trial->measure_begin_ns),
        dyno_cell_i64(trial->measure_end_ns),
        dyno_cell_i64(trial->offered),
        dyno_cell_i64(trial->started),
        dyno_cell_i64(trial->completed),
        dyno_cell_i64(trial->failed),
        dyno_cell_i64(trial->censored),
        dyno_cell_i64(trial->joined),
        dyno_cell_i64(trial->is_valid),
        dyno_cell_i64(trial->generator_cpu_ns),
        dyno_cell_i64(trial->generator_rss_bytes),
        dyno_cell_text(trial->schedule_sha256),
    };
    sqlite3_stmt *statement = NULL;
    enum dyno_status status = dyno_sql_prepare(db, insert_trial, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_run(statement, cells, COUNT_OF(cells), err);
    (void)sqlite3_finalize(statement);
    return status;
}

static enum dyno_status put_rows(sqlite3 *db, const struct row_kind *kind, int64_t trial_id,
                                 const struct dyno_store_trial *trial, struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    enum dyno_status status = dyno_sql_prepare(db, kind->sql, &statement, err);
    for (size_t i = 0; status == DYNO_OK && i < kind->count; i++)
        status = kind->put(statement, trial_id, trial, i, err);
    (void)sqlite3_finalize(statement);
    return status;
}

enum dyno_status dyno_store_trial_add(struct dyno_store *store, int64_t experiment_id,
                                      const struct dyno_store_trial *trial, int64_t *id_out,
                                      struct dyno_err *err)
{
    const struct row_kind kinds[] = {
        {insert_record, trial->record_count, put_record},
        {insert_statement, trial->statement_count, put_statement},
        {dyno_insert_account, trial->account_count, dyno_put_account},
        {dyno_insert_stage, trial->stage_count, dyno_put_stage},
        {dyno_insert_finding, trial->finding_count, dyno_put_finding},
        {insert_counter, trial->counter_count, put_counter},
        {insert_gate, trial->gate_count, put_gate},
        {insert_error, trial->error_count, put_error},
        {insert_warmup, trial->warmup_count, put_warmup},
        {insert_histogram, trial->histogram_count, put_histogram},
        {insert_share, trial->share_count, put_share},
    };
    sqlite3 *db = dyno_store_handle(store);
    int64_t id = 0;
    *id_out = 0;
    enum dyno_status status = dyno_sql_begin(db, DYNO_DURABLE_PROCESS, err);
    if (status != DYNO_OK)
        return status;
    status = put_trial(db, experiment_id, trial, err);
    if (status == DYNO_OK)
        id = sqlite3_last_insert_rowid(db);
    for (size_t i = 0; status == DYNO_OK && i < COUNT_OF(kinds); i++)
        status = put_rows(db, &kinds[i], id, trial, err);
    if (status == DYNO_OK)
        status = dyno_store_sum_up(db, id, err);
    status = dyno_sql_end(db, status, err);
    if (status == DYNO_OK)
        *id_out = id;
    return status;
}
