#include "experiment/trial.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rng.h"
#include "experiment/facts.h"
#include "experiment/gathered.h"
#include "experiment/gathered_gates.h"
#include "experiment/gathered_store.h"
#include "experiment/scratch.h"
#include "experiment/warmup.h"
#include "store/carry.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SAMPLE_PERIOD_NS (2 * DYNO_NS_PER_S)

/* Strings are borrowed from options; only arrays and the tag are owned. */
static void fill_plan(struct dyno_bench *bench, size_t arm, uint64_t seed, bool is_warmup,
                      struct dyno_trial_plan *plan)
{
    const struct dyno_experiment_options *o = bench->options;
    const struct dyno_workload *w = o->workload;
    plan->tag = dyno_xasprintf("x%lld.%lld.%d", (long long)(dyno_wall_ms() / 1000 % 100000000),
                               (long long)bench->experiment_id, bench->files_made);
    plan->seed = seed;
    plan->target = bench->target;
    plan->settings = dyno_profile_select(&o->arms[arm], DYNO_SETTING_SESSION, &plan->setting_count);
    plan->queries = dyno_xcalloc(w->query_count, sizeof *plan->queries);
    plan->query_count = w->query_count;
    for (size_t i = 0; i < w->query_count; i++) {
        plan->queries[i] = (struct dyno_trial_query){.name = w->queries[i].name,
                                                     .sql = w->queries[i].sql,
                                                     .weight = w->queries[i].weight,
                                                     .max_rows = w->queries[i].max_rows};
    }
    plan->load = bench->load;
    plan->replay = w->trace.replay; /* borrowed, as the queries are */
    if (is_warmup)
        plan->load.warmup_executions = bench->warmup_executions;
    plan->is_warmup = is_warmup;
    plan->want_checksum = is_warmup;
}

static void tell_epoch(void *ctx, int64_t epoch_monotonic_ns)
{
    dyno_collector_set_epoch(ctx, epoch_monotonic_ns);
}

static enum dyno_status run_and_collect(struct dyno_bench *bench, struct dyno_gathered *g,
                                        const struct dyno_trial_place *place, const char *stage,
                                        struct dyno_err *err)
{
    struct dyno_spark_info info = {0};
    if (bench->server != NULL)
        dyno_spark_server_info(bench->server, &info);
    struct dyno_collector_options options = {.rest_url = bench->rest_url,
                                             .app_id = bench->app_id,
                                             .tag = g->plan.tag,
                                             .server_pid = info.pid,
                                             .period_ns = SAMPLE_PERIOD_NS,
                                             .retained_jobs = bench->retained_jobs,
                                             .log = bench->options->log};
    struct dyno_collector *collector = NULL;
    enum dyno_status status = dyno_collector_start(&options, &collector, err);
    if (status != DYNO_OK)
        return status;
    struct dyno_generators_watch watch = {
        .stage = stage, .place = place, .on_epoch = tell_epoch, .ctx = collector};
    status = dyno_generators_run(bench, &g->plan, &watch, &g->child, err);
    enum dyno_status collected = dyno_collector_finish(collector, &g->collected, err);
    return status != DYNO_OK ? status : collected;
}

static enum dyno_status gather(struct dyno_bench *bench, size_t arm, struct dyno_gathered *g,
                               const struct dyno_layout_trial *slot, const char *stage,
                               struct dyno_err *err)
{
    const struct dyno_trial_place place = {.role = slot != NULL ? "measure" : "warmup",
                                           .block = slot != NULL ? slot->block : -1,
                                           .position = slot != NULL ? slot->position : -1,
                                           .arm_id = bench->arm_ids[arm],
                                           .tag = g->plan.tag,
                                           .seed = g->plan.seed};
    enum dyno_status status = run_and_collect(bench, g, &place, stage, err);
    if (status != DYNO_OK)
        return status;
    dyno_gathered_explain_end(bench, g);
    if (g->child.file != NULL) {
        dyno_gathered_read_records(g);
        status = dyno_latency_rows_init(&g->latencies, g->child.file, err);
    }
    if (status == DYNO_OK && g->child.file != NULL)
        status = dyno_facts_store_driver(bench, dyno_trial_file_header(g->child.file), err);
    if (status == DYNO_OK)
        dyno_gathered_join(bench, arm, g);
    return status;
}

enum dyno_status dyno_trial_warm_up(struct dyno_bench *bench, size_t arm, struct dyno_err *err)
{
    struct dyno_gathered g = {0};
    char stage[160];
    (void)snprintf(stage, sizeof stage, "warming up with profile %s",
                   bench->options->arms[arm].name);
    fill_plan(bench, arm, bench->options->seed, true, &g.plan);
    enum dyno_status status = gather(bench, arm, &g, NULL, stage, err);
    g.is_valid = g.reason[0] == '\0';
    struct dyno_store_trial trial = {
        .role = "warmup", .block = -1, .position = -1, .arm_id = bench->arm_ids[arm]};
    struct dyno_store_warmup *warmups = NULL;
    if (status == DYNO_OK) {
        warmups = dyno_warmup_look(bench, &g);
        trial.warmups = warmups;
        trial.warmup_count = bench->options->workload->query_count;
    }
    if (status == DYNO_OK)
        status = dyno_gathered_store(bench, &g, &trial, err);
    if (status == DYNO_OK)
        status = dyno_warmup_judge(bench, &g, err);
    free(warmups);
    dyno_gathered_deinit(&g);
    return status;
}

