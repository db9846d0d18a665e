#include "experiment/facts.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/plural.h"
#include "base/units.h"
#include "collect/collector.h"
#include "target/doubt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Collects the first failure, so that a run of puts is checked once. */
struct fact_writer {
    struct dyno_bench *bench;
    const char *topic;
    enum dyno_status status;
    struct dyno_err *err;
};

static void put(struct fact_writer *w, const char *name, const char *value)
{
    if (w->status == DYNO_OK && value[0] != '\0')
        w->status = dyno_store_fact_put(w->bench->store, w->bench->experiment_id, w->topic, name,
                                        value, w->err);
}

static void putf(struct fact_writer *w, const char *name, const char *fmt, ...) DYNO_PRINTF(3, 4);

static void putf(struct fact_writer *w, const char *name, const char *fmt, ...)
{
    char value[512];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(value, sizeof value, fmt, args);
    va_end(args);
    put(w, name, value);
}

static void put_duration(struct fact_writer *w, const char *name, int64_t ns)
{
    char text[32];
    put(w, name, dyno_format_duration(ns, text, sizeof text));
}

static void put_rate(struct fact_writer *w, const struct dyno_load_shape *load)
{
    char on[32];
    char off[32];
    if (load->arrival == DYNO_ARRIVAL_CLOSED || load->arrival == DYNO_ARRIVAL_REPLAY)
        return;
    if (load->step_count == 0)
        putf(w, "rate", "%g statements/s", load->rate_per_s);
    for (size_t i = 0; i < load->step_count; i++) {
        char *name = dyno_xasprintf("step %zu", i + 1);
        putf(w, name, "%g to %g statements/s in %s", load->steps[i].from_per_s,
             load->steps[i].to_per_s, dyno_format_duration(load->steps[i].for_ns, on, sizeof on));
        free(name);
    }
    if (load->burst_on_ns > 0)
        putf(w, "bursts", "%s of arrivals, %s without",
             dyno_format_duration(load->burst_on_ns, on, sizeof on),
             dyno_format_duration(load->burst_off_ns, off, sizeof off));
    if (load->is_pinned)
        put(w, "sessions are", "pinned: statement i belongs to session i modulo sessions");
}

static void put_think(struct fact_writer *w, const struct dyno_load_shape *load)
{
    char text[32];
    bool is_visit = load->arrival == DYNO_ARRIVAL_PARTLY_OPEN;
    if (is_visit)
        putf(w, "visit", "%" PRId64 " statement%s", load->visit, dyno_plural(load->visit));
    if (is_visit || load->arrival == DYNO_ARRIVAL_CLOSED)
        putf(w, "think time", "%s%s", dyno_format_duration(load->think_ns, text, sizeof text),
             load->think_kind == DYNO_THINK_EXPONENTIAL ? " on average, exponential" : "");
}

/* What was made of a trace; what was skipped or moved is a warning besides. */
static void put_replay(struct fact_writer *w, const struct dyno_workload_replay *trace)
{
    if (trace->path == NULL)
        return;
    put(w, "replay", trace->path);
    putf(w, "speed", "%g", trace->speed);
    putf(w, "statements of the trace", "%zu, of which %zu are sent", trace->rows,
         trace->replay.count);
    for (int kind = 0; kind < DYNO_LOAD_TRACE_NOTE_KINDS; kind++) {
        const struct dyno_load_trace_note *note = &trace->notes[kind];
        const char *text = dyno_load_trace_note_text((enum dyno_load_trace_note_kind)kind);
        if (note->count == 0)
            continue;
        char *name = dyno_xasprintf("of the trace %s", text);
        putf(w, name, "%zu, first in line %zu", note->count, note->first_line);
        free(name);
        if (kind != DYNO_LOAD_TRACE_OTHER)
            dyno_bench_warn(w->bench, 0, "replay_repaired", "%s:%zu: %zu %s", trace->path,
                            note->first_line, note->count, text);
    }
}

static void put_load(struct fact_writer *w, const struct dyno_load_shape *load)
{
    w->topic = "load";
    put(w, "arrival", dyno_arrival_name(load->arrival));
    put_rate(w, load);
    put_think(w, load);
    putf(w, "sessions", "%" PRId64, load->sessions);
    if (load->warmup_max > load->warmup_executions)
        putf(w, "warm-up after a start",
             "until steady, %" PRId64 " to %" PRId64 " executions of each query",
             load->warmup_executions, load->warmup_max);
    else
        putf(w, "warm-up after a start", "%" PRId64 " execution%s of each query",
             load->warmup_executions, dyno_plural(load->warmup_executions));
    put_duration(w, "warm-up of each trial", load->trial_warmup_ns);
    put_duration(w, "measured window", load->measure_ns);
    put_duration(w, "statement timeout", load->timeout_ns);
}

