#include "base/alloc.h"
#include "base/vec.h"
#include "report/model_parts.h"
#include "report/rows.h"

#include <sqlite3.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char trial_sql[] =
    "SELECT t.id, t.role, t.block, t.position, t.arm_id, s.ordinal, t.state, t.is_valid, t.reason, "
    "t.tag, t.seed, t.started_utc, t.epoch_wall_ms, t.measure_begin_ns, t.measure_end_ns, t.offered, "
    "t.started, t.completed, t.failed, t.censored, t.joined, t.generator_cpu_ns, t.generator_rss "
    "FROM trial t JOIN start s ON s.id = t.start_id WHERE t.experiment_id = ?1 "
    "ORDER BY t.epoch_wall_ms, t.id";

static const char gate_sql[] =
    "SELECT g.trial_id, g.name, g.value, g.limit_value, g.unit, g.is_fatal, g.is_passed, g.text "
    "FROM gate g JOIN trial t ON t.id = g.trial_id WHERE t.experiment_id = ?1 "
    "ORDER BY g.trial_id, g.name";

struct reading {
    struct dyno_report_model *model;
    struct dyno_vec trials;
};

static int64_t i64_or_none(struct sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, column);
}

static bool is_text(struct sqlite3_stmt *row, int column, const char *text)
{
    const unsigned char *value = sqlite3_column_text(row, column);
    return value != NULL && strcmp((const char *)value, text) == 0;
}

static void take_counts(struct sqlite3_stmt *row, struct dyno_report_trial *trial)
{
    trial->epoch_wall_ms = sqlite3_column_int64(row, 12);
    trial->begin_ns = sqlite3_column_int64(row, 13);
    trial->end_ns = sqlite3_column_int64(row, 14);
    trial->offered = sqlite3_column_int64(row, 15);
    trial->started = sqlite3_column_int64(row, 16);
    trial->completed = sqlite3_column_int64(row, 17);
    trial->failed = sqlite3_column_int64(row, 18);
    trial->censored = sqlite3_column_int64(row, 19);
    trial->joined = sqlite3_column_int64(row, 20);
    trial->generator_cpu_ns = sqlite3_column_int64(row, 21);
    trial->generator_rss_bytes = sqlite3_column_int64(row, 22);
}

static void trial_row(struct sqlite3_stmt *row, void *context)
{
    struct reading *reading = context;
    size_t arm = dyno_report_arm_at(reading->model, sqlite3_column_int64(row, 4));
    if (arm >= reading->model->arm_count)
        return;
    struct dyno_report_trial *trial = dyno_vec_push(&reading->trials, NULL);
    trial->id = sqlite3_column_int64(row, 0);
    trial->is_warmup = is_text(row, 1, "warmup");
    trial->block = i64_or_none(row, 2);
    trial->position = i64_or_none(row, 3);
    trial->arm = arm;
    trial->start = sqlite3_column_int64(row, 5);
    trial->is_complete = is_text(row, 6, "complete");
    trial->is_valid = sqlite3_column_int(row, 7) != 0;
    trial->reason = dyno_report_column_text_or_empty(row, 8);
    trial->tag = dyno_report_column_text_or_empty(row, 9);
    trial->seed = dyno_report_column_text_or_empty(row, 10);
    trial->started_utc = dyno_report_column_text_or_empty(row, 11);
    take_counts(row, trial);
    trial->response = dyno_report_summarize(&(struct dyno_report_durations){.count = 0});
    trial->service = trial->response;
    trial->queries = dyno_xcalloc(reading->model->query_count + 1, sizeof *trial->queries);
    for (size_t i = 0; i < reading->model->query_count; i++)
        trial->queries[i] = trial->response;
}

static bool is_sound(const struct dyno_report_trial *trial)
{
    return !trial->is_warmup && trial->is_complete && trial->is_valid;
}

/* Which trials' statements are shown: the sound ones, or all if an arm has none of them. */
static void choose_trials(struct dyno_report_model *model)
{
    for (size_t i = 0; i < model->trial_count; i++) {
        struct dyno_report_arm *arm = &model->arms[model->trials[i].arm];
        arm->trials += !model->trials[i].is_warmup;
        arm->valid_trials += is_sound(&model->trials[i]);
    }
    model->is_of_valid_trials = true;
    for (size_t arm = 0; arm < model->arm_count; arm++)
        if (model->arms[arm].valid_trials == 0)
            model->is_of_valid_trials = false;
    for (size_t i = 0; i < model->trial_count; i++) {
        struct dyno_report_trial *trial = &model->trials[i];
        trial->is_counted = model->is_of_valid_trials ? is_sound(trial) : !trial->is_warmup;
        if (!trial->is_counted)
            continue;
        struct dyno_report_arm *arm = &model->arms[trial->arm];
        arm->offered += trial->offered;
        arm->completed += trial->completed;
        arm->failed += trial->failed;
        arm->censored += trial->censored;
        arm->window_s += (double)(trial->end_ns - trial->begin_ns) / 1e9;
    }
}

