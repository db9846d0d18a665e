#include "experiment/dataset.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/vec.h"
#include "experiment/child.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOCK_STEP_NS      (200 * DYNO_NS_PER_MS)
#define BUILD_PATIENCE_NS (1800 * DYNO_NS_PER_S)

/* A table's place below the cache folder. */
struct table_place {
    char *dir;
    char *manifest;
};

static struct table_place find_place(const struct dyno_bench *bench,
                                     const struct dyno_workload_table *table)
{
    const struct dyno_experiment_options *o = bench->options;
    struct dyno_spark_info info = {0};
    char hash[DYNO_SHA256_TEXT_BYTES];
    dyno_sha256_hex(table->sql, strlen(table->sql), hash);
    dyno_spark_server_info(bench->server, &info);
    struct table_place place = {0};
    place.dir = dyno_xasprintf("%s/data/%s/%s/%s-%" PRId64 "-%.12s", o->cache_dir,
                               o->workload->name, info.version, table->name, table->rows, hash);
    place.manifest = dyno_xasprintf("%s.json", place.dir);
    return place;
}

static void free_place(struct table_place *place)
{
    free(place->dir);
    free(place->manifest);
}

static enum dyno_status check_path_is_plain(const char *path, struct dyno_err *err)
{
    if (strpbrk(path, "'\\\n") == NULL)
        return DYNO_OK;
    return dyno_err_set(
        err, DYNO_EENV,
        "the folder '%s' has a quote, a backslash or a newline in its name, which SQL "
        "cannot name: use another --cache-dir",
        path);
}

static char *prove_sql(const struct dyno_workload_table *table)
{
    return dyno_xasprintf("SELECT count(*) AS row_count, CAST(bit_xor(xxhash64(*)) AS STRING) AS "
                          "checksum FROM `%s`",
                          table->name);
}

/* Is what the server counted what the workload, or the first build, says? */
static enum dyno_status judge_table(const struct dyno_workload_table *table,
                                    const struct dyno_text_result *result,
                                    const char *first_checksum, struct dyno_err *err)
{
    const char *rows = dyno_text_result_cell(result, 0, 0);
    const char *checksum = dyno_text_result_cell(result, 0, 1);
    const char *known = table->checksum != NULL ? table->checksum : first_checksum;
    if (rows == NULL || strtoll(rows, NULL, 10) != table->rows)
        return dyno_err_set(
            err, DYNO_EINPUT,
            "table '%s' has %s rows, the workload says %" PRId64
            ": drop it, or remove its folder below the cache, and let it be built anew",
            table->name, rows ? rows : "no", table->rows);
    if (checksum == NULL || (known != NULL && strcmp(known, checksum) != 0))
        return dyno_err_set(
            err, DYNO_EINPUT,
            "table '%s' has checksum %s, expected %s: these are not the workload's data",
            table->name, checksum ? checksum : "NULL", known ? known : "any");
    return DYNO_OK;
}

static enum dyno_status write_manifest(const struct table_place *place,
                                       const struct dyno_text_result *result, struct dyno_err *err)
{
    cJSON *json = cJSON_CreateObject();
    dyno_json_add_string(json, "rows", dyno_text_result_cell(result, 0, 0));
    dyno_json_add_string(json, "checksum", dyno_text_result_cell(result, 0, 1));
    enum dyno_status status = dyno_json_write(place->manifest, json, err);
    cJSON_Delete(json);
    return status;
}

/* The checksum of the first build; NULL if the table was never finished. The caller frees. */
static char *read_manifest(const struct table_place *place)
{
    cJSON *json = NULL;
    if (!dyno_dir_exists(place->dir) ||
        dyno_json_read(place->manifest, 65536, &json, NULL) != DYNO_OK)
        return NULL;
    char *checksum = dyno_xstrdup(dyno_json_string_or(json, "checksum", NULL));
    cJSON_Delete(json);
    return checksum;
}

/* Only one run at a time builds tables of this workload and Spark version; the lock ends with its process. */
static enum dyno_status lock_tables(struct dyno_bench *bench, const struct table_place *place,
                                    int *lock_out, struct dyno_err *err)
{
    char *folder = dyno_xstrndup(place->dir, (size_t)(strrchr(place->dir, '/') - place->dir));
    int64_t deadline_ns = dyno_now_ns() + BUILD_PATIENCE_NS;
    enum dyno_status status = dyno_dir_make(folder, err);
    while (status == DYNO_OK && (*lock_out = dyno_dir_lock(folder)) < 0) {
        dyno_bench_progress(bench, "waiting for another run that builds the same data", 0, 0);
        dyno_sleep_ns(LOCK_STEP_NS);
        if (dyno_bench_is_stopped(bench))
            status = dyno_err_set(err, DYNO_ECANCELLED, "stopped");
        else if (dyno_now_ns() > deadline_ns)
            status =
                dyno_err_set(err, DYNO_ETIMEOUT,
                             "another process has held '%s' for half an hour to build data: end "
                             "it, or use another --cache-dir",
                             folder);
    }
    free(folder);
    return status;
}

