#include "collect/collector.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "collect/feed.h"
#include "collect/gauges.h"
#include "collect/host.h"
#include "collect/metrics.h"
#include "collect/series.h"
#include "collect/sweep.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFAULT_PERIOD_NS     (2 * DYNO_NS_PER_S)
#define SHORTEST_PERIOD_NS    (250 * DYNO_NS_PER_MS)
#define DEFAULT_RETAINED_JOBS 1000
/* Spark drops a tenth at once when it is full: a sweep at 40 % leaves room for a late one. */
#define SWEEP_SHARE 0.4
/* The metrics cost the server 10 ms of CPU, the rest of a sample 3 ms (measured). */
#define SAMPLES_PER_BUS 5
/* One failed sample in so many leaves the counters good enough; the trial's own data are read at the end. */
#define TOLERATED_FAILURES 10
#define SAMPLE_TIMEOUT_NS  (5 * DYNO_NS_PER_S)
#define FINISH_TIMEOUT_NS  (20 * DYNO_NS_PER_S)
#define FINISH_DEADLINE_NS (60 * DYNO_NS_PER_S)
#define CATCH_UP_NS        (5 * DYNO_NS_PER_S)
#define CATCH_UP_STEP_NS   (60 * DYNO_NS_PER_MS)
#define BLIND_WAIT_NS      DYNO_NS_PER_S
/* While load runs: some 3 ms of the server's time a call must not become a burst. */
#define CALL_GAP_NS (20 * DYNO_NS_PER_MS)

struct dyno_collector {
    struct dyno_feed feed;
    struct dyno_sweep sweep;
    struct dyno_series series;
    struct dyno_metrics metrics;
    struct dyno_bus first_bus; /* what the server said before the trial */
    struct dyno_bus last_bus;
    int64_t samples;
    int64_t next_job;  /* id of the first job that the last sweep did not see; -1: not known */
    int64_t sweep_ns;  /* instant of the last sweep, or of the start */
    int64_t sample_ns; /* instant of the last sample */
    int64_t period_ns; /* as asked for */
    int64_t pause_ns;  /* as the rate of jobs demands; at most period_ns */
    int64_t retained_jobs;
    int64_t started_ns;
    pid_t server_pid;
    const struct dyno_log *log;

    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool is_stopped;  /* guarded by lock */
    int64_t epoch_ns; /* guarded by lock; 0: not known */
};

/* True once the collector is to stop; false when the time has come. */
static bool wait_until(struct dyno_collector *collector, int64_t deadline_ns)
{
    struct timespec deadline = {.tv_sec = (time_t)(deadline_ns / DYNO_NS_PER_S),
                                .tv_nsec = (long)(deadline_ns % DYNO_NS_PER_S)};
    int code = 0;
    (void)pthread_mutex_lock(&collector->lock);
    while (!collector->is_stopped && code != ETIMEDOUT)
        code = pthread_cond_timedwait(&collector->wake, &collector->lock, &deadline);
    bool is_stopped = collector->is_stopped;
    (void)pthread_mutex_unlock(&collector->lock);
    return is_stopped;
}

/* What the server does not tell is NAN; so is everything when it cannot be asked. */
static void sample_bus(struct dyno_collector *collector, int64_t now_ns)
{
    dyno_metrics_bus(&collector->metrics, &collector->feed, &collector->last_bus);
    dyno_bus_note(&collector->last_bus, &collector->series, now_ns);
}

static void sample_executors(struct dyno_collector *collector, int64_t now_ns)
{
    cJSON *rows = dyno_metrics_executors(&collector->metrics, &collector->feed);
    dyno_executors_note(rows, &collector->series, now_ns);
    cJSON_Delete(rows);
}

static void sample(struct dyno_collector *collector)
{
    int64_t now_ns = dyno_now_ns();
    collector->sample_ns = now_ns;
    dyno_host_note(collector->server_pid, &collector->series, now_ns);
    if (collector->samples++ % SAMPLES_PER_BUS == 0)
        sample_bus(collector, now_ns);
    sample_executors(collector, now_ns);
}

/* After the window; the bus was sampled while Spark caught up. */
static void sample_last(struct dyno_collector *collector)
{
    int64_t now_ns = dyno_now_ns();
    cJSON *rdds = NULL;
    sample_executors(collector, now_ns);
    if (dyno_feed_get_app(&collector->feed, &rdds, NULL, "/storage/rdd") == DYNO_OK)
        dyno_storage_note(rdds, &collector->series, now_ns);
    cJSON_Delete(rdds);
}

