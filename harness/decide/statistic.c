#include "decide/statistic.h"

#include "stats/moments.h"
#include "stats/quantile.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *name;
    const char *word;
    double p; /* 0: the mean */
    size_t min_count;
} metrics[DYNO_METRIC_COUNT] = {
    [DYNO_METRIC_P50] = {"response_p50", "p50", 0.50, 6},
    [DYNO_METRIC_P95] = {"response_p95", "p95", 0.95, 72},
    [DYNO_METRIC_MEAN] = {"response_mean", "mean", 0.0, 1},
    [DYNO_METRIC_SUITE] = {"response_suite", "suite", 0.0, 1},
};

const char *dyno_metric_name(enum dyno_metric metric)
{
    return metrics[metric].name;
}

const char *dyno_metric_word(enum dyno_metric metric)
{
    return metrics[metric].word;
}

enum dyno_metric dyno_metric_of(const char *word)
{
    int metric = 0;
    while (metric < DYNO_METRIC_COUNT && strcmp(word, metrics[metric].name) != 0 &&
           strcmp(word, metrics[metric].word) != 0)
        metric++;
    return (enum dyno_metric)metric;
}

size_t dyno_metric_min_count(enum dyno_metric metric)
{
    return metrics[metric].min_count;
}

static double smallest(const double *values, size_t count)
{
    double least = INFINITY;
    for (size_t i = 0; i < count; i++)
        least = fmin(least, values[i]);
    return least;
}

/** Quantile of the responses followed by the cut-off ones; NaN where these could lie below it. */
static double quantile_of(const double *responses, size_t count, const double *bounds,
                          size_t bound_count, double p)
{
    size_t low = 0;
    size_t high = 0;
    size_t total = count + bound_count;
    dyno_quantile_ranks(total, p, &low, &high);
    if (high >= count || responses[high] > smallest(bounds, bound_count))
        return (double)NAN;
    double part = (double)(total - 1) * p - (double)low;
    return responses[low] + part * (responses[high] - responses[low]);
}

struct dyno_statistic dyno_statistic_of(double *responses, size_t count, const double *bounds,
                                        size_t bound_count)
{
    struct dyno_statistic out = {.completed = count, .censored = bound_count};
    dyno_sort_f64(responses, count);
    for (int metric = 0; metric < DYNO_METRIC_COUNT; metric++) {
        out.value[metric] = (double)NAN;
        out.lack[metric] = DYNO_LACK_FEW;
        if (count < metrics[metric].min_count || metric == DYNO_METRIC_SUITE)
            continue;
        if (metrics[metric].p > 0.0) {
            out.value[metric] =
                quantile_of(responses, count, bounds, bound_count, metrics[metric].p);
        } else if (bound_count == 0) {
            struct dyno_moments moments = dyno_moments_of(responses, count);
            out.value[metric] = dyno_moments_mean(&moments);
        }
        out.lack[metric] = isnan(out.value[metric]) ? DYNO_LACK_CENSORED : DYNO_LACK_NONE;
    }
    return out;
}

void dyno_statistic_add_suite(struct dyno_statistic *overall, const struct dyno_statistic *queries,
                              const double *weights, size_t query_count)
{
    double sum = 0.0;
    double weight = 0.0;
    enum dyno_lack lack = query_count == 0 ? DYNO_LACK_FEW : DYNO_LACK_NONE;
    for (size_t i = 0; i < query_count && lack == DYNO_LACK_NONE; i++) {
        if (!(weights[i] > 0.0))
            continue;
        lack = queries[i].lack[DYNO_METRIC_MEAN];
        sum += weights[i] * log(queries[i].value[DYNO_METRIC_MEAN]);
        weight += weights[i];
    }
    if (!(weight > 0.0) && lack == DYNO_LACK_NONE)
        lack = DYNO_LACK_FEW;
    overall->lack[DYNO_METRIC_SUITE] = lack;
    overall->value[DYNO_METRIC_SUITE] = lack == DYNO_LACK_NONE ? exp(sum / weight) : (double)NAN;
}
