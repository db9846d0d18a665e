#include "decide/statistic.h"

#include "stats/sort.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *name;
    const char *word;
    double p; /* 0: the mean */
    size_t min_count;
} metrics[DYNO_METRIC_COUNT] = {
    [DYNO_METRIC_P50] = {"response_p50", "p50", 0.50, DYNO_QUANTILE_FEWEST_P50},
    [DYNO_METRIC_P95] = {"response_p95", "p95", 0.95, DYNO_QUANTILE_FEWEST_P95},
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

/* What can be said of a metric, whether or not that is enough to judge by. */
static struct dyno_bounded tell(const double *responses, size_t count, const double *bounds,
                                size_t bound_count, double p)
{
    if (p > 0.0)
        return dyno_quantile_bounded(responses, count, bounds, bound_count, p);
    return dyno_mean_bounded(responses, count, bounds, bound_count);
}

struct dyno_statistic dyno_statistic_of(double *responses, size_t count, double *bounds,
                                        size_t bound_count)
{
    struct dyno_statistic out = {.completed = count, .censored = bound_count};
    dyno_sort_f64(responses, count);
    dyno_sort_f64(bounds, bound_count);
    for (int metric = 0; metric < DYNO_METRIC_COUNT; metric++) {
        out.value[metric] = (double)NAN;
        out.told[metric] = (struct dyno_bounded){.value = (double)NAN};
        out.lack[metric] = DYNO_LACK_FEW;
        if (metric == DYNO_METRIC_SUITE || count + bound_count == 0)
            continue;
        struct dyno_bounded told = tell(responses, count, bounds, bound_count, metrics[metric].p);
        out.told[metric] = told;
        if (count < metrics[metric].min_count)
            continue;
        out.lack[metric] = told.is_bound ? DYNO_LACK_CENSORED : DYNO_LACK_NONE;
        if (!told.is_bound)
            out.value[metric] = told.value;
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