/* Jobs that may be added before a sweep: stages are evicted by their own number, of the same size. */
static int64_t jobs_per_sweep(const struct dyno_collector *collector)
{
    double jobs = SWEEP_SHARE * (double)collector->retained_jobs / collector->sweep.stages_per_job;
    return jobs > 1 ? (int64_t)jobs : 1;
}

/* To ask for one job is the cheapest way to learn whether there are so many already. */
static bool is_sweep_due(struct dyno_collector *collector)
{
    cJSON *job = NULL;
    bool is_due = false;
    if (collector->next_job < 0)
        return collector->feed.rest != NULL;
    is_due = dyno_feed_get_app(&collector->feed, &job, NULL, "/jobs/%" PRId64,
                               collector->next_job + jobs_per_sweep(collector) - 1) == DYNO_OK;
    cJSON_Delete(job);
    return is_due;
}

/* Half the time that it takes to reach the next sweep, by the rate of jobs since the last one. */
static int64_t pause_after_sweep(const struct dyno_collector *collector, int64_t jobs)
{
    double elapsed_ns = (double)(collector->sample_ns - collector->sweep_ns);
    if (jobs <= 0)
        return collector->period_ns;
    return (int64_t)(elapsed_ns / (double)jobs * (double)jobs_per_sweep(collector) / 2);
}

static void sweep(struct dyno_collector *collector)
{
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_sweep_run(&collector->sweep, false, &err) != DYNO_OK) {
        dyno_log(collector->log, DYNO_LOG_DEBUG, "an early reading of Spark's jobs failed: %s",
                 err.message);
        return;
    }
    int64_t next_job = dyno_sweep_next_job(&collector->sweep);
    collector->pause_ns = pause_after_sweep(collector, next_job - collector->next_job);
    collector->next_job = next_job;
    collector->sweep_ns = collector->sample_ns;
}

static void sweep_if_due(struct dyno_collector *collector)
{
    if (is_sweep_due(collector))
        sweep(collector);
    else
        collector->pause_ns = collector->sample_ns - collector->sweep_ns;
    if (collector->pause_ns < SHORTEST_PERIOD_NS)
        collector->pause_ns = SHORTEST_PERIOD_NS;
    if (collector->pause_ns > collector->period_ns)
        collector->pause_ns = collector->period_ns;
}

static int64_t job_number(double all_jobs)
{
    return all_jobs >= 0 && all_jobs < 9e15 ? (int64_t)all_jobs : -1;
}

static void *run(void *ctx)
{
    struct dyno_collector *collector = ctx;
    struct dyno_err err = DYNO_ERR_INIT;
    sample(collector);
    collector->first_bus = collector->last_bus;
    collector->next_job = job_number(collector->last_bus.all_jobs);
    collector->sweep_ns = collector->sample_ns;
    if (collector->feed.rest != NULL && dyno_sweep_begin(&collector->sweep, &err) != DYNO_OK)
        dyno_log(collector->log, DYNO_LOG_DEBUG, "Spark's list of executions cannot be read: %s",
                 err.message);
    int64_t next_ns = collector->sample_ns + collector->period_ns;
    while (!wait_until(collector, next_ns)) {
        sample(collector);
        sweep_if_due(collector);
        next_ns = collector->sample_ns + collector->pause_ns;
    }
    return NULL;
}

static void collector_free(struct dyno_collector *collector)
{
    (void)pthread_mutex_destroy(&collector->lock);
    (void)pthread_cond_destroy(&collector->wake);
    dyno_sweep_deinit(&collector->sweep);
    dyno_series_deinit(&collector->series);
    dyno_feed_close(&collector->feed);
    free(collector);
}

static void init_locks(struct dyno_collector *collector)
{
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&collector->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    (void)pthread_mutex_init(&collector->lock, NULL);
}

