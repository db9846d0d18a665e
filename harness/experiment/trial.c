#include "experiment/trial.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "collect/collector.h"
#include "collect/host.h"
#include "decide/gates.h"
#include "experiment/facts.h"
#include "experiment/generators.h"
#include "experiment/latency.h"
#include "experiment/log_reading.h"
#include "experiment/scratch.h"
#include "experiment/start.h"
#include "experiment/why.h"
#include "explain/join.h"
#include "load/steady.h"
#include "store/carry.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAMPLE_PERIOD_NS (2 * DYNO_NS_PER_S)
/* Less than a page is left of a full disk, but another may have freed some since. */
#define FULL_DISK_BYTES (INT64_C(1) << 20)

/* Everything that a trial gathers on its way into the store. */
struct gathered {
    struct dyno_trial_plan plan;
    struct dyno_generated child;
    struct dyno_collected collected;
    struct dyno_spark_statement *statements;
    size_t statement_count;
    struct dyno_why why;
    struct dyno_store_record *records;
    size_t record_count;
    struct dyno_counters counters;
    struct dyno_latency_rows latencies;
    struct dyno_store_gate gates[DYNO_GATE_MAX];
    size_t gate_count;
    const struct dyno_trial_shares *shares; /* NULL: it was run here */
    int64_t joined;
    bool is_valid;
    char reason[512]; /* why it is partial; "" if it is complete */
};

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

static void free_gathered(struct gathered *g)
{
    free(g->plan.tag);
    free(g->plan.settings);
    free(g->plan.queries);
    dyno_trial_file_close(g->child.file);
    dyno_collected_deinit(&g->collected);
    dyno_latency_rows_deinit(&g->latencies);
    free(g->statements);
    dyno_why_deinit(&g->why);
    free(g->records);
}

static void tell_epoch(void *ctx, int64_t epoch_monotonic_ns)
{
    dyno_collector_set_epoch(ctx, epoch_monotonic_ns);
}

