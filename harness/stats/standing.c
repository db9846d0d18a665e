#include "stats/standing.h"

#include "base/rng.h"

#include <gsl/gsl_cdf.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define TOP 3

/* Polar method of Marsaglia; the second number is dropped, so that draws do not depend on their order. */
static double normal(struct dyno_rng *rng)
{
    for (;;) {
        double u = 2.0 * dyno_rng_uniform(rng) - 1.0;
        double v = 2.0 * dyno_rng_uniform(rng) - 1.0;
        double s = u * u + v * v;
        if (s > 0.0 && s < 1.0)
            return u * sqrt(-2.0 * log(s) / s);
    }
}

static double scale_of(const struct dyno_standing_error *error, struct dyno_rng *rng)
{
    /* Never 0, where the inverse of the distribution is 0 too. */
    double u = (dyno_rng_uniform(rng) * 0x1p53 + 0.5) * 0x1p-53;
    if (!(error->se > 0.0) || !(error->df > 0.0))
        return 0.0;
    return error->se * sqrt(error->df / gsl_cdf_chisq_Pinv(u, error->df));
}

static int place_of(const double *sizes, size_t count, size_t at)
{
    int place = 1;
    for (size_t i = 0; i < count; i++)
        place += sizes[i] > sizes[at] || (sizes[i] == sizes[at] && i < at);
    return place;
}

/** Smallest place that at least `share` of the draws do not exceed. */
static int quantile_place(const size_t counts[DYNO_STANDING_MAX + 1], size_t count, size_t draws,
                          double share)
{
    size_t seen = 0;
    for (size_t place = 1; place <= count; place++) {
        seen += counts[place];
        if ((double)seen >= share * (double)draws)
            return (int)place;
    }
    return (int)count;
}

static void set_open(size_t count, struct dyno_standing *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (struct dyno_standing){
            .top = count <= TOP ? 1.0 : (double)TOP / (double)count, .low = 1, .high = (int)count};
}

void dyno_standing(const struct dyno_standing_effect *effects, size_t count,
                   const struct dyno_standing_error errors[DYNO_STANDING_STRATA], size_t draws,
                   uint64_t seed, struct dyno_standing *out)
{
    size_t counts[DYNO_STANDING_MAX][DYNO_STANDING_MAX + 1];
    double sizes[DYNO_STANDING_MAX];
    struct dyno_rng rng;
    bool is_known = draws > 0 && count <= DYNO_STANDING_MAX;
    for (size_t i = 0; i < count && is_known; i++)
        is_known = !isnan(errors[effects[i].stratum].se) && !isnan(effects[i].estimate);
    if (!is_known) {
        set_open(count, out);
        return;
    }
    memset(counts, 0, sizeof counts);
    dyno_rng_init(&rng, seed, 17);
    for (size_t draw = 0; draw < draws; draw++) {
        double scale[DYNO_STANDING_STRATA];
        for (size_t s = 0; s < DYNO_STANDING_STRATA; s++)
            scale[s] = scale_of(&errors[s], &rng);
        for (size_t i = 0; i < count; i++)
            sizes[i] = fabs(effects[i].estimate + scale[effects[i].stratum] * normal(&rng));
        for (size_t i = 0; i < count; i++)
            counts[i][place_of(sizes, count, i)]++;
    }
    for (size_t i = 0; i < count; i++) {
        size_t top = 0;
        for (size_t place = 1; place <= TOP && place <= count; place++)
            top += counts[i][place];
        out[i] = (struct dyno_standing){.top = (double)top / (double)draws,
                                        .low = quantile_place(counts[i], count, draws, 0.05),
                                        .high = quantile_place(counts[i], count, draws, 0.95)};
    }
}
