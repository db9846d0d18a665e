#include "collect/gauges.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define QUEUE_PART ".driver.LiveListenerBus.queue."

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static void add_known(double *sum, double value)
{
    if (isfinite(value))
        *sum = isnan(*sum) ? value : *sum + value;
}

/* Queues: one per listener group, told apart only by their names. */
static void read_queues(const cJSON *group, const char *end, const char *member, double *out)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, group)
    {
        if (item->string != NULL && strstr(item->string, QUEUE_PART) != NULL &&
            ends_with(item->string, end))
            add_known(out, dyno_json_f64_or(item, member, (double)NAN));
    }
}

static void read_one(const cJSON *group, const char *end, const char *member, double *out)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, group)
    {
        if (item->string != NULL && ends_with(item->string, end))
            *out = dyno_json_f64_or(item, member, (double)NAN);
    }
}

void dyno_bus_read(const cJSON *metrics, struct dyno_bus *out)
{
    const cJSON *gauges = cJSON_GetObjectItemCaseSensitive(metrics, "gauges");
    const cJSON *counters = cJSON_GetObjectItemCaseSensitive(metrics, "counters");
    *out = (struct dyno_bus){(double)NAN, (double)NAN, (double)NAN, (double)NAN,
                             (double)NAN, (double)NAN, (double)NAN};
    read_queues(counters, ".numDroppedEvents", "count", &out->dropped_events);
    read_queues(gauges, ".size", "value", &out->queue_size);
    read_one(counters, ".driver.LiveListenerBus.numEventsPosted", "count", &out->events_posted);
    read_one(gauges, ".driver.DAGScheduler.job.activeJobs", "value", &out->active_jobs);
    read_one(gauges, ".driver.DAGScheduler.job.allJobs", "value", &out->all_jobs);
    read_one(gauges, ".driver.DAGScheduler.stage.runningStages", "value", &out->running_stages);
    read_one(gauges, ".driver.DAGScheduler.stage.waitingStages", "value", &out->waiting_stages);
}

