#include "decide/sentence.h"

#include "base/plural.h"

#include <math.h>
#include <stdio.h>

#define PERCENT_BYTES 32

void dyno_sentence_percent(double log_ratio, char *out, size_t out_bytes)
{
    double percent = 100.0 * expm1(log_ratio);
    /* What would print as zero has no sign worth showing. */
    if (fabs(percent) < 0.05)
        percent = 0.0;
    if (fabs(percent) < 9.95)
        (void)snprintf(out, out_bytes, "%+.1f %%", percent);
    else
        (void)snprintf(out, out_bytes, "%+.0f %%", percent);
}

static void append_percent(struct dyno_str *out, double log_ratio)
{
    char text[PERCENT_BYTES];
    dyno_sentence_percent(log_ratio, text, sizeof text);
    dyno_str_append(out, text);
}

/** A margin or the smallest effect that could be seen: "5 %", "2.5 %". */
static void append_size(struct dyno_str *out, double log_ratio)
{
    double percent = 100.0 * expm1(fabs(log_ratio));
    dyno_str_appendf(out, percent < 9.95 ? "%.2g %%" : "%.0f %%", percent);
}

static void append_interval(struct dyno_str *out, int level, double low, double high)
{
    dyno_str_appendf(out, "%d %% CI ", level);
    append_percent(out, low);
    dyno_str_append(out, " to ");
    append_percent(out, high);
}

/** "mean response +182 % (2.8x; 95 % CI +150 % to +214 %)". */
static void append_effect(struct dyno_str *out, const struct dyno_contrast *contrast, int level)
{
    const struct dyno_paired *pairs = &contrast->judgement.pairs;
    dyno_str_appendf(out, "%s response ", dyno_metric_word(contrast->metric));
    append_percent(out, pairs->mean);
    dyno_str_append(out, " (");
    if (pairs->mean > log(2.0))
        dyno_str_appendf(out, "%.*fx; ", exp(pairs->mean) < 9.95 ? 1 : 0, exp(pairs->mean));
    if (pairs->count < 2)
        dyno_str_append(out, "one block, so no interval");
    else if (level == 90)
        append_interval(out, level, pairs->ci90_low, pairs->ci90_high);
    else
        append_interval(out, level, pairs->ci_low, pairs->ci_high);
    dyno_str_append(out, ")");
}

static void append_subject(struct dyno_str *out, const struct dyno_evidence *evidence,
                           const char *link)
{
    dyno_str_appendf(out, "%s %s %s", evidence->arm_names[1], link, evidence->arm_names[0]);
    if (evidence->workload[0] != '\0')
        dyno_str_appendf(out, " on %s", evidence->workload);
}

/** " on one server start". */
static void append_starts(struct dyno_str *out, const struct dyno_contrasts *contrasts)
{
    if (contrasts->start_pairs > 1)
        dyno_str_appendf(out, " on %zu server starts", contrasts->start_count);
    else
        dyno_str_append(out, contrasts->start_count == 1 ? " on one server start"
                                                         : " on one server start of each arm");
}

static void append_base(struct dyno_str *out, const struct dyno_contrasts *contrasts)
{
    dyno_str_appendf(out, ", %zu block%s", contrasts->block_count,
                     dyno_plural((long long)contrasts->block_count));
    append_starts(out, contrasts);
}

static bool is_mostly_slower(const struct dyno_judgement *judgement)
{
    return 2 * judgement->positive >= judgement->pairs.count;
}

/** "in 3 of 4 blocks": how many show the direction that most of them show. */
static void append_share(struct dyno_str *out, const struct dyno_judgement *judgement)
{
    size_t count = judgement->pairs.count;
    size_t slower = judgement->positive;
    dyno_str_appendf(out, " in %zu of %zu block%s",
                     is_mostly_slower(judgement) ? slower : count - slower, count,
                     dyno_plural((long long)count));
}

static void append_visible(struct dyno_str *out, const struct dyno_judgement *judgement)
{
    if (!isfinite(judgement->mde))
        return;
    dyno_str_append(out, "; the smallest effect that this run could have seen is ");
    append_size(out, judgement->mde);
    dyno_str_append(out, " (80 % power)");
}

/** The margin that counted, and that it is the noise floor where that is the larger one. */
static void append_margin(struct dyno_str *out, const struct dyno_judgement *judgement)
{
    append_size(out, judgement->delta);
    if (judgement->floor > 0.0 && judgement->delta <= judgement->floor)
        dyno_str_append(out, " (the noise floor)");
}

