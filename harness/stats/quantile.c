#include "stats/quantile.h"

#include <gsl/gsl_cdf.h>

#include <math.h>

static bool is_inside(double p)
{
    return p > 0.0 && p < 1.0;
}

void dyno_quantile_ranks(size_t count, double p, size_t *low_out, size_t *high_out)
{
    double place = (double)(count - 1) * p;
    *low_out = (size_t)floor(place);
    *high_out = place > floor(place) ? *low_out + 1 : *low_out;
}

double dyno_quantile(const double *sorted, size_t count, double p)
{
    size_t low = 0;
    size_t high = 0;
    if (count == 0 || isnan(sorted[count - 1]) || !(p >= 0.0 && p <= 1.0))
        return (double)NAN;
    dyno_quantile_ranks(count, p, &low, &high);
    if (low == high)
        return sorted[low];
    double part = (double)(count - 1) * p - (double)low;
    return sorted[low] + part * (sorted[high] - sorted[low]);
}

/* The value of that rank (from 0) in both lists together, both ascending: how many come from `a`? */
static double merged_at(const double *a, size_t a_count, const double *b, size_t b_count,
                        size_t rank)
{
    size_t low = rank > b_count ? rank - b_count : 0;
    size_t high = rank < a_count ? rank : a_count;
    while (low < high) {
        size_t i = low + (high - low) / 2;
        if (a[i] < b[rank - i - 1])
            low = i + 1;
        else
            high = i;
    }
    size_t j = rank - low;
    if (low == a_count)
        return b[j];
    return j == b_count ? a[low] : fmin(a[low], b[j]);
}

struct dyno_bounded dyno_quantile_bounded(const double *sorted, size_t count, const double *bounds,
                                          size_t bound_count, double p)
{
    size_t low = 0;
    size_t high = 0;
    size_t total = count + bound_count;
    if (bound_count == 0 || !(p >= 0.0 && p <= 1.0))
        return (struct dyno_bounded){.value = dyno_quantile(sorted, count, p)};
    dyno_quantile_ranks(total, p, &low, &high);
    double at_low = merged_at(sorted, count, bounds, bound_count, low);
    double at_high = merged_at(sorted, count, bounds, bound_count, high);
    double part = (double)(total - 1) * p - (double)low;
    return (struct dyno_bounded){.value = at_low + part * (at_high - at_low),
                                 .is_bound = high >= count || sorted[high] > bounds[0]};
}

/** Smallest x with P(X <= x) >= q, by bisection: GSL has no inverse of the binomial. */
static size_t binomial_quantile(double q, size_t count, double p)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (gsl_cdf_binomial_P((unsigned)middle, p, (unsigned)count) >= q)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

struct dyno_quantile_interval dyno_quantile_interval(size_t count, double p, double confidence)
{
    struct dyno_quantile_interval out = {
        .is_estimable = false, .low = 0, .high = count + 1, .coverage = (double)NAN};
    if (count == 0 || !is_inside(p) || !is_inside(confidence))
        return out;
    double tail = (1.0 - confidence) / 2.0;
    out.low = binomial_quantile(tail, count, p);
    out.high = binomial_quantile(1.0 - tail, count, p) + 1;
    double below =
        out.low > 0 ? gsl_cdf_binomial_P((unsigned)out.low - 1, p, (unsigned)count) : 0.0;
    out.coverage = gsl_cdf_binomial_P((unsigned)out.high - 1, p, (unsigned)count) - below;
    out.is_estimable = out.low >= 1 && out.high <= count;
    return out;
}

size_t dyno_quantile_min_count(double p, double confidence)
{
    if (!is_inside(p) || !is_inside(confidence))
        return 0;
    /* The end on the side of the rarer half is the last to come inside: all n values must lie on the
     * other side with a chance of at most the tail. */
    double common = p > 0.5 ? p : 1.0 - p;
    double tail = (1.0 - confidence) / 2.0;
    size_t count = (size_t)fmax(1.0, floor(log(tail) / log(common)));
    while (!dyno_quantile_interval(count, p, confidence).is_estimable)
        count++;
    return count;
}

struct dyno_bounded dyno_mean_bounded(const double *exact, size_t count, const double *bounds,
                                      size_t bound_count)
{
    double mean = count + bound_count == 0 ? (double)NAN : 0.0;
    for (size_t i = 0; i < count + bound_count; i++) {
        double value = i < count ? exact[i] : bounds[i - count];
        mean += (value - mean) / (double)(i + 1);
    }
    return (struct dyno_bounded){.value = mean, .is_bound = bound_count > 0};
}
