/**
 * Collecting what Spark and the host say during a trial: its own thread and its own REST client, never
 * on the timing path. While load runs it only samples what is cheap (executors, listener bus, host) and
 * sweeps jobs early if they might be evicted; the rest is read after the window, before the next trial.
 */
#ifndef DYNO_COLLECT_COLLECTOR_H
#define DYNO_COLLECT_COLLECTOR_H

#include "base/json.h"
#include "base/log.h"
#include "base/status.h"
#include "collect/ending.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct dyno_collector;

struct dyno_collector_options {
    const char *rest_url; /**< NULL: no REST; only the host is sampled */
    const char *app_id;
    const char *tag;            /**< statements carry "sparkdyno <tag>:<seq>" */
    int64_t epoch_monotonic_ns; /**< 0 until known; see dyno_collector_set_epoch */
    pid_t server_pid;           /**< 0: not ours */
    int64_t period_ns;          /**< between samples; 2 s. The listener bus: every fifth */
    int64_t
        retained_jobs; /**< what the server keeps (spark.ui.retainedJobs); sweeps stay inside it */
    const struct dyno_log *log;
};

/** Start sampling. Strings are copied. */
enum dyno_status dyno_collector_start(const struct dyno_collector_options *options,
                                      struct dyno_collector **out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

/** Tell it the trial's epoch once the trial file has it; samples before count as t_ns < 0. */
void dyno_collector_set_epoch(struct dyno_collector *collector, int64_t epoch_monotonic_ns);

/** Everything of one trial. JSON as Spark gave it, keyed for explain/. */
struct dyno_collected {
    cJSON **jobs; /**< each job of the trial once, newest state */
    size_t job_count;
    cJSON **stages; /**< each attempt of their stages, with taskMetricsDistributions */
    size_t stage_count;
    cJSON **executions; /**< /sql entries whose description holds the tag, without plan */
    size_t execution_count;
    struct dyno_store_counter *counters; /**< names: see collect/gauges.h and collect/host.h */
    size_t counter_count;
    double dropped_events; /**< during the trial; NAN if not known */
    int64_t lost_jobs;     /**< gaps in the job ids: evicted before they were read */
    int64_t failed_calls;
    struct dyno_ending ending; /**< jobs that outlived the trial */
    char *complaint;           /**< why data are incomplete; NULL if they are whole */
};

/**
 * Stop sampling, wait until Spark's listeners have caught up (at most 5 s), end jobs of the trial that still run
 * (dyno_ending_run), read jobs, stages and
 * executions of the trial, and give all of it. Frees the collector. An unreachable server is not an
 * error: the complaint says so.
 */
enum dyno_status dyno_collector_finish(struct dyno_collector *collector, struct dyno_collected *out,
                                       struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_collected_deinit(struct dyno_collected *collected);

/** Plan text of one /sql execution; the caller frees. */
enum dyno_status dyno_collect_plan_text(const char *rest_url, const char *app_id,
                                        int64_t execution_id, char **out,
                                        struct dyno_err *err) DYNO_MUST_CHECK;

/** Facts of this host: kernel, CPU model, cores, memory, governor, clock source, virtualisation. */
struct dyno_host_fact {
    const char *name;
    char value[160];
};
size_t dyno_collect_host_facts(struct dyno_host_fact *facts, size_t room);

#endif
