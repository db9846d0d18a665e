#include "report/history.h"

static cJSON *points_json(const struct dyno_report_history_series *series)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < series->point_count; i++) {
        const struct dyno_report_history_point *point = &series->points[i];
        cJSON *item = cJSON_CreateObject();
        dyno_json_add_i64(item, "experiment", point->experiment);
        dyno_json_add_string(item, "created_utc", point->created_utc);
        dyno_json_add_i64(item, "trials", point->trials);
        dyno_json_add_f64(item, "ns", point->ns);
        cJSON_AddItemToArray(list, item);
    }
    return list;
}

static cJSON *changes_json(const struct dyno_report_history_series *series)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < series->change_count; i++) {
        const struct dyno_report_history_change *change = &series->changes[i];
        cJSON *item = cJSON_CreateObject();
        dyno_json_add_i64(item, "experiment", series->points[change->at].experiment);
        dyno_json_add_i64(item, "point", (int64_t)change->at);
        dyno_json_add_f64(item, "before_ns", change->before_ns);
        dyno_json_add_f64(item, "after_ns", change->after_ns);
        dyno_json_add_f64(item, "p", change->p);
        cJSON_AddItemToArray(list, item);
    }
    return list;
}

cJSON *dyno_report_history_json(const struct dyno_report_history *history)
{
    cJSON *root = cJSON_CreateObject();
    dyno_json_add_i64(root, "schema_version", 1);
    cJSON *list = cJSON_AddArrayToObject(root, "series");
    for (size_t i = 0; i < history->count; i++) {
        const struct dyno_report_history_series *series = &history->series[i];
        cJSON *item = cJSON_CreateObject();
        dyno_json_add_string(item, "workload", series->workload);
        dyno_json_add_string(item, "profile", series->profile);
        dyno_json_add_string(item, "metric", series->metric);
        cJSON_AddItemToObject(item, "points", points_json(series));
        cJSON_AddItemToObject(item, "changes", changes_json(series));
        cJSON_AddItemToArray(list, item);
    }
    return root;
}
