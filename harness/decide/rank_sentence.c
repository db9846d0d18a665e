#include "decide/rank_sentence.h"

#include "base/plural.h"
#include "decide/sentence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TOLD_MAX 3

void dyno_rank_sentence_subject(const struct dyno_rank_design *design,
                                const struct dyno_ranking_effect *effect, struct dyno_str *out)
{
    if (effect->factor >= 0) {
        dyno_str_append(out, design->factors[effect->factor].name);
        return;
    }
    dyno_str_appendf(out, "%s x %s", design->factors[effect->pair.first].name,
                     design->factors[effect->pair.second].name);
    if (effect->pair_count > 1)
        dyno_str_appendf(out, " (or %zu other%s of its chain)", effect->pair_count - 1,
                         effect->pair_count == 2 ? "" : "s");
}

static void append_percent(struct dyno_str *out, double log_ratio)
{
    char text[32];
    dyno_sentence_percent(log_ratio, text, sizeof text);
    dyno_str_append(out, text);
}

static void append_size(struct dyno_str *out, double log_ratio)
{
    double percent = 100.0 * expm1(fabs(log_ratio));
    dyno_str_appendf(out, percent < 9.95 ? "%.2g %%" : "%.0f %%", percent);
}

static size_t sort_found(const struct dyno_ranking *ranking,
                         const struct dyno_ranking_effect **found)
{
    size_t count = 0;
    for (size_t i = 0; i < ranking->count; i++) {
        if (ranking->effects[i].finding != DYNO_FINDING_FOUND)
            continue;
        size_t at = count++;
        for (; at > 0 && fabs(found[at - 1]->estimate) < fabs(ranking->effects[i].estimate); at--)
            found[at] = found[at - 1];
        found[at] = &ranking->effects[i];
    }
    return count;
}

static void append_found(struct dyno_str *out, const struct dyno_rank_told *told,
                         const struct dyno_ranking_effect *effect)
{
    const struct dyno_rank_factor *factor =
        effect->factor >= 0 ? &told->design->factors[effect->factor] : NULL;
    dyno_rank_sentence_subject(told->design, effect, out);
    if (factor != NULL)
        dyno_str_appendf(out, " (%s to %s) ", factor->low, factor->high);
    else
        dyno_str_append(out, " interact, ");
    append_percent(out, effect->estimate);
    dyno_str_append(out, " (95 % CI ");
    append_percent(out, effect->ci_low);
    dyno_str_append(out, " to ");
    append_percent(out, effect->ci_high);
    dyno_str_append(out, ")");
}

/** The largest of the limits of the strata in which settings were sought. */
static double visible(const struct dyno_ranking *ranking)
{
    double limit = 0.0;
    for (size_t i = 0; i < ranking->count; i++)
        if (ranking->effects[i].factor >= 0 && ranking->effects[i].finding != DYNO_FINDING_OPEN)
            limit = fmax(limit, ranking->effects[i].limit);
    return limit;
}

static void append_rest(struct dyno_str *out, const struct dyno_rank_told *told)
{
    size_t others = 0;
    size_t open = 0;
    double bound = 0.0;
    for (size_t i = 0; i < told->ranking->count; i++) {
        const struct dyno_ranking_effect *effect = &told->ranking->effects[i];
        if (effect->factor < 0 || effect->finding == DYNO_FINDING_FOUND)
            continue;
        if (effect->finding == DYNO_FINDING_OPEN) {
            open++;
            continue;
        }
        others++;
        bound = fmax(bound, fmax(fabs(effect->ci_low), fabs(effect->ci_high)));
    }
    if (others > 0) {
        dyno_str_appendf(out, "; %zu setting%s not found, smaller than ", others,
                         dyno_plural((long long)others));
        append_size(out, bound);
        dyno_str_append(out, " (");
        append_size(out, visible(told->ranking));
        dyno_str_append(out, " would have been found)");
    }
    if (open > 0)
        dyno_str_appendf(out, "; %zu cannot be told from the noise of starts", open);
}

static void append_base(struct dyno_str *out, const struct dyno_rank_told *told)
{
    const struct dyno_factorial *design = &told->design->design;
    int starts = told->design->strata.start_count * (int)told->cells->replicates;
    dyno_str_appendf(out, "; %zu time%s %d rows on %d server start%s", told->cells->replicates,
                     dyno_plural((long long)told->cells->replicates), design->run_count, starts,
                     dyno_plural((long long)starts));
}

void dyno_rank_sentence(const struct dyno_rank_told *told, struct dyno_str *out)
{
    const struct dyno_ranking_effect *found[DYNO_FACTORIAL_MAX_RUNS] = {NULL};
    size_t count = sort_found(told->ranking, found);
    const char *metric = dyno_metric_word(told->design->metric);
    if (count == 0)
        dyno_str_appendf(out, "none of %d settings was found to matter",
                         told->design->design.factor_count);
    else
        dyno_str_appendf(out, "what matters");
    if (told->workload[0] != '\0')
        dyno_str_appendf(out, " on %s", told->workload);
    dyno_str_appendf(out, " (%s response)", metric);
    for (size_t i = 0; i < count && i < TOLD_MAX; i++) {
        dyno_str_append(out, i == 0 ? ": " : "; ");
        append_found(out, told, found[i]);
    }
    if (count > TOLD_MAX)
        dyno_str_appendf(out, "; and %zu more", count - TOLD_MAX);
    append_rest(out, told);
    append_base(out, told);
}
