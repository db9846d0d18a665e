#include "base/plural.h"
#include "report/capacity.h"
#include "report/chart.h"
#include "report/html_parts.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void put_origin(struct dyno_markup *m, const struct dyno_report_model *model)
{
    const struct dyno_report_head *head = &model->head;
    char when[DYNO_REPORT_WORD_BYTES];
    struct dyno_str line;
    dyno_str_init(&line, 512);
    dyno_str_appendf(&line, "experiment %lld · ", (long long)head->id);
    dyno_str_append(&line, dyno_report_format_utc(head->created_utc, when, sizeof when));
    dyno_str_append(&line, " UTC");
    if (strcmp(head->state, "finished") != 0) {
        dyno_str_append(&line, " · ");
        dyno_str_append(&line, head->state);
    }
    dyno_markup_open_class(m, "p", "origin");
    dyno_markup_element(m, "b", NULL, "sparkdyno");
    dyno_markup_text(m, " ");
    dyno_markup_text(m, dyno_str_text(&line));
    dyno_markup_close(m, "p");
    dyno_str_deinit(&line);
}

/* Where trials have too few statements for a ratio, or some were cut off, all of an arm's together still say
 * something. */
static void put_pooled(struct dyno_markup *m, const struct dyno_report_model *model,
                       enum dyno_report_number number)
{
    char words[4 * DYNO_REPORT_WORD_BYTES];
    char base[DYNO_REPORT_WORD_BYTES];
    char candidate[DYNO_REPORT_WORD_BYTES];
    const struct dyno_report_told *told[DYNO_REPORT_ARMS];
    for (size_t arm = 0; arm < DYNO_REPORT_ARMS; arm++)
        told[arm] = &model->arms[arm].series[DYNO_REPORT_RESPONSE].told[number];
    (void)snprintf(words, sizeof words, "all trials together %s → %s",
                   dyno_report_format_told(told[0], base, sizeof base),
                   dyno_report_format_told(told[1], candidate, sizeof candidate));
    dyno_markup_text(m, words);
    dyno_markup_open(m, "br");
    dyno_markup_end(m);
}

static enum dyno_report_number number_of(const char *metric)
{
    return strcmp(metric, "response_p50") == 0   ? DYNO_REPORT_P50
           : strcmp(metric, "response_p95") == 0 ? DYNO_REPORT_P95
                                                 : DYNO_REPORT_MEAN;
}

static void put_tile(struct dyno_markup *m, const struct dyno_report_model *model,
                     const struct dyno_report_contrast *contrast)
{
    char words[4 * DYNO_REPORT_WORD_BYTES];
    char low[DYNO_REPORT_WORD_BYTES];
    char high[DYNO_REPORT_WORD_BYTES];
    dyno_markup_open_class(m, "div", "tile");
    (void)snprintf(words, sizeof words, "%s response time",
                   strcmp(contrast->metric, "response_p50") == 0    ? "median"
                   : strcmp(contrast->metric, "response_p95") == 0  ? "95th percentile of"
                   : strcmp(contrast->metric, "response_mean") == 0 ? "mean"
                                                                    : "suite: geometric mean of");
    dyno_markup_element(m, "p", "label", words);
    dyno_markup_open_class(m, "p", "figure");
    dyno_html_figure(m, isfinite(contrast->ratio)
                            ? dyno_report_format_change(contrast->ratio, words, sizeof words)
                            : "-");
    dyno_markup_close(m, "p");
    dyno_markup_open_class(m, "p", "detail");
    if (isfinite(contrast->base_ns)) {
        (void)snprintf(words, sizeof words, "%s → %s",
                       dyno_report_format_ns(contrast->base_ns, low, sizeof low),
                       dyno_report_format_ns(contrast->candidate_ns, high, sizeof high));
        dyno_markup_text(m, words);
        dyno_markup_open(m, "br");
        dyno_markup_end(m);
    } else if (strcmp(contrast->metric, "response_suite") != 0) {
        put_pooled(m, model, number_of(contrast->metric));
    }
    if (isfinite(contrast->ci95[0])) {
        dyno_markup_text(m, "95 % interval ");
        dyno_html_figure(m, dyno_report_format_change(contrast->ci95[0], low, sizeof low));
        dyno_markup_text(m, " to ");
        dyno_html_figure(m, dyno_report_format_change(contrast->ci95[1], high, sizeof high));
    } else {
        dyno_markup_text(m, contrast->reason);
    }
    dyno_markup_close(m, "p");
    dyno_html_verdict_word(m, "p", contrast->verdict);
    dyno_markup_close(m, "div");
}

