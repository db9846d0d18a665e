#include "report/json.h"

#include <string.h>

static cJSON *factors_list(const struct dyno_report_rank *rank)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < rank->factor_count; i++) {
        const struct dyno_report_factor *factor = &rank->factors[i];
        cJSON *object = cJSON_CreateObject();
        dyno_json_add_string(object, "letter", factor->letter);
        dyno_json_add_string(object, "name", factor->name);
        dyno_json_add_string(object, "settings", factor->settings);
        dyno_json_add_string(object, "low", factor->low);
        dyno_json_add_string(object, "high", factor->high);
        dyno_json_add_string(object, "kind", factor->kind);
        dyno_json_add_string(object, "why", factor->why);
        dyno_json_add_i64(object, "proofs", factor->proofs);
        dyno_json_add_i64(object, "applied", factor->applied);
        cJSON_AddItemToArray(list, object);
    }
    return list;
}

static void add_query(cJSON *object, int64_t query)
{
    if (query == DYNO_REPORT_OVERALL)
        cJSON_AddNullToObject(object, "query");
    else
        dyno_json_add_i64(object, "query", query);
}

static cJSON *effect_object(const struct dyno_report_effect *effect)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_string(object, "metric", effect->metric);
    add_query(object, effect->query);
    dyno_json_add_string(object, "chain", effect->chain);
    dyno_json_add_string(object, "name", effect->label);
    cJSON_AddBoolToObject(object, "is_main", effect->factor >= 0);
    dyno_json_add_string(object, "stratum", effect->stratum);
    dyno_json_add_f64(object, "ratio", effect->ratio);
    dyno_json_add_f64(object, "ci95_low", effect->ci[0]);
    dyno_json_add_f64(object, "ci95_high", effect->ci[1]);
    dyno_json_add_f64(object, "limit_ratio", effect->limit_ratio);
    dyno_json_add_f64(object, "standard_error", effect->se);
    dyno_json_add_f64(object, "degrees_of_freedom", effect->df);
    dyno_json_add_f64(object, "p", effect->p);
    dyno_json_add_f64(object, "share", effect->share);
    dyno_json_add_f64(object, "top3", effect->top);
    dyno_json_add_i64(object, "place_low", effect->place_low);
    dyno_json_add_i64(object, "place_high", effect->place_high);
    dyno_json_add_f64(object, "half_normal", effect->half_normal);
    dyno_json_add_f64(object, "first_at_low_second", effect->at_low);
    dyno_json_add_f64(object, "first_at_high_second", effect->at_high);
    dyno_json_add_string(object, "verdict", effect->verdict);
    dyno_json_add_f64(object, "smaller_than_ratio", effect->smaller_ratio);
    return object;
}

static cJSON *error_object(const struct dyno_report_effect_error *error)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_string(object, "metric", error->metric);
    add_query(object, error->query);
    dyno_json_add_string(object, "stratum", error->stratum);
    dyno_json_add_string(object, "method", error->method);
    dyno_json_add_i64(object, "contrasts", error->contrasts);
    dyno_json_add_i64(object, "replicates", error->replicates);
    dyno_json_add_f64(object, "standard_error", error->se);
    dyno_json_add_f64(object, "degrees_of_freedom", error->df);
    dyno_json_add_f64(object, "margin_ratio", error->margin_ratio);
    dyno_json_add_f64(object, "limit_ratio", error->limit_ratio);
    return object;
}

static cJSON *counter_object(const struct dyno_report_rank *rank,
                             const struct dyno_report_counter *counter)
{
    bool is_known = counter->factor >= 0 && (size_t)counter->factor < rank->factor_count;
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_string(object, "factor", is_known ? rank->factors[counter->factor].name : "?");
    dyno_json_add_string(object, "counter", counter->name);
    dyno_json_add_f64(object, "low", counter->low);
    dyno_json_add_f64(object, "high", counter->high);
    dyno_json_add_f64(object, "correlation_with_latency", counter->correlation);
    return object;
}

