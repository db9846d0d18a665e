#include "base/alloc.h"
#include "base/str.h"
#include "base/vec.h"
#include "report/model_parts.h"
#include "report/rows.h"
#include "report/words.h"

#include <sqlite3.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOGETHER_MAX 3
/* A part of the time that changed by less is not worth a word. */
#define LEAST_PART_NS    5e6
#define LEAST_PART_SHARE 0.05

static const char account_sql[] =
    "SELECT t.id, t.arm_id, s.accounts, s.by_log, s.session_wait_ns, s.generator_lag_ns, "
    "s.server_queue_ns, s.planning_ns, s.scheduling_ns, s.deserialize_ns, s.compute_ns, s.gc_ns, "
    "s.shuffle_fetch_ns, s.shuffle_write_ns, s.result_ns, s.driver_ns, s.fetch_ns, s.unaccounted_ns "
    "FROM trial t JOIN trial_sum s ON s.trial_id = t.id "
    "WHERE t.experiment_id = ?1 AND t.role = 'measure' ORDER BY t.id";
#define FIRST_PART_COLUMN 4

/* SQLite gives the other columns of the row that has the maximum. */
static const char finding_sql[] =
    "SELECT t.arm_id, f.rule, f.query, f.severity, f.title, AVG(f.value), f.threshold, f.unit, "
    "f.what, COUNT(*), SUM(f.statements), SUM(f.judged), f.trial_id, f.example_seq, f.evidence, "
    "f.advice, f.command, MAX(f.value) FROM finding f JOIN trial t ON t.id = f.trial_id "
    "WHERE t.experiment_id = ?1 AND t.role = 'measure' "
    "GROUP BY t.arm_id, f.rule, f.query "
    "ORDER BY CASE f.severity WHEN 'severe' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, "
    "AVG(f.value) / MAX(f.threshold, 1e-9) DESC, f.rule, f.query, t.arm_id";

struct reading {
    struct dyno_report_model *model;
    struct dyno_vec findings;
};

static void account_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_model *model = context;
    size_t trial = dyno_report_trial_at(model, sqlite3_column_int64(row, 0));
    size_t arm = dyno_report_arm_at(model, sqlite3_column_int64(row, 1));
    if (trial >= model->trial_count || !model->trials[trial].is_counted || arm >= model->arm_count)
        return;
    struct dyno_report_account *account = &model->accounts[arm];
    account->statements += sqlite3_column_int64(row, 2);
    account->by_log += sqlite3_column_int64(row, 3);
    for (int i = 0; i < DYNO_PARTS; i++)
        account->part_ns[i] += sqlite3_column_double(row, FIRST_PART_COLUMN + i);
}

static void take_means(struct dyno_report_account *account)
{
    for (int i = 0; i < DYNO_PARTS && account->statements > 0; i++) {
        account->part_ns[i] /= (double)account->statements;
        account->total_ns += account->part_ns[i];
    }
}

static void finding_row(struct sqlite3_stmt *row, void *context)
{
    struct reading *reading = context;
    const struct dyno_report_model *model = reading->model;
    size_t arm = dyno_report_arm_at(model, sqlite3_column_int64(row, 0));
    size_t query = dyno_report_query_at(model, sqlite3_column_int64(row, 2));
    int64_t seq = sqlite3_column_int64(row, 13);
    struct dyno_report_finding *f = dyno_vec_push(&reading->findings, NULL);
    f->rule = dyno_report_column_text_or_empty(row, 1);
    f->severity = dyno_report_column_text_or_empty(row, 3);
    f->title = dyno_report_column_text_or_empty(row, 4);
    f->value = sqlite3_column_double(row, 5);
    f->threshold = sqlite3_column_double(row, 6);
    f->unit = dyno_report_column_text_or_empty(row, 7);
    f->what = dyno_report_column_text_or_empty(row, 8);
    f->arm = dyno_xstrdup(arm < model->arm_count ? model->arms[arm].name : "");
    f->query = dyno_xstrdup(query < model->query_count ? model->queries[query].name : "");
    f->trials = sqlite3_column_int64(row, 9);
    f->statements = sqlite3_column_int64(row, 10);
    f->judged = sqlite3_column_int64(row, 11);
    f->example = seq < 0 ? dyno_xstrdup("")
                         : dyno_xasprintf("%lld:%lld", (long long)sqlite3_column_int64(row, 12),
                                          (long long)seq);
    f->evidence = dyno_report_column_text_or_empty(row, 14);
    f->advice = dyno_report_column_text_or_empty(row, 15);
    f->command = dyno_report_column_text_or_empty(row, 16);
}

