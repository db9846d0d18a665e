#include "report/html_parts.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FINDINGS_SHOWN 40

static void put_share(struct dyno_markup *m, double part_ns, double total_ns)
{
    char word[DYNO_REPORT_WORD_BYTES];
    (void)snprintf(word, sizeof word, "%.1f %%", total_ns > 0 ? 100.0 * part_ns / total_ns : 0.0);
    dyno_html_number(m, word);
}

static bool is_part_known(const struct dyno_report_model *model, int part)
{
    for (size_t arm = 0; arm < model->arm_count; arm++)
        if (model->accounts[arm].part_ns[part] >= 500)
            return true;
    return false;
}

static void put_part(struct dyno_markup *m, const struct dyno_report_model *model,
                     const char *label, int part)
{
    dyno_html_row(m);
    dyno_html_name(m, label);
    for (size_t arm = 0; arm < model->arm_count; arm++) {
        const struct dyno_report_account *account = &model->accounts[arm];
        double ns = part < 0 ? account->total_ns : account->part_ns[part];
        dyno_html_ns(m, account->statements > 0 ? ns : (double)NAN);
        put_share(m, ns, account->total_ns);
    }
    dyno_html_row_close(m);
}

void dyno_html_accounts(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {"mean per statement", "#base", "#share", "#candidate",
                                        "#share"};
    static const char *const only[] = {"mean per statement", "#time", "#share"};
    bool is_compare = dyno_report_is_compare(model);
    int64_t known = 0;
    int64_t by_log = 0;
    bool is_told = false;
    for (size_t arm = 0; arm < model->arm_count; arm++) {
        known += model->accounts[arm].statements;
        by_log += model->accounts[arm].by_log;
        is_told = is_told || dyno_report_has_account(model, arm);
    }
    if (!is_told)
        return;
    dyno_markup_element(m, "h3", NULL, "Where the response time went");
    dyno_html_table(m, "Time account", is_compare ? heads : only, is_compare ? 5 : 3);
    for (int i = 0; i < DYNO_PARTS; i++)
        if (is_part_known(model, i))
            put_part(m, model, dyno_part_label((enum dyno_part)i), i);
    put_part(m, model, "response", -1);
    dyno_html_table_close(m);
    dyno_markup_element(
        m, "p", "note",
        by_log == known
            ? "From the event log: the path of single tasks that each statement waited for."
            : "From REST: the path of stages that each statement waited for, split by the shares of "
              "their tasks' sums; the server's queue is in the planning. --event-log tells more.");
}

static void put_advice(struct dyno_markup *m, const struct dyno_report_finding *f)
{
    dyno_markup_text(m, ". Try: ");
    dyno_markup_text(m, f->advice);
    if (f->command[0] == '\0')
        return;
    dyno_markup_text(m, ". Measure it:");
    dyno_markup_element(m, "pre", "command", f->command);
}

/* Advice is given once for a rule and profile: its other queries would repeat it word by word. */
static bool is_advised(const struct dyno_report_model *model, size_t at)
{
    const struct dyno_report_finding *f = &model->findings[at];
    for (size_t i = 0; i < at; i++) {
        const struct dyno_report_finding *other = &model->findings[i];
        if (strcmp(other->rule, f->rule) == 0 && strcmp(other->arm, f->arm) == 0 &&
            strcmp(other->advice, f->advice) == 0 && strcmp(other->command, f->command) == 0)
            return true;
    }
    return false;
}

static void put_finding(struct dyno_markup *m, const struct dyno_report_model *model, size_t at)
{
    const struct dyno_report_finding *f = &model->findings[at];
    char words[160];
    char value[DYNO_REPORT_WORD_BYTES];
    char limit[DYNO_REPORT_WORD_BYTES];
    dyno_html_row(m);
    dyno_html_cell(m, f->severity);
    dyno_html_name(m, f->title);
    dyno_html_cell(m, f->arm);
    dyno_html_cell(m, f->query[0] == '\0' ? "(server)" : f->query);
    (void)snprintf(words, sizeof words, "%s over %s",
                   dyno_report_finding_value(f, f->value, value, sizeof value),
                   dyno_report_finding_value(f, f->threshold, limit, sizeof limit));
    dyno_html_number(m, words);
    (void)snprintf(words, sizeof words, "%lld of %lld", (long long)f->statements,
                   (long long)f->judged);
    dyno_html_number(m, words);
    dyno_markup_open_class(m, "td", "advice");
    dyno_markup_text(m, f->what);
    dyno_markup_text(m, ". ");
    dyno_markup_text(m, f->evidence);
    if (f->example[0] != '\0') {
        dyno_markup_text(m, " (statement ");
        dyno_markup_text(m, f->example);
        dyno_markup_text(m, ")");
    }
    if (is_advised(model, at))
        dyno_markup_text(m, ". Try: as above.");
    else
        put_advice(m, f);
    dyno_markup_close(m, "td");
    dyno_html_row_close(m);
}

void dyno_html_findings(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {"severity",
                                        "finding",
                                        "profile",
                                        "query",
                                        "#value",
                                        "#statements",
                                        "evidence, and what to try"};
    if (model->finding_count == 0)
        return;
    dyno_markup_element(m, "h3", NULL, "Findings");
    dyno_html_table(m, "Findings", heads, 7);
    size_t shown = 0;
    for (; shown < model->finding_count && shown < FINDINGS_SHOWN; shown++)
        put_finding(m, model, shown);
    dyno_html_table_close(m);
    dyno_markup_element(
        m, "p", "note",
        "A value is the median of those statements that are over the threshold, not of all, and a share is "
        "of what its line names: of the tasks' run time, or of the window. The time account "
        "divides the mean response time of all statements, so its shares are others.");
    dyno_html_more(m, model->finding_count, shown, "findings (see the JSON report)");
}
