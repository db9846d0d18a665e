#include "report/server.h"

#include "base/units.h"

#include <math.h>
#include <stdio.h>

enum unit {
    PERCENT,
    CORES,
    COUNT,
    BYTES
};

static const struct {
    const char *name;
    const char *label;
    enum unit unit;
} infos[DYNO_SERVER_METRICS] = {
    [DYNO_SERVER_GC] = {"gc_percent", "garbage collection, share of the trials' time", PERCENT},
    [DYNO_SERVER_MAJOR_GC] = {"major_gc_count", "major collections", COUNT},
    [DYNO_SERVER_CPU] = {"cpu_cores", "CPU cores in use", CORES},
    [DYNO_SERVER_RSS] = {"rss_bytes", "resident memory", BYTES},
    [DYNO_SERVER_HEAP] = {"peak_heap_bytes", "peak heap", BYTES},
    [DYNO_SERVER_OFFHEAP] = {"peak_offheap_bytes", "peak memory outside the heap", BYTES},
    [DYNO_SERVER_EXECUTION] = {"peak_execution_bytes", "peak execution memory", BYTES},
    [DYNO_SERVER_STORAGE] = {"peak_storage_bytes", "peak storage memory", BYTES},
    [DYNO_SERVER_UNIFIED] = {"peak_unified_bytes", "peak of execution and storage", BYTES},
    [DYNO_SERVER_DROPPED] = {"dropped_events", "listener events dropped", COUNT},
    [DYNO_SERVER_QUEUE] = {"queued_events", "listener events waiting, at most", COUNT},
};

const char *dyno_report_server_label(enum dyno_server_metric metric)
{
    return infos[metric].label;
}

char *dyno_report_server_format(enum dyno_server_metric metric, double value, char *out,
                                size_t out_bytes)
{
    if (!isfinite(value))
        (void)snprintf(out, out_bytes, "-");
    else if (infos[metric].unit == PERCENT)
        (void)snprintf(out, out_bytes, "%.1f %%", value);
    else if (infos[metric].unit == CORES)
        (void)snprintf(out, out_bytes, "%.2f", value);
    else if (infos[metric].unit == BYTES && fabs(value) < 9e18)
        return dyno_format_bytes((int64_t)llround(value), out, out_bytes);
    else
        (void)snprintf(out, out_bytes, "%.0f", value);
    return out;
}

cJSON *dyno_report_json_server(const struct dyno_report_server *server)
{
    cJSON *object = cJSON_CreateObject();
    for (int i = 0; i < DYNO_SERVER_METRICS; i++)
        dyno_json_add_f64(object, infos[i].name, server->value[i]);
    return object;
}
