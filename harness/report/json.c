#include "report/json.h"

#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#define JSON_MAX_BYTES (256u * 1024 * 1024)

static cJSON *experiment_object(const struct dyno_report_head *head)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_i64(object, "id", head->id);
    dyno_json_add_string(object, "kind", head->kind);
    dyno_json_add_string(object, "name", head->name);
    dyno_json_add_string(object, "state", head->state);
    dyno_json_add_string(object, "reason", head->reason);
    dyno_json_add_string(object, "seed", head->seed);
    dyno_json_add_f64(object, "margin", head->margin);
    dyno_json_add_i64(object, "blocks_planned", head->blocks_planned);
    dyno_json_add_i64(object, "starts_planned", head->starts_planned);
    cJSON_AddBoolToObject(object, "is_shared", head->is_shared);
    dyno_json_add_string(object, "created_utc", head->created_utc);
    dyno_json_add_string(object, "finished_utc", head->finished_utc);
    dyno_json_add_string(object, "plan_sha256", head->plan_sha256);
    dyno_json_add_string(object, "command", head->command);
    return object;
}

static cJSON *verdict_object(const struct dyno_report_model *model)
{
    const struct dyno_report_head *head = &model->head;
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_string(object, "verdict", head->verdict);
    dyno_json_add_string(object, "sentence", head->sentence);
    cJSON *list = cJSON_AddArrayToObject(object, "qualifiers");
    for (size_t i = 0; i < head->qualifier_count; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(head->qualifiers[i]));
    dyno_json_add_i64(object, "exit_code", head->exit_code);
    cJSON_AddBoolToObject(object, "is_of_valid_trials", model->is_of_valid_trials);
    dyno_json_add_string(object, "next", head->next);
    return object;
}

static void add_pair(cJSON *object, const char *key, const double pair[2])
{
    cJSON *list = cJSON_AddArrayToObject(object, key);
    for (size_t i = 0; i < 2; i++)
        cJSON_AddItemToArray(list, pair[i] > 0 ? cJSON_CreateNumber(pair[i]) : cJSON_CreateNull());
}

static cJSON *contrast_object(const struct dyno_report_contrast *contrast)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_string(object, "metric", contrast->metric);
    if (contrast->query == DYNO_REPORT_OVERALL)
        cJSON_AddNullToObject(object, "query");
    else
        dyno_json_add_i64(object, "query", contrast->query);
    dyno_json_add_string(object, "query_name", contrast->query_name);
    dyno_json_add_i64(object, "blocks", contrast->blocks);
    dyno_json_add_f64(object, "base_ns", contrast->base_ns);
    dyno_json_add_f64(object, "candidate_ns", contrast->candidate_ns);
    dyno_json_add_f64(object, "ratio", contrast->ratio);
    add_pair(object, "ci95", contrast->ci95);
    add_pair(object, "ci90", contrast->ci90);
    dyno_json_add_f64(object, "p_t", contrast->p_t);
    dyno_json_add_f64(object, "p_sign_flip", contrast->p_sign_flip);
    dyno_json_add_f64(object, "visible_ratio", contrast->visible_ratio);
    cJSON_AddBoolToObject(object, "is_primary", contrast->is_primary);
    dyno_json_add_f64(object, "df", contrast->df);
    dyno_json_add_f64(object, "p_adjusted", contrast->p_adjusted);
    dyno_json_add_f64(object, "p_equivalence", contrast->p_equivalence);
    dyno_json_add_f64(object, "margin_ratio", contrast->margin_ratio);
    dyno_json_add_f64(object, "robust_ratio", contrast->robust);
    add_pair(object, "robust_ci95", contrast->robust95);
    dyno_json_add_f64(object, "sd_within_starts", contrast->sd_within);
    dyno_json_add_f64(object, "sd_between_starts", contrast->sd_between);
    dyno_json_add_f64(object, "e_value", contrast->e_value);
    dyno_json_add_string(object, "verdict", contrast->verdict);
    dyno_json_add_string(object, "reason", contrast->reason);
    cJSON *list = cJSON_AddArrayToObject(object, "block_ratios");
    for (size_t i = 0; i < contrast->block_ratio_count; i++) {
        cJSON *item = cJSON_CreateObject();
        dyno_json_add_i64(item, "block", contrast->block_ratios[i].block);
        dyno_json_add_f64(item, "ratio", contrast->block_ratios[i].ratio);
        cJSON_AddItemToArray(list, item);
    }
    return object;
}

static cJSON *disturbances_list(const struct dyno_report_model *model)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < model->disturbance_count; i++) {
        const struct dyno_report_disturbance *item = &model->disturbances[i];
        cJSON *object = cJSON_CreateObject();
        dyno_json_add_string(object, "metric", item->metric);
        dyno_json_add_string(object, "name", item->name);
        dyno_json_add_f64(object, "ratio", item->ratio);
        dyno_json_add_f64(object, "p", item->p);
        cJSON_AddBoolToObject(object, "is_seen", item->is_seen);
        dyno_json_add_string(object, "text", item->text);
        cJSON_AddItemToArray(list, object);
    }
    return list;
}

