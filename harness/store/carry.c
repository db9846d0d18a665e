#include "store/carry.h"

#include "base/alloc.h"
#include "base/json.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The machine that wrote the plan does not run the load. */
#define PLANNED_ON "CASE topic WHEN 'host' THEN 'planned on' ELSE topic END"

static const char select_all[] =
    "SELECT json_object('kind', e.kind, 'name', e.name, 'seed', e.seed, 'margin', e.margin, "
    "'blocks', e.blocks_planned, 'starts', e.starts_planned, 'plan', e.plan_json, "
    "'facts', (SELECT json_group_array(json_array(" PLANNED_ON ", name, value)) "
    "FROM fact WHERE experiment_id = e.id), "
    "'arm', (SELECT json_array(role, name, comment, sha256) FROM arm WHERE experiment_id = e.id), "
    "'queries', (SELECT json_group_array(json_array(ordinal, name, sql, weight)) FROM query "
    "WHERE experiment_id = e.id), "
    "'start', (SELECT json_array(app_id, spark_version, reach_ms, proof_ms, attach_ms, started_utc) "
    "FROM start WHERE experiment_id = e.id), "
    "'settings', (SELECT json_group_array(json_array(key, scope, asked, applied, server_default, "
    "source, is_applied, complaint)) FROM setting s JOIN start t ON t.id = s.start_id "
    "WHERE t.experiment_id = e.id), "
    "'warnings', (SELECT json_group_array(json_array(code, text)) FROM warning "
    "WHERE experiment_id = e.id)) FROM experiment e WHERE e.id = ?1";

/* ?1 experiment, ?2 the text, ?3 arm, ?4 start. */
static const char insert_arm[] =
    "INSERT INTO arm (experiment_id, ordinal, role, name, comment, sha256) SELECT ?1, 0, "
    "json_extract(?2, '$.arm[0]'), json_extract(?2, '$.arm[1]'), json_extract(?2, '$.arm[2]'), "
    "json_extract(?2, '$.arm[3]')";
static const char insert_start[] =
    "INSERT INTO start (experiment_id, ordinal, arm_id, state, app_id, spark_version, reach_ms, "
    "proof_ms, attach_ms, started_utc, ended_utc) SELECT ?1, 0, ?3, 'stopped', "
    "json_extract(?2, '$.start[0]'), json_extract(?2, '$.start[1]'), json_extract(?2, '$.start[2]'), "
    "json_extract(?2, '$.start[3]'), json_extract(?2, '$.start[4]'), "
    "json_extract(?2, '$.start[5]'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
static const char *const insert_lists[] = {
    "INSERT INTO fact (experiment_id, topic, name, value) SELECT ?1, json_extract(value, '$[0]'), "
    "json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(?2, '$.facts')",
    "INSERT INTO query (experiment_id, ordinal, name, sql, weight) SELECT ?1, "
    "json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), "
    "json_extract(value, '$[3]') FROM json_each(?2, '$.queries')",
    "INSERT INTO setting (start_id, arm_id, key, scope, asked, applied, server_default, source, "
    "is_applied, complaint) SELECT ?4, ?3, json_extract(value, '$[0]'), "
    "json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), "
    "json_extract(value, '$[4]'), json_extract(value, '$[5]'), json_extract(value, '$[6]'), "
    "json_extract(value, '$[7]') FROM json_each(?2, '$.settings')",
    "INSERT INTO warning (experiment_id, code, text) SELECT ?1, json_extract(value, '$[0]'), "
    "json_extract(value, '$[1]') FROM json_each(?2, '$.warnings')"};

enum dyno_status dyno_store_carry_out(struct dyno_store *store, int64_t experiment_id, char **out,
                                      struct dyno_err *err)
{
    const struct dyno_cell cell = dyno_cell_i64(experiment_id);
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    enum dyno_status status =
        dyno_sql_select(dyno_store_handle(store), select_all, &cell, 1, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && !has_row)
        status = dyno_err_set(err, DYNO_ENOTFOUND, "there is no experiment to be carried");
    if (status == DYNO_OK)
        *out = dyno_xstrdup((const char *)sqlite3_column_text(statement, 0));
    (void)sqlite3_finalize(statement);
    return status;
}

static enum dyno_status run_one(sqlite3 *db, const char *sql, const struct dyno_cell *cells,
                                struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    enum dyno_status status = dyno_sql_prepare(db, sql, &statement, err);
    size_t count = status == DYNO_OK ? (size_t)sqlite3_bind_parameter_count(statement) : 0;
    if (status == DYNO_OK)
        status = dyno_sql_run(statement, cells, count, err);
    (void)sqlite3_finalize(statement);
    return status;
}

