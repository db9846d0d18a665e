#include "store/rank.h"

#include "base/process.h"
#include "base/sha256.h"
#include "store/sql.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char insert_design[] =
    "INSERT OR REPLACE INTO design (experiment_id, kind, runs, base_runs, replicates, resolution, "
    "splits, default_runs, metric) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char insert_factor[] =
    "INSERT INTO factor (experiment_id, ordinal, name, settings, low, high, kind, why, "
    "design_column) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char insert_effect[] =
    "INSERT INTO effect (experiment_id, metric, query, design_column, chain, stratum, factor, "
    "estimate, se, df, ci_low, ci_high, limit_value, p, share, top, place_low, place_high, verdict) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
static const char insert_error[] =
    "INSERT INTO effect_error (experiment_id, metric, query, stratum, method, contrasts, "
    "replicates, se, df, margin, limit_value) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
static const char insert_counter[] =
    "INSERT INTO factor_counter (experiment_id, factor, counter, low, high, correlation) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
static const char insert_value[] =
    "INSERT OR REPLACE INTO trial_value (trial_id, metric, value_ns) VALUES (?2, ?3, ?4)";
static const char replace_verdict[] =
    "INSERT OR REPLACE INTO verdict (experiment_id, verdict, sentence, qualifiers, exit_code) "
    "VALUES (?1, ?2, ?3, ?4, ?5)";

/* One statement for many rows, each made by `cells_of` with the experiment first. */
typedef size_t (*cells_fn)(const void *rows, size_t i, struct dyno_cell *cells);

static enum dyno_status insert_rows(sqlite3 *db, const char *sql, int64_t experiment_id,
                                    const void *rows, size_t count, cells_fn cells_of,
                                    struct dyno_err *err)
{
    struct dyno_cell cells[20] = {dyno_cell_i64(experiment_id)};
    sqlite3_stmt *statement = NULL;
    enum dyno_status status = dyno_sql_prepare(db, sql, &statement, err);
    for (size_t i = 0; status == DYNO_OK && i < count; i++)
        status = dyno_sql_run(statement, cells, 1 + cells_of(rows, i, cells + 1), err);
    (void)sqlite3_finalize(statement);
    return status;
}

static size_t put_cells(struct dyno_cell *out, const struct dyno_cell *cells, size_t count)
{
    memcpy(out, cells, count * sizeof *cells);
    return count;
}

static struct dyno_cell id_or_null(int64_t id)
{
    return id >= 0 ? dyno_cell_i64(id) : dyno_cell_null();
}

static size_t factor_cells(const void *rows, size_t i, struct dyno_cell *out)
{
    const struct dyno_store_factor *f = (const struct dyno_store_factor *)rows + i;
    const struct dyno_cell cells[] = {dyno_cell_i64((int64_t)i),        dyno_cell_text(f->name),
                                      dyno_cell_text(f->settings_json), dyno_cell_text(f->low),
                                      dyno_cell_text(f->high),          dyno_cell_text(f->kind),
                                      dyno_cell_text(f->why),           dyno_cell_i64(f->column)};
    return put_cells(out, cells, COUNT_OF(cells));
}

static size_t effect_cells(const void *rows, size_t i, struct dyno_cell *out)
{
    const struct dyno_store_effect *e = (const struct dyno_store_effect *)rows + i;
    const struct dyno_cell cells[] = {
        dyno_cell_text(e->metric),   dyno_cell_i64(e->query),      dyno_cell_i64(e->column),
        dyno_cell_text(e->chain),    dyno_cell_text(e->stratum),   id_or_null(e->factor),
        dyno_cell_f64(e->estimate),  dyno_cell_f64(e->se),         dyno_cell_f64(e->df),
        dyno_cell_f64(e->ci_low),    dyno_cell_f64(e->ci_high),    dyno_cell_f64(e->limit),
        dyno_cell_f64(e->p),         dyno_cell_f64(e->share),      dyno_cell_f64(e->top),
        dyno_cell_i64(e->place_low), dyno_cell_i64(e->place_high), dyno_cell_text(e->verdict)};
    return put_cells(out, cells, COUNT_OF(cells));
}

static size_t error_cells(const void *rows, size_t i, struct dyno_cell *out)
{
    const struct dyno_store_effect_error *e = (const struct dyno_store_effect_error *)rows + i;
    const struct dyno_cell cells[] = {dyno_cell_text(e->metric),   dyno_cell_i64(e->query),
                                      dyno_cell_text(e->stratum),  dyno_cell_text(e->method),
                                      dyno_cell_i64(e->contrasts), dyno_cell_i64(e->replicates),
                                      dyno_cell_f64(e->se),        dyno_cell_f64(e->df),
                                      dyno_cell_f64(e->margin),    dyno_cell_f64(e->limit)};
    return put_cells(out, cells, COUNT_OF(cells));
}

