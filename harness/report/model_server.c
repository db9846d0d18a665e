#include "report/model_parts.h"
#include "report/rows.h"

#include <sqlite3.h>

#include <math.h>
#include <string.h>

/* Totals since the server's start only grow, so largest less smallest is what a trial added. */
static const char server_sql[] =
    "SELECT t.id, t.arm_id, c.source, c.name, MIN(c.value), MAX(c.value), "
    "(MAX(c.t_ns) - MIN(c.t_ns)) / 1e9 FROM trial t JOIN counter c ON c.trial_id = t.id "
    "WHERE t.experiment_id = ?1 AND t.role = 'measure' "
    "GROUP BY t.id, c.source, c.name ORDER BY t.id";

enum fold {
    SHARE_OF_MS, /* % of the time */
    PER_SECOND,
    ADDED,
    LARGEST
};

static const struct {
    const char *source, *name;
    enum fold fold;
} sources[DYNO_SERVER_METRICS] = {
    [DYNO_SERVER_GC] = {"executors", "driver_gc_ms", SHARE_OF_MS},
    [DYNO_SERVER_MAJOR_GC] = {"executors", "major_gc_count", ADDED},
    [DYNO_SERVER_CPU] = {"host", "server_cpu_s", PER_SECOND},
    [DYNO_SERVER_RSS] = {"host", "server_rss_bytes", LARGEST},
    [DYNO_SERVER_HEAP] = {"executors", "peak_heap_bytes", LARGEST},
    [DYNO_SERVER_OFFHEAP] = {"executors", "peak_offheap_bytes", LARGEST},
    [DYNO_SERVER_EXECUTION] = {"executors", "peak_execution_bytes", LARGEST},
    [DYNO_SERVER_STORAGE] = {"executors", "peak_storage_bytes", LARGEST},
    [DYNO_SERVER_UNIFIED] = {"executors", "peak_unified_bytes", LARGEST},
    [DYNO_SERVER_DROPPED] = {"listenerbus", "dropped_events", ADDED},
    [DYNO_SERVER_QUEUE] = {"listenerbus", "queue_size", LARGEST},
};

struct reading {
    struct dyno_report_model *model;
    double span_s[DYNO_REPORT_ARMS][DYNO_SERVER_METRICS];
};

static int metric_of(const char *source, const char *name)
{
    int i = 0;
    while (i < DYNO_SERVER_METRICS &&
           (strcmp(sources[i].source, source) != 0 || strcmp(sources[i].name, name) != 0))
        i++;
    return i;
}

static void server_row(struct sqlite3_stmt *row, void *context)
{
    struct reading *reading = context;
    struct dyno_report_model *model = reading->model;
    size_t trial = dyno_report_trial_at(model, sqlite3_column_int64(row, 0));
    size_t arm = dyno_report_arm_at(model, sqlite3_column_int64(row, 1));
    int metric = metric_of((const char *)sqlite3_column_text(row, 2),
                           (const char *)sqlite3_column_text(row, 3));
    if (trial >= model->trial_count || !model->trials[trial].is_counted ||
        arm >= model->arm_count || metric >= DYNO_SERVER_METRICS)
        return;
    double least = dyno_report_column_f64(row, 4);
    double most = dyno_report_column_f64(row, 5);
    double *value = &model->servers[arm].value[metric];
    if (sources[metric].fold == LARGEST) {
        *value = fmax(*value, most);
        return;
    }
    *value = (isnan(*value) ? 0 : *value) + most - least;
    reading->span_s[arm][metric] += dyno_report_column_f64(row, 6);
}

static void take_shares(struct reading *reading, size_t arm)
{
    for (int i = 0; i < DYNO_SERVER_METRICS; i++) {
        double *value = &reading->model->servers[arm].value[i];
        double span_s = reading->span_s[arm][i];
        if (sources[i].fold == PER_SECOND)
            *value = span_s > 0 ? *value / span_s : (double)NAN;
        else if (sources[i].fold == SHARE_OF_MS)
            *value = span_s > 0 ? *value / span_s / 10 : (double)NAN;
    }
}

enum dyno_status dyno_report_load_servers(struct sqlite3 *db, struct dyno_report_model *model,
                                          struct dyno_err *err)
{
    struct reading reading = {.model = model};
    for (size_t arm = 0; arm < DYNO_REPORT_ARMS; arm++)
        for (int i = 0; i < DYNO_SERVER_METRICS; i++)
            model->servers[arm].value[i] = (double)NAN;
    enum dyno_status status =
        dyno_report_rows(db, server_sql, &model->head.id, server_row, &reading, err);
    for (size_t arm = 0; arm < DYNO_REPORT_ARMS; arm++)
        take_shares(&reading, arm);
    return status;
}
