#include "report/text_why.h"

#include "report/words.h"

#include <stdio.h>
#include <string.h>

/* The parts of a response that take most of it, largest first. */
#define PARTS_SHOWN 4

static void put_account(struct dyno_text *text, const char *name,
                        const struct dyno_report_account *account)
{
    bool is_told[DYNO_PARTS] = {false};
    struct dyno_str line;
    char word[DYNO_REPORT_WORD_BYTES];
    dyno_str_init(&line, 1024);
    for (int shown = 0; shown < PARTS_SHOWN; shown++) {
        int best = -1;
        for (int i = 0; i < DYNO_PARTS; i++)
            if (!is_told[i] && account->part_ns[i] > 0.02 * account->total_ns &&
                (best < 0 || account->part_ns[i] > account->part_ns[best]))
                best = i;
        if (best < 0)
            break;
        is_told[best] = true;
        (void)snprintf(word, sizeof word, "%.0f %%",
                       100.0 * account->part_ns[best] / account->total_ns);
        dyno_str_appendf(&line, "%s%s %s", shown > 0 ? ", " : "",
                         dyno_part_label((enum dyno_part)best), word);
    }
    dyno_text_word(text, "  time of ", 10);
    dyno_text_word(text, name, 12);
    dyno_text_word(text, ": ", 2);
    dyno_text_word(text, dyno_str_text(&line), text->width);
    dyno_text_end(text);
    dyno_str_deinit(&line);
}

/* The same rule in another query of the same arm has its line already. */
static bool is_repeated(const struct dyno_report_model *model, size_t at)
{
    const struct dyno_report_finding *f = &model->findings[at];
    for (size_t i = 0; i < at; i++)
        if (strcmp(model->findings[i].rule, f->rule) == 0 &&
            strcmp(model->findings[i].arm, f->arm) == 0)
            return true;
    return false;
}

static size_t count_queries(const struct dyno_report_model *model, size_t at)
{
    const struct dyno_report_finding *f = &model->findings[at];
    size_t count = 0;
    for (size_t i = at; i < model->finding_count; i++)
        count += strcmp(model->findings[i].rule, f->rule) == 0 &&
                         strcmp(model->findings[i].arm, f->arm) == 0
                     ? 1
                     : 0;
    return count;
}

static void put_finding(struct dyno_text *text, const struct dyno_report_model *model, size_t at)
{
    const struct dyno_report_finding *f = &model->findings[at];
    size_t queries = count_queries(model, at);
    char words[220];
    char value[DYNO_REPORT_WORD_BYTES];
    (void)snprintf(words, sizeof words, "%s: %s", f->title,
                   dyno_report_finding_value(f, f->value, value, sizeof value));
    dyno_text_word(text, strcmp(f->severity, "severe") == 0 ? "  ! " : "  - ", 4);
    dyno_text_cell(text, words, 37);
    dyno_text_cell(text, f->arm, 11);
    dyno_text_cell(text, f->query[0] == '\0' ? "(server)" : f->query, 15);
    (void)snprintf(words, sizeof words, "+%zu", queries - 1);
    dyno_text_cell(text, queries > 1 ? words : "", 5);
    if (f->query[0] != '\0' && f->judged > 0) {
        double share = 100.0 * (double)f->statements / (double)f->judged;
        (void)snprintf(words, sizeof words, share < 1 ? "in <1 %%" : "in %.0f %%", share);
        dyno_text_word(text, words, 8);
    }
    dyno_text_end(text);
}

size_t dyno_text_accounts_count(const struct dyno_report_model *model)
{
    size_t count = 0;
    for (size_t arm = 0; arm < model->arm_count; arm++)
        count += dyno_report_has_account(model, arm) ? 1 : 0;
    return count;
}

void dyno_text_accounts(struct dyno_text *text, const struct dyno_report_model *model)
{
    for (size_t arm = 0; arm < model->arm_count; arm++)
        if (dyno_report_has_account(model, arm))
            put_account(text, dyno_report_arm_word(model, arm), &model->accounts[arm]);
}

size_t dyno_text_findings(struct dyno_text *text, const struct dyno_report_model *model,
                          size_t lines)
{
    size_t shown = 0;
    for (size_t i = 0; i < model->finding_count && shown < lines; i++) {
        if (is_repeated(model, i))
            continue;
        put_finding(text, model, i);
        shown++;
    }
    return shown;
}
