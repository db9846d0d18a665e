#include "report/hdr.h"

#include "base/alloc.h"
#include "load/record.h"
#include "report/rows.h"
#include "stats/histogram_code.h"
#include "stats/histogram_log.h"

#include <sqlite3.h>

#include <stdbool.h>
#include <stdlib.h>

#define MS_PER_S 1000

static const char select_histograms[] =
    "SELECT t.epoch_wall_ms + 1000 * h.second, a.name || CASE WHEN EXISTS (SELECT 1 FROM arm b WHERE "
    "b.experiment_id = a.experiment_id AND b.name = a.name AND b.id <> a.id) THEN '-' || a.role "
    "ELSE '' END, q.name, h.outcome, h.kind, h.payload, h.max_ns "
    "FROM trial t JOIN histogram h ON h.trial_id = t.id JOIN arm a ON a.id = t.arm_id "
    "JOIN query q ON q.experiment_id = t.experiment_id AND q.ordinal = h.query "
    "WHERE t.experiment_id = ?1 AND t.role = 'measure' "
    "ORDER BY 1, t.id, h.kind, h.query, h.outcome, h.rowid";

struct writing {
    struct dyno_str *out;
    size_t lines;
    enum dyno_status status;
    struct dyno_err *err;
};

static char *tag_of(sqlite3_stmt *row)
{
    enum dyno_outcome outcome = (enum dyno_outcome)sqlite3_column_int(row, 3);
    bool is_ok = outcome == DYNO_OUTCOME_OK;
    return dyno_xasprintf("%s.%s%s%s.%s", (const char *)sqlite3_column_text(row, 1),
                          (const char *)sqlite3_column_text(row, 2), is_ok ? "" : ".",
                          is_ok ? "" : dyno_outcome_name(outcome),
                          (const char *)sqlite3_column_text(row, 4));
}

static void write_row(struct sqlite3_stmt *row, void *context)
{
    struct writing *writing = context;
    struct dyno_histogram histogram;
    int64_t wall_ms = sqlite3_column_int64(row, 0);
    const void *payload = sqlite3_column_blob(row, 5);
    size_t len = (size_t)sqlite3_column_bytes(row, 5);
    if (writing->status != DYNO_OK)
        return;
    writing->status = dyno_histogram_decode(payload, len, &histogram, writing->err);
    if (writing->status != DYNO_OK)
        return;
    if (writing->lines == 0)
        dyno_histogram_log_begin(writing->out, wall_ms, "sparkdyno, values in nanoseconds");
    /* The bytes know the largest value to 1 part in 1000 only; the column knows it exactly. */
    histogram.max = sqlite3_column_int64(row, 6);
    char *tag = tag_of(row);
    const struct dyno_histogram_interval interval = {
        .tag = tag, .start_wall_ms = wall_ms, .length_ms = MS_PER_S, .histogram = &histogram};
    writing->status = dyno_histogram_log_add(writing->out, &interval, writing->err);
    writing->lines++;
    free(tag);
    dyno_histogram_deinit(&histogram);
}

enum dyno_status dyno_report_hdr(struct dyno_store *store, int64_t experiment_id,
                                 struct dyno_str *out, struct dyno_err *err)
{
    struct writing writing = {.out = out, .err = err};
    const int64_t binds[] = {experiment_id};
    enum dyno_status status = dyno_report_rows(dyno_store_handle(store), select_histograms, binds,
                                               write_row, &writing, err);
    if (status == DYNO_OK)
        status = writing.status;
    if (status == DYNO_OK && writing.lines == 0)
        status = dyno_err_set(err, DYNO_ENOTFOUND, "experiment %lld has no histograms",
                              (long long)experiment_id);
    if (status == DYNO_OK && out->failed)
        status = dyno_err_set(err, DYNO_ELIMIT, "the log would be larger than %zu bytes",
                              out->max_bytes);
    return status;
}
