#include "decide/regression.h"

#include "base/alloc.h"
#include "base/vec.h"
#include "decide/evidence.h"
#include "decide/fingerprint.h"
#include "decide/sentence.h"
#include "stats/adjust.h"
#include "stats/twosample.h"
#include "store/sql.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL     0.05
#define FAULT_MAX 4096
#define OVERALL   SIZE_MAX

static const struct {
    const char *name;
    int exit_code;
} states[] = {
    [DYNO_REGRESSION_PASSED] = {"passed", 0},
    [DYNO_REGRESSION_FOUND] = {"regression", 99},
    [DYNO_REGRESSION_UNSURE] = {"unsure", 125},
    [DYNO_REGRESSION_INVALID] = {"invalid", 4},
};

const char *dyno_regression_name(enum dyno_regression_state state)
{
    return states[state].name;
}

int dyno_regression_exit_code(enum dyno_regression_state state)
{
    return states[state].exit_code;
}

/** Both experiments while they are compared. */
struct pair {
    struct dyno_evidence *base;
    struct dyno_evidence *current;
};

/** ln of the metric of each usable trial of the base arm; the count is 0 where a trial lacks it. */
static double *logs_of(const struct dyno_evidence *evidence, enum dyno_metric metric, size_t query,
                       size_t *count_out)
{
    double *logs = dyno_xcalloc(evidence->trial_count + 1, sizeof *logs);
    size_t count = 0;
    bool is_whole = true;
    for (size_t i = 0; i < evidence->trial_count; i++) {
        const struct dyno_evidence_trial *trial = &evidence->trials[i];
        if (trial->arm != 0 || !trial->is_usable)
            continue;
        double value =
            query == OVERALL ? trial->overall.value[metric] : trial->queries[query].value[metric];
        is_whole = is_whole && value > 0.0;
        logs[count++] = log(value);
    }
    *count_out = is_whole ? count : 0;
    return logs;
}

static struct dyno_regression_item compare(const struct pair *pair, enum dyno_metric metric,
                                           size_t query)
{
    struct dyno_regression_item item = {.metric = metric};
    double *base = logs_of(pair->base, metric, query, &item.base_trials);
    double *current = logs_of(pair->current, metric, query, &item.current_trials);
    struct dyno_twosample got = dyno_pooled(current, item.current_trials, base, item.base_trials);
    bool is_known = item.base_trials > 0 && item.current_trials > 0;
    item.log_ratio = is_known ? got.difference : (double)NAN;
    item.ci_low = got.ci_low;
    item.ci_high = got.ci_high;
    item.p = got.p;
    double sum = 0.0;
    for (size_t i = 0; i < item.base_trials; i++)
        sum += base[i];
    item.base_ns = is_known ? exp(sum / (double)item.base_trials) : (double)NAN;
    item.current_ns = item.base_ns * exp(item.log_ratio);
    if (query != OVERALL)
        item.query = dyno_xstrdup(pair->base->queries[query].name);
    free(base);
    free(current);
    return item;
}

/* What passes: inside the tolerance, or too small to count. Single trials say so, for they know no chance. */
static void tell_pass(struct dyno_regression_item *item,
                      const struct dyno_regression_options *options, const char *size)
{
    bool is_inside = item->log_ratio <= log1p(options->tolerance_ratio);
    const char *label =
        isnan(item->p) ? "; one trial each, which says nothing about chance: run with --trials 3"
                       : "";
    if (is_inside)
        (void)snprintf(item->reason, sizeof item->reason, "%s, within the tolerance of %g %%%s",
                       size, 100.0 * options->tolerance_ratio, label);
    else
        (void)snprintf(item->reason, sizeof item->reason, "%s, but under the floor of %g ms%s",
                       size, options->floor_ns / 1e6, label);
}