static cJSON *spark_object(const struct dyno_report_query_arm *arm)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_i64(object, "joined", arm->joined);
    dyno_json_add_i64(object, "completed", arm->response.n);
    for (int i = 0; i < DYNO_SPARK_METRICS; i++)
        dyno_json_add_f64(object, dyno_spark_metric_info((enum dyno_spark_metric)i)->name,
                          arm->spark[i]);
    return object;
}

static cJSON *query_object(const struct dyno_report_model *model,
                           const struct dyno_report_query *query, bool has_sql)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_i64(object, "ordinal", query->ordinal);
    dyno_json_add_string(object, "name", query->name);
    if (has_sql)
        dyno_json_add_string(object, "sql", query->sql);
    dyno_json_add_f64(object, "weight", query->weight);
    cJSON *list = cJSON_AddArrayToObject(object, "arms");
    for (size_t i = 0; i < model->arm_count; i++) {
        cJSON *arm = cJSON_CreateObject();
        dyno_json_add_string(arm, "arm", model->arms[i].name);
        dyno_json_add_i64(arm, "errors", query->arms[i].errors);
        cJSON_AddItemToObject(arm, "response", dyno_report_json_summary(&query->arms[i].response));
        cJSON_AddItemToObject(arm, "service", dyno_report_json_summary(&query->arms[i].service));
        cJSON_AddItemToObject(arm, "spark", spark_object(&query->arms[i]));
        cJSON_AddItemToArray(list, arm);
    }
    return object;
}

static cJSON *changes_list(const struct dyno_report_model *model)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < model->change_count; i++) {
        const struct dyno_report_change *change = &model->changes[i];
        cJSON *object = cJSON_CreateObject();
        dyno_json_add_string(object, "metric", dyno_spark_metric_info(change->metric)->name);
        dyno_json_add_string(object, "query", change->query->name);
        dyno_json_add_f64(object, "base", change->base);
        dyno_json_add_f64(object, "candidate", change->candidate);
        dyno_json_add_f64(object, "ratio", change->ratio);
        dyno_json_add_i64(object, "also_queries", (int64_t)change->also_queries);
        cJSON_AddItemToArray(list, object);
    }
    return list;
}

static cJSON *plans_list(const struct dyno_report_model *model)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < model->plan_count; i++) {
        const struct dyno_report_plan *plan = &model->plans[i];
        cJSON *object = cJSON_CreateObject();
        dyno_json_add_string(object, "query", plan->query->name);
        cJSON_AddBoolToObject(object, "is_same", plan->is_same);
        dyno_json_add_i64(object, "first_different_line", (int64_t)plan->first_different);
        cJSON *texts = cJSON_AddArrayToObject(object, "texts");
        for (size_t arm = 0; arm < model->arm_count; arm++)
            cJSON_AddItemToArray(texts, plan->text[arm] != NULL
                                            ? cJSON_CreateString(plan->text[arm])
                                            : cJSON_CreateNull());
        cJSON_AddItemToArray(list, object);
    }
    return list;
}

/* One entry for each arm and query, with [execution, starts, service in ns] points. */
static cJSON *warmup_list(const struct dyno_report_model *model)
{
    cJSON *list = cJSON_CreateArray();
    cJSON *points = NULL;
    for (size_t i = 0; i < model->warmup_count; i++) {
        const struct dyno_report_warmup_point *point = &model->warmup[i];
        bool is_new = i == 0 || point[-1].arm != point->arm || point[-1].query != point->query;
        if (is_new) {
            cJSON *object = cJSON_CreateObject();
            dyno_json_add_string(object, "arm", model->arms[point->arm].name);
            dyno_json_add_i64(object, "query", point->query);
            points = cJSON_AddArrayToObject(object, "points");
            cJSON_AddItemToArray(list, object);
        }
        const double item[] = {(double)point->execution, (double)point->n, point->service_ns};
        cJSON_AddItemToArray(points, cJSON_CreateDoubleArray(item, 3));
    }
    return list;
}

static cJSON *errors_object(const struct dyno_report_model *model)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_i64(object, "kinds", model->error_kinds);
    cJSON *list = cJSON_AddArrayToObject(object, "top");
    for (size_t i = 0; i < model->error_count; i++) {
        const struct dyno_report_error *error = &model->errors[i];
        cJSON *item = cJSON_CreateObject();
        dyno_json_add_string(item, "arm", error->arm_name);
        dyno_json_add_string(item, "query", error->query_name);
        dyno_json_add_string(item, "outcome", error->outcome);
        dyno_json_add_string(item, "sqlstate", error->sqlstate);
        dyno_json_add_i64(item, "count", error->count);
        dyno_json_add_string(item, "text", error->text);
        cJSON_AddItemToArray(list, item);
    }
    return object;
}

