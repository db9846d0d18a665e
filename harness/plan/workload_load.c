/* Queries and load of a workload, and what its sections share. */
#include "base/alloc.h"
#include "base/file.h"
#include "base/units.h"
#include "plan/workload_parts.h"

#include <stdlib.h>
#include <string.h>

#define MAX_QUERIES      1000
#define MAX_SCALE        1000.0
#define MAX_WEIGHT       1e6
#define MAX_RATE_PER_S   1e6
#define MIN_SPEED        0.001
#define MAX_SPEED        1000.0
#define MAX_RESULT_ROWS  INT64_C(100000000)
#define DEFAULT_MAX_ROWS 100000

char *dyno_workload_read_sql(struct dyno_workload_builder *b, const struct dyno_yaml *item,
                             const struct dyno_sql_rules *rules)
{
    const struct dyno_yaml *file = dyno_yaml_required(&b->reader, item, "sql");
    if (file == NULL)
        return NULL;
    char *path = dyno_path_join(b->workload->dir, file->scalar);
    char *sql = NULL;
    if (!dyno_file_exists(path))
        dyno_yaml_refuse(&b->reader, file, "'sql': there is no file '%s'", path);
    else
        b->reader.status = dyno_sql_read(path, rules, &sql, b->reader.err);
    free(path);
    return sql;
}

double dyno_workload_scale_key(struct dyno_yaml_reader *r, const struct dyno_yaml *map,
                               size_t entry, const char *key)
{
    const struct dyno_yaml_entry *e = &map->entries[entry];
    const struct dyno_yaml at = {.line = e->key_line, .column = e->key_column};
    double scale = 0;
    if (r->status != DYNO_OK)
        return 0;
    if (dyno_parse_f64(e->key, 0, MAX_SCALE, &scale, NULL) != DYNO_OK || !(scale > 0)) {
        dyno_yaml_refuse(r, &at, "'%s': '%.40s' is not a scale: a number over 0, at most %g", key,
                         e->key, MAX_SCALE);
        return 0;
    }
    for (size_t i = 0; i < entry; i++)
        if (strtod(map->entries[i].key, NULL) == scale)
            dyno_yaml_refuse(r, &at, "'%s': scale %s stands twice", key, e->key);
    return scale;
}

static void check_query_name(struct dyno_workload_builder *b, const struct dyno_yaml *item,
                             const char *name)
{
    for (size_t i = 0; name != NULL && i < b->workload->query_count; i++)
        if (strcmp(b->workload->queries[i].name, name) == 0)
            dyno_yaml_refuse(&b->reader, dyno_yaml_get(item, "name"),
                             "there is a query '%s' already", name);
}

static void read_query(struct dyno_workload_builder *b, const struct dyno_yaml *item)
{
    static const char *const keys[] = {"name", "sql", "weight", "max_rows", NULL};
    const struct dyno_sql_rules rules = {.variable_count = 0};
    if (!dyno_yaml_expect_mapping(&b->reader, item, "a query", keys))
        return;
    char *name = dyno_yaml_name(&b->reader, item, "name", DYNO_NAME_LABEL);
    check_query_name(b, item, name);
    struct dyno_workload_query *query = &b->workload->queries[b->workload->query_count++];
    query->name = name;
    query->weight = dyno_yaml_f64(&b->reader, item, "weight", 1, 0, MAX_WEIGHT);
    if (!(query->weight > 0))
        dyno_yaml_refuse(&b->reader, dyno_yaml_get(item, "weight"),
                         "'weight': a query of weight 0 would never run: leave it out");
    query->max_rows =
        dyno_yaml_i64(&b->reader, item, "max_rows", DEFAULT_MAX_ROWS, 1, MAX_RESULT_ROWS);
    query->sql = dyno_workload_read_sql(b, item, &rules);
}

