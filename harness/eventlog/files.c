#include "eventlog/files.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "base/vec.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS  "events_"
#define COMPACT ".compact"

/* "events_12_app-1.zstd"; what the history server compacted stands for all files up to its number. */
struct part {
    char *name;
    int64_t number;
    bool is_compact;
};

static int compare_parts(const void *a, const void *b)
{
    const struct part *x = a;
    const struct part *y = b;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return (int)x->is_compact - (int)y->is_compact;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static bool read_part(char *name, struct part *out)
{
    size_t lead = sizeof EVENTS - 1;
    if (strncmp(name, EVENTS, lead) != 0 || !isdigit((unsigned char)name[lead]))
        return false;
    *out = (struct part){name, strtoll(name + lead, NULL, 10), ends_with(name, COMPACT)};
    return true;
}

/* From the last compacted file on. */
static size_t first_part(const struct dyno_vec *parts)
{
    size_t first = 0;
    for (size_t i = 0; i < parts->len; i++)
        if (((const struct part *)dyno_vec_at(parts, i))->is_compact)
            first = i;
    return first;
}

static void take_parts(const char *folder, const struct dyno_vec *parts, struct dyno_log_files *out)
{
    struct dyno_vec paths = DYNO_VEC_INIT(char *);
    size_t first = first_part(parts);
    const struct part *before = NULL;
    for (size_t i = first; i < parts->len; i++) {
        const struct part *part = dyno_vec_at(parts, i);
        int64_t expected = before != NULL     ? before->number + 1
                           : part->is_compact ? part->number
                                              : 1;
        char *path = dyno_path_join(folder, part->name);
        if (part->number > expected) {
            (void)snprintf(out->gap, sizeof out->gap, "file %s%lld... of the rolled log is missing",
                           EVENTS, (long long)expected);
            out->missing += part->number - expected;
        }
        dyno_vec_push(&paths, &path);
        before = part;
    }
    out->paths = dyno_vec_take(&paths, &out->count);
}

/* A folder that holds logs but is none: the choice is the user's. */
static enum dyno_status refuse_folder(const char *folder, char *const *names, size_t count,
                                      struct dyno_err *err)
{
    struct dyno_str list;
    dyno_str_init(&list, 600);
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (names[i][0] == '.' || ends_with(names[i], ".crc"))
            continue;
        found++;
        dyno_str_appendf(&list, "%s%s", found > 1 ? ", " : "", names[i]);
    }
    enum dyno_status status =
        found == 0 ? dyno_err_set(err, DYNO_EINPUT, "%s: the folder holds no event log", folder)
                   : dyno_err_set(err, DYNO_EINPUT,
                                  "%s: no rolled event log (events_1_... files); name one of: %s",
                                  folder, list.failed ? "(many)" : dyno_str_text(&list));
    dyno_str_deinit(&list);
    return status;
}

static enum dyno_status find_parts(const char *folder, struct dyno_log_files *out,
                                   struct dyno_err *err)
{
    struct dyno_vec parts = DYNO_VEC_INIT(struct part);
    char **names = NULL;
    size_t count = 0;
    enum dyno_status status = dyno_dir_list(folder, &names, &count, err);
    for (size_t i = 0; status == DYNO_OK && i < count; i++) {
        struct part part = {0};
        if (read_part(names[i], &part))
            dyno_vec_push(&parts, &part);
    }
    if (status == DYNO_OK && parts.len == 0)
        status = refuse_folder(folder, names, count, err);
    if (status == DYNO_OK) {
        qsort(parts.items, parts.len, parts.item_bytes, compare_parts);
        take_parts(folder, &parts, out);
    }
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    dyno_vec_deinit(&parts);
    return status;
}

/* Spark writes paths as URIs: file:/a, file:///a, or of a file system that is not mounted here. */
const char *dyno_log_local_path(const char *path)
{
    static const char *const schemes[] = {"file://localhost/", "file:///", "file:/"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strncmp(path, schemes[i], strlen(schemes[i])) == 0)
            return path + strlen(schemes[i]) - 1;
    return path;
}

static bool is_remote(const char *path)
{
    const char *at = strstr(path, "://");
    return at != NULL && at > path && strcspn(path, "/") > (size_t)(at - path);
}

enum dyno_status dyno_log_files_find(const char *path, struct dyno_log_files *out,
                                     struct dyno_err *err)
{
    *out = (struct dyno_log_files){.count = 0};
    path = dyno_log_local_path(path);
    if (is_remote(path))
        return dyno_err_set(
            err, DYNO_EINPUT,
            "the event log '%s' is not on this machine: copy it here first, whole or "
            "cut, and name the copy",
            path);
    if (dyno_dir_exists(path))
        return find_parts(path, out, err);
    if (!dyno_file_exists(path))
        return dyno_err_set(err, DYNO_ENOTFOUND, "there is no event log '%s'", path);
    out->paths = dyno_xcalloc(1, sizeof *out->paths);
    out->paths[0] = dyno_xstrdup(path);
    out->count = 1;
    return DYNO_OK;
}

void dyno_log_files_deinit(struct dyno_log_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->paths[i]);
    free(files->paths);
    *files = (struct dyno_log_files){.count = 0};
}
