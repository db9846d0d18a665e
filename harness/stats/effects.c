#include "stats/effects.h"

#include "stats/moments.h"
#include "stats/quantile.h"
#include "stats/sort.h"

#include <gsl/gsl_cdf.h>

#include <math.h>

/** Of absolute values below `limit`, or all if it is not finite. */
static double median_below(const double *effects, size_t count, double limit)
{
    double kept[DYNO_FACTORIAL_MAX_RUNS];
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!isfinite(limit) || fabs(effects[i]) < limit)
            kept[n++] = fabs(effects[i]);
    dyno_sort_f64(kept, n);
    return dyno_quantile(kept, n, 0.5);
}

struct dyno_lenth dyno_lenth(const double *effects, size_t count)
{
    struct dyno_lenth out = {
        .count = count, .s0 = (double)NAN, .pse = (double)NAN, .df = (double)count / 3.0};
    if (count == 0 || count > DYNO_FACTORIAL_MAX_RUNS)
        return out;
    for (size_t i = 0; i < count; i++)
        if (isnan(effects[i]))
            return out;
    out.s0 = 1.5 * median_below(effects, count, INFINITY);
    /* All the same, or most of them 0: nothing lies below, and there is no other scale. */
    double second = median_below(effects, count, 2.5 * out.s0);
    out.pse = isnan(second) ? out.s0 : 1.5 * second;
    return out;
}

double dyno_effects_margin(double confidence, double df)
{
    return dyno_effects_simultaneous(confidence, 1, df);
}

double dyno_effects_simultaneous(double confidence, size_t family, double df)
{
    if (!(df > 0.0) || !(confidence > 0.0 && confidence < 1.0) || family == 0)
        return (double)NAN;
    /* The upper tail keeps its digits where the level is close to 1. */
    double tail = -expm1(log(confidence) / (double)family) / 2.0;
    return gsl_cdf_tdist_Qinv(tail, df);
}

struct dyno_effects_error dyno_effects_error(const double *values, size_t contrasts,
                                             size_t replicates)
{
    struct dyno_effects_error out = {.is_pooled = replicates > 1,
                                     .contrasts = contrasts,
                                     .se = (double)NAN,
                                     .df = 0.0,
                                     .s0 = (double)NAN};
    if (contrasts == 0 || replicates == 0)
        return out;
    if (replicates == 1) {
        struct dyno_lenth lenth = dyno_lenth(values, contrasts);
        out.se = lenth.pse;
        out.df = lenth.df;
        out.s0 = lenth.s0;
        return out;
    }
    double sum = 0.0;
    for (size_t k = 0; k < contrasts; k++) {
        struct dyno_moments moments = dyno_moments_of(values + k * replicates, replicates);
        double sd = dyno_moments_sd(&moments);
        sum += sd * sd;
    }
    out.se = sqrt(sum / (double)contrasts / (double)replicates);
    out.df = (double)(contrasts * (replicates - 1));
    return out;
}

double dyno_effects_p(double effect, double se, double df)
{
    if (!(se >= 0.0) || !(df > 0.0) || isnan(effect))
        return (double)NAN;
    if (se == 0.0)
        return effect == 0.0 ? 1.0 : 0.0;
    return fmin(1.0, 2.0 * gsl_cdf_tdist_Q(fabs(effect) / se, df));
}

double dyno_effects_contrast(const struct dyno_factorial *design, uint32_t column,
                             const double *responses)
{
    double sum = 0.0;
    for (int run = 0; run < design->run_count; run++)
        sum += dyno_factorial_sign(design, run, column) * responses[run];
    return sum / (design->run_count / 2.0);
}

double dyno_effects_half_normal(size_t i, size_t count)
{
    if (i >= count)
        return (double)NAN;
    return gsl_cdf_ugaussian_Pinv(0.5 + 0.5 * ((double)i + 0.5) / (double)count);
}