enum dyno_status dyno_facts_store_plan(struct dyno_bench *bench, struct dyno_err *err)
{
    const struct dyno_experiment_options *o = bench->options;
    struct fact_writer w = {.bench = bench, .topic = "host", .status = DYNO_OK, .err = err};
    struct dyno_host_fact facts[32];
    size_t count = dyno_collect_host_facts(facts, sizeof facts / sizeof facts[0]);
    for (size_t i = 0; i < count; i++)
        put(&w, facts[i].name, facts[i].value);
    w.topic = "workload";
    put(&w, "name", o->workload->name);
    put(&w, "description", o->workload->description);
    putf(&w, "scale", "%g", o->workload->scale);
    put(&w, "sha256", o->workload->sha256);
    for (size_t i = 0; i < o->workload->table_count; i++) {
        char *name = dyno_xasprintf("table %s", o->workload->tables[i].name);
        putf(&w, name, "%" PRId64 " row%s", o->workload->tables[i].rows,
             dyno_plural(o->workload->tables[i].rows));
        free(name);
    }
    put_load(&w, &o->load);
    if (o->generators > 1)
        putf(&w, "generators", "%d load processes share each trial", o->generators);
    put_replay(&w, &o->workload->trace);
    return w.status;
}

static void put_environment(struct fact_writer *w, struct dyno_bench *bench)
{
    cJSON *environment = NULL;
    if (bench->rest == NULL ||
        dyno_rest_get(bench->rest, &environment, NULL, "/api/v1/applications/%s/environment",
                      bench->app_id) != DYNO_OK)
        return;
    const cJSON *runtime = cJSON_GetObjectItemCaseSensitive(environment, "runtime");
    put(w, "java", dyno_json_string_or(runtime, "javaVersion", ""));
    put(w, "scala", dyno_json_string_or(runtime, "scalaVersion", ""));
    cJSON_Delete(environment);
}

enum dyno_status dyno_facts_store_server(struct dyno_bench *bench, struct dyno_err *err)
{
    struct fact_writer w = {.bench = bench, .topic = "spark", .status = DYNO_OK, .err = err};
    const struct dyno_managed_options *m = bench->options->managed;
    put_environment(&w, bench);
    if (m == NULL) {
        put(&w, "server", "external: settings of the server are its owner's");
        return w.status;
    }
    struct dyno_spark_info info = {0};
    dyno_spark_server_info(bench->server, &info);
    put(&w, "version", info.version);
    put(&w, "home", m->install.home);
    put(&w, "kind", m->kind == DYNO_SPARK_LOCAL ? "local" : "standalone cluster on loopback");
    putf(&w, "cores", "%d", m->cores);
    if (m->kind == DYNO_SPARK_CLUSTER)
        putf(&w, "workers", "%d", m->workers);
    put(&w, "driver memory unless a profile says otherwise", m->driver_memory);
    put(&w, "authentication", m->auth);
    for (size_t i = 0; i < info.harness_setting_count; i++) {
        char *name = dyno_xasprintf("added for measuring: %s", info.harness_settings[i].key);
        put(&w, name, info.harness_settings[i].value);
        free(name);
    }
    return w.status;
}

static void warn_about_driver(struct dyno_bench *bench, const struct dyno_trial_header *header)
{
    const struct dyno_manager_facts facts = {.threading_level = header->threading_level,
                                             .is_pooled = header->is_pooled != 0,
                                             .is_traced = header->is_traced != 0,
                                             .sessions = bench->options->load.sessions};
    struct dyno_doubt doubts[DYNO_DOUBTS_MAX];
    size_t count = dyno_target_doubts(&facts, doubts);
    for (size_t i = 0; i < count; i++)
        dyno_bench_warn(bench, 0, doubts[i].code, "%s", doubts[i].text);
}

enum dyno_status dyno_facts_store_driver(struct dyno_bench *bench,
                                         const struct dyno_trial_header *header,
                                         struct dyno_err *err)
{
    struct fact_writer w = {.bench = bench, .topic = "driver", .status = DYNO_OK, .err = err};
    if (bench->has_facts || header->driver[0] == '\0')
        return DYNO_OK;
    bench->has_facts = true;
    put(&w, "target", dyno_target_kind_name(bench->target.kind));
    put(&w, "driver", header->driver);
    put(&w, "driver manager", header->driver_manager);
    put(&w, "server", header->server);
    put(&w, "server version", header->server_version);
    if (header->threading_level >= 0)
        putf(&w, "driver manager's lock level", "%d", (int)header->threading_level);
    if (header->driver_manager[0] != '\0') {
        put(&w, "driver manager's connection pooling", header->is_pooled ? "on" : "off");
        put(&w, "driver manager's call tracing", header->is_traced ? "on" : "off");
    }
    putf(&w, "rows per fetch", "%" PRId64, bench->target.fetch_rows);
    warn_about_driver(bench, header);
    return w.status;
}
