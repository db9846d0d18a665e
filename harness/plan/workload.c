#include "plan/workload.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "plan/lookup.h"
#include "plan/workload_parts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME "workload.yaml"
#define MAX_SCALE 1000.0

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* The path of workload.yaml for what the user wrote; the caller frees it. */
static enum dyno_status find_file(const char *name_or_path, const char *const *dirs,
                                  char **path_out, struct dyno_err *err)
{
    const struct dyno_lookup lookup = {.what = "workload", .suffix = "/" FILE_NAME, .dirs = dirs};
    bool is_file = ends_with(name_or_path, ".yaml") || ends_with(name_or_path, ".yml");
    if (!is_file && strchr(name_or_path, '/') == NULL)
        return dyno_lookup_find(&lookup, name_or_path, path_out, err);
    *path_out = is_file ? dyno_xstrdup(name_or_path) : dyno_path_join(name_or_path, FILE_NAME);
    return DYNO_OK;
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return dyno_xstrdup(".");
    return dyno_xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static void read_head(struct dyno_workload_builder *b, const struct dyno_yaml *root)
{
    b->workload->name = dyno_yaml_name(&b->reader, root, "name", DYNO_NAME_LABEL);
    const struct dyno_yaml *text = dyno_yaml_optional(&b->reader, root, "description");
    b->workload->description = dyno_xstrdup(text ? text->scalar : "");
}

static enum dyno_status build(const struct dyno_yaml *root, const char *path,
                              struct dyno_workload *workload, struct dyno_err *err)
{
    static const char *const keys[] = {"name",   "description", "tables", "views",
                                       "caches", "queries",     "load",   NULL};
    struct dyno_workload_builder b = {.reader = {.path = path, .status = DYNO_OK, .err = err},
                                      .workload = workload};
    if (!dyno_yaml_expect_mapping(&b.reader, root, "a workload", keys))
        return b.reader.status;
    read_head(&b, root);
    dyno_workload_read_tables(&b, root);
    dyno_workload_read_views(&b, root);
    dyno_workload_read_caches(&b, root);
    dyno_workload_read_queries(&b, root);
    dyno_workload_read_load(&b, root);
    return b.reader.status;
}

/* Each text goes in with its length, so that no two workloads can run together into one. */
static void add_text(struct dyno_str *all, const char *text, size_t len)
{
    dyno_str_appendf(all, "%zu\n", len);
    dyno_str_append_n(all, text, len);
}

static void seal(struct dyno_workload *w, const char *yaml, size_t yaml_len)
{
    struct dyno_str all;
    dyno_str_init(&all, SIZE_MAX / 2);
    dyno_str_appendf(&all, "scale %.17g\n", w->scale);
    add_text(&all, yaml, yaml_len);
    for (size_t i = 0; i < w->table_count; i++)
        add_text(&all, w->tables[i].sql, strlen(w->tables[i].sql));
    for (size_t i = 0; i < w->view_count; i++)
        add_text(&all, w->views[i].sql, strlen(w->views[i].sql));
    for (size_t i = 0; i < w->query_count; i++)
        add_text(&all, w->queries[i].sql, strlen(w->queries[i].sql));
    dyno_sha256_hex(dyno_str_text(&all), all.len, w->sha256);
    dyno_str_deinit(&all);
}

/* The trace that the file names, if any. */
static enum dyno_status replay_trace(struct dyno_workload *w, struct dyno_err *err)
{
    if (w->trace.path == NULL)
        return DYNO_OK;
    char *path = dyno_xstrdup(w->trace.path);
    enum dyno_status status = dyno_workload_replay(w, path, w->trace.speed, err);
    free(path);
    return status;
}

enum dyno_status dyno_workload_read(const char *name_or_path, const char *const *dirs, double scale,
                                    struct dyno_workload *out, struct dyno_err *err)
{
    struct dyno_workload workload = {.scale = scale};
    struct dyno_yaml *root = NULL;
    char *path = NULL;
    char *text = NULL;
    size_t len = 0;
    enum dyno_status status = DYNO_OK;
    /* Written so that NaN is refused too. */
    if (!(scale > 0 && scale <= MAX_SCALE))
        return dyno_err_set(err, DYNO_EINPUT, "a scale of %g is not possible: over 0, at most %g",
                            scale, MAX_SCALE);
    status = find_file(name_or_path, dirs, &path, err);
    if (status == DYNO_OK)
        status = dyno_lookup_text(path, DYNO_YAML_MAX_BYTES, &text, &len, err);
    if (status == DYNO_OK)
        status = dyno_yaml_parse(text, len, path, &root, err);
    if (status == DYNO_OK) {
        workload.dir = folder_of(path);
        status = build(root, path, &workload, err);
    }
    if (status == DYNO_OK) {
        seal(&workload, text, len);
        status = replay_trace(&workload, err);
    }
    if (status == DYNO_OK) {
        *out = workload;
    } else {
        dyno_workload_deinit(&workload);
    }
    dyno_yaml_free(root);
    free(text);
    free(path);
    return status;
}

static void deinit_tables(struct dyno_workload *w)
{
    for (size_t i = 0; i < w->table_count; i++) {
        struct dyno_workload_table *table = &w->tables[i];
        for (size_t k = 0; k < table->checksum_count; k++) {
            free(table->checksums[k].scale);
            free(table->checksums[k].value);
        }
        free(table->checksums);
        free(table->name);
        free(table->sql);
    }
    free(w->tables);
}

void dyno_workload_deinit(struct dyno_workload *workload)
{
    struct dyno_workload *w = workload;
    deinit_tables(w);
    for (size_t i = 0; i < w->view_count; i++) {
        free(w->views[i].name);
        free(w->views[i].sql);
    }
    for (size_t i = 0; i < w->cache_count; i++) {
        free(w->caches[i].table);
        free(w->caches[i].level);
    }
    for (size_t i = 0; i < w->query_count; i++) {
        free(w->queries[i].name);
        free(w->queries[i].sql);
    }
    dyno_replay_deinit(&w->trace.replay);
    free(w->trace.path);
    free(w->views);
    free(w->caches);
    free(w->queries);
    free(w->name);
    free(w->description);
    free(w->dir);
    *w = (struct dyno_workload){.name = NULL};
}
