#include "report/rank_text.h"

#include "report/spark_metric.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME_COLUMNS       19
#define FACTORS_SHOWN      12
#define INTERACTIONS_SHOWN 3
#define COUNTERS_SHOWN     3
#define MOVED_SHARE        0.05
#define EFFECTS_MAX        64

static void put_title(struct dyno_text *text, const char *title, bool has_heads)
{
    dyno_text_style(text, DYNO_TEXT_BOLD);
    if (!has_heads)
        dyno_text_word(text, title, text->width);
    if (has_heads) {
        dyno_text_cell(text, title, NAME_COLUMNS + 1);
        dyno_text_right(text, "high/low", 9);
        dyno_text_right(text, "95 % interval", 18);
        dyno_text_right(text, "share", 7);
        dyno_text_right(text, "top 3", 7);
    }
    dyno_text_style(text, DYNO_TEXT_PLAIN);
    dyno_text_end(text);
}

static void put_percent(struct dyno_text *text, double share, size_t columns)
{
    char word[DYNO_REPORT_WORD_BYTES];
    (void)snprintf(word, sizeof word, "%.0f %%", 100.0 * share);
    dyno_text_right(text, isfinite(share) ? word : "", columns);
}

/* "12 %", "x2.4": how large, whichever way. */
static const char *size_words(double ratio, char *out, size_t out_bytes)
{
    double percent = 100.0 * (ratio - 1.0);
    (void)snprintf(out, out_bytes, percent < 99.5 ? "%.2g %%" : "x%.2g",
                   percent < 99.5 ? percent : ratio);
    return out;
}

static void put_effect(struct dyno_text *text, const struct dyno_report_effect *effect)
{
    char word[3 * DYNO_REPORT_WORD_BYTES];
    char low[DYNO_REPORT_WORD_BYTES];
    char high[DYNO_REPORT_WORD_BYTES];
    dyno_text_word(text, "  ", 2);
    dyno_text_cell(text, effect->label, NAME_COLUMNS - 1);
    dyno_text_right(text, dyno_report_format_change(effect->ratio, word, sizeof word), 9);
    (void)snprintf(word, sizeof word, "%s..%s",
                   dyno_report_format_change(effect->ci[0], low, sizeof low),
                   dyno_report_format_change(effect->ci[1], high, sizeof high));
    dyno_text_right(text, isfinite(effect->ci[0]) ? word : "-", 18);
    put_percent(text, effect->share, 7);
    put_percent(text, effect->top, 7);
    dyno_text_style(text, dyno_text_style_of(effect->verdict));
    int len = snprintf(word, sizeof word, " %s %s",
                       dyno_report_mark(effect->verdict, text->has_utf8), effect->verdict);
    if (isfinite(effect->smaller_ratio) && len > 0 && (size_t)len < sizeof word)
        (void)snprintf(word + len, sizeof word - (size_t)len, " <%s",
                       size_words(effect->smaller_ratio, low, sizeof low));
    dyno_text_word(text, word, 19);
    dyno_text_style(text, DYNO_TEXT_PLAIN);
    dyno_text_end(text);
}

static void put_effects(struct dyno_text *text, const struct dyno_report_rank *rank)
{
    const struct dyno_report_effect *effects[EFFECTS_MAX];
    char title[64];
    size_t count = dyno_report_rank_effects(rank, true, effects, FACTORS_SHOWN);
    (void)snprintf(title, sizeof title, "%s response", dyno_report_metric_label(rank->metric));
    if (count > 0)
        put_title(text, title, true);
    for (size_t i = 0; i < count; i++)
        put_effect(text, effects[i]);
    count = dyno_report_rank_effects(rank, false, effects, EFFECTS_MAX);
    if (count == 0)
        return;
    (void)snprintf(title, sizeof title, "interactions (%zu)", count);
    put_title(text, title, false);
    for (size_t i = 0; i < count && i < INTERACTIONS_SHOWN; i++)
        put_effect(text, effects[i]);
}

/* Did it change by more than what differs from trial to trial anyway? */
static bool has_moved(const struct dyno_report_counter *counter)
{
    double most = fmax(counter->low, counter->high);
    double least = fmin(counter->low, counter->high);
    return most > 0 && !(most < (1 + MOVED_SHARE) * least);
}