static void put_run_tile(struct dyno_markup *m, const char *label,
                         const struct dyno_report_told *told, const char *detail)
{
    char words[DYNO_REPORT_WORD_BYTES];
    dyno_markup_open_class(m, "div", "tile");
    dyno_markup_element(m, "p", "label", label);
    dyno_markup_element(m, "p", "figure", dyno_report_format_told(told, words, sizeof words));
    dyno_markup_element(m, "p", "detail", detail);
    dyno_markup_close(m, "div");
}

static void put_tiles(struct dyno_markup *m, const struct dyno_report_model *model)
{
    dyno_markup_open_class(m, "div", "tiles");
    for (size_t i = 0; i < model->contrast_count; i++)
        if (model->contrasts[i].query == DYNO_REPORT_OVERALL)
            put_tile(m, model, &model->contrasts[i]);
    if (model->capacity != NULL) {
        /* Response times over all loads together would say nothing. */
        dyno_html_capacity_tiles(m, model->capacity);
    } else if (!dyno_report_is_compare(model) && model->arm_count == 1) {
        const struct dyno_report_summary *s = &model->arms[0].series[DYNO_REPORT_RESPONSE];
        char words[64];
        (void)snprintf(words, sizeof words, "%lld statement%s", (long long)s->n,
                       dyno_plural((long long)s->n));
        put_run_tile(m, "median response time", &s->told[DYNO_REPORT_P50], words);
        put_run_tile(m, "95th percentile", &s->told[DYNO_REPORT_P95], words);
        (void)snprintf(words, sizeof words, "%.2f answered in a second",
                       model->arms[0].window_s > 0 ? (double)s->n / model->arms[0].window_s : 0.0);
        put_run_tile(m, "arithmetic mean", &s->told[DYNO_REPORT_MEAN], words);
    }
    dyno_markup_close(m, "div");
    if (dyno_report_is_compare(model))
        dyno_markup_element(
            m, "p", "note",
            "Durations in these tiles are geometric means over the blocks, of each trial's median, "
            "95th percentile or arithmetic mean; the suite is the geometric mean of the queries' "
            "arithmetic means, by their weights. Means in the tables further down are arithmetic, over "
            "all statements of an arm: slow statements weigh more there.");
}

static void put_contrast_row(struct dyno_markup *m, const struct dyno_report_contrast *contrast)
{
    char words[3 * DYNO_REPORT_WORD_BYTES];
    char low[DYNO_REPORT_WORD_BYTES];
    char high[DYNO_REPORT_WORD_BYTES];
    dyno_html_row(m);
    dyno_html_name(m, contrast->query_name);
    dyno_html_cell(m, dyno_report_metric_label(contrast->metric));
    dyno_html_i64(m, contrast->blocks);
    dyno_html_ns(m, contrast->base_ns);
    dyno_html_ns(m, contrast->candidate_ns);
    dyno_html_number(m, dyno_report_format_ratio(contrast->ratio, low, sizeof low));
    (void)snprintf(words, sizeof words, "%s to %s",
                   dyno_report_format_ratio(contrast->ci95[0], low, sizeof low),
                   dyno_report_format_ratio(contrast->ci95[1], high, sizeof high));
    dyno_html_number(m, isfinite(contrast->ci95[0]) ? words : "-");
    dyno_html_number(m, dyno_report_format_ratio(contrast->p_sign_flip, low, sizeof low));
    dyno_html_number(m, dyno_report_format_change(contrast->visible_ratio, words, sizeof words));
    dyno_html_verdict_word(m, "td", contrast->verdict);
    dyno_markup_element(m, "td", "because", contrast->reason);
    dyno_html_row_close(m);
}

