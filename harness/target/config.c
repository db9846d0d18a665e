#include "target/config.h"

#include "base/alloc.h"
#include "target/hs2_options.h"

#include <stddef.h>
#include <stdlib.h>

/* The strings, all of which may be absent. */
static const struct {
    const char *key;
    size_t offset;
} string_fields[] = {
    {"connection", offsetof(struct dyno_target_config, connection)},
    {"host", offsetof(struct dyno_target_config, host)},
    {"auth", offsetof(struct dyno_target_config, auth)},
    {"user", offsetof(struct dyno_target_config, user)},
    {"password", offsetof(struct dyno_target_config, password)},
    {"schema", offsetof(struct dyno_target_config, schema)},
};
#define STRING_COUNT (sizeof string_fields / sizeof string_fields[0])

static char **string_at(struct dyno_target_config *config, size_t i)
{
    return (char **)(void *)((char *)config + string_fields[i].offset);
}

cJSON *dyno_target_config_to_json(const struct dyno_target_config *config)
{
    struct dyno_target_config copy = *config;
    cJSON *json = cJSON_CreateObject();
    dyno_json_add_string(json, "kind", dyno_target_kind_name(config->kind));
    for (size_t i = 0; i < STRING_COUNT; i++)
        dyno_json_add_string(json, string_fields[i].key, *string_at(&copy, i));
    dyno_json_add_i64(json, "port", config->port);
    dyno_json_add_i64(json, "fetch_rows", config->fetch_rows);
    dyno_json_add_i64(json, "null_service_ns", config->null_service_ns);
    return json;
}

static enum dyno_status read_strings(const cJSON *json, struct dyno_target_config *out,
                                     struct dyno_err *err)
{
    for (size_t i = 0; i < STRING_COUNT; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, string_fields[i].key);
        if (item == NULL || cJSON_IsNull(item))
            continue;
        const char *text = NULL;
        enum dyno_status status = dyno_json_string(json, string_fields[i].key, &text, err);
        if (status != DYNO_OK)
            return status;
        *string_at(out, i) = dyno_xstrdup(text);
    }
    return DYNO_OK;
}

static enum dyno_status read_i64(const cJSON *json, const char *key, int64_t min, int64_t max,
                                 int64_t *out, struct dyno_err *err)
{
    enum dyno_status status = dyno_json_i64(json, key, out, err);
    if (status == DYNO_OK && (*out < min || *out > max))
        status = dyno_err_set(err, DYNO_EINPUT, "'%s' is out of range", key);
    return status;
}

static enum dyno_status read_numbers(const cJSON *json, struct dyno_target_config *out,
                                     struct dyno_err *err)
{
    int64_t port = 0;
    enum dyno_status status = read_i64(json, "port", 0, UINT16_MAX, &port, err);
    if (status == DYNO_OK)
        status = read_i64(json, "fetch_rows", 1, INT32_MAX, &out->fetch_rows, err);
    if (status == DYNO_OK)
        status = read_i64(json, "null_service_ns", 0, INT64_MAX, &out->null_service_ns, err);
    out->port = (uint16_t)port;
    return status;
}

enum dyno_status dyno_target_config_from_json(const cJSON *json, struct dyno_target_config *out,
                                              struct dyno_err *err)
{
    const char *kind = NULL;
    struct dyno_target_config config = {.kind = DYNO_TARGET_NULL};
    enum dyno_status status = dyno_json_string(json, "kind", &kind, err);
    if (status == DYNO_OK)
        status = dyno_target_kind_parse(kind, &config.kind, err);
    if (status == DYNO_OK)
        status = read_strings(json, &config, err);
    if (status == DYNO_OK)
        status = read_numbers(json, &config, err);
    if (status != DYNO_OK) {
        dyno_target_config_deinit(&config);
        return status;
    }
    *out = config;
    return DYNO_OK;
}

enum dyno_status dyno_target_config_check(const struct dyno_target_config *config,
                                          struct dyno_err *err)
{
    struct dyno_hs2_target_options options;
    if (config->kind != DYNO_TARGET_HS2)
        return DYNO_OK;
    enum dyno_status status = dyno_hs2_target_options_init(&options, config, err);
    dyno_hs2_target_options_deinit(&options);
    return status;
}

void dyno_target_config_deinit(struct dyno_target_config *config)
{
    for (size_t i = 0; i < STRING_COUNT; i++)
        free(*string_at(config, i));
    *config = (struct dyno_target_config){.kind = DYNO_TARGET_NULL};
}
