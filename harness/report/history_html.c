#include "base/plural.h"
#include "report/clean.h"
#include "report/history.h"
#include "report/html_parts.h"
#include "report/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERIES_MAX    24
#define POINTS_MAX    400
#define FEWEST_POINTS 2

/* Names come from the results file: without what no report shows. */
static void put_clean(struct dyno_markup *m, const char *text)
{
    char *clean = dyno_report_clean(text, strlen(text));
    dyno_markup_text(m, clean);
    free(clean);
}

static size_t count_changes(const struct dyno_report_history *history)
{
    size_t changes = 0;
    for (size_t i = 0; i < history->count; i++)
        changes += history->series[i].change_count;
    return changes;
}

/* Series that have a history; others are one experiment and no more. */
static size_t count_told(const struct dyno_report_history *history)
{
    size_t told = 0;
    for (size_t i = 0; i < history->count; i++)
        told += history->series[i].point_count >= FEWEST_POINTS ? 1u : 0u;
    return told;
}

static void put_verdict(struct dyno_markup *m, const struct dyno_report_history *history)
{
    char words[160];
    size_t changes = count_changes(history);
    size_t told = count_told(history);
    dyno_markup_open_class(m, "p", "origin");
    dyno_markup_element(m, "b", NULL, "sparkdyno");
    dyno_markup_text(m, " trend");
    dyno_markup_close(m, "p");
    dyno_markup_open_class(m, "section", changes > 0 ? "verdict is-open" : "verdict is-good");
    if (changes == 0)
        (void)snprintf(words, sizeof words, "no change");
    else
        (void)snprintf(words, sizeof words, "%zu change%s", changes,
                       dyno_plural((long long)changes));
    dyno_markup_element(m, "p", "word", words);
    dyno_markup_element(m, "h1", NULL, "Response times over the experiments of this results file");
    (void)snprintf(words, sizeof words,
                   "%zu series of equal workload, load, profile and environment with at least two "
                   "experiments were looked at.",
                   told);
    dyno_markup_element(m, "p", "sentence", words);
    dyno_markup_close(m, "section");
}

static void put_changes(struct dyno_markup *m, const struct dyno_report_history_series *series)
{
    static const char *const heads[] = {"since",  "#experiment", "#before",
                                        "#after", "#change",     "#p"};
    if (series->change_count == 0) {
        dyno_markup_element(m, "p", "note", "No change was found in this series.");
        return;
    }
    dyno_html_table(m, "Changes", heads, sizeof heads / sizeof heads[0]);
    for (size_t k = 0; k < series->change_count; k++) {
        const struct dyno_report_history_change *change = &series->changes[k];
        const struct dyno_report_history_point *point = &series->points[change->at];
        char words[DYNO_REPORT_WORD_BYTES];
        dyno_html_row(m);
        dyno_html_name(m, dyno_report_format_utc(point->created_utc, words, sizeof words));
        dyno_html_i64(m, point->experiment);
        dyno_html_ns(m, change->before_ns);
        dyno_html_ns(m, change->after_ns);
        dyno_html_number(m, dyno_report_format_change(change->after_ns / change->before_ns, words,
                                                      sizeof words));
        (void)snprintf(words, sizeof words, "%.2g", change->p);
        dyno_html_number(m, words);
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
}

static void put_points(struct dyno_markup *m, const struct dyno_report_history_series *series)
{
    static const char *const heads[] = {"when (UTC)", "#experiment", "#trials", "#value"};
    dyno_markup_open(m, "details");
    dyno_markup_element(m, "summary", NULL, "The values");
    dyno_html_table(m, "Values", heads, sizeof heads / sizeof heads[0]);
    size_t shown = 0;
    for (; shown < series->point_count && shown < POINTS_MAX; shown++) {
        /* The newest first: a long history is cut at its other end. */
        const struct dyno_report_history_point *point =
            &series->points[series->point_count - 1 - shown];
        char words[DYNO_REPORT_WORD_BYTES];
        dyno_html_row(m);
        dyno_html_name(m, dyno_report_format_utc(point->created_utc, words, sizeof words));
        dyno_html_i64(m, point->experiment);
        dyno_html_i64(m, point->trials);
        dyno_html_ns(m, point->ns);
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
    dyno_html_more(m, series->point_count, shown, "values");
    dyno_markup_close(m, "details");
}

static void put_series(struct dyno_markup *m, const struct dyno_report_history_series *series,
                       size_t ordinal)
{
    char id[32];
    (void)snprintf(id, sizeof id, "series-%zu", ordinal);
    dyno_markup_open(m, "section");
    dyno_markup_attr(m, "id", id);
    dyno_markup_open(m, "h2");
    put_clean(m, series->workload);
    dyno_markup_text(m, " under ");
    put_clean(m, series->profile);
    dyno_markup_text(m, ", ");
    dyno_markup_text(m, dyno_report_metric_label(series->metric));
    dyno_markup_text(m, " response");
    dyno_markup_close(m, "h2");
    dyno_markup_open(m, "figure");
    dyno_chart_history(m, series);
    dyno_markup_element(m, "figcaption", NULL,
                        "One dot for each experiment, in their order; a line where a new regime "
                        "begins, the mean of each regime as a bar.");
    dyno_markup_close(m, "figure");
    put_changes(m, series);
    put_points(m, series);
    dyno_markup_close(m, "section");
}

static void append_body(struct dyno_str *out, const void *context)
{
    const struct dyno_report_history *history = context;
    struct dyno_markup m = {.out = out, .is_tag_open = false};
    size_t shown = 0;
    put_verdict(&m, history);
    for (size_t i = 0; i < history->count; i++)
        if (history->series[i].point_count >= FEWEST_POINTS && shown < SERIES_MAX)
            put_series(&m, &history->series[i], ++shown);
    dyno_html_more(&m, count_told(history), shown, "series");
    dyno_markup_element(&m, "p", "note",
                        "Changes are found by the algorithm of Apache Otava: E-divisive in "
                        "windows, a t test of left against right, weak points merged away.");
}

static void append_title(struct dyno_str *out, const void *context)
{
    (void)context;
    dyno_str_append(out, "sparkdyno trend");
}

static cJSON *make_data(const void *context)
{
    return dyno_report_history_json(context);
}

enum dyno_status dyno_report_history_html(const struct dyno_report_history *history,
                                          struct dyno_str *out, struct dyno_err *err)
{
    const struct dyno_html_page page = {
        .title = append_title, .body = append_body, .data = make_data, .context = history};
    return dyno_html_page_write(&page, out, err);
}
