#include "stats/twosample.h"

#include "stats/moments.h"
#include "stats/paired.h"

#include <gsl/gsl_cdf.h>

#include <math.h>

static struct dyno_twosample finish(double difference, double se, double df)
{
    struct dyno_twosample out = {.difference = difference,
                                 .se = se,
                                 .df = df,
                                 .ci_low = (double)NAN,
                                 .ci_high = (double)NAN,
                                 .t = (double)NAN,
                                 .p = (double)NAN};
    if (!(se > 0.0) || !(df > 0.0))
        return out;
    double half = dyno_t_multiplier(0.95, df) * se;
    out.ci_low = difference - half;
    out.ci_high = difference + half;
    out.t = difference / se;
    out.p = 2.0 * gsl_cdf_tdist_Q(fabs(out.t), df);
    return out;
}

struct dyno_twosample dyno_welch(const double *first, size_t first_count, const double *second,
                                 size_t second_count)
{
    struct dyno_moments a = dyno_moments_of(first, first_count);
    struct dyno_moments b = dyno_moments_of(second, second_count);
    double difference = dyno_moments_mean(&a) - dyno_moments_mean(&b);
    if (first_count < 2 || second_count < 2)
        return finish(difference, (double)NAN, (double)NAN);
    double va = pow(dyno_moments_sd(&a), 2) / (double)first_count;
    double vb = pow(dyno_moments_sd(&b), 2) / (double)second_count;
    double df = pow(va + vb, 2) /
                (va * va / (double)(first_count - 1) + vb * vb / (double)(second_count - 1));
    return finish(difference, sqrt(va + vb), df);
}

struct dyno_twosample dyno_pooled(const double *first, size_t first_count, const double *second,
                                  size_t second_count)
{
    struct dyno_moments a = dyno_moments_of(first, first_count);
    struct dyno_moments b = dyno_moments_of(second, second_count);
    double difference = dyno_moments_mean(&a) - dyno_moments_mean(&b);
    if (first_count < 1 || second_count < 1 || first_count + second_count < 3)
        return finish(difference, (double)NAN, (double)NAN);
    double df = (double)(first_count + second_count - 2);
    double variance = (a.m2 + b.m2) / df;
    double se = sqrt(variance * (1.0 / (double)first_count + 1.0 / (double)second_count));
    return finish(difference, se, df);
}

struct dyno_slope dyno_slope(const double *values, size_t count)
{
    struct dyno_slope out = {.slope = (double)NAN, .p = (double)NAN};
    struct dyno_moments all = dyno_moments_of(values, count);
    double middle = ((double)count - 1.0) / 2.0;
    double cross = 0.0;
    double square = 0.0;
    if (count < 2)
        return out;
    for (size_t i = 0; i < count; i++) {
        double x = (double)i - middle;
        cross += x * (values[i] - all.mean);
        square += x * x;
    }
    out.slope = cross / square;
    double df = (double)count - 2.0;
    double rest = fmax(0.0, all.m2 - out.slope * cross);
    double se = df > 0.0 ? sqrt(rest / df / square) : (double)NAN;
    out.p = finish(out.slope, se, df).p;
    return out;
}
