#include "base/alloc.h"
#include "base/vec.h"
#include "report/model_parts.h"
#include "report/rows.h"

#include <sqlite3.h>

#include <stdlib.h>

/* Points of all curves together; a curve keeps its first ten executions and then every n-th. */
#define WARMUP_POINTS_MAX 12000
#define CURVE_POINTS_MAX  150

static const char warmup_sql[] =
    "SELECT t.arm_id, r.query, t.id, r.done_ns - r.send_ns FROM trial t "
    "JOIN record r ON r.trial_id = t.id WHERE t.experiment_id = ?1 AND t.role = 'warmup' "
    "AND r.outcome = 2 ORDER BY t.arm_id, r.query, t.id, r.send_ns, r.seq";

struct execution {
    size_t arm;
    int64_t query, trial_id, execution;
    double service_ns;
};

struct reading {
    const struct dyno_report_model *model;
    struct dyno_vec executions;
};

static void warmup_row(struct sqlite3_stmt *row, void *context)
{
    struct reading *reading = context;
    struct execution now = {
        .arm = dyno_report_arm_at(reading->model, sqlite3_column_int64(row, 0)),
        .query = sqlite3_column_int64(row, 1),
        .trial_id = sqlite3_column_int64(row, 2),
        .execution = 1,
        .service_ns = sqlite3_column_double(row, 3),
    };
    if (now.arm >= reading->model->arm_count ||
        dyno_report_query_at(reading->model, now.query) >= reading->model->query_count)
        return;
    if (reading->executions.len > 0) {
        const struct execution *last =
            dyno_vec_at(&reading->executions, reading->executions.len - 1);
        if (last->arm == now.arm && last->query == now.query && last->trial_id == now.trial_id)
            now.execution = last->execution + 1;
    }
    dyno_vec_push(&reading->executions, &now);
}

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_executions(const void *a, const void *b)
{
    const struct execution *x = a;
    const struct execution *y = b;
    int order = compare_i64((int64_t)x->arm, (int64_t)y->arm);
    if (order == 0)
        order = compare_i64(x->query, y->query);
    if (order == 0)
        order = compare_i64(x->execution, y->execution);
    return order != 0 ? order : (x->service_ns > y->service_ns) - (x->service_ns < y->service_ns);
}

static int is_same_point(const struct execution *a, const struct execution *b)
{
    return a->arm == b->arm && a->query == b->query && a->execution == b->execution;
}

/* One point for `count` executions of equal number, which are sorted by time. */
static struct dyno_report_warmup_point median_point(const struct execution *items, size_t count)
{
    double low = items[(count - 1) / 2].service_ns;
    double high = items[count / 2].service_ns;
    return (struct dyno_report_warmup_point){.arm = items[0].arm,
                                             .query = items[0].query,
                                             .execution = items[0].execution,
                                             .n = (int64_t)count,
                                             .service_ns = (low + high) / 2};
}

static int64_t longest(const struct execution *items, size_t count)
{
    int64_t most = 0;
    for (size_t i = 0; i < count; i++)
        if (items[i].execution > most)
            most = items[i].execution;
    return most;
}

enum dyno_status dyno_report_load_warmup(struct sqlite3 *db, struct dyno_report_model *model,
                                         struct dyno_err *err)
{
    struct reading reading = {.model = model, .executions = DYNO_VEC_INIT(struct execution)};
    enum dyno_status status =
        dyno_report_rows(db, warmup_sql, &model->head.id, warmup_row, &reading, err);
    size_t count = reading.executions.len;
    struct execution *items = reading.executions.items;
    if (count > 1)
        qsort(items, count, sizeof *items, compare_executions);
    int64_t curves = (int64_t)(model->arm_count * model->query_count);
    int64_t room = curves > 0 ? WARMUP_POINTS_MAX / curves : 0;
    room = room > CURVE_POINTS_MAX ? CURVE_POINTS_MAX : room < 1 ? 1 : room;
    int64_t stride = longest(items, count) / room + 1;
    struct dyno_vec points = DYNO_VEC_INIT(struct dyno_report_warmup_point);
    for (size_t from = 0, to = 0; from < count; from = to) {
        while (to < count && is_same_point(&items[from], &items[to]))
            to++;
        struct dyno_report_warmup_point point = median_point(items + from, to - from);
        if (point.execution <= 10 || point.execution % stride == 0)
            dyno_vec_push(&points, &point);
    }
    model->warmup = dyno_vec_take(&points, &model->warmup_count);
    dyno_vec_deinit(&reading.executions);
    return status;
}
