#include "base/alloc.h"
#include "base/vec.h"
#include "report/clean.h"
#include "report/explanation.h"
#include "report/model_parts.h"
#include "report/rows.h"

#include <sqlite3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTS                                                                                      \
    "a.session_wait_ns, a.generator_lag_ns, a.server_queue_ns, a.planning_ns, a.scheduling_ns, "   \
    "a.deserialize_ns, a.compute_ns, a.gc_ns, a.shuffle_fetch_ns, a.shuffle_write_ns, "            \
    "a.result_ns, a.driver_ns, a.fetch_ns, a.unaccounted_ns "
#define STATEMENT                                                                                  \
    "SELECT t.id, r.seq, q.name, arm.name, t.block, q.sql, a.source, "                             \
    "(SELECT group_concat(f.title, ', ') FROM finding f WHERE f.trial_id = t.id AND f.query = "    \
    "r.query), " PARTS "FROM trial t JOIN record r ON r.trial_id = t.id "                          \
    "JOIN account a ON a.trial_id = r.trial_id AND a.seq = r.seq "                                 \
    "JOIN arm ON arm.id = t.arm_id "                                                               \
    "LEFT JOIN query q ON q.experiment_id = t.experiment_id AND q.ordinal = r.query "              \
    "WHERE t.experiment_id = ?1 "
#define FIRST_PART_COLUMN 8

static const char slowest_sql[] =
    STATEMENT "AND t.role = 'measure' AND r.phase = 1 AND r.outcome = 2 "
              "ORDER BY r.done_ns - r.intended_ns DESC, t.id, r.seq LIMIT ?2";
static const char one_sql[] = STATEMENT "AND t.id = ?2 AND r.seq = ?3";
static const char only_trial_sql[] =
    "SELECT max(id), count(*) FROM trial WHERE experiment_id = ?1 AND role = 'measure'";
static const char stage_sql[] =
    "SELECT stage_id, attempt, job_id, submit_ms, complete_ms, is_critical, tasks, failed_tasks, "
    "empty_tasks, run_ms, cpu_ms, gc_ms, delay_ms, input_bytes, shuffle_read_bytes, "
    "shuffle_write_bytes, spill_disk_bytes, task_median_ms, task_max_ms FROM stage "
    "WHERE trial_id = ?1 AND seq = ?2 ORDER BY submit_ms, stage_id, attempt";

struct place {
    int64_t trial, seq;
};

struct reading {
    struct dyno_vec statements; /* struct dyno_explained */
    struct dyno_vec places;     /* struct place, alongside */
    struct dyno_vec stages;     /* of the statement that is read */
};

static void statement_row(struct sqlite3_stmt *row, void *context)
{
    struct reading *reading = context;
    struct place place = {sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1)};
    struct dyno_explained *s = dyno_vec_push(&reading->statements, NULL);
    char *query = dyno_report_column_text_or_empty(row, 2);
    char *arm = dyno_report_column_text_or_empty(row, 3);
    s->id = dyno_xasprintf("%lld:%lld", (long long)place.trial, (long long)place.seq);
    if (sqlite3_column_type(row, 4) == SQLITE_NULL)
        s->what = dyno_xasprintf("%s, %s, warm-up", query, arm);
    else
        s->what = dyno_xasprintf("%s, %s, block %lld", query, arm,
                                 (long long)sqlite3_column_int64(row, 4) + 1);
    s->sql = dyno_report_column_text_or_empty(row, 5);
    s->source = dyno_report_column_text_or_empty(row, 6);
    s->findings = dyno_report_column_text_or_empty(row, 7);
    for (int i = 0; i < DYNO_PARTS; i++) {
        s->part_ns[i] = sqlite3_column_int64(row, FIRST_PART_COLUMN + i);
        s->total_ns += s->part_ns[i];
    }
    dyno_vec_push(&reading->places, &place);
    free(query);
    free(arm);
}

static void stage_row(struct sqlite3_stmt *row, void *context)
{
    struct reading *reading = context;
    struct dyno_store_stage *s = dyno_vec_push(&reading->stages, NULL);
    s->stage_id = sqlite3_column_int64(row, 0);
    s->attempt = sqlite3_column_int64(row, 1);
    s->job_id = sqlite3_column_int64(row, 2);
    s->submit_ms = dyno_report_column_f64(row, 3);
    s->complete_ms = dyno_report_column_f64(row, 4);
    s->is_critical = sqlite3_column_int(row, 5) != 0;
    s->tasks = sqlite3_column_int64(row, 6);
    s->failed_tasks = sqlite3_column_int64(row, 7);
    s->empty_tasks = sqlite3_column_int64(row, 8);
    s->run_ms = dyno_report_column_f64(row, 9);
    s->cpu_ms = dyno_report_column_f64(row, 10);
    s->gc_ms = dyno_report_column_f64(row, 11);
    s->delay_ms = dyno_report_column_f64(row, 12);
    s->input_bytes = sqlite3_column_int64(row, 13);
    s->shuffle_read_bytes = sqlite3_column_int64(row, 14);
    s->shuffle_write_bytes = sqlite3_column_int64(row, 15);
    s->spill_disk_bytes = sqlite3_column_int64(row, 16);
    s->task_median_ms = dyno_report_column_f64(row, 17);
    s->task_max_ms = dyno_report_column_f64(row, 18);
}

