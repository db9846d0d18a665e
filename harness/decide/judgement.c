#include "decide/judgement.h"

#include "base/alloc.h"
#include "stats/adjust.h"
#include "stats/eprocess.h"
#include "stats/power.h"
#include "stats/signflip.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define LEVEL            0.05
#define POWER            0.80
#define PLAYED_FLIPS_MAX 14

static const struct {
    const char *name;
    int exit_code;
} verdicts[] = {
    [DYNO_VERDICT_BETTER] = {"better", 0},
    [DYNO_VERDICT_WORSE] = {"worse", 99},
    [DYNO_VERDICT_EQUIVALENT] = {"equivalent", 0},
    [DYNO_VERDICT_INCONCLUSIVE] = {"inconclusive", 125},
    [DYNO_VERDICT_INVALID] = {"invalid", 4},
};

const char *dyno_verdict_name(enum dyno_verdict verdict)
{
    return verdicts[verdict].name;
}

int dyno_verdict_exit_code(enum dyno_verdict verdict)
{
    return verdicts[verdict].exit_code;
}

static double e_value_of(const struct dyno_ratios *ratios)
{
    struct dyno_eprocess process;
    dyno_eprocess_init(&process, ratios->scale);
    for (size_t i = 0; i < ratios->count; i++)
        dyno_eprocess_add(&process, ratios->log_ratios[i]);
    return dyno_eprocess_value(&process);
}

static struct dyno_walsh walsh_of(const struct dyno_ratios *ratios)
{
    double *scratch = dyno_xcalloc(dyno_walsh_scratch(ratios->count), sizeof *scratch);
    struct dyno_walsh out = dyno_walsh(ratios->log_ratios, ratios->count, 0.95, scratch);
    free(scratch);
    return out;
}

struct dyno_judgement dyno_judgement_of(const struct dyno_ratios *ratios)
{
    size_t count = ratios->count;
    struct dyno_strata strata = dyno_strata(ratios->log_ratios, ratios->starts, count);
    bool is_flipped = !ratios->is_played || count <= PLAYED_FLIPS_MAX;
    struct dyno_judgement out = {
        .pairs = dyno_paired_from(count, strata.mean, strata.sd, strata.se, strata.df),
        .strata = strata,
        .p_equivalence = (double)NAN,
        .p_sign_flip = is_flipped ? dyno_signflip(ratios->log_ratios, count, ratios->seed).p : 0.0,
        .p_adjusted = (double)NAN,
        .positive = 0,
        .verdict = DYNO_VERDICT_INCONCLUSIVE,
        .cause = DYNO_CAUSE_FEW_BLOCKS,
    };
    for (size_t i = 0; i < count; i++)
        out.positive += ratios->log_ratios[i] > 0.0 ? 1u : 0u;
    if (ratios->is_played)
        return out;
    out.walsh = walsh_of(ratios);
    out.e_value = e_value_of(ratios);
    out.mde = strata.se * dyno_t_mde(strata.df, POWER, LEVEL);
    return out;
}

struct dyno_judgement dyno_judgement_measure(const double *log_ratios, size_t count, uint64_t seed)
{
    const struct dyno_ratios ratios = {
        .log_ratios = log_ratios, .count = count, .seed = seed, .scale = (double)NAN};
    return dyno_judgement_of(&ratios);
}

double dyno_judgement_floor(const struct dyno_judgement *judgement)
{
    if (isnan(judgement->pairs.ci90_low) || judgement->strata.groups < DYNO_JUDGEMENT_FLOOR_STARTS)
        return (double)NAN;
    return fmax(fabs(judgement->pairs.ci90_low), fabs(judgement->pairs.ci90_high));
}

static void settle(struct dyno_judgement *judgement, enum dyno_verdict verdict,
                   enum dyno_cause cause)
{
    judgement->verdict = verdict;
    judgement->cause = cause;
}

static bool is_within(const struct dyno_judgement *judgement)
{
    return judgement->pairs.ci90_low > -judgement->delta &&
           judgement->pairs.ci90_high < judgement->delta;
}

static void find(struct dyno_judgement *judgement)
{
    settle(judgement, judgement->pairs.mean > 0.0 ? DYNO_VERDICT_WORSE : DYNO_VERDICT_BETTER,
           DYNO_CAUSE_NONE);
}