static void append(struct dyno_str *text, size_t *count, const char *words)
{
    dyno_str_appendf(text, "%s%s", *count > 0 ? ", " : "", words);
    (*count)++;
}

/* Counters of all queries together that changed, in the order of their changes. */
static void tell_counters(const struct dyno_report_model *model, struct dyno_str *text,
                          size_t *count)
{
    for (size_t i = 0; i < model->change_count && *count < TOGETHER_MAX - 1; i++) {
        enum dyno_spark_metric metric = model->changes[i].metric;
        const struct dyno_spark_metric_info *info = dyno_spark_metric_info(metric);
        double base = model->overall.arms[0].spark[metric];
        double candidate = model->overall.arms[1].spark[metric];
        char from[DYNO_REPORT_WORD_BYTES];
        char to[DYNO_REPORT_WORD_BYTES];
        char words[160];
        if (!(fabs(candidate - base) > info->floor))
            continue;
        (void)snprintf(words, sizeof words, "%s %s to %s", info->label,
                       dyno_spark_metric_format(metric, base, from, sizeof from),
                       dyno_spark_metric_format(metric, candidate, to, sizeof to));
        append(text, count, words);
    }
}

/* The part of the response time that changed most. */
static void tell_part(const struct dyno_report_model *model, struct dyno_str *text, size_t *count)
{
    const struct dyno_report_account *a = model->accounts;
    double best = 0;
    int at = 0;
    for (int i = 0; i < DYNO_PART_UNACCOUNTED && a[0].statements > 0 && a[1].statements > 0; i++) {
        double change = a[1].part_ns[i] - a[0].part_ns[i];
        if (fabs(change) <= fabs(best))
            continue;
        best = change;
        at = i;
    }
    if (fabs(best) < LEAST_PART_NS || fabs(best) < LEAST_PART_SHARE * a[0].total_ns)
        return;
    char size[DYNO_REPORT_WORD_BYTES];
    char words[160];
    (void)snprintf(words, sizeof words, "%s %s%s of the mean response",
                   dyno_part_label((enum dyno_part)at), best > 0 ? "+" : "-",
                   dyno_report_format_ns(fabs(best), size, sizeof size));
    append(text, count, words);
}

static void tell_equal(const struct dyno_report_model *model, struct dyno_str *text)
{
    double base = model->overall.arms[0].spark[DYNO_SPARK_SHUFFLE_WRITE];
    double candidate = model->overall.arms[1].spark[DYNO_SPARK_SHUFFLE_WRITE];
    double floor = dyno_spark_metric_info(DYNO_SPARK_SHUFFLE_WRITE)->floor;
    if (base > 0 && fabs(candidate - base) <= fmax(floor, 0.1 * base))
        dyno_str_append(text, "; shuffle bytes equal");
}

/* "aqe-off: +38 % p95; with it (a correlation): tasks 6 to 200, ...; shuffle bytes equal". */
static void tell_together(struct dyno_report_model *model)
{
    const struct dyno_report_contrast *contrast =
        dyno_report_contrast_find(model, "response_p95", DYNO_REPORT_OVERALL);
    size_t count = 0;
    char change[DYNO_REPORT_WORD_BYTES];
    struct dyno_str text;
    if (contrast == NULL || !isfinite(contrast->ratio))
        return;
    dyno_str_init(&text, 2048);
    dyno_str_append(&text, model->arms[1].name);
    dyno_str_appendf(&text, ": %s p95; with it (a correlation): ",
                     dyno_report_format_change(contrast->ratio, change, sizeof change));
    tell_counters(model, &text, &count);
    tell_part(model, &text, &count);
    if (count > 0) {
        tell_equal(model, &text);
        model->together = dyno_str_take(&text);
    }
    dyno_str_deinit(&text);
}

enum dyno_status dyno_report_load_why(struct sqlite3 *db, struct dyno_report_model *model,
                                      struct dyno_err *err)
{
    struct reading reading = {.model = model,
                              .findings = DYNO_VEC_INIT(struct dyno_report_finding)};
    enum dyno_status status =
        dyno_report_rows(db, account_sql, &model->head.id, account_row, model, err);
    for (size_t i = 0; i < DYNO_REPORT_ARMS; i++)
        take_means(&model->accounts[i]);
    if (status == DYNO_OK)
        status = dyno_report_rows(db, finding_sql, &model->head.id, finding_row, &reading, err);
    model->findings = dyno_vec_take(&reading.findings, &model->finding_count);
    if (status == DYNO_OK && dyno_report_is_compare(model))
        tell_together(model);
    return status;
}
