#include "stats/usl_interval.h"

#include "base/rng.h"
#include "stats/sort.h"
#include "stats/usl.h"

#include <math.h>

#define STREAM_BOOTSTRAP UINT64_C(0x626f6f74)
#define TAIL             0.025
#define SUCCESS_MIN      0.9

/** Replicates, sorted later; a fit without a peak has it at infinity. */
struct replicates {
    double loads[DYNO_USL_REPLICATES];
    double rates[DYNO_USL_REPLICATES];
    size_t count, peaks;
};

static double end_of(const double *sorted, size_t count, double p)
{
    size_t at = (size_t)(p * (double)(count - 1) + 0.5);
    return sorted[at];
}

/* One trial fewer than the load of point `i` has, drawn anew; done once for each load. Returns how many were put. */
static size_t draw_load(struct dyno_rng *rng, const double *loads, const double *rates,
                        size_t count, size_t i, double *out)
{
    size_t same[DYNO_USL_TRIALS_MAX];
    size_t trials = 0;
    for (size_t k = 0; k < count; k++)
        if (loads[k] == loads[i])
            same[trials++] = k;
    if (trials < 2 || same[0] != i)
        return 0;
    for (size_t k = 0; k + 1 < trials; k++)
        out[k] = rates[same[dyno_rng_below(rng, trials)]];
    return trials - 1;
}

static void replicate(struct dyno_rng *rng, const double *loads, const double *rates, size_t count,
                      struct replicates *out)
{
    double x[DYNO_USL_TRIALS_MAX];
    double y[DYNO_USL_TRIALS_MAX];
    size_t drawn = 0;
    for (size_t i = 0; i < count; i++) {
        size_t more = draw_load(rng, loads, rates, count, i, &y[drawn]);
        for (size_t k = 0; k < more; k++)
            x[drawn + k] = loads[i];
        drawn += more;
    }
    const struct dyno_usl usl = dyno_usl_fit(x, y, drawn);
    if (!usl.is_fitted)
        return;
    out->loads[out->count++] = usl.peak_load;
    if (isfinite(usl.peak_load))
        out->rates[out->peaks++] = usl.peak_rate;
}

static size_t fewest_trials(const double *loads, size_t count)
{
    size_t fewest = count;
    for (size_t i = 0; i < count; i++) {
        size_t trials = 0;
        for (size_t k = 0; k < count; k++)
            trials += loads[k] == loads[i] ? 1u : 0u;
        fewest = trials < fewest ? trials : fewest;
    }
    return fewest;
}

struct dyno_usl_interval dyno_usl_bootstrap(const double *loads, const double *rates, size_t count,
                                            uint64_t seed)
{
    struct dyno_usl_interval out = {.load_low = (double)NAN,
                                    .load_high = (double)NAN,
                                    .rate_low = (double)NAN,
                                    .rate_high = (double)NAN,
                                    .peak_share = (double)NAN};
    struct replicates all = {.count = 0};
    struct dyno_rng rng;
    if (count > DYNO_USL_TRIALS_MAX || fewest_trials(loads, count) < 2)
        return out;
    dyno_rng_init(&rng, seed, STREAM_BOOTSTRAP);
    for (size_t i = 0; i < DYNO_USL_REPLICATES; i++)
        replicate(&rng, loads, rates, count, &all);
    if ((double)all.count < SUCCESS_MIN * DYNO_USL_REPLICATES)
        return out;
    out.peak_share = (double)all.peaks / (double)all.count;
    dyno_sort_f64(all.loads, all.count);
    out.load_low = end_of(all.loads, all.count, TAIL);
    out.load_high = end_of(all.loads, all.count, 1.0 - TAIL);
    if (all.peaks == 0)
        return out;
    dyno_sort_f64(all.rates, all.peaks);
    out.rate_low = end_of(all.rates, all.peaks, TAIL);
    out.rate_high = end_of(all.rates, all.peaks, 1.0 - TAIL);
    return out;
}
