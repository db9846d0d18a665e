#include "decide/rank_results.h"

#include "store/sql.h"

/* One line for each query and arm whose answer never changes; then the queries with two answers among them. */
static const char select_mismatch[] =
    "WITH answer AS (SELECT r.query, t.arm_id, count(DISTINCT r.row_count) AS counts, "
    "min(r.row_count) AS row_count, count(DISTINCT nullif(r.checksum, '')) AS sums, "
    "max(nullif(r.checksum, '')) AS checksum "
    "FROM trial t JOIN record r ON r.trial_id = t.id "
    "WHERE t.experiment_id = ?1 AND r.outcome = 2 GROUP BY r.query, t.arm_id) "
    "SELECT q.name, min(a.row_count), max(a.row_count) FROM answer a "
    "JOIN query q ON q.experiment_id = ?1 AND q.ordinal = a.query GROUP BY a.query "
    "HAVING max(a.counts) = 1 AND max(a.sums) <= 1 "
    "AND (count(DISTINCT a.row_count) > 1 OR count(DISTINCT a.checksum) > 1) "
    "ORDER BY a.query LIMIT 1";

enum dyno_status dyno_rank_results(struct dyno_store *store, int64_t experiment_id,
                                   struct dyno_str *out, struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    struct dyno_cell cell = dyno_cell_i64(experiment_id);
    enum dyno_status status =
        dyno_sql_select(dyno_store_handle(store), select_mismatch, &cell, 1, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && has_row) {
        long long least = sqlite3_column_int64(statement, 1);
        long long most = sqlite3_column_int64(statement, 2);
        dyno_str_appendf(out, "the results of query '%s' differ between the rows: ",
                         (const char *)sqlite3_column_text(statement, 0));
        if (least != most)
            dyno_str_appendf(out, "from %lld to %lld rows", least, most);
        else
            dyno_str_append(out, "as many rows, but other values in them");
    }
    (void)sqlite3_finalize(statement);
    return status;
}
