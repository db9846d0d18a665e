#include "base/alloc.h"
#include "base/plural.h"
#include "report/capacity.h"
#include "report/clean.h"
#include "report/model.h"
#include "report/rank_text.h"
#include "report/report.h"
#include "report/text_line.h"
#include "report/text_why.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX_BYTES  (64u * 1024)
#define LINES_MAX       40
#define QUERIES_SHOWN   5
#define CHANGES_SHOWN   3 /* and one more for each warning that is not there */
#define FINDINGS_SHOWN  3
#define RUN_WHY_LINES   8
#define SETTINGS_SHOWN  2
#define WARNINGS_SHOWN  5
#define SENTENCE_LINES  2
#define FAULT_LINES     2 /* taken from the queries where the sentence tells a fault */
#define NEXT_LINES_MIN  2
#define NEXT_LINES_MAX  5
#define NAME_COLUMNS    18
#define SETTING_COLUMNS 40

static const char *state_word(const struct dyno_report_head *head)
{
    return strcmp(head->state, "interrupted") == 0 ? "INTERRUPTED, " : "";
}

/* Where it comes from, in one line. */
static void put_origin(struct dyno_text *text, const struct dyno_report_model *model)
{
    const struct dyno_report_head *head = &model->head;
    char when[DYNO_REPORT_WORD_BYTES];
    int64_t trials = 0;
    int64_t valid = 0;
    for (size_t i = 0; i < model->arm_count; i++) {
        trials += model->arms[i].trials;
        valid += model->arms[i].valid_trials;
    }
    for (size_t i = 0; model->rank != NULL && i < model->rank->trial_count; i++) {
        trials++;
        valid += model->rank->trials[i].is_valid;
    }
    struct dyno_str line;
    dyno_str_init(&line, 512);
    dyno_str_append(&line, state_word(head));
    dyno_str_appendf(&line, "experiment %lld, ", (long long)head->id);
    dyno_str_append(&line, dyno_report_format_utc(head->created_utc, when, sizeof when));
    dyno_str_appendf(&line, " UTC, %lld of %lld trial%s valid, %lld block%s planned",
                     (long long)valid, (long long)trials, dyno_plural(trials),
                     (long long)head->blocks_planned, dyno_plural(head->blocks_planned));
    dyno_text_wrap(text, "  ", dyno_str_text(&line), 1);
    dyno_str_deinit(&line);
}

static bool has_fault(const struct dyno_report_head *head)
{
    return strcmp(head->verdict, "invalid") == 0;
}

/* Wrapped words that may take more lines than their share as long as there are spare ones. */
static void put_wrapped(struct dyno_text *text, const char *prefix, const char *words, size_t share)
{
    size_t before = text->lines;
    dyno_text_wrap(text, prefix, words, share + text->spare);
    size_t used = text->lines - before;
    text->spare -= used > share ? used - share : 0;
}

