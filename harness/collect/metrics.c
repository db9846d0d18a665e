#include "collect/metrics.h"

#include "collect/prometheus.h"

#include <math.h>

static enum dyno_status read_bus_json(struct dyno_feed *feed, struct dyno_bus *out)
{
    cJSON *doc = NULL;
    enum dyno_status status = dyno_feed_get(feed, &doc, NULL, "/metrics/json/");
    dyno_bus_read(status == DYNO_OK ? doc : NULL, out);
    cJSON_Delete(doc);
    return status;
}

static bool read_bus_text(struct dyno_feed *feed, struct dyno_bus *out)
{
    const char *text = NULL;
    enum dyno_status status = dyno_feed_get_text(feed, &text, NULL, DYNO_PROMETHEUS_DRIVER);
    dyno_prom_bus(status == DYNO_OK ? text : "", out);
    return isfinite(out->events_posted) || isfinite(out->dropped_events);
}

static cJSON *read_rows_json(struct dyno_feed *feed, enum dyno_status *status_out)
{
    cJSON *rows = NULL;
    *status_out = dyno_feed_get_app(feed, &rows, NULL, "/executors");
    if (*status_out == DYNO_OK && cJSON_IsArray(rows))
        return rows;
    cJSON_Delete(rows);
    return NULL;
}

static cJSON *read_rows_text(struct dyno_feed *feed)
{
    const char *text = NULL;
    if (dyno_feed_get_text(feed, &text, NULL, DYNO_PROMETHEUS_EXECUTORS) != DYNO_OK)
        return NULL;
    return dyno_prom_executors(text);
}

/* A server that is not there at all has no other door; one that says no, or answers with a page, may have. */
static bool is_closed(enum dyno_status status)
{
    return status == DYNO_ENOTFOUND || status == DYNO_EPROTO || status == DYNO_ELIMIT;
}

void dyno_metrics_bus(struct dyno_metrics *metrics, struct dyno_feed *feed, struct dyno_bus *out)
{
    if (metrics->has_bus_by_text) {
        (void)read_bus_text(feed, out);
        return;
    }
    if (!is_closed(read_bus_json(feed, out)) || metrics->was_bus_searched)
        return;
    metrics->was_bus_searched = true;
    metrics->has_bus_by_text = read_bus_text(feed, out);
}

cJSON *dyno_metrics_executors(struct dyno_metrics *metrics, struct dyno_feed *feed)
{
    enum dyno_status status = DYNO_OK;
    if (metrics->has_executors_by_text)
        return read_rows_text(feed);
    cJSON *rows = read_rows_json(feed, &status);
    if (rows != NULL || !is_closed(status) || metrics->were_executors_searched)
        return rows;
    metrics->were_executors_searched = true;
    rows = read_rows_text(feed);
    metrics->has_executors_by_text = rows != NULL;
    return rows;
}

static void complain(struct dyno_str *out, const char *names, size_t count, const char *first)
{
    if (count > 0)
        dyno_str_appendf(out, "%s%s differ in %zu values (%s)", out->len > 0 ? "; " : "", names,
                         count, first);
}

static void reconcile_bus(struct dyno_feed *feed, struct dyno_str *out)
{
    char first[DYNO_DIFFERENCE_BYTES] = "";
    struct dyno_bus before;
    struct dyno_bus other;
    struct dyno_bus after;
    if (!read_bus_text(feed, &other) || read_bus_json(feed, &before) != DYNO_OK ||
        !read_bus_text(feed, &other) || read_bus_json(feed, &after) != DYNO_OK)
        return;
    complain(out, "/metrics/json and /metrics/prometheus",
             dyno_bus_compare(&before, &other, &after, first), first);
}

static void reconcile_executors(struct dyno_feed *feed, struct dyno_str *out)
{
    char first[DYNO_DIFFERENCE_BYTES] = "";
    enum dyno_status status = DYNO_OK;
    cJSON *before = read_rows_json(feed, &status);
    cJSON *other = before == NULL ? NULL : read_rows_text(feed);
    cJSON *after = other == NULL ? NULL : read_rows_json(feed, &status);
    if (after != NULL)
        complain(out, "/executors and /metrics/executors/prometheus",
                 dyno_executors_compare(before, other, after, first), first);
    cJSON_Delete(before);
    cJSON_Delete(other);
    cJSON_Delete(after);
}

void dyno_metrics_reconcile(struct dyno_metrics *metrics, struct dyno_feed *feed,
                            struct dyno_str *out)
{
    if (!metrics->has_executors_by_text)
        reconcile_executors(feed, out);
    if (!metrics->has_bus_by_text)
        reconcile_bus(feed, out);
}