static void settle(struct dyno_regression_item *item, const struct dyno_regression_options *options)
{
    char size[32];
    dyno_sentence_percent(item->log_ratio, size, sizeof size);
    bool is_larger = item->log_ratio > log1p(options->tolerance_ratio) &&
                     item->current_ns - item->base_ns > options->floor_ns;
    item->state = DYNO_REGRESSION_PASSED;
    if (isnan(item->log_ratio)) {
        item->state = DYNO_REGRESSION_UNSURE;
        (void)snprintf(item->reason, sizeof item->reason,
                       "not estimable: a trial has too few statements, or some were cut off");
    } else if (!is_larger) {
        tell_pass(item, options, size);
    } else if (isnan(item->p)) {
        item->state = DYNO_REGRESSION_UNSURE;
        (void)snprintf(item->reason, sizeof item->reason,
                       "%s, but one trial each cannot tell it from chance: run with --trials 3",
                       size);
    } else if (item->p > LEVEL) {
        item->state = DYNO_REGRESSION_UNSURE;
        (void)snprintf(item->reason, sizeof item->reason,
                       "%s, but the trials do not tell it from chance (adjusted p = %.3f)", size,
                       item->p);
    } else {
        item->state = DYNO_REGRESSION_FOUND;
        (void)snprintf(item->reason, sizeof item->reason,
                       "%s, over the tolerance of %g %% (adjusted p = %.3g)", size,
                       100.0 * options->tolerance_ratio, item->p);
    }
}

static void adjust(struct dyno_regression_item *items, size_t count, bool is_overall)
{
    double *p = dyno_xcalloc(2 * count + 1, sizeof *p);
    for (size_t i = 0; i < count; i++)
        p[i] = items[i].p;
    if (is_overall)
        dyno_adjust_holm(p, count, p + count);
    else
        dyno_adjust_bh(p, count, p + count);
    for (size_t i = 0; i < count; i++)
        items[i].p = p[count + i];
    free(p);
}

/** Over-all metrics decide; a query alone can only fail, not make unsure. */
static enum dyno_regression_state combine(const struct dyno_regression *regression)
{
    enum dyno_regression_state out = DYNO_REGRESSION_PASSED;
    if (regression->fault.len > 0)
        return DYNO_REGRESSION_INVALID;
    for (size_t i = 0; i < regression->count; i++) {
        const struct dyno_regression_item *item = &regression->items[i];
        if (item->state == DYNO_REGRESSION_INVALID)
            return DYNO_REGRESSION_INVALID;
        if (item->state == DYNO_REGRESSION_FOUND)
            out = DYNO_REGRESSION_FOUND;
        else if (item->state == DYNO_REGRESSION_UNSURE && item->query == NULL &&
                 out == DYNO_REGRESSION_PASSED && !isnan(item->log_ratio))
            out = DYNO_REGRESSION_UNSURE;
    }
    return out;
}

static size_t usable(const struct dyno_evidence *evidence)
{
    size_t count = 0;
    for (size_t i = 0; i < evidence->trial_count; i++)
        count += evidence->trials[i].is_usable && evidence->trials[i].arm == 0 ? 1u : 0u;
    return count;
}

/** A query whose answers agree inside each experiment, but not between them. */
static enum dyno_status compare_results(struct dyno_store *store, struct dyno_regression *out,
                                        struct dyno_err *err)
{
    static const char sql[] =
        "WITH answer AS (SELECT t.experiment_id AS id, q.name AS name, min(s.min_rows) AS low, "
        "max(s.max_rows) AS high, min(s.first_checksum) AS first, max(s.last_checksum) AS last "
        "FROM trial t JOIN outcome_sum s ON s.trial_id = t.id "
        "JOIN query q ON q.experiment_id = t.experiment_id AND q.ordinal = s.query "
        "WHERE t.experiment_id IN (?1, ?2) AND s.outcome = 2 GROUP BY 1, 2) "
        "SELECT b.name FROM answer b JOIN answer c ON c.name = b.name WHERE b.id = ?1 AND c.id = ?2 "
        "AND ((b.low = b.high AND c.low = c.high AND b.low <> c.low) OR "
        "(b.first = b.last AND c.first = c.last AND b.first <> c.first)) ORDER BY 1 LIMIT 1";
    const struct dyno_cell cells[] = {dyno_cell_i64(out->base_id), dyno_cell_i64(out->current_id)};
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    enum dyno_status status =
        dyno_sql_select(dyno_store_handle(store), sql, cells, 2, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && has_row)
        dyno_str_appendf(&out->fault, "the results of query '%s' differ from those of the baseline",
                         (const char *)sqlite3_column_text(statement, 0));
    (void)sqlite3_finalize(statement);
    return status;
}

