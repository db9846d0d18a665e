#include "report/chart.h"
#include "report/html_parts.h"
#include "report/spark_metric.h"
#include "report/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define EFFECTS_MAX 64

static void put_percent(struct dyno_markup *m, double share)
{
    char words[32];
    (void)snprintf(words, sizeof words, "%.0f %%", 100.0 * share);
    dyno_html_number(m, isfinite(share) ? words : "-");
}

static void put_change(struct dyno_markup *m, double ratio)
{
    char words[DYNO_REPORT_WORD_BYTES];
    dyno_markup_open_class(m, "td", "num");
    dyno_html_figure(m,
                     isfinite(ratio) ? dyno_report_format_change(ratio, words, sizeof words) : "-");
    dyno_markup_close(m, "td");
}

/* A size, either way: it has no sign. */
static void put_size(struct dyno_markup *m, double ratio)
{
    char words[DYNO_REPORT_WORD_BYTES];
    (void)dyno_report_format_change(ratio, words, sizeof words);
    dyno_html_number(m, !isfinite(ratio) ? "-" : words[0] == '+' ? words + 1 : words);
}

static void put_effect(struct dyno_markup *m, const struct dyno_report_effect *effect)
{
    char words[64];
    dyno_html_row(m);
    dyno_html_name(m, effect->label);
    dyno_markup_element(m, "td", "chain", effect->chain);
    put_change(m, effect->ratio);
    put_change(m, effect->ci[0]);
    put_change(m, effect->ci[1]);
    dyno_html_verdict_word(m, "td", effect->verdict);
    put_size(m, effect->smaller_ratio);
    put_percent(m, effect->share);
    put_percent(m, effect->top);
    (void)snprintf(words, sizeof words, "%" PRId64 " to %" PRId64, effect->place_low,
                   effect->place_high);
    dyno_html_number(m, effect->place_low > 0 ? words : "-");
    dyno_html_cell(m, effect->stratum);
    dyno_html_row_close(m);
}

static void put_effects(struct dyno_markup *m, const struct dyno_report_rank *rank)
{
    static const char *const heads[] = {"setting",   "may be",  "#high / low",   "#95 % from",
                                        "#to",       "verdict", "#smaller than", "#share",
                                        "#in top 3", "#place",  "compares"};
    const struct dyno_report_effect *effects[EFFECTS_MAX];
    dyno_html_table(m, "Effects", heads, sizeof heads / sizeof heads[0]);
    for (int kind = 0; kind < 2; kind++) {
        size_t count = dyno_report_rank_effects(rank, kind == 0, effects, EFFECTS_MAX);
        for (size_t i = 0; i < count; i++)
            put_effect(m, effects[i]);
    }
    dyno_html_table_close(m);
    dyno_markup_element(
        m, "p", "note",
        "An interaction is half of how much one setting's effect differs between the levels of the "
        "other. \"May be\" lists every effect that the design cannot tell from it. Compared are "
        "server starts (between) or trials inside them (within). Share: of what "
        "varies over all contrasts. Place and top 3: from draws of what the true effects may be.");
}

