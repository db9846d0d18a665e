#include "base/alloc.h"
#include "base/vec.h"
#include "report/model_parts.h"
#include "report/rows.h"
#include "stats/quantile.h"

#include <sqlite3.h>

#include <stdbool.h>
#include <stdlib.h>

/* Completed statements of the measured window of one arm, by trial. Outcome 2 is ok. */
static const char sample_sql[] =
    "SELECT r.trial_id, r.query, r.intended_ns, r.claim_ns, r.send_ns, r.done_ns FROM trial t "
    "JOIN record r ON r.trial_id = t.id WHERE t.experiment_id = ?1 AND t.arm_id = ?2 "
    "AND t.role = 'measure' AND r.phase = 1 AND r.outcome = 2 "
    "ORDER BY t.epoch_wall_ms, t.id, r.intended_ns, r.seq";

struct sample {
    size_t trial;
    size_t query; /* query_count: not one of the plan */
    double t_ns;
    double series_ns[DYNO_REPORT_SERIES_COUNT];
};

/* A duration with the query that it belongs to. */
struct keyed {
    size_t query;
    double value;
};

struct reading {
    struct dyno_report_model *model;
    struct dyno_vec samples;
    int64_t trial_id; /* of the last row */
    size_t trial;
};

static void sample_row(struct sqlite3_stmt *row, void *context)
{
    struct reading *reading = context;
    int64_t trial_id = sqlite3_column_int64(row, 0);
    if (trial_id != reading->trial_id) {
        reading->trial_id = trial_id;
        reading->trial = dyno_report_trial_at(reading->model, trial_id);
    }
    if (reading->trial >= reading->model->trial_count)
        return;
    int64_t intended_ns = sqlite3_column_int64(row, 2);
    int64_t claim_ns = sqlite3_column_int64(row, 3);
    int64_t send_ns = sqlite3_column_int64(row, 4);
    int64_t done_ns = sqlite3_column_int64(row, 5);
    int64_t ready_ns = claim_ns > intended_ns ? claim_ns : intended_ns;
    struct sample *sample = dyno_vec_push(&reading->samples, NULL);
    sample->trial = reading->trial;
    sample->query = dyno_report_query_at(reading->model, sqlite3_column_int64(row, 1));
    sample->t_ns = (double)(intended_ns - reading->model->trials[reading->trial].begin_ns);
    sample->series_ns[DYNO_REPORT_RESPONSE] = (double)(done_ns - intended_ns);
    sample->series_ns[DYNO_REPORT_SERVICE] = (double)(done_ns - send_ns);
    sample->series_ns[DYNO_REPORT_WAIT] = (double)(ready_ns - intended_ns);
    sample->series_ns[DYNO_REPORT_LAG] = (double)(send_ns - ready_ns);
}