/** Where it may be looked at after each block: only the wealth of the bets counts as a finding. */
static void rule_sequential(struct dyno_judgement *judgement)
{
    bool is_found = judgement->e_value >= 1.0 / LEVEL;
    if (judgement->pairs.count < DYNO_JUDGEMENT_MIN_BLOCKS)
        settle(judgement, DYNO_VERDICT_INCONCLUSIVE, DYNO_CAUSE_FEW_BLOCKS);
    else if (is_found && fabs(judgement->pairs.mean) > judgement->delta)
        find(judgement);
    else if (judgement->is_complete && is_within(judgement))
        settle(judgement, DYNO_VERDICT_EQUIVALENT, DYNO_CAUSE_NONE);
    else
        settle(judgement, DYNO_VERDICT_INCONCLUSIVE, is_found ? DYNO_CAUSE_SMALL : DYNO_CAUSE_OPEN);
}

/** The rule of the header, for one judgement whose adjusted p value is known. */
static void rule_one(struct dyno_judgement *judgement)
{
    const struct dyno_paired *pairs = &judgement->pairs;
    bool is_clear = pairs->ci_low > 0.0 || pairs->ci_high < 0.0;
    if (pairs->count < DYNO_JUDGEMENT_MIN_BLOCKS)
        settle(judgement, DYNO_VERDICT_INCONCLUSIVE, DYNO_CAUSE_FEW_BLOCKS);
    else if (is_within(judgement))
        settle(judgement, DYNO_VERDICT_EQUIVALENT, DYNO_CAUSE_NONE);
    else if (!is_clear)
        settle(judgement, DYNO_VERDICT_INCONCLUSIVE, DYNO_CAUSE_OPEN);
    else if (fabs(pairs->mean) <= judgement->delta)
        settle(judgement, DYNO_VERDICT_INCONCLUSIVE, DYNO_CAUSE_SMALL);
    else if (!(judgement->p_sign_flip <= LEVEL))
        settle(judgement, DYNO_VERDICT_INCONCLUSIVE, DYNO_CAUSE_TESTS_DIFFER);
    else if (!(judgement->p_adjusted <= LEVEL))
        settle(judgement, DYNO_VERDICT_INCONCLUSIVE, DYNO_CAUSE_MULTIPLICITY);
    else
        find(judgement);
}

/** Without any spread there is nothing to test: inside the margin or not. */
static double equivalence_p(const struct dyno_judgement *judgement)
{
    const struct dyno_paired *pairs = &judgement->pairs;
    if (pairs->se > 0.0 || isnan(pairs->se))
        return dyno_tost(pairs->mean, pairs->se, pairs->df, judgement->delta).p;
    return fabs(pairs->mean) < judgement->delta ? 0.0 : 1.0;
}

void dyno_judgement_rule(struct dyno_judgement *const *judgements, size_t count,
                         enum dyno_family family, double margin)
{
    double *p = dyno_xcalloc(2 * count + 1, sizeof *p);
    double *adjusted = p + count;
    for (size_t i = 0; i < count; i++)
        p[i] = judgements[i]->pairs.p;
    if (family == DYNO_FAMILY_PRIMARY)
        dyno_adjust_holm(p, count, adjusted);
    else
        dyno_adjust_bh(p, count, adjusted);
    for (size_t i = 0; i < count; i++) {
        judgements[i]->p_adjusted = adjusted[i];
        judgements[i]->delta = fmax(log1p(margin), judgements[i]->floor);
        judgements[i]->p_equivalence = equivalence_p(judgements[i]);
        if (judgements[i]->is_sequential)
            rule_sequential(judgements[i]);
        else
            rule_one(judgements[i]);
    }
    free(p);
}

enum dyno_verdict dyno_judgement_combine(struct dyno_judgement *const *judgements, size_t count)
{
    size_t votes[DYNO_VERDICT_INVALID + 1] = {0};
    for (size_t i = 0; i < count; i++)
        votes[judgements[i]->verdict]++;
    if (votes[DYNO_VERDICT_BETTER] > 0 && votes[DYNO_VERDICT_WORSE] > 0)
        return DYNO_VERDICT_INCONCLUSIVE;
    if (votes[DYNO_VERDICT_BETTER] > 0)
        return DYNO_VERDICT_BETTER;
    if (votes[DYNO_VERDICT_WORSE] > 0)
        return DYNO_VERDICT_WORSE;
    return count > 0 && votes[DYNO_VERDICT_EQUIVALENT] == count ? DYNO_VERDICT_EQUIVALENT
                                                                : DYNO_VERDICT_INCONCLUSIVE;
}
