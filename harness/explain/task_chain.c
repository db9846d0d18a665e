#include "explain/task_chain.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>

#define NS_PER_MS 1e6

static uint32_t hash_of(struct dyno_span text)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.at[i]) * 16777619u;
    return hash;
}

static int64_t at_least_0(int64_t value)
{
    return value > 0 ? value : 0;
}

static void add_sums(const struct dyno_event_task *event, int64_t result_ms,
                     struct dyno_stage_cost *stage)
{
    stage->tasks++;
    stage->failed_tasks += event->is_failed ? 1 : 0;
    stage->killed_tasks += event->is_killed ? 1 : 0;
    stage->run_ms += (double)event->run_ms;
    stage->cpu_ms += (double)event->cpu_ns / NS_PER_MS;
    stage->gc_ms += (double)event->gc_ms;
    stage->deserialize_ms += (double)event->deserialize_ms;
    stage->result_ms += (double)result_ms;
    stage->fetch_wait_ms += (double)event->fetch_wait_ms;
    stage->shuffle_write_ms += (double)event->shuffle_write_ns / NS_PER_MS;
    stage->input_bytes += at_least_0(event->input_bytes);
    stage->input_records += at_least_0(event->input_records);
    stage->output_bytes += at_least_0(event->output_bytes);
    stage->shuffle_read_bytes +=
        at_least_0(event->remote_read_bytes) + at_least_0(event->local_read_bytes);
    stage->shuffle_read_records += at_least_0(event->read_records);
    stage->shuffle_write_bytes += at_least_0(event->shuffle_write_bytes);
    stage->result_bytes += at_least_0(event->result_bytes);
    stage->spill_memory_bytes += at_least_0(event->spill_memory_bytes);
    stage->spill_disk_bytes += at_least_0(event->spill_disk_bytes);
    if (event->peak_memory_bytes > stage->peak_memory_bytes)
        stage->peak_memory_bytes = event->peak_memory_bytes;
    if (event->launch_ms >= 0 && (stage->launch_ms < 0 || event->launch_ms < stage->launch_ms))
        stage->launch_ms = event->launch_ms;
}

void dyno_task_read(const struct dyno_event_task *event, struct dyno_stage_cost *stage,
                    struct dyno_task *out)
{
    int64_t getting_ms =
        event->getting_result_ms > 0 ? at_least_0(event->finish_ms - event->getting_result_ms) : 0;
    int64_t result_ms = at_least_0(event->serialize_ms) + getting_ms;
    add_sums(event, result_ms, stage);
    *out = (struct dyno_task){
        .launch_ms = event->launch_ms,
        .finish_ms = event->finish_ms,
        .read_bytes = at_least_0(event->remote_read_bytes) + at_least_0(event->local_read_bytes) +
                      at_least_0(event->input_bytes),
        .records = at_least_0(event->read_records) + at_least_0(event->input_records),
        .run_ms = (float)at_least_0(event->run_ms),
        .gc_ms = (float)at_least_0(event->gc_ms),
        .deserialize_ms = (float)at_least_0(event->deserialize_ms),
        .result_ms = (float)result_ms,
        .fetch_wait_ms = (float)at_least_0(event->fetch_wait_ms),
        .shuffle_write_ms = (float)((double)at_least_0(event->shuffle_write_ns) / NS_PER_MS),
        .executor = hash_of(event->executor),
        .attempt = (int32_t)event->attempt,
        .is_ok = !event->is_failed && !event->is_killed};
}

static int compare_finish(const void *a, const void *b)
{
    const struct dyno_task *x = a;
    const struct dyno_task *y = b;
    return (x->finish_ms > y->finish_ms) - (x->finish_ms < y->finish_ms);
}

