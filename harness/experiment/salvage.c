#include "experiment/salvage.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/plural.h"
#include "base/process.h"
#include "load/merge.h"
#include "load/trial_file.h"
#include "store/salvage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOTE_START "left-"
#define MAX_NOTE   ((size_t)1 << 20)

static char *ticks_of_us(void)
{
    return dyno_xasprintf("%" PRIu64, dyno_process_start_ticks(getpid()));
}

static const char *name_of(const char *path)
{
    return strrchr(path, '/') + 1;
}

enum dyno_status dyno_salvage_note(struct dyno_bench *bench, const struct dyno_trial_place *place,
                                   const struct dyno_salvage_files *left, struct dyno_err *err)
{
    char *path = dyno_bench_scratch(bench, "left", "json");
    char *store_path = dyno_path_absolute(bench->options->store_path);
    char *ticks = ticks_of_us();
    cJSON *json = cJSON_CreateObject();
    dyno_json_add_string(json, "db", store_path);
    dyno_json_add_i64(json, "owner_pid", getpid());
    dyno_json_add_string(json, "owner_ticks", ticks);
    dyno_json_add_i64(json, "experiment", bench->experiment_id);
    dyno_json_add_i64(json, "start", bench->start_id);
    dyno_json_add_i64(json, "arm", place->arm_id);
    dyno_json_add_string(json, "role", place->role);
    dyno_json_add_i64(json, "block", place->block);
    dyno_json_add_i64(json, "position", place->position);
    dyno_json_add_string(json, "tag", place->tag);
    dyno_json_add_i64(json, "seed", (int64_t)place->seed);
    cJSON *files = cJSON_AddArrayToObject(json, "files");
    for (size_t i = 0; i < left->count; i++)
        cJSON_AddItemToArray(files, cJSON_CreateString(name_of(left->paths[i])));
    dyno_json_add_string(json, "plan", name_of(left->plan_path));
    enum dyno_status status = dyno_json_write(path, json, err);
    cJSON_Delete(json);
    free(ticks);
    free(store_path);
    free(path);
    return status;
}

/* The notes of a folder; the caller frees each and the array. */
static size_t list_notes(const char *folder, char ***out)
{
    char **names = NULL;
    size_t count = 0;
    size_t kept = 0;
    if (dyno_dir_list(folder, &names, &count, NULL) != DYNO_OK)
        return 0;
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(names[i]);
        bool is_note = strncmp(names[i], NOTE_START, sizeof NOTE_START - 1) == 0 && len > 5 &&
                       strcmp(names[i] + len - 5, ".json") == 0;
        if (is_note)
            names[kept++] = names[i];
        else
            free(names[i]);
    }
    *out = names;
    return kept;
}

static void free_names(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

static cJSON *read_note(const char *folder, const char *name)
{
    cJSON *json = NULL;
    char *path = dyno_path_join(folder, name);
    if (dyno_json_read(path, MAX_NOTE, &json, NULL) != DYNO_OK)
        json = NULL;
    free(path);
    return json;
}

bool dyno_salvage_is_wanted(const char *folder)
{
    char **names = NULL;
    size_t count = list_notes(folder, &names);
    bool is_wanted = false;
    for (size_t i = 0; i < count && !is_wanted; i++) {
        cJSON *note = read_note(folder, names[i]);
        is_wanted = note != NULL && dyno_file_exists(dyno_json_string_or(note, "db", ""));
        cJSON_Delete(note);
    }
    free_names(names, count);
    return is_wanted;
}

/* The paths of those of the note's files that exist, each and the array to be freed. */
static char **list_files(const char *folder, const cJSON *note, size_t *out_count)
{
    const cJSON *files = cJSON_GetObjectItemCaseSensitive(note, "files");
    int count = cJSON_GetArraySize(files);
    char **paths = dyno_xcalloc((size_t)count + 1, sizeof *paths);
    size_t used = 0;
    for (int i = 0; i < count; i++) {
        const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(files, i));
        /* A name, never a way to elsewhere. */
        char *path = dyno_path_join(folder, name == NULL || strchr(name, '/') ? "?" : name);
        if (dyno_file_exists(path))
            paths[used++] = path;
        else
            free(path);
    }
    *out_count = used;
    return paths;
}

/* The plan stands for shares that left no file. */
static enum dyno_status open_merged(const char *folder, const cJSON *note, char **paths,
                                    size_t count, struct dyno_trial_file **out,
                                    struct dyno_err *err)
{
    struct dyno_trial_plan plan = {.tag = NULL};
    const char *name = dyno_json_string_or(note, "plan", "?");
    char *merged = dyno_path_join(folder, "merged.records");
    char *plan_path = dyno_path_join(folder, strchr(name, '/') != NULL ? "?" : name);
    const struct dyno_merge_options options = {.plan = &plan, .takes_unfinished = true};
    (void)remove(merged); /* of an attempt that did not end */
    enum dyno_status status = dyno_trial_plan_read(plan_path, &plan, err);
    if (status == DYNO_OK)
        status = dyno_trial_merge_with((const char *const *)paths, count, &options, merged, err);
    if (status == DYNO_OK)
        status = dyno_trial_file_open(merged, out, err);
    dyno_trial_plan_deinit(&plan);
    free(plan_path);
    free(merged);
    return status;
}