static enum dyno_status check_comparable(struct dyno_store *store, int64_t base_id,
                                         int64_t current_id, struct dyno_err *err)
{
    struct dyno_fingerprint base;
    struct dyno_fingerprint current;
    enum dyno_status status = dyno_fingerprint_make(store, base_id, &base, err);
    if (status == DYNO_OK)
        status = dyno_fingerprint_make(store, current_id, &current, err);
    const char *part = status == DYNO_OK ? dyno_fingerprint_diff(&base, &current) : NULL;
    if (part != NULL)
        status = dyno_err_set(err, DYNO_EINPUT,
                              "experiments %" PRId64 " and %" PRId64
                              " may not be compared: they differ in their %s",
                              base_id, current_id, part);
    return status;
}

static void fill(struct dyno_regression *out, const struct pair *pair,
                 const struct dyno_regression_options *options)
{
    struct dyno_vec items = DYNO_VEC_INIT(struct dyno_regression_item);
    size_t queries = pair->base->query_count;
    for (int metric = 0; metric < DYNO_METRIC_PLAIN; metric++) {
        struct dyno_regression_item item = compare(pair, (enum dyno_metric)metric, OVERALL);
        (void)dyno_vec_push(&items, &item);
    }
    for (size_t query = 0; query < queries && query < pair->current->query_count; query++) {
        struct dyno_regression_item item = compare(pair, DYNO_METRIC_MEAN, query);
        (void)dyno_vec_push(&items, &item);
    }
    out->items = dyno_vec_take(&items, &out->count);
    adjust(out->items, DYNO_METRIC_PLAIN, true);
    adjust(out->items + DYNO_METRIC_PLAIN, out->count - DYNO_METRIC_PLAIN, false);
    for (size_t i = 0; i < out->count; i++)
        settle(&out->items[i], options);
}

enum dyno_status dyno_regression_find(struct dyno_store *store, int64_t base_id, int64_t current_id,
                                      const struct dyno_regression_options *options,
                                      struct dyno_regression *out, struct dyno_err *err)
{
    struct pair pair = {.base = NULL};
    *out = (struct dyno_regression){.base_id = base_id, .current_id = current_id};
    dyno_str_init(&out->fault, FAULT_MAX);
    enum dyno_status status = check_comparable(store, base_id, current_id, err);
    if (status == DYNO_OK)
        status = dyno_evidence_load(store, base_id, &pair.base, err);
    if (status == DYNO_OK)
        status = dyno_evidence_load(store, current_id, &pair.current, err);
    if (status == DYNO_OK)
        status = compare_results(store, out, err);
    if (status == DYNO_OK) {
        out->workload = dyno_xstrdup(pair.current->workload);
        out->profile =
            dyno_xstrdup(pair.current->arm_names[0] != NULL ? pair.current->arm_names[0] : "");
        if (usable(pair.current) == 0)
            dyno_str_append(&out->fault, "no valid trial was measured");
        else if (usable(pair.base) == 0)
            dyno_str_append(&out->fault, "the baseline has no valid trial");
        else
            fill(out, &pair, options);
        out->state = combine(out);
    }
    dyno_evidence_free(pair.base);
    dyno_evidence_free(pair.current);
    return status;
}

static enum dyno_regression_state state_of(const char *verdict)
{
    if (strcmp(verdict, "worse") == 0)
        return DYNO_REGRESSION_FOUND;
    if (strcmp(verdict, "better") == 0 || strcmp(verdict, "equivalent") == 0)
        return DYNO_REGRESSION_PASSED;
    return strcmp(verdict, "invalid") == 0 ? DYNO_REGRESSION_INVALID : DYNO_REGRESSION_UNSURE;
}

static double number_of(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? (double)NAN
                                                           : sqlite3_column_double(row, column);
}

