#include "decide/fingerprint.h"

#include "base/json.h"
#include "base/str.h"
#include "store/history.h"
#include "store/sql.h"

#include <inttypes.h>
#include <string.h>

#define TEXT_MAX ((size_t)1024 * 1024)

/* In an order of our own; a fact that is not there leaves nothing. */
static const char select_environment[] =
    "SELECT topic, name, value FROM fact WHERE experiment_id = ?1 AND ("
    "(topic = 'host' AND name IN ('system', 'cpu', 'cores', 'memory', 'cpu_limit', "
    "'virtualisation')) OR "
    "(topic = 'spark' AND name IN ('version', 'java', 'kind', 'cores', 'workers', 'server', "
    "'driver memory unless a profile says otherwise')) OR "
    "(topic = 'driver' AND name IN ('target', 'driver', 'driver manager', 'server version', "
    "'rows per fetch'))) ORDER BY topic, name";

static void hash(const struct dyno_str *text, char out[DYNO_SHA256_TEXT_BYTES])
{
    dyno_sha256_hex(dyno_str_text(text), text->len, out);
}

static void hash_load(const cJSON *plan, char out[DYNO_SHA256_TEXT_BYTES])
{
    const cJSON *load = cJSON_GetObjectItemCaseSensitive(plan, "load");
    char *json = load != NULL ? cJSON_PrintUnformatted(load) : NULL;
    struct dyno_str text;
    dyno_str_init(&text, TEXT_MAX);
    dyno_str_append(&text, json != NULL ? json : "");
    dyno_str_append(&text, dyno_json_string_or(plan, "target", ""));
    hash(&text, out);
    dyno_str_deinit(&text);
    cJSON_free(json);
}

static void copy(char out[DYNO_SHA256_TEXT_BYTES], const char *text)
{
    size_t len = strlen(text);
    if (len >= DYNO_SHA256_TEXT_BYTES)
        len = DYNO_SHA256_TEXT_BYTES - 1;
    memcpy(out, text, len);
    out[len] = '\0';
}

enum dyno_status dyno_fingerprint_of_plan(const char *plan_json, struct dyno_fingerprint *out,
                                          struct dyno_err *err)
{
    cJSON *plan = NULL;
    memset(out, 0, sizeof *out);
    enum dyno_status status = dyno_json_parse(plan_json, strlen(plan_json), "plan", &plan, err);
    if (status != DYNO_OK)
        return status;
    const cJSON *arms = cJSON_GetObjectItemCaseSensitive(plan, "arms");
    const cJSON *workload = cJSON_GetObjectItemCaseSensitive(plan, "workload");
    copy(out->workload, dyno_json_string_or(workload, "sha256", ""));
    copy(out->profile, dyno_json_string_or(cJSON_GetArrayItem(arms, 0), "sha256", ""));
    hash_load(plan, out->load);
    cJSON_Delete(plan);
    return DYNO_OK;
}

static enum dyno_status hash_environment(sqlite3 *db, int64_t id, char out[DYNO_SHA256_TEXT_BYTES],
                                         struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = true;
    struct dyno_cell cell = dyno_cell_i64(id);
    struct dyno_str text;
    dyno_str_init(&text, TEXT_MAX);
    enum dyno_status status = dyno_sql_select(db, select_environment, &cell, 1, &statement, err);
    while (status == DYNO_OK && has_row) {
        status = dyno_sql_next(statement, &has_row, err);
        for (int column = 0; status == DYNO_OK && has_row && column < 3; column++) {
            dyno_str_append(&text, (const char *)sqlite3_column_text(statement, column));
            dyno_str_append_char(&text, '\n');
        }
    }
    (void)sqlite3_finalize(statement);
    hash(&text, out);
    dyno_str_deinit(&text);
    return status;
}

enum dyno_status dyno_fingerprint_make(struct dyno_store *store, int64_t experiment_id,
                                       struct dyno_fingerprint *out, struct dyno_err *err)
{
    sqlite3 *db = dyno_store_handle(store);
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    struct dyno_cell cell = dyno_cell_i64(experiment_id);
    enum dyno_status status = dyno_sql_select(db, "SELECT plan_json FROM experiment WHERE id = ?1",
                                              &cell, 1, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && !has_row)
        status =
            dyno_err_set(err, DYNO_ENOTFOUND, "there is no experiment %" PRId64, experiment_id);
    if (status == DYNO_OK)
        status =
            dyno_fingerprint_of_plan((const char *)sqlite3_column_text(statement, 0), out, err);
    (void)sqlite3_finalize(statement);
    if (status == DYNO_OK)
        status = hash_environment(db, experiment_id, out->environment, err);
    return status;
}

enum dyno_status dyno_fingerprint_record(struct dyno_store *store, int64_t experiment_id,
                                         struct dyno_fingerprint *out, struct dyno_err *err)
{
    enum dyno_status status = dyno_fingerprint_make(store, experiment_id, out, err);
    const struct dyno_store_fingerprint row = {.workload = out->workload,
                                               .load = out->load,
                                               .profile = out->profile,
                                               .environment = out->environment};
    return status == DYNO_OK ? dyno_store_fingerprint_put(store, experiment_id, &row, err) : status;
}

const char *dyno_fingerprint_diff(const struct dyno_fingerprint *a,
                                  const struct dyno_fingerprint *b)
{
    if (strcmp(a->workload, b->workload) != 0)
        return "workload";
    if (strcmp(a->load, b->load) != 0)
        return "load";
    if (strcmp(a->profile, b->profile) != 0)
        return "profile";
    return strcmp(a->environment, b->environment) != 0 ? "environment" : NULL;
}
