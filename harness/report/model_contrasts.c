#include "base/vec.h"
#include "report/model_parts.h"
#include "report/rows.h"

#include <sqlite3.h>

#include <math.h>
#include <string.h>

struct reading {
    const struct dyno_report_model *model;
    struct dyno_vec contrasts;
};

static double ratio_of(struct sqlite3_stmt *row, int column)
{
    return exp(dyno_report_column_f64(row, column));
}

static void contrast_row(struct sqlite3_stmt *row, void *context)
{
    struct reading *reading = context;
    struct dyno_report_contrast *contrast = dyno_vec_push(&reading->contrasts, NULL);
    contrast->metric = dyno_report_column_text_or_empty(row, 0);
    contrast->query = sqlite3_column_int64(row, 1);
    contrast->blocks = sqlite3_column_int64(row, 2);
    contrast->base_ns = dyno_report_column_f64(row, 3);
    contrast->candidate_ns = dyno_report_column_f64(row, 4);
    contrast->ratio = ratio_of(row, 5);
    contrast->ci95[0] = ratio_of(row, 6);
    contrast->ci95[1] = ratio_of(row, 7);
    contrast->ci90[0] = ratio_of(row, 8);
    contrast->ci90[1] = ratio_of(row, 9);
    contrast->p_t = dyno_report_column_f64(row, 10);
    contrast->p_sign_flip = dyno_report_column_f64(row, 11);
    contrast->visible_ratio = exp(fabs(dyno_report_column_f64(row, 12)));
    contrast->verdict = dyno_report_column_text_or_empty(row, 13);
    contrast->reason = dyno_report_column_text_or_empty(row, 14);
    contrast->is_primary = sqlite3_column_int(row, 15) != 0;
    contrast->df = dyno_report_column_f64(row, 16);
    contrast->p_adjusted = dyno_report_column_f64(row, 17);
    contrast->p_equivalence = dyno_report_column_f64(row, 18);
    contrast->margin_ratio = expm1(dyno_report_column_f64(row, 19));
    contrast->robust = ratio_of(row, 20);
    contrast->robust95[0] = ratio_of(row, 21);
    contrast->robust95[1] = ratio_of(row, 22);
    contrast->sd_within = dyno_report_column_f64(row, 23);
    contrast->sd_between = dyno_report_column_f64(row, 24);
    contrast->e_value = dyno_report_column_f64(row, 25);
    size_t at = dyno_report_query_at(reading->model, contrast->query);
    contrast->query_name = at < reading->model->query_count ? reading->model->queries[at].name
                                                            : reading->model->overall.name;
}

static double metric_of(const struct dyno_report_summary *summary, const char *metric)
{
    if (strcmp(metric, "response_p50") == 0)
        return summary->p50_ns;
    if (strcmp(metric, "response_p95") == 0)
        return summary->p95_ns;
    return strcmp(metric, "response_mean") == 0 ? summary->mean_ns : (double)NAN;
}

static double value_in(const struct dyno_report_model *model, size_t arm, int64_t block,
                       const struct dyno_report_contrast *contrast)
{
    size_t query = dyno_report_query_at(model, contrast->query);
    for (size_t i = 0; i < model->trial_count; i++) {
        const struct dyno_report_trial *trial = &model->trials[i];
        if (trial->arm != arm || trial->block != block || !trial->is_counted)
            continue;
        return metric_of(query < model->query_count ? &trial->queries[query] : &trial->response,
                         contrast->metric);
    }
    return (double)NAN;
}

/* The ratio of each block that has both arms: the dots around an interval. */
static void fill_block_ratios(const struct dyno_report_model *model,
                              struct dyno_report_contrast *contrast)
{
    struct dyno_vec ratios = DYNO_VEC_INIT(struct dyno_report_block_ratio);
    int64_t last = -1;
    for (size_t i = 0; i < model->trial_count; i++)
        if (model->trials[i].block > last)
            last = model->trials[i].block;
    for (int64_t block = 0; block <= last; block++) {
        double ratio = value_in(model, 1, block, contrast) / value_in(model, 0, block, contrast);
        struct dyno_report_block_ratio item = {block, ratio};
        if (isfinite(ratio) && ratio > 0)
            dyno_vec_push(&ratios, &item);
    }
    contrast->block_ratios = dyno_vec_take(&ratios, &contrast->block_ratio_count);
}

enum dyno_status dyno_report_load_contrasts(struct sqlite3 *db, struct dyno_report_model *model,
                                            struct dyno_err *err)
{
    static const char sql[] =
        "SELECT metric, query, blocks, base_value, candidate_value, log_ratio, ci_low, ci_high, "
        "ci90_low, ci90_high, p_t, p_sign_flip, mde, verdict, reason, is_primary, df, "
        "p_adjusted, p_equivalence, margin, hl, hl_low, hl_high, sd_within, sd_between, e_value "
        "FROM contrast "
        "WHERE experiment_id = ?1 ORDER BY query, CASE metric WHEN 'response_p50' THEN 0 "
        "WHEN 'response_p95' THEN 1 WHEN 'response_mean' THEN 2 ELSE 3 END, metric";
    struct reading reading = {.model = model,
                              .contrasts = DYNO_VEC_INIT(struct dyno_report_contrast)};
    enum dyno_status status =
        dyno_report_rows(db, sql, &model->head.id, contrast_row, &reading, err);
    model->contrasts = dyno_vec_take(&reading.contrasts, &model->contrast_count);
    if (dyno_report_is_compare(model))
        for (size_t i = 0; i < model->contrast_count; i++)
            fill_block_ratios(model, &model->contrasts[i]);
    return status;
}

static void disturbance_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_disturbance *item = dyno_vec_push(context, NULL);
    item->metric = dyno_report_column_text_or_empty(row, 0);
    item->name = dyno_report_column_text_or_empty(row, 1);
    item->ratio = ratio_of(row, 2);
    item->p = dyno_report_column_f64(row, 3);
    item->is_seen = sqlite3_column_int(row, 4) != 0;
    item->text = dyno_report_column_text_or_empty(row, 5);
}

enum dyno_status dyno_report_load_disturbances(struct sqlite3 *db, struct dyno_report_model *model,
                                               struct dyno_err *err)
{
    static const char sql[] = "SELECT metric, name, estimate, p, is_seen, text FROM disturbance "
                              "WHERE experiment_id = ?1 ORDER BY metric, name";
    struct dyno_vec items = DYNO_VEC_INIT(struct dyno_report_disturbance);
    enum dyno_status status =
        dyno_report_rows(db, sql, &model->head.id, disturbance_row, &items, err);
    model->disturbances = dyno_vec_take(&items, &model->disturbance_count);
    return status;
}
