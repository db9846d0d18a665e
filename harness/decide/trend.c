#include "decide/trend.h"

#include "base/alloc.h"
#include "base/vec.h"
#include "decide/evidence.h"
#include "store/sql.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char select_arms[] =
    "SELECT e.id, e.created_utc, a.ordinal, a.name, f.workload || ' ' || f.load || ' ' || a.sha256 || "
    "' ' || f.environment, coalesce((SELECT value FROM fact WHERE experiment_id = e.id AND "
    "topic = 'workload' AND name = 'name'), '') AS workload_name "
    "FROM experiment e JOIN fingerprint f ON f.experiment_id = e.id "
    "JOIN arm a ON a.experiment_id = e.id "
    "WHERE e.state = 'finished' AND e.kind IN ('run', 'compare', 'aa') "
    "AND (e.kind <> 'aa' OR a.ordinal = 0) AND (?1 IS NULL OR workload_name = ?1) "
    "AND (?2 IS NULL OR a.name = ?2) ORDER BY e.created_utc, e.id, a.ordinal";

/** One arm of an experiment, with the texts that name its series. */
struct source {
    int64_t id;
    size_t arm;
    char created_utc[32];
    char *name, *key, *workload;
};

struct reading {
    struct dyno_trend *out;
    struct dyno_vec series;         /* struct dyno_trend_series, with points in `points` */
    struct dyno_vec points;         /* struct dyno_vec, beside `series` */
    struct dyno_evidence *evidence; /* of the experiment read last */
};

static char *text_of(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return dyno_xstrdup(text != NULL ? text : "");
}

static void take_source(sqlite3_stmt *row, struct dyno_vec *sources)
{
    struct source source = {.id = sqlite3_column_int64(row, 0),
                            .arm = (size_t)sqlite3_column_int64(row, 2),
                            .name = text_of(row, 3),
                            .key = text_of(row, 4),
                            .workload = text_of(row, 5)};
    (void)snprintf(source.created_utc, sizeof source.created_utc, "%s",
                   (const char *)sqlite3_column_text(row, 1));
    (void)dyno_vec_push(sources, &source);
}

