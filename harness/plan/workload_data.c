/* Tables, views and caches of a workload. */
#include "base/alloc.h"
#include "base/suggest.h"
#include "base/units.h"
#include "plan/sql_text.h"
#include "plan/workload_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DATA_ITEMS     1000
#define MAX_ROWS           INT64_C(1000000000000)
#define MAX_PARTITIONS     10000
#define DEFAULT_PARTITIONS 4

/* The shortest text that reads back as the same number. */
static void format_scale(double scale, char *out, size_t out_bytes)
{
    for (int digits = 1; digits <= 17; digits++) {
        (void)snprintf(out, out_bytes, "%.*g", digits, scale);
        if (strtod(out, NULL) == scale)
            return;
    }
}

static void read_checksums(struct dyno_workload_builder *b, const struct dyno_yaml *item,
                           struct dyno_workload_table *table)
{
    struct dyno_yaml_reader *r = &b->reader;
    const struct dyno_yaml *map = dyno_yaml_get(item, "checksums");
    if (map == NULL || r->status != DYNO_OK)
        return;
    if (map->kind != DYNO_YAML_MAPPING) {
        dyno_yaml_refuse(r, map, "'checksums' must be a mapping of scales to checksums");
        return;
    }
    table->checksums = dyno_xcalloc(map->count + 1, sizeof *table->checksums);
    for (size_t i = 0; i < map->count; i++) {
        const struct dyno_yaml *value = dyno_yaml_required(r, map, map->entries[i].key);
        double scale = dyno_workload_scale_key(r, map, i, "checksums");
        int64_t number = 0;
        if (r->status == DYNO_OK &&
            dyno_parse_i64(value->scalar, INT64_MIN, INT64_MAX, &number, NULL) != DYNO_OK)
            dyno_yaml_refuse(r, value, "'checksums': '%.40s' is not a checksum: a whole number",
                             value->scalar);
        if (r->status != DYNO_OK)
            return;
        struct dyno_workload_checksum *checksum = &table->checksums[table->checksum_count++];
        checksum->scale = dyno_xstrdup(map->entries[i].key);
        checksum->value = dyno_xstrdup(value->scalar);
        if (scale == b->workload->scale)
            table->checksum = checksum->value;
    }
}

static int64_t scaled_rows(struct dyno_workload_builder *b, const struct dyno_yaml *item)
{
    const struct dyno_yaml *node = dyno_yaml_required(&b->reader, item, "rows");
    int64_t rows = dyno_yaml_i64(&b->reader, item, "rows", 0, 1, MAX_ROWS);
    if (dyno_yaml_bool(&b->reader, item, "fixed", false) || b->reader.status != DYNO_OK)
        return rows;
    double scaled = round((double)rows * b->workload->scale);
    if (scaled > (double)MAX_ROWS)
        dyno_yaml_refuse(&b->reader, node,
                         "'rows': %g rows at this scale, at most 1e12 are allowed", scaled);
    return scaled < 1 ? 1 : (int64_t)scaled;
}

/* Tables and views share one name space in Spark. */
static bool has_relation(const struct dyno_workload *w, const char *name)
{
    for (size_t i = 0; i < w->table_count; i++)
        if (strcmp(w->tables[i].name, name) == 0)
            return true;
    for (size_t i = 0; i < w->view_count; i++)
        if (strcmp(w->views[i].name, name) == 0)
            return true;
    return false;
}

static char *new_relation_name(struct dyno_workload_builder *b, const struct dyno_yaml *item)
{
    char *name = dyno_yaml_name(&b->reader, item, "name", DYNO_NAME_IDENTIFIER);
    if (name == NULL || !has_relation(b->workload, name))
        return name;
    dyno_yaml_refuse(&b->reader, dyno_yaml_get(item, "name"),
                     "there is a table or view '%s' already", name);
    free(name);
    return NULL;
}

static void read_table(struct dyno_workload_builder *b, const struct dyno_yaml *item)
{
    static const char *const keys[] = {"name",       "sql",       "rows", "fixed",
                                       "partitions", "checksums", NULL};
    if (!dyno_yaml_expect_mapping(&b->reader, item, "a table", keys))
        return;
    char *name = new_relation_name(b, item);
    struct dyno_workload_table *table = &b->workload->tables[b->workload->table_count++];
    table->name = name;
    table->rows = scaled_rows(b, item);
    table->partitions =
        (int)dyno_yaml_i64(&b->reader, item, "partitions", DEFAULT_PARTITIONS, 1, MAX_PARTITIONS);
    read_checksums(b, item, table);
    char rows[32];
    char partitions[32];
    char scale[32];
    (void)snprintf(rows, sizeof rows, "%lld", (long long)table->rows);
    (void)snprintf(partitions, sizeof partitions, "%d", table->partitions);
    format_scale(b->workload->scale, scale, sizeof scale);
    const struct dyno_sql_variable variables[] = {
        {"rows", rows}, {"partitions", partitions}, {"scale", scale}};
    const struct dyno_sql_rules rules = {
        .variables = variables, .variable_count = 3, .must_be_query = true};
    table->sql = dyno_workload_read_sql(b, item, &rules);
}