void dyno_workload_read_queries(struct dyno_workload_builder *b, const struct dyno_yaml *root)
{
    const struct dyno_yaml *list = dyno_yaml_list(&b->reader, root, "queries", MAX_QUERIES);
    const struct dyno_yaml *load = list == NULL ? dyno_yaml_get(root, "load") : NULL;
    bool is_replay =
        load != NULL && load->kind == DYNO_YAML_MAPPING && dyno_yaml_get(load, "replay") != NULL;
    if (list == NULL) {
        if (!is_replay)
            dyno_yaml_refuse(&b->reader, root, "key 'queries' is missing");
        return;
    }
    b->workload->queries = dyno_xcalloc(list->count, sizeof *b->workload->queries);
    for (size_t i = 0; i < list->count && b->reader.status == DYNO_OK; i++)
        read_query(b, list->entries[i].value);
}

static void read_rates(struct dyno_workload_builder *b, const struct dyno_yaml *load)
{
    struct dyno_yaml_reader *r = &b->reader;
    struct dyno_load_shape *shape = &b->workload->load;
    const struct dyno_yaml *map = r->status == DYNO_OK ? dyno_yaml_get(load, "rates") : NULL;
    if (b->workload->scale > 1)
        shape->rate_per_s /= b->workload->scale;
    if (map != NULL && map->kind != DYNO_YAML_MAPPING)
        dyno_yaml_refuse(r, map, "'rates' must be a mapping of scales to statements/s");
    for (size_t i = 0; map != NULL && r->status == DYNO_OK && i < map->count; i++) {
        double scale = dyno_workload_scale_key(r, map, i, "rates");
        double rate = dyno_yaml_f64(r, map, map->entries[i].key, 0, 0, MAX_RATE_PER_S);
        if (!(rate > 0))
            dyno_yaml_refuse(r, map->entries[i].value, "'rates': a rate must be over 0");
        if (scale == b->workload->scale)
            shape->rate_per_s = rate;
    }
}

static void read_arrival(struct dyno_workload_builder *b, const struct dyno_yaml *load)
{
    struct dyno_err why = DYNO_ERR_INIT;
    const struct dyno_yaml *node = dyno_yaml_optional(&b->reader, load, "arrival");
    if (node != NULL &&
        dyno_arrival_parse(node->scalar, &b->workload->load.arrival, &why) != DYNO_OK)
        dyno_yaml_refuse(&b->reader, node, "'arrival': %s", why.message);
}

/* One item of 'steps'. */
static void read_step(struct dyno_workload_builder *b, const struct dyno_yaml *item)
{
    static const char *const keys[] = {"rate", "to", "for", NULL};
    struct dyno_yaml_reader *r = &b->reader;
    struct dyno_err why = DYNO_ERR_INIT;
    if (!dyno_yaml_expect_mapping(r, item, "a step", keys) ||
        dyno_yaml_required(r, item, "rate") == NULL || dyno_yaml_required(r, item, "for") == NULL)
        return;
    struct dyno_load_step step = {.from_per_s =
                                      dyno_yaml_f64(r, item, "rate", 0, 0, MAX_RATE_PER_S),
                                  .for_ns = dyno_yaml_duration_ns(r, item, "for", 0)};
    step.to_per_s = dyno_yaml_f64(r, item, "to", step.from_per_s, 0, MAX_RATE_PER_S);
    if (b->workload->scale > 1) {
        step.from_per_s /= b->workload->scale;
        step.to_per_s /= b->workload->scale;
    }
    if (r->status == DYNO_OK && dyno_load_step_add(&b->workload->load, &step, &why) != DYNO_OK)
        dyno_yaml_refuse(r, item, "'steps': %s", why.message);
    b->workload->load.measure_ns += step.for_ns;
}

static void read_steps(struct dyno_workload_builder *b, const struct dyno_yaml *load)
{
    const struct dyno_yaml *list = dyno_yaml_list(&b->reader, load, "steps", DYNO_LOAD_STEPS_MAX);
    if (list == NULL)
        return;
    /* The window is as long as its steps, unless it is said; then the two are compared. */
    b->workload->load.measure_ns = 0;
    for (size_t i = 0; i < list->count && b->reader.status == DYNO_OK; i++)
        read_step(b, list->entries[i].value);
}