static void gate_row(struct sqlite3_stmt *row, void *context)
{
    struct dyno_report_model *model = context;
    size_t at = dyno_report_trial_at(model, sqlite3_column_int64(row, 0));
    if (at >= model->trial_count)
        return;
    struct dyno_report_trial *trial = &model->trials[at];
    trial->gates = dyno_xrealloc(trial->gates, (trial->gate_count + 1) * sizeof *trial->gates);
    trial->gates[trial->gate_count++] = (struct dyno_report_gate){
        .name = dyno_report_column_text_or_empty(row, 1),
        .value = dyno_report_column_f64(row, 2),
        .limit = dyno_report_column_f64(row, 3),
        .unit = dyno_report_column_text_or_empty(row, 4),
        .is_fatal = sqlite3_column_int(row, 5) != 0,
        .is_passed = sqlite3_column_int(row, 6) != 0,
        .text = dyno_report_column_text_or_empty(row, 7),
    };
}

static struct dyno_report_gate_sum *sum_of(struct dyno_vec *sums,
                                           const struct dyno_report_gate *gate)
{
    for (size_t i = 0; i < sums->len; i++) {
        struct dyno_report_gate_sum *sum = dyno_vec_at(sums, i);
        if (strcmp(sum->name, gate->name) == 0)
            return sum;
    }
    struct dyno_report_gate_sum *sum = dyno_vec_push(sums, NULL);
    sum->name = gate->name;
    sum->worst_value = (double)NAN;
    return sum;
}

static double distance(double value, double limit)
{
    return isnan(value) || isnan(limit) ? (double)INFINITY : fabs(value - limit);
}

/* A failure stands before every pass; among equals, the furthest failure or the nearest pass. */
static bool is_worse(const struct dyno_report_gate_sum *sum, const struct dyno_report_gate *gate)
{
    bool had_failure = sum->failures > 0;
    if (sum->trials == 0 || had_failure == gate->is_passed)
        return sum->trials == 0 || !gate->is_passed;
    double old = distance(sum->worst_value, sum->limit);
    double now = distance(gate->value, gate->limit);
    return gate->is_passed ? now < old : now > old;
}

static void add_gate(struct dyno_vec *sums, const struct dyno_report_gate *gate)
{
    struct dyno_report_gate_sum *sum = sum_of(sums, gate);
    if (is_worse(sum, gate)) {
        sum->unit = gate->unit;
        sum->text = gate->text;
        sum->worst_value = gate->value;
        sum->limit = gate->limit;
    }
    sum->is_fatal = sum->is_fatal || gate->is_fatal;
    sum->trials++;
    sum->failures += !gate->is_passed;
}

static int compare_gates(const void *a, const void *b)
{
    const struct dyno_report_gate_sum *x = a;
    const struct dyno_report_gate_sum *y = b;
    int by_failure = (y->failures > 0) - (x->failures > 0);
    int by_weight = y->is_fatal - x->is_fatal;
    if (by_failure != 0)
        return by_failure;
    return by_weight != 0 ? by_weight : strcmp(x->name, y->name);
}

static void sum_gates(struct dyno_report_model *model)
{
    struct dyno_vec sums = DYNO_VEC_INIT(struct dyno_report_gate_sum);
    for (size_t i = 0; i < model->trial_count; i++)
        for (size_t j = 0; j < model->trials[i].gate_count; j++)
            if (!model->trials[i].is_warmup)
                add_gate(&sums, &model->trials[i].gates[j]);
    model->gates = dyno_vec_take(&sums, &model->gate_count);
    if (model->gate_count > 1)
        qsort(model->gates, model->gate_count, sizeof *model->gates, compare_gates);
}

enum dyno_status dyno_report_load_trials(struct sqlite3 *db, struct dyno_report_model *model,
                                         struct dyno_err *err)
{
    struct reading reading = {.model = model, .trials = DYNO_VEC_INIT(struct dyno_report_trial)};
    enum dyno_status status =
        dyno_report_rows(db, trial_sql, &model->head.id, trial_row, &reading, err);
    model->trials = dyno_vec_take(&reading.trials, &model->trial_count);
    if (status == DYNO_OK)
        status = dyno_report_rows(db, gate_sql, &model->head.id, gate_row, model, err);
    choose_trials(model);
    sum_gates(model);
    return status;
}
