/** The numbers that Spark tells about a statement: names, units, and what counts as a change. */
#ifndef DYNO_REPORT_SPARK_METRIC_H
#define DYNO_REPORT_SPARK_METRIC_H

#include <stddef.h>

/** In the order of the columns of DYNO_SPARK_METRIC_COLUMNS and of every table. */
enum dyno_spark_metric {
    DYNO_SPARK_JOBS,
    DYNO_SPARK_STAGES,
    DYNO_SPARK_SKIPPED_STAGES,
    DYNO_SPARK_TASKS,
    DYNO_SPARK_FAILED_TASKS,
    DYNO_SPARK_EXECUTION,
    DYNO_SPARK_JOB,
    DYNO_SPARK_RUN,
    DYNO_SPARK_CPU,
    DYNO_SPARK_GC,
    DYNO_SPARK_DESERIALIZE,
    DYNO_SPARK_SCHEDULER_DELAY,
    DYNO_SPARK_SHUFFLE_READ,
    DYNO_SPARK_SHUFFLE_WRITE,
    DYNO_SPARK_SHUFFLE_FETCH,
    DYNO_SPARK_SPILL_MEMORY,
    DYNO_SPARK_SPILL_DISK,
    DYNO_SPARK_INPUT,
    DYNO_SPARK_INPUT_RECORDS,
    DYNO_SPARK_OUTPUT,
    DYNO_SPARK_PEAK_MEMORY,
    DYNO_SPARK_TASK_MAX,
    DYNO_SPARK_TASK_MEDIAN,
    DYNO_SPARK_SKEW,
    DYNO_SPARK_METRICS
};

#define DYNO_SPARK_METRIC_COLUMNS                                                                  \
    "s.jobs, s.stages, s.skipped_stages, s.tasks, s.failed_tasks, s.execution_ms, s.job_ms, "      \
    "s.run_ms, s.cpu_ms, s.gc_ms, s.deserialize_ms, s.scheduler_delay_ms, s.shuffle_read_bytes, "  \
    "s.shuffle_write_bytes, s.shuffle_fetch_ms, s.spill_memory_bytes, s.spill_disk_bytes, "        \
    "s.input_bytes, s.input_records, s.output_bytes, s.peak_memory_bytes, s.task_max_ms, "         \
    "s.task_median_ms, s.skew_ratio"

enum dyno_spark_unit {
    DYNO_SPARK_UNIT_COUNT,
    DYNO_SPARK_UNIT_MS,
    DYNO_SPARK_UNIT_BYTES,
    DYNO_SPARK_UNIT_RATIO
};

struct dyno_spark_metric_info {
    const char *name;  /**< as in JSON: "tasks", "gc_ms" */
    const char *label; /**< as shown: "tasks", "GC time" */
    enum dyno_spark_unit unit;
    double floor; /**< differences below it are noise */
};

/** Never NULL; static. */
const struct dyno_spark_metric_info *dyno_spark_metric_info(enum dyno_spark_metric metric);

/** "200", "1.2 MiB", "12.3 ms", "4.1"; "-" for NAN. Returns `out` (give it 32 bytes). */
char *dyno_spark_metric_format(enum dyno_spark_metric metric, double value, char *out,
                               size_t out_bytes);

#endif
