#include "base/alloc.h"
#include "base/vec.h"
#include "load/record.h"
#include "report/model_parts.h"
#include "report/rows.h"
#include "stats/sort.h"
#include "store/horizon.h"

#include <sqlite3.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Statements of the measured window of one arm, by trial: those that ended well, and those that were cut
 * off, of which only a lower bound is known. What failed is counted apart. */
static const char sample_sql[] =
    "SELECT r.trial_id, r.query, r.intended_ns, r.claim_ns, r.send_ns, r.done_ns, r.outcome "
    "FROM trial t JOIN record r ON r.trial_id = t.id WHERE t.experiment_id = ?1 AND t.arm_id = ?2 "
    "AND t.role = 'measure' AND r.phase = 1 AND r.intended_ns >= 0 "
    "ORDER BY t.id, r.seq";

/* Until when each trial looked: what had not ended by then took longer. */
static const char horizon_sql[] =
    "SELECT t.id, " DYNO_TRIAL_HORIZON_SQL " FROM trial t "
    "WHERE t.experiment_id = ?1 AND t.arm_id = ?2 AND t.role = 'measure'";

struct sample {
    size_t trial;
    size_t query; /* query_count: not one of the plan */
    bool is_cut;  /* the durations are lower bounds */
    double t_ns;
    double series_ns[DYNO_REPORT_SERIES_COUNT]; /* NAN: this statement has none */
};

struct reading {
    struct dyno_report_model *model;
    struct dyno_vec samples;
    int64_t *horizon_ns; /* by trial */
    int64_t trial_id;    /* of the last row */
    size_t trial;
};

static void horizon_row(struct sqlite3_stmt *row, void *context)
{
    struct reading *reading = context;
    size_t trial = dyno_report_trial_at(reading->model, sqlite3_column_int64(row, 0));
    if (trial < reading->model->trial_count)
        reading->horizon_ns[trial] = sqlite3_column_int64(row, 1);
}

/* One that was never sent has a response, of which the wait is a part, but no service. */
static void take_cut_off(struct sample *sample, int64_t intended_ns, int64_t send_ns,
                         int64_t until_ns)
{
    sample->is_cut = true;
    for (size_t i = 0; i < DYNO_REPORT_SERIES_COUNT; i++)
        sample->series_ns[i] = (double)NAN;
    sample->series_ns[DYNO_REPORT_RESPONSE] = (double)(until_ns - intended_ns);
    if (send_ns >= 0)
        sample->series_ns[DYNO_REPORT_SERVICE] = (double)(until_ns - send_ns);
}

static void sample_row(struct sqlite3_stmt *row, void *context)
{
    struct reading *reading = context;
    enum dyno_outcome outcome = (enum dyno_outcome)sqlite3_column_int(row, 6);
    if (outcome != DYNO_OUTCOME_OK && !dyno_outcome_is_cut_off(outcome))
        return;
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
    if (outcome != DYNO_OUTCOME_OK) {
        take_cut_off(sample, intended_ns, send_ns,
                     done_ns >= 0 ? done_ns : reading->horizon_ns[reading->trial]);
        return;
    }
    sample->series_ns[DYNO_REPORT_RESPONSE] = (double)(done_ns - intended_ns);
    sample->series_ns[DYNO_REPORT_SERVICE] = (double)(done_ns - send_ns);
    sample->series_ns[DYNO_REPORT_WAIT] = (double)(ready_ns - intended_ns);
    sample->series_ns[DYNO_REPORT_LAG] = (double)(send_ns - ready_ns);
}

/* Durations or bounds of one series, put together by query; each group ascends. */
struct groups {
    double *values;
    size_t *from; /* by query; one more is the end of the last */
};

static bool belongs(const struct sample *sample, enum dyno_report_series series, bool is_cut,
                    size_t query_count)
{
    return sample->is_cut == is_cut && sample->query < query_count &&
           !isnan(sample->series_ns[series]);
}

static struct groups group_by_query(const struct sample *samples, size_t count,
                                    enum dyno_report_series series, bool is_cut, size_t query_count)
{
    struct groups out = {.values = dyno_xcalloc(count + 1, sizeof(double)),
                         .from = dyno_xcalloc(query_count + 2, sizeof(size_t))};
    /* Counted two places ahead, so that filling moves each start to the place where its group ends. */
    for (size_t i = 0; i < count; i++)
        if (belongs(&samples[i], series, is_cut, query_count))
            out.from[samples[i].query + 2]++;
    for (size_t query = 0; query < query_count; query++)
        out.from[query + 2] += out.from[query + 1];
    for (size_t i = 0; i < count; i++)
        if (belongs(&samples[i], series, is_cut, query_count))
            out.values[out.from[samples[i].query + 1]++] = samples[i].series_ns[series];
    for (size_t query = 0; query < query_count; query++)
        dyno_sort_f64(out.values + out.from[query], out.from[query + 1] - out.from[query]);
    return out;
}

