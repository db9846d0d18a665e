#include "base/plural.h"
#include "base/units.h"
#include "report/explanation.h"
#include "report/text_line.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX_BYTES ((size_t)8 * 1024 * 1024)
#define LABEL_COLUMNS  24
#define BAR_COLUMNS    30
#define LEAST_NS       50000.0

static void put_title(struct dyno_text *text, const char *title)
{
    dyno_text_style(text, DYNO_TEXT_BOLD);
    dyno_text_word(text, title, text->width);
    dyno_text_style(text, DYNO_TEXT_PLAIN);
    dyno_text_end(text);
}

static void put_bar(struct dyno_text *text, double share)
{
    char bar[BAR_COLUMNS + 1];
    size_t len = share > 0 ? (size_t)lround(share * BAR_COLUMNS) : 0;
    if (len > BAR_COLUMNS)
        len = BAR_COLUMNS;
    memset(bar, '#', len);
    bar[len] = '\0';
    dyno_text_word(text, bar, BAR_COLUMNS);
}

static void put_parts(struct dyno_text *text, const double *parts, double total)
{
    for (int i = 0; i < DYNO_PARTS; i++) {
        char share[32];
        if (parts[i] < LEAST_NS)
            continue;
        dyno_text_word(text, "  ", 2);
        dyno_text_cell(text, dyno_part_label((enum dyno_part)i), LABEL_COLUMNS);
        dyno_text_ns(text, parts[i], 9);
        (void)snprintf(share, sizeof share, "%.1f %%", total > 0 ? 100.0 * parts[i] / total : 0.0);
        dyno_text_right(text, share, 9);
        dyno_text_word(text, "  ", 2);
        put_bar(text, total > 0 ? parts[i] / total : 0);
        dyno_text_end(text);
    }
}

static void put_finding(struct dyno_text *text, const struct dyno_report_finding *f)
{
    char value[DYNO_REPORT_WORD_BYTES];
    char limit[DYNO_REPORT_WORD_BYTES];
    struct dyno_str line;
    dyno_str_init(&line, 4096);
    dyno_str_appendf(&line, "%s: %s: %s, over %s", f->severity, f->title,
                     dyno_report_finding_value(f, f->value, value, sizeof value),
                     dyno_report_finding_value(f, f->threshold, limit, sizeof limit));
    if (f->query[0] != '\0' || f->arm[0] != '\0')
        dyno_str_appendf(&line, " (%s%s%s)", f->query, f->query[0] && f->arm[0] ? ", " : "",
                         f->arm);
    dyno_str_appendf(&line, ", in %lld of %lld statements", (long long)f->statements,
                     (long long)f->judged);
    dyno_text_wrap(text, strcmp(f->severity, "severe") == 0 ? "  ! " : "  - ", dyno_str_text(&line),
                   3);
    dyno_text_wrap(text, "      ", f->what, 2);
    dyno_str_clear(&line);
    dyno_str_appendf(&line, "%s%s%s", f->example, f->example[0] != '\0' ? ": " : "", f->evidence);
    dyno_text_wrap(text, "      ", dyno_str_text(&line), 3);
    dyno_text_wrap(text, "      try: ", f->advice, 3);
    if (f->command[0] != '\0')
        dyno_text_wrap(text, "      measure it: ", f->command, 3);
    dyno_str_deinit(&line);
}

/* A moment since the statement was sent. */
static void append_moment(struct dyno_str *line, double ms)
{
    char word[DYNO_REPORT_WORD_BYTES];
    if (isfinite(ms) && ms >= 0)
        dyno_str_append(line, dyno_report_format_ms(ms, word, sizeof word));
    else
        dyno_str_append(line, isfinite(ms) ? "0" : "?");
}

static void append_bytes(struct dyno_str *line, const char *what, int64_t bytes)
{
    char word[DYNO_REPORT_WORD_BYTES];
    if (bytes > 0)
        dyno_str_appendf(line, ", %s %s", what, dyno_format_bytes(bytes, word, sizeof word));
}

static void append_ms(struct dyno_str *line, const char *what, double ms)
{
    char word[DYNO_REPORT_WORD_BYTES];
    if (isfinite(ms))
        dyno_str_appendf(line, ", %s %s", what, dyno_report_format_ms(ms, word, sizeof word));
}

