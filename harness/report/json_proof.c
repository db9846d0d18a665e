#include "report/json.h"

static cJSON *gate_object(const struct dyno_report_gate *gate)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_string(object, "name", gate->name);
    dyno_json_add_f64(object, "value", gate->value);
    dyno_json_add_f64(object, "limit", gate->limit);
    dyno_json_add_string(object, "unit", gate->unit);
    cJSON_AddBoolToObject(object, "is_fatal", gate->is_fatal);
    cJSON_AddBoolToObject(object, "is_passed", gate->is_passed);
    dyno_json_add_string(object, "text", gate->text);
    return object;
}

static void add_or_null(cJSON *object, const char *key, int64_t value)
{
    if (value < 0)
        cJSON_AddNullToObject(object, key);
    else
        dyno_json_add_i64(object, key, value);
}

static void add_counts(cJSON *object, const struct dyno_report_trial *trial)
{
    const struct {
        const char *key;
        int64_t value;
    } counts[] = {{"epoch_wall_ms", trial->epoch_wall_ms},
                  {"measure_begin_ns", trial->begin_ns},
                  {"measure_end_ns", trial->end_ns},
                  {"offered", trial->offered},
                  {"started", trial->started},
                  {"completed", trial->completed},
                  {"failed", trial->failed},
                  {"censored", trial->censored},
                  {"joined", trial->joined},
                  {"generator_cpu_ns", trial->generator_cpu_ns},
                  {"generator_rss_bytes", trial->generator_rss_bytes}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        dyno_json_add_i64(object, counts[i].key, counts[i].value);
}

static cJSON *trial_object(const struct dyno_report_model *model,
                           const struct dyno_report_trial *trial)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_i64(object, "id", trial->id);
    dyno_json_add_string(object, "role", trial->is_warmup ? "warmup" : "measure");
    add_or_null(object, "block", trial->block);
    add_or_null(object, "position", trial->position);
    dyno_json_add_string(object, "arm", model->arms[trial->arm].name);
    dyno_json_add_i64(object, "start", trial->start);
    cJSON_AddBoolToObject(object, "is_complete", trial->is_complete);
    cJSON_AddBoolToObject(object, "is_valid", trial->is_valid);
    cJSON_AddBoolToObject(object, "is_counted", trial->is_counted);
    dyno_json_add_string(object, "reason", trial->reason);
    dyno_json_add_string(object, "tag", trial->tag);
    dyno_json_add_string(object, "seed", trial->seed);
    dyno_json_add_string(object, "started_utc", trial->started_utc);
    add_counts(object, trial);
    cJSON_AddItemToObject(object, "response", dyno_report_json_summary(&trial->response));
    cJSON_AddItemToObject(object, "service", dyno_report_json_summary(&trial->service));
    cJSON *gates = cJSON_AddArrayToObject(object, "gates");
    for (size_t i = 0; i < trial->gate_count; i++)
        cJSON_AddItemToArray(gates, gate_object(&trial->gates[i]));
    return object;
}

cJSON *dyno_report_json_trials(const struct dyno_report_model *model)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < model->trial_count; i++)
        cJSON_AddItemToArray(list, trial_object(model, &model->trials[i]));
    return list;
}

cJSON *dyno_report_json_gates(const struct dyno_report_model *model)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < model->gate_count; i++) {
        const struct dyno_report_gate_sum *gate = &model->gates[i];
        cJSON *object = cJSON_CreateObject();
        dyno_json_add_string(object, "name", gate->name);
        dyno_json_add_i64(object, "trials", gate->trials);
        dyno_json_add_i64(object, "failures", gate->failures);
        cJSON_AddBoolToObject(object, "is_fatal", gate->is_fatal);
        dyno_json_add_f64(object, "worst_value", gate->worst_value);
        dyno_json_add_f64(object, "limit", gate->limit);
        dyno_json_add_string(object, "unit", gate->unit);
        dyno_json_add_string(object, "text", gate->text);
        cJSON_AddItemToArray(list, object);
    }
    return list;
}

static cJSON *proof_object(const struct dyno_report_model *model,
                           const struct dyno_report_proof *proof)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_i64(object, "start", proof->start);
    dyno_json_add_string(object, "arm", model->arms[proof->arm].name);
    dyno_json_add_string(object, "asked", proof->asked);
    dyno_json_add_string(object, "applied", proof->applied);
    dyno_json_add_string(object, "source", proof->source);
    cJSON_AddBoolToObject(object, "is_applied", proof->is_applied);
    dyno_json_add_string(object, "complaint", proof->complaint);
    return object;
}

cJSON *dyno_report_json_settings(const struct dyno_report_model *model)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < model->setting_count; i++) {
        const struct dyno_report_setting *setting = &model->settings[i];
        cJSON *object = cJSON_CreateObject();
        dyno_json_add_string(object, "key", setting->key);
        dyno_json_add_string(object, "scope", setting->scope);
        cJSON_AddBoolToObject(object, "is_different", setting->is_different);
        dyno_json_add_string(object, "server_default", setting->server_default);
        cJSON *asked = cJSON_AddArrayToObject(object, "asked");
        for (size_t arm = 0; arm < model->arm_count; arm++)
            cJSON_AddItemToArray(asked, setting->asked[arm] != NULL
                                            ? cJSON_CreateString(setting->asked[arm])
                                            : cJSON_CreateNull());
        cJSON *proofs = cJSON_AddArrayToObject(object, "proofs");
        for (size_t j = 0; j < setting->proof_count; j++)
            cJSON_AddItemToArray(proofs, proof_object(model, &setting->proofs[j]));
        cJSON_AddItemToArray(list, object);
    }
    return list;
}

cJSON *dyno_report_json_starts(const struct dyno_report_model *model)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < model->start_count; i++) {
        const struct dyno_report_start *start = &model->starts[i];
        cJSON *object = cJSON_CreateObject();
        dyno_json_add_i64(object, "ordinal", start->ordinal);
        bool is_of_arm = start->arm >= 0 && (size_t)start->arm < model->arm_count;
        dyno_json_add_string(object, "arm", is_of_arm ? model->arms[start->arm].name : NULL);
        dyno_json_add_string(object, "state", start->state);
        dyno_json_add_string(object, "reason", start->reason);
        dyno_json_add_string(object, "app_id", start->app_id);
        dyno_json_add_string(object, "spark_version", start->spark_version);
        dyno_json_add_string(object, "started_utc", start->started_utc);
        dyno_json_add_f64(object, "ready_ms", start->ready_ms);
        dyno_json_add_f64(object, "attach_ms", start->attach_ms);
        dyno_json_add_f64(object, "warmup_ms", start->warmup_ms);
        cJSON_AddItemToArray(list, object);
    }
    return list;
}
