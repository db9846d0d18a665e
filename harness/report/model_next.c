#include "base/alloc.h"
#include "base/shell.h"
#include "base/str.h"
#include "report/model_parts.h"
#include "report/words.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEWEST_BLOCKS 6
#define FIRM_BLOCKS   12 /* where too few were run to say how many it takes */
#define MOST_BLOCKS   60
#define FIRM_STARTS   4
#define FIRM_WARMUP   30

static const char one_start[] = "on one server start";

/* Wall time of one block with all that belongs to it (starts, warm-ups), NAN if there is none. */
static double seconds_per_block(const struct dyno_report_model *model, int64_t blocks)
{
    if (model->trial_count < 2 || blocks < 1)
        return (double)NAN;
    const struct dyno_report_trial *first = &model->trials[0];
    const struct dyno_report_trial *last = &model->trials[model->trial_count - 1];
    double ms = (double)(last->epoch_wall_ms - first->epoch_wall_ms) + (double)last->end_ns / 1e6;
    return ms > 0 ? ms / 1e3 / (double)blocks : (double)NAN;
}

/* The first over-all contrast that says how small an effect it could have seen; NULL if none does. */
static const struct dyno_report_contrast *telling_contrast(const struct dyno_report_model *model)
{
    for (size_t i = 0; i < model->contrast_count; i++)
        if (model->contrasts[i].query == DYNO_REPORT_OVERALL &&
            isfinite(model->contrasts[i].visible_ratio) && model->contrasts[i].blocks > 0)
            return &model->contrasts[i];
    return NULL;
}

/*
 * Blocks that would bring the smallest visible effect down to the margin: it falls with the root.
 * What has been found already needs no sharper eye, only more starts.
 */
static int64_t blocks_wanted(const struct dyno_report_model *model)
{
    const struct dyno_report_contrast *contrast = telling_contrast(model);
    int64_t planned = model->head.blocks_planned;
    if (contrast == NULL || contrast->blocks < FEWEST_BLOCKS)
        return planned > FIRM_BLOCKS ? planned : FIRM_BLOCKS;
    if (strcmp(model->head.verdict, "inconclusive") != 0)
        return contrast->blocks > FIRM_BLOCKS ? contrast->blocks : FIRM_BLOCKS;
    double visible = log(contrast->visible_ratio) / log1p(model->head.margin);
    double wanted = ceil((double)contrast->blocks * visible * visible);
    if (!isfinite(wanted) || wanted < FEWEST_BLOCKS)
        wanted = FEWEST_BLOCKS;
    int64_t blocks = wanted > MOST_BLOCKS ? MOST_BLOCKS : (int64_t)wanted;
    return blocks > contrast->blocks ? blocks : 2 * contrast->blocks;
}

/* An option that is asked for anew. */
struct option_change {
    const char *name;
    int64_t value;
};

/* Is this word the option, as "--name" (its value follows) or "--name=value"? */
static bool is_option(const char *word, const char *name, bool *has_value)
{
    size_t len = strlen(name);
    *has_value = strncmp(word, name, len) == 0 && word[len] == '=';
    return *has_value || strcmp(word, name) == 0;
}

static bool is_changed(const char *word, const struct option_change *changes, size_t count,
                       bool *has_value)
{
    for (size_t i = 0; i < count; i++)
        if (is_option(word, changes[i].name, has_value))
            return true;
    return false;
}

/* The command's words without those options, and then with them as they should be. */
static void append_command(struct dyno_str *out, const struct dyno_report_head *head,
                           const struct option_change *changes, size_t count)
{
    if (head->word_count == 0)
        dyno_str_append(out, "the same command with");
    for (size_t i = 0; i < head->word_count; i++) {
        bool has_value = false;
        if (is_changed(head->words[i], changes, count, &has_value)) {
            i += has_value ? 0 : 1;
            continue;
        }
        dyno_str_append(out, i > 0 ? " " : "");
        dyno_shell_append(out, head->words[i]);
    }
    for (size_t i = 0; i < count; i++)
        dyno_str_appendf(out, " %s %lld", changes[i].name, (long long)changes[i].value);
}

