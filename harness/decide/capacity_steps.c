#include "decide/capacity_steps.h"

#include "base/vec.h"
#include "store/sql.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Throughput counts what was answered inside the window, whenever it was sent. */
static const char select_steps[] =
    "SELECT s.trial_id, s.restart, s.sessions, s.purpose = 'search', s.rate_per_s, s.window_ns / 1e9, "
    "(SELECT count(*) FROM record r WHERE r.trial_id = t.id AND r.outcome = 2 AND "
    "r.done_ns BETWEEN t.measure_begin_ns AND t.measure_end_ns) * 1e9 / "
    "max(1, t.measure_end_ns - t.measure_begin_ns), "
    "(SELECT avg(r.done_ns - r.send_ns) / 1e9 FROM record r WHERE r.trial_id = t.id AND "
    "r.outcome = 2 AND r.phase = 1), "
    "(SELECT avg(spill_memory_bytes + spill_disk_bytes) FROM spark_statement p WHERE p.trial_id = t.id), "
    "(SELECT sum(gc_ms) / nullif(sum(run_ms), 0) FROM spark_statement p WHERE p.trial_id = t.id), "
    "coalesce((SELECT json_extract(plan_json, '$.load.think_ns') FROM experiment e WHERE e.id = "
    "t.experiment_id), 0) / 1e9, "
    /* The mean number in the system: each statement's stay, clipped to the window. */
    "(SELECT sum(min(CASE WHEN r.done_ns >= 0 AND r.outcome NOT IN (0, 1, 5, 14) THEN r.done_ns ELSE "
    "t.measure_end_ns END, t.measure_end_ns) - max(r.intended_ns, t.measure_begin_ns)) * 1.0 / "
    "max(1, t.measure_end_ns - t.measure_begin_ns) FROM record r WHERE r.trial_id = t.id AND "
    "r.intended_ns BETWEEN 0 AND t.measure_end_ns AND (r.done_ns < 0 OR r.done_ns > t.measure_begin_ns)), "
    "(SELECT avg(r.done_ns - r.intended_ns) / 1e9 FROM record r WHERE r.trial_id = t.id AND "
    "r.outcome = 2 AND r.done_ns BETWEEN t.measure_begin_ns AND t.measure_end_ns) "
    "FROM step s JOIN trial t ON t.id = s.trial_id WHERE t.experiment_id = ?1 ORDER BY t.id";

static double number_of(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? (double)NAN
                                                           : sqlite3_column_double(row, column);
}

static void take_step(sqlite3_stmt *row, struct dyno_vec *steps)
{
    const struct dyno_capacity_step step = {
        .trial_id = sqlite3_column_int64(row, 0),
        .restart = sqlite3_column_int64(row, 1),
        .sessions = sqlite3_column_int64(row, 2),
        .is_search = sqlite3_column_int(row, 3) != 0,
        .rate_per_s = number_of(row, 4),
        .window_s = number_of(row, 5),
        .throughput_per_s = number_of(row, 6),
        .service_s = number_of(row, 7),
        .spill_bytes = number_of(row, 8),
        .gc_ratio = number_of(row, 9),
        .think_s = number_of(row, 10),
        .in_system = number_of(row, 11),
        .response_s = number_of(row, 12),
    };
    (void)dyno_vec_push(steps, &step);
}

enum dyno_status dyno_capacity_steps_load(struct dyno_store *store, int64_t experiment_id,
                                          const struct dyno_slo *slo,
                                          struct dyno_capacity_step **out, size_t *count_out,
                                          struct dyno_err *err)
{
    struct dyno_vec steps = DYNO_VEC_INIT(struct dyno_capacity_step);
    sqlite3_stmt *statement = NULL;
    bool has_row = true;
    struct dyno_cell cell = dyno_cell_i64(experiment_id);
    enum dyno_status status =
        dyno_sql_select(dyno_store_handle(store), select_steps, &cell, 1, &statement, err);
    while (status == DYNO_OK && has_row) {
        status = dyno_sql_next(statement, &has_row, err);
        if (status == DYNO_OK && has_row)
            take_step(statement, &steps);
    }
    (void)sqlite3_finalize(statement);
    for (size_t i = 0; status == DYNO_OK && i < steps.len; i++) {
        struct dyno_capacity_step *step = dyno_vec_at(&steps, i);
        status = dyno_slo_judge(store, step->trial_id, slo, &step->slo, err);
    }
    *out = dyno_vec_take(&steps, count_out);
    return status;
}

double dyno_capacity_little_error(const struct dyno_capacity_step *step)
{
    double inside = isnan(step->rate_per_s) ? (double)step->sessions : step->in_system;
    double stay_s = isnan(step->rate_per_s) ? step->service_s + step->think_s : step->response_s;
    if (!(inside > 0.0))
        return (double)NAN;
    return fabs(step->throughput_per_s * stay_s - inside) / inside;
}
