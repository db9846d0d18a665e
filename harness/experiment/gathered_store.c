#include "experiment/gathered_store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void fill_from_header(const struct dyno_gathered *g, struct dyno_store_trial *trial)
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
static size_t fill_errors(const struct dyno_gathered *g, struct dyno_store_error_sample *errors,
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

/* What became of jobs of which none is left that we know of. */
static const char *end_of_jobs(const struct dyno_ending *ending)
{
    if (ending->left < 0)
        return ending->taken > 0
                   ? "they were ended, but the server does not tell whether they stopped"
                   : "the server took no request to end them, and does not tell "
                     "whether they stopped";
    return ending->taken > 0 ? "they were ended" : "they have stopped by themselves";
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
        dyno_bench_warn(bench, trial_id, "jobs_ended",
                        "%lld jobs of this trial still ran on the server after it: %s",
                        (long long)ending->found, end_of_jobs(ending));
}

enum dyno_status dyno_gathered_store(struct dyno_bench *bench, const struct dyno_gathered *g,
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

static const struct dyno_spark_statement *find_execution(const struct dyno_gathered *g,
                                                         size_t query)
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
void dyno_gathered_store_plans(struct dyno_bench *bench, struct dyno_gathered *g, size_t arm)
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
