#include "stats/paired.h"

#include "stats/moments.h"

#include <gsl/gsl_cdf.h>

#include <math.h>
#include <stdbool.h>

double dyno_t_multiplier(double confidence, double df)
{
    if (!(df > 0.0) || !(confidence > 0.0 && confidence < 1.0))
        return (double)NAN;
    return gsl_cdf_tdist_Pinv(0.5 + confidence / 2.0, df);
}

static double two_sided_p(double t, double df)
{
    if (isnan(t))
        return (double)NAN;
    if (isinf(t))
        return 0.0;
    return fmin(1.0, 2.0 * gsl_cdf_tdist_Q(fabs(t), df));
}

/** mean / se, where no spread and no difference is no evidence. */
static double t_of(double mean, double se)
{
    if (se > 0.0)
        return mean / se;
    return mean == 0.0 ? 0.0 : copysign((double)INFINITY, mean);
}

struct dyno_paired dyno_paired_from(size_t count, double mean, double sd, double se, double df)
{
    struct dyno_paired out = {
        .count = count,
        .mean = mean,
        .sd = sd,
        .se = se,
        .df = df,
        .ci_low = (double)NAN,
        .ci_high = (double)NAN,
        .ci90_low = (double)NAN,
        .ci90_high = (double)NAN,
        .t = (double)NAN,
        .p = (double)NAN,
    };
    if (!(df > 0.0) || isnan(se))
        return out;
    double half95 = dyno_t_multiplier(0.95, df) * se;
    double half90 = dyno_t_multiplier(0.90, df) * se;
    out.ci_low = mean - half95;
    out.ci_high = mean + half95;
    out.ci90_low = mean - half90;
    out.ci90_high = mean + half90;
    out.t = t_of(mean, se);
    out.p = two_sided_p(out.t, df);
    return out;
}

struct dyno_paired dyno_paired(const double *differences, size_t count)
{
    struct dyno_moments moments = dyno_moments_of(differences, count);
    double sd = dyno_moments_sd(&moments);
    bool is_known = count >= 2 && !isnan(sd);
    return dyno_paired_from(count, dyno_moments_mean(&moments), sd,
                            is_known ? sd / sqrt((double)count) : (double)NAN,
                            is_known ? (double)(count - 1) : (double)NAN);
}

struct dyno_tost dyno_tost(double mean, double se, double df, double margin)
{
    struct dyno_tost out = {.p_lower = (double)NAN, .p_upper = (double)NAN, .p = (double)NAN};
    if (!(se > 0.0) || !(df > 0.0) || !(margin >= 0.0) || !isfinite(mean))
        return out;
    out.p_lower = gsl_cdf_tdist_Q((mean + margin) / se, df);
    out.p_upper = gsl_cdf_tdist_P((mean - margin) / se, df);
    out.p = fmax(out.p_lower, out.p_upper);
    return out;
}
