#include "decide/noise.h"

#include "base/alloc.h"
#include "base/vec.h"
#include "store/sql.h"

#include <math.h>
#include <stdlib.h>

static const char select_newest[] =
    "SELECT n.experiment_id, n.blocks, n.starts FROM noise n JOIN fingerprint f "
    "ON f.experiment_id = n.experiment_id WHERE f.workload = ?1 AND f.load = ?2 AND f.profile = ?3 "
    "AND (?4 = '' OR f.environment = ?4) AND n.is_shared = ?5 "
    "ORDER BY n.experiment_id DESC LIMIT 1";
static const char select_rows[] =
    "SELECT metric, query, sd, sd_within, sd_between, floor FROM noise WHERE experiment_id = ?1";

static double number_of(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? (double)NAN
                                                           : sqlite3_column_double(row, column);
}

static enum dyno_status find_newest(sqlite3 *db, const struct dyno_fingerprint *fingerprint,
                                    bool is_shared, struct dyno_noise *out, struct dyno_err *err)
{
    const struct dyno_cell cells[] = {
        dyno_cell_text(fingerprint->workload),
        dyno_cell_text(fingerprint->load),
        dyno_cell_text(fingerprint->profile),
        dyno_cell_text(fingerprint->environment),
        dyno_cell_i64(is_shared),
    };
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    enum dyno_status status = dyno_sql_select(db, select_newest, cells, 5, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && has_row) {
        out->experiment_id = sqlite3_column_int64(statement, 0);
        out->blocks = sqlite3_column_int64(statement, 1);
        out->starts = sqlite3_column_int64(statement, 2);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

static void take_row(struct dyno_vec *rows, sqlite3_stmt *statement)
{
    const struct dyno_noise_row row = {
        .metric = dyno_metric_of((const char *)sqlite3_column_text(statement, 0)),
        .query = sqlite3_column_int64(statement, 1),
        .sd = number_of(statement, 2),
        .sd_within = number_of(statement, 3),
        .sd_between = number_of(statement, 4),
        .floor = number_of(statement, 5),
    };
    if (row.metric != DYNO_METRIC_COUNT)
        (void)dyno_vec_push(rows, &row);
}

enum dyno_status dyno_noise_find(struct dyno_store *store,
                                 const struct dyno_fingerprint *fingerprint, bool is_shared,
                                 struct dyno_noise *out, struct dyno_err *err)
{
    sqlite3 *db = dyno_store_handle(store);
    struct dyno_vec rows = DYNO_VEC_INIT(struct dyno_noise_row);
    sqlite3_stmt *statement = NULL;
    *out = (struct dyno_noise){.rows = NULL};
    enum dyno_status status = find_newest(db, fingerprint, is_shared, out, err);
    if (status != DYNO_OK || out->experiment_id == 0)
        return status;
    struct dyno_cell cell = dyno_cell_i64(out->experiment_id);
    bool has_row = true;
    status = dyno_sql_select(db, select_rows, &cell, 1, &statement, err);
    while (status == DYNO_OK && has_row) {
        status = dyno_sql_next(statement, &has_row, err);
        if (status == DYNO_OK && has_row)
            take_row(&rows, statement);
    }
    (void)sqlite3_finalize(statement);
    out->rows = dyno_vec_take(&rows, &out->count);
    return status;
}

void dyno_noise_deinit(struct dyno_noise *noise)
{
    free(noise->rows);
    *noise = (struct dyno_noise){.rows = NULL};
}

const struct dyno_noise_row *dyno_noise_row_of(const struct dyno_noise *noise,
                                               enum dyno_metric metric, int64_t query)
{
    for (size_t i = 0; i < noise->count; i++)
        if (noise->rows[i].metric == metric && noise->rows[i].query == query)
            return &noise->rows[i];
    return NULL;
}
