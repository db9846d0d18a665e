#include "plan/trial_plan.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "target/config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PLAN_BYTES ((size_t)64 * 1024 * 1024)
#define MAX_SEED       (INT64_C(1) << 53)

static cJSON *settings_to_json(const struct dyno_setting *settings, size_t count)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < count; i++) {
        cJSON *json = cJSON_CreateObject();
        dyno_json_add_string(json, "key", settings[i].key);
        dyno_json_add_string(json, "value", settings[i].value);
        cJSON_AddItemToArray(array, json);
    }
    return array;
}

static cJSON *queries_to_json(const struct dyno_trial_query *queries, size_t count)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < count; i++) {
        cJSON *json = cJSON_CreateObject();
        dyno_json_add_string(json, "name", queries[i].name);
        dyno_json_add_string(json, "sql", queries[i].sql);
        dyno_json_add_f64(json, "weight", queries[i].weight);
        dyno_json_add_i64(json, "max_rows", queries[i].max_rows);
        cJSON_AddItemToArray(array, json);
    }
    return array;
}

static enum dyno_status check_tag(const char *tag, struct dyno_err *err)
{
    size_t len = tag == NULL ? 0 : strlen(tag);
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)tag[i]) && strchr("_.-", tag[i]) == NULL)
            len = 0;
    if (len == 0)
        return dyno_err_set(err, DYNO_EINPUT,
                            "'tag': letters, digits, '_', '.' and '-' only, at least one");
    return DYNO_OK;
}

enum dyno_status dyno_trial_plan_write(const struct dyno_trial_plan *plan, const char *path,
                                       struct dyno_err *err)
{
    enum dyno_status status = check_tag(plan->tag, err);
    if (status != DYNO_OK)
        return status;
    cJSON *json = cJSON_CreateObject();
    dyno_json_add_i64(json, "version", DYNO_TRIAL_PLAN_VERSION);
    dyno_json_add_string(json, "tag", plan->tag);
    dyno_json_add_i64(json, "seed", (int64_t)plan->seed);
    cJSON_AddBoolToObject(json, "is_warmup", plan->is_warmup);
    cJSON_AddBoolToObject(json, "want_checksum", plan->want_checksum);
    cJSON_AddItemToObject(json, "target", dyno_target_config_to_json(&plan->target));
    cJSON_AddItemToObject(json, "load", dyno_load_shape_to_json(&plan->load));
    cJSON_AddItemToObject(json, "settings", settings_to_json(plan->settings, plan->setting_count));
    cJSON_AddItemToObject(json, "queries", queries_to_json(plan->queries, plan->query_count));
    if (plan->load.arrival == DYNO_ARRIVAL_REPLAY)
        cJSON_AddItemToObject(json, "replay", dyno_replay_to_json(&plan->replay));
    if (plan->carried != NULL)
        cJSON_AddItemToObject(json, "experiment", cJSON_Parse(plan->carried));
    char *text = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    if (text == NULL)
        return dyno_err_set(err, DYNO_EINTERNAL, "cannot print the trial plan '%s'", path);
    status = dyno_file_write_private(path, text, strlen(text), err);
    cJSON_free(text);
    return status;
}

/* One member of a JSON object that goes to a place in a struct. The first failure sticks, so that a
 * run of fields is checked once at its end. */
struct fields {
    const cJSON *object;
    enum dyno_status status;
    struct dyno_err *err;
};

static const char *read_string(struct fields *f, const char *key)
{
    const char *text = NULL;
    if (f->status == DYNO_OK)
        f->status = dyno_json_string(f->object, key, &text, f->err);
    return text;
}

static char *copy_string(struct fields *f, const char *key)
{
    return dyno_xstrdup(read_string(f, key));
}

static int64_t read_i64(struct fields *f, const char *key, int64_t min, int64_t max)
{
    int64_t value = 0;
    if (f->status == DYNO_OK)
        f->status = dyno_json_i64(f->object, key, &value, f->err);
    if (f->status == DYNO_OK && (value < min || value > max))
        f->status = dyno_err_set(f->err, DYNO_EINPUT, "'%s' is out of range", key);
    return value;
}

static double read_f64(struct fields *f, const char *key)
{
    double value = 0;
    if (f->status == DYNO_OK)
        f->status = dyno_json_f64(f->object, key, &value, f->err);
    return value;
}

static bool read_bool(struct fields *f, const char *key)
{
    bool value = false;
    if (f->status == DYNO_OK)
        f->status = dyno_json_bool(f->object, key, &value, f->err);
    return value;
}

static enum dyno_status read_settings(const cJSON *array, struct dyno_trial_plan *plan,
                                      struct dyno_err *err)
{
    plan->setting_count = (size_t)cJSON_GetArraySize(array);
    plan->settings = dyno_xcalloc(plan->setting_count + 1, sizeof *plan->settings);
    for (size_t i = 0; i < plan->setting_count; i++) {
        struct fields f = {
            .object = cJSON_GetArrayItem(array, (int)i), .status = DYNO_OK, .err = err};
        plan->settings[i].key = copy_string(&f, "key");
        plan->settings[i].value = copy_string(&f, "value");
        if (f.status != DYNO_OK) {
            (void)dyno_err_prepend(err, "settings[%zu]", i);
            return f.status;
        }
    }
    return DYNO_OK;
}

