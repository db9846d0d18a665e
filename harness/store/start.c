#include "base/clock.h"
#include "store/sql.h"
#include "store/store.h"

#include <inttypes.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum dyno_status dyno_store_start_add(struct dyno_store *store, int64_t experiment_id, int ordinal,
                                      int64_t arm_id, int64_t *id_out, struct dyno_err *err)
{
    char now[32];
    dyno_wall_format(dyno_wall_ms(), now, sizeof now);
    const struct dyno_cell cells[] = {
        dyno_cell_i64(experiment_id),
        dyno_cell_i64(ordinal),
        arm_id != 0 ? dyno_cell_i64(arm_id) : dyno_cell_null(),
        dyno_cell_text(now),
    };
    sqlite3 *db = dyno_store_handle(store);
    enum dyno_status status =
        dyno_sql_write(db, DYNO_DURABLE_PROCESS,
                       "INSERT INTO start (experiment_id, ordinal, arm_id, state, started_utc) "
                       "VALUES (?1, ?2, ?3, 'running', ?4)",
                       cells, COUNT_OF(cells), err);
    *id_out = status == DYNO_OK ? sqlite3_last_insert_rowid(db) : 0;
    return status;
}

enum dyno_status dyno_store_start_update(struct dyno_store *store, int64_t start_id,
                                         const struct dyno_store_start_state *state,
                                         struct dyno_err *err)
{
    char now[32];
    bool has_ended = strcmp(state->state, "running") != 0;
    dyno_wall_format(dyno_wall_ms(), now, sizeof now);
    const struct dyno_cell cells[] = {
        dyno_cell_i64(start_id),
        dyno_cell_text(state->state),
        dyno_cell_text(state->reason),
        dyno_cell_text_or_null(state->app_id),
        dyno_cell_text_or_null(state->spark_version),
        dyno_cell_f64(state->ready_ms),
        dyno_cell_f64(state->attach_ms),
        dyno_cell_f64(state->warmup_ms),
        dyno_cell_f64(state->reach_ms),
        dyno_cell_f64(state->proof_ms),
        dyno_cell_text(has_ended ? now : ""),
    };
    sqlite3 *db = dyno_store_handle(store);
    enum dyno_status status = dyno_sql_write(
        db, DYNO_DURABLE_POWER,
        "UPDATE start SET state = ?2, reason = ?3, app_id = coalesce(?4, app_id), "
        "spark_version = coalesce(?5, spark_version), ready_ms = coalesce(?6, ready_ms), "
        "attach_ms = coalesce(?7, attach_ms), warmup_ms = coalesce(?8, warmup_ms), "
        "reach_ms = coalesce(?9, reach_ms), proof_ms = coalesce(?10, proof_ms), ended_utc = ?11 "
        "WHERE id = ?1",
        cells, COUNT_OF(cells), err);
    if (status == DYNO_OK && sqlite3_changes(db) == 0)
        status = dyno_err_set(err, DYNO_ENOTFOUND, "there is no start %" PRId64, start_id);
    return status;
}

enum dyno_status dyno_store_settings_proved(struct dyno_store *store, int64_t start_id,
                                            int64_t arm_id, int64_t *count_out,
                                            struct dyno_err *err)
{
    const struct dyno_cell cells[] = {dyno_cell_i64(start_id), dyno_cell_i64(arm_id)};
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    *count_out = 0;
    enum dyno_status status = dyno_sql_select(
        dyno_store_handle(store),
        "SELECT count(*) FROM setting WHERE start_id = ?1 AND arm_id = ?2 AND is_applied = 1",
        cells, COUNT_OF(cells), &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (has_row)
        *count_out = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return status;
}

static enum dyno_status put_proof(sqlite3_stmt *statement, int64_t start_id, int64_t arm_id,
                                  const struct dyno_setting_proof *proof, struct dyno_err *err)
{
    const struct dyno_cell cells[] = {
        dyno_cell_i64(start_id),
        dyno_cell_i64(arm_id),
        dyno_cell_text(proof->key),
        dyno_cell_text(proof->scope == DYNO_SETTING_SESSION ? "session" : "static"),
        dyno_cell_text(proof->asked),
        dyno_cell_text_or_null(proof->applied),
        dyno_cell_text_or_null(proof->server_default),
        dyno_cell_text(proof->source),
        dyno_cell_i64(proof->is_applied),
        dyno_cell_text(proof->complaint),
    };
    return dyno_sql_run(statement, cells, COUNT_OF(cells), err);
}

enum dyno_status dyno_store_settings_put(struct dyno_store *store, int64_t start_id, int64_t arm_id,
                                         const struct dyno_setting_proof *proofs, size_t count,
                                         struct dyno_err *err)
{
    sqlite3 *db = dyno_store_handle(store);
    sqlite3_stmt *statement = NULL;
    enum dyno_status status = dyno_sql_begin(db, DYNO_DURABLE_PROCESS, err);
    if (status != DYNO_OK)
        return status;
    status = dyno_sql_prepare(
        db,
        "INSERT OR REPLACE INTO setting (start_id, arm_id, key, scope, asked, applied, "
        "server_default, source, is_applied, complaint) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &statement, err);
    for (size_t i = 0; status == DYNO_OK && i < count; i++)
        status = put_proof(statement, start_id, arm_id, &proofs[i], err);
    (void)sqlite3_finalize(statement);
    return dyno_sql_end(db, status, err);
}