enum dyno_status dyno_collector_start(const struct dyno_collector_options *options,
                                      struct dyno_collector **out, struct dyno_err *err)
{
    struct dyno_collector *collector = dyno_xcalloc(1, sizeof *collector);
    collector->period_ns = options->period_ns > 0 ? options->period_ns : DEFAULT_PERIOD_NS;
    collector->pause_ns = collector->period_ns;
    collector->retained_jobs =
        options->retained_jobs > 0 ? options->retained_jobs : DEFAULT_RETAINED_JOBS;
    collector->server_pid = options->server_pid;
    collector->epoch_ns = options->epoch_monotonic_ns;
    collector->started_ns = dyno_now_ns();
    collector->log = options->log;
    init_locks(collector);
    dyno_series_init(&collector->series);
    dyno_sweep_init(&collector->sweep, &collector->feed, options->tag);
    enum dyno_status status = dyno_feed_open(&collector->feed, options->rest_url, options->app_id,
                                             SAMPLE_TIMEOUT_NS, err);
    collector->feed.gap_ns = CALL_GAP_NS;
    if (status == DYNO_OK && pthread_create(&collector->thread, NULL, run, collector) != 0)
        status = dyno_err_set(err, DYNO_EENV, "a thread for collecting cannot be started");
    if (status != DYNO_OK) {
        collector_free(collector);
        return status;
    }
    *out = collector;
    return DYNO_OK;
}

void dyno_collector_set_epoch(struct dyno_collector *collector, int64_t epoch_monotonic_ns)
{
    (void)pthread_mutex_lock(&collector->lock);
    collector->epoch_ns = epoch_monotonic_ns;
    (void)pthread_mutex_unlock(&collector->lock);
}

/* A sweep that goes on need not spare the server any more. */
static void stop_thread(struct dyno_collector *collector)
{
    collector->feed.gap_ns = 0;
    (void)pthread_mutex_lock(&collector->lock);
    collector->is_stopped = true;
    (void)pthread_cond_signal(&collector->wake);
    (void)pthread_mutex_unlock(&collector->lock);
    (void)pthread_join(collector->thread, NULL);
}

/* Does a job of the trial still run? Others may share the server. */
static bool has_running_job(struct dyno_collector *collector)
{
    cJSON *jobs = NULL;
    const cJSON *job = NULL;
    bool is_running = false;
    if (dyno_feed_get_app(&collector->feed, &jobs, NULL, "/jobs?status=running") == DYNO_OK) {
        cJSON_ArrayForEach(job, jobs)
        {
            const char *text = dyno_json_string_or(job, "description", NULL);
            is_running = is_running || dyno_sweep_is_tagged(&collector->sweep, text);
        }
    }
    cJSON_Delete(jobs);
    return is_running;
}

/* An empty queue may have its last event still in work: it must be empty twice in a row. Returns whether
 * Spark has caught up, as far as it tells. */
static bool catch_up(struct dyno_collector *collector)
{
    int64_t deadline_ns = dyno_now_ns() + CATCH_UP_NS;
    int quiet = 0;
    while (dyno_now_ns() < deadline_ns) {
        sample_bus(collector, dyno_now_ns());
        const struct dyno_bus *bus = &collector->last_bus;
        if (!isfinite(bus->queue_size)) {
            dyno_sleep_ns(BLIND_WAIT_NS);
            return true;
        }
        bool is_quiet =
            bus->queue_size <= 0 && (!(bus->active_jobs > 0) || !has_running_job(collector));
        quiet = is_quiet ? quiet + 1 : 0;
        if (quiet == 2)
            return true;
        dyno_sleep_ns(CATCH_UP_STEP_NS);
    }
    return false;
}

static void complain(struct dyno_str *text, const char *fmt, ...) DYNO_PRINTF(2, 3);

static void complain(struct dyno_str *text, const char *fmt, ...)
{
    va_list args;
    if (text->len > 0)
        dyno_str_append(text, "; ");
    va_start(args, fmt);
    dyno_str_vappendf(text, fmt, args);
    va_end(args);
}

static void complain_of_losses(const struct dyno_collector *collector,
                               const struct dyno_collected *out, struct dyno_str *text)
{
    const struct dyno_sweep *sweep = &collector->sweep;
    if (out->lost_jobs > 0)
        complain(text, "%lld jobs were evicted before they were read (raise spark.ui.retainedJobs)",
                 (long long)out->lost_jobs);
    if (sweep->lost_stages > 0)
        complain(text,
                 "%lld stages were evicted before they were read (raise "
                 "spark.ui.retainedStages)",
                 (long long)sweep->lost_stages);
    if (sweep->lost_executions > 0)
        complain(text,
                 "%lld executions were evicted before they were read (raise "
                 "spark.sql.ui.retainedExecutions)",
                 (long long)sweep->lost_executions);
    if (out->dropped_events > 0)
        complain(text, "Spark dropped %.0f of its own events", out->dropped_events);
    if (sweep->odd.count > 0)
        complain(text, "%lld values of Spark's answers are missing or of another type (first: %s)",
                 (long long)sweep->odd.count, sweep->odd.first);
    if (collector->series.dropped > 0)
        complain(text, "%zu counters were dropped: too many samples", collector->series.dropped);
}

