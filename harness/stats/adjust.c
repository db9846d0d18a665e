#include "stats/adjust.h"

#include <math.h>

/* Both go in two passes: the factor of each p value by its rank, then the running extreme along the order
 * of the p values. The second pass may work in place: a value that it has already raised (or lowered) was so
 * by p values that count for every later reader too. Equal p values share the kinder or the stricter rank
 * as sorting them would. */

static size_t count_tests(const double *p, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += isnan(p[i]) ? 0u : 1u;
    return total;
}

void dyno_adjust_holm(const double *p, size_t count, double *out)
{
    size_t total = count_tests(p, count);
    for (size_t i = 0; i < count; i++) {
        size_t smaller = 0;
        for (size_t k = 0; k < count; k++)
            smaller += p[k] < p[i] ? 1u : 0u;
        out[i] = isnan(p[i]) ? (double)NAN : fmin(1.0, (double)(total - smaller) * p[i]);
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++)
            if (p[k] <= p[i])
                out[i] = fmax(out[i], out[k]);
}

void dyno_adjust_bh(const double *p, size_t count, double *out)
{
    size_t total = count_tests(p, count);
    for (size_t i = 0; i < count; i++) {
        size_t rank = 0;
        for (size_t k = 0; k < count; k++)
            rank += p[k] <= p[i] ? 1u : 0u;
        out[i] = isnan(p[i]) ? (double)NAN : fmin(1.0, (double)total * p[i] / (double)rank);
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++)
            if (p[k] >= p[i])
                out[i] = fmin(out[i], out[k]);
}
