#include "decide/play.h"

#include "base/alloc.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>

static double normal(struct dyno_rng *rng)
{
    double radius = sqrt(-2.0 * log1p(-dyno_rng_uniform(rng)));
    return radius * cos(6.283185307179586 * dyno_rng_uniform(rng));
}

static struct dyno_statistic statistic_of(const struct play_world *world, double shared,
                                          struct dyno_rng *rng)
{
    double *responses = dyno_xcalloc(world->statements, sizeof *responses);
    for (size_t i = 0; i < world->statements; i++)
        responses[i] = 5e8 * exp(shared + world->statement_noise * normal(rng));
    struct dyno_statistic out = dyno_statistic_of(responses, world->statements, NULL, 0);
    free(responses);
    return out;
}

static struct dyno_evidence *make_head(const struct play_world *world, uint64_t seed)
{
    struct dyno_evidence *evidence = dyno_xcalloc(1, sizeof *evidence);
    evidence->workload = dyno_xstrdup("retail");
    evidence->kind = dyno_xstrdup("compare");
    evidence->state = dyno_xstrdup("finished");
    evidence->reason = dyno_xstrdup("");
    evidence->arm_names[0] = dyno_xstrdup("a");
    evidence->arm_names[1] = dyno_xstrdup("b");
    evidence->margin = world->margin;
    evidence->is_shared = world->starts > 0;
    evidence->is_early_stop = world->is_early_stop;
    evidence->first_primary = DYNO_METRIC_MEAN;
    for (int i = 0; i < DYNO_METRIC_PLAIN; i++)
        evidence->is_primary[i] = true;
    evidence->seed = seed;
    evidence->blocks_planned = world->blocks;
    evidence->trial_count = (size_t)world->blocks * 2;
    evidence->trials = dyno_xcalloc(evidence->trial_count, sizeof *evidence->trials);
    return evidence;
}

struct dyno_evidence *play_evidence(const struct play_world *world, uint64_t seed)
{
    struct dyno_rng rng;
    struct dyno_evidence *evidence = make_head(world, seed);
    double tilt = 0.0;
    dyno_rng_init(&rng, seed, 77);
    for (int block = 0; block < world->blocks; block++) {
        int start = world->starts > 0 ? block * world->starts / world->blocks : -1;
        bool is_new =
            block == 0 || start < 0 || start != (block - 1) * world->starts / world->blocks;
        size_t first = dyno_rng_below(&rng, 2);
        if (is_new)
            tilt = world->start_noise * normal(&rng);
        for (size_t place = 0; place < 2; place++) {
            size_t at = (size_t)block * 2 + place;
            struct dyno_evidence_trial *trial = &evidence->trials[at];
            size_t arm = place == 0 ? first : 1 - first;
            bool follows = at > 0 && evidence->trials[at - 1].arm == 1 && !(is_new && place == 0);
            double shared = world->trial_noise * normal(&rng) +
                            (arm == 1 ? world->effect + tilt : 0.0) +
                            world->drift * block / world->blocks + world->order * (double)place +
                            (follows ? world->carry : 0.0);
            *trial = (struct dyno_evidence_trial){.id = (int64_t)at + 1,
                                                  .block = block,
                                                  .position = (int64_t)place,
                                                  .start_id = start < 0 ? (int64_t)at : start,
                                                  .arm = arm,
                                                  .is_usable = true};
            trial->overall = statistic_of(world, shared, &rng);
        }
    }
    return evidence;
}

enum dyno_verdict play_verdict(const struct play_world *world, uint64_t seed)
{
    struct dyno_evidence *evidence = play_evidence(world, seed);
    enum dyno_verdict verdict = DYNO_VERDICT_INCONCLUSIVE;
    size_t planned = evidence->trial_count;
    /* With early stopping the experiment is looked at after each block, as the program does. */
    for (size_t trials = world->is_early_stop ? 12 : planned; trials <= planned; trials += 2) {
        struct dyno_contrasts contrasts;
        evidence->trial_count = trials;
        dyno_contrasts_make(evidence, &contrasts);
        verdict = dyno_judgement_combine(contrasts.primary, contrasts.primary_count);
        dyno_contrasts_deinit(&contrasts);
        if (verdict == DYNO_VERDICT_BETTER || verdict == DYNO_VERDICT_WORSE)
            break;
    }
    dyno_evidence_free(evidence);
    return verdict;
}

int play_findings(const struct play_world *world, int runs)
{
    int found = 0;
    for (int run = 0; run < runs; run++) {
        enum dyno_verdict verdict = play_verdict(world, 1000 + (uint64_t)run);
        found += verdict == DYNO_VERDICT_BETTER || verdict == DYNO_VERDICT_WORSE;
    }
    return found;
}
