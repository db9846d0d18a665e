#include "report/cases.h"
#include "report/clean.h"
#include "report/markup.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Element names are ours; the one markup writer escapes texts and attributes, after the cleaner has dropped
 * what no XML may hold. */
static void attribute(struct dyno_markup *m, const char *name, const char *text)
{
    char *clean = dyno_report_clean(text, strlen(text));
    dyno_markup_attr(m, name, clean);
    free(clean);
}

static void count_attribute(struct dyno_markup *m, const char *name,
                            const struct dyno_report_cases *cases,
                            enum dyno_report_case_state state)
{
    char text[32];
    size_t count = state == DYNO_REPORT_CASE_ERROR && cases->fault != NULL ? 1 : 0;
    for (size_t i = 0; i < cases->count; i++)
        count += cases->items[i].state == state ? 1u : 0u;
    (void)snprintf(text, sizeof text, "%zu", count);
    dyno_markup_attr(m, name, text);
}

static void detail(struct dyno_markup *m, const struct dyno_report_case *item)
{
    char words[5][DYNO_REPORT_WORD_BYTES];
    char text[6 * DYNO_REPORT_WORD_BYTES];
    int len = snprintf(text, sizeof text, "base %s, now %s, ratio %s",
                       dyno_report_format_ns(item->base_ns, words[0], sizeof words[0]),
                       dyno_report_format_ns(item->current_ns, words[1], sizeof words[1]),
                       dyno_report_format_ratio(item->ratio, words[2], sizeof words[2]));
    if (len < 0 || (size_t)len >= sizeof text)
        return;
    if (isfinite(item->ci95[0]) && isfinite(item->ci95[1]))
        (void)snprintf(text + len, sizeof text - (size_t)len, " (95 %%: %s to %s)",
                       dyno_report_format_ratio(item->ci95[0], words[3], sizeof words[3]),
                       dyno_report_format_ratio(item->ci95[1], words[4], sizeof words[4]));
    else
        (void)snprintf(text + len, sizeof text - (size_t)len,
                       " (no interval: it takes two trials or more)");
    dyno_markup_text(m, text);
}

static void outcome(struct dyno_markup *m, const char *tag, const char *type,
                    const struct dyno_report_case *item)
{
    dyno_markup_open(m, tag);
    attribute(m, "message", item->message);
    if (type != NULL)
        dyno_markup_attr(m, "type", type);
    detail(m, item);
    dyno_markup_close(m, tag);
}

static void test_case(struct dyno_markup *m, const struct dyno_report_cases *cases,
                      const struct dyno_report_case *item)
{
    char seconds[32];
    char name[256];
    (void)snprintf(name, sizeof name, "%s: %s", item->query != NULL ? item->query : "all queries",
                   item->metric);
    (void)snprintf(seconds, sizeof seconds, "%.6f",
                   isfinite(item->current_ns) ? item->current_ns / 1e9 : 0.0);
    dyno_markup_open(m, "testcase");
    attribute(m, "name", name);
    attribute(m, "classname", cases->name);
    dyno_markup_attr(m, "time", seconds);
    if (item->state == DYNO_REPORT_CASE_FAILED)
        outcome(m, "failure", "regression", item);
    else if (item->state == DYNO_REPORT_CASE_ERROR)
        outcome(m, "error", "invalid", item);
    else if (item->state == DYNO_REPORT_CASE_SKIPPED)
        outcome(m, "skipped", NULL, item);
    dyno_markup_close(m, "testcase");
    dyno_markup_text(m, "\n");
}

/* An experiment that may not be judged is a case of its own. */
static void fault_case(struct dyno_markup *m, const struct dyno_report_cases *cases)
{
    if (cases->fault == NULL)
        return;
    dyno_markup_open(m, "testcase");
    dyno_markup_attr(m, "name", "experiment is valid");
    attribute(m, "classname", cases->name);
    dyno_markup_attr(m, "time", "0");
    dyno_markup_open(m, "error");
    attribute(m, "message", cases->fault);
    dyno_markup_attr(m, "type", "invalid");
    dyno_markup_close(m, "error");
    dyno_markup_close(m, "testcase");
    dyno_markup_text(m, "\n");
}

enum dyno_status dyno_report_junit(const struct dyno_report_cases *cases, struct dyno_str *out,
                                   struct dyno_err *err)
{
    struct dyno_markup m = {.out = out, .is_tag_open = false};
    char total[32];
    (void)snprintf(total, sizeof total, "%zu", cases->count + (cases->fault != NULL ? 1 : 0));
    dyno_str_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    dyno_markup_open(&m, "testsuites");
    dyno_markup_text(&m, "\n");
    dyno_markup_open(&m, "testsuite");
    attribute(&m, "name", cases->name);
    dyno_markup_attr(&m, "tests", total);
    count_attribute(&m, "failures", cases, DYNO_REPORT_CASE_FAILED);
    count_attribute(&m, "errors", cases, DYNO_REPORT_CASE_ERROR);
    count_attribute(&m, "skipped", cases, DYNO_REPORT_CASE_SKIPPED);
    dyno_markup_text(&m, "\n");
    fault_case(&m, cases);
    for (size_t i = 0; i < cases->count; i++)
        test_case(&m, cases, &cases->items[i]);
    dyno_markup_close(&m, "testsuite");
    dyno_markup_text(&m, "\n");
    dyno_markup_close(&m, "testsuites");
    dyno_str_append_char(out, '\n');
    if (out->failed)
        return dyno_err_set(err, DYNO_ELIMIT, "the JUnit report is over %zu bytes", out->max_bytes);
    return DYNO_OK;
}
