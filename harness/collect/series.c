#include "collect/series.h"

#include <math.h>
#include <stdio.h>

void dyno_series_init(struct dyno_series *series)
{
    *series = (struct dyno_series){.dropped = 0};
    dyno_vec_init(&series->counters, sizeof(struct dyno_store_counter));
}

void dyno_series_deinit(struct dyno_series *series)
{
    dyno_vec_deinit(&series->counters);
}

void dyno_series_add(struct dyno_series *series, const char *source, const char *name,
                     int64_t now_ns, double value)
{
    if (!isfinite(value))
        return;
    if (series->counters.len >= DYNO_SERIES_MAX) {
        series->dropped++;
        return;
    }
    struct dyno_store_counter *counter = dyno_vec_push(&series->counters, NULL);
    counter->source = source;
    counter->t_ns = now_ns;
    counter->value = value;
    (void)snprintf(counter->name, sizeof counter->name, "%s", name);
}

struct dyno_store_counter *dyno_series_take(struct dyno_series *series, int64_t epoch_ns,
                                            size_t *count_out)
{
    for (size_t i = 0; i < series->counters.len; i++)
        ((struct dyno_store_counter *)dyno_vec_at(&series->counters, i))->t_ns -= epoch_ns;
    return dyno_vec_take(&series->counters, count_out);
}