static size_t counter_cells(const void *rows, size_t i, struct dyno_cell *out)
{
    const struct dyno_store_factor_counter *c = (const struct dyno_store_factor_counter *)rows + i;
    const struct dyno_cell cells[] = {dyno_cell_i64(c->factor), dyno_cell_text(c->counter),
                                      dyno_cell_f64(c->low), dyno_cell_f64(c->high),
                                      dyno_cell_f64(c->correlation)};
    return put_cells(out, cells, COUNT_OF(cells));
}

static size_t value_cells(const void *rows, size_t i, struct dyno_cell *out)
{
    const struct dyno_store_trial_value *v = (const struct dyno_store_trial_value *)rows + i;
    const struct dyno_cell cells[] = {dyno_cell_i64(v->trial_id), dyno_cell_text(v->metric),
                                      dyno_cell_f64(v->value_ns)};
    return put_cells(out, cells, COUNT_OF(cells));
}

static enum dyno_status put_design(sqlite3 *db, int64_t id, const struct dyno_store_design *d,
                                   struct dyno_err *err)
{
    const struct dyno_cell cells[] = {
        dyno_cell_i64(id),           dyno_cell_text(d->kind),        dyno_cell_i64(d->runs),
        dyno_cell_i64(d->base_runs), dyno_cell_i64(d->replicates),   dyno_cell_i64(d->resolution),
        dyno_cell_i64(d->splits),    dyno_cell_i64(d->default_runs), dyno_cell_text(d->metric)};
    enum dyno_status status =
        dyno_sql_once(db, "DELETE FROM factor WHERE experiment_id = ?1", cells, 1, err);
    if (status == DYNO_OK)
        status = dyno_sql_once(db, insert_design, cells, COUNT_OF(cells), err);
    if (status == DYNO_OK)
        status = insert_rows(db, insert_factor, id, d->factors, d->factor_count, factor_cells, err);
    return status;
}

enum dyno_status dyno_store_design_put(struct dyno_store *store, int64_t experiment_id,
                                       const struct dyno_store_design *design, struct dyno_err *err)
{
    sqlite3 *db = dyno_store_handle(store);
    enum dyno_status status = dyno_sql_begin(db, DYNO_DURABLE_PROCESS, err);
    if (status != DYNO_OK)
        return status;
    return dyno_sql_end(db, put_design(db, experiment_id, design, err), err);
}

static enum dyno_status clear(sqlite3 *db, int64_t id, struct dyno_err *err)
{
    static const char *const statements[] = {
        "DELETE FROM effect WHERE experiment_id = ?1",
        "DELETE FROM effect_error WHERE experiment_id = ?1",
        "DELETE FROM factor_counter WHERE experiment_id = ?1",
        "DELETE FROM trial_value WHERE trial_id IN (SELECT id FROM trial WHERE experiment_id = ?1)"};
    const struct dyno_cell cell = dyno_cell_i64(id);
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; status == DYNO_OK && i < COUNT_OF(statements); i++)
        status = dyno_sql_once(db, statements[i], &cell, 1, err);
    return status;
}

static enum dyno_status put_ranking(sqlite3 *db, int64_t id, const struct dyno_store_ranking *r,
                                    const struct dyno_store_verdict *v, struct dyno_err *err)
{
    const struct dyno_cell verdict[] = {
        dyno_cell_i64(id), dyno_cell_text(v->verdict), dyno_cell_text(v->sentence),
        dyno_cell_text(v->qualifiers_json), dyno_cell_i64(v->exit_code)};
    const struct dyno_cell best[] = {dyno_cell_i64(id), dyno_cell_text(r->best_json),
                                     dyno_cell_f64(r->best_ns), dyno_cell_f64(r->default_ns),
                                     dyno_cell_text(r->fold)};
    enum dyno_status status = clear(db, id, err);
    if (status == DYNO_OK)
        status = dyno_sql_once(db, replace_verdict, verdict, COUNT_OF(verdict), err);
    if (status == DYNO_OK)
        status =
            dyno_sql_once(db,
                          "UPDATE design SET best = ?2, best_ns = ?3, default_ns = ?4, fold = ?5 "
                          "WHERE experiment_id = ?1",
                          best, COUNT_OF(best), err);
    if (status == DYNO_OK)
        status = insert_rows(db, insert_effect, id, r->effects, r->effect_count, effect_cells, err);
    if (status == DYNO_OK)
        status = insert_rows(db, insert_error, id, r->errors, r->error_count, error_cells, err);
    if (status == DYNO_OK)
        status =
            insert_rows(db, insert_counter, id, r->counters, r->counter_count, counter_cells, err);
    if (status == DYNO_OK)
        status = insert_rows(db, insert_value, id, r->values, r->value_count, value_cells, err);
    return status;
}

