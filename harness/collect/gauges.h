/** Numbers that Spark keeps about itself all the time: executors, listener bus, cached tables. */
#ifndef DYNO_COLLECT_GAUGES_H
#define DYNO_COLLECT_GAUGES_H

#include "base/json.h"
#include "collect/series.h"

#include <stdint.h>

/** From /metrics/json/. NAN where the server does not tell. */
struct dyno_bus {
    double dropped_events; /**< since the server's start, over all queues */
    double queue_size;     /**< events that wait, over all queues */
    double events_posted;
    double active_jobs;
    double all_jobs; /**< jobs ever started: the id of the next one */
    double running_stages;
    double waiting_stages;
};

/** Names begin with the application's id or a metrics namespace: only what follows is looked at. */
void dyno_bus_read(const cJSON *metrics, struct dyno_bus *out);

/** Add it as source "listenerbus" under the names of the fields. */
void dyno_bus_note(const struct dyno_bus *bus, struct dyno_series *series, int64_t now_ns);

/**
 * Add /executors as source "executors", sums over the active rows: executors, active_tasks,
 * completed_tasks, failed_tasks, storage_used_bytes, storage_max_bytes, disk_used_bytes, input_bytes,
 * shuffle_read_bytes, shuffle_write_bytes, gc_ms, minor_gc_count, minor_gc_ms, major_gc_count,
 * major_gc_ms; the largest of one row: peak_heap_bytes, peak_offheap_bytes, peak_execution_bytes,
 * peak_storage_bytes; of the driver's row alone: driver_gc_ms and driver_wall_ms. Totals are since the
 * start of the server.
 */
void dyno_executors_note(const cJSON *executors, struct dyno_series *series, int64_t now_ns);

#define DYNO_DIFFERENCE_BYTES 160

/**
 * Hold rows of another source against those of /executors, read before and after it: what only grows must lie
 * between. Returns how many values do not and writes the first of them; values that a source does not tell are
 * no difference, nor is anything while executors come and go.
 */
size_t dyno_executors_compare(const cJSON *before, const cJSON *other, const cJSON *after,
                              char first[DYNO_DIFFERENCE_BYTES]);

/** The same for the bus. */
size_t dyno_bus_compare(const struct dyno_bus *before, const struct dyno_bus *other,
                        const struct dyno_bus *after, char first[DYNO_DIFFERENCE_BYTES]);

/** Add /storage/rdd as source "storage": cached_rdds, memory_bytes, disk_bytes, partitions,
 *  cached_partitions. */
void dyno_storage_note(const cJSON *rdds, struct dyno_series *series, int64_t now_ns);

#endif