static enum dyno_status run_and_collect(struct dyno_bench *bench, struct gathered *g,
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

static void read_records(struct gathered *g)
{
    uint64_t count = dyno_trial_file_count(g->child.file);
    g->records = dyno_xcalloc((size_t)count, sizeof *g->records);
    for (uint64_t seq = 0; seq < count; seq++) {
        const struct dyno_record *r = dyno_trial_file_record(g->child.file, seq);
        g->records[g->record_count++] = (struct dyno_store_record){.seq = (int64_t)seq,
                                                                   .query = r->query,
                                                                   .session = (int)r->session,
                                                                   .phase = r->phase,
                                                                   .outcome = r->outcome,
                                                                   .intended_ns = r->intended_ns,
                                                                   .claim_ns = r->claim_ns,
                                                                   .send_ns = r->send_ns,
                                                                   .exec_ns = r->exec_ns,
                                                                   .first_ns = r->first_ns,
                                                                   .done_ns = r->done_ns,
                                                                   .row_count = r->rows,
                                                                   .bytes = r->bytes,
                                                                   .checksum = r->checksum,
                                                                   .sqlstate = r->sqlstate,
                                                                   .attempt = r->attempt,
                                                                   .flags = r->flags};
    }
    dyno_trial_file_count_outcomes(g->child.file, &g->counters);
}

/* What the generator said at its end, as a part of a sentence; `out` is returned. */
static const char *last_words(const struct dyno_bench *bench, const struct dyno_generated *child,
                              char *out, size_t room)
{
    int64_t free_bytes = dyno_dir_free_bytes(bench->options->cache_dir);
    if (child->last_words[0] != '\0')
        (void)snprintf(out, room, ": %s", child->last_words);
    else if (free_bytes >= 0 && free_bytes < FULL_DISK_BYTES)
        (void)snprintf(out, room, ": the disk of '%.300s' is full, make room there",
                       bench->options->cache_dir);
    else
        (void)snprintf(out, room, " and said nothing");
    return out;
}

/* Why the trial is not whole, in the order of what a reader should hear first. */
static void explain_end(struct dyno_bench *bench, struct gathered *g)
{
    const struct dyno_generated *child = &g->child;
    struct dyno_err contradiction = DYNO_ERR_INIT;
    char words[400];
    size_t room = sizeof g->reason;
    if (child->file == NULL) {
        (void)snprintf(g->reason, room, "the generator left no records (exit code %d, signal %d)%s",
                       child->exit_code, child->signal,
                       last_words(bench, child, words, sizeof words));
        return;
    }
    const struct dyno_trial_header *header = dyno_trial_file_header(child->file);
    if (!dyno_start_is_alive(bench))
        (void)snprintf(g->reason, room, "the server went away during the trial");
    else if (child->was_killed)
        (void)snprintf(g->reason, room, "the generator did not end in time and was killed");
    else if (child->has_absent)
        (void)snprintf(g->reason, room, "%.200s (exit code %d, signal %d)%s", header->error,
                       child->exit_code, child->signal,
                       last_words(bench, child, words, sizeof words));
    else if (child->has_gap)
        (void)snprintf(g->reason, room, "%s: a fault of the driver or of ours", child->crash);
    else if (atomic_load(&header->state) == DYNO_TRIAL_FAILED)
        (void)snprintf(g->reason, room, "%.500s", header->error);
    else if (atomic_load(&header->was_interrupted) != 0)
        (void)snprintf(g->reason, room, "interrupted");
    else if (atomic_load(&header->state) != DYNO_TRIAL_FINISHED)
        (void)snprintf(g->reason, room, "the generator ended early (exit code %d)%s",
                       child->exit_code, last_words(bench, child, words, sizeof words));
    else if (dyno_trial_file_check(child->file, &contradiction) != DYNO_OK)
        (void)snprintf(g->reason, room, "%.500s", contradiction.message);
}

/* What the server wrote down in full, if it does; else what REST told of it. */
static void explain_by_log(struct dyno_bench *bench, struct gathered *g)
{
    struct dyno_reported rest = {&g->collected, g->statements, g->statement_count};
    struct dyno_str complaint;
    dyno_str_init(&complaint, 8192);
    if (g->collected.complaint != NULL)
        dyno_str_append(&complaint, g->collected.complaint);
    dyno_log_read_trial(bench, g->plan.tag, &g->why, &rest, &complaint);
    if (complaint.len > 0) {
        free(g->collected.complaint);
        g->collected.complaint = dyno_str_take(&complaint);
    }
    dyno_str_deinit(&complaint);
}

static void join_with_spark(struct dyno_bench *bench, size_t arm, struct gathered *g)
{
    const struct dyno_experiment_options *o = bench->options;
    struct dyno_why_options options = {.records = g->records,
                                       .record_count = g->record_count,
                                       .query_count = o->workload->query_count,
                                       .cores = o->managed != NULL ? o->managed->cores : 0};
    if (g->record_count == 0)
        return;
    options.epoch_wall_ms = dyno_trial_file_header(g->child.file)->epoch_wall_ms;
    dyno_place_init(&options.place, o->workload, &o->arms[arm]);
    dyno_why_init(&g->why, &options, "rest");
    if (bench->rest_url == NULL)
        return;
    struct dyno_join_sink sink = {dyno_why_see, &g->why};
    bool has_log = dyno_log_is_written(bench);
    dyno_explain_join(&g->collected, g->plan.tag, has_log ? NULL : &sink, &g->statements,
                      &g->statement_count);
    if (has_log)
        explain_by_log(bench, g);
    for (size_t i = 0; i < g->statement_count; i++) {
        int64_t seq = g->statements[i].seq;
        if (seq < 0 || (size_t)seq >= g->record_count)
            continue;
        const struct dyno_store_record *record = &g->records[seq];
        g->joined += record->phase == DYNO_PHASE_MEASURE && record->outcome == DYNO_OUTCOME_OK;
    }
}

/* On a machine that runs the server, too; a cluster's processes are not told apart from others. */
static double other_cpu_ratio(const struct dyno_bench *bench, const struct gathered *g,
                              const struct dyno_trial_header *header)
{
    const struct dyno_managed_options *managed = bench->options->managed;
    if (managed == NULL || managed->kind != DYNO_SPARK_LOCAL)
        return (double)NAN;
    double elapsed_s = 0;
    double beside_s = dyno_host_cpu_beside_server_s(g->collected.counters,
                                                    g->collected.counter_count, &elapsed_s);
    double generator_s =
        (double)(header->cpu_user_ns + header->cpu_system_ns) / (double)DYNO_NS_PER_S;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    double ratio = (beside_s - generator_s) / elapsed_s / (double)(cores > 0 ? cores : 1);
    return ratio < 0 ? 0 : ratio;
}

static void fill_load_facts(const struct dyno_load_shape *load, struct dyno_gate_facts *facts)
{
    facts->is_poisson =
        load->arrival == DYNO_ARRIVAL_POISSON && load->step_count == 0 && load->burst_on_ns == 0;
    facts->rate_per_s = load->rate_per_s;
    facts->stall_p999_ms = (double)NAN;
    facts->steal_ratio = (double)NAN;
    facts->thread_cpu_ratio = (double)NAN;
    facts->clock_drift_ppm = (double)NAN;
    facts->wall_step_ms = (double)NAN;
    facts->other_cpu_ratio = (double)NAN;
}

static void fill_machine_facts(const struct dyno_trial_header *header,
                               struct dyno_gate_facts *facts)
{
    if (header->stall_count == 0) /* it did not come to its end */
        return;
    facts->stall_p999_ms = (double)header->stall_p999_ns / (double)DYNO_NS_PER_MS;
    facts->steal_ratio = header->steal_ratio;
    facts->clock_drift_ppm = header->clock_drift_ppm;
    facts->wall_step_ms = (double)header->wall_step_ns / (double)DYNO_NS_PER_MS;
    facts->clock_source = header->clock_source;
    if (header->measure_end_ns > 0)
        facts->thread_cpu_ratio = (double)header->thread_cpu_ns / (double)header->measure_end_ns;
}

/* Does the store hold, for this start, the proof of every setting of the arm? */
static bool were_settings_proved(struct dyno_bench *bench, size_t arm)
{
    struct dyno_err err = DYNO_ERR_INIT;
    int64_t proved = 0;
    if (dyno_store_settings_proved(bench->store, bench->start_id, bench->arm_ids[arm], &proved,
                                   &err) != DYNO_OK) {
        dyno_log(bench->options->log, DYNO_LOG_WARNING, "%s", err.message);
        return false;
    }
    return proved == (int64_t)bench->options->arms[arm].setting_count;
}

static void judge_by_gates(struct dyno_bench *bench, size_t arm, struct gathered *g)
{
    bool has_rest = bench->rest_url != NULL;
    struct dyno_gate_facts facts = {.records = g->records,
                                    .record_count = g->record_count,
                                    .is_open_loop = bench->load.arrival != DYNO_ARRIVAL_CLOSED,
                                    .measure_ns = bench->load.measure_ns,
                                    .sessions = bench->load.sessions,
                                    .offered = g->counters.offered,
                                    .completed = g->counters.completed,
                                    .failed = g->counters.failed,
                                    .censored = g->counters.censored,
                                    .dropped_events = g->collected.dropped_events,
                                    .joined_ratio = NAN,
                                    .generator_cpu_ratio = NAN,
                                    .queries = (int64_t)bench->options->workload->query_count,
                                    .were_settings_applied = were_settings_proved(bench, arm),
                                    .is_server_alive = dyno_start_is_alive(bench)};
    fill_load_facts(&g->plan.load, &facts);
    if (has_rest && g->counters.completed > 0)
        facts.joined_ratio = (double)g->joined / (double)g->counters.completed;
    if (!has_rest)
        facts.dropped_events = NAN;
    if (g->child.file != NULL) {
        const struct dyno_trial_header *header = dyno_trial_file_header(g->child.file);
        facts.generator_cpu_ratio = header->cpu_ratio;
        fill_machine_facts(header, &facts);
        facts.other_cpu_ratio = other_cpu_ratio(bench, g, header);
        facts.generator_crashes = g->child.crashes;
        facts.crash = g->child.crash;
        facts.stuck_sessions = g->child.stuck;
    }
    if (g->shares != NULL) {
        facts.shares = (int64_t)g->shares->planned;
        facts.begin_spread_ms = g->shares->begin_spread_ms;
    }
    g->gate_count = dyno_gates_judge(&facts, g->gates, &g->is_valid);
    if (g->reason[0] != '\0')
        g->is_valid = false;
}

static void fill_from_header(const struct gathered *g, struct dyno_store_trial *trial)
{
    if (g->child.file == NULL)
        return;
    const struct dyno_trial_header *header = dyno_trial_file_header(g->child.file);
    trial->epoch_wall_ms = header->epoch_wall_ms;
    trial->measure_begin_ns = header->measure_begin_ns;
    trial->measure_end_ns = header->measure_end_ns;
    trial->generator_cpu_ns = header->cpu_user_ns + header->cpu_system_ns;
    trial->generator_rss_bytes = header->max_rss_bytes;
    trial->schedule_sha256 = header->schedule_sha256;
}

/* Error texts as the generator sampled them; borrowed from the mapping. */
static size_t fill_errors(const struct gathered *g, struct dyno_store_error_sample *errors,
                          size_t room)
{
    if (g->child.file == NULL)
        return 0;
    const struct dyno_trial_header *header = dyno_trial_file_header(g->child.file);
    size_t count = header->error_sample_count < room ? header->error_sample_count : room;
    for (size_t i = 0; i < count; i++) {
        errors[i] = (struct dyno_store_error_sample){.query = header->error_samples[i].query,
                                                     .outcome = header->error_samples[i].outcome,
                                                     .sqlstate = header->error_samples[i].sqlstate,
                                                     .text = header->error_samples[i].text};
    }
    return count;
}

/* Jobs that went on after their trial: those that were ended, and those that could not be. */
static void warn_of_outliving(struct dyno_bench *bench, int64_t trial_id,
                              const struct dyno_ending *ending)
{
    if (ending->left > 0)
        dyno_bench_warn(
            bench, trial_id, "jobs_remain",
            "%lld jobs of this trial still run on the server and could not be ended (job "
            "%lld%s): wait for them, or end them there",
            (long long)ending->left, (long long)ending->first_left,
            ending->taken == 0 ? ", the server refused to" : "");
    else if (ending->found > 0)
        dyno_bench_warn(
            bench, trial_id, "jobs_ended",
            "%lld jobs of this trial still ran on the server after it: they were ended%s",
            (long long)ending->found,
            ending->left < 0 ? ", but the server does not tell whether they stopped" : "");
}

static enum dyno_status store_trial(struct dyno_bench *bench, const struct gathered *g,
                                    struct dyno_store_trial *trial, struct dyno_err *err)
{
    struct dyno_store_error_sample errors[16];
    int64_t id = 0;
    fill_from_header(g, trial);
    trial->start_id = bench->start_id;
    trial->state = g->reason[0] == '\0' ? "complete" : "partial";
    trial->reason = g->reason;
    trial->tag = g->plan.tag;
    trial->seed = g->plan.seed;
    trial->offered = g->counters.offered;
    trial->started = g->counters.started;
    trial->completed = g->counters.completed;
    trial->failed = g->counters.failed;
    trial->censored = g->counters.censored;
    trial->joined = g->joined;
    trial->is_valid = g->is_valid;
    trial->records = g->records;
    trial->record_count = g->record_count;
    trial->statements = g->statements;
    trial->statement_count = g->statement_count;
    trial->accounts = g->why.accounts.items;
    trial->account_count = g->why.accounts.len;
    trial->stages = g->why.stages.items;
    trial->stage_count = g->why.stages.len;
    trial->findings = g->why.findings;
    trial->finding_count = g->why.finding_count;
    trial->counters = g->collected.counters;
    trial->counter_count = g->collected.counter_count;
    trial->gates = g->gates;
    trial->gate_count = g->gate_count;
    trial->histograms = g->latencies.rows.items;
    trial->histogram_count = g->latencies.rows.len;
    if (g->shares != NULL) {
        trial->shares = g->shares->rows;
        trial->share_count = g->shares->count;
    }
    trial->errors = errors;
    trial->error_count = fill_errors(g, errors, sizeof errors / sizeof errors[0]);
    enum dyno_status status =
        dyno_store_trial_add(bench->store, bench->experiment_id, trial, &id, err);
    trial->errors = NULL;
    if (status != DYNO_OK)
        return status;
    if (g->collected.complaint != NULL)
        dyno_bench_warn(bench, id, "collection_incomplete", "Spark's numbers are incomplete: %s",
                        g->collected.complaint);
    warn_of_outliving(bench, id, &g->collected.ending);
    if (g->reason[0] != '\0')
        dyno_bench_warn(bench, id, "trial_partial", "a trial is kept but not judged: %s",
                        g->reason);
    return DYNO_OK;
}

static const struct dyno_spark_statement *find_execution(const struct gathered *g, size_t query)
{
    for (size_t i = g->statement_count; i > 0; i--) {
        const struct dyno_spark_statement *s = &g->statements[i - 1];
        bool is_record = s->seq >= 0 && (size_t)s->seq < g->record_count;
        if (is_record && s->execution_id >= 0 && s->jobs > 0 &&
            g->records[s->seq].outcome == DYNO_OUTCOME_OK &&
            (size_t)g->records[s->seq].query == query)
            return s;
    }
    return NULL;
}

/* The plans of each arm once, from a measured trial: what was really run. */
static void store_plans(struct dyno_bench *bench, struct gathered *g, size_t arm)
{
    size_t query_count = bench->options->workload->query_count;
    for (size_t query = 0; bench->rest_url != NULL && query < query_count; query++) {
        bool *has_plan = &bench->has_plan[arm * query_count + query];
        const struct dyno_spark_statement *s = find_execution(g, query);
        char *text = NULL;
        struct dyno_err err = DYNO_ERR_INIT;
        if (*has_plan || s == NULL)
            continue;
        if (dyno_collect_plan_text(bench->rest_url, bench->app_id, s->execution_id, &text, &err) ==
                DYNO_OK &&
            dyno_store_plan_put(bench->store, bench->experiment_id, bench->arm_ids[arm], (int)query,
                                s->execution_id, text, &err) == DYNO_OK)
            *has_plan = true;
        else
            dyno_log(bench->options->log, DYNO_LOG_DEBUG, "no plan: %s", err.message);
        if (*has_plan && strcmp(g->why.source, "rest") == 0)
            dyno_why_see_plan(&g->why, (int64_t)query, text);
        free(text);
    }
}

static enum dyno_status gather(struct dyno_bench *bench, size_t arm, struct gathered *g,
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
    explain_end(bench, g);
    if (g->child.file != NULL) {
        read_records(g);
        status = dyno_latency_rows_init(&g->latencies, g->child.file, err);
    }
    if (status == DYNO_OK && g->child.file != NULL)
        status = dyno_facts_store_driver(bench, dyno_trial_file_header(g->child.file), err);
    if (status == DYNO_OK)
        join_with_spark(bench, arm, g);
    return status;
}

/* A warm-up that did not run every query well says that measuring would be pointless. */
static enum dyno_status judge_warm_up(const struct dyno_bench *bench, const struct gathered *g,
                                      struct dyno_err *err)
{
    const struct dyno_workload *w = bench->options->workload;
    if (dyno_bench_is_stopped(bench))
        return dyno_err_set(err, DYNO_ECANCELLED, "stopped");
    if (g->reason[0] != '\0')
        return dyno_err_set(err, DYNO_EENV, "warm-up: %s", g->reason);
    for (size_t i = 0; i < g->record_count; i++) {
        const struct dyno_store_record *r = &g->records[i];
        if (r->outcome == DYNO_OUTCOME_OK || r->outcome == DYNO_OUTCOME_EMPTY)
            continue;
        const struct dyno_trial_header *header = dyno_trial_file_header(g->child.file);
        const char *text = header->error_sample_count > 0 ? header->error_samples[0].text : "";
        const char *query = (size_t)r->query < w->query_count ? w->queries[r->query].name : "?";
        return dyno_err_set_sql(err, DYNO_EINPUT, r->sqlstate, 0,
                                "query '%s' of workload '%s' failed in the warm-up (%s): %s", query,
                                w->name, dyno_outcome_name((enum dyno_outcome)r->outcome), text);
    }
    return DYNO_OK;
}

/* What each query's service times did; warns if a warm-up that was to become steady has not. */
static struct dyno_store_warmup *look_at_steadiness(struct dyno_bench *bench,
                                                    const struct gathered *g)
{
    const struct dyno_workload *w = bench->options->workload;
    const struct dyno_load_shape *load = &g->plan.load;
    struct dyno_store_warmup *rows = dyno_xcalloc(w->query_count, sizeof *rows);
    struct dyno_steady *steady = dyno_xcalloc(w->query_count, sizeof *steady);
    if (g->child.file != NULL)
        (void)dyno_steady_look(g->child.file, w->query_count, steady);
    for (size_t i = 0; i < w->query_count; i++) {
        rows[i] = (struct dyno_store_warmup){.query = (int)i,
                                             .executions = steady[i].executions,
                                             .truncated = steady[i].truncated,
                                             .is_steady = steady[i].is_steady,
                                             .before_ns = steady[i].mean_before_ns,
                                             .after_ns = steady[i].mean_after_ns};
        if (load->warmup_max > load->warmup_executions && !steady[i].is_steady)
            dyno_bench_warn(bench, 0, "never_steady",
                            "query '%s' never became steady in %lld executions: its service times "
                            "still changed when the warm-up had to end; raise --warmup-max",
                            w->queries[i].name, (long long)steady[i].executions);
    }
    free(steady);
    return rows;
}

enum dyno_status dyno_trial_warm_up(struct dyno_bench *bench, size_t arm, struct dyno_err *err)
{
    struct gathered g = {0};
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
        warmups = look_at_steadiness(bench, &g);
        trial.warmups = warmups;
        trial.warmup_count = bench->options->workload->query_count;
    }
    if (status == DYNO_OK)
        status = store_trial(bench, &g, &trial, err);
    if (status == DYNO_OK)
        status = judge_warm_up(bench, &g, err);
    free(warmups);
    free_gathered(&g);
    return status;
}