static void unlock(int lock)
{
    if (lock >= 0)
        (void)close(lock);
}

/* Leaves the table's folder empty and locked, unless somebody has built the table meanwhile. */
static enum dyno_status prepare_build(struct dyno_bench *bench, const struct table_place *place,
                                      char **checksum, int *lock, struct dyno_err *err)
{
    enum dyno_status status = lock_tables(bench, place, lock, err);
    if (status == DYNO_OK)
        *checksum = read_manifest(place);
    if (status != DYNO_OK || *checksum != NULL)
        return status;
    dyno_bench_progress(bench, "building the workload's data (once)", 0, 0);
    return dyno_dir_remove(place->dir, err);
}

static enum dyno_status attach_managed(struct dyno_bench *bench,
                                       const struct dyno_workload_table *table,
                                       struct dyno_err *err)
{
    struct dyno_script_answer answer = {0};
    struct table_place place = find_place(bench, table);
    char *first_checksum = read_manifest(&place);
    char *sql[2] = {NULL, prove_sql(table)};
    int lock = -1;
    enum dyno_status status = check_path_is_plain(place.dir, err);
    if (status == DYNO_OK && first_checksum == NULL)
        status = prepare_build(bench, &place, &first_checksum, &lock, err);
    sql[0] = first_checksum != NULL
                 ? dyno_xasprintf("CREATE TABLE IF NOT EXISTS `%s` USING parquet LOCATION '%s'",
                                  table->name, place.dir)
                 : dyno_xasprintf("CREATE TABLE `%s` USING parquet LOCATION '%s' AS %s",
                                  table->name, place.dir, table->sql);
    if (status == DYNO_OK)
        status = dyno_child_script(bench, sql, 2, true, &answer, err);
    if (status == DYNO_OK)
        status = judge_table(table, &answer.outcomes[1].result, first_checksum, err);
    if (status == DYNO_OK && first_checksum == NULL)
        status = write_manifest(&place, &answer.outcomes[1].result, err);
    unlock(lock);
    dyno_script_answer_deinit(&answer);
    free(sql[0]);
    free(sql[1]);
    free(first_checksum);
    free_place(&place);
    return status;
}

static enum dyno_status attach_external(struct dyno_bench *bench,
                                        const struct dyno_workload_table *table,
                                        struct dyno_err *err)
{
    struct dyno_script_answer answer = {0};
    char *prove = prove_sql(table);
    char *both[2] = {NULL, prove};
    enum dyno_status status = dyno_child_script(bench, &prove, 1, false, &answer, err);
    bool is_there = status == DYNO_OK && answer.outcomes[0].status == DYNO_OK;
    if (status == DYNO_OK && !is_there) {
        dyno_bench_progress(bench, "building the workload's data on the server", 0, 0);
        dyno_script_answer_deinit(&answer);
        both[0] = dyno_xasprintf("CREATE TABLE `%s` USING parquet AS %s", table->name, table->sql);
        status = dyno_child_script(bench, both, 2, true, &answer, err);
    }
    if (status == DYNO_OK)
        status = judge_table(table, &answer.outcomes[is_there ? 0 : 1].result, NULL, err);
    dyno_script_answer_deinit(&answer);
    free(both[0]);
    free(prove);
    return status;
}

static enum dyno_status run_all(struct dyno_bench *bench, struct dyno_vec *statements,
                                struct dyno_err *err)
{
    struct dyno_script_answer answer = {0};
    enum dyno_status status = DYNO_OK;
    if (statements->len > 0)
        status = dyno_child_script(bench, statements->items, statements->len, true, &answer, err);
    dyno_script_answer_deinit(&answer);
    for (size_t i = 0; i < statements->len; i++)
        free(*(char **)dyno_vec_at(statements, i));
    dyno_vec_deinit(statements);
    return status;
}

static enum dyno_status make_views_and_caches(struct dyno_bench *bench, struct dyno_err *err)
{
    const struct dyno_workload *w = bench->options->workload;
    struct dyno_vec statements = DYNO_VEC_INIT(char *);
    for (size_t i = 0; i < w->view_count; i++) {
        char *sql =
            dyno_xasprintf("CREATE OR REPLACE VIEW `%s` AS %s", w->views[i].name, w->views[i].sql);
        dyno_vec_push(&statements, &sql);
    }
    for (size_t i = 0; i < w->cache_count; i++) {
        char *drop = dyno_xasprintf("UNCACHE TABLE IF EXISTS `%s`", w->caches[i].table);
        char *make = dyno_xasprintf("CACHE TABLE `%s` OPTIONS ('storageLevel' = '%s')",
                                    w->caches[i].table, w->caches[i].level);
        dyno_vec_push(&statements, &drop);
        dyno_vec_push(&statements, &make);
    }
    return run_all(bench, &statements, err);
}

