#include "explain/account.h"

#include <math.h>
#include <stddef.h>

#define NS_PER_MS 1e6

void dyno_account_init(struct dyno_spark_statement *statement, int64_t seq)
{
    *statement = (struct dyno_spark_statement){.seq = seq,
                                               .execution_id = -1,
                                               .execution_ms = (double)NAN,
                                               .task_max_ms = (double)NAN,
                                               .task_median_ms = (double)NAN,
                                               .skew_ratio = (double)NAN};
}

/* A negative or absurd count is Spark's fault and must not spoil the sum. */
static int64_t count_of(const cJSON *stage, const char *key)
{
    int64_t value = dyno_json_i64_or(stage, key, 0);
    return value > 0 && value < INT64_MAX / 4096 ? value : 0;
}

static double ms_of(const cJSON *stage, const char *key)
{
    double value = dyno_json_f64_or(stage, key, 0);
    return isfinite(value) && value > 0 ? value : 0;
}

static bool number_at(const cJSON *list, int i, double *out)
{
    const cJSON *item = cJSON_GetArrayItem(list, i);
    *out = cJSON_IsNumber(item) ? item->valuedouble : (double)NAN;
    return isfinite(*out);
}

/* Values of ranks [from, to), linear from `low` at `from` to `high` at `to`. */
static double sum_between(double low, double high, int64_t from, int64_t to)
{
    double steps = (double)(to - from);
    return steps * low + (high - low) * (steps - 1) / 2;
}

double dyno_account_sum_of_quantiles(const cJSON *quantiles, const cJSON *values, int64_t n)
{
    int size = cJSON_GetArraySize(quantiles);
    int64_t rank_before = 0;
    double value_before = (double)NAN;
    double sum = 0;
    if (n < 1 || size < 1 || cJSON_GetArraySize(values) != size)
        return (double)NAN;
    for (int i = 0; i < size; i++) {
        double q = (double)NAN;
        double value = (double)NAN;
        if (!number_at(quantiles, i, &q) || !number_at(values, i, &value) || q < 0 || q > 1)
            return (double)NAN;
        int64_t rank = (int64_t)(q * (double)n);
        if (rank > n - 1)
            rank = n - 1;
        if (rank < rank_before || (i == 0 && rank != 0))
            return (double)NAN;
        if (rank > rank_before)
            sum += sum_between(value_before, value, rank_before, rank);
        rank_before = rank;
        value_before = value;
    }
    return rank_before == n - 1 ? sum + value_before : (double)NAN;
}

double dyno_account_quantile(const cJSON *quantiles, const cJSON *values, double quantile)
{
    double q = (double)NAN;
    double value = (double)NAN;
    for (int i = 0; i < cJSON_GetArraySize(quantiles); i++) {
        if (number_at(quantiles, i, &q) && fabs(q - quantile) < 1e-9 &&
            number_at(values, i, &value))
            return value;
    }
    return (double)NAN;
}

static double value_at(const cJSON *distributions, const char *key, double quantile)
{
    return dyno_account_quantile(cJSON_GetObjectItemCaseSensitive(distributions, "quantiles"),
                                 cJSON_GetObjectItemCaseSensitive(distributions, key), quantile);
}

static void add_tasks(struct dyno_spark_statement *statement, const cJSON *distributions,
                      int64_t finished)
{
    double longest = value_at(distributions, "duration", 1.0);
    double median = value_at(distributions, "duration", 0.5);
    double peak = value_at(distributions, "peakExecutionMemory", 1.0);
    if (peak > (double)statement->peak_memory_bytes && peak < 9e15)
        statement->peak_memory_bytes = (int64_t)peak;
    if (!isfinite(longest) || longest <= statement->task_max_ms)
        return;
    statement->task_max_ms = longest;
    statement->task_median_ms = median;
    statement->skew_ratio = finished >= 2 && median > 0 ? longest / median : (double)NAN;
}

static void add_delay(struct dyno_spark_statement *statement, const cJSON *distributions,
                      int64_t finished)
{
    if (finished > 0)
        statement->scheduler_delay_ms += dyno_account_sum_of_quantiles(
            cJSON_GetObjectItemCaseSensitive(distributions, "quantiles"),
            cJSON_GetObjectItemCaseSensitive(distributions, "schedulerDelay"), finished);
}

void dyno_account_add_stage(struct dyno_spark_statement *statement, const cJSON *stage)
{
    const cJSON *distributions =
        cJSON_GetObjectItemCaseSensitive(stage, "taskMetricsDistributions");
    int64_t finished = count_of(stage, "numCompleteTasks");
    int64_t failed = count_of(stage, "numFailedTasks");
    statement->tasks += finished + failed + count_of(stage, "numKilledTasks");
    statement->failed_tasks += failed;
    statement->run_ms += ms_of(stage, "executorRunTime");
    statement->cpu_ms += ms_of(stage, "executorCpuTime") / NS_PER_MS;
    statement->gc_ms += ms_of(stage, "jvmGcTime");
    statement->deserialize_ms += ms_of(stage, "executorDeserializeTime");
    statement->shuffle_read_bytes += count_of(stage, "shuffleReadBytes");
    statement->shuffle_write_bytes += count_of(stage, "shuffleWriteBytes");
    statement->shuffle_fetch_ms += ms_of(stage, "shuffleFetchWaitTime");
    statement->spill_memory_bytes += count_of(stage, "memoryBytesSpilled");
    statement->spill_disk_bytes += count_of(stage, "diskBytesSpilled");
    statement->input_bytes += count_of(stage, "inputBytes");
    statement->input_records += count_of(stage, "inputRecords");
    statement->output_bytes += count_of(stage, "outputBytes");
    add_delay(statement, distributions, finished);
    add_tasks(statement, distributions, finished);
}
