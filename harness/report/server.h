/** What the server said of itself during the trials of an arm: garbage collection, memory, listeners, CPU. */
#ifndef DYNO_REPORT_SERVER_H
#define DYNO_REPORT_SERVER_H

#include "base/json.h"

#include <stddef.h>

enum dyno_server_metric {
    DYNO_SERVER_GC,       /**< % of the time, of the server's own process */
    DYNO_SERVER_MAJOR_GC, /**< collections, in all processes */
    DYNO_SERVER_CPU,      /**< cores used by its processes */
    DYNO_SERVER_RSS,      /**< bytes, largest of the samples */
    DYNO_SERVER_HEAP,     /**< bytes from here on: peaks of one process since it was started */
    DYNO_SERVER_OFFHEAP,
    DYNO_SERVER_EXECUTION,
    DYNO_SERVER_STORAGE,
    DYNO_SERVER_UNIFIED,
    DYNO_SERVER_DROPPED, /**< listener events */
    DYNO_SERVER_QUEUE,   /**< listener events that waited, largest of the samples */
    DYNO_SERVER_METRICS
};

/** Over the trials of an arm that count; NAN where nothing was sampled. */
struct dyno_report_server {
    double value[DYNO_SERVER_METRICS];
};

/** "garbage collection of the server"; static. */
const char *dyno_report_server_label(enum dyno_server_metric metric);

/** "2.1 %", "1.2 GiB", "-" for NAN; returns `out` (give it 32 bytes). */
char *dyno_report_server_format(enum dyno_server_metric metric, double value, char *out,
                                size_t out_bytes);

/** Its members by name. */
cJSON *dyno_report_json_server(const struct dyno_report_server *server);

#endif
