#include "stats/walsh.h"

#include "stats/quantile.h"
#include "stats/sort.h"

#include <gsl/gsl_cdf.h>

#include <math.h>

static size_t average_count(size_t count)
{
    return count * (count + 1) / 2;
}

size_t dyno_walsh_scratch(size_t count)
{
    return average_count(count) + 1;
}

size_t dyno_signed_rank_quantile(double p, size_t count, double *scratch)
{
    size_t most = average_count(count);
    /* scratch[v] becomes P(V = v): rank after rank joins the sum or stays out, with a chance of one half. */
    for (size_t v = 0; v <= most; v++)
        scratch[v] = v == 0 ? 1.0 : 0.0;
    for (size_t rank = 1; rank <= count; rank++)
        for (size_t v = average_count(rank) + 1; v-- > 0;)
            scratch[v] = 0.5 * (scratch[v] + (v >= rank ? scratch[v - rank] : 0.0));
    double sum = 0.0;
    for (size_t v = 0; v <= most; v++) {
        sum += scratch[v];
        /* As R: a sum that rounding left just below p has reached it. */
        if (sum >= p * (1.0 - 1e-12))
            return v;
    }
    return most;
}

static size_t quantile_rank(double tail, size_t count, double *scratch)
{
    if (count <= DYNO_WALSH_EXACT_MAX)
        return dyno_signed_rank_quantile(tail, count, scratch);
    double n = (double)count;
    double mean = n * (n + 1.0) / 4.0;
    double sd = sqrt(n * (n + 1.0) * (2.0 * n + 1.0) / 24.0);
    return (size_t)fmax(0.0, floor(mean + gsl_cdf_ugaussian_Pinv(tail) * sd));
}

struct dyno_walsh dyno_walsh(const double *differences, size_t count, double confidence,
                             double *scratch)
{
    struct dyno_walsh out = {
        .estimate = (double)NAN, .ci_low = (double)NAN, .ci_high = (double)NAN};
    if (count == 0 || !(confidence > 0.0 && confidence < 1.0))
        return out;
    size_t k = quantile_rank((1.0 - confidence) / 2.0, count, scratch);
    size_t total = average_count(count);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(differences[i]))
            return out;
        for (size_t j = i; j < count; j++)
            scratch[at++] = (differences[i] + differences[j]) / 2.0;
    }
    dyno_sort_f64(scratch, total);
    k = k == 0 ? 1 : k;
    out.estimate = dyno_quantile(scratch, total, 0.5);
    out.ci_low = scratch[k - 1];
    out.ci_high = scratch[total - k];
    return out;
}
