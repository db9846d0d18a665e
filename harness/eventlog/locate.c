#include "eventlog/locate.h"

#include "base/alloc.h"
#include "base/file.h"
#include "eventlog/eventlog.h"
#include "eventlog/files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROLLED "eventlog_v2_"
/* The application is named among the first ten events, unless the history server has compacted them. */
#define EVENTS_LOOKED_AT 200
#define NAMES_MAX_BYTES  600
#define BLOCK_BYTES      ((int64_t)64 * 1024)

static const char *without_kind(const char *name)
{
    return strncmp(name, ROLLED, sizeof ROLLED - 1) == 0 ? name + sizeof ROLLED - 1 : name;
}

/* "app-1", "app-1_2.zstd", "eventlog_v2_app-1", "app-1.inprogress": of "app-1", not of "app-10". */
static bool is_named_after(const char *name, const char *app_id)
{
    size_t len = strlen(app_id);
    name = without_kind(name);
    return strncmp(name, app_id, len) == 0 && strchr("._", name[len]) != NULL;
}

/* "app-1_10" comes after "app-1_9"; one without a number was the only attempt. */
static bool is_later(const char *name, const char *other, const char *app_id)
{
    const char *tail = without_kind(name) + strlen(app_id);
    const char *other_tail = without_kind(other) + strlen(app_id);
    long attempt = tail[0] == '_' ? strtol(tail + 1, NULL, 10) : 0;
    long other_attempt = other_tail[0] == '_' ? strtol(other_tail + 1, NULL, 10) : 0;
    return attempt != other_attempt ? attempt > other_attempt : strcmp(name, other) > 0;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Of several attempts the last one. */
static enum dyno_status find_in_folder(const char *folder, const char *app_id, char **out,
                                       struct dyno_err *err)
{
    char **names = NULL;
    size_t count = 0;
    const char *found = NULL;
    struct dyno_str others;
    enum dyno_status status = dyno_dir_list(folder, &names, &count, err);
    dyno_str_init(&others, NAMES_MAX_BYTES);
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(names[i]);
        if (names[i][0] == '.' || (len > 4 && strcmp(names[i] + len - 4, ".crc") == 0))
            continue;
        if (is_named_after(names[i], app_id) &&
            (found == NULL || is_later(names[i], found, app_id)))
            found = names[i];
        dyno_str_appendf(&others, "%s%s", others.len > 0 ? ", " : "", names[i]);
    }
    if (status == DYNO_OK && found != NULL)
        *out = dyno_path_join(folder, found);
    else if (status == DYNO_OK)
        status =
            dyno_err_set(err, DYNO_ENOTFOUND,
                         "'%s' holds no event log of application '%s', only: %s", folder, app_id,
                         others.failed    ? "(many others)"
                         : others.len > 0 ? dyno_str_text(&others)
                                          : "nothing");
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    dyno_str_deinit(&others);
    return status;
}

static bool is_rolled(const char *folder)
{
    struct dyno_log_files files = {.count = 0};
    bool is_log = dyno_log_files_find(folder, &files, NULL) == DYNO_OK;
    dyno_log_files_deinit(&files);
    return is_log;
}

/* The id that the log itself tells, "" if it does not; the caller frees. */
static enum dyno_status read_app_id(const char *path, char **out, struct dyno_err *err)
{
    struct dyno_eventlog *log = NULL;
    struct dyno_event event;
    struct dyno_eventlog_facts facts = {.events = 0};
    bool has = true;
    bool is_known = false;
    enum dyno_status status = dyno_eventlog_open(path, &log, err);
    struct dyno_str id;
    dyno_str_init(&id, 4096);
    while (status == DYNO_OK && has && !is_known && facts.events < EVENTS_LOOKED_AT) {
        status = dyno_eventlog_next(log, &event, &has, err);
        dyno_eventlog_facts(log, &facts);
        is_known = status == DYNO_OK && has && event.kind == DYNO_EVENT_APPLICATION_START;
    }
    if (is_known)
        dyno_span_unescape(event.application.id, &id);
    else if (status == DYNO_OK && facts.events == 0)
        status = dyno_err_set(err, DYNO_EINPUT, "'%s' holds no event of Spark", path);
    if (status == DYNO_OK)
        *out = dyno_str_take(&id);
    dyno_str_deinit(&id);
    dyno_eventlog_close(log);
    return status;
}

static enum dyno_status check_app(const char *path, const char *app_id, struct dyno_err *err)
{
    char *told = NULL;
    enum dyno_status status = read_app_id(path, &told, err);
    if (status != DYNO_OK)
        return status;
    if (told[0] == '\0' && !is_named_after(base_name(path), app_id))
        status = dyno_err_set(err, DYNO_EINPUT,
                              "the event log '%s' does not say of which application it is", path);
    else if (told[0] != '\0' && strcmp(told, app_id) != 0)
        status = dyno_err_set(err, DYNO_EINPUT,
                              "the event log '%s' is of application '%.200s', the server is "
                              "application '%s'",
                              path, told, app_id);
    free(told);
    return status;
}

enum dyno_status dyno_eventlog_locate(const char *path, const char *app_id, char **out,
                                      struct dyno_err *err)
{
    char *found = NULL;
    enum dyno_status status = DYNO_OK;
    const char *place = dyno_log_local_path(path);
    if (dyno_dir_exists(place) && !is_rolled(place))
        status = find_in_folder(place, app_id, &found, err);
    else
        found = dyno_xstrdup(place);
    if (found != NULL)
        status = check_app(found, app_id, err);
    if (status == DYNO_OK)
        *out = found;
    else
        free(found);
    return status;
}

bool dyno_eventlog_is_seekable(const char *path)
{
    struct dyno_eventlog *log = NULL;
    struct dyno_eventlog_facts facts;
    bool is_plain = false;
    if (dyno_dir_exists(path) || dyno_eventlog_open(path, &log, NULL) != DYNO_OK)
        return false;
    dyno_eventlog_facts(log, &facts);
    is_plain = facts.codec != NULL && strcmp(facts.codec, "plain") == 0;
    dyno_eventlog_close(log);
    return is_plain;
}

/* Behind the last line feed among the first `end` bytes; 0 if there is none, or they cannot be read. */
static int64_t last_line_end(int fd, int64_t end)
{
    char block[BLOCK_BYTES];
    while (end > 0) {
        int64_t begin = end > BLOCK_BYTES ? end - BLOCK_BYTES : 0;
        ssize_t got = pread(fd, block, (size_t)(end - begin), (off_t)begin);
        if (got != end - begin)
            return 0;
        for (int64_t i = got; i > 0; i--)
            if (block[i - 1] == '\n')
                return begin + i;
        end = begin;
    }
    return 0;
}

int64_t dyno_eventlog_end(const char *path)
{
    struct stat info;
    int64_t end = 0;
    if (!dyno_eventlog_is_seekable(path))
        return 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    if (fstat(fd, &info) == 0)
        end = last_line_end(fd, (int64_t)info.st_size);
    (void)close(fd);
    return end;
}
