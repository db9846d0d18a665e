#include "load/mix.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "load/schedule.h"

#include <stdlib.h>

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

void dyno_mix_init(struct dyno_mix *mix, const struct dyno_trial_plan *plan)
{
    struct dyno_rng rng;
    double total = 0;
    double sum = 0;
    mix->count = plan->query_count;
    mix->cumulative = dyno_xcalloc(mix->count, sizeof *mix->cumulative);
    dyno_rng_init(&rng, plan->seed, DYNO_STREAM_QUERIES);
    mix->key = dyno_rng_next(&rng);
    for (size_t i = 0; i < mix->count; i++)
        total += plan->queries[i].weight;
    for (size_t i = 0; i < mix->count; i++) {
        sum += plan->queries[i].weight;
        mix->cumulative[i] = sum / total;
    }
    mix->cumulative[mix->count - 1] = 1.0;
}

void dyno_mix_deinit(struct dyno_mix *mix)
{
    free(mix->cumulative);
    *mix = (struct dyno_mix){.cumulative = NULL};
}

uint16_t dyno_mix_draw(const struct dyno_mix *mix, uint64_t seq)
{
    double u = (double)(dyno_mix64(mix->key + seq * GOLDEN) >> 11) * 0x1.0p-53;
    size_t i = 0;
    while (u >= mix->cumulative[i])
        i++;
    return (uint16_t)i;
}

uint16_t dyno_mix_in_turn(const struct dyno_mix *mix, uint64_t seq)
{
    return (uint16_t)((seq + seq / mix->count) % mix->count);
}
