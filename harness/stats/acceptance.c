#include "stats/acceptance.h"

#include <gsl/gsl_cdf.h>

static bool is_inside(double p)
{
    return p > 0.0 && p < 1.0;
}

bool dyno_accepts(size_t count, size_t violations, double p, double confidence)
{
    if (count == 0 || violations >= count || !is_inside(p) || !is_inside(confidence))
        return false;
    return gsl_cdf_binomial_P((unsigned)violations, 1.0 - p, (unsigned)count) <= 1.0 - confidence;
}

bool dyno_rejects(size_t count, size_t violations, double p, double confidence)
{
    if (violations == 0 || violations > count || !is_inside(p) || !is_inside(confidence))
        return false;
    return gsl_cdf_binomial_Q((unsigned)violations - 1, 1.0 - p, (unsigned)count) <=
           1.0 - confidence;
}

size_t dyno_acceptance_count(size_t violations, double p, double confidence)
{
    if (!is_inside(p) || !is_inside(confidence))
        return 0;
    size_t low = violations;
    size_t high = violations + 1;
    while (!dyno_accepts(high, violations, p, confidence)) {
        low = high;
        high *= 2;
    }
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (dyno_accepts(middle, violations, p, confidence))
            high = middle;
        else
            low = middle;
    }
    return high;
}
