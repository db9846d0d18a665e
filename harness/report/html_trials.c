#include "report/html_parts.h"
#include "report/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void put_validity(struct dyno_markup *m, const struct dyno_report_trial *trial)
{
    bool is_sound = trial->is_valid && trial->is_complete;
    const char *word = !trial->is_complete ? "✗ partial"
                       : trial->is_valid   ? "✓ valid"
                                           : "✗ invalid";
    dyno_markup_open_class(m, "td", is_sound ? "is-good" : "is-bad");
    dyno_markup_text(m, word);
    const char *separator = ": ";
    for (size_t i = 0; i < trial->gate_count; i++)
        if (!trial->gates[i].is_passed) {
            dyno_markup_text(m, separator);
            dyno_markup_text(m, trial->gates[i].name);
            separator = ", ";
        }
    if (trial->reason[0] != '\0') {
        dyno_markup_text(m, separator);
        dyno_markup_text(m, trial->reason);
    }
    dyno_markup_close(m, "td");
}

static void put_trial(struct dyno_markup *m, const struct dyno_report_model *model,
                      const struct dyno_report_trial *trial)
{
    dyno_html_row(m);
    dyno_html_i64(m, trial->block + 1);
    dyno_html_i64(m, trial->position + 1);
    dyno_html_name(m, model->arms[trial->arm].name);
    dyno_html_i64(m, trial->start + 1);
    dyno_html_i64(m, trial->offered);
    dyno_html_i64(m, trial->failed);
    dyno_html_i64(m, trial->censored);
    dyno_html_told(m, &trial->response.told[DYNO_REPORT_P50]);
    dyno_html_told(m, &trial->response.told[DYNO_REPORT_P95]);
    dyno_html_told(m, &trial->response.told[DYNO_REPORT_MEAN]);
    dyno_html_told(m, &trial->response.told[DYNO_REPORT_MAX]);
    dyno_html_told(m, &trial->service.told[DYNO_REPORT_MEAN]);
    put_validity(m, trial);
    dyno_html_row_close(m);
}

static void put_starts(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {"#start",       "arm",         "Spark",    "application",
                                        "#ready after", "#data after", "#warm-up", "state"};
    if (model->start_count == 0)
        return;
    dyno_markup_element(m, "h3", NULL, "Server starts");
    dyno_html_table(m, "Server starts", heads, 8);
    for (size_t i = 0; i < model->start_count && i < DYNO_HTML_TRIALS_MAX; i++) {
        const struct dyno_report_start *start = &model->starts[i];
        char words[DYNO_REPORT_WORD_BYTES];
        bool is_of_arm = start->arm >= 0 && (size_t)start->arm < model->arm_count;
        dyno_html_row(m);
        dyno_html_i64(m, start->ordinal + 1);
        dyno_html_cell(m, is_of_arm ? model->arms[start->arm].name : "shared by all");
        dyno_html_cell(m, start->spark_version);
        dyno_html_cell(m, start->app_id);
        dyno_html_number(m, dyno_report_format_ms(start->ready_ms, words, sizeof words));
        dyno_html_number(m, dyno_report_format_ms(start->attach_ms, words, sizeof words));
        dyno_html_number(m, dyno_report_format_ms(start->warmup_ms, words, sizeof words));
        dyno_markup_open(m, "td");
        dyno_markup_text(m, start->state);
        if (start->reason[0] != '\0') {
            dyno_markup_text(m, ": ");
            dyno_markup_text(m, start->reason);
        }
        dyno_markup_close(m, "td");
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
}

void dyno_html_trials(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {
        "#block", "#place", "arm",   "#start", "#offered",       "#failed", "#censored",
        "#p50",   "#p95",   "#mean", "#max",   "#service, mean", "validity"};
    dyno_markup_element(m, "h3", NULL, "Trials, in the order in which they ran");
    dyno_html_table(m, "Trials", heads, 13);
    size_t measured = 0;
    size_t shown = 0;
    for (size_t i = 0; i < model->trial_count; i++) {
        if (model->trials[i].is_warmup)
            continue;
        if (measured++ < DYNO_HTML_TRIALS_MAX) {
            put_trial(m, model, &model->trials[i]);
            shown++;
        }
    }
    dyno_html_table_close(m);
    dyno_html_more(m, measured, shown, "trials");
    dyno_markup_element(
        m, "p", "note",
        "Response times from the intended start. Censored: not ended when the trial was over; where "
        "such statements reach into a number it is a bound, written with >. ~: the trial's own "
        "quantile, from too few statements for an interval (6 for p50, 72 for p95), which no "
        "verdict uses.");
    put_starts(m, model);
}
