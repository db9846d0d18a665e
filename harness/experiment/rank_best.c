#include "experiment/rank_best.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

/* The text of the design's best levels; NULL if there is none. The caller frees. */
static enum dyno_status read_text(struct dyno_store *store, int64_t id, char **out,
                                  struct dyno_err *err)
{
    struct dyno_cell cell = dyno_cell_i64(id);
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    *out = NULL;
    enum dyno_status status = dyno_sql_select(dyno_store_handle(store),
                                              "SELECT best FROM design WHERE experiment_id = ?1 "
                                              "AND best <> ''",
                                              &cell, 1, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && has_row)
        *out = dyno_xstrdup((const char *)sqlite3_column_text(statement, 0));
    (void)sqlite3_finalize(statement);
    return status;
}

static enum dyno_status apply(const struct dyno_rank *rank, const cJSON *best,
                              struct dyno_profile *out, struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    for (size_t f = 0; status == DYNO_OK && f < rank->factors->count; f++) {
        const struct dyno_factor *factor = &rank->factors->items[f];
        const char *value = dyno_json_string_or(best, factor->name, NULL);
        for (size_t k = 0; value != NULL && status == DYNO_OK && k < factor->key_count; k++) {
            char *assignment = dyno_xasprintf("%s=%s", factor->keys[k], value);
            status = dyno_profile_override(out, assignment, err);
            free(assignment);
        }
    }
    return status;
}

enum dyno_status dyno_rank_best_read(struct dyno_store *store, int64_t experiment_id,
                                     const struct dyno_rank *rank, struct dyno_profile *out,
                                     bool *has_out, struct dyno_err *err)
{
    const struct dyno_factors none = {.items = NULL};
    char *text = NULL;
    cJSON *best = NULL;
    *has_out = false;
    enum dyno_status status = read_text(store, experiment_id, &text, err);
    if (status == DYNO_OK && text != NULL)
        status = dyno_json_parse(text, strlen(text), "the best levels", &best, err);
    if (status == DYNO_OK && best != NULL) {
        dyno_rank_profile(&none, &rank->arms[0], 0, "predicted-best", out);
        status = apply(rank, best, out, err);
        *has_out = status == DYNO_OK;
        if (status != DYNO_OK)
            dyno_profile_deinit(out);
    }
    cJSON_Delete(best);
    free(text);
    return status;
}

/* Whatever a properties file would take for something else. */
static void append_escaped(struct dyno_str *out, const char *value)
{
    for (const char *p = value; *p != '\0'; p++) {
        if (*p == '\\')
            dyno_str_append_char(out, '\\');
        dyno_str_append_char(out, *p);
    }
}

enum dyno_status dyno_rank_best_write(const struct dyno_profile *profile, const char *comment,
                                      const char *path, struct dyno_err *err)
{
    struct dyno_str text;
    dyno_str_init(&text, DYNO_PROFILE_MAX_BYTES);
    dyno_str_appendf(&text, "# %s\n", comment);
    for (size_t i = 0; i < profile->setting_count; i++) {
        dyno_str_appendf(&text, "%s ", profile->settings[i].key);
        append_escaped(&text, profile->settings[i].value);
        dyno_str_append_char(&text, '\n');
    }
    enum dyno_status status = dyno_file_write(path, dyno_str_text(&text), text.len, err);
    dyno_str_deinit(&text);
    return status;
}
