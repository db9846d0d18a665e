#include "store/capacity.h"

#include "store/sql.h"

enum dyno_status dyno_store_step_add(struct dyno_store *store, int64_t trial_id,
                                     const struct dyno_store_step *step, struct dyno_err *err)
{
    const struct dyno_cell cells[] = {
        dyno_cell_i64(trial_id),         dyno_cell_i64(step->restart),
        dyno_cell_text(step->purpose),   dyno_cell_i64(step->sessions),
        dyno_cell_f64(step->rate_per_s), dyno_cell_i64(step->window_ns),
    };
    return dyno_sql_write(dyno_store_handle(store), DYNO_DURABLE_PROCESS,
                          "INSERT INTO step (trial_id, restart, purpose, sessions, rate_per_s, "
                          "window_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                          cells, 6, err);
}

enum dyno_status dyno_store_capacity_put(struct dyno_store *store, int64_t experiment_id,
                                         const char *document, struct dyno_err *err)
{
    const struct dyno_cell cells[] = {dyno_cell_i64(experiment_id), dyno_cell_text(document)};
    return dyno_sql_write(
        dyno_store_handle(store), DYNO_DURABLE_POWER,
        "INSERT OR REPLACE INTO capacity (experiment_id, document) VALUES (?1, ?2)", cells, 2, err);
}

enum dyno_status dyno_store_last_trial(struct dyno_store *store, int64_t experiment_id,
                                       int64_t *id_out, struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    struct dyno_cell cell = dyno_cell_i64(experiment_id);
    *id_out = 0;
    enum dyno_status status =
        dyno_sql_select(dyno_store_handle(store),
                        "SELECT max(id) FROM trial WHERE experiment_id = ?1 AND role = 'measure'",
                        &cell, 1, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && has_row)
        *id_out = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return status;
}