enum dyno_status dyno_trial_take_in(struct dyno_bench *bench, const struct dyno_trial_place *place,
                                    struct dyno_trial_file *file, struct dyno_err *err)
{
    struct gathered g = {.child = {.file = file}};
    struct dyno_store_trial trial = {.role = place->role,
                                     .block = place->block,
                                     .position = place->position,
                                     .arm_id = place->arm_id};
    g.plan.tag = dyno_xstrdup(place->tag);
    g.plan.seed = place->seed;
    (void)snprintf(g.reason, sizeof g.reason,
                   "sparkdyno was ended before it could store this trial; its records were found "
                   "and taken in later");
    read_records(&g);
    enum dyno_status status = dyno_latency_rows_init(&g.latencies, file, err);
    if (status == DYNO_OK)
        status = store_trial(bench, &g, &trial, err);
    free_gathered(&g);
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
    struct gathered g = {.child = {.file = file,
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
    explain_end(bench, &g);
    read_records(&g);
    enum dyno_status status = dyno_latency_rows_init(&g.latencies, file, err);
    if (status == DYNO_OK)
        status = dyno_facts_store_driver(bench, header, err);
    if (status == DYNO_OK) {
        judge_by_gates(bench, 0, &g);
        status = store_trial(bench, &g, &trial, err);
    }
    free_gathered(&g);
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
    struct gathered g = {0};
    size_t arm = (size_t)slot->arm;
    int64_t begin_ns = dyno_now_ns();
    char stage[160];
    name_stage(bench, slot, stage, sizeof stage);
    fill_plan(bench, arm, slot->seed, false, &g.plan);
    enum dyno_status status = gather(bench, arm, &g, slot, stage, err);
    if (status == DYNO_OK)
        judge_by_gates(bench, arm, &g);
    if (status == DYNO_OK && g.why.source != NULL) {
        store_plans(bench, &g, arm);
        dyno_why_judge(&g.why, g.collected.counters, g.collected.counter_count);
    }
    struct dyno_store_trial trial = {.role = "measure",
                                     .block = slot->block,
                                     .position = slot->position,
                                     .arm_id = bench->arm_ids[arm]};
    if (status == DYNO_OK)
        status = store_trial(bench, &g, &trial, err);
    /* What was measured and cannot be stored is not thrown away with the scratch files. */
    if (status != DYNO_OK && g.child.file != NULL)
        (void)dyno_err_prepend(err, "a trial could not be stored, its files are kept in '%s'",
                               dyno_scratch_keep(bench));
    *is_complete_out = g.reason[0] == '\0';
    bench->trials_run++;
    bench->trial_cost_ns = dyno_now_ns() - begin_ns;
    free_gathered(&g);
    return status;
}