enum dyno_status dyno_trial_take_in(struct dyno_bench *bench, const struct dyno_trial_place *place,
                                    struct dyno_trial_file *file, struct dyno_err *err)
{
    struct dyno_gathered g = {.child = {.file = file}};
    struct dyno_store_trial trial = {.role = place->role,
                                     .block = place->block,
                                     .position = place->position,
                                     .arm_id = place->arm_id};
    g.plan.tag = dyno_xstrdup(place->tag);
    g.plan.seed = place->seed;
    (void)snprintf(g.reason, sizeof g.reason,
                   "sparkdyno was ended before it could store this trial; its records were found "
                   "and taken in later");
    dyno_gathered_read_records(&g);
    enum dyno_status status = dyno_latency_rows_init(&g.latencies, file, err);
    if (status == DYNO_OK)
        status = dyno_gathered_store(bench, &g, &trial, err);
    dyno_gathered_deinit(&g);
    return status;
}

static void name_stage(const struct dyno_bench *bench, const struct dyno_layout_trial *slot,
                       char *out, size_t room)
{
    const struct dyno_experiment_options *o = bench->options;
    double window_s = (double)bench->load.measure_ns / (double)DYNO_NS_PER_S;
    if (o->capacity == NULL)
        (void)snprintf(out, room, "block %d of %d: %s", slot->block + 1, o->blocks,
                       o->arms[slot->arm].name);
    else if (bench->load.arrival == DYNO_ARRIVAL_CLOSED)
        (void)snprintf(out, room, "restart %d of %d: closed loop of %" PRId64 ", %.3g s",
                       slot->block + 1, o->blocks, bench->load.sessions, window_s);
    else
        (void)snprintf(out, room, "restart %d of %d: %.3g/s, %.3g s", slot->block + 1, o->blocks,
                       bench->load.rate_per_s, window_s);
}

enum dyno_status dyno_trial_take_in_shares(struct dyno_bench *bench,
                                           const struct dyno_trial_place *place,
                                           const struct dyno_trial_shares *shares,
                                           struct dyno_trial_file *file, struct dyno_err *err)
{
    struct dyno_trial_header *header = dyno_trial_file_header(file);
    struct dyno_gathered g = {.child = {.file = file,
                                        .crashes = (int)header->crashes,
                                        .stuck = header->stuck,
                                        .last_words = "its own output says why"},
                              .shares = shares};
    struct dyno_store_trial trial = {.role = place->role,
                                     .block = place->block,
                                     .position = place->position,
                                     .arm_id = place->arm_id};
    g.plan.tag = dyno_xstrdup(place->tag);
    g.plan.seed = place->seed;
    g.plan.load = bench->load;
    g.collected.dropped_events = (double)NAN;
    dyno_gathered_explain_end(bench, &g);
    dyno_gathered_read_records(&g);
    enum dyno_status status = dyno_latency_rows_init(&g.latencies, file, err);
    if (status == DYNO_OK)
        status = dyno_facts_store_driver(bench, header, err);
    if (status == DYNO_OK) {
        dyno_gathered_judge(bench, 0, &g);
        status = dyno_gathered_store(bench, &g, &trial, err);
    }
    dyno_gathered_deinit(&g);
    return status;
}

enum dyno_status dyno_trial_hand_out(struct dyno_bench *bench, const char *path,
                                     struct dyno_err *err)
{
    const struct dyno_layout_trial *slot = &bench->layout.trials[0];
    struct dyno_trial_plan plan = {.tag = NULL};
    fill_plan(bench, (size_t)slot->arm, slot->seed, false, &plan);
    /* Experiments that are handed out have no number yet that would tell their statements apart. */
    free(plan.tag);
    plan.tag = dyno_xasprintf("p%lld.%08llx", (long long)(dyno_wall_ms() / 1000 % 100000000),
                              (unsigned long long)(dyno_rng_fresh_seed() & UINT32_MAX));
    enum dyno_status status =
        dyno_store_carry_out(bench->store, bench->experiment_id, &plan.carried, err);
    if (status == DYNO_OK)
        status = dyno_trial_plan_write(&plan, path, err);
    free(plan.carried);
    free(plan.tag);
    free(plan.settings);
    free(plan.queries);
    return status;
}

enum dyno_status dyno_trial_measure(struct dyno_bench *bench, const struct dyno_layout_trial *slot,
                                    bool *is_complete_out, struct dyno_err *err)
{
    struct dyno_gathered g = {0};
    size_t arm = (size_t)slot->arm;
    int64_t begin_ns = dyno_now_ns();
    char stage[160];
    name_stage(bench, slot, stage, sizeof stage);
    fill_plan(bench, arm, slot->seed, false, &g.plan);
    enum dyno_status status = gather(bench, arm, &g, slot, stage, err);
    if (status == DYNO_OK)
        dyno_gathered_judge(bench, arm, &g);
    if (status == DYNO_OK && g.why.source != NULL) {
        dyno_gathered_store_plans(bench, &g, arm);
        dyno_why_judge(&g.why, g.collected.counters, g.collected.counter_count);
    }
    struct dyno_store_trial trial = {.role = "measure",
                                     .block = slot->block,
                                     .position = slot->position,
                                     .arm_id = bench->arm_ids[arm]};
    if (status == DYNO_OK)
        status = dyno_gathered_store(bench, &g, &trial, err);
    /* What was measured and cannot be stored is not thrown away with the scratch files. */
    if (status != DYNO_OK && g.child.file != NULL)
        (void)dyno_err_prepend(err, "a trial could not be stored, its files are kept in '%s'",
                               dyno_scratch_keep(bench));
    *is_complete_out = g.reason[0] == '\0';
    bench->trials_run++;
    bench->trial_cost_ns = dyno_now_ns() - begin_ns;
    dyno_gathered_deinit(&g);
    return status;
}
