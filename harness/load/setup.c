#include "load/setup.h"

#include "base/alloc.h"
#include "load/schedule.h"
#include "spark/setting.h"

#include <stdlib.h>

#define MAX_QUERIES 65535

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The most statements that a closed loop can get through: the limit of the file, or as many as the
 * think time leaves room for. */
static uint64_t closed_capacity(const struct dyno_load_shape *load)
{
    if (load->think_ns == 0)
        return DYNO_MAX_STATEMENTS;
    int64_t window_ns = load->trial_warmup_ns + load->measure_ns;
    uint64_t each = (uint64_t)(window_ns / load->think_ns) + 2;
    return smaller(each, DYNO_MAX_STATEMENTS / (uint64_t)load->sessions) * (uint64_t)load->sessions;
}

static enum dyno_status find_capacity(struct dyno_run *run, struct dyno_err *err)
{
    const struct dyno_trial_plan *plan = run->plan;
    if (plan->is_warmup) {
        run->capacity = (uint64_t)plan->load.warmup_executions * plan->query_count;
        if (run->capacity > DYNO_MAX_STATEMENTS)
            return dyno_err_set(err, DYNO_ELIMIT, "the warm-up has over 20 million statements");
        return DYNO_OK;
    }
    if (run->is_open_loop)
        return dyno_schedule_count(&plan->load, plan->seed, &run->capacity, err);
    run->capacity = closed_capacity(&plan->load);
    return DYNO_OK;
}

/* The whole schedule goes into the slots before the go: what nobody gets round to is seen as offered. */
static void write_schedule(struct dyno_run *run)
{
    struct dyno_schedule schedule;
    dyno_schedule_init(&schedule, &run->plan->load, run->plan->seed);
    for (uint64_t seq = 0; seq < run->capacity; seq++) {
        int64_t intended_ns = 0;
        if (!dyno_schedule_next(&schedule, &intended_ns))
            break;
        run->records[seq] = (struct dyno_record){
            .seq = seq,
            .intended_ns = intended_ns,
            .claim_ns = -1,
            .send_ns = -1,
            .exec_ns = -1,
            .first_ns = -1,
            .done_ns = -1,
            .session = UINT32_MAX,
            .query = dyno_mix_draw(&run->mix, seq),
            .phase = intended_ns < run->measure_begin_ns ? DYNO_PHASE_WARMUP : DYNO_PHASE_MEASURE,
            .outcome = DYNO_OUTCOME_EMPTY};
    }
    run->header->scheduled = run->capacity;
}

static enum dyno_status make_file(struct dyno_run *run, const char *path, struct dyno_err *err)
{
    enum dyno_status status = dyno_trial_file_create(path, run->capacity, &run->file, err);
    if (status != DYNO_OK)
        return status;
    run->header = dyno_trial_file_header(run->file);
    run->records = run->capacity == 0 ? NULL : dyno_trial_file_record(run->file, 0);
    if (run->is_open_loop || run->is_warmup)
        status = dyno_trial_file_reserve(run->file, run->capacity, err);
    if (status == DYNO_OK && run->is_open_loop)
        write_schedule(run);
    return status;
}

static enum dyno_status check_plan(const struct dyno_trial_plan *plan, struct dyno_err *err)
{
    if (plan->query_count == 0 || plan->query_count > MAX_QUERIES)
        return dyno_err_set(err, DYNO_EINPUT, "a trial needs 1 to %d queries", MAX_QUERIES);
    return dyno_load_shape_check(&plan->load, err);
}

static void copy_plan(struct dyno_run *run, const struct dyno_trial_plan *plan)
{
    run->plan = plan;
    run->is_warmup = plan->is_warmup;
    run->is_open_loop = !plan->is_warmup && plan->load.arrival != DYNO_ARRIVAL_CLOSED;
    run->want_checksum = plan->want_checksum;
    run->must_connect_alone = plan->target.kind == DYNO_TARGET_ODBC;
    run->timeout_ns = plan->load.timeout_ns;
    run->think_ns = run->is_open_loop || plan->is_warmup ? 0 : plan->load.think_ns;
    run->measure_begin_ns = plan->load.trial_warmup_ns;
    run->max_rows = dyno_xcalloc(plan->query_count, sizeof *run->max_rows);
    for (size_t i = 0; i < plan->query_count; i++)
        run->max_rows[i] = plan->queries[i].max_rows;
    dyno_mix_init(&run->mix, plan);
}

enum dyno_status dyno_run_new(const struct dyno_generator_options *options,
                              const struct dyno_generator_world *world, struct dyno_run **out,
                              struct dyno_err *err)
{
    const struct dyno_trial_plan *plan = options->plan;
    enum dyno_status status = check_plan(plan, err);
    if (status != DYNO_OK)
        return status;
    struct dyno_run *run = dyno_xcalloc(1, sizeof *run);
    run->clock = world->clock;
    run->ops = world->ops;
    dyno_gate_init(&run->gate);
    pthread_mutex_init(&run->connect_lock, NULL);
    pthread_mutex_init(&run->error_lock, NULL);
    copy_plan(run, plan);
    if (plan->setting_count > 0)
        status = dyno_settings_statements(plan->settings, plan->setting_count, &run->setting_sql,
                                          &run->setting_sql_count, err);
    if (status == DYNO_OK)
        status = find_capacity(run, err);
    if (status == DYNO_OK)
        status = make_file(run, options->trial_path, err);
    if (status != DYNO_OK) {
        dyno_run_free(run);
        return status;
    }
    *out = run;
    return DYNO_OK;
}

void dyno_run_free(struct dyno_run *run)
{
    if (run->file != NULL)
        dyno_trial_file_trim(run->file);
    dyno_trial_file_close(run->file);
    for (size_t i = 0; i < run->setting_sql_count; i++)
        free(run->setting_sql[i]);
    free(run->setting_sql);
    dyno_mix_deinit(&run->mix);
    free(run->max_rows);
    pthread_mutex_destroy(&run->error_lock);
    pthread_mutex_destroy(&run->connect_lock);
    dyno_gate_deinit(&run->gate);
    free(run);
}
