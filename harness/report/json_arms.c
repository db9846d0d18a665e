#include "report/json.h"

#include <math.h>

/* {"p95_ns": ...}: the numbers that are known in this way only. */
static void add_told(cJSON *object, const char *name, const struct dyno_report_summary *summary,
                     enum dyno_report_known known)
{
    static const char *const names[DYNO_REPORT_NUMBERS] = {
        [DYNO_REPORT_MIN] = "min_ns", [DYNO_REPORT_P50] = "p50_ns", [DYNO_REPORT_P90] = "p90_ns",
        [DYNO_REPORT_P95] = "p95_ns", [DYNO_REPORT_P99] = "p99_ns", [DYNO_REPORT_MEAN] = "mean_ns",
        [DYNO_REPORT_MAX] = "max_ns"};
    cJSON *told = cJSON_AddObjectToObject(object, name);
    for (int i = 0; i < DYNO_REPORT_NUMBERS; i++)
        if (summary->told[i].known == known)
            dyno_json_add_f64(told, names[i], summary->told[i].ns);
}

cJSON *dyno_report_json_summary(const struct dyno_report_summary *summary)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_i64(object, "n", summary->n);
    dyno_json_add_f64(object, "min_ns", summary->min_ns);
    dyno_json_add_f64(object, "p50_ns", summary->p50_ns);
    dyno_json_add_f64(object, "p90_ns", summary->p90_ns);
    dyno_json_add_f64(object, "p95_ns", summary->p95_ns);
    dyno_json_add_f64(object, "p99_ns", summary->p99_ns);
    dyno_json_add_f64(object, "mean_ns", summary->mean_ns);
    dyno_json_add_f64(object, "max_ns", summary->max_ns);
    dyno_json_add_i64(object, "cut_off", summary->cut_off);
    add_told(object, "above", summary, DYNO_REPORT_ABOVE);
    add_told(object, "sample", summary, DYNO_REPORT_SAMPLE);
    return object;
}

static cJSON *pair_list(double a, double b)
{
    const double pair[] = {a, b};
    return cJSON_CreateDoubleArray(pair, 2);
}

/* [probability, ns] pairs. */
static cJSON *curve_list(const struct dyno_report_curve *curve)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < DYNO_REPORT_CURVE_POINTS; i++)
        if (isfinite(curve->ns[i]))
            cJSON_AddItemToArray(list, pair_list(dyno_report_curve_p(i), round(curve->ns[i])));
    return list;
}

/* [lower edge in ns, count] pairs of the bins from the first to the last that is not empty. */
static cJSON *histogram_list(const struct dyno_report_histogram *histogram)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = histogram->first; i <= histogram->last; i++)
        cJSON_AddItemToArray(
            list, pair_list(round(dyno_report_bin_edge_ns(i)), (double)histogram->counts[i]));
    return list;
}

/* [trial id, ns since the window began, response in ns]. */
static cJSON *over_time_list(const struct dyno_report_model *model,
                             const struct dyno_report_arm *arm)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < arm->over_time_count; i++) {
        const struct dyno_report_point *point = &arm->over_time[i];
        const double item[] = {(double)model->trials[point->trial].id, point->t_ns,
                               point->value_ns};
        cJSON_AddItemToArray(list, cJSON_CreateDoubleArray(item, 3));
    }
    return list;
}

static cJSON *arm_object(const struct dyno_report_model *model, const struct dyno_report_arm *arm)
{
    cJSON *object = cJSON_CreateObject();
    dyno_json_add_string(object, "role", arm->role);
    dyno_json_add_string(object, "name", arm->name);
    dyno_json_add_string(object, "comment", arm->comment);
    dyno_json_add_string(object, "sha256", arm->sha256);
    dyno_json_add_i64(object, "trials", arm->trials);
    dyno_json_add_i64(object, "valid_trials", arm->valid_trials);
    dyno_json_add_i64(object, "offered", arm->offered);
    dyno_json_add_i64(object, "completed", arm->completed);
    dyno_json_add_i64(object, "failed", arm->failed);
    dyno_json_add_i64(object, "censored", arm->censored);
    dyno_json_add_f64(object, "window_s", arm->window_s);
    for (int i = 0; i < DYNO_REPORT_SERIES_COUNT; i++)
        cJSON_AddItemToObject(object, dyno_report_series_name((enum dyno_report_series)i),
                              dyno_report_json_summary(&arm->series[i]));
    static const char *const curves[] = {"response_curve", "service_curve"};
    static const char *const histograms[] = {"response_histogram", "service_histogram"};
    for (size_t i = 0; i < 2; i++) {
        cJSON_AddItemToObject(object, curves[i], curve_list(&arm->curves[i]));
        cJSON_AddItemToObject(object, histograms[i], histogram_list(&arm->histograms[i]));
    }
    cJSON_AddItemToObject(object, "over_time", over_time_list(model, arm));
    return object;
}

cJSON *dyno_report_json_arms(const struct dyno_report_model *model)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < model->arm_count; i++)
        cJSON_AddItemToArray(list, arm_object(model, &model->arms[i]));
    return list;
}