/** How much varies where: "blocks vary by 3.1 % within a start, 1.2 % between starts". */
static void append_strata(struct dyno_str *out, const struct dyno_strata *strata)
{
    if (isnan(strata->within_sd) || isnan(strata->between_sd)) {
        if (strata->count > 1 && strata->groups == strata->count) {
            dyno_str_append(out, "; ratios vary by ");
            append_size(out, strata->sd);
            dyno_str_append(out, " from block to block, each on starts of its own");
        }
        return;
    }
    dyno_str_append(out, "; ratios vary by ");
    append_size(out, strata->within_sd);
    dyno_str_append(out, " within a start, ");
    append_size(out, strata->between_sd);
    dyno_str_append(out, " between starts");
}

/** By which evidence a finding of a comparison that may end early stands. */
static void append_wealth(struct dyno_str *out, const struct dyno_judgement *judgement)
{
    dyno_str_appendf(out,
                     "the e-process reached %.3g (20 decides at any time); the interval is "
                     "not one that holds at every look",
                     judgement->e_value);
}

static void append_lack(struct dyno_str *out, const struct dyno_contrast *contrast)
{
    size_t needed = dyno_metric_min_count(contrast->metric);
    if (contrast->lack == DYNO_LACK_FEW && contrast->least >= needed)
        dyno_str_append(out, "not estimable: it needs every query in each trial, and in one trial "
                             "a query has no completed statement; lengthen the window or raise "
                             "the rate");
    else if (contrast->lack == DYNO_LACK_FEW)
        dyno_str_appendf(out,
                         "not estimable: it needs %zu completed statement%s in each trial, and "
                         "one trial has only %zu; lengthen the window or raise the rate",
                         needed, dyno_plural((long long)needed), contrast->least);
    else
        dyno_str_append(out, "not estimable: some statements were cut off (unfinished or timed "
                             "out), and their times could change it; lower the rate");
}

static void append_reason(struct dyno_str *out, const struct dyno_contrast *contrast,
                          size_t family_count)
{
    const struct dyno_judgement *judgement = &contrast->judgement;
    switch (judgement->cause) {
    case DYNO_CAUSE_FEW_BLOCKS:
        dyno_str_appendf(out, "provisional: %zu of at least %d blocks; the candidate was %s",
                         judgement->pairs.count, DYNO_JUDGEMENT_MIN_BLOCKS,
                         is_mostly_slower(judgement) ? "slower" : "faster");
        append_share(out, judgement);
        return;
    case DYNO_CAUSE_OPEN:
        if (judgement->is_sequential) {
            dyno_str_appendf(out, "the e-process stands at %.3g of the 20 that decide",
                             judgement->e_value);
            append_visible(out, judgement);
            return;
        }
        dyno_str_append(out, "neither clear of zero nor within the margin of ");
        append_margin(out, judgement);
        append_visible(out, judgement);
        return;
    case DYNO_CAUSE_SMALL:
        dyno_str_append(out, "clear of zero, but the estimate is within the margin of ");
        append_margin(out, judgement);
        return;
    case DYNO_CAUSE_MULTIPLICITY:
        dyno_str_appendf(out,
                         "clear alone (p = %.3f), but not as one of %zu tests (adjusted p = %.3f)",
                         judgement->pairs.p, family_count, judgement->p_adjusted);
        return;
    case DYNO_CAUSE_TESTS_DIFFER:
        dyno_str_appendf(out,
                         "the tests disagree: the t interval is clear of zero, the sign-flip test "
                         "is not (p = %.3f)",
                         judgement->p_sign_flip);
        return;
    case DYNO_CAUSE_NONE:
        break;
    }
    bool is_equivalent = judgement->verdict == DYNO_VERDICT_EQUIVALENT;
    const struct dyno_paired *pairs = &judgement->pairs;
    if (judgement->is_sequential && !is_equivalent) {
        append_wealth(out, judgement);
        return;
    }
    if (is_equivalent)
        append_interval(out, 90, pairs->ci90_low, pairs->ci90_high);
    else
        append_interval(out, 95, pairs->ci_low, pairs->ci_high);
    dyno_str_append(out, is_equivalent
                             ? " lies within the margin of "
                             : " is clear of zero, and the estimate is beyond the margin of ");
    append_margin(out, judgement);
    if (!is_equivalent)
        dyno_str_appendf(out, "; sign-flip p = %.3f", judgement->p_sign_flip);
}

