#include "decide/ranking.h"

#include <math.h>
#include <string.h>

#define MIN_CONTRASTS  7   /* without replicates */
#define MIN_DF         3.0 /* with them */
#define REPLICATES_MAX 100

static const char *const stratum_names[] = {"between", "within"};
static const char *const finding_names[] = {"found", "possible", "not found", "open"};

const char *dyno_stratum_name(enum dyno_stratum stratum)
{
    return stratum_names[stratum];
}

const char *dyno_finding_name(enum dyno_finding finding)
{
    return finding_names[finding];
}

static enum dyno_stratum stratum_of(const struct dyno_ranking_input *in, uint32_t column)
{
    return dyno_splitplot_is_between(in->strata, column) ? DYNO_STRATUM_BETWEEN
                                                         : DYNO_STRATUM_WITHIN;
}

/* The halves of a foldover are apart in time as well: their contrast is no measure of the noise. */
static bool is_of_halves(const struct dyno_factorial *design, uint32_t column)
{
    return design->is_folded && column == (uint32_t)design->base_runs;
}

static double contrast(const struct dyno_ranking_input *in, uint32_t column, size_t replicate)
{
    return dyno_effects_contrast(in->design, column,
                                 in->logs + replicate * (size_t)in->design->run_count);
}

static double mean_contrast(const struct dyno_ranking_input *in, uint32_t column)
{
    double sum = 0.0;
    for (size_t r = 0; r < in->replicates; r++)
        sum += contrast(in, column, r);
    return sum / (double)in->replicates;
}

static void measure_error(const struct dyno_ranking_input *in, enum dyno_stratum stratum,
                          size_t family, struct dyno_ranking_error *out)
{
    double values[DYNO_FACTORIAL_MAX_RUNS * REPLICATES_MAX];
    size_t count = 0;
    for (uint32_t column = 1; column < (uint32_t)in->design->run_count; column++) {
        if (stratum_of(in, column) != stratum || is_of_halves(in->design, column))
            continue;
        for (size_t r = 0; r < in->replicates; r++)
            values[count * in->replicates + r] = contrast(in, column, r);
        count++;
    }
    out->error = dyno_effects_error(values, count, in->replicates);
    out->is_known = out->error.se >= 0.0 &&
                    (out->error.is_pooled ? out->error.df >= MIN_DF : count >= MIN_CONTRASTS);
    out->margin = out->error.se * dyno_effects_margin(DYNO_RANKING_LEVEL, out->error.df);
    out->limit =
        out->error.se * dyno_effects_simultaneous(DYNO_RANKING_LEVEL, family, out->error.df);
}

static void list_effects(const struct dyno_ranking_input *in, struct dyno_ranking *out)
{
    struct dyno_factor_pair pairs[DYNO_FACTORIAL_MAX_PAIRS];
    for (uint32_t column = 1; column < (uint32_t)in->design->run_count; column++) {
        size_t count = dyno_factorial_pairs(in->design, column, pairs);
        int factor = dyno_factorial_main(in->design, column);
        if (factor < 0 && count == 0)
            continue;
        struct dyno_ranking_effect *effect = &out->effects[out->count++];
        *effect = (struct dyno_ranking_effect){.column = column,
                                               .factor = factor,
                                               .pair_count = count,
                                               .stratum = stratum_of(in, column)};
        if (count > 0)
            effect->pair = pairs[0];
        /* The product of two levels is minus the column's sign. */
        effect->estimate = mean_contrast(in, column) * (factor >= 0 ? 1.0 : -1.0);
    }
}

static void judge(struct dyno_ranking_effect *effect, const struct dyno_ranking_error *error)
{
    effect->se = error->error.se;
    effect->df = error->error.df;
    effect->limit = error->limit;
    effect->ci_low = effect->estimate - error->margin;
    effect->ci_high = effect->estimate + error->margin;
    effect->p = dyno_effects_p(effect->estimate, error->error.se, error->error.df);
    if (!error->is_known)
        effect->finding = DYNO_FINDING_OPEN;
    else if (fabs(effect->estimate) > error->limit)
        effect->finding = DYNO_FINDING_FOUND;
    else if (fabs(effect->estimate) > error->margin)
        effect->finding = DYNO_FINDING_POSSIBLE;
    else
        effect->finding = DYNO_FINDING_NOT_FOUND;
}

