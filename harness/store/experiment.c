#include "base/clock.h"
#include "base/process.h"
#include "base/sha256.h"
#include "store/sql.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char insert_experiment[] =
    "INSERT INTO experiment (kind, name, state, seed, margin, blocks_planned, starts_planned, "
    "is_shared, plan_json, plan_sha256, tool_version, created_utc, owner_pid, owner_ticks, "
    "primary_metrics, is_early_stop) "
    "VALUES (?1, ?2, 'running', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";

enum dyno_status dyno_store_experiment_add(struct dyno_store *store,
                                           const struct dyno_store_experiment *experiment,
                                           int64_t *id_out, struct dyno_err *err)
{
    const char *plan = experiment->plan_json != NULL ? experiment->plan_json : "";
    char seed[32];
    char ticks[32];
    char now[32];
    char digest[DYNO_SHA256_TEXT_BYTES];
    (void)snprintf(seed, sizeof seed, "%" PRIu64, experiment->seed);
    (void)snprintf(ticks, sizeof ticks, "%" PRIu64, dyno_process_start_ticks(getpid()));
    dyno_wall_format(dyno_wall_ms(), now, sizeof now);
    dyno_sha256_hex(plan, strlen(plan), digest);
    const struct dyno_cell cells[] = {
        dyno_cell_text(experiment->kind),
        dyno_cell_text(experiment->name),
        dyno_cell_text(seed),
        dyno_cell_f64(experiment->margin),
        dyno_cell_i64(experiment->blocks_planned),
        dyno_cell_i64(experiment->starts_planned),
        dyno_cell_i64(experiment->is_shared),
        dyno_cell_text(plan),
        dyno_cell_text(digest),
        dyno_cell_text(DYNO_TOOL_VERSION),
        dyno_cell_text(now),
        dyno_cell_i64(getpid()),
        dyno_cell_text(ticks),
        dyno_cell_text(experiment->primary_metrics),
        dyno_cell_i64(experiment->is_early_stop),
    };
    sqlite3 *db = dyno_store_handle(store);
    enum dyno_status status =
        dyno_sql_write(db, DYNO_DURABLE_POWER, insert_experiment, cells, COUNT_OF(cells), err);
    *id_out = status == DYNO_OK ? sqlite3_last_insert_rowid(db) : 0;
    return status;
}

enum dyno_status dyno_store_experiment_finish(struct dyno_store *store, int64_t id,
                                              const char *state, const char *reason,
                                              struct dyno_err *err)
{
    char now[32];
    dyno_wall_format(dyno_wall_ms(), now, sizeof now);
    const struct dyno_cell cells[] = {
        dyno_cell_i64(id),
        dyno_cell_text(state),
        dyno_cell_text(reason),
        dyno_cell_text(now),
    };
    sqlite3 *db = dyno_store_handle(store);
    enum dyno_status status = dyno_sql_write(
        db, DYNO_DURABLE_POWER,
        "UPDATE experiment SET state = ?2, reason = ?3, finished_utc = ?4 WHERE id = ?1", cells,
        COUNT_OF(cells), err);
    if (status == DYNO_OK && sqlite3_changes(db) == 0)
        status = dyno_err_set(err, DYNO_ENOTFOUND, "there is no experiment %" PRId64, id);
    return status;
}

enum dyno_status dyno_store_fact_put(struct dyno_store *store, int64_t experiment_id,
                                     const char *topic, const char *name, const char *value,
                                     struct dyno_err *err)
{
    const struct dyno_cell cells[] = {
        dyno_cell_i64(experiment_id),
        dyno_cell_text(topic),
        dyno_cell_text(name),
        dyno_cell_text(value),
    };
    return dyno_sql_write(dyno_store_handle(store), DYNO_DURABLE_PROCESS,
                          "INSERT OR REPLACE INTO fact (experiment_id, topic, name, value) "
                          "VALUES (?1, ?2, ?3, ?4)",
                          cells, COUNT_OF(cells), err);
}

enum dyno_status dyno_store_arm_add(struct dyno_store *store, int64_t experiment_id,
                                    const struct dyno_store_arm *arm, int64_t *id_out,
                                    struct dyno_err *err)
{
    const struct dyno_cell cells[] = {
        dyno_cell_i64(experiment_id), dyno_cell_i64(arm->ordinal),  dyno_cell_text(arm->role),
        dyno_cell_text(arm->name),    dyno_cell_text(arm->comment), dyno_cell_text(arm->sha256),
    };
    sqlite3 *db = dyno_store_handle(store);
    enum dyno_status status =
        dyno_sql_write(db, DYNO_DURABLE_PROCESS,
                       "INSERT INTO arm (experiment_id, ordinal, role, name, comment, sha256) "
                       "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                       cells, COUNT_OF(cells), err);
    *id_out = status == DYNO_OK ? sqlite3_last_insert_rowid(db) : 0;
    return status;
}

enum dyno_status dyno_store_query_add(struct dyno_store *store, int64_t experiment_id, int ordinal,
                                      const char *name, const char *sql, double weight,
                                      struct dyno_err *err)
{
    const struct dyno_cell cells[] = {
        dyno_cell_i64(experiment_id), dyno_cell_i64(ordinal), dyno_cell_text(name),
        dyno_cell_text(sql),          dyno_cell_f64(weight),
    };
    return dyno_sql_write(dyno_store_handle(store), DYNO_DURABLE_PROCESS,
                          "INSERT INTO query (experiment_id, ordinal, name, sql, weight) "
                          "VALUES (?1, ?2, ?3, ?4, ?5)",
                          cells, COUNT_OF(cells), err);
}

enum dyno_status dyno_store_plan_put(struct dyno_store *store, int64_t experiment_id,
                                     int64_t arm_id, int query, int64_t execution_id,
                                     const char *text, struct dyno_err *err)
{
    const struct dyno_cell cells[] = {
        dyno_cell_i64(experiment_id), dyno_cell_i64(arm_id), dyno_cell_i64(query),
        dyno_cell_i64(execution_id),  dyno_cell_text(text),
    };
    return dyno_sql_write(
        dyno_store_handle(store), DYNO_DURABLE_PROCESS,
        "INSERT OR REPLACE INTO plan (experiment_id, arm_id, query, execution_id, text) "
        "VALUES (?1, ?2, ?3, ?4, ?5)",
        cells, COUNT_OF(cells), err);
}

enum dyno_status dyno_store_warning_add(struct dyno_store *store, int64_t experiment_id,
                                        int64_t trial_id, const char *code, const char *text,
                                        struct dyno_err *err)
{
    const struct dyno_cell cells[] = {
        dyno_cell_i64(experiment_id),
        trial_id != 0 ? dyno_cell_i64(trial_id) : dyno_cell_null(),
        dyno_cell_text(code),
        dyno_cell_text(text),
    };
    return dyno_sql_write(dyno_store_handle(store), DYNO_DURABLE_PROCESS,
                          "INSERT INTO warning (experiment_id, trial_id, code, text) "
                          "VALUES (?1, ?2, ?3, ?4)",
                          cells, COUNT_OF(cells), err);
}
