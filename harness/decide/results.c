#include "decide/results.h"

#include "base/alloc.h"
#include "store/sql.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 4096

/* One row for each query and arm: how many different answers it gave, and the extremes of them. */
static const char select_results[] =
    "SELECT q.name, a.ordinal, count(DISTINCT r.row_count), min(r.row_count), max(r.row_count), "
    "count(DISTINCT nullif(r.checksum, '')), min(nullif(r.checksum, '')), "
    "max(nullif(r.checksum, '')), a.name "
    "FROM trial t JOIN record r ON r.trial_id = t.id JOIN arm a ON a.id = t.arm_id "
    "JOIN query q ON q.experiment_id = t.experiment_id AND q.ordinal = r.query "
    "WHERE t.experiment_id = ?1 AND r.outcome = 2 AND a.ordinal IN (0, 1) "
    "GROUP BY q.ordinal, a.ordinal ORDER BY q.ordinal, a.ordinal";

struct answers {
    char *query;
    char *arm;
    int64_t ordinal;
    int64_t row_counts; /* different ones */
    int64_t min_rows, max_rows;
    int64_t checksums; /* different ones; 0: none was taken */
    char *min_checksum, *max_checksum;
};

static char *text_of(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return dyno_xstrdup(text != NULL ? text : "");
}

static struct answers answers_of(sqlite3_stmt *row)
{
    return (struct answers){
        .query = text_of(row, 0),
        .arm = text_of(row, 8),
        .ordinal = sqlite3_column_int64(row, 1),
        .row_counts = sqlite3_column_int64(row, 2),
        .min_rows = sqlite3_column_int64(row, 3),
        .max_rows = sqlite3_column_int64(row, 4),
        .checksums = sqlite3_column_int64(row, 5),
        .min_checksum = text_of(row, 6),
        .max_checksum = text_of(row, 7),
    };
}

static void answers_deinit(struct answers *answers)
{
    free(answers->query);
    free(answers->arm);
    free(answers->min_checksum);
    free(answers->max_checksum);
    *answers = (struct answers){.query = NULL};
}

static void note_wavering(struct dyno_results *out, const struct answers *answers)
{
    if (answers->row_counts <= 1 && answers->checksums <= 1)
        return;
    char *name = dyno_xasprintf("'%s'", answers->query);
    if (strstr(dyno_str_text(&out->wavering), name) == NULL)
        dyno_str_appendf(&out->wavering, "%s%s", out->wavering.len > 0 ? ", " : "", name);
    free(name);
}

/** Same query in base and candidate; the first difference is kept. */
static void compare_two(struct dyno_results *out, const struct answers *base,
                        const struct answers *candidate)
{
    bool is_same_count = base->row_counts == candidate->row_counts &&
                         base->min_rows == candidate->min_rows &&
                         base->max_rows == candidate->max_rows;
    bool is_same_content = base->checksums == 0 || candidate->checksums == 0 ||
                           (base->checksums == candidate->checksums &&
                            strcmp(base->min_checksum, candidate->min_checksum) == 0 &&
                            strcmp(base->max_checksum, candidate->max_checksum) == 0);
    if (out->is_mismatch || (is_same_count && is_same_content))
        return;
    out->is_mismatch = true;
    dyno_str_appendf(&out->mismatch,
                     "the results of query '%s' differ between the arms: ", base->query);
    if (!is_same_count)
        dyno_str_appendf(
            &out->mismatch, "%" PRId64 " rows in '%s', %" PRId64 " in '%s'",
            base->min_rows != candidate->min_rows ? base->min_rows : base->max_rows, base->arm,
            base->min_rows != candidate->min_rows ? candidate->min_rows : candidate->max_rows,
            candidate->arm);
    else
        dyno_str_append(&out->mismatch, "as many rows, but other values in them");
}

static void take(struct dyno_results *out, struct answers *base, sqlite3_stmt *row)
{
    struct answers now = answers_of(row);
    note_wavering(out, &now);
    if (now.ordinal == 0) {
        answers_deinit(base);
        *base = now;
        return;
    }
    if (base->query != NULL && strcmp(base->query, now.query) == 0)
        compare_two(out, base, &now);
    answers_deinit(&now);
}

enum dyno_status dyno_results_compare(struct dyno_store *store, int64_t experiment_id,
                                      struct dyno_results *out, struct dyno_err *err)
{
    struct answers base = {.query = NULL};
    sqlite3_stmt *statement = NULL;
    bool has_row = true;
    struct dyno_cell cell = dyno_cell_i64(experiment_id);
    out->is_mismatch = false;
    dyno_str_init(&out->mismatch, TEXT_MAX);
    dyno_str_init(&out->wavering, TEXT_MAX);
    enum dyno_status status =
        dyno_sql_select(dyno_store_handle(store), select_results, &cell, 1, &statement, err);
    while (status == DYNO_OK && has_row) {
        status = dyno_sql_next(statement, &has_row, err);
        if (status == DYNO_OK && has_row)
            take(out, &base, statement);
    }
    (void)sqlite3_finalize(statement);
    answers_deinit(&base);
    return status;
}

void dyno_results_deinit(struct dyno_results *results)
{
    dyno_str_deinit(&results->mismatch);
    dyno_str_deinit(&results->wavering);
}