void dyno_sentence_reason(const struct dyno_contrast *contrast, size_t family_count, char *out,
                          size_t out_bytes)
{
    struct dyno_str text;
    dyno_str_init(&text, 1024);
    if (contrast->is_estimable)
        append_reason(&text, contrast, family_count);
    else
        append_lack(&text, contrast);
    (void)snprintf(out, out_bytes, "%s", dyno_str_text(&text));
    dyno_str_deinit(&text);
}

/** The metric to speak of: the mean if it has this verdict, else the first one that does. */
static const struct dyno_contrast *headline(const struct dyno_contrasts *contrasts,
                                            enum dyno_verdict verdict)
{
    static const enum dyno_metric order[DYNO_METRIC_COUNT] = {DYNO_METRIC_MEAN, DYNO_METRIC_P50,
                                                              DYNO_METRIC_P95, DYNO_METRIC_SUITE};
    const struct dyno_contrast *any = NULL;
    for (size_t i = 0; i < DYNO_METRIC_COUNT; i++) {
        const struct dyno_contrast *contrast = dyno_contrasts_overall(contrasts, order[i], true);
        if (contrast == NULL || !contrast->is_primary)
            continue;
        if (contrast->judgement.verdict == verdict)
            return contrast;
        any = any == NULL ? contrast : any;
    }
    return any;
}

/** The other metrics where they say something else: "; p50 equivalent". */
static void append_others(struct dyno_str *out, const struct dyno_contrasts *contrasts,
                          const struct dyno_contrast *head)
{
    for (int metric = 0; metric < DYNO_METRIC_COUNT; metric++) {
        const struct dyno_contrast *contrast =
            dyno_contrasts_overall(contrasts, (enum dyno_metric)metric, true);
        if (contrast == NULL || contrast == head || !contrast->is_primary ||
            contrast->judgement.verdict == head->judgement.verdict)
            continue;
        dyno_str_appendf(out, "; %s %s", dyno_metric_word(contrast->metric),
                         dyno_verdict_name(contrast->judgement.verdict));
    }
}

static void say_clear(struct dyno_str *out, const struct dyno_evidence *evidence,
                      const struct dyno_contrasts *contrasts, const struct dyno_contrast *head)
{
    enum dyno_verdict verdict = head->judgement.verdict;
    bool is_equivalent = verdict == DYNO_VERDICT_EQUIVALENT;
    append_subject(out, evidence,
                   is_equivalent                    ? "is equivalent to"
                   : verdict == DYNO_VERDICT_BETTER ? "is better than"
                                                    : "is worse than");
    if (is_equivalent) {
        dyno_str_append(out, " within ");
        append_size(out, head->judgement.delta);
    }
    dyno_str_append(out, ": ");
    append_effect(out, head, is_equivalent ? 90 : 95);
    append_base(out, contrasts);
    append_strata(out, &head->judgement.strata);
    append_others(out, contrasts, head);
}

static void say_provisional(struct dyno_str *out, const struct dyno_evidence *evidence,
                            const struct dyno_contrasts *contrasts,
                            const struct dyno_contrast *head)
{
    const struct dyno_judgement *judgement = &head->judgement;
    dyno_str_appendf(out, "provisional, %zu of at least %d blocks: ", judgement->pairs.count,
                     DYNO_JUDGEMENT_MIN_BLOCKS);
    append_subject(out, evidence,
                   is_mostly_slower(judgement) ? "was slower than" : "was faster than");
    append_share(out, judgement);
    dyno_str_append(out, ", ");
    append_effect(out, head, 95);
    append_starts(out, contrasts);
}

/** Two metrics that point in opposite directions; false if there are none. */
static bool say_contradiction(struct dyno_str *out, const struct dyno_evidence *evidence,
                              const struct dyno_contrasts *contrasts)
{
    const struct dyno_contrast *worse = headline(contrasts, DYNO_VERDICT_WORSE);
    const struct dyno_contrast *better = headline(contrasts, DYNO_VERDICT_BETTER);
    if (worse == NULL || better == NULL || worse->judgement.verdict != DYNO_VERDICT_WORSE ||
        better->judgement.verdict != DYNO_VERDICT_BETTER)
        return false;
    append_subject(out, evidence, "is both worse and better than");
    dyno_str_append(out, ", so there is no one answer: worse in ");
    append_effect(out, worse, 95);
    dyno_str_append(out, ", better in ");
    append_effect(out, better, 95);
    append_base(out, contrasts);
    return true;
}

