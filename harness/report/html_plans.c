#include "base/alloc.h"
#include "report/html_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the n-th line, from 1, begins. */
static size_t line_at(const char *text, size_t line)
{
    const char *p = text;
    for (size_t i = 1; i < line && *p != '\0'; i++) {
        p += strcspn(p, "\n");
        p += *p == '\n';
    }
    return (size_t)(p - text);
}

static void put_piece(struct dyno_markup *m, const char *text, size_t len)
{
    char *piece = dyno_xstrndup(text, len);
    dyno_markup_text(m, piece);
    free(piece);
}

/* The plan with the first line that differs marked; the mark is a word too, not only a colour. */
static void put_text(struct dyno_markup *m, const struct dyno_report_plan *plan, size_t arm)
{
    const char *text = plan->text[arm];
    dyno_markup_open_class(m, "pre", "plan");
    dyno_markup_attr(m, "tabindex", "0");
    size_t from = plan->first_different > 0 ? line_at(text, plan->first_different) : 0;
    bool is_marked =
        plan->first_different > 0 && text[from] != '\0' && from < DYNO_HTML_PLAN_MAX_BYTES / 2;
    if (is_marked) {
        size_t len = strcspn(text + from, "\n");
        put_piece(m, text, from);
        dyno_markup_open(m, "mark");
        put_piece(m, text + from, len);
        dyno_markup_close(m, "mark");
        dyno_html_cut_text(m, text + from + len, DYNO_HTML_PLAN_MAX_BYTES - from);
    } else {
        dyno_html_cut_text(m, text, DYNO_HTML_PLAN_MAX_BYTES);
    }
    dyno_markup_close(m, "pre");
}

static const char *verdict_on(const struct dyno_report_model *model,
                              const struct dyno_report_plan *plan, char *words, size_t words_bytes)
{
    if (!dyno_report_is_compare(model))
        return "";
    if (plan->text[0] == NULL || plan->text[1] == NULL)
        return ": seen in one arm only";
    if (plan->is_same)
        return ": the same plan in both arms";
    (void)snprintf(words, words_bytes, ": differs from line %zu on", plan->first_different);
    return words;
}

/* Returns the bytes of plan text that were shown. */
static size_t put_plan(struct dyno_markup *m, const struct dyno_report_model *model,
                       const struct dyno_report_plan *plan)
{
    char words[64];
    size_t bytes = 0;
    dyno_markup_open(m, "h3");
    dyno_markup_text(m, plan->query->name);
    dyno_markup_element(m, "small", NULL, verdict_on(model, plan, words, sizeof words));
    dyno_markup_close(m, "h3");
    dyno_markup_open_class(m, "div", "pair");
    for (size_t arm = 0; arm < model->arm_count; arm++) {
        if (plan->text[arm] == NULL || (plan->is_same && arm > 0))
            continue;
        dyno_markup_open(m, "div");
        dyno_markup_element(m, "p", "label", plan->is_same ? "both" : model->arms[arm].name);
        put_text(m, plan, arm);
        dyno_markup_close(m, "div");
        size_t len = strlen(plan->text[arm]);
        bytes += len < DYNO_HTML_PLAN_MAX_BYTES ? len : DYNO_HTML_PLAN_MAX_BYTES;
    }
    dyno_markup_close(m, "div");
    return bytes;
}

void dyno_html_plans(struct dyno_markup *m, const struct dyno_report_model *model)
{
    if (model->plan_count == 0)
        return;
    dyno_markup_open(m, "details");
    dyno_markup_element(m, "summary", NULL,
                        dyno_report_is_compare(model) ? "Plans side by side" : "Plans");
    dyno_markup_element(
        m, "p", "note",
        "The last plan that was seen of each query. Numbers that Spark deals out anew "
        "each time (#12, plan_id) do not count as differences.");
    size_t bytes = 0;
    size_t shown = 0;
    for (; shown < model->plan_count && bytes < DYNO_HTML_PLANS_MAX; shown++)
        bytes += put_plan(m, model, &model->plans[shown]);
    dyno_html_more(m, model->plan_count, shown, "plans");
    dyno_markup_close(m, "details");
}