static void take_contrast(sqlite3_stmt *row, struct dyno_vec *items)
{
    const unsigned char *query = sqlite3_column_text(row, 1);
    struct dyno_regression_item item = {
        .metric = dyno_metric_of((const char *)sqlite3_column_text(row, 0)),
        .query = query != NULL ? dyno_xstrdup((const char *)query) : NULL,
        .base_ns = number_of(row, 2),
        .current_ns = number_of(row, 3),
        .log_ratio = number_of(row, 4),
        .ci_low = number_of(row, 5),
        .ci_high = number_of(row, 6),
        .p = number_of(row, 7),
        .base_trials = (size_t)sqlite3_column_int64(row, 8),
        .current_trials = (size_t)sqlite3_column_int64(row, 8),
        .state = state_of((const char *)sqlite3_column_text(row, 9)),
    };
    (void)snprintf(item.reason, sizeof item.reason, "%s",
                   (const char *)sqlite3_column_text(row, 10));
    (void)dyno_vec_push(items, &item);
}

static enum dyno_status take_verdict(struct dyno_store *store, struct dyno_regression *out,
                                     struct dyno_err *err)
{
    static const char sql[] =
        "SELECT v.verdict, v.sentence, (SELECT name FROM arm a WHERE a.experiment_id = e.id AND "
        "a.ordinal = 1), coalesce((SELECT value FROM fact WHERE experiment_id = e.id AND topic = "
        "'workload' AND name = 'name'), '') FROM experiment e JOIN verdict v ON v.experiment_id = e.id "
        "WHERE e.id = ?1 AND e.kind = 'compare'";
    struct dyno_cell cell = dyno_cell_i64(out->current_id);
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    enum dyno_status status =
        dyno_sql_select(dyno_store_handle(store), sql, &cell, 1, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (status == DYNO_OK && !has_row)
        status =
            dyno_err_set(err, DYNO_EINPUT,
                         "experiment %" PRId64 " is not a judged comparison: name what to compare "
                         "it with by --baseline or --base",
                         out->current_id);
    if (status == DYNO_OK) {
        const unsigned char *candidate = sqlite3_column_text(statement, 2);
        out->state = state_of((const char *)sqlite3_column_text(statement, 0));
        out->profile = dyno_xstrdup(candidate != NULL ? (const char *)candidate : "");
        out->workload = dyno_xstrdup((const char *)sqlite3_column_text(statement, 3));
        if (out->state == DYNO_REGRESSION_INVALID)
            dyno_str_append(&out->fault, (const char *)sqlite3_column_text(statement, 1));
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum dyno_status dyno_regression_of_compare(struct dyno_store *store, int64_t id,
                                            struct dyno_regression *out, struct dyno_err *err)
{
    static const char sql[] =
        "SELECT c.metric, q.name, c.base_value, c.candidate_value, c.log_ratio, c.ci_low, c.ci_high, "
        "c.p_adjusted, c.blocks, c.verdict, c.reason FROM contrast c LEFT JOIN query q ON "
        "q.experiment_id = c.experiment_id AND q.ordinal = c.query WHERE c.experiment_id = ?1 "
        "AND (c.is_primary OR (c.query >= 0 AND c.metric = 'response_mean')) ORDER BY c.query, c.metric";
    struct dyno_vec items = DYNO_VEC_INIT(struct dyno_regression_item);
    struct dyno_cell cell = dyno_cell_i64(id);
    sqlite3_stmt *statement = NULL;
    bool has_row = true;
    *out = (struct dyno_regression){.base_id = id, .current_id = id};
    dyno_str_init(&out->fault, FAULT_MAX);
    enum dyno_status status = take_verdict(store, out, err);
    if (status == DYNO_OK)
        status = dyno_sql_select(dyno_store_handle(store), sql, &cell, 1, &statement, err);
    while (status == DYNO_OK && has_row) {
        status = dyno_sql_next(statement, &has_row, err);
        if (status == DYNO_OK && has_row)
            take_contrast(statement, &items);
    }
    (void)sqlite3_finalize(statement);
    out->items = dyno_vec_take(&items, &out->count);
    return status;
}

void dyno_regression_deinit(struct dyno_regression *regression)
{
    for (size_t i = 0; i < regression->count; i++)
        free(regression->items[i].query);
    free(regression->items);
    free(regression->workload);
    free(regression->profile);
    dyno_str_deinit(&regression->fault);
    *regression = (struct dyno_regression){.items = NULL};
}
