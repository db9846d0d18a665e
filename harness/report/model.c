#include "report/model.h"

#include "base/alloc.h"
#include "report/capacity.h"
#include "report/model_parts.h"
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum dyno_status (*load_fn)(struct sqlite3 *db, struct dyno_report_model *model,
                                    struct dyno_err *err);

enum dyno_status dyno_report_model_read(struct sqlite3 *db, int64_t experiment_id,
                                        struct dyno_report_model **out, struct dyno_err *err)
{
    static const load_fn loaders[] = {
        dyno_report_load_head,         dyno_report_load_things,   dyno_report_load_settings,
        dyno_report_load_trials,       dyno_report_load_latency,  dyno_report_load_contrasts,
        dyno_report_load_disturbances, dyno_report_load_capacity, dyno_report_load_spark,
        dyno_report_load_why,          dyno_report_load_servers,  dyno_report_load_warmup,
        dyno_report_load_plans,        dyno_report_load_errors,
    };
    static const load_fn rank_loaders[] = {dyno_report_load_things, dyno_report_load_rank};
    struct dyno_report_model *model = dyno_xcalloc(1, sizeof *model);
    model->head.id = experiment_id;
    enum dyno_status status = DYNO_OK;
    size_t count = sizeof loaders / sizeof loaders[0];
    for (size_t i = 0; i < count && status == DYNO_OK; i++) {
        status = loaders[i](db, model, err);
        /* A ranking has many arms, and is told by what it has instead of theirs. */
        if (i == 0 && status == DYNO_OK && strcmp(model->head.kind, "rank") == 0) {
            count = 0;
            for (size_t k = 0; k < 2 && status == DYNO_OK; k++)
                status = rank_loaders[k](db, model, err);
        }
    }
    if (status != DYNO_OK) {
        dyno_report_model_free(model);
        return status;
    }
    if (model->rank == NULL)
        dyno_report_load_next(model);
    *out = model;
    return DYNO_OK;
}

static void free_head(struct dyno_report_head *head)
{
    for (size_t i = 0; i < head->qualifier_count; i++)
        free(head->qualifiers[i]);
    for (size_t i = 0; i < head->word_count; i++)
        free(head->words[i]);
    free(head->words);
    char *texts[] = {head->kind,        head->name,         head->state,       head->reason,
                     head->seed,        head->plan_json,    head->plan_sha256, head->tool_version,
                     head->created_utc, head->finished_utc, head->command,     head->verdict,
                     head->sentence,    head->next};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    free(head->qualifiers);
}

static void free_arms(struct dyno_report_model *model)
{
    for (size_t i = 0; i < model->arm_count; i++) {
        struct dyno_report_arm *arm = &model->arms[i];
        free(arm->role);
        free(arm->name);
        free(arm->comment);
        free(arm->sha256);
        free(arm->over_time);
    }
}

static void free_settings(struct dyno_report_model *model)
{
    for (size_t i = 0; i < model->setting_count; i++) {
        struct dyno_report_setting *setting = &model->settings[i];
        for (size_t j = 0; j < setting->proof_count; j++) {
            free(setting->proofs[j].asked);
            free(setting->proofs[j].applied);
            free(setting->proofs[j].server_default);
            free(setting->proofs[j].source);
            free(setting->proofs[j].complaint);
        }
        free(setting->proofs);
        free(setting->key);
        free(setting->scope);
    }
    free(model->settings);
}

static void free_trials(struct dyno_report_model *model)
{
    for (size_t i = 0; i < model->trial_count; i++) {
        struct dyno_report_trial *trial = &model->trials[i];
        for (size_t j = 0; j < trial->gate_count; j++) {
            free(trial->gates[j].name);
            free(trial->gates[j].unit);
            free(trial->gates[j].text);
        }
        free(trial->gates);
        free(trial->queries);
        free(trial->reason);
        free(trial->tag);
        free(trial->seed);
        free(trial->started_utc);
    }
    free(model->trials);
    free(model->gates);
}

static void free_things(struct dyno_report_model *model)
{
    for (size_t i = 0; i < model->query_count; i++) {
        free(model->queries[i].name);
        free(model->queries[i].sql);
    }
    for (size_t i = 0; i < model->fact_count; i++) {
        free(model->facts[i].topic);
        free(model->facts[i].name);
        free(model->facts[i].value);
    }
    for (size_t i = 0; i < model->start_count; i++) {
        free(model->starts[i].state);
        free(model->starts[i].reason);
        free(model->starts[i].app_id);
        free(model->starts[i].spark_version);
        free(model->starts[i].started_utc);
    }
    for (size_t i = 0; i < model->warning_count; i++) {
        free(model->warnings[i].code);
        free(model->warnings[i].text);
    }
    free(model->overall.name);
    free(model->overall.sql);
    free(model->queries);
    free(model->facts);
    free(model->starts);
    free(model->warnings);
}