void dyno_workload_read_tables(struct dyno_workload_builder *b, const struct dyno_yaml *root)
{
    const struct dyno_yaml *list = dyno_yaml_list(&b->reader, root, "tables", MAX_DATA_ITEMS);
    if (list == NULL)
        return;
    b->workload->tables = dyno_xcalloc(list->count, sizeof *b->workload->tables);
    for (size_t i = 0; i < list->count && b->reader.status == DYNO_OK; i++)
        read_table(b, list->entries[i].value);
}

static void read_view(struct dyno_workload_builder *b, const struct dyno_yaml *item)
{
    static const char *const keys[] = {"name", "sql", NULL};
    if (!dyno_yaml_expect_mapping(&b->reader, item, "a view", keys))
        return;
    char *name = new_relation_name(b, item);
    struct dyno_workload_view *view = &b->workload->views[b->workload->view_count++];
    char scale[32];
    format_scale(b->workload->scale, scale, sizeof scale);
    const struct dyno_sql_variable variables[] = {{"scale", scale}};
    const struct dyno_sql_rules rules = {
        .variables = variables, .variable_count = 1, .must_be_query = true};
    view->name = name;
    view->sql = dyno_workload_read_sql(b, item, &rules);
}

void dyno_workload_read_views(struct dyno_workload_builder *b, const struct dyno_yaml *root)
{
    const struct dyno_yaml *list = dyno_yaml_list(&b->reader, root, "views", MAX_DATA_ITEMS);
    if (list == NULL)
        return;
    b->workload->views = dyno_xcalloc(list->count, sizeof *b->workload->views);
    for (size_t i = 0; i < list->count && b->reader.status == DYNO_OK; i++)
        read_view(b, list->entries[i].value);
}

static void check_level(struct dyno_workload_builder *b, const struct dyno_yaml *node)
{
    /* What Spark 3.5 to 4.x take in OPTIONS('storageLevel' ...), NONE aside: it would cache nothing. */
    static const char *const levels[] = {
        "MEMORY_ONLY",     "MEMORY_ONLY_2",     "MEMORY_ONLY_SER",     "MEMORY_ONLY_SER_2",
        "MEMORY_AND_DISK", "MEMORY_AND_DISK_2", "MEMORY_AND_DISK_SER", "MEMORY_AND_DISK_SER_2",
        "DISK_ONLY",       "DISK_ONLY_2",       "DISK_ONLY_3",         "OFF_HEAP"};
    size_t count = sizeof levels / sizeof levels[0];
    for (size_t i = 0; node != NULL && i < count; i++)
        if (strcmp(levels[i], node->scalar) == 0)
            return;
    const char *near = node ? dyno_suggest(node->scalar, levels, count) : NULL;
    if (node != NULL)
        dyno_yaml_refuse(&b->reader, node, "'level': '%.40s' is not a storage level%s%s%s",
                         node->scalar, near ? ", did you mean '" : "", near ? near : "",
                         near ? "'?" : "");
}

static void check_cache_table(struct dyno_workload_builder *b, const struct dyno_yaml *node)
{
    const struct dyno_workload *w = b->workload;
    if (node == NULL)
        return;
    if (!has_relation(w, node->scalar))
        dyno_yaml_refuse(&b->reader, node, "'table': this workload has no table or view '%.80s'",
                         node->scalar);
    for (size_t i = 0; i < w->cache_count; i++)
        if (strcmp(w->caches[i].table, node->scalar) == 0)
            dyno_yaml_refuse(&b->reader, node, "'table': '%s' is cached twice", node->scalar);
}

static void read_cache(struct dyno_workload_builder *b, const struct dyno_yaml *item)
{
    static const char *const keys[] = {"table", "level", NULL};
    if (!dyno_yaml_expect_mapping(&b->reader, item, "a cache", keys))
        return;
    const struct dyno_yaml *table = dyno_yaml_required(&b->reader, item, "table");
    check_cache_table(b, table);
    const struct dyno_yaml *level = dyno_yaml_required(&b->reader, item, "level");
    check_level(b, level);
    if (b->reader.status != DYNO_OK)
        return;
    struct dyno_workload_cache *cache = &b->workload->caches[b->workload->cache_count++];
    cache->table = dyno_xstrdup(table->scalar);
    cache->level = dyno_xstrdup(level->scalar);
}

void dyno_workload_read_caches(struct dyno_workload_builder *b, const struct dyno_yaml *root)
{
    const struct dyno_yaml *list = dyno_yaml_list(&b->reader, root, "caches", MAX_DATA_ITEMS);
    if (list == NULL)
        return;
    b->workload->caches = dyno_xcalloc(list->count, sizeof *b->workload->caches);
    for (size_t i = 0; i < list->count && b->reader.status == DYNO_OK; i++)
        read_cache(b, list->entries[i].value);
}
