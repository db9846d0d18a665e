#include "explain/trace_rest.h"

#include "explain/account.h"
#include "explain/task_chain.h"
#include "spark/rest.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_MS 1e6

static int64_t time_of(const cJSON *object, const char *key)
{
    return dyno_rest_time_ms(dyno_json_string_or(object, key, NULL));
}

static int64_t count_of(const cJSON *object, const char *key)
{
    int64_t value = dyno_json_i64_or(object, key, 0);
    return value > 0 && value < INT64_MAX / 4096 ? value : 0;
}

static double ms_of(const cJSON *object, const char *key)
{
    double value = dyno_json_f64_or(object, key, 0);
    return isfinite(value) && value > 0 ? value : 0;
}

void dyno_trace_add_rest_execution(struct dyno_trace *trace, const cJSON *execution)
{
    const char *status = dyno_json_string_or(execution, "status", "");
    int64_t begin_ms = time_of(execution, "submissionTime");
    double duration = dyno_json_f64_or(execution, "duration", (double)NAN);
    bool has_end = begin_ms >= 0 && strcmp(status, "RUNNING") != 0 && duration >= 0;
    dyno_trace_add_execution(trace, dyno_json_i64_or(execution, "id", -1), begin_ms,
                             has_end ? begin_ms + (int64_t)duration : -1);
    trace->is_failed = trace->is_failed || strcmp(status, "FAILED") == 0;
}

void dyno_trace_add_rest_job(struct dyno_trace *trace, const cJSON *job)
{
    struct dyno_job_span span = {dyno_json_i64_or(job, "jobId", -1), time_of(job, "submissionTime"),
                                 time_of(job, "completionTime"),
                                 strcmp(dyno_json_string_or(job, "status", ""), "FAILED") == 0};
    const char *group = dyno_json_string_or(job, "jobGroup", "");
    if (trace->operation[0] == '\0' && strlen(group) < sizeof trace->operation)
        (void)snprintf(trace->operation, sizeof trace->operation, "%s", group);
    trace->skipped_stages += count_of(job, "numSkippedStages");
    dyno_vec_push(&trace->jobs, &span);
}

/* The values of two members added, where either may be missing. */
struct pair {
    double median, max;
    double low; /* the first quartile */
};

static struct pair quantiles_of(const cJSON *distributions, const char *group, const char *key)
{
    const cJSON *place =
        group == NULL ? distributions : cJSON_GetObjectItemCaseSensitive(distributions, group);
    const cJSON *values = cJSON_GetObjectItemCaseSensitive(place, key);
    const cJSON *quantiles = cJSON_GetObjectItemCaseSensitive(distributions, "quantiles");
    return (struct pair){dyno_account_quantile(quantiles, values, 0.5),
                         dyno_account_quantile(quantiles, values, 1.0),
                         dyno_account_quantile(quantiles, values, 0.25)};
}

/* Of two tasks Spark calls the larger one the median; the smaller one says more. */
static struct pair of_two(struct pair pair, int64_t tasks)
{
    if (tasks == 2)
        pair.median = pair.low;
    return pair;
}

static struct pair larger(struct pair a, struct pair b)
{
    return !(b.max > a.max) ? a : b;
}

/* At least a quarter, or half, of the tasks read nothing while others did. */
static int64_t count_empty(const struct pair *records, int64_t tasks)
{
    if (!(records->max > 0))
        return 0;
    if (records->median <= 0)
        return tasks / 2;
    return records->low <= 0 ? tasks / 4 : 0;
}

static void add_quantiles(struct dyno_stage_cost *cost, const cJSON *stage)
{
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(stage, "taskMetricsDistributions");
    struct pair duration = quantiles_of(all, NULL, "duration");
    struct pair bytes = larger(quantiles_of(all, "inputMetrics", "bytesRead"),
                               quantiles_of(all, "shuffleReadMetrics", "readBytes"));
    struct pair records = larger(quantiles_of(all, "inputMetrics", "recordsRead"),
                                 quantiles_of(all, "shuffleReadMetrics", "readRecords"));
    struct pair peak = quantiles_of(all, NULL, "peakExecutionMemory");
    int64_t finished = count_of(stage, "numCompleteTasks");
    duration = of_two(duration, finished);
    bytes = of_two(bytes, finished);
    records = of_two(records, finished);
    cost->task_median_ms = duration.median;
    cost->task_max_ms = duration.max;
    cost->read_median_bytes = bytes.median;
    cost->read_max_bytes = bytes.max;
    cost->records_median = records.median;
    cost->records_max = records.max;
    cost->empty_tasks = count_empty(&records, finished);
    cost->peak_memory_bytes = peak.max > 0 && peak.max < 9e15 ? (int64_t)peak.max : 0;
    cost->delay_ms = finished == 0
                         ? 0
                         : dyno_account_sum_of_quantiles(
                               cJSON_GetObjectItemCaseSensitive(all, "quantiles"),
                               cJSON_GetObjectItemCaseSensitive(all, "schedulerDelay"), finished);
}

void dyno_trace_add_rest_stage(struct dyno_trace *trace, const cJSON *stage)
{
    struct dyno_stage_cost cost;
    dyno_stage_cost_init(&cost, dyno_json_i64_or(stage, "stageId", -1),
                         dyno_json_i64_or(stage, "attemptId", 0));
    cost.submit_ms = time_of(stage, "submissionTime");
    cost.launch_ms = time_of(stage, "firstTaskLaunchedTime");
    cost.complete_ms = time_of(stage, "completionTime");
    cost.failed_tasks = count_of(stage, "numFailedTasks");
    cost.killed_tasks = count_of(stage, "numKilledTasks");
    cost.tasks = count_of(stage, "numCompleteTasks") + cost.failed_tasks + cost.killed_tasks;
    cost.run_ms = ms_of(stage, "executorRunTime");
    cost.cpu_ms = ms_of(stage, "executorCpuTime") / NS_PER_MS;
    cost.gc_ms = ms_of(stage, "jvmGcTime");
    cost.deserialize_ms = ms_of(stage, "executorDeserializeTime");
    cost.result_ms = ms_of(stage, "resultSerializationTime");
    cost.fetch_wait_ms = ms_of(stage, "shuffleFetchWaitTime");
    cost.shuffle_write_ms = ms_of(stage, "shuffleWriteTime") / NS_PER_MS;
    cost.input_bytes = count_of(stage, "inputBytes");
    cost.input_records = count_of(stage, "inputRecords");
    cost.output_bytes = count_of(stage, "outputBytes");
    cost.shuffle_read_bytes = count_of(stage, "shuffleReadBytes");
    cost.shuffle_read_records = count_of(stage, "shuffleReadRecords");
    cost.shuffle_write_bytes = count_of(stage, "shuffleWriteBytes");
    cost.result_bytes = count_of(stage, "resultSize");
    cost.spill_memory_bytes = count_of(stage, "memoryBytesSpilled");
    cost.spill_disk_bytes = count_of(stage, "diskBytesSpilled");
    add_quantiles(&cost, stage);
    dyno_task_shares(&cost);
    dyno_vec_push(&trace->stages, &cost);
}