static cJSON *trial_object(const struct dyno_report_rank_trial *trial)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_i64(object, "id", trial->id);
    dyno_json_add_i64(object, "block", trial->block);
    dyno_json_add_i64(object, "position", trial->position);
    dyno_json_add_i64(object, "start", trial->start);
    dyno_json_add_string(object, "arm", trial->arm);
    dyno_json_add_string(object, "levels", trial->levels);
    dyno_json_add_f64(object, "value_ns", trial->value_ns);
    dyno_json_add_i64(object, "completed", trial->completed);
    dyno_json_add_i64(object, "failed", trial->failed);
    dyno_json_add_i64(object, "censored", trial->censored);
    cJSON_AddBoolToObject(object, "is_valid", trial->is_valid);
    dyno_json_add_string(object, "reason", trial->reason);
    return object;
}

static void add_design(cJSON *object, const struct dyno_report_rank *rank)
{
    dyno_json_add_string(object, "design", rank->design);
    dyno_json_add_string(object, "metric", rank->metric);
    dyno_json_add_i64(object, "runs", rank->runs);
    dyno_json_add_i64(object, "base_runs", rank->base_runs);
    dyno_json_add_i64(object, "replicates", rank->replicates);
    dyno_json_add_i64(object, "resolution", rank->resolution);
    dyno_json_add_i64(object, "splits", rank->splits);
    dyno_json_add_i64(object, "default_runs", rank->default_runs);
    dyno_json_add_string(object, "best", rank->best);
    dyno_json_add_f64(object, "best_ns", rank->best_ns);
    dyno_json_add_f64(object, "default_ns", rank->default_ns);
    dyno_json_add_string(object, "fold", rank->fold);
    dyno_json_add_string(object, "profile_path", rank->profile_path);
    if (rank->confirm_id > 0)
        dyno_json_add_i64(object, "confirm_experiment", rank->confirm_id);
    else
        cJSON_AddNullToObject(object, "confirm_experiment");
    dyno_json_add_string(object, "confirm_verdict", rank->confirm_verdict);
    dyno_json_add_string(object, "confirm_sentence", rank->confirm_sentence);
}

static void add_time(cJSON *object, const struct dyno_report_rank_time *time)
{
    if (!(time->total > 0)) {
        cJSON_AddNullToObject(object, "time");
        return;
    }
    cJSON *item = cJSON_AddObjectToObject(object, "time");
    dyno_json_add_f64(item, "total_s", time->total);
    dyno_json_add_f64(item, "starts_s", time->starts);
    dyno_json_add_f64(item, "warmup_s", time->warmup);
    dyno_json_add_f64(item, "measured_s", time->measured);
    dyno_json_add_f64(item, "proof_s", time->proof);
    dyno_json_add_f64(item, "besides_s", time->besides);
    dyno_json_add_f64(item, "besides_ratio", time->besides / time->total);
}

cJSON *dyno_report_json_rank(const struct dyno_report_model *model)
{
    const struct dyno_report_rank *rank = model->rank;
    cJSON *object = cJSON_CreateObject();
    add_design(object, rank);
    add_time(object, &rank->time);
    cJSON_AddItemToObject(object, "factors", factors_list(rank));
    cJSON *effects = cJSON_AddArrayToObject(object, "effects");
    for (size_t i = 0; i < rank->effect_count; i++)
        cJSON_AddItemToArray(effects, effect_object(&rank->effects[i]));
    cJSON *errors = cJSON_AddArrayToObject(object, "errors");
    for (size_t i = 0; i < rank->error_count; i++)
        cJSON_AddItemToArray(errors, error_object(&rank->errors[i]));
    cJSON *counters = cJSON_AddArrayToObject(object, "counters");
    for (size_t i = 0; i < rank->counter_count; i++)
        cJSON_AddItemToArray(counters, counter_object(rank, &rank->counters[i]));
    cJSON *trials = cJSON_AddArrayToObject(object, "trials");
    for (size_t i = 0; i < rank->trial_count; i++)
        cJSON_AddItemToArray(trials, trial_object(&rank->trials[i]));
    return object;
}
