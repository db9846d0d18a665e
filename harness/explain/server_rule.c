#include "explain/server_rule.h"

#include "base/units.h"

#include <math.h>
#include <string.h>

struct series {
    double first, last, max;
    int64_t first_ns, last_ns;
};

static struct series series_of(const struct dyno_store_counter *counters, size_t count,
                               const char *source, const char *name)
{
    struct series s = {(double)NAN, (double)NAN, (double)NAN, 0, 0};
    for (size_t i = 0; i < count; i++) {
        const struct dyno_store_counter *c = &counters[i];
        if (strcmp(c->source, source) != 0 || strcmp(c->name, name) != 0)
            continue;
        if (isnan(s.first)) {
            s.first = c->value;
            s.first_ns = c->t_ns;
        }
        s.last = c->value;
        s.last_ns = c->t_ns;
        s.max = fmax(s.max, c->value);
    }
    return s;
}

static void see(struct dyno_findings *findings, const char *rule,
                const struct dyno_rule_value *value)
{
    dyno_findings_add(findings, dyno_rule_find(rule), DYNO_FINDING_ALL, -1, value);
}

static void see_memory(struct dyno_findings *findings, const struct dyno_store_counter *counters,
                       size_t count)
{
    struct dyno_rule_value value = {.value = (double)NAN};
    struct series max = series_of(counters, count, "executors", "storage_max_bytes");
    struct series storage = series_of(counters, count, "executors", "storage_used_bytes");
    struct series unified = series_of(counters, count, "executors", "peak_unified_bytes");
    struct series executors = series_of(counters, count, "executors", "executors");
    double each = max.max / (executors.max > 0 ? executors.max : 1);
    double share = fmax(storage.max / max.max, unified.max / each);
    /* What is on its way out of a full storage is still counted by REST. */
    if (max.max > 0 && isfinite(share))
        dyno_rule_tell(&value, fmin(100.0 * share, 100),
                       "%.0f MiB of %.0f MiB for storage, %.0f of %.0f MiB for execution and "
                       "storage in the fullest executor",
                       storage.max / 1048576, max.max / 1048576, unified.max / 1048576,
                       each / 1048576);
    see(findings, "memory", &value);
}

static void see_gc(struct dyno_findings *findings, const struct dyno_store_counter *counters,
                   size_t count)
{
    struct dyno_rule_value value = {.value = (double)NAN};
    struct series gc = series_of(counters, count, "executors", "driver_gc_ms");
    double window_ms = (double)(gc.last_ns - gc.first_ns) / 1e6;
    if (window_ms > 0 && isfinite(gc.last))
        dyno_rule_tell(&value, 100.0 * (gc.last - gc.first) / window_ms, "%.0f of %.0f ms",
                       gc.last - gc.first, window_ms);
    see(findings, "server_gc", &value);
}

static void see_cache(struct dyno_findings *findings, const struct dyno_store_counter *counters,
                      size_t count, bool reads_cache)
{
    struct dyno_rule_value value = {.value = (double)NAN};
    struct series rdds = series_of(counters, count, "storage", "cached_rdds");
    struct series memory = series_of(counters, count, "storage", "memory_bytes");
    struct series disk = series_of(counters, count, "storage", "disk_bytes");
    double bytes = fmax(memory.last, 0) + fmax(disk.last, 0);
    char size[32];
    if (rdds.last > 0 && !reads_cache)
        dyno_rule_tell(&value, bytes, "%.0f cached %s of %s, read by no plan", rdds.last,
                       rdds.last > 1 ? "tables" : "table",
                       dyno_format_bytes((int64_t)bytes, size, sizeof size));
    see(findings, "cache_unused", &value);
}

void dyno_server_rules_see(struct dyno_findings *findings,
                           const struct dyno_store_counter *counters, size_t count,
                           bool reads_cache)
{
    see_memory(findings, counters, count);
    see_gc(findings, counters, count);
    see_cache(findings, counters, count, reads_cache);
}