static enum dyno_status read_query(const cJSON *json, struct dyno_trial_query *out,
                                   struct dyno_err *err)
{
    struct fields f = {.object = json, .status = DYNO_OK, .err = err};
    out->name = copy_string(&f, "name");
    out->sql = copy_string(&f, "sql");
    out->weight = read_f64(&f, "weight");
    out->max_rows = read_i64(&f, "max_rows", 0, INT64_MAX);
    if (f.status == DYNO_OK && !(out->weight > 0))
        return dyno_err_set(err, DYNO_EINPUT, "'weight' is not over 0");
    return f.status;
}

static enum dyno_status read_queries(const cJSON *array, struct dyno_trial_plan *plan,
                                     struct dyno_err *err)
{
    plan->query_count = (size_t)cJSON_GetArraySize(array);
    plan->queries = dyno_xcalloc(plan->query_count + 1, sizeof *plan->queries);
    for (size_t i = 0; i < plan->query_count; i++) {
        enum dyno_status status =
            read_query(cJSON_GetArrayItem(array, (int)i), &plan->queries[i], err);
        if (status != DYNO_OK) {
            (void)dyno_err_prepend(err, "queries[%zu]", i);
            return status;
        }
    }
    if (plan->query_count == 0)
        return dyno_err_set(err, DYNO_EINPUT, "'queries' is empty");
    return DYNO_OK;
}

static enum dyno_status read_lists(const cJSON *json, struct dyno_trial_plan *plan,
                                   struct dyno_err *err)
{
    const cJSON *settings = NULL;
    const cJSON *queries = NULL;
    enum dyno_status status = dyno_json_array(json, "settings", &settings, err);
    if (status == DYNO_OK)
        status = dyno_json_array(json, "queries", &queries, err);
    if (status == DYNO_OK)
        status = read_settings(settings, plan, err);
    if (status == DYNO_OK)
        status = read_queries(queries, plan, err);
    if (status == DYNO_OK && plan->load.arrival == DYNO_ARRIVAL_REPLAY) {
        status = dyno_replay_from_json(cJSON_GetObjectItemCaseSensitive(json, "replay"),
                                       plan->query_count, plan->load.sessions, &plan->replay, err);
        if (status != DYNO_OK)
            (void)dyno_err_prepend(err, "'replay'");
    }
    return status;
}

static enum dyno_status read_part(enum dyno_status status, const char *name, struct dyno_err *err)
{
    if (status != DYNO_OK)
        (void)dyno_err_prepend(err, "'%s'", name);
    return status;
}

static enum dyno_status read_plan(const cJSON *json, struct dyno_trial_plan *plan,
                                  struct dyno_err *err)
{
    struct fields f = {.object = json, .status = DYNO_OK, .err = err};
    int64_t version = read_i64(&f, "version", 0, INT64_MAX);
    if (f.status == DYNO_OK && version != DYNO_TRIAL_PLAN_VERSION)
        return dyno_err_set(err, DYNO_EINPUT, "'version' is %lld, this program reads %d",
                            (long long)version, DYNO_TRIAL_PLAN_VERSION);
    plan->tag = copy_string(&f, "tag");
    plan->seed = (uint64_t)read_i64(&f, "seed", 0, MAX_SEED);
    plan->is_warmup = read_bool(&f, "is_warmup");
    plan->want_checksum = read_bool(&f, "want_checksum");
    if (f.status == DYNO_OK)
        f.status = check_tag(plan->tag, err);
    if (f.status == DYNO_OK)
        f.status =
            read_part(dyno_target_config_from_json(cJSON_GetObjectItemCaseSensitive(json, "target"),
                                                   &plan->target, err),
                      "target", err);
    const cJSON *carried = cJSON_GetObjectItemCaseSensitive(json, "experiment");
    plan->carried = carried != NULL ? cJSON_PrintUnformatted(carried) : NULL;
    if (f.status == DYNO_OK)
        f.status = read_part(dyno_load_shape_from_json(
                                 cJSON_GetObjectItemCaseSensitive(json, "load"), &plan->load, err),
                             "load", err);
    return f.status == DYNO_OK ? read_lists(json, plan, err) : f.status;
}

enum dyno_status dyno_trial_plan_read(const char *path, struct dyno_trial_plan *out,
                                      struct dyno_err *err)
{
    cJSON *json = NULL;
    char *text = NULL;
    size_t len = 0;
    struct dyno_trial_plan plan = {.tag = NULL};
    enum dyno_status status = dyno_file_read(path, MAX_PLAN_BYTES, &text, &len, err);
    if (status == DYNO_OK)
        status = dyno_json_parse(text, len, path, &json, err);
    if (status != DYNO_OK) {
        free(text);
        return status;
    }
    dyno_sha256_hex(text, len, plan.sha256);
    free(text);
    status = read_plan(json, &plan, err);
    cJSON_Delete(json);
    if (status != DYNO_OK) {
        (void)dyno_err_prepend(err, "%s", path);
        dyno_trial_plan_deinit(&plan);
        return status;
    }
    *out = plan;
    return DYNO_OK;
}

void dyno_trial_plan_deinit(struct dyno_trial_plan *plan)
{
    for (size_t i = 0; plan->settings != NULL && i < plan->setting_count; i++) {
        free(plan->settings[i].key);
        free(plan->settings[i].value);
    }
    for (size_t i = 0; plan->queries != NULL && i < plan->query_count; i++) {
        free(plan->queries[i].name);
        free(plan->queries[i].sql);
    }
    dyno_replay_deinit(&plan->replay);
    free(plan->settings);
    free(plan->queries);
    free(plan->carried);
    free(plan->tag);
    dyno_target_config_deinit(&plan->target);
    *plan = (struct dyno_trial_plan){.tag = NULL};
}
