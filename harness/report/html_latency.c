#include "report/chart.h"
#include "report/html_parts.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void put_series(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {"arm",  "time", "#n",   "#min", "#p50",
                                        "#p90", "#p95", "#p99", "#max", "#mean"};
    static const char *const names[] = {"response", "service", "wait for a session",
                                        "generator lag"};
    dyno_html_table(m, "Durations by arm", heads, 10);
    for (size_t arm = 0; arm < model->arm_count; arm++)
        for (size_t i = 0; i < DYNO_REPORT_SERIES_COUNT; i++) {
            const struct dyno_report_summary *s = &model->arms[arm].series[i];
            static const enum dyno_report_number shown[] = {
                DYNO_REPORT_MIN, DYNO_REPORT_P50, DYNO_REPORT_P90, DYNO_REPORT_P95,
                DYNO_REPORT_P99, DYNO_REPORT_MAX, DYNO_REPORT_MEAN};
            dyno_html_row(m);
            dyno_html_name(m, model->arms[arm].name);
            dyno_html_cell(m, names[i]);
            dyno_html_i64(m, s->n);
            for (size_t j = 0; j < sizeof shown / sizeof shown[0]; j++)
                dyno_html_told(m, &s->told[shown[j]]);
            dyno_html_row_close(m);
        }
    dyno_html_table_close(m);
    dyno_markup_element(
        m, "p", "note",
        "Response = wait for a free session + generator lag + service, for each "
        "statement, from its intended start. Failed statements are counted apart, "
        "never in these numbers. The mean is the arithmetic one, over all statements; verdicts "
        "compare one value of each trial.");
    bool has_sample = false;
    bool has_bound = false;
    for (size_t arm = 0; arm < model->arm_count; arm++) {
        const struct dyno_report_summary *r = &model->arms[arm].series[DYNO_REPORT_RESPONSE];
        has_sample = has_sample || dyno_report_has_known(r, DYNO_REPORT_SAMPLE);
        has_bound = has_bound || dyno_report_has_known(r, DYNO_REPORT_ABOVE);
    }
    if (has_sample || has_bound)
        dyno_markup_element(m, "p", "note", dyno_report_told_note(has_sample, has_bound));
}

static void put_counts(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {"arm",     "#offered",  "#completed",
                                        "#failed", "#censored", "#completed in a second"};
    dyno_html_table(m, "Statements by arm", heads, 6);
    for (size_t i = 0; i < model->arm_count; i++) {
        const struct dyno_report_arm *arm = &model->arms[i];
        char words[DYNO_REPORT_WORD_BYTES];
        dyno_html_row(m);
        dyno_html_name(m, arm->name);
        dyno_html_i64(m, arm->offered);
        dyno_html_i64(m, arm->completed);
        dyno_html_i64(m, arm->failed);
        dyno_html_i64(m, arm->censored);
        (void)snprintf(words, sizeof words, "%.3g",
                       arm->window_s > 0 ? (double)arm->completed / arm->window_s : 0.0);
        dyno_html_number(m, words);
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
}

static void put_figure(struct dyno_markup *m, const struct dyno_report_model *model,
                       enum dyno_report_series series, const char *caption)
{
    dyno_markup_open(m, "figure");
    dyno_markup_element(m, "figcaption", NULL, caption);
    dyno_chart_latency(m, model, series);
    dyno_markup_close(m, "figure");
}

static void put_warmups(struct dyno_markup *m, const struct dyno_report_model *model)
{
    if (model->warmup_count == 0)
        return;
    dyno_markup_element(m, "h3", NULL, "Warm-up");
    dyno_markup_element(
        m, "p", "note",
        "Service time by number of execution after a start, median over the starts; "
        "the level line is the median of the measured trials. A curve that has not "
        "come down to its level asks for a longer warm-up.");
    dyno_html_legend(m, model);
    dyno_markup_open_class(m, "div", "small-charts");
    size_t shown = 0;
    for (; shown < model->query_count && shown < DYNO_HTML_WARMUP_MAX; shown++) {
        dyno_markup_open(m, "figure");
        dyno_markup_element(m, "figcaption", NULL, model->queries[shown].name);
        dyno_chart_warmup(m, model, &model->queries[shown]);
        dyno_markup_close(m, "figure");
    }
    dyno_markup_close(m, "div");
    dyno_html_more(m, model->query_count, shown, "queries");
}

void dyno_html_latency(struct dyno_markup *m, const struct dyno_report_model *model)
{
    dyno_html_section(m, "latency", "Latency", NULL);
    put_counts(m, model);
    dyno_html_legend(m, model);
    dyno_markup_open_class(m, "div", "two-charts");
    put_figure(m, model, DYNO_REPORT_RESPONSE,
               "Response time: share of statements answered by then, and how many");
    put_figure(m, model, DYNO_REPORT_SERVICE,
               "Service time: the same without the wait for a session");
    dyno_markup_close(m, "div");
    put_series(m, model);
    dyno_markup_element(m, "h3", NULL, "Over time");
    dyno_html_legend(m, model);
    dyno_markup_open_class(m, "figure", "wide");
    dyno_chart_time(m, model);
    dyno_markup_element(
        m, "figcaption", NULL,
        "Response time by intended start, trials laid end to end, at most 600 "
        "statements an arm (squares: base, dots: candidate); lines are the medians of "
        "the trials.");
    dyno_markup_close(m, "figure");
    put_warmups(m, model);
    dyno_markup_close(m, "section");
}