static void put_errors(struct dyno_markup *m, const struct dyno_report_rank *rank)
{
    static const char *const heads[] = {"compared",     "noise from",          "#contrasts",
                                        "#replicates",  "#degrees of freedom", "#one interval",
                                        "#all together"};
    dyno_html_table(m, "Noise", heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < rank->error_count; i++) {
        const struct dyno_report_effect_error *error = &rank->errors[i];
        char words[32];
        if (error->query != DYNO_REPORT_OVERALL || strcmp(error->metric, rank->metric) != 0)
            continue;
        dyno_html_row(m);
        dyno_html_name(m,
                       strcmp(error->stratum, "between") == 0 ? "between starts" : "within starts");
        dyno_html_cell(m,
                       strcmp(error->method, "lenth") == 0 ? "the effects (Lenth)" : "replicates");
        dyno_html_i64(m, error->contrasts);
        dyno_html_i64(m, error->replicates);
        (void)snprintf(words, sizeof words, "%.3g", error->df);
        dyno_html_number(m, words);
        put_size(m, error->margin_ratio);
        put_size(m, error->limit_ratio);
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
}

static void put_interactions(struct dyno_markup *m, const struct dyno_report_rank *rank)
{
    static const char *const heads[] = {"setting", "at", "#high / low"};
    const struct dyno_report_effect *effects[EFFECTS_MAX];
    size_t count = dyno_report_rank_effects(rank, false, effects, EFFECTS_MAX);
    bool is_begun = false;
    for (size_t i = 0; i < count; i++) {
        const struct dyno_report_effect *effect = effects[i];
        if (!effect->has_parts || strcmp(effect->verdict, "found") != 0)
            continue;
        if (!is_begun)
            dyno_html_table(m, "What interacting settings do", heads, 3);
        is_begun = true;
        const struct dyno_report_factor *first = &rank->factors[effect->first];
        const struct dyno_report_factor *second = &rank->factors[effect->second];
        for (int level = 0; level < 2; level++) {
            struct dyno_str at;
            dyno_str_init(&at, 8192);
            dyno_str_append(&at, second->name);
            dyno_str_append(&at, " = ");
            dyno_str_append(&at, level == 0 ? second->low : second->high);
            dyno_html_row(m);
            dyno_html_name(m, first->name);
            dyno_html_cell(m, dyno_str_text(&at));
            put_change(m, level == 0 ? effect->at_low : effect->at_high);
            dyno_html_row_close(m);
            dyno_str_deinit(&at);
        }
    }
    if (is_begun)
        dyno_html_table_close(m);
}

static void put_best(struct dyno_markup *m, const struct dyno_report_rank *rank)
{
    char words[DYNO_REPORT_WORD_BYTES];
    if (rank->best[0] == '\0')
        return;
    dyno_html_section(
        m, "best", "The predicted best",
        "Only settings that were found to matter are set; the others are left alone.");
    dyno_markup_open(m, "p");
    dyno_markup_element(m, "b", NULL, rank->best);
    dyno_markup_text(m, ": predicted ");
    dyno_markup_text(m, dyno_report_format_ns(rank->best_ns, words, sizeof words));
    if (isfinite(rank->default_ns)) {
        dyno_markup_text(m, "; the base was measured at ");
        dyno_markup_text(m, dyno_report_format_ns(rank->default_ns, words, sizeof words));
    }
    if (rank->profile_path[0] != '\0') {
        dyno_markup_text(m, "; written to ");
        dyno_markup_text(m, rank->profile_path);
    }
    dyno_markup_close(m, "p");
    if (rank->confirm_id > 0) {
        dyno_html_verdict_word(m, "p", rank->confirm_verdict);
        dyno_markup_open(m, "p");
        (void)snprintf(words, sizeof words, "%lld", (long long)rank->confirm_id);
        dyno_markup_text(m, "Experiment ");
        dyno_markup_text(m, words);
        dyno_markup_text(m, ", run afresh: ");
        dyno_markup_text(m, rank->confirm_sentence);
        dyno_markup_close(m, "p");
    } else {
        dyno_markup_element(m, "p", "note", "It was not compared with the base afresh.");
    }
    dyno_markup_close(m, "section");
}

static const char *counter_label(const char *name, enum dyno_spark_metric *metric_out)
{
    for (int i = 0; i < DYNO_SPARK_METRICS; i++) {
        const struct dyno_spark_metric_info *info =
            dyno_spark_metric_info((enum dyno_spark_metric)i);
        *metric_out = (enum dyno_spark_metric)i;
        if (strcmp(info->name, name) == 0)
            return info->label;
    }
    *metric_out = DYNO_SPARK_SKEW;
    return name;
}

static void put_counter(struct dyno_markup *m, const struct dyno_report_rank *rank,
                        const struct dyno_report_counter *counter)
{
    char words[DYNO_REPORT_WORD_BYTES];
    enum dyno_spark_metric metric;
    const char *label = counter_label(counter->name, &metric);
    bool is_known = counter->factor >= 0 && (size_t)counter->factor < rank->factor_count;
    dyno_html_row(m);
    dyno_html_name(m, is_known ? rank->factors[counter->factor].name : "?");
    dyno_html_cell(m, label);
    dyno_html_number(m, dyno_spark_metric_format(metric, counter->low, words, sizeof words));
    dyno_html_number(m, dyno_spark_metric_format(metric, counter->high, words, sizeof words));
    put_change(m, counter->low > 0 ? counter->high / counter->low : (double)NAN);
    (void)snprintf(words, sizeof words, "%.2f", counter->correlation);
    dyno_html_number(m, isfinite(counter->correlation) ? words : "-");
    dyno_html_row_close(m);
}

static void put_counters(struct dyno_markup *m, const struct dyno_report_rank *rank)
{
    static const char *const heads[] = {"setting", "Spark's counter", "#low",
                                        "#high",   "#high / low",     "#with latency"};
    if (rank->counter_count == 0)
        return;
    dyno_html_section(
        m, "counters", "What Spark saw",
        "Means per statement at the two levels of each setting, and how the counter goes "
        "together with latency over all trials (a correlation, not a cause).");
    dyno_html_table(m, "Spark's counters", heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < rank->counter_count; i++)
        if (rank->counters[i].low != 0 || rank->counters[i].high != 0)
            put_counter(m, rank, &rank->counters[i]);
    dyno_html_table_close(m);
    dyno_markup_close(m, "section");
}

static void put_factors(struct dyno_markup *m, const struct dyno_report_rank *rank)
{
    static const char *const heads[] = {"",     "setting", "key", "low",
                                        "high", "kind",    "why", "proof"};
    dyno_html_section(m, "proof", "The settings and their proof", NULL);
    dyno_html_table(m, "Factors", heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < rank->factor_count; i++) {
        const struct dyno_report_factor *factor = &rank->factors[i];
        bool is_whole = factor->proofs > 0 && factor->proofs == factor->applied;
        char words[96];
        dyno_html_row(m);
        dyno_html_cell(m, factor->letter);
        dyno_html_name(m, factor->name);
        dyno_html_cell(m, factor->settings);
        dyno_html_cell(m, factor->low);
        dyno_html_cell(m, factor->high);
        dyno_html_cell(m, factor->kind);
        dyno_html_cell(m, factor->why);
        (void)snprintf(words, sizeof words, "%s %" PRId64 " of %" PRId64 " read back as asked",
                       is_whole ? "✓" : "✗", factor->applied, factor->proofs);
        dyno_markup_element(m, "td", is_whole ? "is-good" : "is-bad", words);
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
    dyno_markup_close(m, "section");
}

static void put_queries(struct dyno_markup *m, const struct dyno_report_model *model)
{
    static const char *const heads[] = {"query", "setting", "#high / low",  "#95 % from",
                                        "#to",   "verdict", "#smaller than"};
    const struct dyno_report_rank *rank = model->rank;
    size_t shown = 0;
    size_t total = 0;
    dyno_html_section(
        m, "queries", "Query by query",
        "To look through, not to decide by: what counts as found is settled among all "
        "contrasts of all queries.");
    dyno_html_table(m, "Effects by query", heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < rank->effect_count; i++) {
        const struct dyno_report_effect *effect = &rank->effects[i];
        const struct dyno_report_query *query = NULL;
        for (size_t q = 0; q < model->query_count; q++)
            if (model->queries[q].ordinal == effect->query)
                query = &model->queries[q];
        if (query == NULL || (effect->factor < 0 && strcmp(effect->verdict, "found") != 0) ||
            ++total > DYNO_HTML_QUERIES_MAX)
            continue;
        shown++;
        dyno_html_row(m);
        dyno_html_name(m, query->name);
        dyno_html_cell(m, effect->label);
        put_change(m, effect->ratio);
        put_change(m, effect->ci[0]);
        put_change(m, effect->ci[1]);
        dyno_html_verdict_word(m, "td", effect->verdict);
        put_size(m, effect->smaller_ratio);
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
    dyno_html_more(m, total, shown, "effects");
    dyno_markup_close(m, "section");
}

static void put_time(struct dyno_markup *m, const struct dyno_report_rank_time *time)
{
    static const char *const heads[] = {"time", "#seconds", "#share"};
    const struct {
        const char *name;
        double seconds;
    } rows[] = {
        {"server starts and data", time->starts},
        {"warm-up after the starts", time->warmup},
        {"measured: trials, with the stretch before each window", time->measured},
        {"proof of the settings", time->proof},
        {"besides: connecting, Spark's numbers, storing, stopping", time->besides - time->proof}};
    if (!(time->total > 0))
        return;
    dyno_html_table(m, "Where the time went", heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char words[32];
        dyno_html_row(m);
        dyno_html_name(m, rows[i].name);
        (void)snprintf(words, sizeof words, "%.1f", rows[i].seconds);
        dyno_html_number(m, words);
        (void)snprintf(words, sizeof words, "%.1f %%", 100.0 * rows[i].seconds / time->total);
        dyno_html_number(m, words);
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
}

static void put_trials(struct dyno_markup *m, const struct dyno_report_rank *rank)
{
    static const char *const heads[] = {"#block", "#position",  "#start",  "arm",      "levels",
                                        "#value", "#completed", "#failed", "#cut off", "valid"};
    size_t shown = 0;
    dyno_html_section(m, "raw", "Raw numbers",
                      "Every measured trial in the order in which it ran.");
    dyno_html_table(m, "Trials", heads, sizeof heads / sizeof heads[0]);
    for (; shown < rank->trial_count && shown < DYNO_HTML_TRIALS_MAX; shown++) {
        const struct dyno_report_rank_trial *trial = &rank->trials[shown];
        dyno_html_row(m);
        dyno_html_i64(m, trial->block + 1);
        dyno_html_i64(m, trial->position + 1);
        dyno_html_i64(m, trial->start + 1);
        dyno_html_name(m, trial->arm);
        dyno_html_cell(m, trial->levels);
        dyno_html_ns(m, trial->value_ns);
        dyno_html_i64(m, trial->completed);
        dyno_html_i64(m, trial->failed);
        dyno_html_i64(m, trial->censored);
        dyno_html_cell(m, trial->is_valid ? "yes" : trial->reason);
        dyno_html_row_close(m);
    }
    dyno_html_table_close(m);
    dyno_html_more(m, rank->trial_count, shown, "trials");
    put_time(m, &rank->time);
    dyno_markup_close(m, "section");
}

void dyno_html_rank(struct dyno_markup *m, const struct dyno_report_model *model)
{
    const struct dyno_report_rank *rank = model->rank;
    if (rank->effect_count > 0) {
        dyno_html_section(
            m, "effects", "What each setting does",
            "Change of response time from the low to the high level, averaged over the "
            "levels of all other settings, at the load and in the ranges that were tried.");
        dyno_markup_open(m, "figure");
        dyno_chart_effects(m, model);
        dyno_markup_close(m, "figure");
        put_effects(m, rank);
        put_interactions(m, rank);
        put_errors(m, rank);
        dyno_chart_half_normal(m, model, "between");
        dyno_chart_half_normal(m, model, "within");
        dyno_markup_close(m, "section");
    }
    put_best(m, rank);
    put_counters(m, rank);
    put_factors(m, rank);
    if (rank->effect_count > 0)
        put_queries(m, model);
    put_trials(m, rank);
}
