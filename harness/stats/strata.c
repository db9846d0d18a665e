#include "stats/strata.h"

#include "stats/moments.h"

#include <math.h>

/** Sums over the groups. */
struct sums {
    size_t groups;
    double within_ss;
    double between_ss; /* around the mean of all values */
    double square_sizes;
    /* With the weights of two components: */
    double weights;
    double weighted_mean;
    double weighted_ss;
};

static bool is_first(const int64_t *groups, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (groups[i] == groups[at])
            return false;
    return true;
}

static struct dyno_moments group_of(const double *values, const int64_t *groups, size_t count,
                                    size_t first)
{
    struct dyno_moments moments = {.count = 0, .mean = 0.0, .m2 = 0.0};
    for (size_t i = first; i < count; i++)
        if (groups[i] == groups[first])
            dyno_moments_add(&moments, values[i]);
    return moments;
}

static struct sums add_up(const double *values, const int64_t *groups, size_t count, double mean)
{
    struct sums out = {.groups = 0};
    for (size_t i = 0; i < count; i++) {
        if (!is_first(groups, i))
            continue;
        struct dyno_moments group = group_of(values, groups, count, i);
        double off = group.mean - mean;
        out.groups++;
        out.within_ss += group.m2;
        out.between_ss += (double)group.count * off * off;
        out.square_sizes += (double)group.count * (double)group.count;
    }
    return out;
}

static void weigh(struct sums *sums, const double *values, const int64_t *groups, size_t count,
                  double within, double between)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_first(groups, i))
            continue;
        struct dyno_moments group = group_of(values, groups, count, i);
        double weight = 1.0 / (between + within / (double)group.count);
        double off = group.mean - sums->weighted_mean;
        sums->weights += weight;
        sums->weighted_mean += off * weight / sums->weights;
        sums->weighted_ss += weight * off * (group.mean - sums->weighted_mean);
    }
}

struct dyno_strata dyno_strata(const double *values, const int64_t *groups, size_t count)
{
    struct dyno_moments all = dyno_moments_of(values, count);
    double n = (double)count;
    struct dyno_strata out = {.count = count,
                              .groups = count,
                              .mean = dyno_moments_mean(&all),
                              .sd = dyno_moments_sd(&all),
                              .within_sd = (double)NAN,
                              .between_sd = (double)NAN,
                              .is_pooled = true};
    out.se = count > 1 ? out.sd / sqrt(n) : (double)NAN;
    out.df = count > 1 && !isnan(out.sd) ? n - 1.0 : (double)NAN;
    if (groups == NULL || count < 2 || isnan(out.sd))
        return out;
    struct sums sums = add_up(values, groups, count, out.mean);
    out.groups = sums.groups;
    if (sums.groups == count)
        return out;
    double within = sums.within_ss / (double)(count - sums.groups);
    out.within_sd = sqrt(within);
    if (sums.groups < 2)
        return out;
    double last = (double)(sums.groups - 1);
    double size = (n - sums.square_sizes / n) / last;
    double between = (sums.between_ss / last - within) / size;
    out.between_sd = sqrt(fmax(0.0, between));
    if (!(between > 0.0))
        return out;
    weigh(&sums, values, groups, count, within, between);
    out.is_pooled = false;
    out.mean = sums.weighted_mean;
    out.df = last;
    out.se = fmax(out.se, sqrt(sums.weighted_ss / (last * sums.weights)));
    return out;
}
