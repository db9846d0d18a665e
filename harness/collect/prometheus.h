/**
 * Spark's Prometheus endpoints: the text form of what /metrics/json/ and /executors say.
 * They stand in for those where they are closed, and are held against them where both are open.
 */
#ifndef DYNO_COLLECT_PROMETHEUS_H
#define DYNO_COLLECT_PROMETHEUS_H

#include "base/json.h"
#include "collect/gauges.h"

#include <stdbool.h>
#include <stddef.h>

/** Off unless a sink is set up (spark.metrics.conf.*.sink.prometheusServlet.class). */
#define DYNO_PROMETHEUS_DRIVER "/metrics/prometheus/"
/** On with spark.ui.prometheus.enabled, which is the default from 4.0 on. */
#define DYNO_PROMETHEUS_EXECUTORS "/metrics/executors/prometheus"

/** One line of the text form: `name{labels} value`. Borrowed from the text. */
struct dyno_prom_sample {
    const char *name;
    size_t name_len;
    const char *labels; /**< between the braces */
    size_t labels_len;
    double value;
};

/** The next sample at `*at`, which moves behind it; comments and lines that are none are passed over. False at
 *  the end. */
bool dyno_prom_next(const char **at, struct dyno_prom_sample *out);

/** The value of a label, cut to `room` - 1 bytes, escapes undone; false if there is none of that name. */
bool dyno_prom_label(const struct dyno_prom_sample *sample, const char *name, char *out,
                     size_t room);

/** The numbers of the bus in the text of DYNO_PROMETHEUS_DRIVER, as dyno_bus_read gives them. */
void dyno_prom_bus(const char *text, struct dyno_bus *out);

/** The text of DYNO_PROMETHEUS_EXECUTORS as the rows that /executors would give; the caller frees. NULL if it
 *  tells of no executor. */
cJSON *dyno_prom_executors(const char *text);

#endif