/* The value of a whole-number option as typed; -1 if it is not there. */
static int64_t option_value(const struct dyno_report_head *head, const char *name)
{
    for (size_t i = 0; i < head->word_count; i++) {
        bool has_value = false;
        if (!is_option(head->words[i], name, &has_value))
            continue;
        const char *value = has_value                  ? strchr(head->words[i], '=') + 1
                            : i + 1 < head->word_count ? head->words[i + 1]
                                                       : "";
        return strtoll(value, NULL, 10);
    }
    return -1;
}

static bool has_qualifier(const struct dyno_report_head *head, const char *words)
{
    for (size_t i = 0; i < head->qualifier_count; i++)
        if (strstr(head->qualifiers[i], words) != NULL)
            return true;
    return false;
}

static void append_more_blocks(struct dyno_str *out, const struct dyno_report_model *model)
{
    const struct dyno_report_contrast *contrast = telling_contrast(model);
    int64_t had = contrast != NULL ? contrast->blocks : model->head.blocks_planned;
    int64_t blocks = blocks_wanted(model);
    double seconds = seconds_per_block(model, had) * (double)blocks;
    char word[DYNO_REPORT_WORD_BYTES];
    dyno_str_append(out, "for a decision that holds, run more blocks");
    if (isfinite(seconds))
        dyno_str_appendf(out, " (about %s)",
                         dyno_report_format_stretch(seconds, word, sizeof word));
    dyno_str_append(out, ": ");
    const struct dyno_report_head *head = &model->head;
    struct option_change changes[3] = {{"--blocks", blocks}};
    size_t count = 1;
    int64_t warmup = option_value(head, "--warmup");
    if (has_qualifier(head, one_start) && head->starts_planned < FIRM_STARTS)
        changes[count++] = (struct option_change){"--starts", FIRM_STARTS};
    if (warmup >= 0 && warmup < FIRM_WARMUP)
        changes[count++] = (struct option_change){"--warmup", FIRM_WARMUP};
    append_command(out, head, changes, count);
}

static bool is_provisional(const struct dyno_report_head *head)
{
    return has_qualifier(head, "provisional") || has_qualifier(head, one_start);
}

void dyno_report_load_next(struct dyno_report_model *model)
{
    struct dyno_report_head *head = &model->head;
    struct dyno_str out;
    dyno_str_init(&out, 1 << 17);
    bool is_invalid =
        strcmp(head->verdict, "invalid") == 0 && strcmp(head->state, "interrupted") != 0;
    if (strcmp(head->state, "running") == 0)
        dyno_str_append(&out, "wait until it has finished, then ask for the report again");
    else if (is_invalid)
        dyno_str_append(&out, "mend what makes it invalid (named above), then run it again");
    else if (strcmp(head->state, "finished") != 0 && head->command != NULL)
        dyno_str_appendf(&out, "run it again: %s", head->command);
    else if (strcmp(head->state, "finished") != 0)
        dyno_str_append(&out, "run it again");
    else if (strcmp(head->kind, "capacity") == 0)
        dyno_str_append(
            &out, strcmp(head->verdict, "valid") == 0
                      ? "leave room: plan for less than the rate that was held, and try again "
                        "after each change of data, queries or settings"
                      : "find the rate that holds: a lower --rate to begin with, a looser "
                        "--slo, or longer windows (--max-window)");
    else if (strcmp(head->kind, "aa") == 0)
        dyno_str_append(&out, strcmp(head->verdict, "valid") == 0
                                  ? "its noise is stored: plan a comparison with sparkdyno compare "
                                    "... --plan"
                                  : "no noise was stored: run it again with --blocks 12");
    else if (!dyno_report_is_compare(model))
        dyno_str_append(&out, "compare it with another profile: sparkdyno compare --help");
    else if (strcmp(head->verdict, "inconclusive") == 0 || is_provisional(head))
        append_more_blocks(&out, model);
    else if (strcmp(head->verdict, "better") == 0 || strcmp(head->verdict, "worse") == 0)
        dyno_str_append(&out, "repeat it on another day, or with another workload, before you "
                              "change a server that others use");
    else
        dyno_str_append(&out, "choose by other reasons: the difference lies within the margin");
    char *text = dyno_str_take(&out);
    head->next = text != NULL ? text : dyno_xstrdup("");
}
