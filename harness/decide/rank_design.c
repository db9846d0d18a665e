#include "decide/rank_design.h"

#include "base/alloc.h"
#include "store/sql.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char select_design[] =
    "SELECT kind, runs, base_runs, replicates, resolution, splits, default_runs, metric "
    "FROM design WHERE experiment_id = ?1";
/* The default is what the server showed before a row put its value there. */
static const char select_factors[] =
    "SELECT f.name, f.settings, f.low, f.high, f.kind, f.design_column, (SELECT s.server_default "
    "FROM setting s JOIN start st ON st.id = s.start_id WHERE st.experiment_id = f.experiment_id "
    "AND s.key = json_extract(f.settings, '$[0]') AND s.server_default IS NOT NULL LIMIT 1) "
    "FROM factor f WHERE f.experiment_id = ?1 ORDER BY f.ordinal";

static char *text_of(sqlite3_stmt *row, int column)
{
    return dyno_xstrdup((const char *)sqlite3_column_text(row, column));
}

static bool take_head(sqlite3_stmt *row, struct dyno_rank_design *out, int *splits)
{
    struct dyno_factorial *design = &out->design;
    design->is_sieve = strcmp((const char *)sqlite3_column_text(row, 0), "plackett-burman") == 0;
    design->run_count = sqlite3_column_int(row, 1);
    design->base_runs = sqlite3_column_int(row, 2);
    design->is_folded = design->run_count != design->base_runs;
    out->replicates = sqlite3_column_int(row, 3);
    out->resolution = sqlite3_column_int(row, 4);
    *splits = sqlite3_column_int(row, 5);
    out->default_runs = sqlite3_column_int(row, 6);
    out->metric = dyno_metric_of((const char *)sqlite3_column_text(row, 7));
    return out->metric != DYNO_METRIC_COUNT && design->run_count > 1 &&
           design->run_count <= DYNO_FACTORIAL_MAX_RUNS && out->replicates > 0 &&
           out->replicates <= 100;
}

static bool take_factor(sqlite3_stmt *row, struct dyno_rank_design *out)
{
    struct dyno_factorial *design = &out->design;
    int64_t column = sqlite3_column_int64(row, 5);
    if (design->factor_count == DYNO_FACTORIAL_MAX_FACTORS || column < 1 ||
        column >= design->run_count)
        return false;
    design->columns[design->factor_count] = (uint32_t)column;
    out->factors[design->factor_count++] = (struct dyno_rank_factor){
        .name = text_of(row, 0),
        .settings_json = text_of(row, 1),
        .low = text_of(row, 2),
        .high = text_of(row, 3),
        .is_static = strcmp((const char *)sqlite3_column_text(row, 4), "static") == 0,
        .server_default = text_of(row, 6)};
    return true;
}

enum dyno_status dyno_rank_design_load(struct dyno_store *store, int64_t id,
                                       struct dyno_rank_design *out, struct dyno_err *err)
{
    sqlite3 *db = dyno_store_handle(store);
    sqlite3_stmt *statement = NULL;
    struct dyno_cell cell = dyno_cell_i64(id);
    bool has_row = false;
    bool is_sound = false;
    int splits = 0;
    memset(out, 0, sizeof *out);
    enum dyno_status status = dyno_sql_select(db, select_design, &cell, 1, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && has_row)
        is_sound = take_head(statement, out, &splits);
    (void)sqlite3_finalize(statement);
    statement = NULL;
    if (status == DYNO_OK)
        status = dyno_sql_select(db, select_factors, &cell, 1, &statement, err);
    while (status == DYNO_OK && has_row) {
        status = dyno_sql_next(statement, &has_row, err);
        if (status == DYNO_OK && has_row)
            is_sound = is_sound && take_factor(statement, out);
    }
    (void)sqlite3_finalize(statement);
    bool is_whole[DYNO_FACTORIAL_MAX_FACTORS];
    for (int f = 0; f < DYNO_FACTORIAL_MAX_FACTORS; f++)
        is_whole[f] = out->factors[f].is_static;
    if (status == DYNO_OK &&
        (!is_sound || !dyno_splitplot_make(&out->design, is_whole, splits, &out->strata)))
        status = dyno_err_set(err, DYNO_EINPUT,
                              "experiment %" PRId64 " holds no design of a ranking", id);
    return status;
}

void dyno_rank_design_deinit(struct dyno_rank_design *design)
{
    for (int f = 0; f < DYNO_FACTORIAL_MAX_FACTORS; f++) {
        free(design->factors[f].name);
        free(design->factors[f].settings_json);
        free(design->factors[f].low);
        free(design->factors[f].high);
        free(design->factors[f].server_default);
    }
    memset(design, 0, sizeof *design);
}
