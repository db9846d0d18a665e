#include "base/json.h"

#include "base/alloc.h"
#include "base/file.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_EXACT 9007199254740992.0
/* cJSON prints 15 digits and takes the result for exact if it is near enough. */
#define LARGEST_PRINTED INT64_C(999999999999999)

enum dyno_status dyno_json_parse(const char *text, size_t len, const char *what, cJSON **out,
                                 struct dyno_err *err)
{
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithLengthOpts(text, len, &end, 0);
    if (json == NULL) {
        long line = 1;
        for (const char *p = text; end != NULL && p < end; p++)
            line += *p == '\n';
        return dyno_err_set(err, DYNO_EINPUT, "%s:%ld: not valid JSON", what, line);
    }
    *out = json;
    return DYNO_OK;
}

enum dyno_status dyno_json_read(const char *path, size_t max_bytes, cJSON **out,
                                struct dyno_err *err)
{
    char *text = NULL;
    size_t len = 0;
    enum dyno_status status = dyno_file_read(path, max_bytes, &text, &len, err);
    if (status == DYNO_OK)
        status = dyno_json_parse(text, len, path, out, err);
    free(text);
    return status;
}

enum dyno_status dyno_json_write(const char *path, const cJSON *json, struct dyno_err *err)
{
    char *text = cJSON_Print(json);
    if (text == NULL)
        return dyno_err_set(err, DYNO_EINTERNAL, "cannot print JSON for '%s'", path);
    enum dyno_status status = dyno_file_write(path, text, strlen(text), err);
    cJSON_free(text);
    return status;
}

static enum dyno_status wrong_type(const cJSON *item, const char *key, const char *type,
                                   struct dyno_err *err)
{
    if (item == NULL)
        return dyno_err_set(err, DYNO_EINPUT, "'%s' is missing", key);
    return dyno_err_set(err, DYNO_EINPUT, "'%s' is not %s", key, type);
}

enum dyno_status dyno_json_string(const cJSON *object, const char *key, const char **out,
                                  struct dyno_err *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsString(item))
        return wrong_type(item, key, "a string", err);
    *out = item->valuestring;
    return DYNO_OK;
}

enum dyno_status dyno_json_f64(const cJSON *object, const char *key, double *out,
                               struct dyno_err *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsNumber(item))
        return wrong_type(item, key, "a number", err);
    *out = item->valuedouble;
    return DYNO_OK;
}

static bool read_i64(const cJSON *item, int64_t *out)
{
    if (cJSON_IsNumber(item) && fabs(item->valuedouble) <= LARGEST_EXACT &&
        floor(item->valuedouble) == item->valuedouble) {
        *out = (int64_t)item->valuedouble;
        return true;
    }
    if (!cJSON_IsString(item) || item->valuestring[0] == '\0')
        return false;
    char *end = NULL;
    errno = 0;
    *out = strtoll(item->valuestring, &end, 10);
    return *end == '\0' && errno == 0;
}

enum dyno_status dyno_json_i64(const cJSON *object, const char *key, int64_t *out,
                               struct dyno_err *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!read_i64(item, out))
        return wrong_type(item, key, "a whole number", err);
    return DYNO_OK;
}

enum dyno_status dyno_json_bool(const cJSON *object, const char *key, bool *out,
                                struct dyno_err *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsBool(item))
        return wrong_type(item, key, "true or false", err);
    *out = cJSON_IsTrue(item) != 0;
    return DYNO_OK;
}

enum dyno_status dyno_json_array(const cJSON *object, const char *key, const cJSON **out,
                                 struct dyno_err *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsArray(item))
        return wrong_type(item, key, "a list", err);
    *out = item;
    return DYNO_OK;
}

const char *dyno_json_string_or(const cJSON *object, const char *key, const char *fallback)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : fallback;
}

double dyno_json_f64_or(const cJSON *object, const char *key, double fallback)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : fallback;
}

int64_t dyno_json_i64_or(const cJSON *object, const char *key, int64_t fallback)
{
    int64_t value = 0;
    return read_i64(cJSON_GetObjectItemCaseSensitive(object, key), &value) ? value : fallback;
}

bool dyno_json_bool_or(const cJSON *object, const char *key, bool fallback)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsBool(item) ? cJSON_IsTrue(item) != 0 : fallback;
}

void dyno_json_add_i64(cJSON *object, const char *key, int64_t value)
{
    if (value >= -LARGEST_PRINTED && value <= LARGEST_PRINTED) {
        cJSON_AddNumberToObject(object, key, (double)value);
        return;
    }
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    cJSON_AddStringToObject(object, key, text);
}

void dyno_json_add_f64(cJSON *object, const char *key, double value)
{
    if (isfinite(value))
        cJSON_AddNumberToObject(object, key, value);
    else
        cJSON_AddNullToObject(object, key);
}

void dyno_json_add_string(cJSON *object, const char *key, const char *value)
{
    if (value != NULL)
        cJSON_AddStringToObject(object, key, value);
    else
        cJSON_AddNullToObject(object, key);
}

void dyno_json_push_text(cJSON *array, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = dyno_xvasprintf(fmt, args);
    va_end(args);
    cJSON_AddItemToArray(array, cJSON_CreateString(text));
    free(text);
}
