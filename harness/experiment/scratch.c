#include "experiment/scratch.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/units.h"
#include "experiment/salvage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "run-XXXXXX"
/* A folder may have been made and not yet be locked. */
#define YOUNGEST_TO_REMOVE_S 60
/* Below these not even a short experiment gets to its end. */
#define CACHE_ROOM_BYTES   (INT64_C(64) << 20)
#define RESULTS_ROOM_BYTES (INT64_C(16) << 20)

static bool is_old(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && dyno_wall_ms() / 1000 - info.st_mtime > YOUNGEST_TO_REMOVE_S;
}

static void remove_if_left(const char *path, const struct dyno_log *log)
{
    struct dyno_err err = DYNO_ERR_INIT;
    int lock = is_old(path) && !dyno_salvage_is_wanted(path) ? dyno_dir_lock(path) : -1;
    if (lock < 0)
        return;
    if (dyno_dir_remove(path, &err) != DYNO_OK)
        dyno_log(log, DYNO_LOG_WARNING, "%s", err.message);
    (void)close(lock);
}

static void remove_left_folders(const char *parent, const struct dyno_log *log)
{
    char **names = NULL;
    size_t count = 0;
    if (dyno_dir_list(parent, &names, &count, NULL) != DYNO_OK)
        return;
    for (size_t i = 0; i < count; i++) {
        char *path = dyno_path_join(parent, names[i]);
        if (strncmp(names[i], "run-", 4) == 0 && dyno_dir_exists(path))
            remove_if_left(path, log);
        free(path);
        free(names[i]);
    }
    free(names);
}

static enum dyno_status check_room(const char *folder, int64_t wanted_bytes, const char *cure,
                                   struct dyno_err *err)
{
    char room[32];
    char wanted[32];
    int64_t bytes = dyno_dir_free_bytes(folder);
    if (bytes < 0 || bytes >= wanted_bytes)
        return DYNO_OK;
    return dyno_err_set(err, DYNO_EENV, "only %s are free at '%s', at least %s are needed: %s",
                        dyno_format_bytes(bytes, room, sizeof room), folder,
                        dyno_format_bytes(wanted_bytes, wanted, sizeof wanted), cure);
}

static enum dyno_status check_results_room(const char *store_path, struct dyno_err *err)
{
    const char *slash = strrchr(store_path, '/');
    char *folder = slash == NULL         ? dyno_xstrdup(".")
                   : slash == store_path ? dyno_xstrdup("/")
                                         : dyno_xstrndup(store_path, (size_t)(slash - store_path));
    enum dyno_status status =
        check_room(folder, RESULTS_ROOM_BYTES, "make room, or choose another --db", err);
    free(folder);
    return status;
}

static enum dyno_status make_folder(struct dyno_bench *bench, const char *parent,
                                    struct dyno_err *err)
{
    static const char cure[] = "choose a folder that can be written by --cache-dir";
    struct dyno_err why = DYNO_ERR_INIT;
    if (dyno_dir_make(parent, &why) != DYNO_OK)
        return dyno_err_set(err, DYNO_EENV, "cache folder: %s: %s", why.message, cure);
    char *path = dyno_path_join(parent, FOLDER);
    if (mkdtemp(path) == NULL) {
        (void)dyno_err_set(err, DYNO_EENV, "cache folder: cannot make a folder in '%s': %s: %s",
                           parent, strerror(errno), cure);
        free(path);
        return DYNO_EENV;
    }
    bench->work_dir = path;
    bench->work_lock = dyno_dir_lock(path);
    return DYNO_OK;
}

enum dyno_status dyno_scratch_open(struct dyno_bench *bench, struct dyno_err *err)
{
    const struct dyno_experiment_options *o = bench->options;
    char *parent = dyno_path_join(o->cache_dir, "work");
    remove_left_folders(parent, o->log);
    enum dyno_status status = make_folder(bench, parent, err);
    if (status == DYNO_OK)
        status =
            check_room(parent, CACHE_ROOM_BYTES, "make room, or choose another --cache-dir", err);
    if (status == DYNO_OK)
        status = check_results_room(o->store_path, err);
    free(parent);
    return status;
}

const char *dyno_scratch_keep(struct dyno_bench *bench)
{
    const char *name = strrchr(bench->work_dir, '/') + 1;
    if (strncmp(name, "run-", 4) != 0)
        return bench->work_dir;
    char *kept =
        dyno_xasprintf("%.*skept-%s", (int)(name - bench->work_dir), bench->work_dir, name + 4);
    if (rename(bench->work_dir, kept) != 0) {
        free(kept);
        return bench->work_dir;
    }
    free(bench->work_dir);
    bench->work_dir = kept;
    return kept;
}

void dyno_scratch_close(struct dyno_bench *bench)
{
    struct dyno_err err = DYNO_ERR_INIT;
    if (bench->work_dir == NULL)
        return;
    const char *name = strrchr(bench->work_dir, '/') + 1;
    if (strncmp(name, "run-", 4) == 0 && dyno_dir_remove(bench->work_dir, &err) != DYNO_OK)
        dyno_log(bench->options->log, DYNO_LOG_WARNING, "%s", err.message);
    if (bench->work_lock >= 0)
        (void)close(bench->work_lock);
    free(bench->work_dir);
    bench->work_dir = NULL;
}