static int compare_keyed(const void *a, const void *b)
{
    const struct keyed *x = a;
    const struct keyed *y = b;
    if (x->query != y->query)
        return x->query < y->query ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/* Summaries by query of `count` samples into `out`, `stride` bytes apart. */
static void summarize_by_query(const struct sample *samples, size_t count,
                               enum dyno_report_series series, size_t query_count,
                               struct dyno_report_summary *out, size_t stride)
{
    struct keyed *keyed = dyno_xcalloc(count + 1, sizeof *keyed);
    double *values = dyno_xcalloc(count + 1, sizeof *values);
    for (size_t i = 0; i < count; i++)
        keyed[i] = (struct keyed){samples[i].query, samples[i].series_ns[series]};
    qsort(keyed, count, sizeof *keyed, compare_keyed);
    size_t at = 0;
    for (size_t query = 0; query < query_count; query++) {
        size_t len = 0;
        while (at < count && keyed[at].query == query)
            values[len++] = keyed[at++].value;
        void *place = (char *)out + query * stride;
        *(struct dyno_report_summary *)place = dyno_report_summarize(values, len);
    }
    free(keyed);
    free(values);
}

static size_t sorted_values(const struct sample *samples, size_t count,
                            enum dyno_report_series series, double *values)
{
    for (size_t i = 0; i < count; i++)
        values[i] = samples[i].series_ns[series];
    dyno_sort_f64(values, count);
    return count;
}

/* The samples of one trial, and its share of the points over time. */
static void fill_trial(struct dyno_report_model *model, const struct sample *samples, size_t count,
                       struct dyno_vec *over_time, size_t point_room)
{
    struct dyno_report_trial *trial = &model->trials[samples[0].trial];
    double *values = dyno_xcalloc(count, sizeof *values);
    trial->response =
        dyno_report_summarize(values, sorted_values(samples, count, DYNO_REPORT_RESPONSE, values));
    trial->service =
        dyno_report_summarize(values, sorted_values(samples, count, DYNO_REPORT_SERVICE, values));
    free(values);
    summarize_by_query(samples, count, DYNO_REPORT_RESPONSE, model->query_count, trial->queries,
                       sizeof *trial->queries);
    if (!trial->is_counted)
        return;
    struct dyno_report_point *points = dyno_xcalloc(count, sizeof *points);
    for (size_t i = 0; i < count; i++)
        points[i] = (struct dyno_report_point){samples[i].trial, samples[i].t_ns,
                                               samples[i].series_ns[DYNO_REPORT_RESPONSE]};
    size_t kept = dyno_report_thin(points, count, point_room);
    for (size_t i = 0; i < kept; i++)
        dyno_vec_push(over_time, &points[i]);
    free(points);
}

static void fill_trials(struct dyno_report_model *model, struct dyno_report_arm *arm,
                        const struct sample *samples, size_t count)
{
    size_t trials = 0;
    for (size_t i = 0; i < model->trial_count; i++)
        trials += model->trials[i].is_counted && &model->arms[model->trials[i].arm] == arm;
    size_t room = DYNO_REPORT_OVER_TIME_MAX / (trials > 0 ? trials : 1);
    struct dyno_vec over_time = DYNO_VEC_INIT(struct dyno_report_point);
    for (size_t from = 0, to = 0; from < count; from = to) {
        while (to < count && samples[to].trial == samples[from].trial)
            to++;
        fill_trial(model, samples + from, to - from, &over_time, room);
    }
    arm->over_time = dyno_vec_take(&over_time, &arm->over_time_count);
}

/* Keep only the samples of trials that count. */
static size_t keep_counted(const struct dyno_report_model *model, struct sample *samples,
                           size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (model->trials[samples[i].trial].is_counted)
            samples[kept++] = samples[i];
    return kept;
}

static void fill_arm(struct dyno_report_model *model, size_t arm_at, const struct sample *samples,
                     size_t count)
{
    struct dyno_report_arm *arm = &model->arms[arm_at];
    double *values = dyno_xcalloc(count + 1, sizeof *values);
    for (int i = 0; i < DYNO_REPORT_SERIES_COUNT; i++) {
        enum dyno_report_series series = (enum dyno_report_series)i;
        (void)sorted_values(samples, count, series, values);
        arm->series[i] = dyno_report_summarize(values, count);
        if (series > DYNO_REPORT_SERVICE)
            continue;
        dyno_report_curve_fill(&arm->curves[i], values, count);
        dyno_report_histogram_fill(&arm->histograms[i], values, count);
    }
    free(values);
    model->overall.arms[arm_at].response = arm->series[DYNO_REPORT_RESPONSE];
    model->overall.arms[arm_at].service = arm->series[DYNO_REPORT_SERVICE];
    if (model->query_count == 0)
        return;
    summarize_by_query(samples, count, DYNO_REPORT_RESPONSE, model->query_count,
                       &model->queries[0].arms[arm_at].response, sizeof *model->queries);
    summarize_by_query(samples, count, DYNO_REPORT_SERVICE, model->query_count,
                       &model->queries[0].arms[arm_at].service, sizeof *model->queries);
}

enum dyno_status dyno_report_load_latency(struct sqlite3 *db, struct dyno_report_model *model,
                                          struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    for (size_t arm = 0; arm < model->arm_count && status == DYNO_OK; arm++) {
        struct reading reading = {
            .model = model, .samples = DYNO_VEC_INIT(struct sample), .trial_id = -1};
        const int64_t binds[] = {model->head.id, model->arms[arm].id};
        status = dyno_report_rows(db, sample_sql, binds, sample_row, &reading, err);
        struct sample *samples = reading.samples.items;
        fill_trials(model, &model->arms[arm], samples, reading.samples.len);
        size_t counted = keep_counted(model, samples, reading.samples.len);
        fill_arm(model, arm, samples, counted);
        dyno_vec_deinit(&reading.samples);
    }
    return status;
}
