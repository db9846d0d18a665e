#include "report/html_parts.h"
#include "report/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void put_change(struct dyno_markup *m, const struct dyno_report_model *model,
                       const struct dyno_report_query *query)
{
    const struct dyno_report_contrast *contrast =
        dyno_report_contrast_find(model, dyno_report_query_metric(model), query->ordinal);
    char low[DYNO_REPORT_WORD_BYTES];
    char high[DYNO_REPORT_WORD_BYTES];
    char words[3 * DYNO_REPORT_WORD_BYTES];
    if (contrast == NULL) {
        dyno_html_number(m, "-");
        dyno_html_number(m, "-");
        dyno_html_cell(m, "");
        return;
    }
    dyno_html_number(m, dyno_report_format_change(contrast->ratio, words, sizeof words));
    (void)snprintf(words, sizeof words, "%s to %s",
                   dyno_report_format_ratio(contrast->ci95[0], low, sizeof low),
                   dyno_report_format_ratio(contrast->ci95[1], high, sizeof high));
    dyno_html_number(m, isfinite(contrast->ci95[0]) ? words : "-");
    dyno_html_verdict_word(m, "td", contrast->verdict);
}

/* "256" for one arm, "256 / 224" for two. */
static void put_counts(struct dyno_markup *m, size_t arm_count, int64_t base, int64_t candidate)
{
    char words[64];
    int len = snprintf(words, sizeof words, "%" PRId64, base);
    if (arm_count > 1)
        (void)snprintf(words + len, sizeof words - (size_t)len, " / %" PRId64, candidate);
    dyno_html_number(m, words);
}

/* "663 ms → 523 ms". */
static void put_durations(struct dyno_markup *m, const struct dyno_report_model *model,
                          const struct dyno_report_query *query, enum dyno_report_number number)
{
    char words[3 * DYNO_REPORT_WORD_BYTES];
    char base[DYNO_REPORT_WORD_BYTES];
    char candidate[DYNO_REPORT_WORD_BYTES];
    (void)dyno_report_format_told(&query->arms[0].response.told[number], base, sizeof base);
    (void)dyno_report_format_told(&query->arms[1].response.told[number], candidate,
                                  sizeof candidate);
    if (model->arm_count > 1)
        (void)snprintf(words, sizeof words, "%s → %s", base, candidate);
    else
        (void)snprintf(words, sizeof words, "%s", base);
    dyno_html_number(m, words);
}

static void put_query(struct dyno_markup *m, const struct dyno_report_model *model,
                      const struct dyno_report_query *query)
{
    const struct dyno_report_query_arm *arms = query->arms;
    const struct dyno_report_summary *base = &arms[0].response;
    const struct dyno_report_summary *candidate = &arms[1].response;
    size_t arm_count = model->arm_count;
    dyno_html_row(m);
    dyno_html_name(m, query->name);
    if (dyno_report_is_compare(model))
        put_change(m, model, query);
    put_durations(m, model, query, DYNO_REPORT_P50);
    put_durations(m, model, query, DYNO_REPORT_P95);
    put_durations(m, model, query, DYNO_REPORT_MEAN);
    put_counts(m, arm_count, base->n, candidate->n);
    put_counts(m, arm_count, arms[0].errors, arms[1].errors);
    dyno_html_row_close(m);
}

/* Of the numbers that the table shows. */
static bool is_marked(const struct dyno_report_summary *summary, enum dyno_report_known known)
{
    return summary->told[DYNO_REPORT_P50].known == known ||
           summary->told[DYNO_REPORT_P95].known == known ||
           summary->told[DYNO_REPORT_MEAN].known == known;
}

static bool is_any_marked(const struct dyno_report_model *model, enum dyno_report_known known)
{
    for (size_t i = 0; i < model->query_count && i < DYNO_HTML_QUERIES_MAX; i++)
        for (size_t arm = 0; arm < model->arm_count; arm++)
            if (is_marked(&model->queries[i].arms[arm].response, known))
                return true;
    return false;
}

static void put_table(struct dyno_markup *m, const struct dyno_report_model *model)
{
    char change[48];
    (void)snprintf(change, sizeof change, "#change of %s",
                   dyno_report_metric_label(dyno_report_query_metric(model)));
    const char *const compare_heads[] = {
        "query", change, "#95 % of ratio", "verdict", "#p50", "#p95", "#mean", "#n", "#failed"};
    static const char *const run_heads[] = {"query", "#p50", "#p95", "#mean", "#n", "#failed"};
    bool is_compare = dyno_report_is_compare(model);
    dyno_html_table(m, "Queries", is_compare ? compare_heads : run_heads, is_compare ? 9 : 6);
    size_t shown = 0;
    for (; shown < model->query_count && shown < DYNO_HTML_QUERIES_MAX; shown++)
        put_query(m, model, &model->queries[shown]);
    dyno_html_table_close(m);
    dyno_html_more(m, model->query_count, shown, "queries");
    bool has_sample = is_any_marked(model, DYNO_REPORT_SAMPLE);
    bool has_bound = is_any_marked(model, DYNO_REPORT_ABOVE);
    if (has_sample || has_bound)
        dyno_markup_element(m, "p", "note", dyno_report_told_note(has_sample, has_bound));
}

