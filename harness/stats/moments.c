#include "stats/moments.h"

#include <math.h>

void dyno_moments_add(struct dyno_moments *moments, double value)
{
    double delta = value - moments->mean;
    moments->count++;
    moments->mean += delta / (double)moments->count;
    moments->m2 += delta * (value - moments->mean);
}

struct dyno_moments dyno_moments_of(const double *values, size_t count)
{
    struct dyno_moments moments = {.count = 0, .mean = 0.0, .m2 = 0.0};
    for (size_t i = 0; i < count; i++)
        dyno_moments_add(&moments, values[i]);
    return moments;
}

double dyno_moments_mean(const struct dyno_moments *moments)
{
    return moments->count > 0 ? moments->mean : (double)NAN;
}

double dyno_moments_sd(const struct dyno_moments *moments)
{
    if (moments->count < 2)
        return (double)NAN;
    return sqrt(moments->m2 / (double)(moments->count - 1));
}
