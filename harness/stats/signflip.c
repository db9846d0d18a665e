#include "stats/signflip.h"

#include "base/rng.h"

#include <math.h>

#define TIE_RATIO 1e-10

static struct dyno_signflip flip_all(const double *differences, size_t count, double least)
{
    struct dyno_signflip out = {.extreme = 0, .total = 0, .p = (double)NAN, .is_exact = true};
    double sum = 0.0;
    uint64_t signs = 0; /* bit i: difference i is negated */
    for (size_t i = 0; i < count; i++)
        sum += differences[i];
    /* The last sign never flips: each pattern stands for its mirror image too. */
    uint64_t half = UINT64_C(1) << (count - 1);
    for (uint64_t step = 1;; step++) {
        if (fabs(sum) >= least)
            out.extreme += 2;
        if (step == half)
            break;
        int place = __builtin_ctzll(step);
        signs ^= UINT64_C(1) << place;
        double twice = 2.0 * differences[place];
        sum += (signs >> place & 1u) != 0 ? -twice : twice;
    }
    out.total = half * 2;
    out.p = (double)out.extreme / (double)out.total;
    return out;
}

static struct dyno_signflip flip_some(const double *differences, size_t count, double least,
                                      uint64_t seed)
{
    struct dyno_signflip out = {.extreme = 1, .total = 1, .p = (double)NAN, .is_exact = false};
    struct dyno_rng rng;
    dyno_rng_init(&rng, seed, 0x5169);
    for (int draw = 0; draw < DYNO_SIGNFLIP_DRAWS; draw++) {
        double sum = 0.0;
        uint64_t bits = 0;
        for (size_t i = 0; i < count; i++) {
            if (i % 64 == 0)
                bits = dyno_rng_next(&rng);
            sum += (bits & 1u) != 0 ? -differences[i] : differences[i];
            bits >>= 1;
        }
        out.extreme += fabs(sum) >= least ? 1u : 0u;
        out.total++;
    }
    out.p = (double)out.extreme / (double)out.total;
    return out;
}

struct dyno_signflip dyno_signflip(const double *differences, size_t count, uint64_t seed)
{
    double sum = 0.0;
    double absolute = 0.0;
    for (size_t i = 0; i < count; i++) {
        sum += differences[i];
        absolute += fabs(differences[i]);
    }
    if (count == 0 || !isfinite(absolute))
        return (struct dyno_signflip){
            .extreme = 0, .total = 0, .p = (double)NAN, .is_exact = false};
    double least = fabs(sum) - TIE_RATIO * absolute;
    if (count <= DYNO_SIGNFLIP_EXACT_MAX)
        return flip_all(differences, count, least);
    return flip_some(differences, count, least, seed);
}
