#include "base/alloc.h"
#include "report/chart.h"
#include "report/html_parts.h"
#include "report/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dyno_html_section(struct dyno_markup *m, const char *id, const char *title, const char *lead)
{
    dyno_markup_open(m, "section");
    dyno_markup_attr(m, "id", id);
    dyno_markup_element(m, "h2", NULL, title);
    if (lead != NULL)
        dyno_markup_element(m, "p", "lead", lead);
}

void dyno_html_table(struct dyno_markup *m, const char *label, const char *const *heads,
                     size_t head_count)
{
    dyno_markup_open_class(m, "div", "scroll");
    dyno_markup_attr(m, "tabindex", "0");
    dyno_markup_attr(m, "role", "region");
    dyno_markup_attr(m, "aria-label", label);
    dyno_markup_open(m, "table");
    dyno_markup_open(m, "thead");
    dyno_markup_open(m, "tr");
    for (size_t i = 0; i < head_count; i++) {
        bool is_number = heads[i][0] == '#';
        dyno_markup_open(m, "th");
        dyno_markup_attr(m, "scope", "col");
        if (is_number)
            dyno_markup_attr(m, "class", "num");
        dyno_markup_text(m, heads[i] + is_number);
        dyno_markup_close(m, "th");
    }
    dyno_markup_close(m, "tr");
    dyno_markup_close(m, "thead");
    dyno_markup_open(m, "tbody");
}

void dyno_html_table_close(struct dyno_markup *m)
{
    dyno_markup_close(m, "tbody");
    dyno_markup_close(m, "table");
    dyno_markup_close(m, "div");
    dyno_str_append_char(m->out, '\n');
}

void dyno_html_row(struct dyno_markup *m)
{
    dyno_markup_open(m, "tr");
}

void dyno_html_row_close(struct dyno_markup *m)
{
    dyno_markup_close(m, "tr");
    dyno_str_append_char(m->out, '\n');
}

void dyno_html_cell(struct dyno_markup *m, const char *text)
{
    dyno_markup_element(m, "td", NULL, text);
}

void dyno_html_name(struct dyno_markup *m, const char *text)
{
    dyno_markup_open(m, "th");
    dyno_markup_attr(m, "scope", "row");
    dyno_markup_element(m, "span", NULL, text);
    dyno_markup_close(m, "th");
}

void dyno_html_number(struct dyno_markup *m, const char *text)
{
    dyno_markup_open_class(m, "td", "num");
    dyno_html_figure(m, text);
    dyno_markup_close(m, "td");
}

void dyno_html_figure(struct dyno_markup *m, const char *text)
{
    bool is_negative = text[0] == '-';
    bool is_multiple = text[0] == 'x';
    if (is_negative)
        dyno_markup_text(m, text[1] == '\0' ? "–" : "−");
    else if (is_multiple)
        dyno_markup_text(m, "×");
    const char *rest = text + (is_negative || is_multiple ? 1 : 0);
    size_t len = strlen(rest);
    bool is_percent = len > 2 && strcmp(rest + len - 2, " %") == 0;
    if (!is_percent) {
        dyno_markup_text(m, rest);
        return;
    }
    char *number = dyno_xstrndup(rest, len - 2);
    dyno_markup_text(m, number);
    dyno_markup_text(m, "\u00a0%");
    free(number);
}

void dyno_html_i64(struct dyno_markup *m, int64_t value)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    dyno_html_number(m, text);
}

void dyno_html_ns(struct dyno_markup *m, double ns)
{
    char text[DYNO_REPORT_WORD_BYTES];
    dyno_html_number(m, dyno_report_format_ns(ns, text, sizeof text));
}

void dyno_html_told(struct dyno_markup *m, const struct dyno_report_told *told)
{
    char text[DYNO_REPORT_WORD_BYTES];
    dyno_html_number(m, dyno_report_format_told(told, text, sizeof text));
}

const char *dyno_html_verdict_class(const char *verdict)
{
    static const struct {
        const char *verdict, *css_class;
    } classes[] = {{"better", "is-good"},         {"valid", "is-good"},      {"worse", "is-bad"},
                   {"equivalent", "is-plain"},    {"ranked", "is-good"},     {"found", "is-good"},
                   {"nothing-found", "is-plain"}, {"not found", "is-plain"}, {"invalid", "is-bad"}};
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (strcmp(verdict, classes[i].verdict) == 0)
            return classes[i].css_class;
    return "is-open";
}

void dyno_html_verdict_word(struct dyno_markup *m, const char *tag, const char *verdict)
{
    char css_class[32];
    (void)snprintf(css_class, sizeof css_class, "word %s", dyno_html_verdict_class(verdict));
    dyno_markup_open_class(m, tag, css_class);
    dyno_markup_element(m, "span", "sign", dyno_report_mark(verdict, true));
    dyno_markup_text(m, " ");
    dyno_markup_text(m, verdict);
    dyno_markup_close(m, tag);
}

void dyno_html_legend(struct dyno_markup *m, const struct dyno_report_model *model)
{
    dyno_markup_open_class(m, "p", "legend");
    for (size_t arm = 0; arm < model->arm_count; arm++) {
        const char *look = dyno_chart_arm_class(model, arm);
        char css_class[32];
        (void)snprintf(css_class, sizeof css_class, "curve %s", look);
        dyno_markup_open(m, "span");
        dyno_markup_open_class(m, "svg", "key");
        dyno_markup_attr(m, "viewBox", "0 0 40 14");
        dyno_markup_attr(m, "width", "40");
        dyno_markup_attr(m, "height", "14");
        dyno_markup_attr(m, "aria-hidden", "true");
        dyno_chart_line(m, css_class, (const double[]){1, 7, 39, 7});
        dyno_chart_mark(m, model, arm, 20, 7);
        dyno_markup_close(m, "svg");
        dyno_markup_text(m, model->arms[arm].name);
        dyno_markup_text(m, " ");
        if (dyno_report_is_compare(model))
            dyno_markup_element(m, "small", NULL, model->arms[arm].role);
        dyno_markup_close(m, "span");
    }
    dyno_markup_close(m, "p");
}

void dyno_html_cut_text(struct dyno_markup *m, const char *text, size_t max_bytes)
{
    size_t len = strlen(text);
    if (len <= max_bytes) {
        dyno_markup_text(m, text);
        return;
    }
    size_t cut = max_bytes;
    while (cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80)
        cut--;
    char *head = dyno_xstrndup(text, cut);
    dyno_markup_text(m, head);
    free(head);
    char words[96];
    (void)snprintf(words, sizeof words, "\n… (%zu more bytes; the JSON report has all)", len - cut);
    dyno_markup_text(m, words);
}

void dyno_html_more(struct dyno_markup *m, size_t total, size_t shown, const char *what)
{
    if (total <= shown)
        return;
    char words[160];
    (void)snprintf(words, sizeof words, "and %zu more %s; the JSON report has them all",
                   total - shown, what);
    dyno_markup_element(m, "p", "note", words);
}