static void read_replay(struct dyno_workload_builder *b, const struct dyno_yaml *load)
{
    struct dyno_yaml_reader *r = &b->reader;
    const struct dyno_yaml *file = dyno_yaml_optional(r, load, "replay");
    double speed = dyno_yaml_f64(r, load, "speed", 1, MIN_SPEED, MAX_SPEED);
    if (r->status == DYNO_OK && file == NULL && b->workload->load.arrival == DYNO_ARRIVAL_REPLAY)
        dyno_yaml_refuse(r, load, "arrival replay needs the key 'replay' with a trace");
    if (r->status != DYNO_OK || file == NULL)
        return;
    b->workload->trace.path = dyno_path_join(b->workload->dir, file->scalar);
    b->workload->trace.speed = speed;
    if (!dyno_file_exists(b->workload->trace.path))
        dyno_yaml_refuse(r, file, "'replay': there is no file '%s'", b->workload->trace.path);
}

static void read_burst(struct dyno_workload_builder *b, const struct dyno_yaml *load)
{
    struct dyno_err why = DYNO_ERR_INIT;
    const struct dyno_yaml *node = dyno_yaml_optional(&b->reader, load, "burst");
    if (node != NULL && dyno_load_burst_parse(node->scalar, &b->workload->load, &why) != DYNO_OK)
        dyno_yaml_refuse(&b->reader, node, "'burst': %s", why.message);
}

static void read_think(struct dyno_workload_builder *b, const struct dyno_yaml *load)
{
    struct dyno_load_shape *shape = &b->workload->load;
    struct dyno_err why = DYNO_ERR_INIT;
    shape->think_ns = dyno_yaml_duration_ns(&b->reader, load, "think", shape->think_ns);
    const struct dyno_yaml *node = dyno_yaml_optional(&b->reader, load, "think_kind");
    if (node != NULL && dyno_think_parse(node->scalar, &shape->think_kind, &why) != DYNO_OK)
        dyno_yaml_refuse(&b->reader, node, "'think_kind': %s", why.message);
}

void dyno_workload_read_load(struct dyno_workload_builder *b, const struct dyno_yaml *root)
{
    static const char *const keys[] = {"arrival", "replay",     "speed",  "rate",       "rates",
                                       "steps",   "burst",      "visit",  "pinned",     "sessions",
                                       "think",   "think_kind", "warmup", "warmup_max", "measure",
                                       "timeout", NULL};
    const struct dyno_load_shape defaults = DYNO_LOAD_SHAPE_INIT;
    struct dyno_load_shape *shape = &b->workload->load;
    struct dyno_yaml_reader *r = &b->reader;
    struct dyno_err why = DYNO_ERR_INIT;
    *shape = defaults;
    const struct dyno_yaml *load = dyno_yaml_get(root, "load");
    if (load == NULL || r->status != DYNO_OK || !dyno_yaml_expect_mapping(r, load, "'load'", keys))
        return;
    read_arrival(b, load);
    shape->rate_per_s = dyno_yaml_f64(r, load, "rate", shape->rate_per_s, 0, MAX_RATE_PER_S);
    read_rates(b, load);
    shape->sessions = dyno_yaml_i64(r, load, "sessions", shape->sessions, 1, INT64_MAX);
    read_steps(b, load);
    read_burst(b, load);
    read_think(b, load);
    shape->visit = dyno_yaml_i64(r, load, "visit", shape->visit, 1, INT64_MAX);
    shape->is_pinned = dyno_yaml_bool(r, load, "pinned", shape->is_pinned);
    shape->warmup_executions =
        dyno_yaml_i64(r, load, "warmup", shape->warmup_executions, 0, INT64_MAX);
    shape->warmup_max = dyno_yaml_i64(r, load, "warmup_max", shape->warmup_max, 0, INT64_MAX);
    shape->measure_ns = dyno_yaml_duration_ns(r, load, "measure", shape->measure_ns);
    shape->timeout_ns = dyno_yaml_duration_ns(r, load, "timeout", shape->timeout_ns);
    if (r->status == DYNO_OK && dyno_load_shape_check(shape, &why) != DYNO_OK)
        dyno_yaml_refuse(r, load, "%s", why.message);
    else
        read_replay(b, load);
}
