#include "stats/ks.h"

#include <math.h>

#define TERMS 100

/* P(sqrt(n) D > x) = 2 sum (-1)^(k-1) exp(-2 k^2 x^2); below 0.2 it is 1 to all digits. */
static double tail(double x)
{
    double sum = 0;
    if (x < 0.2)
        return 1;
    for (int k = 1; k <= TERMS; k++) {
        double term = exp(-2.0 * k * k * x * x);
        sum += k % 2 == 1 ? term : -term;
        if (term < 1e-16)
            break;
    }
    return fmin(1, fmax(0, 2 * sum));
}

double dyno_ks_exponential(const double *sorted, size_t count, double rate, double *d_out)
{
    double n = (double)count;
    double d = 0;
    if (count == 0 || !(rate > 0))
        return (double)NAN;
    for (size_t i = 0; i < count; i++) {
        double f = sorted[i] < 0 ? 0 : -expm1(-sorted[i] * rate);
        if (isnan(f))
            return (double)NAN;
        d = fmax(d, fmax(f - (double)i / n, (double)(i + 1) / n - f));
    }
    if (d_out != NULL)
        *d_out = d;
    return tail(sqrt(n) * d);
}
