#include "stats/levels.h"

#include "stats/moments.h"
#include "stats/paired.h"

#include <math.h>

/** Mean of the variances of the groups of `size` neighbours; the group means go to the front. */
static double reduce(double *values, size_t count, size_t size)
{
    double sum = 0.0;
    if (size == 0)
        return (double)NAN;
    size_t groups = count / size;
    for (size_t i = 0; i < groups; i++) {
        struct dyno_moments group = dyno_moments_of(values + i * size, size);
        double sd = dyno_moments_sd(&group);
        sum += sd * sd;
        values[i] = group.mean;
    }
    return sum / (double)groups;
}

struct dyno_levels dyno_levels(const double *values, const size_t *repeats, size_t level_count,
                               double *scratch)
{
    struct dyno_levels out = {.mean = (double)NAN, .half_width = (double)NAN};
    size_t count = 1;
    if (level_count == 0 || level_count > DYNO_LEVELS_MAX)
        return out;
    for (size_t i = 0; i < level_count; i++) {
        if (repeats[i] < 2)
            return out;
        count *= repeats[i];
    }
    for (size_t i = 0; i < count; i++)
        scratch[i] = values[i];
    for (size_t i = 0; i < level_count; i++) {
        out.s2[i] = reduce(scratch, count, repeats[i]);
        out.t2[i] = i == 0 ? out.s2[0] : out.s2[i] - out.s2[i - 1] / (double)repeats[i - 1];
        count /= repeats[i];
    }
    double outer = (double)repeats[level_count - 1];
    out.mean = scratch[0];
    out.half_width = dyno_t_multiplier(0.95, outer - 1.0) * sqrt(out.s2[level_count - 1] / outer);
    return out;
}

double dyno_levels_repeats(double cost, double cost_above, double t2, double t2_above)
{
    if (!(cost > 0.0) || !(cost_above > 0.0))
        return (double)NAN;
    if (!(t2_above > 0.0))
        return INFINITY;
    return sqrt(cost_above / cost * fmax(0.0, t2) / t2_above);
}