static cJSON *warnings_list(const struct dyno_report_model *model)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < model->warning_count; i++) {
        cJSON *object = cJSON_CreateObject();
        if (model->warnings[i].trial == 0)
            cJSON_AddNullToObject(object, "trial");
        else
            dyno_json_add_i64(object, "trial", model->warnings[i].trial);
        dyno_json_add_string(object, "code", model->warnings[i].code);
        dyno_json_add_string(object, "text", model->warnings[i].text);
        cJSON_AddItemToArray(list, object);
    }
    return list;
}

static cJSON *facts_list(const struct dyno_report_model *model)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < model->fact_count; i++) {
        cJSON *object = cJSON_CreateObject();
        dyno_json_add_string(object, "topic", model->facts[i].topic);
        dyno_json_add_string(object, "name", model->facts[i].name);
        dyno_json_add_string(object, "value", model->facts[i].value);
        cJSON_AddItemToArray(list, object);
    }
    return list;
}

cJSON *dyno_report_json_document(const struct dyno_report_model *model, bool has_long_texts)
{
    cJSON *root = cJSON_CreateObject();
    dyno_json_add_i64(root, "schema_version", DYNO_REPORT_SCHEMA_VERSION);
    dyno_json_add_string(root, "tool", "sparkdyno");
    dyno_json_add_string(root, "tool_version", model->head.tool_version);
    cJSON_AddItemToObject(root, "experiment", experiment_object(&model->head));
    cJSON_AddItemToObject(root, "verdict", verdict_object(model));
    if (model->rank != NULL)
        cJSON_AddItemToObject(root, "rank", dyno_report_json_rank(model));
    cJSON *contrasts = cJSON_AddArrayToObject(root, "contrasts");
    for (size_t i = 0; i < model->contrast_count; i++)
        cJSON_AddItemToArray(contrasts, contrast_object(&model->contrasts[i]));
    cJSON_AddItemToObject(root, "capacity",
                          model->capacity != NULL ? cJSON_Duplicate(model->capacity, true)
                                                  : cJSON_CreateNull());
    cJSON_AddItemToObject(root, "disturbances", disturbances_list(model));
    cJSON_AddItemToObject(root, "arms", dyno_report_json_arms(model));
    cJSON_AddItemToObject(root, "settings", dyno_report_json_settings(model));
    cJSON_AddItemToObject(root, "facts", facts_list(model));
    cJSON_AddItemToObject(root, "starts", dyno_report_json_starts(model));
    cJSON_AddItemToObject(root, "gates", dyno_report_json_gates(model));
    cJSON_AddItemToObject(root, "trials", dyno_report_json_trials(model));
    cJSON_AddItemToObject(root, "overall", query_object(model, &model->overall, false));
    cJSON *queries = cJSON_AddArrayToObject(root, "queries");
    for (size_t i = 0; i < model->query_count; i++)
        cJSON_AddItemToArray(queries, query_object(model, &model->queries[i], has_long_texts));
    cJSON_AddItemToObject(root, "changes", changes_list(model));
    cJSON *accounts = cJSON_AddArrayToObject(root, "accounts");
    for (size_t i = 0; i < model->arm_count; i++) {
        cJSON *account = dyno_report_json_account(&model->accounts[i]);
        dyno_json_add_string(account, "arm", model->arms[i].name);
        cJSON_AddItemToArray(accounts, account);
    }
    cJSON *servers = cJSON_AddArrayToObject(root, "servers");
    for (size_t i = 0; i < model->arm_count; i++) {
        cJSON *server = dyno_report_json_server(&model->servers[i]);
        dyno_json_add_string(server, "arm", model->arms[i].name);
        cJSON_AddItemToArray(servers, server);
    }
    dyno_json_add_string(root, "together", model->together);
    cJSON_AddItemToObject(root, "findings",
                          dyno_report_json_findings(model->findings, model->finding_count));
    cJSON_AddItemToObject(root, "plans", has_long_texts ? plans_list(model) : cJSON_CreateArray());
    cJSON_AddItemToObject(root, "warmup", warmup_list(model));
    cJSON_AddItemToObject(root, "errors", errors_object(model));
    cJSON_AddItemToObject(root, "warnings", warnings_list(model));
    return root;
}

enum dyno_status dyno_report_json(const struct dyno_report_model *model, struct dyno_str *out,
                                  struct dyno_err *err)
{
    cJSON *root = dyno_report_json_document(model, true);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (text == NULL || strlen(text) > JSON_MAX_BYTES) {
        free(text);
        return dyno_err_set(err, DYNO_ELIMIT, "the JSON report is over %u bytes", JSON_MAX_BYTES);
    }
    dyno_str_append(out, text);
    dyno_str_append_char(out, '\n');
    free(text);
    return DYNO_OK;
}