static enum dyno_status put_parts(sqlite3 *db, const char *text, struct dyno_store_carried *ids,
                                  struct dyno_err *err)
{
    struct dyno_cell cells[] = {dyno_cell_i64(ids->experiment_id), dyno_cell_text(text),
                                dyno_cell_null(), dyno_cell_null()};
    enum dyno_status status = run_one(db, insert_arm, cells, err);
    ids->arm_id = sqlite3_last_insert_rowid(db);
    cells[2] = dyno_cell_i64(ids->arm_id);
    if (status == DYNO_OK)
        status = run_one(db, insert_start, cells, err);
    ids->start_id = sqlite3_last_insert_rowid(db);
    cells[3] = dyno_cell_i64(ids->start_id);
    for (size_t i = 0; status == DYNO_OK && i < COUNT_OF(insert_lists); i++)
        status = run_one(db, insert_lists[i], cells, err);
    return status;
}

static enum dyno_status add_experiment(struct dyno_store *store, const cJSON *json, int64_t *id_out,
                                       struct dyno_err *err)
{
    const char *seed = "";
    struct dyno_store_experiment row = {.margin = dyno_json_f64_or(json, "margin", 0),
                                        .blocks_planned = (int)dyno_json_i64_or(json, "blocks", 1),
                                        .starts_planned = (int)dyno_json_i64_or(json, "starts", 1),
                                        .is_shared = true};
    enum dyno_status status = dyno_json_string(json, "kind", &row.kind, err);
    if (status == DYNO_OK)
        status = dyno_json_string(json, "name", &row.name, err);
    if (status == DYNO_OK)
        status = dyno_json_string(json, "plan", &row.plan_json, err);
    if (status == DYNO_OK)
        status = dyno_json_string(json, "seed", &seed, err);
    row.seed = strtoull(seed, NULL, 10);
    return status == DYNO_OK ? dyno_store_experiment_add(store, &row, id_out, err) : status;
}

/* The rest of an experiment that was begun and cannot be completed. */
static void forget(sqlite3 *db, int64_t experiment_id)
{
    const struct dyno_cell cell = dyno_cell_i64(experiment_id);
    enum dyno_status status = dyno_sql_write(
        db, DYNO_DURABLE_PROCESS, "DELETE FROM experiment WHERE id = ?1", &cell, 1, NULL);
    (void)status; /* the first failure is the one to tell of */
}

enum dyno_status dyno_store_carry_in(struct dyno_store *store, const char *text,
                                     struct dyno_store_carried *out, struct dyno_err *err)
{
    sqlite3 *db = dyno_store_handle(store);
    struct dyno_store_carried ids = {.experiment_id = 0};
    cJSON *json = NULL;
    enum dyno_status status = dyno_json_parse(text, strlen(text), "'experiment'", &json, err);
    if (status != DYNO_OK)
        return status;
    ids.setting_count = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(json, "settings"));
    status = add_experiment(store, json, &ids.experiment_id, err);
    cJSON_Delete(json);
    if (status != DYNO_OK)
        return status;
    status = dyno_sql_begin(db, DYNO_DURABLE_PROCESS, err);
    if (status == DYNO_OK)
        status = dyno_sql_end(db, put_parts(db, text, &ids, err), err);
    if (status == DYNO_EINTERNAL) /* a constraint: not what we wrote */
        status =
            dyno_err_set(err, DYNO_EINPUT, "'experiment' is not one that was written for this");
    if (status != DYNO_OK)
        forget(db, ids.experiment_id);
    else
        *out = ids;
    return status;
}

enum dyno_status dyno_store_find_trial(struct dyno_store *store, const char *tag,
                                       int64_t epoch_wall_ms, int64_t *experiment_id_out,
                                       struct dyno_err *err)
{
    const struct dyno_cell cells[] = {dyno_cell_text(tag), dyno_cell_i64(epoch_wall_ms)};
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    enum dyno_status status = dyno_sql_select(
        dyno_store_handle(store),
        "SELECT experiment_id FROM trial WHERE tag = ?1 AND epoch_wall_ms = ?2 LIMIT 1", cells,
        COUNT_OF(cells), &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    *experiment_id_out = has_row ? sqlite3_column_int64(statement, 0) : 0;
    (void)sqlite3_finalize(statement);
    return status;
}