/* Does Spark's description of a storage level ("Disk Memory Serialized 1x Replicated") fit the name? */
static bool level_fits(const char *level, const char *description)
{
    bool wants_off_heap = strncmp(level, "OFF_HEAP", 8) == 0;
    bool wants_disk = strstr(level, "DISK") != NULL || wants_off_heap;
    bool wants_memory = strncmp(level, "MEMORY", 6) == 0 || wants_off_heap;
    bool wants_serialized =
        strstr(level, "_SER") != NULL || wants_off_heap || strncmp(level, "DISK_ONLY", 9) == 0;
    return (strstr(description, "Disk") != NULL) == wants_disk &&
           (strstr(description, "Memory") != NULL) == wants_memory &&
           (strstr(description, "off heap") != NULL) == wants_off_heap &&
           (strstr(description, "Serialized") != NULL) == wants_serialized;
}

static const cJSON *find_storage(const cJSON *storage, const char *table)
{
    const cJSON *entry = NULL;
    cJSON_ArrayForEach(entry, storage)
    {
        const char *name = dyno_json_string_or(entry, "name", "");
        const char *last = strrchr(name, '.');
        last = last != NULL ? last + 1 : strrchr(name, ' ');
        if (last != NULL && strcmp(*last == ' ' ? last + 1 : last, table) == 0)
            return entry;
    }
    return NULL;
}

static enum dyno_status prove_cache(struct dyno_bench *bench, const cJSON *storage,
                                    const struct dyno_workload_cache *cache, struct dyno_err *err)
{
    const cJSON *entry = find_storage(storage, cache->table);
    if (entry == NULL)
        return dyno_err_set(err, DYNO_EENV, "'%s' is not cached: /storage/rdd does not list it",
                            cache->table);
    const char *level = dyno_json_string_or(entry, "storageLevel", "");
    if (!level_fits(cache->level, level))
        return dyno_err_set(err, DYNO_EENV, "'%s' is cached as '%s', not as %s", cache->table,
                            level, cache->level);
    int64_t cached = dyno_json_i64_or(entry, "numCachedPartitions", 0);
    int64_t partitions = dyno_json_i64_or(entry, "numPartitions", 0);
    if (cached < partitions)
        dyno_bench_warn(bench, 0, "cache_partial",
                        "'%s' is cached only in part at %s: %" PRId64 " of %" PRId64
                        " partitions fit; the rest is computed at each read",
                        cache->table, cache->level, cached, partitions);
    if (strcmp(cache->level, "OFF_HEAP") == 0 && dyno_json_i64_or(entry, "memoryUsed", 0) == 0)
        dyno_bench_warn(bench, 0, "cache_off_heap",
                        "'%s' is kept on disk, not off the heap: give the server off-heap memory "
                        "(profile off-heap)",
                        cache->table);
    char *fact = dyno_xasprintf("%s, %" PRId64 " of %" PRId64 " partitions, %" PRId64
                                " bytes of memory, %" PRId64 " bytes of disk",
                                level, cached, partitions, dyno_json_i64_or(entry, "memoryUsed", 0),
                                dyno_json_i64_or(entry, "diskUsed", 0));
    char *name = dyno_xasprintf("cached %s", cache->table);
    enum dyno_status status =
        bench->store == NULL
            ? DYNO_OK
            : dyno_store_fact_put(bench->store, bench->experiment_id, "workload", name, fact, err);
    free(fact);
    free(name);
    return status;
}

static enum dyno_status prove_caches(struct dyno_bench *bench, struct dyno_err *err)
{
    const struct dyno_workload *w = bench->options->workload;
    cJSON *storage = NULL;
    if (w->cache_count == 0)
        return DYNO_OK;
    if (bench->rest == NULL) {
        dyno_bench_warn(
            bench, 0, "cache_unproved",
            "the caches of the workload are not proved: no REST address is known (--rest-url)");
        return DYNO_OK;
    }
    enum dyno_status status = dyno_rest_get(bench->rest, &storage, err,
                                            "/api/v1/applications/%s/storage/rdd", bench->app_id);
    for (size_t i = 0; status == DYNO_OK && i < w->cache_count; i++)
        status = prove_cache(bench, storage, &w->caches[i], err);
    cJSON_Delete(storage);
    return status;
}

enum dyno_status dyno_dataset_attach(struct dyno_bench *bench, struct dyno_err *err)
{
    const struct dyno_workload *w = bench->options->workload;
    enum dyno_status status = DYNO_OK;
    if (bench->target.kind == DYNO_TARGET_NULL)
        return DYNO_OK;
    dyno_bench_progress(bench, "attaching the workload's data", 0, 0);
    for (size_t i = 0; status == DYNO_OK && i < w->table_count; i++)
        status = bench->server != NULL ? attach_managed(bench, &w->tables[i], err)
                                       : attach_external(bench, &w->tables[i], err);
    if (status == DYNO_OK)
        status = make_views_and_caches(bench, err);
    if (status == DYNO_OK)
        status = prove_caches(bench, err);
    if (status != DYNO_OK)
        return dyno_err_prepend(err, "workload '%s'", w->name);
    return DYNO_OK;
}
