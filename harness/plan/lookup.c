#include "plan/lookup.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "base/suggest.h"
#include "base/units.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static char *path_of(const struct dyno_lookup *lookup, const char *dir, const char *name)
{
    return dyno_xasprintf("%s/%s%s", dir, name, lookup->suffix);
}

static bool holds(const struct dyno_vec *names, const char *name)
{
    for (size_t i = 0; i < names->len; i++)
        if (strcmp(*(char **)dyno_vec_at(names, i), name) == 0)
            return true;
    return false;
}

/* The name without the suffix if the folder's entry is one of ours; NULL if not. The caller frees. */
static char *name_of_entry(const struct dyno_lookup *lookup, const char *dir, const char *entry)
{
    size_t len = strlen(entry);
    size_t suffix = strlen(lookup->suffix);
    if (lookup->suffix[0] != '/')
        return len > suffix && strcmp(entry + len - suffix, lookup->suffix) == 0
                   ? dyno_xstrndup(entry, len - suffix)
                   : NULL;
    char *path = path_of(lookup, dir, entry);
    char *name = dyno_file_exists(path) ? dyno_xstrdup(entry) : NULL;
    free(path);
    return name;
}

/* A folder that cannot be listed has no names to offer; the search itself has failed already. */
static void add_names(const struct dyno_lookup *lookup, const char *dir, struct dyno_vec *names)
{
    char **entries = NULL;
    size_t count = 0;
    if (dyno_dir_list(dir, &entries, &count, NULL) != DYNO_OK)
        return;
    for (size_t i = 0; i < count; i++) {
        char *name = name_of_entry(lookup, dir, entries[i]);
        if (name != NULL && !holds(names, name))
            dyno_vec_push(names, &name);
        else
            free(name);
        free(entries[i]);
    }
    free(entries);
}

static enum dyno_status not_found(const struct dyno_lookup *lookup, const char *name,
                                  struct dyno_err *err)
{
    struct dyno_vec names = DYNO_VEC_INIT(char *);
    struct dyno_str list;
    dyno_str_init(&list, 1024);
    for (size_t i = 0; lookup->dirs != NULL && lookup->dirs[i] != NULL; i++)
        add_names(lookup, lookup->dirs[i], &names);
    for (size_t i = 0; i < names.len; i++)
        dyno_str_appendf(&list, "%s%s", i > 0 ? ", " : "", *(char **)dyno_vec_at(&names, i));
    const char *near = dyno_suggest(name, names.items, names.len);
    (void)dyno_err_set(err, DYNO_EINPUT, "there is no %s '%s'%s%s%s; %s%s", lookup->what, name,
                       near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "",
                       names.len > 0 ? "there are: " : "there are none where it was looked for",
                       dyno_str_text(&list));
    for (size_t i = 0; i < names.len; i++)
        free(*(char **)dyno_vec_at(&names, i));
    dyno_vec_deinit(&names);
    dyno_str_deinit(&list);
    return DYNO_EINPUT;
}

enum dyno_status dyno_lookup_find(const struct dyno_lookup *lookup, const char *name,
                                  char **path_out, struct dyno_err *err)
{
    for (size_t i = 0; name[0] != '\0' && lookup->dirs != NULL && lookup->dirs[i] != NULL; i++) {
        char *path = path_of(lookup, lookup->dirs[i], name);
        if (dyno_file_exists(path)) {
            *path_out = path;
            return DYNO_OK;
        }
        free(path);
    }
    return not_found(lookup, name, err);
}

enum dyno_status dyno_lookup_text(const char *path, size_t max_bytes, char **out, size_t *len_out,
                                  struct dyno_err *err)
{
    enum dyno_status status = dyno_file_read(path, max_bytes, out, len_out, err);
    char room[32];
    if (status == DYNO_ELIMIT)
        return dyno_err_set(err, DYNO_EINPUT,
                            "%s:1:1: the file is too large, at most %s is allowed", path,
                            dyno_format_bytes((int64_t)max_bytes, room, sizeof room));
    if (status == DYNO_ENOTFOUND)
        return dyno_err_set(err, DYNO_EINPUT, "%s:1:1: there is no such file", path);
    if (status != DYNO_OK && err != NULL)
        err->status = DYNO_EINPUT;
    return status == DYNO_OK ? DYNO_OK : DYNO_EINPUT;
}
