#include "report/chart.h"
#include "report/html_parts.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CHANGES_SHOWN    8
#define BARS_QUERIES_MAX 30 /* with more, bars would be half of the report */

static void put_change(struct dyno_markup *m, const struct dyno_report_change *change)
{
    char words[96];
    char value[DYNO_REPORT_WORD_BYTES];
    dyno_html_row(m);
    dyno_html_name(m, dyno_spark_metric_info(change->metric)->label);
    dyno_html_number(m,
                     dyno_spark_metric_format(change->metric, change->base, value, sizeof value));
    dyno_html_number(
        m, dyno_spark_metric_format(change->metric, change->candidate, value, sizeof value));
    dyno_markup_open(m, "td");
    dyno_chart_bars(m, change->base, change->candidate);
    dyno_markup_close(m, "td");
    dyno_html_number(m, dyno_report_format_change(change->ratio, value, sizeof value));
    dyno_markup_open(m, "td");
    dyno_markup_text(m, change->query->name);
    if (change->also_queries > 0) {
        (void)snprintf(words, sizeof words, ", likewise in %zu more", change->also_queries);
        dyno_markup_text(m, words);
    }
    dyno_markup_close(m, "td");
    dyno_html_row_close(m);
}

static void put_changes(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {"mean per statement",  "#base",   "#candidate",
                                        "base over candidate", "#change", "of query"};
    if (model->change_count == 0) {
        dyno_markup_element(
            m, "p", NULL, "None of Spark's numbers differs between the arms by more than a tenth.");
        return;
    }
    dyno_html_table(m, "Largest changes in Spark's numbers", heads, 6);
    size_t shown = 0;
    for (; shown < model->change_count && shown < CHANGES_SHOWN; shown++)
        put_change(m, &model->changes[shown]);
    dyno_html_table_close(m);
    dyno_html_more(m, model->change_count, shown, "changes (see the tables below)");
}

static bool is_all_zero(const struct dyno_report_model *model,
                        const struct dyno_report_query *query, enum dyno_spark_metric metric)
{
    for (size_t arm = 0; arm < model->arm_count; arm++)
        if (query->arms[arm].spark[metric] > 0)
            return false;
    return true;
}

static void put_metric(struct dyno_markup *m, const struct dyno_report_model *model,
                       const struct dyno_report_query *query, enum dyno_spark_metric metric)
{
    char value[DYNO_REPORT_WORD_BYTES];
    double base = query->arms[0].spark[metric];
    double candidate = query->arms[1].spark[metric];
    dyno_html_row(m);
    dyno_html_name(m, dyno_spark_metric_info(metric)->label);
    dyno_html_number(m, dyno_spark_metric_format(metric, base, value, sizeof value));
    if (dyno_report_is_compare(model)) {
        dyno_html_number(m, dyno_spark_metric_format(metric, candidate, value, sizeof value));
        dyno_markup_open(m, "td");
        bool has_bars = query == &model->overall || model->query_count <= BARS_QUERIES_MAX;
        if (has_bars && isfinite(base) && isfinite(candidate))
            dyno_chart_bars(m, base, candidate);
        dyno_markup_close(m, "td");
        double ratio = base == 0 && candidate == 0 ? 1 : candidate / base;
        dyno_html_number(m, dyno_report_format_change(ratio, value, sizeof value));
    }
    dyno_html_row_close(m);
}

static void put_spark_table(struct dyno_markup *m, const struct dyno_report_model *model,
                            const struct dyno_report_query *query)
{
    char arm_heads[2][64];
    for (size_t arm = 0; arm < model->arm_count; arm++)
        (void)snprintf(arm_heads[arm], sizeof arm_heads[arm], "#%s (%lld of %lld)",
                       dyno_report_is_compare(model) ? arm == 0 ? "base" : "candidate" : "value",
                       (long long)query->arms[arm].joined, (long long)query->arms[arm].response.n);
    const char *const heads[] = {"mean per statement", arm_heads[0], arm_heads[1],
                                 "base over candidate", "#change"};
    dyno_html_table(m, "Spark's numbers", heads, dyno_report_is_compare(model) ? 5 : 2);
    for (int i = 0; i < DYNO_SPARK_METRICS; i++)
        if (!is_all_zero(model, query, (enum dyno_spark_metric)i))
            put_metric(m, model, query, (enum dyno_spark_metric)i);
    dyno_html_table_close(m);
}

static void put_details(struct dyno_markup *m, const struct dyno_report_model *model)
{
    if (!dyno_report_is_compare(model)) {
        dyno_markup_open_class(m, "div", "compact");
        put_spark_table(m, model, &model->overall);
        dyno_markup_close(m, "div");
    }
    dyno_markup_open(m, "details");
    dyno_markup_element(m, "summary", NULL, "All of Spark's numbers, query by query");
    dyno_markup_element(m, "p", "note",
                        "In brackets: completed statements for which Spark's numbers were found. "
                        "Numbers that are 0 throughout are left out.");
    if (dyno_report_is_compare(model)) {
        dyno_markup_element(m, "h3", NULL, model->overall.name);
        put_spark_table(m, model, &model->overall);
    }
    size_t shown = 0;
    for (; shown < model->query_count && shown < DYNO_HTML_DETAILS_MAX; shown++) {
        dyno_markup_element(m, "h3", NULL, model->queries[shown].name);
        put_spark_table(m, model, &model->queries[shown]);
    }
    dyno_html_more(m, model->query_count, shown, "queries");
    dyno_markup_close(m, "details");
}

/* For how many statements Spark's numbers are known at all. */
static void put_coverage(struct dyno_markup *m, int64_t joined, int64_t completed)
{
    char words[160];
    if (joined == 0)
        (void)snprintf(
            words, sizeof words,
            "No statement was found again in Spark's numbers: there was no REST interface, "
            "or it had forgotten them.");
    else
        (void)snprintf(
            words, sizeof words,
            "Spark's numbers were found for %lld of %lld completed statements (%.1f %%).",
            (long long)joined, (long long)completed,
            100.0 * (double)joined / (double)(completed > 0 ? completed : 1));
    dyno_markup_element(m, "p", joined == 0 ? NULL : "note", words);
}

void dyno_html_why(struct dyno_markup *m, const struct dyno_report_model *model)
{
    bool is_compare = dyno_report_is_compare(model);
    dyno_html_section(m, "why", is_compare ? "Why: what Spark saw" : "What Spark saw",
                      is_compare
                          ? "The largest changes in Spark's own numbers. They changed together "
                            "with the response time; that one caused the other is for you to "
                            "judge."
                          : NULL);
    int64_t joined = 0;
    int64_t completed = 0;
    for (size_t arm = 0; arm < model->arm_count; arm++) {
        joined += model->overall.arms[arm].joined;
        completed += model->overall.arms[arm].response.n;
    }
    if (model->together != NULL)
        dyno_markup_element(m, "p", NULL, model->together);
    dyno_html_accounts(m, model);
    dyno_html_servers(m, model);
    dyno_html_findings(m, model);
    if (joined > 0 && is_compare)
        put_changes(m, model);
    put_coverage(m, joined, completed);
    if (joined > 0)
        put_details(m, model);
    dyno_html_plans(m, model);
    dyno_markup_close(m, "section");
}
