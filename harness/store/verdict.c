#include "store/sql.h"
#include "store/store.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char insert_contrast[] =
    "INSERT INTO contrast (experiment_id, metric, query, blocks, base_value, candidate_value, "
    "log_ratio, sd, ci_low, ci_high, ci90_low, ci90_high, p_t, p_sign_flip, mde, verdict, reason, "
    "is_primary, df, p_adjusted, p_equivalence, margin, hl, hl_low, hl_high, sd_within, sd_between, "
    "e_value) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
    "?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28)";
static const char replace_verdict[] =
    "INSERT OR REPLACE INTO verdict (experiment_id, verdict, sentence, qualifiers, exit_code) "
    "VALUES (?1, ?2, ?3, ?4, ?5)";

static enum dyno_status put_contrast(sqlite3_stmt *statement, int64_t experiment_id,
                                     const struct dyno_store_contrast *contrast,
                                     struct dyno_err *err)
{
    const struct dyno_cell cells[] = {
        dyno_cell_i64(experiment_id),
        dyno_cell_text(contrast->metric),
        dyno_cell_i64(contrast->query),
        dyno_cell_i64(contrast->blocks),
        dyno_cell_f64(contrast->base_value),
        dyno_cell_f64(contrast->candidate_value),
        dyno_cell_f64(contrast->log_ratio),
        dyno_cell_f64(contrast->sd),
        dyno_cell_f64(contrast->ci_low),
        dyno_cell_f64(contrast->ci_high),
        dyno_cell_f64(contrast->ci90_low),
        dyno_cell_f64(contrast->ci90_high),
        dyno_cell_f64(contrast->p_t),
        dyno_cell_f64(contrast->p_sign_flip),
        dyno_cell_f64(contrast->mde),
        dyno_cell_text(contrast->verdict),
        dyno_cell_text(contrast->reason),
        dyno_cell_i64(contrast->is_primary),
        dyno_cell_f64(contrast->df),
        dyno_cell_f64(contrast->p_adjusted),
        dyno_cell_f64(contrast->p_equivalence),
        dyno_cell_f64(contrast->margin),
        dyno_cell_f64(contrast->hl),
        dyno_cell_f64(contrast->hl_low),
        dyno_cell_f64(contrast->hl_high),
        dyno_cell_f64(contrast->sd_within),
        dyno_cell_f64(contrast->sd_between),
        dyno_cell_f64(contrast->e_value),
    };
    return dyno_sql_run(statement, cells, COUNT_OF(cells), err);
}

static enum dyno_status put_all(sqlite3 *db, int64_t experiment_id,
                                const struct dyno_store_contrast *contrasts, size_t count,
                                const struct dyno_store_verdict *verdict, struct dyno_err *err)
{
    const struct dyno_cell cells[] = {
        dyno_cell_i64(experiment_id),      dyno_cell_text(verdict->verdict),
        dyno_cell_text(verdict->sentence), dyno_cell_text(verdict->qualifiers_json),
        dyno_cell_i64(verdict->exit_code),
    };
    sqlite3_stmt *statement = NULL;
    enum dyno_status status =
        dyno_sql_once(db, "DELETE FROM contrast WHERE experiment_id = ?1", cells, 1, err);
    if (status == DYNO_OK)
        status = dyno_sql_once(db, replace_verdict, cells, COUNT_OF(cells), err);
    if (status == DYNO_OK)
        status = dyno_sql_prepare(db, insert_contrast, &statement, err);
    for (size_t i = 0; status == DYNO_OK && i < count; i++)
        status = put_contrast(statement, experiment_id, &contrasts[i], err);
    (void)sqlite3_finalize(statement);
    return status;
}

enum dyno_status dyno_store_verdict_put(struct dyno_store *store, int64_t experiment_id,
                                        const struct dyno_store_contrast *contrasts, size_t count,
                                        const struct dyno_store_verdict *verdict,
                                        struct dyno_err *err)
{
    sqlite3 *db = dyno_store_handle(store);
    enum dyno_status status = dyno_sql_begin(db, DYNO_DURABLE_POWER, err);
    if (status != DYNO_OK)
        return status;
    status = put_all(db, experiment_id, contrasts, count, verdict, err);
    return dyno_sql_end(db, status, err);
}
