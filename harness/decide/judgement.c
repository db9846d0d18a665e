#include "decide/judgement.h"

#include "base/alloc.h"
#include "stats/adjust.h"
#include "stats/power.h"
#include "stats/signflip.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define LEVEL 0.05
#define POWER 0.80

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

struct dyno_judgement dyno_judgement_measure(const double *log_ratios, size_t count, uint64_t seed)
{
    struct dyno_judgement out = {
        .pairs = dyno_paired(log_ratios, count),
        .p_sign_flip = dyno_signflip(log_ratios, count, seed).p,
        .p_adjusted = (double)NAN,
        .positive = 0,
        .verdict = DYNO_VERDICT_INCONCLUSIVE,
        .cause = DYNO_CAUSE_FEW_BLOCKS,
    };
    out.mde = out.pairs.sd * dyno_paired_mde(count, POWER, LEVEL);
    for (size_t i = 0; i < count; i++)
        out.positive += log_ratios[i] > 0.0 ? 1u : 0u;
    return out;
}

static void settle(struct dyno_judgement *judgement, enum dyno_verdict verdict,
                   enum dyno_cause cause)
{
    judgement->verdict = verdict;
    judgement->cause = cause;
}

/** The rule of the header, for one judgement whose adjusted p value is known. */
static void rule_one(struct dyno_judgement *judgement, double delta)
{
    const struct dyno_paired *pairs = &judgement->pairs;
    bool is_clear = pairs->ci_low > 0.0 || pairs->ci_high < 0.0;
    if (pairs->count < DYNO_JUDGEMENT_MIN_BLOCKS)
        settle(judgement, DYNO_VERDICT_INCONCLUSIVE, DYNO_CAUSE_FEW_BLOCKS);
    else if (pairs->ci90_low > -delta && pairs->ci90_high < delta)
        settle(judgement, DYNO_VERDICT_EQUIVALENT, DYNO_CAUSE_NONE);
    else if (!is_clear)
        settle(judgement, DYNO_VERDICT_INCONCLUSIVE, DYNO_CAUSE_OPEN);
    else if (fabs(pairs->mean) <= delta)
        settle(judgement, DYNO_VERDICT_INCONCLUSIVE, DYNO_CAUSE_SMALL);
    else if (!(judgement->p_sign_flip <= LEVEL))
        settle(judgement, DYNO_VERDICT_INCONCLUSIVE, DYNO_CAUSE_TESTS_DIFFER);
    else if (!(judgement->p_adjusted <= LEVEL))
        settle(judgement, DYNO_VERDICT_INCONCLUSIVE, DYNO_CAUSE_MULTIPLICITY);
    else
        settle(judgement, pairs->mean > 0.0 ? DYNO_VERDICT_WORSE : DYNO_VERDICT_BETTER,
               DYNO_CAUSE_NONE);
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
        rule_one(judgements[i], log1p(margin));
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