static int compare_f64(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Spark's own quantile: the floor(n / 2)-th smallest. */
static void median_and_max(double *values, size_t count, double *median, double *largest)
{
    if (count == 0)
        return;
    qsort(values, count, sizeof *values, compare_f64);
    *median = values[(count - 1) / 2];
    *largest = values[count - 1];
}

static double duration_of(const struct dyno_task *task)
{
    return (double)(task->finish_ms - task->launch_ms);
}

static double delay_of(const struct dyno_task *task)
{
    double delay = duration_of(task) - (double)task->run_ms - (double)task->deserialize_ms -
                   (double)task->result_ms;
    return delay > 0 ? delay : 0;
}

static void fill_quantiles(struct dyno_stage_cost *stage, const struct dyno_task *tasks,
                           size_t count)
{
    double *values = dyno_xcalloc(3 * count + 1, sizeof *values);
    size_t n = 0;
    int64_t empty = 0;
    stage->delay_ms = 0;
    for (size_t i = 0; i < count; i++) {
        if (!tasks[i].is_ok)
            continue;
        values[n] = duration_of(&tasks[i]);
        values[count + n] = (double)tasks[i].read_bytes;
        values[2 * count + n] = (double)tasks[i].records;
        stage->delay_ms += delay_of(&tasks[i]);
        empty += tasks[i].records == 0 ? 1 : 0;
        n++;
    }
    median_and_max(values, n, &stage->task_median_ms, &stage->task_max_ms);
    median_and_max(values + count, n, &stage->read_median_bytes, &stage->read_max_bytes);
    median_and_max(values + 2 * count, n, &stage->records_median, &stage->records_max);
    stage->empty_tasks = stage->records_max > 0 ? empty : 0;
    free(values);
}

/* Takes at most what is left of `*rest`. */
static void take(double *parts, enum dyno_part part, double ms, double *rest)
{
    double taken = ms < *rest ? ms : *rest;
    if (taken <= 0)
        return;
    parts[part] += taken;
    *rest -= taken;
}

/* What a task spent its time on; adds up to its duration. */
static void split(double *parts, const struct dyno_task *task)
{
    double rest = duration_of(task) > 0 ? duration_of(task) : 0;
    double run = 0;
    take(parts, DYNO_PART_DESERIALIZE, (double)task->deserialize_ms, &rest);
    take(parts, DYNO_PART_RESULT, (double)task->result_ms, &rest);
    run = (double)task->run_ms < rest ? (double)task->run_ms : rest;
    parts[DYNO_PART_SCHEDULING] += rest - run;
    take(parts, DYNO_PART_GC, (double)task->gc_ms, &run);
    take(parts, DYNO_PART_SHUFFLE_FETCH, (double)task->fetch_wait_ms, &run);
    take(parts, DYNO_PART_SHUFFLE_WRITE, (double)task->shuffle_write_ms, &run);
    take(parts, DYNO_PART_COMPUTE, run, &run);
}

/* The task whose end made room for this one; tasks are sorted by their end. */
static const struct dyno_task *before(const struct dyno_task *tasks, size_t count,
                                      const struct dyno_task *task)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tasks[middle].finish_ms <= task->launch_ms)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; i > 0; i--)
        if (tasks[i - 1].executor == task->executor && &tasks[i - 1] != task &&
            tasks[i - 1].launch_ms < task->launch_ms)
            return &tasks[i - 1];
    return NULL;
}

void dyno_task_chain(struct dyno_stage_cost *stage, struct dyno_task *tasks, size_t count)
{
    fill_quantiles(stage, tasks, count);
    if (count == 0 || stage->submit_ms < 0 || stage->complete_ms < stage->submit_ms)
        return;
    qsort(tasks, count, sizeof *tasks, compare_finish);
    const struct dyno_task *task = &tasks[count - 1];
    int64_t at_ms = stage->complete_ms; /* all behind it is split */
    while (task != NULL) {
        struct dyno_task part = *task;
        if (part.finish_ms > at_ms)
            part.finish_ms = at_ms;
        if (part.launch_ms < stage->submit_ms)
            part.launch_ms = stage->submit_ms;
        if (part.launch_ms > part.finish_ms)
            part.launch_ms = part.finish_ms;
        stage->path_ms[DYNO_PART_SCHEDULING] += (double)(at_ms - part.finish_ms);
        split(stage->path_ms, &part);
        at_ms = part.launch_ms;
        task = before(tasks, count, task);
    }
    stage->path_ms[DYNO_PART_SCHEDULING] += (double)(at_ms - stage->submit_ms);
    stage->is_path_exact = true;
}

void dyno_task_shares(struct dyno_stage_cost *stage)
{
    double wall = (double)(stage->complete_ms - stage->submit_ms);
    double wait =
        stage->launch_ms > stage->submit_ms ? (double)(stage->launch_ms - stage->submit_ms) : 0;
    double delay = isfinite(stage->delay_ms) ? stage->delay_ms : 0;
    double sums[DYNO_PARTS] = {0};
    double total = 0;
    double run = stage->run_ms;
    if (stage->submit_ms < 0 || wall <= 0)
        return;
    wait = wait < wall ? wait : wall;
    sums[DYNO_PART_SCHEDULING] = delay;
    sums[DYNO_PART_DESERIALIZE] = stage->deserialize_ms;
    sums[DYNO_PART_RESULT] = stage->result_ms;
    take(sums, DYNO_PART_GC, stage->gc_ms, &run);
    take(sums, DYNO_PART_SHUFFLE_FETCH, stage->fetch_wait_ms, &run);
    take(sums, DYNO_PART_SHUFFLE_WRITE, stage->shuffle_write_ms, &run);
    take(sums, DYNO_PART_COMPUTE, run, &run);
    for (int i = 0; i < DYNO_PARTS; i++)
        total += sums[i];
    for (int i = 0; i < DYNO_PARTS; i++)
        stage->path_ms[i] = total > 0 ? sums[i] / total * (wall - wait) : 0;
    stage->path_ms[DYNO_PART_SCHEDULING] += total > 0 ? wait : wall;
}
