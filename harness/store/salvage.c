#include "store/salvage.h"

#include "store/sql.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum dyno_status dyno_store_lacks_trial(struct dyno_store *store,
                                        const struct dyno_store_trial_key *key, bool *out,
                                        struct dyno_err *err)
{
    const struct dyno_cell cells[] = {
        dyno_cell_i64(key->experiment_id), dyno_cell_i64(key->start_id), dyno_cell_text(key->tag),
        dyno_cell_i64(key->owner_pid), dyno_cell_text(key->owner_ticks)};
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    enum dyno_status status = dyno_sql_select(
        dyno_store_handle(store),
        "SELECT 1 FROM experiment JOIN start ON start.experiment_id = experiment.id "
        "WHERE experiment.id = ?1 AND start.id = ?2 AND owner_pid = ?4 AND owner_ticks = ?5 "
        "AND NOT EXISTS (SELECT 1 FROM trial WHERE experiment_id = ?1 AND tag = ?3)",
        cells, COUNT_OF(cells), &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    (void)sqlite3_finalize(statement);
    *out = has_row;
    return status;
}
