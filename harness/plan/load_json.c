/* A load's JSON, in both directions. */
#include "base/clock.h"
#include "plan/load_shape.h"

#include <string.h>

static cJSON *steps_to_json(const struct dyno_load_shape *shape)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < shape->step_count; i++) {
        cJSON *step = cJSON_CreateObject();
        dyno_json_add_f64(step, "from_per_s", shape->steps[i].from_per_s);
        dyno_json_add_f64(step, "to_per_s", shape->steps[i].to_per_s);
        dyno_json_add_i64(step, "for_ns", shape->steps[i].for_ns);
        cJSON_AddItemToArray(array, step);
    }
    return array;
}

/* Whole numbers under their own names. */
static const struct {
    const char *key;
    size_t offset;
} numbers[] = {
    {"sessions", offsetof(struct dyno_load_shape, sessions)},
    {"think_ns", offsetof(struct dyno_load_shape, think_ns)},
    {"visit", offsetof(struct dyno_load_shape, visit)},
    {"burst_on_ns", offsetof(struct dyno_load_shape, burst_on_ns)},
    {"burst_off_ns", offsetof(struct dyno_load_shape, burst_off_ns)},
    {"warmup_executions", offsetof(struct dyno_load_shape, warmup_executions)},
    {"warmup_max", offsetof(struct dyno_load_shape, warmup_max)},
    {"trial_warmup_ns", offsetof(struct dyno_load_shape, trial_warmup_ns)},
    {"measure_ns", offsetof(struct dyno_load_shape, measure_ns)},
    {"timeout_ns", offsetof(struct dyno_load_shape, timeout_ns)},
    {"drain_ns", offsetof(struct dyno_load_shape, drain_ns)},
};
#define NUMBER_COUNT (sizeof numbers / sizeof numbers[0])

cJSON *dyno_load_shape_to_json(const struct dyno_load_shape *shape)
{
    cJSON *json = cJSON_CreateObject();
    dyno_json_add_string(json, "arrival", dyno_arrival_name(shape->arrival));
    dyno_json_add_f64(json, "rate_per_s", shape->rate_per_s);
    dyno_json_add_string(json, "think_kind", dyno_think_name(shape->think_kind));
    cJSON_AddBoolToObject(json, "is_pinned", shape->is_pinned);
    for (size_t i = 0; i < NUMBER_COUNT; i++) {
        int64_t value = 0;
        memcpy(&value, (const char *)shape + numbers[i].offset, sizeof value);
        dyno_json_add_i64(json, numbers[i].key, value);
    }
    cJSON_AddItemToObject(json, "steps", steps_to_json(shape));
    return json;
}

static enum dyno_status read_steps(const cJSON *json, struct dyno_load_shape *out,
                                   struct dyno_err *err)
{
    const cJSON *array = NULL;
    const cJSON *item = NULL;
    enum dyno_status status = dyno_json_array(json, "steps", &array, err);
    if (status != DYNO_OK)
        return status;
    cJSON_ArrayForEach(item, array)
    {
        struct dyno_load_step step = {.for_ns = 0};
        status = dyno_json_f64(item, "from_per_s", &step.from_per_s, err);
        if (status == DYNO_OK)
            status = dyno_json_f64(item, "to_per_s", &step.to_per_s, err);
        if (status == DYNO_OK)
            status = dyno_json_i64(item, "for_ns", &step.for_ns, err);
        if (status == DYNO_OK)
            status = dyno_load_step_add(out, &step, err);
        if (status != DYNO_OK) {
            (void)dyno_err_prepend(err, "'steps'");
            return status;
        }
    }
    return DYNO_OK;
}

static enum dyno_status read_words(const cJSON *json, struct dyno_load_shape *out,
                                   struct dyno_err *err)
{
    const char *word = NULL;
    enum dyno_status status = dyno_json_string(json, "arrival", &word, err);
    if (status == DYNO_OK)
        status = dyno_arrival_parse(word, &out->arrival, err);
    if (status == DYNO_OK)
        status = dyno_json_string(json, "think_kind", &word, err);
    if (status == DYNO_OK)
        status = dyno_think_parse(word, &out->think_kind, err);
    if (status == DYNO_OK)
        status = dyno_json_bool(json, "is_pinned", &out->is_pinned, err);
    if (status == DYNO_OK)
        status = dyno_json_f64(json, "rate_per_s", &out->rate_per_s, err);
    return status;
}

enum dyno_status dyno_load_shape_from_json(const cJSON *json, struct dyno_load_shape *out,
                                           struct dyno_err *err)
{
    *out = (struct dyno_load_shape){.step_count = 0};
    enum dyno_status status = read_words(json, out, err);
    if (status == DYNO_OK)
        status = read_steps(json, out, err);
    for (size_t i = 0; status == DYNO_OK && i < NUMBER_COUNT; i++) {
        int64_t value = 0;
        status = dyno_json_i64(json, numbers[i].key, &value, err);
        memcpy((char *)out + numbers[i].offset, &value, sizeof value);
    }
    return status == DYNO_OK ? dyno_load_shape_check(out, err) : status;
}