static void put_contrasts(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {
        "query",          "of response",    "#blocks",    "#base",   "#candidate", "#ratio",
        "#95 % interval", "#p (sign flip)", "#could see", "verdict", "because"};
    if (model->contrast_count == 0)
        return;
    dyno_markup_open(m, "details");
    dyno_markup_element(m, "summary", NULL, "These numbers, with the tests behind them");
    dyno_html_table(m, "Contrasts", heads, sizeof heads / sizeof heads[0]);
    size_t shown = 0;
    for (; shown < model->contrast_count && shown < DYNO_HTML_QUERIES_MAX; shown++)
        put_contrast_row(m, &model->contrasts[shown]);
    dyno_html_table_close(m);
    dyno_html_more(m, model->contrast_count, shown, "contrasts");
    dyno_markup_element(
        m, "p", "note",
        "A trial is the unit of the statistics, a block the pair of them. "
        "\"Could see\" is the smallest change that this many blocks find in four of "
        "five such experiments.");
    dyno_markup_close(m, "details");
}

/* What else moved the numbers than the arms, and how much varies where. */
static void put_disturbances(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {"looked for", "of response", "#change", "#p",
                                        "what it says"};
    if (model->disturbance_count == 0)
        return;
    dyno_markup_open(m, "details");
    dyno_markup_element(m, "summary", NULL, "Drift, order and carry-over");
    dyno_html_table(m, "Disturbances", heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < model->disturbance_count; i++) {
        const struct dyno_report_disturbance *item = &model->disturbances[i];
        char word[DYNO_REPORT_WORD_BYTES];
        dyno_html_row(m);
        dyno_html_name(m, strcmp(item->name, "carry_over") == 0 ? "carry-over" : item->name);
        dyno_html_cell(m, dyno_report_metric_label(item->metric));
        dyno_html_number(m, dyno_report_format_change(item->ratio, word, sizeof word));
        dyno_html_number(m, dyno_report_format_ratio(item->p, word, sizeof word));
        dyno_html_cell(m, item->text);
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
    dyno_markup_close(m, "details");
}

static void put_doubt_link(struct dyno_markup *m, const struct dyno_report_model *model)
{
    size_t gates = dyno_report_gates_failed(model);
    if (gates + model->warning_count == 0)
        return;
    struct dyno_str words;
    dyno_str_init(&words, 256);
    if (gates > 0)
        dyno_str_appendf(&words, "%zu gate%s failed", gates, dyno_plural((long long)gates));
    dyno_str_append(&words, gates > 0 && model->warning_count > 0 ? ", " : "");
    if (model->warning_count > 0)
        dyno_str_appendf(&words, "%zu warning%s", model->warning_count,
                         dyno_plural((long long)model->warning_count));
    dyno_str_append(&words, ": what to doubt");
    dyno_markup_open_class(m, "p", "doubt");
    dyno_markup_element(m, "span", "sign", "!");
    dyno_markup_text(m, " ");
    dyno_markup_open(m, "a");
    dyno_markup_attr(m, "href", "#doubts");
    dyno_markup_text(m, dyno_str_text(&words));
    dyno_markup_close(m, "a");
    dyno_markup_close(m, "p");
    dyno_str_deinit(&words);
}

static void put_next(struct dyno_markup *m, const struct dyno_report_head *head)
{
    dyno_markup_open_class(m, "p", "next");
    dyno_markup_element(m, "b", NULL, "Next: ");
    dyno_markup_text(m, head->next);
    dyno_markup_close(m, "p");
}

static void put_arms(struct dyno_markup *m, const struct dyno_report_model *model)
{
    dyno_markup_open_class(m, "dl", "arms");
    for (size_t arm = 0; arm < model->arm_count; arm++) {
        dyno_markup_open_class(m, "dt", dyno_chart_arm_class(model, arm));
        dyno_markup_text(m, model->arms[arm].name);
        if (dyno_report_is_compare(model)) {
            dyno_markup_text(m, " ");
            dyno_markup_element(m, "small", NULL, model->arms[arm].role);
        }
        dyno_markup_close(m, "dt");
        dyno_markup_element(m, "dd", NULL, model->arms[arm].comment);
    }
    dyno_markup_close(m, "dl");
}

void dyno_html_verdict(struct dyno_markup *m, const struct dyno_report_model *model)
{
    const struct dyno_report_head *head = &model->head;
    char css_class[48];
    (void)snprintf(css_class, sizeof css_class, "verdict %s",
                   dyno_html_verdict_class(head->verdict));
    put_origin(m, model);
    dyno_markup_open_class(m, "section", css_class);
    dyno_html_verdict_word(m, "p", head->verdict);
    dyno_markup_element(m, "h1", NULL, head->name);
    dyno_markup_element(m, "p", "sentence", head->sentence);
    if (head->reason[0] != '\0')
        dyno_markup_element(m, "p", "reason", head->reason);
    if (head->qualifier_count > 0) {
        dyno_markup_open_class(m, "ul", "qualifiers");
        for (size_t i = 0; i < head->qualifier_count; i++)
            dyno_markup_element(m, "li", NULL, head->qualifiers[i]);
        dyno_markup_close(m, "ul");
    }
    if (!model->is_of_valid_trials && model->trial_count > 0)
        dyno_markup_element(m, "p", "reason",
                            "An arm has no valid trial: the numbers below are of all trials, for "
                            "looking only.");
    put_tiles(m, model);
    put_doubt_link(m, model);
    put_next(m, head);
    dyno_markup_close(m, "section");
    put_arms(m, model);
    if (dyno_report_is_compare(model) && model->contrast_count > 0) {
        dyno_markup_open(m, "figure");
        dyno_chart_forest(m, model);
        dyno_markup_element(
            m, "figcaption", NULL,
            "Change of response time with its 95 % interval (diamond and line); each "
            "ring is one block.");
        dyno_markup_close(m, "figure");
        put_contrasts(m, model);
        put_disturbances(m, model);
    }
}

static void put_gate(struct dyno_markup *m, const struct dyno_report_gate_sum *gate)
{
    char words[64];
    dyno_markup_open(m, "li");
    dyno_markup_element(m, "b", NULL, gate->name);
    (void)snprintf(words, sizeof words,
                   " failed in %lld of %lld trials%s: ", (long long)gate->failures,
                   (long long)gate->trials, gate->is_fatal ? " and makes them invalid" : "");
    dyno_markup_text(m, words);
    dyno_markup_text(m, gate->text);
    dyno_markup_close(m, "li");
}

void dyno_html_doubts(struct dyno_markup *m, const struct dyno_report_model *model)
{
    if (dyno_report_gates_failed(model) + model->warning_count == 0)
        return;
    dyno_html_section(m, "doubts", "What to doubt", NULL);
    dyno_markup_open_class(m, "ul", "doubts");
    for (size_t i = 0; i < model->gate_count; i++)
        if (model->gates[i].failures > 0)
            put_gate(m, &model->gates[i]);
    size_t shown = 0;
    for (; shown < model->warning_count && shown < DYNO_HTML_LIST_MAX; shown++)
        dyno_markup_element(m, "li", NULL, model->warnings[shown].text);
    dyno_markup_close(m, "ul");
    dyno_html_more(m, model->warning_count, shown, "warnings");
    dyno_markup_close(m, "section");
}