static void groups_free(struct groups *groups)
{
    free(groups->values);
    free(groups->from);
}

/* Summaries by query of `count` samples into `out`, `stride` bytes apart. */
static void summarize_by_query(const struct sample *samples, size_t count,
                               enum dyno_report_series series, size_t query_count,
                               struct dyno_report_summary *out, size_t stride)
{
    struct groups exact = group_by_query(samples, count, series, false, query_count);
    struct groups cut = group_by_query(samples, count, series, true, query_count);
    for (size_t query = 0; query < query_count; query++) {
        const struct dyno_report_durations durations = {
            .sorted = exact.values + exact.from[query],
            .count = exact.from[query + 1] - exact.from[query],
            .bounds = cut.values + cut.from[query],
            .bound_count = cut.from[query + 1] - cut.from[query],
        };
        void *place = (char *)out + query * stride;
        *(struct dyno_report_summary *)place = dyno_report_summarize(&durations);
    }
    groups_free(&exact);
    groups_free(&cut);
}

/* Room for the durations of one series of `count` samples, exact ones and bounds. */
struct series {
    double *values;
    double *bounds;
};

static struct series series_new(size_t count)
{
    return (struct series){.values = dyno_xcalloc(count + 1, sizeof(double)),
                           .bounds = dyno_xcalloc(count + 1, sizeof(double))};
}

static void series_free(struct series *room)
{
    free(room->values);
    free(room->bounds);
}

/* Borrowed from `room` until it is filled again. */
static struct dyno_report_durations series_fill(struct series *room, const struct sample *samples,
                                                size_t count, enum dyno_report_series series)
{
    struct dyno_report_durations out = {.sorted = room->values, .bounds = room->bounds};
    for (size_t i = 0; i < count; i++) {
        double ns = samples[i].series_ns[series];
        if (samples[i].is_cut && !isnan(ns))
            room->bounds[out.bound_count++] = ns;
        else if (!samples[i].is_cut)
            room->values[out.count++] = ns;
    }
    dyno_sort_f64(room->values, out.count);
    dyno_sort_f64(room->bounds, out.bound_count);
    return out;
}

static void thin_over_time(const struct sample *samples, size_t count, struct dyno_vec *over_time,
                           size_t point_room)
{
    struct dyno_report_point *points = dyno_xcalloc(count, sizeof *points);
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        if (!samples[i].is_cut)
            points[len++] = (struct dyno_report_point){samples[i].trial, samples[i].t_ns,
                                                       samples[i].series_ns[DYNO_REPORT_RESPONSE]};
    size_t kept = dyno_report_thin(points, len, point_room);
    for (size_t i = 0; i < kept; i++)
        dyno_vec_push(over_time, &points[i]);
    free(points);
}

/* The samples of one trial, and its share of the points over time. */
static void fill_trial(struct dyno_report_model *model, const struct sample *samples, size_t count,
                       struct dyno_vec *over_time, size_t point_room)
{
    struct dyno_report_trial *trial = &model->trials[samples[0].trial];
    struct series room = series_new(count);
    struct dyno_report_durations durations =
        series_fill(&room, samples, count, DYNO_REPORT_RESPONSE);
    trial->response = dyno_report_summarize(&durations);
    durations = series_fill(&room, samples, count, DYNO_REPORT_SERVICE);
    trial->service = dyno_report_summarize(&durations);
    series_free(&room);
    summarize_by_query(samples, count, DYNO_REPORT_RESPONSE, model->query_count, trial->queries,
                       sizeof *trial->queries);
    if (trial->is_counted)
        thin_over_time(samples, count, over_time, point_room);
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
    struct series room = series_new(count);
    for (int i = 0; i < DYNO_REPORT_SERIES_COUNT; i++) {
        enum dyno_report_series series = (enum dyno_report_series)i;
        struct dyno_report_durations durations = series_fill(&room, samples, count, series);
        arm->series[i] = dyno_report_summarize(&durations);
        if (series > DYNO_REPORT_SERVICE)
            continue;
        dyno_report_curve_fill(&arm->curves[i], &durations);
        dyno_report_histogram_fill(&arm->histograms[i], durations.sorted, durations.count);
    }
    series_free(&room);
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
        reading.horizon_ns = dyno_xcalloc(model->trial_count + 1, sizeof *reading.horizon_ns);
        status = dyno_report_rows(db, horizon_sql, binds, horizon_row, &reading, err);
        if (status == DYNO_OK)
            status = dyno_report_rows(db, sample_sql, binds, sample_row, &reading, err);
        free(reading.horizon_ns);
        struct sample *samples = reading.samples.items;
        fill_trials(model, &model->arms[arm], samples, reading.samples.len);
        size_t counted = keep_counted(model, samples, reading.samples.len);
        fill_arm(model, arm, samples, counted);
        dyno_vec_deinit(&reading.samples);
    }
    return status;
}
