#include "stats/power.h"

#include "stats/paired.h"

#include <gsl/gsl_cdf.h>

#include <math.h>
#include <stdbool.h>

#define STEPS 400

/** Density of s = sqrt(chi-squared / df), by its logarithm: the factors alone overflow. */
static double density_of_s(double s, double df, double log_constant)
{
    if (s <= 0.0)
        return df > 1.0 ? 0.0 : exp(log_constant);
    return exp(log_constant + (df - 1.0) * log(s) - df * s * s / 2.0);
}

double dyno_noncentral_t_cdf(double t, double df, double delta)
{
    if (!(df >= 1.0) || !isfinite(df) || !isfinite(t) || !isfinite(delta))
        return NAN;
    /* s lies around 1 with a standard deviation of about 1 / sqrt(2 df). */
    double reach = 10.0 / sqrt(2.0 * df);
    double low = fmax(0.0, 1.0 - reach);
    double step = (1.0 + reach - low) / STEPS;
    double log_constant = log(2.0) + df / 2.0 * log(df / 2.0) - lgamma(df / 2.0);
    double sum = 0.0;
    for (int i = 0; i <= STEPS; i++) {
        double s = low + step * i;
        double weight = i % 2 == 1 ? 4.0 : 2.0;
        if (i == 0 || i == STEPS)
            weight = 1.0;
        sum += weight * density_of_s(s, df, log_constant) * gsl_cdf_ugaussian_P(t * s - delta);
    }
    return fmin(1.0, sum * step / 3.0);
}

static bool is_inside(double p)
{
    return p > 0.0 && p < 1.0;
}

double dyno_paired_power(size_t count, double effect, double alpha)
{
    if (count < 2 || !is_inside(alpha) || !isfinite(effect))
        return NAN;
    double df = (double)(count - 1);
    double critical = dyno_t_multiplier(1.0 - alpha, df);
    return 1.0 - dyno_noncentral_t_cdf(critical, df, sqrt((double)count) * fabs(effect));
}

double dyno_paired_mde(size_t count, double power, double alpha)
{
    if (count < 2 || !is_inside(alpha) || !(power > alpha && power < 1.0))
        return NAN;
    double low = 0.0;
    double high = 1.0;
    while (dyno_paired_power(count, high, alpha) < power)
        high *= 2.0;
    for (int i = 0; i < 40; i++) {
        double middle = (low + high) / 2.0;
        if (dyno_paired_power(count, middle, alpha) < power)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2.0;
}

size_t dyno_paired_count_for(double effect, double power, double alpha, size_t max)
{
    for (size_t count = 2; count <= max; count++) {
        double reached = dyno_paired_power(count, effect, alpha);
        if (isnan(reached))
            return 0;
        if (reached >= power)
            return count;
    }
    return 0;
}
