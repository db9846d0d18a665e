#include "base/units.h"
#include "store/sql.h"
#include "store/store.h"

#include <inttypes.h>
#include <string.h>

static const char select_latest[] = "SELECT max(id), 1 FROM experiment";
static const char select_number[] = "SELECT id, 1 FROM experiment WHERE id = ?1";
/* A name stands for its newest experiment; a prefix that fits several names stands for none. */
static const char select_prefix[] =
    "SELECT max(id), count(DISTINCT name) FROM experiment WHERE substr(name, 1, length(?1)) = ?1";
static const char select_name[] = "SELECT max(id), 1 FROM experiment WHERE name = ?1";

/** `*id_out` 0: none; `*names_out`: how many names it fits. */
static enum dyno_status look(struct dyno_store *store, const char *sql, struct dyno_cell cell,
                             int64_t *id_out, int64_t *names_out, struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    size_t count = cell.kind == DYNO_CELL_NULL ? 0 : 1;
    *id_out = 0;
    *names_out = 0;
    enum dyno_status status =
        dyno_sql_select(dyno_store_handle(store), sql, &cell, count, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (has_row) {
        *id_out = sqlite3_column_int64(statement, 0);
        *names_out = sqlite3_column_int64(statement, 1);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

static enum dyno_status look_by_name(struct dyno_store *store, const char *word, int64_t *id_out,
                                     struct dyno_err *err)
{
    int64_t names = 0;
    enum dyno_status status = look(store, select_name, dyno_cell_text(word), id_out, &names, err);
    if (status != DYNO_OK || *id_out != 0)
        return status;
    status = look(store, select_prefix, dyno_cell_text(word), id_out, &names, err);
    if (status == DYNO_OK && names > 1)
        return dyno_err_set(err, DYNO_ENOTFOUND,
                            "'%s' fits %" PRId64 " experiments; write more of the name, or its "
                            "number",
                            word, names);
    return status;
}

enum dyno_status dyno_store_experiment_find(struct dyno_store *store, const char *word,
                                            int64_t *id_out, struct dyno_err *err)
{
    int64_t number = 0;
    int64_t id = 0;
    int64_t names = 0;
    enum dyno_status status = DYNO_OK;
    *id_out = 0;
    if (word[0] == '\0')
        return dyno_err_set(err, DYNO_ENOTFOUND, "an experiment needs a name or a number");
    if (strcmp(word, "latest") == 0)
        status = look(store, select_latest, dyno_cell_null(), &id, &names, err);
    else if (dyno_parse_i64(word, 1, INT64_MAX, &number, NULL) == DYNO_OK)
        status = look(store, select_number, dyno_cell_i64(number), &id, &names, err);
    else
        status = look_by_name(store, word, &id, err);
    if (status != DYNO_OK)
        return status;
    if (id == 0)
        return dyno_err_set(err, DYNO_ENOTFOUND,
                            "there is no experiment '%s'; 'sparkdyno list' shows them", word);
    *id_out = id;
    return DYNO_OK;
}