static void trial_row(struct sqlite3_stmt *row, void *context)
{
    int64_t *only = context;
    *only = sqlite3_column_int64(row, 1) == 1 ? sqlite3_column_int64(row, 0) : -1;
}

/* "TRIAL:SEQ", or "SEQ" where there is one trial only. */
static enum dyno_status parse_place(struct sqlite3 *db, int64_t experiment_id, const char *word,
                                    struct place *out, struct dyno_err *err)
{
    char *end = NULL;
    *out = (struct place){-1, strtoll(word, &end, 10)};
    if (end != word && *end == ':') {
        const char *rest = end + 1;
        out->trial = out->seq;
        out->seq = strtoll(rest, &end, 10);
        if (end == rest)
            end = NULL;
    } else {
        enum dyno_status status =
            dyno_report_rows(db, only_trial_sql, &experiment_id, trial_row, &out->trial, err);
        if (status != DYNO_OK)
            return status;
    }
    if (end == NULL || end == word || *end != '\0' || out->seq < 0)
        return dyno_err_set(err, DYNO_EINPUT,
                            "statement '%s': write TRIAL:SEQ, as explain prints it", word);
    if (out->trial < 0)
        return dyno_err_set(err, DYNO_EINPUT,
                            "statement '%s': there are several trials, write TRIAL:SEQ", word);
    return DYNO_OK;
}

static enum dyno_status read_statements(struct sqlite3 *db, int64_t experiment_id,
                                        const struct dyno_explanation_choice *choice,
                                        struct reading *reading, struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    if (choice->statement == NULL) {
        const int64_t binds[] = {experiment_id, choice->slowest};
        return dyno_report_rows(db, slowest_sql, binds, statement_row, reading, err);
    }
    struct place place;
    status = parse_place(db, experiment_id, choice->statement, &place, err);
    if (status != DYNO_OK)
        return status;
    const int64_t binds[] = {experiment_id, place.trial, place.seq};
    status = dyno_report_rows(db, one_sql, binds, statement_row, reading, err);
    if (status == DYNO_OK && reading->statements.len == 0)
        status = dyno_err_set(err, DYNO_ENOTFOUND,
                              "experiment %lld has no ended statement '%s' with an account",
                              (long long)experiment_id, choice->statement);
    return status;
}

static enum dyno_status read_stages(struct sqlite3 *db, struct reading *reading,
                                    struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; i < reading->statements.len && status == DYNO_OK; i++) {
        struct dyno_explained *s = dyno_vec_at(&reading->statements, i);
        const struct place *place = dyno_vec_at(&reading->places, i);
        const int64_t binds[] = {place->trial, place->seq};
        status = dyno_report_rows(db, stage_sql, binds, stage_row, reading, err);
        s->stages = dyno_vec_take(&reading->stages, &s->stage_count);
        dyno_vec_init(&reading->stages, sizeof(struct dyno_store_stage));
    }
    return status;
}

/* The means of the arms become the mean of all; findings move over. */
static void take_from_model(struct dyno_explanation *out, struct dyno_report_model *model)
{
    struct dyno_report_account *account = &out->account;
    for (size_t arm = 0; arm < model->arm_count; arm++) {
        const struct dyno_report_account *a = &model->accounts[arm];
        account->statements += a->statements;
        account->by_log += a->by_log;
        for (int i = 0; i < DYNO_PARTS; i++)
            account->part_ns[i] += a->part_ns[i] * (double)a->statements;
    }
    for (int i = 0; i < DYNO_PARTS && account->statements > 0; i++) {
        account->part_ns[i] /= (double)account->statements;
        account->total_ns += account->part_ns[i];
    }
    out->findings = model->findings;
    out->finding_count = model->finding_count;
    model->findings = NULL;
    model->finding_count = 0;
    out->title = dyno_xasprintf("experiment %lld: %s", (long long)model->head.id, model->head.name);
}

enum dyno_status dyno_explanation_read(struct dyno_store *store, int64_t experiment_id,
                                       const struct dyno_explanation_choice *choice,
                                       struct dyno_explanation **out, struct dyno_err *err)
{
    struct sqlite3 *db = dyno_store_handle(store);
    struct dyno_report_model *model = NULL;
    struct dyno_explanation *made = dyno_xcalloc(1, sizeof *made);
    struct reading reading = {.statements = DYNO_VEC_INIT(struct dyno_explained),
                              .places = DYNO_VEC_INIT(struct place),
                              .stages = DYNO_VEC_INIT(struct dyno_store_stage)};
    enum dyno_status status = dyno_report_model_read(db, experiment_id, &model, err);
    if (status == DYNO_OK)
        status = read_statements(db, experiment_id, choice, &reading, err);
    if (status == DYNO_OK)
        status = read_stages(db, &reading, err);
    made->statements = dyno_vec_take(&reading.statements, &made->statement_count);
    dyno_vec_deinit(&reading.places);
    dyno_vec_deinit(&reading.stages);
    if (status == DYNO_OK) {
        take_from_model(made, model);
        made->notes = dyno_xstrdup(made->account.statements > 0
                                       ? ""
                                       : "no statement of this experiment has a time account");
        *out = made;
        made = NULL;
    }
    dyno_report_model_free(model);
    dyno_explanation_free(made);
    return status;
}
