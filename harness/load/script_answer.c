#include "load/script_answer.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ANSWER_BYTES ((size_t)1024 * 1024 * 1024)

static void add_error(cJSON *object, enum dyno_status status, const struct dyno_err *failure)
{
    bool has_failed = status != DYNO_OK;
    dyno_json_add_string(object, "status", dyno_status_name(status));
    dyno_json_add_string(object, "sqlstate", has_failed ? failure->sqlstate : "");
    dyno_json_add_i64(object, "native", has_failed ? failure->native : 0);
    dyno_json_add_string(object, "message", has_failed ? failure->message : "");
}

static cJSON *info_to_json(const struct dyno_target_info *info)
{
    cJSON *json = cJSON_CreateObject();
    dyno_json_add_string(json, "driver", info->driver);
    dyno_json_add_string(json, "driver_manager", info->driver_manager);
    dyno_json_add_string(json, "server", info->server);
    dyno_json_add_string(json, "server_version", info->server_version);
    dyno_json_add_i64(json, "threading_level", info->threading_level);
    cJSON_AddBoolToObject(json, "is_pooled", info->is_pooled);
    cJSON_AddBoolToObject(json, "is_traced", info->is_traced);
    return json;
}

static cJSON *answer_to_json(const struct dyno_script_answer *answer)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *error = answer->error.status == DYNO_OK ? cJSON_CreateNull() : cJSON_CreateObject();
    if (answer->error.status != DYNO_OK)
        add_error(error, answer->error.status, &answer->error);
    cJSON_AddItemToObject(json, "error", error);
    cJSON_AddItemToObject(json, "info", info_to_json(&answer->info));
    cJSON *outcomes = cJSON_AddArrayToObject(json, "outcomes");
    for (size_t i = 0; i < answer->outcome_count; i++) {
        const struct dyno_statement_outcome *outcome = &answer->outcomes[i];
        cJSON *item = dyno_text_result_to_json(&outcome->result);
        add_error(item, outcome->status, &outcome->err);
        dyno_json_add_f64(item, "ms", (double)answer->durations_ns[i] / DYNO_NS_PER_MS);
        cJSON_AddItemToArray(outcomes, item);
    }
    return json;
}

enum dyno_status dyno_script_answer_write(const struct dyno_script_answer *answer, const char *path,
                                          struct dyno_err *err)
{
    cJSON *json = answer_to_json(answer);
    enum dyno_status status = dyno_json_write(path, json, err);
    cJSON_Delete(json);
    return status;
}

static enum dyno_status read_error(const cJSON *json, struct dyno_err *out, struct dyno_err *err)
{
    const char *name = NULL;
    enum dyno_status status = dyno_json_string(json, "status", &name, err);
    if (status != DYNO_OK)
        return status;
    for (int i = DYNO_OK; i <= DYNO_EINTERNAL; i++) {
        if (strcmp(name, dyno_status_name((enum dyno_status)i)) != 0)
            continue;
        *out = (struct dyno_err)DYNO_ERR_INIT;
        if (i != DYNO_OK)
            (void)dyno_err_set_sql(out, (enum dyno_status)i,
                                   dyno_json_string_or(json, "sqlstate", ""),
                                   (int32_t)dyno_json_i64_or(json, "native", 0), "%s",
                                   dyno_json_string_or(json, "message", ""));
        return DYNO_OK;
    }
    return dyno_err_set(err, DYNO_EINPUT, "'status' is '%s', which is none", name);
}

static void copy_text(char *to, size_t room, const cJSON *json, const char *key)
{
    const char *text = dyno_json_string_or(json, key, "");
    size_t len = strnlen(text, room - 1);
    memcpy(to, text, len);
    to[len] = '\0';
}

static void read_info(const cJSON *json, struct dyno_target_info *out)
{
    copy_text(out->driver, sizeof out->driver, json, "driver");
    copy_text(out->driver_manager, sizeof out->driver_manager, json, "driver_manager");
    copy_text(out->server, sizeof out->server, json, "server");
    copy_text(out->server_version, sizeof out->server_version, json, "server_version");
    out->threading_level = (int32_t)dyno_json_i64_or(json, "threading_level", -1);
    out->is_pooled = dyno_json_bool_or(json, "is_pooled", false);
    out->is_traced = dyno_json_bool_or(json, "is_traced", false);
}

static enum dyno_status read_outcomes(const cJSON *json, struct dyno_script_answer *out,
                                      struct dyno_err *err)
{
    const cJSON *array = NULL;
    const cJSON *item = NULL;
    enum dyno_status status = dyno_json_array(json, "outcomes", &array, err);
    if (status != DYNO_OK)
        return status;
    size_t count = (size_t)cJSON_GetArraySize(array);
    out->outcomes = dyno_xcalloc(count, sizeof *out->outcomes);
    out->durations_ns = dyno_xcalloc(count, sizeof *out->durations_ns);
    cJSON_ArrayForEach(item, array)
    {
        struct dyno_statement_outcome *outcome = &out->outcomes[out->outcome_count];
        status = read_error(item, &outcome->err, err);
        if (status == DYNO_OK)
            status = dyno_text_result_from_json(item, &outcome->result, err);
        if (status != DYNO_OK) {
            (void)dyno_err_prepend(err, "outcomes[%zu]", out->outcome_count);
            return status;
        }
        outcome->status = outcome->err.status;
        out->durations_ns[out->outcome_count] =
            (int64_t)(dyno_json_f64_or(item, "ms", 0) * (double)DYNO_NS_PER_MS);
        out->outcome_count++;
    }
    return DYNO_OK;
}

static enum dyno_status parse_answer(const cJSON *json, struct dyno_script_answer *out,
                                     struct dyno_err *err)
{
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(json, "error");
    enum dyno_status status = DYNO_OK;
    if (cJSON_IsObject(error))
        status = read_error(error, &out->error, err);
    if (status != DYNO_OK) {
        (void)dyno_err_prepend(err, "'error'");
        return status;
    }
    read_info(cJSON_GetObjectItemCaseSensitive(json, "info"), &out->info);
    return read_outcomes(json, out, err);
}

enum dyno_status dyno_script_answer_read(const char *path, struct dyno_script_answer *out,
                                         struct dyno_err *err)
{
    cJSON *json = NULL;
    struct dyno_script_answer answer = {.outcome_count = 0};
    enum dyno_status status = dyno_json_read(path, MAX_ANSWER_BYTES, &json, err);
    if (status != DYNO_OK)
        return status;
    status = parse_answer(json, &answer, err);
    cJSON_Delete(json);
    if (status != DYNO_OK) {
        (void)dyno_err_prepend(err, "%s", path);
        dyno_script_answer_deinit(&answer);
        return status;
    }
    *out = answer;
    return DYNO_OK;
}

void dyno_script_answer_deinit(struct dyno_script_answer *answer)
{
    for (size_t i = 0; i < answer->outcome_count; i++)
        dyno_text_result_deinit(&answer->outcomes[i].result);
    free(answer->outcomes);
    free(answer->durations_ns);
    *answer = (struct dyno_script_answer){.outcome_count = 0};
}