enum dyno_status dyno_store_ranking_put(struct dyno_store *store, int64_t experiment_id,
                                        const struct dyno_store_ranking *ranking,
                                        const struct dyno_store_verdict *verdict,
                                        struct dyno_err *err)
{
    sqlite3 *db = dyno_store_handle(store);
    enum dyno_status status = dyno_sql_begin(db, DYNO_DURABLE_POWER, err);
    if (status != DYNO_OK)
        return status;
    return dyno_sql_end(db, put_ranking(db, experiment_id, ranking, verdict, err), err);
}

enum dyno_status dyno_store_ranking_confirm(struct dyno_store *store, int64_t experiment_id,
                                            int64_t confirm_id, const char *profile_path,
                                            struct dyno_err *err)
{
    const struct dyno_cell cells[] = {dyno_cell_i64(experiment_id),
                                      confirm_id > 0 ? dyno_cell_i64(confirm_id) : dyno_cell_null(),
                                      dyno_cell_text(profile_path)};
    return dyno_sql_write(dyno_store_handle(store), DYNO_DURABLE_POWER,
                          "UPDATE design SET confirm_id = coalesce(?2, confirm_id), "
                          "profile_path = coalesce(nullif(?3, ''), profile_path) "
                          "WHERE experiment_id = ?1",
                          cells, COUNT_OF(cells), err);
}

static enum dyno_status check_stopped(sqlite3 *db, int64_t id, const char *kind,
                                      struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    const struct dyno_cell cell = dyno_cell_i64(id);
    enum dyno_status status = dyno_sql_select(
        db, "SELECT kind, state FROM experiment WHERE id = ?1", &cell, 1, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && !has_row)
        status = dyno_err_set(err, DYNO_ENOTFOUND, "there is no experiment %" PRId64, id);
    if (status == DYNO_OK && strcmp((const char *)sqlite3_column_text(statement, 0), kind) != 0)
        status = dyno_err_set(err, DYNO_EINPUT, "experiment %" PRId64 " is a %s, not a %s", id,
                              (const char *)sqlite3_column_text(statement, 0), kind);
    if (status == DYNO_OK &&
        strcmp((const char *)sqlite3_column_text(statement, 1), "running") == 0)
        status = dyno_err_set(err, DYNO_EINPUT, "experiment %" PRId64 " is running", id);
    (void)sqlite3_finalize(statement);
    return status;
}

enum dyno_status dyno_store_experiment_reopen(struct dyno_store *store, int64_t id,
                                              const struct dyno_store_experiment *experiment,
                                              struct dyno_err *err)
{
    sqlite3 *db = dyno_store_handle(store);
    char ticks[32];
    char digest[DYNO_SHA256_TEXT_BYTES];
    enum dyno_status status = check_stopped(db, id, experiment->kind, err);
    if (status != DYNO_OK)
        return status;
    (void)snprintf(ticks, sizeof ticks, "%" PRIu64, dyno_process_start_ticks(getpid()));
    dyno_sha256_hex(experiment->plan_json, strlen(experiment->plan_json), digest);
    const struct dyno_cell cells[] = {dyno_cell_i64(id),
                                      dyno_cell_i64(experiment->blocks_planned),
                                      dyno_cell_i64(experiment->starts_planned),
                                      dyno_cell_text(experiment->plan_json),
                                      dyno_cell_text(digest),
                                      dyno_cell_i64(getpid()),
                                      dyno_cell_text(ticks)};
    return dyno_sql_write(
        db, DYNO_DURABLE_POWER,
        "UPDATE experiment SET state = 'running', reason = '', finished_utc = '', "
        "blocks_planned = ?2, starts_planned = ?3, plan_json = ?4, "
        "plan_sha256 = ?5, owner_pid = ?6, owner_ticks = ?7 WHERE id = ?1",
        cells, COUNT_OF(cells), err);
}
