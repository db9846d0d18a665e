#include "load/script.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "target/config.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SCRIPT_BYTES ((size_t)64 * 1024 * 1024)

enum dyno_status dyno_script_write(const struct dyno_script *script, const char *path,
                                   struct dyno_err *err)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddItemToObject(json, "target", dyno_target_config_to_json(&script->target));
    dyno_json_add_f64(json, "timeout_s", (double)script->timeout_ns / DYNO_NS_PER_S);
    cJSON_AddBoolToObject(json, "keep_going", script->keep_going);
    cJSON_AddBoolToObject(json, "info", true);
    cJSON *statements = cJSON_AddArrayToObject(json, "statements");
    for (size_t i = 0; i < script->statement_count; i++)
        cJSON_AddItemToArray(statements, cJSON_CreateString(script->statements[i]));
    char *text = cJSON_Print(json);
    cJSON_Delete(json);
    if (text == NULL)
        return dyno_err_set(err, DYNO_EINTERNAL, "cannot print the script '%s'", path);
    enum dyno_status status = dyno_file_write_private(path, text, strlen(text), err);
    cJSON_free(text);
    return status;
}

static enum dyno_status read_statements(const cJSON *json, struct dyno_script *out,
                                        struct dyno_err *err)
{
    const cJSON *array = NULL;
    const cJSON *item = NULL;
    enum dyno_status status = dyno_json_array(json, "statements", &array, err);
    if (status != DYNO_OK)
        return status;
    out->statements = dyno_xcalloc((size_t)cJSON_GetArraySize(array), sizeof *out->statements);
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsString(item))
            return dyno_err_set(err, DYNO_EINPUT, "'statements' is not a list of strings");
        out->statements[out->statement_count++] = dyno_xstrdup(item->valuestring);
    }
    return DYNO_OK;
}

static enum dyno_status parse_script(const cJSON *json, struct dyno_script *out,
                                     struct dyno_err *err)
{
    double timeout_s = 0;
    enum dyno_status status = dyno_json_f64(json, "timeout_s", &timeout_s, err);
    if (status == DYNO_OK && !(timeout_s > 0 && timeout_s < 1e9))
        status = dyno_err_set(err, DYNO_EINPUT, "'timeout_s' is out of range");
    if (status == DYNO_OK)
        status = dyno_json_bool(json, "keep_going", &out->keep_going, err);
    if (status == DYNO_OK)
        status = dyno_target_config_from_json(cJSON_GetObjectItemCaseSensitive(json, "target"),
                                              &out->target, err);
    if (status != DYNO_OK)
        return status;
    out->timeout_ns = (int64_t)(timeout_s * (double)DYNO_NS_PER_S);
    return read_statements(json, out, err);
}

enum dyno_status dyno_script_read(const char *path, struct dyno_script *out, struct dyno_err *err)
{
    cJSON *json = NULL;
    struct dyno_script script = {.statement_count = 0};
    enum dyno_status status = dyno_json_read(path, MAX_SCRIPT_BYTES, &json, err);
    if (status != DYNO_OK)
        return status;
    status = parse_script(json, &script, err);
    cJSON_Delete(json);
    if (status != DYNO_OK) {
        (void)dyno_err_prepend(err, "%s", path);
        dyno_script_deinit(&script);
        return status;
    }
    *out = script;
    return DYNO_OK;
}

void dyno_script_deinit(struct dyno_script *script)
{
    for (size_t i = 0; i < script->statement_count; i++)
        free(script->statements[i]);
    free(script->statements);
    dyno_target_config_deinit(&script->target);
    *script = (struct dyno_script){.statement_count = 0};
}
