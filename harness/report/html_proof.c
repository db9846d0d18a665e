#include "report/html_parts.h"
#include "report/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void put_asked(struct dyno_markup *m, const struct dyno_report_setting *setting, size_t arm)
{
    if (setting->asked[arm] != NULL) {
        dyno_html_cell(m, setting->asked[arm]);
        return;
    }
    dyno_markup_open_class(m, "td", "soft");
    dyno_markup_text(m, "not set");
    if (setting->server_default != NULL) {
        dyno_markup_text(m, ", default ");
        dyno_markup_text(m, setting->server_default);
    }
    dyno_markup_close(m, "td");
}

/* "proved in 2 of 2 starts (SET)", or what went wrong. */
static void put_proof_sum(struct dyno_markup *m, const struct dyno_report_model *model,
                          const struct dyno_report_setting *setting)
{
    int64_t starts = 0;
    int64_t applied = 0;
    for (size_t arm = 0; arm < model->arm_count; arm++) {
        starts += setting->starts[arm];
        applied += setting->applied_starts[arm];
    }
    bool is_whole = starts == applied;
    char words[96];
    (void)snprintf(words, sizeof words, "%s %" PRId64 " of %" PRId64 " read back as asked, ",
                   is_whole ? "✓" : "✗", applied, starts);
    dyno_markup_open_class(m, "td", is_whole ? "is-good" : "is-bad");
    dyno_markup_text(m, words);
    dyno_markup_text(m, setting->proof_count > 0 ? setting->proofs[0].source : "");
    for (size_t i = 0; i < setting->proof_count; i++)
        if (!setting->proofs[i].is_applied) {
            dyno_markup_text(m, ": ");
            dyno_markup_text(m, setting->proofs[i].complaint);
            break;
        }
    dyno_markup_close(m, "td");
}

static size_t put_settings(struct dyno_markup *m, const struct dyno_report_model *model,
                           bool is_different)
{
    char arms[2][96];
    for (size_t arm = 0; arm < model->arm_count; arm++)
        (void)snprintf(arms[arm], sizeof arms[arm], "%.80s",
                       model->arm_count > 1 ? model->arms[arm].role : "asked");
    const char *const heads[] = {"setting", "kind", arms[0],
                                 model->arm_count > 1 ? arms[1] : "proof", "proof"};
    size_t count = 0;
    for (size_t i = 0; i < model->setting_count; i++)
        count += model->settings[i].is_different == is_different;
    if (count == 0)
        return 0;
    dyno_html_table(m, "Settings", heads, 3 + model->arm_count);
    size_t shown = 0;
    for (size_t i = 0; i < model->setting_count && shown < DYNO_HTML_LIST_MAX; i++) {
        const struct dyno_report_setting *setting = &model->settings[i];
        if (setting->is_different != is_different)
            continue;
        shown++;
        dyno_html_row(m);
        dyno_html_name(m, setting->key);
        dyno_html_cell(m, setting->scope);
        for (size_t arm = 0; arm < model->arm_count; arm++)
            put_asked(m, setting, arm);
        put_proof_sum(m, model, setting);
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
    dyno_html_more(m, count, shown, "settings");
    return count;
}

static void put_start_proofs(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {"setting",   "arm",  "#start",     "asked",
                                        "read back", "from", "took effect"};
    size_t total = 0;
    size_t shown = 0;
    dyno_markup_open(m, "details");
    dyno_markup_element(m, "summary", NULL, "Each setting as read back in each start");
    dyno_html_table(m, "Proofs", heads, 7);
    for (size_t i = 0; i < model->setting_count; i++)
        for (size_t j = 0; j < model->settings[i].proof_count; j++) {
            const struct dyno_report_proof *proof = &model->settings[i].proofs[j];
            if (total++ >= DYNO_HTML_TRIALS_MAX)
                continue;
            shown++;
            dyno_html_row(m);
            dyno_html_name(m, model->settings[i].key);
            dyno_html_cell(m, model->arms[proof->arm].name);
            dyno_html_i64(m, proof->start + 1);
            dyno_html_cell(m, proof->asked);
            dyno_html_cell(m, proof->applied != NULL ? proof->applied : "nothing");
            dyno_html_cell(m, proof->source);
            dyno_markup_element(m, "td", proof->is_applied ? "is-good" : "is-bad",
                                proof->is_applied ? "✓ yes" : "✗ no");
            dyno_html_row_close(m);
        }
    dyno_html_table_close(m);
    dyno_html_more(m, total, shown, "proofs");
    dyno_markup_close(m, "details");
}

static void format_gate(double value, const char *unit, char *out, size_t out_bytes)
{
    if (!isfinite(value))
        (void)snprintf(out, out_bytes, "-");
    else if (strcmp(unit, "ns") == 0)
        (void)dyno_report_format_ns(value, out, out_bytes);
    else if (strcmp(unit, "ratio") == 0)
        (void)snprintf(out, out_bytes, "%.1f %%", value * 100);
    else
        (void)snprintf(out, out_bytes, "%.4g %.20s", value, unit);
}

static void put_gates(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {"gate",   "passed",      "#furthest value",
                                        "#limit", "if it fails", "meaning"};
    if (model->gate_count == 0)
        return;
    dyno_markup_element(m, "h3", NULL, "Gates: may these numbers be judged?");
    dyno_html_table(m, "Gates", heads, 6);
    for (size_t i = 0; i < model->gate_count && i < DYNO_HTML_LIST_MAX; i++) {
        const struct dyno_report_gate_sum *gate = &model->gates[i];
        char words[96];
        dyno_html_row(m);
        dyno_html_name(m, gate->name);
        (void)snprintf(words, sizeof words, "%s %" PRId64 " of %" PRId64 " trials",
                       gate->failures == 0 ? "✓" : "✗", gate->trials - gate->failures,
                       gate->trials);
        dyno_markup_element(m, "td", gate->failures == 0 ? "is-good" : "is-bad", words);
        format_gate(gate->worst_value, gate->unit, words, sizeof words);
        dyno_html_number(m, words);
        format_gate(gate->limit, gate->unit, words, sizeof words);
        dyno_html_number(m, words);
        dyno_html_cell(m, gate->is_fatal ? "trial invalid" : "warning");
        dyno_html_cell(m, gate->text);
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
}

void dyno_html_proof(struct dyno_markup *m, const struct dyno_report_model *model)
{
    bool is_compare = dyno_report_is_compare(model);
    dyno_html_section(m, "proof", "Proof: what ran", NULL);
    if (is_compare) {
        dyno_markup_element(m, "h3", NULL, "Settings that differ");
        if (put_settings(m, model, true) == 0)
            dyno_markup_element(
                m, "p", NULL,
                "The arms ask for the same settings: any difference between them is "
                "noise.");
    }
    size_t same = 0;
    for (size_t i = 0; i < model->setting_count; i++)
        same += !model->settings[i].is_different;
    if (same > 0) {
        dyno_markup_element(m, "h3", NULL, is_compare ? "Settings in common" : "Settings");
        (void)put_settings(m, model, false);
    }
    if (model->setting_count > 0)
        put_start_proofs(m, model);
    put_gates(m, model);
    dyno_html_trials(m, model);
    dyno_markup_close(m, "section");
}
