#include "stats/adjust.h"

#include <math.h>

/** How many tests have a p value, and how many of these are at most `limit`. */
static void rank_of(const double *p, size_t count, double limit, size_t *total_out,
                    size_t *rank_out)
{
    *total_out = 0;
    *rank_out = 0;
    for (size_t i = 0; i < count; i++) {
        *total_out += isnan(p[i]) ? 0u : 1u;
        *rank_out += p[i] <= limit ? 1u : 0u;
    }
}

/** Largest of (m - j + 1) p_j over the p_j up to this one; equal p values share the largest factor. */
void dyno_adjust_holm(const double *p, size_t count, double *out)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = isnan(p[i]) ? (double)NAN : 0.0;
        for (size_t k = 0; k < count && !isnan(p[i]); k++) {
            if (isnan(p[k]) || p[k] > p[i])
                continue;
            size_t total = 0;
            size_t smaller = 0;
            rank_of(p, count, nextafter(p[k], -INFINITY), &total, &smaller);
            out[i] = fmax(out[i], fmin(1.0, (double)(total - smaller) * p[k]));
        }
    }
}

/** Smallest of m p_j / j over the p_j from this one on; equal p values share the largest j. */
void dyno_adjust_bh(const double *p, size_t count, double *out)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = isnan(p[i]) ? (double)NAN : 1.0;
        for (size_t k = 0; k < count && !isnan(p[i]); k++) {
            if (isnan(p[k]) || p[k] < p[i])
                continue;
            size_t total = 0;
            size_t rank = 0;
            rank_of(p, count, p[k], &total, &rank);
            out[i] = fmin(out[i], (double)total * p[k] / (double)rank);
        }
    }
}
