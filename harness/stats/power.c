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
        return (double)NAN;
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

double dyno_t_power(double df, double ncp, double alpha)
{
    if (!(df >= 1.0) || !is_inside(alpha) || !isfinite(ncp))
        return (double)NAN;
    return 1.0 - dyno_noncentral_t_cdf(dyno_t_multiplier(1.0 - alpha, df), df, fabs(ncp));
}

double dyno_paired_power(size_t count, double effect, double alpha)
{
    if (count < 2)
        return (double)NAN;
    return dyno_t_power((double)(count - 1), sqrt((double)count) * effect, alpha);
}

double dyno_tost_power(double df, double margin, double alpha)
{
    if (!(df >= 1.0) || !is_inside(alpha) || !isfinite(margin) || margin < 0.0)
        return (double)NAN;
    double fails = dyno_noncentral_t_cdf(dyno_t_multiplier(1.0 - 2.0 * alpha, df), df, margin);
    return fmax(0.0, 1.0 - 2.0 * fails);
}

/** Root of power(ncp) = power between two effects on either side of it, by the Illinois method: false
 *  position that halves the weight of an end that stays. Eight steps or so. */
static double find_effect(double df, double power, double alpha, double low, double high)
{
    double below = dyno_t_power(df, low, alpha) - power;
    double above = dyno_t_power(df, high, alpha) - power;
    double middle = high;
    int last_side = 0;
    for (int i = 0; i < 100; i++) {
        middle = (low * above - high * below) / (above - below);
        double value = dyno_t_power(df, middle, alpha) - power;
        if (fabs(value) < 1e-9)
            break;
        int side = value < 0.0 ? -1 : 1;
        if (side < 0) {
            low = middle;
            below = value;
            above = last_side == side ? above / 2.0 : above;
        } else {
            high = middle;
            above = value;
            below = last_side == side ? below / 2.0 : below;
        }
        last_side = side;
    }
    return middle;
}

double dyno_t_mde(double df, double power, double alpha)
{
    if (!(df >= 1.0) || !is_inside(alpha) || !(power > alpha && power < 1.0))
        return (double)NAN;
    double low = 0.0;
    double high = 1.0;
    while (dyno_t_power(df, high, alpha) < power) {
        low = high;
        high *= 2.0;
    }
    return find_effect(df, power, alpha, low, high);
}

double dyno_paired_mde(size_t count, double power, double alpha)
{
    if (count < 2)
        return (double)NAN;
    return dyno_t_mde((double)(count - 1), power, alpha) / sqrt((double)count);
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