static void share_out(const struct dyno_ranking_input *in, struct dyno_ranking *out)
{
    double sum = 0.0;
    for (uint32_t column = 1; column < (uint32_t)in->design->run_count; column++) {
        double value = is_of_halves(in->design, column) ? 0.0 : mean_contrast(in, column);
        sum += value * value;
    }
    for (size_t i = 0; i < out->count; i++) {
        double value = out->effects[i].estimate;
        out->effects[i].share = sum > 0.0 ? value * value / sum : 0.0;
    }
}

static void find_places(const struct dyno_ranking_input *in, struct dyno_ranking *out)
{
    struct dyno_standing_effect mains[DYNO_FACTORIAL_MAX_FACTORS];
    struct dyno_standing places[DYNO_FACTORIAL_MAX_FACTORS];
    struct dyno_standing_error errors[DYNO_STANDING_STRATA];
    size_t at[DYNO_FACTORIAL_MAX_FACTORS];
    size_t count = 0;
    for (size_t i = 0; i < out->count; i++) {
        const struct dyno_ranking_effect *effect = &out->effects[i];
        if (effect->factor < 0)
            continue;
        at[count] = i;
        mains[count++] = (struct dyno_standing_effect){.estimate = effect->estimate,
                                                       .stratum = (size_t)effect->stratum};
    }
    for (size_t s = 0; s < DYNO_STANDING_STRATA; s++)
        errors[s] = (struct dyno_standing_error){
            .se = out->errors[s].is_known ? out->errors[s].error.se : (double)NAN,
            .df = out->errors[s].error.df};
    dyno_standing(mains, count, errors, in->draws, in->seed, places);
    for (size_t i = 0; i < count; i++)
        out->effects[at[i]].standing = places[i];
}

void dyno_ranking_make(const struct dyno_ranking_input *input, struct dyno_ranking *out)
{
    memset(out, 0, sizeof *out);
    size_t cells = input->replicates * (size_t)input->design->run_count;
    for (size_t i = 0; i < cells; i++)
        out->mean += input->logs[i] / (double)cells;
    list_effects(input, out);
    for (int s = 0; s < DYNO_STRATUM_COUNT; s++)
        measure_error(input, (enum dyno_stratum)s, out->count, &out->errors[s]);
    for (size_t i = 0; i < out->count; i++)
        judge(&out->effects[i], &out->errors[out->effects[i].stratum]);
    share_out(input, out);
    find_places(input, out);
}

const struct dyno_ranking_effect *dyno_ranking_main(const struct dyno_ranking *ranking, int factor)
{
    for (size_t i = 0; i < ranking->count; i++)
        if (ranking->effects[i].factor == factor)
            return &ranking->effects[i];
    return NULL;
}

static double main_estimate(const struct dyno_ranking *ranking, int factor)
{
    const struct dyno_ranking_effect *main = dyno_ranking_main(ranking, factor);
    return main != NULL ? main->estimate : 0.0;
}

static bool is_found(const struct dyno_ranking *ranking, int factor)
{
    const struct dyno_ranking_effect *main = dyno_ranking_main(ranking, factor);
    return main != NULL && main->finding == DYNO_FINDING_FOUND;
}

/* The interaction that a found chain is taken to be: its only one, or the only one whose factors both
 * matter by themselves. */
static bool name_pair(const struct dyno_factorial *design, const struct dyno_ranking *ranking,
                      const struct dyno_ranking_effect *effect, struct dyno_factor_pair *out)
{
    struct dyno_factor_pair pairs[DYNO_FACTORIAL_MAX_PAIRS];
    size_t count = dyno_factorial_pairs(design, effect->column, pairs);
    size_t likely = 0;
    if (count == 1)
        *out = pairs[0];
    for (size_t i = 0; i < count && count > 1; i++)
        if (is_found(ranking, pairs[i].first) && is_found(ranking, pairs[i].second)) {
            *out = pairs[i];
            likely++;
        }
    return count == 1 || likely == 1;
}

