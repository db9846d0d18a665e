#include "store/history.h"

#include "base/clock.h"
#include "store/sql.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define NAME_MAX_BYTES  64

static const char insert_noise[] =
    "INSERT INTO noise (experiment_id, metric, query, blocks, starts, is_shared, log_ratio, sd, "
    "sd_within, sd_between, floor) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
static const char insert_disturbance[] =
    "INSERT INTO disturbance (experiment_id, metric, name, estimate, p, is_seen, text) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

enum dyno_status dyno_store_fingerprint_put(struct dyno_store *store, int64_t experiment_id,
                                            const struct dyno_store_fingerprint *fingerprint,
                                            struct dyno_err *err)
{
    const struct dyno_cell cells[] = {
        dyno_cell_i64(experiment_id),
        dyno_cell_text(fingerprint->workload),
        dyno_cell_text(fingerprint->load),
        dyno_cell_text(fingerprint->profile),
        dyno_cell_text(fingerprint->environment),
    };
    return dyno_sql_write(dyno_store_handle(store), DYNO_DURABLE_PROCESS,
                          "INSERT OR REPLACE INTO fingerprint (experiment_id, workload, load, "
                          "profile, environment) VALUES (?1, ?2, ?3, ?4, ?5)",
                          cells, COUNT_OF(cells), err);
}

static enum dyno_status insert_noises(sqlite3_stmt *statement, int64_t experiment_id,
                                      const struct dyno_store_noise *row, struct dyno_err *err)
{
    const struct dyno_cell cells[] = {
        dyno_cell_i64(experiment_id),   dyno_cell_text(row->metric), dyno_cell_i64(row->query),
        dyno_cell_i64(row->blocks),     dyno_cell_i64(row->starts),  dyno_cell_i64(row->is_shared),
        dyno_cell_f64(row->log_ratio),  dyno_cell_f64(row->sd),      dyno_cell_f64(row->sd_within),
        dyno_cell_f64(row->sd_between), dyno_cell_f64(row->floor),
    };
    return dyno_sql_run(statement, cells, COUNT_OF(cells), err);
}

enum dyno_status dyno_store_noise_put(struct dyno_store *store, int64_t experiment_id,
                                      const struct dyno_store_noise *rows, size_t count,
                                      struct dyno_err *err)
{
    sqlite3 *db = dyno_store_handle(store);
    sqlite3_stmt *statement = NULL;
    const struct dyno_cell id = dyno_cell_i64(experiment_id);
    enum dyno_status status = dyno_sql_begin(db, DYNO_DURABLE_POWER, err);
    if (status != DYNO_OK)
        return status;
    status = dyno_sql_once(db, "DELETE FROM noise WHERE experiment_id = ?1", &id, 1, err);
    if (status == DYNO_OK)
        status = dyno_sql_prepare(db, insert_noise, &statement, err);
    for (size_t i = 0; status == DYNO_OK && i < count; i++)
        status = insert_noises(statement, experiment_id, &rows[i], err);
    (void)sqlite3_finalize(statement);
    return dyno_sql_end(db, status, err);
}

enum dyno_status dyno_store_disturbances_put(struct dyno_store *store, int64_t experiment_id,
                                             const struct dyno_store_disturbance *rows,
                                             size_t count, struct dyno_err *err)
{
    sqlite3 *db = dyno_store_handle(store);
    sqlite3_stmt *statement = NULL;
    const struct dyno_cell id = dyno_cell_i64(experiment_id);
    enum dyno_status status = dyno_sql_begin(db, DYNO_DURABLE_POWER, err);
    if (status != DYNO_OK)
        return status;
    status = dyno_sql_once(db, "DELETE FROM disturbance WHERE experiment_id = ?1", &id, 1, err);
    if (status == DYNO_OK)
        status = dyno_sql_prepare(db, insert_disturbance, &statement, err);
    for (size_t i = 0; status == DYNO_OK && i < count; i++) {
        const struct dyno_cell cells[] = {
            dyno_cell_i64(experiment_id), dyno_cell_text(rows[i].metric),
            dyno_cell_text(rows[i].name), dyno_cell_f64(rows[i].estimate),
            dyno_cell_f64(rows[i].p),     dyno_cell_i64(rows[i].is_seen),
            dyno_cell_text(rows[i].text),
        };
        status = dyno_sql_run(statement, cells, COUNT_OF(cells), err);
    }
    (void)sqlite3_finalize(statement);
    return dyno_sql_end(db, status, err);
}

static bool is_name(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t len = strlen(name);
    return len > 0 && len <= NAME_MAX_BYTES && strspn(name, allowed) == len;
}

enum dyno_status dyno_store_baseline_set(struct dyno_store *store, const char *name,
                                         int64_t experiment_id, struct dyno_err *err)
{
    char now[32];
    dyno_wall_format(dyno_wall_ms(), now, sizeof now);
    if (!is_name(name))
        return dyno_err_set(err, DYNO_EINPUT,
                            "baseline '%s': a name holds letters, digits, '_', '.' and '-', up to "
                            "%d of them",
                            name, NAME_MAX_BYTES);
    const struct dyno_cell cells[] = {dyno_cell_text(name), dyno_cell_i64(experiment_id),
                                      dyno_cell_text(now)};
    return dyno_sql_write(dyno_store_handle(store), DYNO_DURABLE_POWER,
                          "INSERT OR REPLACE INTO baseline (name, experiment_id, set_utc) "
                          "VALUES (?1, ?2, ?3)",
                          cells, COUNT_OF(cells), err);
}

enum dyno_status dyno_store_baseline_remove(struct dyno_store *store, const char *name,
                                            struct dyno_err *err)
{
    sqlite3 *db = dyno_store_handle(store);
    struct dyno_cell cell = dyno_cell_text(name);
    enum dyno_status status = dyno_sql_write(db, DYNO_DURABLE_POWER,
                                             "DELETE FROM baseline WHERE name = ?1", &cell, 1, err);
    if (status == DYNO_OK && sqlite3_changes(db) == 0)
        status = dyno_err_set(err, DYNO_ENOTFOUND, "there is no baseline '%s'", name);
    return status;
}

enum dyno_status dyno_store_baseline_find(struct dyno_store *store, const char *name,
                                          int64_t *experiment_id_out, struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    struct dyno_cell cell = dyno_cell_text(name);
    enum dyno_status status = dyno_sql_select(dyno_store_handle(store),
                                              "SELECT experiment_id FROM baseline WHERE name = ?1",
                                              &cell, 1, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && has_row)
        *experiment_id_out = sqlite3_column_int64(statement, 0);
    else if (status == DYNO_OK)
        status = dyno_err_set(err, DYNO_ENOTFOUND, "there is no baseline '%s'", name);
    (void)sqlite3_finalize(statement);
    return status;
}