void dyno_bus_note(const struct dyno_bus *bus, struct dyno_series *series, int64_t now_ns)
{
    const struct {
        const char *name;
        double value;
    } rows[] = {
        {"dropped_events", bus->dropped_events},
        {"queue_size", bus->queue_size},
        {"events_posted", bus->events_posted},
        {"active_jobs", bus->active_jobs},
        {"all_jobs", bus->all_jobs},
        {"running_stages", bus->running_stages},
        {"waiting_stages", bus->waiting_stages},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        dyno_series_add(series, "listenerbus", rows[i].name, now_ns, rows[i].value);
}

enum fold {
    SUM,
    LARGEST
};

struct gauge {
    const char *name;
    const char *group; /* member object that holds it; NULL: the row itself */
    const char *member;
    enum fold fold;
    bool grows; /* while the server and its executors live */
};

static const struct gauge executor_gauges[] = {
    {"active_tasks", NULL, "activeTasks", SUM, false},
    {"completed_tasks", NULL, "completedTasks", SUM, true},
    {"failed_tasks", NULL, "failedTasks", SUM, true},
    {"storage_used_bytes", NULL, "memoryUsed", SUM, false},
    {"storage_max_bytes", NULL, "maxMemory", SUM, true},
    {"disk_used_bytes", NULL, "diskUsed", SUM, false},
    {"input_bytes", NULL, "totalInputBytes", SUM, true},
    {"shuffle_read_bytes", NULL, "totalShuffleRead", SUM, true},
    {"shuffle_write_bytes", NULL, "totalShuffleWrite", SUM, true},
    {"gc_ms", NULL, "totalGCTime", SUM, true},
    {"minor_gc_count", "peakMemoryMetrics", "MinorGCCount", SUM, true},
    {"minor_gc_ms", "peakMemoryMetrics", "MinorGCTime", SUM, true},
    {"major_gc_count", "peakMemoryMetrics", "MajorGCCount", SUM, true},
    {"major_gc_ms", "peakMemoryMetrics", "MajorGCTime", SUM, true},
    {"peak_heap_bytes", "peakMemoryMetrics", "JVMHeapMemory", LARGEST, true},
    {"peak_offheap_bytes", "peakMemoryMetrics", "JVMOffHeapMemory", LARGEST, true},
    {"peak_execution_bytes", "peakMemoryMetrics", "OnHeapExecutionMemory", LARGEST, true},
    {"peak_unified_bytes", "peakMemoryMetrics", "OnHeapUnifiedMemory", LARGEST, true},
    {"peak_storage_bytes", "peakMemoryMetrics", "OnHeapStorageMemory", LARGEST, true},
};

static const struct gauge storage_gauges[] = {
    {"memory_bytes", NULL, "memoryUsed", SUM, false},
    {"disk_bytes", NULL, "diskUsed", SUM, false},
    {"partitions", NULL, "numPartitions", SUM, false},
    {"cached_partitions", NULL, "numCachedPartitions", SUM, false},
};

static bool is_counted(const cJSON *row)
{
    return cJSON_IsObject(row) && dyno_json_bool_or(row, "isActive", true);
}

static double fold_rows(const cJSON *rows, const struct gauge *gauge)
{
    const cJSON *row = NULL;
    double result = (double)NAN;
    cJSON_ArrayForEach(row, rows)
    {
        const cJSON *place =
            gauge->group == NULL ? row : cJSON_GetObjectItemCaseSensitive(row, gauge->group);
        double value = dyno_json_f64_or(place, gauge->member, (double)NAN);
        if (!is_counted(row))
            continue;
        if (gauge->fold == SUM)
            add_known(&result, value);
        else
            result = fmax(result, value);
    }
    return result;
}

static double count_rows(const cJSON *rows)
{
    const cJSON *row = NULL;
    double count = 0;
    cJSON_ArrayForEach(row, rows)
    {
        count += is_counted(row) ? 1 : 0;
    }
    return count;
}

static void note_driver(const cJSON *rows, struct dyno_series *series, int64_t now_ns)
{
    const cJSON *row = NULL;
    cJSON_ArrayForEach(row, rows)
    {
        if (strcmp(dyno_json_string_or(row, "id", ""), "driver") != 0)
            continue;
        dyno_series_add(series, "executors", "driver_gc_ms", now_ns,
                        dyno_json_f64_or(row, "totalGCTime", (double)NAN));
        dyno_series_add(series, "executors", "driver_wall_ms", now_ns,
                        dyno_json_f64_or(row, "totalDuration", (double)NAN));
    }
}

void dyno_executors_note(const cJSON *executors, struct dyno_series *series, int64_t now_ns)
{
    if (!cJSON_IsArray(executors))
        return;
    for (size_t i = 0; i < sizeof executor_gauges / sizeof executor_gauges[0]; i++)
        dyno_series_add(series, "executors", executor_gauges[i].name, now_ns,
                        fold_rows(executors, &executor_gauges[i]));
    dyno_series_add(series, "executors", "executors", now_ns, count_rows(executors));
    note_driver(executors, series, now_ns);
}

/* What one source says must lie between what the other said before and after it. */
static bool lies_between(double before, double value, double after)
{
    return !isfinite(before) || !isfinite(value) || !isfinite(after) || after < before ||
           (value >= before && value <= after);
}

static void tell_difference(size_t count, const char *name, const double values[3],
                            char first[DYNO_DIFFERENCE_BYTES])
{
    if (count == 1)
        (void)snprintf(first, DYNO_DIFFERENCE_BYTES, "%s: %.0f to %.0f here, %.0f there", name,
                       values[0], values[2], values[1]);
}

size_t dyno_executors_compare(const cJSON *before, const cJSON *other, const cJSON *after,
                              char first[DYNO_DIFFERENCE_BYTES])
{
    size_t count = 0;
    double rows[3] = {count_rows(before), count_rows(other), count_rows(after)};
    if (rows[0] < rows[2] || rows[0] > rows[2]) /* executors came or went */
        return 0;
    if (!lies_between(rows[0], rows[1], rows[2]))
        tell_difference(++count, "executors", rows, first);
    for (size_t i = 0; i < sizeof executor_gauges / sizeof executor_gauges[0]; i++) {
        const struct gauge *gauge = &executor_gauges[i];
        double values[3] = {fold_rows(before, gauge), fold_rows(other, gauge),
                            fold_rows(after, gauge)};
        if (gauge->grows && !lies_between(values[0], values[1], values[2]))
            tell_difference(++count, gauge->name, values, first);
    }
    return count;
}

size_t dyno_bus_compare(const struct dyno_bus *before, const struct dyno_bus *other,
                        const struct dyno_bus *after, char first[DYNO_DIFFERENCE_BYTES])
{
    const struct {
        const char *name;
        double values[3];
    } rows[] = {
        {"dropped_events", {before->dropped_events, other->dropped_events, after->dropped_events}},
        {"events_posted", {before->events_posted, other->events_posted, after->events_posted}},
        {"all_jobs", {before->all_jobs, other->all_jobs, after->all_jobs}},
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!lies_between(rows[i].values[0], rows[i].values[1], rows[i].values[2]))
            tell_difference(++count, rows[i].name, rows[i].values, first);
    return count;
}

void dyno_storage_note(const cJSON *rdds, struct dyno_series *series, int64_t now_ns)
{
    if (!cJSON_IsArray(rdds))
        return;
    for (size_t i = 0; i < sizeof storage_gauges / sizeof storage_gauges[0]; i++)
        dyno_series_add(series, "storage", storage_gauges[i].name, now_ns,
                        fold_rows(rdds, &storage_gauges[i]));
    dyno_series_add(series, "storage", "cached_rdds", now_ns, count_rows(rdds));
}
