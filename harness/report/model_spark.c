#include "base/alloc.h"
#include "base/vec.h"
#include "report/model_parts.h"
#include "report/rows.h"

#include <sqlite3.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Changes below this are left out of the list. */
#define SMALLEST_CHANGE 0.0953 /* ln 1.1 */

static const char spark_sql[] =
    "SELECT t.id, t.arm_id, s.query, s.statements, s.execution_known, s.scheduler_delay_known, "
    "s.task_max_known, s.task_median_known, s.skew_known, " DYNO_SPARK_METRIC_COLUMNS
    " FROM trial t JOIN spark_sum s ON s.trial_id = t.id "
    "WHERE t.experiment_id = ?1 AND t.role = 'measure' ORDER BY t.id, s.query";

#define STATEMENTS_COLUMN   3
#define FIRST_METRIC_COLUMN 9

/* Which column says of how many statements a number is known; of the others it is known of all. */
static const int known_columns[DYNO_SPARK_METRICS] = {
    [DYNO_SPARK_EXECUTION] = 4, [DYNO_SPARK_SCHEDULER_DELAY] = 5,
    [DYNO_SPARK_TASK_MAX] = 6,  [DYNO_SPARK_TASK_MEDIAN] = 7,
    [DYNO_SPARK_SKEW] = 8,
};

/* Sums, one cell for each arm and query; the last query is all of them. */
struct cell {
    int64_t statements;
    double sum[DYNO_SPARK_METRICS];
    int64_t known[DYNO_SPARK_METRICS];
};

struct reading {
    const struct dyno_report_model *model;
    struct cell *cells;
    int64_t trial_id;
    bool is_counted;
};

static struct cell *cell_at(const struct reading *reading, size_t arm, size_t query)
{
    return &reading->cells[arm * (reading->model->query_count + 1) + query];
}

static void add_row(struct cell *cell, struct sqlite3_stmt *row)
{
    cell->statements += sqlite3_column_int64(row, STATEMENTS_COLUMN);
    for (int i = 0; i < DYNO_SPARK_METRICS; i++) {
        int column = known_columns[i] != 0 ? known_columns[i] : STATEMENTS_COLUMN;
        cell->sum[i] += sqlite3_column_double(row, FIRST_METRIC_COLUMN + i);
        cell->known[i] += sqlite3_column_int64(row, column);
    }
}

static void spark_row(struct sqlite3_stmt *row, void *context)
{
    struct reading *reading = context;
    const struct dyno_report_model *model = reading->model;
    int64_t trial_id = sqlite3_column_int64(row, 0);
    if (trial_id != reading->trial_id) {
        size_t at = dyno_report_trial_at(model, trial_id);
        reading->trial_id = trial_id;
        reading->is_counted = at < model->trial_count && model->trials[at].is_counted;
    }
    size_t arm = dyno_report_arm_at(model, sqlite3_column_int64(row, 1));
    size_t query = dyno_report_query_at(model, sqlite3_column_int64(row, 2));
    if (!reading->is_counted || arm >= model->arm_count || query >= model->query_count)
        return;
    add_row(cell_at(reading, arm, query), row);
}

/* The cell of all queries, from theirs. */
static void add_up(const struct reading *reading, size_t arm)
{
    size_t query_count = reading->model->query_count;
    struct cell *all = cell_at(reading, arm, query_count);
    for (size_t query = 0; query < query_count; query++) {
        const struct cell *one = cell_at(reading, arm, query);
        all->statements += one->statements;
        for (int i = 0; i < DYNO_SPARK_METRICS; i++) {
            all->sum[i] += one->sum[i];
            all->known[i] += one->known[i];
        }
    }
}

static void take_cell(const struct cell *cell, struct dyno_report_query_arm *out)
{
    out->joined = cell->statements;
    for (int i = 0; i < DYNO_SPARK_METRICS; i++)
        out->spark[i] = cell->known[i] > 0 ? cell->sum[i] / (double)cell->known[i] : (double)NAN;
}

/* Latency told once more, by Spark: no explanation of latency. */
static bool is_latency(enum dyno_spark_metric metric)
{
    return metric == DYNO_SPARK_EXECUTION || metric == DYNO_SPARK_JOB;
}

/* Signed size of a change on a log scale that is blind below the metric's floor; 0: none. */
static double change_of(const struct dyno_report_query *query, enum dyno_spark_metric metric)
{
    double base = query->arms[0].spark[metric];
    double candidate = query->arms[1].spark[metric];
    double floor = dyno_spark_metric_info(metric)->floor;
    if (isnan(base) || isnan(candidate) || fabs(candidate - base) <= floor)
        return 0;
    double change = log((candidate + floor) / (base + floor));
    return fabs(change) >= SMALLEST_CHANGE ? change : 0;
}

static bool find_change(const struct dyno_report_model *model, enum dyno_spark_metric metric,
                        struct dyno_report_change *out)
{
    double best = 0;
    for (size_t i = 0; i < model->query_count; i++) {
        double change = change_of(&model->queries[i], metric);
        if (fabs(change) <= fabs(best))
            continue;
        best = change;
        out->query = &model->queries[i];
    }
    if (best == 0 || out->query == NULL)
        return false;
    out->metric = metric;
    out->weight = fabs(best);
    out->base = out->query->arms[0].spark[metric];
    out->candidate = out->query->arms[1].spark[metric];
    out->ratio = out->base > 0 ? out->candidate / out->base : (double)INFINITY;
    for (size_t i = 0; i < model->query_count; i++)
        if (&model->queries[i] != out->query && change_of(&model->queries[i], metric) * best > 0)
            out->also_queries++;
    return true;
}

static int compare_changes(const void *a, const void *b)
{
    const struct dyno_report_change *x = a;
    const struct dyno_report_change *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return (int)x->metric - (int)y->metric;
}

static void find_changes(struct dyno_report_model *model)
{
    struct dyno_vec changes = DYNO_VEC_INIT(struct dyno_report_change);
    for (int i = 0; i < DYNO_SPARK_METRICS; i++) {
        struct dyno_report_change change = {.metric = DYNO_SPARK_JOBS};
        if (!is_latency((enum dyno_spark_metric)i) &&
            find_change(model, (enum dyno_spark_metric)i, &change))
            dyno_vec_push(&changes, &change);
    }
    model->changes = dyno_vec_take(&changes, &model->change_count);
    if (model->change_count > 1)
        qsort(model->changes, model->change_count, sizeof *model->changes, compare_changes);
}

enum dyno_status dyno_report_load_spark(struct sqlite3 *db, struct dyno_report_model *model,
                                        struct dyno_err *err)
{
    size_t cells = DYNO_REPORT_ARMS * (model->query_count + 1);
    struct reading reading = {
        .model = model, .cells = dyno_xcalloc(cells, sizeof *reading.cells), .trial_id = -1};
    enum dyno_status status =
        dyno_report_rows(db, spark_sql, &model->head.id, spark_row, &reading, err);
    for (size_t arm = 0; arm < DYNO_REPORT_ARMS; arm++) {
        for (size_t query = 0; query < model->query_count; query++)
            take_cell(cell_at(&reading, arm, query), &model->queries[query].arms[arm]);
        add_up(&reading, arm);
        take_cell(cell_at(&reading, arm, model->query_count), &model->overall.arms[arm]);
    }
    free(reading.cells);
    if (status == DYNO_OK && dyno_report_is_compare(model))
        find_changes(model);
    return status;
}