static void free_results(struct dyno_report_model *model)
{
    for (size_t i = 0; i < model->contrast_count; i++) {
        free(model->contrasts[i].metric);
        free(model->contrasts[i].verdict);
        free(model->contrasts[i].reason);
        free(model->contrasts[i].block_ratios);
    }
    for (size_t i = 0; i < model->disturbance_count; i++) {
        free(model->disturbances[i].metric);
        free(model->disturbances[i].name);
        free(model->disturbances[i].text);
    }
    free(model->disturbances);
    for (size_t i = 0; i < model->plan_count; i++)
        for (size_t arm = 0; arm < DYNO_REPORT_ARMS; arm++)
            free(model->plans[i].text[arm]);
    for (size_t i = 0; i < model->error_count; i++) {
        free(model->errors[i].sqlstate);
        free(model->errors[i].text);
    }
    dyno_report_findings_free(model->findings, model->finding_count);
    free(model->together);
    free(model->contrasts);
    free(model->warmup);
    free(model->changes);
    free(model->plans);
    free(model->errors);
}

void dyno_report_model_free(struct dyno_report_model *model)
{
    if (model == NULL)
        return;
    free_head(&model->head);
    free_arms(model);
    free_settings(model);
    free_trials(model);
    free_results(model);
    cJSON_Delete(model->capacity);
    free_things(model);
    dyno_report_rank_free(model->rank);
    free(model);
}

const char *dyno_report_series_name(enum dyno_report_series series)
{
    static const char *const names[DYNO_REPORT_SERIES_COUNT] = {"response", "service",
                                                                "session_wait", "generator_lag"};
    return names[series];
}

bool dyno_report_is_compare(const struct dyno_report_model *model)
{
    return model->arm_count == 2;
}

bool dyno_report_has_account(const struct dyno_report_model *model, size_t arm)
{
    const struct dyno_report_account *account = &model->accounts[arm];
    for (int part = DYNO_PART_SERVER_QUEUE; part <= DYNO_PART_DRIVER; part++)
        if (account->part_ns[part] > 0)
            return true;
    return false;
}

const char *dyno_report_arm_word(const struct dyno_report_model *model, size_t arm)
{
    bool is_same =
        dyno_report_is_compare(model) && strcmp(model->arms[0].name, model->arms[1].name) == 0;
    return !is_same ? model->arms[arm].name : arm == 0 ? "base" : "cand.";
}

const struct dyno_report_contrast *dyno_report_contrast_find(const struct dyno_report_model *model,
                                                             const char *metric, int64_t query)
{
    for (size_t i = 0; i < model->contrast_count; i++)
        if (model->contrasts[i].query == query && strcmp(model->contrasts[i].metric, metric) == 0)
            return &model->contrasts[i];
    return NULL;
}

const char *dyno_report_query_metric(const struct dyno_report_model *model)
{
    static const char median[] = "response_p50";
    for (size_t i = 0; i < model->contrast_count; i++) {
        const struct dyno_report_contrast *contrast = &model->contrasts[i];
        if (contrast->query != DYNO_REPORT_OVERALL && strcmp(contrast->metric, median) == 0 &&
            !isfinite(contrast->ratio))
            return "response_mean";
    }
    return median;
}

size_t dyno_report_query_at(const struct dyno_report_model *model, int64_t ordinal)
{
    size_t i = 0;
    while (i < model->query_count && model->queries[i].ordinal != ordinal)
        i++;
    return i;
}

struct dyno_report_query *dyno_report_query_find(const struct dyno_report_model *model,
                                                 int64_t ordinal)
{
    size_t at = dyno_report_query_at(model, ordinal);
    return at < model->query_count ? &model->queries[at] : NULL;
}

size_t dyno_report_arm_at(const struct dyno_report_model *model, int64_t arm_id)
{
    size_t i = 0;
    while (i < model->arm_count && model->arms[i].id != arm_id)
        i++;
    return i;
}

size_t dyno_report_trial_at(const struct dyno_report_model *model, int64_t trial_id)
{
    size_t i = 0;
    while (i < model->trial_count && model->trials[i].id != trial_id)
        i++;
    return i;
}

size_t dyno_report_gates_failed(const struct dyno_report_model *model)
{
    size_t failed = 0;
    for (size_t i = 0; i < model->gate_count; i++)
        failed += model->gates[i].failures > 0;
    return failed;
}

const char *dyno_report_verdict(const struct dyno_report_model *model)
{
    return model->head.verdict;
}

int dyno_report_exit_code(const struct dyno_report_model *model)
{
    return model->head.exit_code;
}
