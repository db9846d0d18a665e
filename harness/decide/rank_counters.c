#include "decide/rank_counters.h"

#include "base/alloc.h"
#include "store/rank.h"
#include "store/sql.h"

#include <math.h>
#include <stdlib.h>

static const char *const counters[] = {
    "jobs",
    "tasks",
    "run_ms",
    "cpu_ms",
    "gc_ms",
    "scheduler_delay_ms",
    "deserialize_ms",
    "shuffle_read_bytes",
    "shuffle_write_bytes",
    "spill_disk_bytes",
    "input_bytes",
    "peak_memory_bytes",
};

#define COUNTERS (sizeof counters / sizeof counters[0])

/* Means over the measured statements of a trial that completed, in the order of `counters`. */
static const char select_means[] =
    "SELECT avg(s.jobs), avg(s.tasks), avg(s.run_ms), avg(s.cpu_ms), avg(s.gc_ms), "
    "avg(s.scheduler_delay_ms), avg(s.deserialize_ms), avg(s.shuffle_read_bytes), "
    "avg(s.shuffle_write_bytes), avg(s.spill_disk_bytes), avg(s.input_bytes), "
    "avg(s.peak_memory_bytes) FROM spark_statement s JOIN record r ON r.trial_id = s.trial_id "
    "AND r.seq = s.seq WHERE s.trial_id = ?1 AND r.phase = 1 AND r.outcome = 2";

static enum dyno_status read_means(sqlite3 *db, int64_t trial_id, double *means,
                                   struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    struct dyno_cell cell = dyno_cell_i64(trial_id);
    enum dyno_status status = dyno_sql_select(db, select_means, &cell, 1, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    for (size_t c = 0; c < COUNTERS; c++) {
        bool is_known = has_row && sqlite3_column_type(statement, (int)c) != SQLITE_NULL;
        means[c] = is_known ? sqlite3_column_double(statement, (int)c) : (double)NAN;
    }
    (void)sqlite3_finalize(statement);
    return status;
}

/** NaN if there are fewer than three trials, one has no number, or nothing varies. */
static double correlate(const struct dyno_rank_trial *trials, const double *means, size_t count,
                        size_t counter)
{
    double x_mean = 0.0;
    double y_mean = 0.0;
    double xx = 0.0;
    double yy = 0.0;
    double xy = 0.0;
    for (size_t i = 0; i < count; i++) {
        x_mean += log1p(means[i * COUNTERS + counter]) / (double)count;
        y_mean += trials[i].log / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        double x = log1p(means[i * COUNTERS + counter]) - x_mean;
        double y = trials[i].log - y_mean;
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    /* What is left by rounding alone is no variation. */
    bool varies = xx > 1e-18 && yy > 1e-18;
    return count >= 3 && varies ? xy / sqrt(xx * yy) : (double)NAN;
}

static double level_mean(const struct dyno_rank_design *design,
                         const struct dyno_rank_trial *trials, const double *means, size_t count,
                         const size_t place[2], int level)
{
    double sum = 0.0;
    double n = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (dyno_factorial_level(&design->design, trials[i].run, (int)place[0]) != level)
            continue;
        sum += means[i * COUNTERS + place[1]];
        n += 1.0;
    }
    return sum / n;
}

enum dyno_status dyno_rank_counters(struct dyno_store *store, const struct dyno_rank_design *design,
                                    const struct dyno_rank_trial *trials, size_t count,
                                    struct dyno_vec *out, struct dyno_err *err)
{
    sqlite3 *db = dyno_store_handle(store);
    double *means = dyno_xcalloc(count * COUNTERS + 1, sizeof *means);
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; status == DYNO_OK && i < count; i++)
        status = read_means(db, trials[i].id, means + i * COUNTERS, err);
    for (size_t c = 0; status == DYNO_OK && c < COUNTERS; c++) {
        double correlation = correlate(trials, means, count, c);
        for (int f = 0; f < design->design.factor_count; f++) {
            const size_t place[2] = {(size_t)f, c};
            const struct dyno_store_factor_counter row = {
                .factor = f,
                .counter = counters[c],
                .low = level_mean(design, trials, means, count, place, -1),
                .high = level_mean(design, trials, means, count, place, 1),
                .correlation = correlation};
            if (isfinite(row.low) && isfinite(row.high))
                (void)dyno_vec_push(out, &row);
        }
    }
    free(means);
    return status;
}