static void append_moved(struct dyno_str *line, const struct dyno_text *text,
                         const struct dyno_report_rank *rank, int64_t factor)
{
    static const struct {
        const char *name;
        enum dyno_spark_metric metric;
    } told[] = {{"tasks", DYNO_SPARK_TASKS},
                {"scheduler_delay_ms", DYNO_SPARK_SCHEDULER_DELAY},
                {"gc_ms", DYNO_SPARK_GC},
                {"shuffle_write_bytes", DYNO_SPARK_SHUFFLE_WRITE},
                {"spill_disk_bytes", DYNO_SPARK_SPILL_DISK}};
    for (size_t k = 0; k < sizeof told / sizeof told[0]; k++) {
        char low[DYNO_REPORT_WORD_BYTES];
        char high[DYNO_REPORT_WORD_BYTES];
        const struct dyno_report_counter *counter =
            dyno_report_rank_counter(rank, factor, told[k].name);
        if (counter == NULL || !has_moved(counter))
            continue;
        dyno_str_appendf(
            line, "%s%s %s %s %s", line->len > 0 ? ", " : "",
            dyno_spark_metric_info(told[k].metric)->label,
            dyno_spark_metric_format(told[k].metric, counter->low, low, sizeof low),
            text->has_utf8 ? "→" : "->",
            dyno_spark_metric_format(told[k].metric, counter->high, high, sizeof high));
    }
}

/* "aqe: tasks 212 → 12, scheduler delay 1.2 s → 90 ms": what changed with the largest effects. A setting that was not
 * found is left out unless a counter says that it did something. */
static void put_counters(struct dyno_text *text, const struct dyno_report_rank *rank)
{
    const struct dyno_report_effect *effects[EFFECTS_MAX];
    size_t count = dyno_report_rank_effects(rank, true, effects, COUNTERS_SHOWN);
    bool is_begun = false;
    for (size_t i = 0; i < count && rank->counter_count > 0; i++) {
        struct dyno_str line;
        char prefix[64];
        dyno_str_init(&line, 1024);
        append_moved(&line, text, rank, effects[i]->factor);
        if (line.len == 0 && strcmp(effects[i]->verdict, "found") == 0)
            dyno_str_append(&line, "none of its counters moved by 5 %");
        (void)snprintf(prefix, sizeof prefix, "  %.*s: ", NAME_COLUMNS, effects[i]->label);
        if (line.len > 0 && !is_begun)
            put_title(text, "Spark saw, low to high (together with, not because of)", false);
        is_begun = is_begun || line.len > 0;
        if (line.len > 0)
            dyno_text_wrap(text, prefix, dyno_str_text(&line), 2);
        dyno_str_deinit(&line);
    }
}

static void put_best(struct dyno_text *text, const struct dyno_report_rank *rank)
{
    struct dyno_str line;
    char word[DYNO_REPORT_WORD_BYTES];
    if (rank->best[0] == '\0')
        return;
    dyno_str_init(&line, 8192);
    dyno_str_append(&line, rank->best);
    dyno_str_appendf(&line, ": predicted %s",
                     dyno_report_format_ns(rank->best_ns, word, sizeof word));
    if (isfinite(rank->default_ns))
        dyno_str_appendf(&line, ", the base had %s",
                         dyno_report_format_ns(rank->default_ns, word, sizeof word));
    if (rank->profile_path[0] != '\0')
        dyno_str_appendf(&line, "; profile %s", rank->profile_path);
    dyno_text_wrap(text, "best: ", dyno_str_text(&line), 2);
    if (rank->confirm_id > 0) {
        dyno_str_clear(&line);
        dyno_str_appendf(&line, "experiment %lld says %s: ", (long long)rank->confirm_id,
                         rank->confirm_verdict);
        dyno_str_append(&line, rank->confirm_sentence);
        dyno_text_wrap(text, "confirm: ", dyno_str_text(&line), 3);
    }
    dyno_str_deinit(&line);
}

static void put_time(struct dyno_text *text, const struct dyno_report_rank_time *time)
{
    char line[160];
    if (!(time->total > 0))
        return;
    (void)snprintf(
        line, sizeof line,
        "%.0f s server starts, %.0f s warm-up, %.0f s measured, %.1f s (%.1f %%) besides",
        time->starts, time->warmup, time->measured, time->besides,
        100.0 * time->besides / time->total);
    dyno_text_wrap(text, "time: ", line, 1);
}

void dyno_text_rank(struct dyno_text *text, const struct dyno_report_model *model)
{
    put_effects(text, model->rank);
    put_counters(text, model->rank);
    put_best(text, model->rank);
    put_time(text, &model->rank->time);
}