static void put_statements(struct dyno_markup *m, const struct dyno_report_model *model)
{
    dyno_markup_open(m, "details");
    dyno_markup_element(m, "summary", NULL, "The statements");
    size_t shown = 0;
    for (; shown < model->query_count && shown < DYNO_HTML_DETAILS_MAX; shown++) {
        const struct dyno_report_query *query = &model->queries[shown];
        char words[64];
        dyno_markup_open(m, "h3");
        dyno_markup_text(m, query->name);
        (void)snprintf(words, sizeof words, " weight %g", query->weight);
        dyno_markup_element(m, "small", NULL, words);
        dyno_markup_close(m, "h3");
        dyno_markup_open(m, "pre");
        dyno_markup_attr(m, "tabindex", "0");
        dyno_html_cut_text(m, query->sql, DYNO_HTML_SQL_MAX_BYTES);
        dyno_markup_close(m, "pre");
    }
    dyno_html_more(m, model->query_count, shown, "statements");
    dyno_markup_close(m, "details");
}

static void put_errors(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {"#times", "outcome", "SQLSTATE",
                                        "query",  "arm",     "what the server or driver said"};
    if (model->error_count == 0)
        return;
    dyno_markup_element(m, "h3", NULL, "Errors");
    dyno_html_table(m, "Errors", heads, 6);
    for (size_t i = 0; i < model->error_count; i++) {
        const struct dyno_report_error *error = &model->errors[i];
        dyno_html_row(m);
        dyno_html_i64(m, error->count);
        dyno_html_cell(m, error->outcome);
        dyno_html_cell(m, error->sqlstate);
        dyno_html_cell(m, error->query_name);
        dyno_html_cell(m, error->arm_name);
        dyno_markup_open_class(m, "td", "long");
        dyno_html_cut_text(m, error->text, DYNO_HTML_LONG_TEXT);
        dyno_markup_close(m, "td");
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
    if ((size_t)model->error_kinds > model->error_count)
        dyno_markup_element(m, "p", "note", "The most frequent; the results file has the others.");
}

void dyno_html_queries(struct dyno_markup *m, const struct dyno_report_model *model)
{
    dyno_html_section(
        m, "queries", "Query by query",
        dyno_report_is_compare(model)
            ? "Base → candidate, over all trials that count; the change is that of the paired "
              "blocks."
            : NULL);
    put_table(m, model);
    put_statements(m, model);
    put_errors(m, model);
    dyno_markup_close(m, "section");
}

static void put_fact(struct dyno_markup *m, const char *topic, const char *name, const char *value)
{
    dyno_html_row(m);
    dyno_html_cell(m, topic);
    dyno_html_name(m, name);
    dyno_markup_element(m, "td", "long", value);
    dyno_html_row_close(m);
}

/* With the seed that was drawn, so that the very schedule and order come again. */
static void put_command(struct dyno_markup *m, const struct dyno_report_head *head)
{
    dyno_markup_open_class(m, "pre", "command");
    dyno_markup_text(m, head->command);
    if (strstr(head->command, " --seed") == NULL) {
        dyno_markup_text(m, " --seed ");
        dyno_markup_text(m, head->seed);
    }
    dyno_markup_close(m, "pre");
}

void dyno_html_facts(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {"of", "fact", "value"};
    const struct dyno_report_head *head = &model->head;
    dyno_html_section(m, "again", "Do it again", NULL);
    if (head->command != NULL)
        put_command(m, head);
    dyno_markup_open_class(m, "div", "facts");
    dyno_html_table(m, "Facts", heads, 3);
    put_fact(m, "plan", "seed", head->seed);
    put_fact(m, "plan", "sha256", head->plan_sha256);
    put_fact(m, "tool", "sparkdyno", head->tool_version);
    for (size_t arm = 0; arm < model->arm_count; arm++)
        put_fact(m, "profile", model->arms[arm].name, model->arms[arm].sha256);
    size_t shown = 0;
    for (; shown < model->fact_count && shown < DYNO_HTML_LIST_MAX; shown++)
        put_fact(m, model->facts[shown].topic, model->facts[shown].name, model->facts[shown].value);
    dyno_html_table_close(m);
    dyno_markup_close(m, "div");
    dyno_html_more(m, model->fact_count, shown, "facts");
    dyno_markup_close(m, "section");
}