static void say_open(struct dyno_str *out, const struct dyno_evidence *evidence,
                     const struct dyno_contrasts *contrasts, const struct dyno_contrast *head)
{
    dyno_str_append(out, "no verdict for ");
    append_subject(out, evidence, "against");
    dyno_str_append(out, ": ");
    append_effect(out, head, 95);
    append_base(out, contrasts);
    append_strata(out, &head->judgement.strata);
    if (head->judgement.cause != DYNO_CAUSE_NONE) {
        dyno_str_append(out, "; ");
        append_reason(out, head, contrasts->primary_count);
    }
    append_others(out, contrasts, head);
}

void dyno_sentence_compare(const struct dyno_evidence *evidence,
                           const struct dyno_contrasts *contrasts, enum dyno_verdict verdict,
                           const char *fault, struct dyno_str *out)
{
    const struct dyno_contrast *head = headline(contrasts, verdict);
    if (fault != NULL) {
        dyno_str_append(out, "no verdict for ");
        append_subject(out, evidence, "against");
        dyno_str_appendf(out, ", the comparison is not valid: %s", fault);
    } else if (head == NULL) {
        dyno_str_append(out, "no verdict for ");
        append_subject(out, evidence, "against");
        dyno_str_append(out, ": response time is not estimable, because some statements were cut "
                             "off (unfinished or timed out) in a trial; lower the rate");
    } else if (head->judgement.cause == DYNO_CAUSE_FEW_BLOCKS) {
        say_provisional(out, evidence, contrasts, head);
    } else if (verdict != DYNO_VERDICT_INCONCLUSIVE) {
        say_clear(out, evidence, contrasts, head);
    } else if (!say_contradiction(out, evidence, contrasts)) {
        say_open(out, evidence, contrasts, head);
    }
}

/** The largest noise floor over the primary metrics, and whose it is; NULL if there is none. */
static const struct dyno_contrast *widest(const struct dyno_contrasts *contrasts)
{
    const struct dyno_contrast *out = NULL;
    for (size_t i = 0; i < contrasts->count; i++) {
        const struct dyno_contrast *contrast = &contrasts->items[i];
        if (contrast->is_primary && contrast->is_estimable &&
            (out == NULL ||
             dyno_judgement_floor(&contrast->judgement) > dyno_judgement_floor(&out->judgement)))
            out = contrast;
    }
    return out;
}

void dyno_sentence_aa(const struct dyno_evidence *evidence, const struct dyno_contrasts *contrasts,
                      enum dyno_verdict verdict, const char *fault, struct dyno_str *out)
{
    const struct dyno_contrast *head = headline(contrasts, verdict);
    const struct dyno_contrast *wide = widest(contrasts);
    dyno_str_appendf(out, "%s against itself", evidence->arm_names[0]);
    if (evidence->workload[0] != '\0')
        dyno_str_appendf(out, " on %s", evidence->workload);
    if (fault != NULL) {
        dyno_str_appendf(out, ", not valid: %s", fault);
        return;
    }
    if (head == NULL || wide == NULL) {
        dyno_str_append(out, ": response time is not estimable, so there is no noise floor");
        return;
    }
    dyno_str_append(out, ": ");
    append_effect(out, head, 95);
    append_base(out, contrasts);
    append_strata(out, &head->judgement.strata);
    if (contrasts->block_count < DYNO_JUDGEMENT_MIN_BLOCKS) {
        dyno_str_appendf(out, "; no noise floor from fewer than %d blocks",
                         DYNO_JUDGEMENT_MIN_BLOCKS);
        return;
    }
    if (isnan(dyno_judgement_floor(&wide->judgement))) {
        dyno_str_appendf(out, "; no noise floor from fewer than %d server starts",
                         DYNO_JUDGEMENT_FLOOR_STARTS);
        return;
    }
    dyno_str_append(out, "; noise floor ");
    append_size(out, dyno_judgement_floor(&wide->judgement));
    dyno_str_appendf(out, " (%s)", dyno_metric_word(wide->metric));
}