/* The trial's files as one in `*out`; DYNO_ENOTFOUND if there are none, which is no loss: nothing was sent. */
static enum dyno_status open_files(const char *folder, const cJSON *note,
                                   struct dyno_trial_file **out, struct dyno_err *err)
{
    size_t count = 0;
    char **paths = list_files(folder, note, &count);
    enum dyno_status status = DYNO_OK;
    if (count == 0)
        status = dyno_err_set(err, DYNO_ENOTFOUND, "no records in '%s'", folder);
    else if (cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(note, "files")) == 1)
        status = dyno_trial_file_open(paths[0], out, err);
    else
        status = open_merged(folder, note, paths, count, out, err);
    free_names(paths, count);
    return status;
}

static enum dyno_status take_files(struct dyno_bench *bench, const char *folder, const cJSON *note,
                                   struct dyno_err *err)
{
    struct dyno_trial_place place = {.role = dyno_json_string_or(note, "role", "measure"),
                                     .block = (int)dyno_json_i64_or(note, "block", -1),
                                     .position = (int)dyno_json_i64_or(note, "position", -1),
                                     .arm_id = dyno_json_i64_or(note, "arm", 0),
                                     .tag = dyno_json_string_or(note, "tag", ""),
                                     .seed = (uint64_t)dyno_json_i64_or(note, "seed", 0)};
    /* Of the experiment that was cut off only this is needed to store one of its trials. */
    struct dyno_bench past = {.options = bench->options,
                              .store = bench->store,
                              .experiment_id = dyno_json_i64_or(note, "experiment", 0),
                              .start_id = dyno_json_i64_or(note, "start", 0)};
    struct dyno_trial_file *file = NULL;
    enum dyno_status status = open_files(folder, note, &file, err);
    if (status != DYNO_OK)
        return status == DYNO_ENOTFOUND ? DYNO_OK : status;
    uint64_t count = dyno_trial_file_count(file);
    status = dyno_trial_take_in(&past, &place, file, err);
    if (status == DYNO_OK)
        dyno_log(bench->options->log, DYNO_LOG_WARNING,
                 "experiment %" PRId64 " was cut off: %" PRIu64 " record%s of the trial that ran "
                 "%s found and taken in",
                 past.experiment_id, count, dyno_plural((long long)count),
                 count == 1 ? "was" : "were");
    return status;
}

/* True if nothing of this note is wanted any more. */
static bool settle_note(struct dyno_bench *bench, const char *store_path, const char *folder,
                        const char *name)
{
    struct dyno_err err = DYNO_ERR_INIT;
    cJSON *note = read_note(folder, name);
    const char *db = dyno_json_string_or(note, "db", "");
    bool is_lacking = false;
    if (note == NULL || strcmp(db, store_path) != 0) {
        bool is_stale = note == NULL || !dyno_file_exists(db);
        cJSON_Delete(note);
        return is_stale;
    }
    const struct dyno_store_trial_key key = {
        .experiment_id = dyno_json_i64_or(note, "experiment", 0),
        .start_id = dyno_json_i64_or(note, "start", 0),
        .tag = dyno_json_string_or(note, "tag", ""),
        .owner_pid = dyno_json_i64_or(note, "owner_pid", 0),
        .owner_ticks = dyno_json_string_or(note, "owner_ticks", "")};
    enum dyno_status status = dyno_store_lacks_trial(bench->store, &key, &is_lacking, &err);
    if (status == DYNO_OK && is_lacking)
        status = take_files(bench, folder, note, &err);
    if (status != DYNO_OK)
        dyno_log(bench->options->log, DYNO_LOG_WARNING,
                 "the records that were left in '%s' could not be taken in: %s", folder,
                 err.message);
    cJSON_Delete(note);
    return status == DYNO_OK;
}

static void settle_folder(struct dyno_bench *bench, const char *store_path, const char *folder)
{
    struct dyno_err err = DYNO_ERR_INIT;
    char **names = NULL;
    size_t count = list_notes(folder, &names);
    /* Who holds the lock will store it himself. */
    int lock = count > 0 ? dyno_dir_lock(folder) : -1;
    bool is_settled = lock >= 0;
    for (size_t i = 0; i < count && lock >= 0; i++)
        is_settled = settle_note(bench, store_path, folder, names[i]) && is_settled;
    if (is_settled && dyno_dir_remove(folder, &err) != DYNO_OK)
        dyno_log(bench->options->log, DYNO_LOG_WARNING, "%s", err.message);
    if (lock >= 0)
        (void)close(lock);
    free_names(names, count);
}

void dyno_salvage_take_in(struct dyno_bench *bench)
{
    char *parent = dyno_path_join(bench->options->cache_dir, "work");
    char *store_path = dyno_path_absolute(bench->options->store_path);
    char **names = NULL;
    size_t count = 0;
    if (dyno_dir_list(parent, &names, &count, NULL) == DYNO_OK) {
        for (size_t i = 0; i < count; i++) {
            char *folder = dyno_path_join(parent, names[i]);
            if (bench->work_dir == NULL || strcmp(folder, bench->work_dir) != 0)
                settle_folder(bench, store_path, folder);
            free(folder);
        }
        free_names(names, count);
    }
    free(store_path);
    free(parent);
}