struct term {
    uint32_t factors; /* one or two */
    double half;      /* of the effect */
};

static size_t list_terms(const struct dyno_factorial *design, const struct dyno_ranking *ranking,
                         struct term *terms, struct dyno_ranking_best *best)
{
    size_t count = 0;
    for (size_t i = 0; i < ranking->count; i++) {
        const struct dyno_ranking_effect *effect = &ranking->effects[i];
        struct dyno_factor_pair pair;
        if (effect->finding != DYNO_FINDING_FOUND)
            continue;
        if (effect->factor >= 0) {
            terms[count++] = (struct term){UINT32_C(1) << effect->factor, effect->estimate / 2.0};
        } else if (name_pair(design, ranking, effect, &pair)) {
            terms[count++] = (struct term){UINT32_C(1) << pair.first | UINT32_C(1) << pair.second,
                                           effect->estimate / 2.0};
            best->is_guess = best->is_guess || effect->pair_count > 1;
            best->set |= terms[count - 1].factors;
        }
    }
    /* An interaction needs the main effects of its factors beside it, however small they seem. */
    for (int f = 0; f < design->factor_count; f++) {
        bool is_listed = is_found(ranking, f);
        if (is_listed)
            best->set |= UINT32_C(1) << f;
        else if ((best->set >> f & 1) != 0)
            terms[count++] = (struct term){UINT32_C(1) << f, main_estimate(ranking, f) / 2.0};
    }
    return count;
}

static double predict(const struct term *terms, size_t count, uint32_t high)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        uint32_t low = terms[i].factors & ~high;
        bool is_single_low = low != 0 && (low & (low - 1)) == 0;
        sum += is_single_low ? -terms[i].half : terms[i].half;
    }
    return sum;
}

bool dyno_ranking_predict(const struct dyno_factorial *design, const struct dyno_ranking *ranking,
                          struct dyno_ranking_best *out)
{
    struct term terms[DYNO_FACTORIAL_MAX_RUNS + DYNO_FACTORIAL_MAX_FACTORS];
    *out = (struct dyno_ranking_best){.log = INFINITY};
    size_t count = list_terms(design, ranking, terms, out);
    if (out->set == 0)
        return false;
    for (uint32_t high = 0; high < UINT32_C(1) << design->factor_count; high++) {
        double log = predict(terms, count, high);
        if ((high & ~out->set) == 0 && log < out->log) {
            out->log = log;
            out->high = high;
        }
    }
    out->log += ranking->mean;
    return true;
}

int dyno_ranking_fold_on(const struct dyno_factorial *design, const struct dyno_ranking *ranking)
{
    const struct dyno_ranking_effect *chain = NULL;
    struct dyno_factor_pair pairs[DYNO_FACTORIAL_MAX_PAIRS];
    double largest = -1.0;
    int factor = -1;
    if (design->is_folded || design->is_sieve || 2 * design->base_runs > DYNO_FACTORIAL_MAX_RUNS)
        return -1;
    for (size_t i = 0; i < ranking->count; i++) {
        const struct dyno_ranking_effect *effect = &ranking->effects[i];
        if (effect->pair_count > 1 && effect->factor < 0 && effect->finding == DYNO_FINDING_FOUND &&
            (chain == NULL || fabs(effect->estimate) > fabs(chain->estimate)))
            chain = effect;
    }
    if (chain == NULL)
        return -1;
    size_t count = dyno_factorial_pairs(design, chain->column, pairs);
    for (size_t i = 0; i < 2 * count; i++) {
        int f = i % 2 == 0 ? pairs[i / 2].first : pairs[i / 2].second;
        double size = fabs(main_estimate(ranking, f));
        if (size > largest) {
            largest = size;
            factor = f;
        }
    }
    return factor;
}