/* Last of all, so that nothing of the trial waits for an endpoint that may not be there. */
static void complain_of_differences(struct dyno_collector *collector, struct dyno_str *text)
{
    struct dyno_str found;
    dyno_str_init(&found, 1024);
    dyno_metrics_reconcile(&collector->metrics, &collector->feed, &found);
    if (found.len > 0)
        complain(text, "%s", dyno_str_text(&found));
    dyno_str_deinit(&found);
}

static double dropped_events(const struct dyno_collector *collector)
{
    double delta = collector->last_bus.dropped_events - collector->first_bus.dropped_events;
    return isfinite(delta) && delta < 0 ? (double)NAN : delta;
}

/* Read what is left, and say what is not whole. */
static void read_rest(struct dyno_collector *collector, struct dyno_collected *out,
                      struct dyno_str *text)
{
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_feed *feed = &collector->feed;
    enum dyno_status status = dyno_feed_set_timeout(feed, FINISH_TIMEOUT_NS, &err);
    feed->deadline_ns = dyno_now_ns() + FINISH_DEADLINE_NS;
    dyno_host_note(collector->server_pid, &collector->series, dyno_now_ns());
    if (feed->rest == NULL)
        return;
    bool has_caught_up = catch_up(collector);
    /* A cancel may not reach jobs that begin while it is handled, and a generator that was killed cancels
     * nothing: what goes on without us would disturb whatever is measured next. */
    dyno_ending_run(feed, &collector->sweep, DYNO_ENDING_PATIENCE_NS, &out->ending);
    sample_last(collector);
    if (status == DYNO_OK)
        status = dyno_sweep_run(&collector->sweep, true, &err);
    if (status != DYNO_OK)
        complain(text, "Spark's numbers could not be read: %s",
                 feed->first_failure[0] != '\0' ? feed->first_failure : err.message);
    else if (feed->failed_calls * TOLERATED_FAILURES > feed->calls)
        complain(text, "%lld of %lld REST calls failed (first: %s)", (long long)feed->failed_calls,
                 (long long)feed->calls, feed->first_failure);
    if (!has_caught_up)
        complain(text, "Spark's listeners had not caught up after 5 s");
    out->dropped_events = dropped_events(collector);
    out->lost_jobs =
        dyno_sweep_lost_jobs(&collector->sweep, job_number(collector->first_bus.all_jobs),
                             job_number(collector->last_bus.all_jobs));
    if (status == DYNO_OK || out->lost_jobs > 0)
        complain_of_losses(collector, out, text);
    complain_of_differences(collector, text);
}

enum dyno_status dyno_collector_finish(struct dyno_collector *collector, struct dyno_collected *out,
                                       struct dyno_err *err)
{
    struct dyno_str text;
    (void)err;
    *out = (struct dyno_collected){.dropped_events = (double)NAN};
    dyno_str_init(&text, 8192);
    stop_thread(collector);
    read_rest(collector, out, &text);
    out->failed_calls = collector->feed.failed_calls;
    out->jobs = dyno_shelf_take(&collector->sweep.jobs, &out->job_count);
    out->stages = dyno_shelf_take(&collector->sweep.stages, &out->stage_count);
    out->executions = dyno_shelf_take(&collector->sweep.executions, &out->execution_count);
    int64_t epoch_ns = collector->epoch_ns != 0 ? collector->epoch_ns : collector->started_ns;
    out->counters = dyno_series_take(&collector->series, epoch_ns, &out->counter_count);
    out->complaint = text.len > 0 ? dyno_str_take(&text) : NULL;
    dyno_str_deinit(&text);
    collector_free(collector);
    return DYNO_OK;
}

static void free_documents(cJSON **documents, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cJSON_Delete(documents[i]);
    free(documents);
}

void dyno_collected_deinit(struct dyno_collected *collected)
{
    free_documents(collected->jobs, collected->job_count);
    free_documents(collected->stages, collected->stage_count);
    free_documents(collected->executions, collected->execution_count);
    free(collected->counters);
    free(collected->complaint);
    *collected = (struct dyno_collected){.dropped_events = (double)NAN};
}
