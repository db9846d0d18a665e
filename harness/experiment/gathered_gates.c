#include "experiment/gathered_gates.h"

#include "base/clock.h"
#include "collect/host.h"
#include "experiment/start.h"

#include <math.h>
#include <unistd.h>

/* On a machine that runs the server, too; a cluster's processes are not told apart from others. */
static double other_cpu_ratio(const struct dyno_bench *bench, const struct dyno_gathered *g,
                              const struct dyno_trial_header *header)
{
    const struct dyno_managed_options *managed = bench->options->managed;
    bool is_own_known = !isnan(header->cpu_ratio);
    if (managed == NULL || managed->kind != DYNO_SPARK_LOCAL || !is_own_known)
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

void dyno_gathered_judge(struct dyno_bench *bench, size_t arm, struct dyno_gathered *g)
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
        facts.machines = (int64_t)g->shares->begin.machines;
        facts.begin_spread_ms = g->shares->begin.spread_ms;
        facts.begin_bound_ms = g->shares->begin.bound_ms;
        facts.are_clocks_known = g->shares->begin.are_clocks_known;
    }
    g->gate_count = dyno_gates_judge(&facts, g->gates, &g->is_valid);
    if (g->reason[0] != '\0')
        g->is_valid = false;
}
