#include "decide/planning.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "decide/judgement.h"
#include "stats/levels.h"

#include <math.h>
#include <stdlib.h>

#define PLAYS      500
#define WANTED     0.80
#define STREAM     UINT64_C(0x706c616e)
#define TURN       6.283185307179586
#define FAMILY_MAX 8

static double normal(struct dyno_rng *rng)
{
    double radius = sqrt(-2.0 * log1p(-dyno_rng_uniform(rng)));
    return radius * cos(TURN * dyno_rng_uniform(rng));
}

/** One experiment: the ratios of its blocks, evenly spread over the starts. */
static void play(const struct dyno_planning *planning, double effect, size_t blocks,
                 struct dyno_rng *rng, double *ratios, int64_t *starts)
{
    size_t count = planning->starts == 0 || planning->starts > blocks ? blocks : planning->starts;
    double between = planning->sd_between > 0.0 ? planning->sd_between : 0.0;
    double shift = 0.0;
    for (size_t i = 0; i < blocks; i++) {
        starts[i] = (int64_t)(i * count / blocks);
        if (i == 0 || starts[i] != starts[i - 1])
            shift = between * normal(rng);
        ratios[i] = effect + shift + planning->sd_within * normal(rng);
    }
}

/** Holm among equal p values multiplies each by their number: the cautious case. */
static enum dyno_verdict judge(const struct dyno_planning *planning, const double *ratios,
                               const int64_t *starts, size_t blocks)
{
    struct dyno_judgement *family[FAMILY_MAX];
    const struct dyno_ratios input = {.log_ratios = ratios,
                                      .starts = planning->starts == 0 ? NULL : starts,
                                      .count = blocks,
                                      .seed = planning->seed,
                                      .scale = (double)NAN,
                                      .is_played = true};
    struct dyno_judgement judgement = dyno_judgement_of(&input);
    size_t count = planning->family < 1            ? 1
                   : planning->family > FAMILY_MAX ? FAMILY_MAX
                                                   : planning->family;
    for (size_t i = 0; i < count; i++)
        family[i] = &judgement;
    dyno_judgement_rule(family, count, DYNO_FAMILY_PRIMARY, expm1(planning->margin));
    return judgement.verdict;
}

/** Share of played experiments that end in the verdict that a true effect asks for. */
static double share(const struct dyno_planning *planning, double effect, size_t blocks)
{
    struct dyno_rng rng;
    double *ratios = dyno_xcalloc(blocks + 1, sizeof *ratios);
    int64_t *starts = dyno_xcalloc(blocks + 1, sizeof *starts);
    enum dyno_verdict wanted = effect > 0.0   ? DYNO_VERDICT_WORSE
                               : effect < 0.0 ? DYNO_VERDICT_BETTER
                                              : DYNO_VERDICT_EQUIVALENT;
    size_t hits = 0;
    /* The same noise for every effect and number of blocks: neighbours can be told apart. */
    dyno_rng_init(&rng, planning->seed, STREAM);
    for (int i = 0; i < PLAYS; i++) {
        play(planning, effect, blocks, &rng, ratios, starts);
        hits += judge(planning, ratios, starts, blocks) == wanted ? 1u : 0u;
    }
    free(ratios);
    free(starts);
    return (double)hits / PLAYS;
}

double dyno_planning_power(const struct dyno_planning *planning, double effect, size_t blocks)
{
    return share(planning, effect, blocks);
}

double dyno_planning_equivalence(const struct dyno_planning *planning, size_t blocks)
{
    return share(planning, 0.0, blocks);
}

/** By doubling, then by halving: the share grows with the blocks, but for the noise of the playing. */
static size_t fewest(const struct dyno_planning *planning, double effect)
{
    size_t low = DYNO_JUDGEMENT_MIN_BLOCKS - 1;
    size_t high = DYNO_JUDGEMENT_MIN_BLOCKS;
    while (share(planning, effect, high) < WANTED) {
        if (high == DYNO_PLANNING_BLOCKS_MAX)
            return 0;
        low = high;
        high = 2 * high < DYNO_PLANNING_BLOCKS_MAX ? 2 * high : DYNO_PLANNING_BLOCKS_MAX;
    }
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (share(planning, effect, middle) < WANTED)
            low = middle;
        else
            high = middle;
    }
    return high;
}

size_t dyno_planning_blocks(const struct dyno_planning *planning, double effect)
{
    return fabs(effect) > planning->margin ? fewest(planning, effect) : 0;
}

size_t dyno_planning_equivalence_blocks(const struct dyno_planning *planning)
{
    return fewest(planning, 0.0);
}

double dyno_planning_visible(const struct dyno_planning *planning, size_t blocks)
{
    if (blocks < DYNO_JUDGEMENT_MIN_BLOCKS)
        return (double)NAN;
    double low = planning->margin;
    double high = fmax(2.0 * low, 0.01);
    while (share(planning, high, blocks) < WANTED && high < 10.0)
        high *= 2.0;
    for (int i = 0; i < 8; i++) {
        double middle = (low + high) / 2.0;
        if (share(planning, middle, blocks) < WANTED)
            low = middle;
        else
            high = middle;
    }
    return high;
}

double dyno_planning_blocks_per_start(const struct dyno_planning *planning, double block_cost,
                                      double start_cost)
{
    return dyno_levels_repeats(block_cost, start_cost, planning->sd_within * planning->sd_within,
                               planning->sd_between * planning->sd_between);
}
