#include "report/cases.h"
#include "report/clean.h"
#include "report/words.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Text inside Markdown: one line, and nothing in it that Markdown or HTML would read. */
static void append_plain(struct dyno_str *out, const char *text)
{
    char *clean = dyno_report_clean(text, strlen(text));
    for (const char *p = clean; *p != '\0'; p++) {
        if (*p == '\n' || *p == '\t') {
            dyno_str_append_char(out, ' ');
        } else if (*p == '<') {
            dyno_str_append(out, "&lt;");
        } else if (*p == '&') {
            dyno_str_append(out, "&amp;");
        } else {
            if (strchr("\\`*_{}[]|#!~>", *p) != NULL)
                dyno_str_append_char(out, '\\');
            dyno_str_append_char(out, *p);
        }
    }
    free(clean);
}

static const char *const state_words[] = {
    [DYNO_REPORT_CASE_PASSED] = "passed",
    [DYNO_REPORT_CASE_FAILED] = "**regression**",
    [DYNO_REPORT_CASE_SKIPPED] = "cannot be judged",
    [DYNO_REPORT_CASE_ERROR] = "**invalid**",
};

static void append_row(struct dyno_str *out, const struct dyno_report_case *item)
{
    char word[DYNO_REPORT_WORD_BYTES];
    dyno_str_append(out, "| ");
    append_plain(out, item->query != NULL ? item->query : "all queries");
    dyno_str_appendf(out, " | %s | ", item->metric);
    dyno_str_appendf(out, "%s | ", dyno_report_format_ns(item->base_ns, word, sizeof word));
    dyno_str_appendf(out, "%s | ", dyno_report_format_ns(item->current_ns, word, sizeof word));
    dyno_str_appendf(
        out, "%s | ",
        isfinite(item->ratio) ? dyno_report_format_change(item->ratio, word, sizeof word) : "-");
    dyno_str_appendf(out, "%s | ", state_words[item->state]);
    append_plain(out, item->message);
    dyno_str_append(out, " |\n");
}

static size_t append_rows(struct dyno_str *out, const struct dyno_report_cases *cases,
                          bool is_passed)
{
    size_t shown = 0;
    for (size_t i = 0; i < cases->count; i++) {
        if ((cases->items[i].state == DYNO_REPORT_CASE_PASSED) != is_passed)
            continue;
        if (shown++ == 0)
            dyno_str_append(out, "\n| query | response | base | now | change | result | because |\n"
                                 "|---|---|--:|--:|--:|---|---|\n");
        append_row(out, &cases->items[i]);
    }
    return shown;
}

enum dyno_status dyno_report_markdown(const struct dyno_report_cases *cases, struct dyno_str *out,
                                      struct dyno_err *err)
{
    size_t passed = 0;
    for (size_t i = 0; i < cases->count; i++)
        passed += cases->items[i].state == DYNO_REPORT_CASE_PASSED ? 1u : 0u;
    dyno_str_append(out, "### sparkdyno: ");
    append_plain(out, cases->verdict);
    dyno_str_append(out, "\n\n");
    append_plain(out, cases->name);
    if (cases->fault != NULL) {
        dyno_str_append(out, ": ");
        append_plain(out, cases->fault);
    }
    dyno_str_append(out, "\n");
    (void)append_rows(out, cases, false);
    if (passed > 0) {
        dyno_str_appendf(out, "\n<details><summary>%zu passed</summary>\n", passed);
        (void)append_rows(out, cases, true);
        dyno_str_append(out, "\n</details>\n");
    }
    if (out->failed)
        return dyno_err_set(err, DYNO_ELIMIT, "the summary is over %zu bytes", out->max_bytes);
    return DYNO_OK;
}
