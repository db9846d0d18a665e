#include "report/spark_metric.h"

#include "base/units.h"
#include "report/words.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

static const struct dyno_spark_metric_info infos[DYNO_SPARK_METRICS] = {
    [DYNO_SPARK_JOBS] = {"jobs", "jobs", DYNO_SPARK_UNIT_COUNT, 0.5},
    [DYNO_SPARK_STAGES] = {"stages", "stages run", DYNO_SPARK_UNIT_COUNT, 0.5},
    [DYNO_SPARK_SKIPPED_STAGES] = {"skipped_stages", "stages skipped", DYNO_SPARK_UNIT_COUNT, 0.5},
    [DYNO_SPARK_TASKS] = {"tasks", "tasks", DYNO_SPARK_UNIT_COUNT, 1},
    [DYNO_SPARK_FAILED_TASKS] = {"failed_tasks", "failed tasks", DYNO_SPARK_UNIT_COUNT, 0.1},
    [DYNO_SPARK_EXECUTION] = {"execution_ms", "SQL execution", DYNO_SPARK_UNIT_MS, 5},
    [DYNO_SPARK_JOB] = {"job_ms", "time in jobs", DYNO_SPARK_UNIT_MS, 5},
    [DYNO_SPARK_RUN] = {"run_ms", "task run time", DYNO_SPARK_UNIT_MS, 10},
    [DYNO_SPARK_CPU] = {"cpu_ms", "task CPU time", DYNO_SPARK_UNIT_MS, 10},
    [DYNO_SPARK_GC] = {"gc_ms", "GC time", DYNO_SPARK_UNIT_MS, 5},
    [DYNO_SPARK_DESERIALIZE] = {"deserialize_ms", "task deserialization", DYNO_SPARK_UNIT_MS, 5},
    [DYNO_SPARK_SCHEDULER_DELAY] = {"scheduler_delay_ms", "scheduler delay", DYNO_SPARK_UNIT_MS,
                                    10},
    [DYNO_SPARK_SHUFFLE_READ] = {"shuffle_read_bytes", "shuffle read", DYNO_SPARK_UNIT_BYTES,
                                 16384},
    [DYNO_SPARK_SHUFFLE_WRITE] = {"shuffle_write_bytes", "shuffle written", DYNO_SPARK_UNIT_BYTES,
                                  16384},
    [DYNO_SPARK_SHUFFLE_FETCH] = {"shuffle_fetch_ms", "shuffle fetch wait", DYNO_SPARK_UNIT_MS, 5},
    [DYNO_SPARK_SPILL_MEMORY] = {"spill_memory_bytes", "spilled from memory", DYNO_SPARK_UNIT_BYTES,
                                 65536},
    [DYNO_SPARK_SPILL_DISK] = {"spill_disk_bytes", "spilled to disk", DYNO_SPARK_UNIT_BYTES, 65536},
    [DYNO_SPARK_INPUT] = {"input_bytes", "input", DYNO_SPARK_UNIT_BYTES, 65536},
    [DYNO_SPARK_INPUT_RECORDS] = {"input_records", "input records", DYNO_SPARK_UNIT_COUNT, 100},
    [DYNO_SPARK_OUTPUT] = {"output_bytes", "output", DYNO_SPARK_UNIT_BYTES, 65536},
    [DYNO_SPARK_PEAK_MEMORY] = {"peak_memory_bytes", "peak execution memory", DYNO_SPARK_UNIT_BYTES,
                                1048576},
    [DYNO_SPARK_TASK_MAX] = {"task_max_ms", "slowest task", DYNO_SPARK_UNIT_MS, 10},
    [DYNO_SPARK_TASK_MEDIAN] = {"task_median_ms", "median task", DYNO_SPARK_UNIT_MS, 5},
    [DYNO_SPARK_SKEW] = {"skew_ratio", "slowest / median task", DYNO_SPARK_UNIT_RATIO, 0.5},
};

const struct dyno_spark_metric_info *dyno_spark_metric_info(enum dyno_spark_metric metric)
{
    return &infos[metric];
}

static char *format_count(double value, char *out, size_t out_bytes)
{
    if (value >= 1e6)
        (void)snprintf(out, out_bytes, "%.2f M", value / 1e6);
    else if (value >= 1e5)
        (void)snprintf(out, out_bytes, "%.1f k", value / 1e3);
    else
        (void)snprintf(out, out_bytes, "%.*f", value >= 100 || value == floor(value) ? 0 : 1,
                       value);
    return out;
}

char *dyno_spark_metric_format(enum dyno_spark_metric metric, double value, char *out,
                               size_t out_bytes)
{
    if (isnan(value)) {
        (void)snprintf(out, out_bytes, "-");
        return out;
    }
    switch (infos[metric].unit) {
    case DYNO_SPARK_UNIT_MS:
        if (value == 0)
            break;
        return dyno_report_format_ms(value, out, out_bytes);
    case DYNO_SPARK_UNIT_BYTES:
        if (value == 0)
            break;
        return dyno_format_bytes((int64_t)llround(value), out, out_bytes);
    case DYNO_SPARK_UNIT_COUNT:
        return format_count(value, out, out_bytes);
    case DYNO_SPARK_UNIT_RATIO:
        (void)snprintf(out, out_bytes, "%.2f", value);
        return out;
    }
    (void)snprintf(out, out_bytes, "0");
    return out;
}