static void put_head(struct dyno_text *text, const struct dyno_report_model *model)
{
    const struct dyno_report_head *head = &model->head;
    char line[256];
    char upper[32];
    size_t len = strlen(head->verdict) < sizeof upper ? strlen(head->verdict) : sizeof upper - 1;
    for (size_t i = 0; i < len; i++) {
        char c = head->verdict[i];
        upper[i] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    upper[len] = '\0';
    (void)snprintf(line, sizeof line, "%s %s", dyno_report_mark(head->verdict, text->has_utf8),
                   upper);
    dyno_text_style(text, dyno_text_style_of(head->verdict));
    dyno_text_word(text, line, 20);
    dyno_text_style(text, DYNO_TEXT_PLAIN);
    dyno_text_word(text, "  ", 2);
    dyno_text_word(text, head->name, text->width - dyno_report_columns(line) - 2);
    dyno_text_end(text);
    put_wrapped(text, "  ", head->sentence, SENTENCE_LINES + (has_fault(head) ? FAULT_LINES : 0));
    put_origin(text, model);
}

static void put_qualifiers(struct dyno_text *text, const struct dyno_report_head *head)
{
    if (head->qualifier_count == 0)
        return;
    struct dyno_str list;
    dyno_str_init(&list, 4096);
    for (size_t i = 0; i < head->qualifier_count; i++) {
        dyno_str_append(&list, i > 0 ? "; " : "");
        dyno_str_append(&list, head->qualifiers[i]);
    }
    put_wrapped(text, "  but: ", dyno_str_text(&list), 1);
    dyno_str_deinit(&list);
}

/* The four numbers that the terminal has room for. */
static void put_numbers(struct dyno_text *text, const struct dyno_report_summary *summary)
{
    static const enum dyno_report_number shown[] = {DYNO_REPORT_P50, DYNO_REPORT_P95,
                                                    DYNO_REPORT_MEAN, DYNO_REPORT_MAX};
    for (size_t i = 0; i < 4; i++)
        dyno_text_told(text, &summary->told[shown[i]], 9);
}

static bool is_marked(const struct dyno_report_summary *summary, enum dyno_report_known known)
{
    return summary->told[DYNO_REPORT_P50].known == known ||
           summary->told[DYNO_REPORT_P95].known == known ||
           summary->told[DYNO_REPORT_MAX].known == known;
}

static bool is_arm_marked(const struct dyno_report_model *model, enum dyno_report_known known)
{
    for (size_t i = 0; i < model->arm_count; i++)
        if (is_marked(&model->arms[i].series[DYNO_REPORT_RESPONSE], known))
            return true;
    return false;
}

static bool is_query_marked(const struct dyno_report_model *model, enum dyno_report_known known)
{
    for (size_t i = 0; i < model->query_count && i < QUERIES_SHOWN; i++)
        if (is_marked(&model->queries[i].arms[0].response, known))
            return true;
    return false;
}

/* What "~" and ">" mean, where one of them stands above. */
static void put_told_note(struct dyno_text *text, bool has_sample, bool has_bound)
{
    if (has_sample || has_bound)
        dyno_text_wrap(text, "  ", dyno_report_told_note(has_sample, has_bound), 2);
}

/* What was still waiting or under way at the end has not failed, and is in none of the numbers. */
static void put_unfinished(struct dyno_text *text, const struct dyno_report_arm *arm)
{
    char line[160];
    if (arm->censored == 0)
        return;
    (void)snprintf(line, sizeof line, "%lld more were not sent, or not finished, when it ended",
                   (long long)arm->censored);
    dyno_text_wrap(text, "    ", line, 1);
}

static void put_arms(struct dyno_text *text, const struct dyno_report_model *model)
{
    static const char *const heads[] = {"n", "failed", "p50", "p95", "mean", "max"};
    dyno_text_end(text);
    dyno_text_style(text, DYNO_TEXT_BOLD);
    dyno_text_cell(text, "response time", NAME_COLUMNS + 10);
    for (size_t i = 0; i < 6; i++)
        dyno_text_right(text, heads[i], i < 2 ? 7 : 9);
    dyno_text_style(text, DYNO_TEXT_PLAIN);
    dyno_text_end(text);
    for (size_t i = 0; i < model->arm_count; i++) {
        const struct dyno_report_arm *arm = &model->arms[i];
        const struct dyno_report_summary *r = &arm->series[DYNO_REPORT_RESPONSE];
        dyno_text_word(text, "  ", 2);
        dyno_text_cell(text, arm->name, NAME_COLUMNS);
        dyno_text_cell(text, strcmp(arm->role, "candidate") == 0 ? "cand." : arm->role, 8);
        dyno_text_i64(text, r->n, 7);
        dyno_text_i64(text, arm->failed, 7);
        put_numbers(text, r);
        dyno_text_end(text);
        put_unfinished(text, arm);
    }
    put_told_note(text, is_arm_marked(model, DYNO_REPORT_SAMPLE),
                  is_arm_marked(model, DYNO_REPORT_ABOVE));
    if (!model->is_of_valid_trials)
        dyno_text_wrap(text, "  ", "of all trials: an arm has no valid one", 1);
}

static void put_contrast(struct dyno_text *text, const char *label,
                         const struct dyno_report_contrast *contrast)
{
    char word[2 * DYNO_REPORT_WORD_BYTES];
    char low[DYNO_REPORT_WORD_BYTES];
    char high[DYNO_REPORT_WORD_BYTES];
    dyno_text_word(text, "  ", 2);
    dyno_text_cell(text, label, NAME_COLUMNS);
    dyno_text_ns(text, contrast->base_ns, 9);
    dyno_text_ns(text, contrast->candidate_ns, 9);
    dyno_text_right(text, dyno_report_format_change(contrast->ratio, word, sizeof word), 9);
    (void)snprintf(word, sizeof word, "%s..%s",
                   dyno_report_format_ratio(contrast->ci95[0], low, sizeof low),
                   dyno_report_format_ratio(contrast->ci95[1], high, sizeof high));
    dyno_text_right(text, isnan(contrast->ci95[0]) ? "-" : word, 15);
    (void)snprintf(word, sizeof word, " %s %s", dyno_report_mark(contrast->verdict, text->has_utf8),
                   contrast->verdict);
    dyno_text_style(text, dyno_text_style_of(contrast->verdict));
    dyno_text_word(text, "  ", 2);
    dyno_text_word(text, word, 16);
    dyno_text_style(text, DYNO_TEXT_PLAIN);
    dyno_text_end(text);
}

static void put_contrast_head(struct dyno_text *text, const struct dyno_report_model *model,
                              const char *title)
{
    dyno_text_end(text);
    dyno_text_style(text, DYNO_TEXT_BOLD);
    dyno_text_cell(text, title, NAME_COLUMNS + 2);
    for (size_t i = 0; i < 2; i++) {
        dyno_text_word(text, " ", 1);
        dyno_text_right(text, dyno_report_arm_word(model, i), 8);
    }
    dyno_text_right(text, "change", 9);
    dyno_text_right(text, "95 % of ratio", 15);
    dyno_text_style(text, DYNO_TEXT_PLAIN);
    dyno_text_end(text);
}

static void put_overall(struct dyno_text *text, const struct dyno_report_model *model)
{
    bool is_begun = false;
    for (size_t i = 0; i < model->contrast_count; i++) {
        const struct dyno_report_contrast *contrast = &model->contrasts[i];
        if (contrast->query != DYNO_REPORT_OVERALL)
            continue;
        if (!is_begun)
            put_contrast_head(text, model, "geometric means of");
        is_begun = true;
        put_contrast(text, dyno_report_metric_label(contrast->metric), contrast);
    }
}

static double size_of(const struct dyno_report_contrast *contrast)
{
    double size = fabs(log(contrast->ratio));
    return isfinite(size) ? size : -1;
}

static int compare_size(const void *a, const void *b)
{
    const struct dyno_report_contrast *x = *(const struct dyno_report_contrast *const *)a;
    const struct dyno_report_contrast *y = *(const struct dyno_report_contrast *const *)b;
    if (size_of(x) != size_of(y))
        return size_of(x) > size_of(y) ? -1 : 1;
    return x->query < y->query ? -1 : 1;
}

static void put_queries(struct dyno_text *text, const struct dyno_report_model *model)
{
    const struct dyno_report_contrast **sorted =
        dyno_xcalloc(model->contrast_count + 1, sizeof *sorted);
    const char *metric = dyno_report_query_metric(model);
    size_t count = 0;
    for (size_t i = 0; i < model->contrast_count; i++)
        if (model->contrasts[i].query != DYNO_REPORT_OVERALL &&
            strcmp(model->contrasts[i].metric, metric) == 0)
            sorted[count++] = &model->contrasts[i];
    qsort(sorted, count, sizeof *sorted, compare_size);
    if (count > 0) {
        char title[32];
        size_t room = QUERIES_SHOWN - (has_fault(&model->head) ? FAULT_LINES : 0);
        size_t shown = count < room ? count : room;
        (void)snprintf(title, sizeof title, "%s, %zu of %zu", dyno_report_metric_label(metric),
                       shown, count);
        put_contrast_head(text, model, title);
        for (size_t i = 0; i < shown; i++)
            put_contrast(text, sorted[i]->query_name, sorted[i]);
    }
    free(sorted);
}

static void put_run_queries(struct dyno_text *text, const struct dyno_report_model *model)
{
    dyno_text_end(text);
    dyno_text_style(text, DYNO_TEXT_BOLD);
    dyno_text_cell(text, "queries", NAME_COLUMNS + 10);
    dyno_text_style(text, DYNO_TEXT_PLAIN);
    dyno_text_end(text);
    for (size_t i = 0; i < model->query_count && i < QUERIES_SHOWN; i++) {
        const struct dyno_report_query_arm *query = &model->queries[i].arms[0];
        const struct dyno_report_summary *r = &query->response;
        dyno_text_word(text, "  ", 2);
        dyno_text_cell(text, model->queries[i].name, NAME_COLUMNS + 8);
        dyno_text_i64(text, r->n, 7);
        dyno_text_i64(text, query->errors, 7);
        put_numbers(text, r);
        dyno_text_end(text);
    }
    bool has_sample = is_query_marked(model, DYNO_REPORT_SAMPLE);
    bool has_bound = is_query_marked(model, DYNO_REPORT_ABOVE);
    put_told_note(text, has_sample && !is_arm_marked(model, DYNO_REPORT_SAMPLE),
                  has_bound && !is_arm_marked(model, DYNO_REPORT_ABOVE));
}

/* A command that is cut is of no use: what is to be done next gets the lines that it needs. */
static size_t next_lines(const struct dyno_text *text, const struct dyno_report_model *model)
{
    size_t columns = text->width > 20 ? text->width - 10 : 10;
    size_t lines = 1 + dyno_report_columns(model->head.next) / columns;
    return lines < NEXT_LINES_MIN   ? NEXT_LINES_MIN
           : lines > NEXT_LINES_MAX ? NEXT_LINES_MAX
                                    : lines;
}

static size_t warnings_shown(const struct dyno_text *text, const struct dyno_report_model *model)
{
    size_t count = dyno_report_gates_failed(model) + model->warning_count;
    size_t room = WARNINGS_SHOWN + NEXT_LINES_MIN - next_lines(text, model);
    return count < room ? count : room;
}

static void put_title(struct dyno_text *text, const char *title)
{
    dyno_text_end(text);
    dyno_text_style(text, DYNO_TEXT_BOLD);
    dyno_text_word(text, title, text->width);
    dyno_text_style(text, DYNO_TEXT_PLAIN);
    dyno_text_end(text);
}

static size_t take_room(size_t *room, size_t wanted)
{
    size_t taken = wanted < *room ? wanted : *room;
    *room -= taken;
    return taken;
}

static bool has_why(const struct dyno_report_model *model)
{
    return model->finding_count > 0 || dyno_text_accounts_count(model) > 0;
}

/* What was found and where time went, in at most `*room` lines; what they leave is for others. */
static void put_why(struct dyno_text *text, const struct dyno_report_model *model, size_t *room)
{
    size_t accounts = dyno_text_accounts_count(model);
    if (model->together != NULL && take_room(room, 2) == 2)
        dyno_text_wrap(text, "  ", model->together, 2);
    *room -= dyno_text_findings(text, model, *room < FINDINGS_SHOWN ? *room : FINDINGS_SHOWN);
    if (accounts > *room)
        return;
    dyno_text_accounts(text, model);
    *room -= accounts;
}

static void put_changes(struct dyno_text *text, const struct dyno_report_model *model)
{
    size_t room = CHANGES_SHOWN + WARNINGS_SHOWN + NEXT_LINES_MIN - next_lines(text, model) -
                  warnings_shown(text, model);
    if (model->change_count == 0 && !has_why(model))
        return;
    put_title(text,
              "what Spark saw change (+N: in N more queries; in %: of statements; no cause yet)");
    put_why(text, model, &room);
    for (size_t i = 0; i < model->change_count && i < room; i++) {
        const struct dyno_report_change *change = &model->changes[i];
        char word[DYNO_REPORT_WORD_BYTES];
        dyno_text_word(text, "  ", 2);
        dyno_text_cell(text, dyno_spark_metric_info(change->metric)->label, 22);
        dyno_text_right(
            text, dyno_spark_metric_format(change->metric, change->base, word, sizeof word), 9);
        dyno_text_word(text, text->has_utf8 ? " → " : " > ", 3);
        dyno_text_cell(
            text, dyno_spark_metric_format(change->metric, change->candidate, word, sizeof word),
            9);
        dyno_text_right(text, dyno_report_format_change(change->ratio, word, sizeof word), 9);
        dyno_text_word(text, "  ", 2);
        dyno_text_cell(text, change->query->name, NAME_COLUMNS - 2);
        if (change->also_queries > 0) {
            (void)snprintf(word, sizeof word, "+%zu", change->also_queries);
            dyno_text_word(text, word, 6);
        }
        dyno_text_end(text);
    }
}

static void put_setting(struct dyno_text *text, const struct dyno_report_model *model,
                        const struct dyno_report_setting *setting)
{
    dyno_text_word(text, "  ", 2);
    dyno_text_cell(text, setting->key, SETTING_COLUMNS);
    int64_t starts = 0;
    int64_t applied = 0;
    for (size_t arm = 0; arm < model->arm_count; arm++) {
        char value[48];
        if (setting->asked[arm] != NULL)
            (void)snprintf(value, sizeof value, "%s", setting->asked[arm]);
        else if (setting->server_default != NULL)
            (void)snprintf(value, sizeof value, "(%s)", setting->server_default);
        else
            (void)snprintf(value, sizeof value, "not set");
        dyno_text_word(text, arm > 0 ? "| " : "  ", 2);
        dyno_text_cell(text, value, 11);
        starts += setting->starts[arm];
        applied += setting->applied_starts[arm];
    }
    char word[64];
    (void)snprintf(word, sizeof word, "proved %lld/%lld", (long long)applied, (long long)starts);
    dyno_text_word(text, word, 14);
    dyno_text_end(text);
}

static void put_settings(struct dyno_text *text, const struct dyno_report_model *model)
{
    size_t different = 0;
    for (size_t i = 0; i < model->setting_count; i++)
        different += model->settings[i].is_different;
    if (different == 0)
        return;
    char title[80];
    (void)snprintf(title, sizeof title, "settings that differ (%zu; in brackets: the default)",
                   different);
    dyno_text_end(text);
    dyno_text_style(text, DYNO_TEXT_BOLD);
    dyno_text_word(text, title, 60);
    dyno_text_style(text, DYNO_TEXT_PLAIN);
    dyno_text_end(text);
    size_t shown = 0;
    for (size_t i = 0; i < model->setting_count && shown < SETTINGS_SHOWN; i++)
        if (model->settings[i].is_different) {
            put_setting(text, model, &model->settings[i]);
            shown++;
        }
}

static void put_warning(struct dyno_text *text, size_t *room, const char *line)
{
    if (*room == 0)
        return;
    (*room)--;
    put_wrapped(text, "  ! ", line, 1);
}

/* Gates that failed come before warnings: both say what to doubt. */
static void put_warnings(struct dyno_text *text, const struct dyno_report_model *model)
{
    size_t count = dyno_report_gates_failed(model) + model->warning_count;
    if (count == 0)
        return;
    struct dyno_str line;
    dyno_str_init(&line, 8192);
    dyno_str_appendf(&line, "warnings (%zu)", count);
    dyno_text_end(text);
    dyno_text_style(text, DYNO_TEXT_BOLD);
    dyno_text_word(text, dyno_str_text(&line), 40);
    dyno_text_style(text, DYNO_TEXT_PLAIN);
    dyno_text_end(text);
    size_t room = warnings_shown(text, model);
    for (size_t i = 0; i < model->gate_count; i++) {
        const struct dyno_report_gate_sum *gate = &model->gates[i];
        if (gate->failures == 0)
            continue;
        dyno_str_clear(&line);
        dyno_str_append(&line, gate->name);
        dyno_str_appendf(&line, " failed in %lld of %lld trials: ", (long long)gate->failures,
                         (long long)gate->trials);
        dyno_str_append(&line, gate->text);
        put_warning(text, &room, dyno_str_text(&line));
    }
    for (size_t i = 0; i < model->warning_count; i++)
        put_warning(text, &room, model->warnings[i].text);
    dyno_str_deinit(&line);
}

static void put_all(struct dyno_text *text, const struct dyno_report_model *model)
{
    put_head(text, model);
    put_qualifiers(text, &model->head);
    /* Over all loads of a capacity together, response times say nothing. */
    if (model->rank == NULL && model->capacity == NULL)
        put_arms(text, model);
    if (model->rank != NULL) {
        dyno_text_rank(text, model);
    } else if (dyno_report_is_compare(model)) {
        put_overall(text, model);
        put_queries(text, model);
        put_changes(text, model);
        put_settings(text, model);
    } else {
        size_t room = RUN_WHY_LINES;
        dyno_text_capacity(text, model);
        if (model->capacity == NULL)
            put_run_queries(text, model);
        if (has_why(model)) {
            put_title(text, "what Spark saw (+N: in N more queries; in %: of its statements)");
            put_why(text, model, &room);
        }
    }
    put_warnings(text, model);
    dyno_text_wrap(text, "next: ", model->head.next, next_lines(text, model));
}

enum dyno_status dyno_report_text(const struct dyno_report_model *model,
                                  const struct dyno_report_text_options *options,
                                  struct dyno_str *out, struct dyno_err *err)
{
    struct dyno_text text = {.has_color = options->has_color,
                             .has_utf8 = options->has_utf8,
                             .width = options->width > 0 ? (size_t)options->width : 80};
    dyno_str_init(&text.out, TEXT_MAX_BYTES);
    /* The first pass only counts: what it leaves of the lines goes to long sentences in the second. */
    put_all(&text, model);
    text.spare = text.lines < LINES_MAX ? LINES_MAX - text.lines : 0;
    text.lines = 0;
    dyno_str_clear(&text.out);
    put_all(&text, model);
    enum dyno_status status = DYNO_OK;
    if (text.out.failed)
        status = dyno_err_set(err, DYNO_ELIMIT, "the text report is over %u bytes", TEXT_MAX_BYTES);
    else
        dyno_str_append_n(out, text.out.data, text.out.len);
    dyno_str_deinit(&text.out);
    return status;
}