static enum dyno_status read_sources(struct dyno_store *store,
                                     const struct dyno_trend_filter *filter,
                                     struct dyno_vec *sources, struct dyno_err *err)
{
    const struct dyno_cell cells[] = {dyno_cell_text_or_null(filter->workload),
                                      dyno_cell_text_or_null(filter->profile)};
    sqlite3_stmt *statement = NULL;
    bool has_row = true;
    enum dyno_status status =
        dyno_sql_select(dyno_store_handle(store), select_arms, cells, 2, &statement, err);
    while (status == DYNO_OK && has_row) {
        status = dyno_sql_next(statement, &has_row, err);
        if (status == DYNO_OK && has_row)
            take_source(statement, sources);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

/** Geometric mean over the usable trials of an arm; NaN if a trial lacks the metric or there is none. */
static double value_of(const struct dyno_evidence *evidence, size_t arm, enum dyno_metric metric,
                       size_t *trials_out)
{
    double sum = 0.0;
    *trials_out = 0;
    for (size_t i = 0; i < evidence->trial_count; i++) {
        const struct dyno_evidence_trial *trial = &evidence->trials[i];
        if (trial->arm != arm || !trial->is_usable)
            continue;
        sum += log(trial->overall.value[metric]);
        ++*trials_out;
    }
    return *trials_out > 0 ? exp(sum / (double)*trials_out) : (double)NAN;
}

/** The series of this key and metric, made if it is new: its place. */
static size_t series_at(struct reading *reading, const struct source *source,
                        enum dyno_metric metric)
{
    for (size_t i = 0; i < reading->series.len; i++) {
        const struct dyno_trend_series *series = dyno_vec_at(&reading->series, i);
        if (series->metric == metric && strcmp(series->key, source->key) == 0)
            return i;
    }
    const struct dyno_trend_series fresh = {.workload = dyno_xstrdup(source->workload),
                                            .profile = dyno_xstrdup(source->name),
                                            .key = dyno_xstrdup(source->key),
                                            .metric = metric};
    const struct dyno_vec points = DYNO_VEC_INIT(struct dyno_trend_point);
    (void)dyno_vec_push(&reading->series, &fresh);
    (void)dyno_vec_push(&reading->points, &points);
    return reading->series.len - 1;
}

static void add_point(struct reading *reading, const struct source *source, enum dyno_metric metric)
{
    struct dyno_trend_point point = {.experiment_id = source->id};
    point.ns = value_of(reading->evidence, source->arm, metric, &point.trials);
    memcpy(point.created_utc, source->created_utc, sizeof point.created_utc);
    if (point.ns > 0.0 && isfinite(point.ns))
        (void)dyno_vec_push(dyno_vec_at(&reading->points, series_at(reading, source, metric)),
                            &point);
}

static enum dyno_status read_one(struct dyno_store *store, struct reading *reading,
                                 const struct source *source, enum dyno_metric only,
                                 struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    if (reading->evidence == NULL || reading->evidence->id != source->id) {
        dyno_evidence_free(reading->evidence);
        reading->evidence = NULL;
        reading->out->experiments++;
        status = dyno_evidence_load(store, source->id, &reading->evidence, err);
    }
    for (int metric = 0; status == DYNO_OK && metric < DYNO_METRIC_COUNT; metric++)
        if (only == DYNO_METRIC_COUNT ? metric < DYNO_METRIC_PLAIN : metric == (int)only)
            add_point(reading, source, (enum dyno_metric)metric);
    return status;
}

static void find_changes(struct dyno_trend_series *series,
                         const struct dyno_changepoint_options *options)
{
    size_t count = series->point_count;
    double *values = dyno_xcalloc(count + 1, sizeof *values);
    size_t *scratch = dyno_xcalloc(count + 1, sizeof *scratch);
    series->changes = dyno_xcalloc(count + 1, sizeof *series->changes);
    for (size_t i = 0; i < count; i++)
        values[i] = series->points[i].ns;
    series->change_count = dyno_changepoints(values, count, options, series->changes, scratch);
    free(values);
    free(scratch);
}

enum dyno_status dyno_trend_load(struct dyno_store *store, const struct dyno_trend_filter *filter,
                                 const struct dyno_changepoint_options *options,
                                 struct dyno_trend *out, struct dyno_err *err)
{
    struct dyno_vec sources = DYNO_VEC_INIT(struct source);
    struct reading reading = {.out = out,
                              .series = DYNO_VEC_INIT(struct dyno_trend_series),
                              .points = DYNO_VEC_INIT(struct dyno_vec)};
    *out = (struct dyno_trend){.series = NULL};
    enum dyno_status status = read_sources(store, filter, &sources, err);
    for (size_t i = 0; i < sources.len; i++) {
        struct source *source = dyno_vec_at(&sources, i);
        if (status == DYNO_OK)
            status = read_one(store, &reading, source, filter->metric, err);
        free(source->name);
        free(source->key);
        free(source->workload);
    }
    dyno_evidence_free(reading.evidence);
    dyno_vec_deinit(&sources);
    for (size_t i = 0; i < reading.series.len; i++) {
        struct dyno_trend_series *series = dyno_vec_at(&reading.series, i);
        series->points = dyno_vec_take(dyno_vec_at(&reading.points, i), &series->point_count);
        find_changes(series, options);
    }
    dyno_vec_deinit(&reading.points);
    out->series = dyno_vec_take(&reading.series, &out->count);
    return status;
}

void dyno_trend_deinit(struct dyno_trend *trend)
{
    for (size_t i = 0; i < trend->count; i++) {
        free(trend->series[i].workload);
        free(trend->series[i].profile);
        free(trend->series[i].key);
        free(trend->series[i].points);
        free(trend->series[i].changes);
    }
    free(trend->series);
    *trend = (struct dyno_trend){.series = NULL};
}