static void put_stage(struct dyno_text *text, const struct dyno_store_stage *stage)
{
    struct dyno_str line;
    dyno_str_init(&line, 2048);
    dyno_str_appendf(&line, "stage %lld.%lld", (long long)stage->stage_id,
                     (long long)stage->attempt);
    if (stage->job_id >= 0)
        dyno_str_appendf(&line, " of job %lld", (long long)stage->job_id);
    dyno_str_append(&line, ", ");
    append_moment(&line, stage->submit_ms);
    dyno_str_append(&line, " to ");
    append_moment(&line, stage->complete_ms);
    dyno_str_appendf(&line, ": %lld task%s", (long long)stage->tasks, dyno_plural(stage->tasks));
    if (stage->failed_tasks > 0)
        dyno_str_appendf(&line, " (%lld failed)", (long long)stage->failed_tasks);
    if (stage->empty_tasks > 0)
        dyno_str_appendf(&line, " (%lld empty)", (long long)stage->empty_tasks);
    append_ms(&line, "median", stage->task_median_ms);
    append_ms(&line, "slowest", stage->task_max_ms);
    append_ms(&line, "run", stage->run_ms);
    append_ms(&line, "CPU", stage->cpu_ms);
    if (stage->gc_ms > 0)
        append_ms(&line, "GC", stage->gc_ms);
    append_ms(&line, "scheduler delay", stage->delay_ms);
    append_bytes(&line, "input", stage->input_bytes);
    append_bytes(&line, "shuffle read", stage->shuffle_read_bytes);
    append_bytes(&line, "written", stage->shuffle_write_bytes);
    append_bytes(&line, "spilled", stage->spill_disk_bytes);
    dyno_text_wrap(text, stage->is_critical ? "  * " : "    ", dyno_str_text(&line), 4);
    dyno_str_deinit(&line);
}

static void put_statement(struct dyno_text *text, const struct dyno_explained *statement)
{
    double parts[DYNO_PARTS];
    char total[DYNO_REPORT_WORD_BYTES];
    struct dyno_str line;
    dyno_str_init(&line, 4096);
    for (int i = 0; i < DYNO_PARTS; i++)
        parts[i] = (double)statement->part_ns[i];
    dyno_str_appendf(&line, "statement %s%s%s: %s", statement->id,
                     statement->what[0] != '\0' ? ", " : "", statement->what,
                     dyno_report_format_ns((double)statement->total_ns, total, sizeof total));
    dyno_text_end(text);
    put_title(text, dyno_str_text(&line));
    if (statement->sql[0] != '\0')
        dyno_text_wrap(text, "  ", statement->sql, 3);
    put_parts(text, parts, (double)statement->total_ns);
    for (size_t i = 0; i < statement->stage_count; i++)
        put_stage(text, &statement->stages[i]);
    if (statement->findings[0] != '\0')
        dyno_text_wrap(text, "  findings: ", statement->findings, 4);
    dyno_str_deinit(&line);
}

void dyno_explanation_text(const struct dyno_explanation *explanation,
                           const struct dyno_report_text_options *options, struct dyno_str *out)
{
    struct dyno_text text = {.has_color = options->has_color,
                             .has_utf8 = options->has_utf8,
                             .width = options->width > 0 ? (size_t)options->width : 80};
    const struct dyno_report_account *account = &explanation->account;
    char line[160];
    char total[DYNO_REPORT_WORD_BYTES];
    dyno_str_init(&text.out, TEXT_MAX_BYTES);
    put_title(&text, explanation->title);
    if (explanation->notes[0] != '\0')
        dyno_text_wrap(&text, "  ! ", explanation->notes, 6);
    (void)snprintf(line, sizeof line, "mean of %lld statement%s: %s",
                   (long long)account->statements, dyno_plural((long long)account->statements),
                   dyno_report_format_ns(account->total_ns, total, sizeof total));
    dyno_text_wrap(&text, "", line, 1);
    put_parts(&text, account->part_ns, account->total_ns);
    if (explanation->finding_count > 0) {
        dyno_text_end(&text);
        put_title(&text, "findings");
    }
    for (size_t i = 0; i < explanation->finding_count; i++)
        put_finding(&text, &explanation->findings[i]);
    for (size_t i = 0; i < explanation->statement_count; i++)
        put_statement(&text, &explanation->statements[i]);
    if (explanation->statement_count > 0)
        dyno_text_wrap(&text, "",
                       "* on the critical path; times of stages since the statement was sent", 2);
    dyno_str_append_n(out, dyno_str_text(&text.out), text.out.len);
    dyno_str_deinit(&text.out);
}
