#include "spark/lease.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "base/vec.h"
#include "spark/proc.h"
#include "spark/server.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_END         ".log"
#define LEASE_NAME      "lease.json"
#define MAX_LEASE_BYTES ((size_t)64 * 1024)
/* A folder that has no lease yet may be another start that is just making it. */
#define MIN_AGE_WITHOUT_LEASE_S 60

/* Pids mean nothing on another machine or after a reboot. */
static char *boot_id(void)
{
    char *text = NULL;
    size_t len = 0;
    if (dyno_file_read("/proc/sys/kernel/random/boot_id", 256, &text, &len, NULL) != DYNO_OK)
        return dyno_xstrdup("");
    text[strcspn(text, "\n")] = '\0';
    return text;
}

static char *host_name(void)
{
    char name[256] = "";
    (void)gethostname(name, sizeof name - 1);
    return dyno_xstrdup(name);
}

/* Names the world in which our pids mean something: containers on one host share its boot id. */
static char *pid_space(void)
{
    char name[64];
    ssize_t len = readlink("/proc/self/ns/pid", name, sizeof name);
    return len < 0 ? dyno_xstrdup("") : dyno_xstrndup(name, (size_t)len);
}

static void add_process(cJSON *parent, const char *key, const struct dyno_lease_entry *entry)
{
    cJSON *json = cJSON_CreateObject();
    if (entry->name != NULL)
        dyno_json_add_string(json, "name", entry->name);
    dyno_json_add_i64(json, "pid", entry->pid);
    dyno_json_add_i64(json, "start_ticks", (int64_t)entry->start_ticks);
    if (key == NULL)
        (void)cJSON_AddItemToArray(parent, json);
    else
        (void)cJSON_AddItemToObject(parent, key, json);
}

enum dyno_status dyno_lease_write(const char *work_dir, const struct dyno_lease_entry *entries,
                                  size_t count, struct dyno_err *err)
{
    const struct dyno_lease_entry owner = {.pid = getpid(),
                                           .start_ticks = dyno_process_start_ticks(getpid())};
    char *path = dyno_path_join(work_dir, LEASE_NAME);
    char *boot = boot_id();
    char *host = host_name();
    char *space = pid_space();
    cJSON *json = cJSON_CreateObject();
    cJSON *list = cJSON_CreateArray();
    dyno_json_add_string(json, "host", host);
    dyno_json_add_string(json, "boot_id", boot);
    dyno_json_add_string(json, "pid_space", space);
    add_process(json, "owner", &owner);
    for (size_t i = 0; i < count; i++)
        add_process(list, NULL, &entries[i]);
    (void)cJSON_AddItemToObject(json, "processes", list);
    enum dyno_status status = dyno_json_write(path, json, err);
    cJSON_Delete(json);
    free(path);
    free(boot);
    free(host);
    free(space);
    return status;
}

char *dyno_lease_mark(const char *work_dir)
{
    return dyno_xasprintf("SPARKDYNO_WORK_DIR=%s", work_dir);
}

size_t dyno_lease_kill_marked(const char *work_dir)
{
    char *mark = dyno_lease_mark(work_dir);
    pid_t *pids = NULL;
    size_t first = dyno_proc_find_marked(mark, &pids);
    size_t left = first;
    int64_t deadline_ns = dyno_now_ns() + 5 * DYNO_NS_PER_S;
    while (left > 0 && dyno_now_ns() < deadline_ns) {
        for (size_t i = 0; i < left; i++)
            (void)kill(pids[i], SIGKILL);
        dyno_sleep_ns(10 * DYNO_NS_PER_MS);
        free(pids);
        left = dyno_proc_find_marked(mark, &pids);
    }
    free(pids);
    free(mark);
    return first;
}

static bool process_is_alive(const cJSON *json)
{
    int64_t pid = dyno_json_i64_or(json, "pid", 0);
    int64_t ticks = dyno_json_i64_or(json, "start_ticks", 0);
    return pid > 1 && ticks > 0 && dyno_proc_is_alive((pid_t)pid, (uint64_t)ticks);
}

/* Groups by the lease, in order first, then whatever carries the mark. */
static void end_processes(const char *work_dir, const cJSON *lease)
{
    const cJSON *process = NULL;
    int64_t deadline_ns = dyno_now_ns() + 5 * DYNO_NS_PER_S;
    cJSON_ArrayForEach(process, cJSON_GetObjectItemCaseSensitive(lease, "processes"))
    {
        if (process_is_alive(process))
            dyno_process_signal_group((pid_t)dyno_json_i64_or(process, "pid", 0), SIGTERM);
    }
    cJSON_ArrayForEach(process, cJSON_GetObjectItemCaseSensitive(lease, "processes"))
    {
        while (process_is_alive(process) && dyno_now_ns() < deadline_ns)
            dyno_sleep_ns(20 * DYNO_NS_PER_MS);
        if (process_is_alive(process))
            dyno_process_signal_group((pid_t)dyno_json_i64_or(process, "pid", 0), SIGKILL);
    }
    (void)dyno_lease_kill_marked(work_dir);
}

static bool is_old(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 &&
           dyno_wall_ms() / 1000 - info.st_mtime > MIN_AGE_WITHOUT_LEASE_S;
}

enum verdict {
    KEEP,
    REMOVE,
    END_AND_REMOVE
};

static enum verdict judge_lease(const char *work_dir, const cJSON *lease)
{
    if (lease == NULL)
        return is_old(work_dir) ? END_AND_REMOVE : KEEP;
    char *boot = boot_id();
    char *host = host_name();
    char *space = pid_space();
    bool same_host = strcmp(dyno_json_string_or(lease, "host", ""), host) == 0;
    bool same_boot = strcmp(dyno_json_string_or(lease, "boot_id", ""), boot) == 0;
    bool same_space = strcmp(dyno_json_string_or(lease, "pid_space", space), space) == 0;
    free(boot);
    free(host);
    free(space);
    if (!same_boot)
        return same_host ? REMOVE : KEEP;
    if (!same_space)
        return KEEP;
    return process_is_alive(cJSON_GetObjectItemCaseSensitive(lease, "owner")) ? KEEP
                                                                              : END_AND_REMOVE;
}

static bool has_live_process(const char *work_dir, const cJSON *lease)
{
    const cJSON *process = NULL;
    pid_t *pids = NULL;
    char *mark = dyno_lease_mark(work_dir);
    bool is_live = dyno_proc_find_marked(mark, &pids) > 0;
    cJSON_ArrayForEach(process, cJSON_GetObjectItemCaseSensitive(lease, "processes"))
    {
        is_live = is_live || process_is_alive(process);
    }
    free(pids);
    free(mark);
    return is_live;
}

/* True if a server was ended. */
static bool reap_one(const char *work_dir, const struct dyno_log *log)
{
    cJSON *lease = NULL;
    char *path = dyno_path_join(work_dir, LEASE_NAME);
    bool was_ended = false;
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_json_read(path, MAX_LEASE_BYTES, &lease, NULL) != DYNO_OK)
        lease = NULL;
    enum verdict verdict = judge_lease(work_dir, lease);
    if (verdict == END_AND_REMOVE && has_live_process(work_dir, lease)) {
        dyno_log(log, DYNO_LOG_WARNING, "ending a Spark server whose owner is gone: '%s'",
                 work_dir);
        end_processes(work_dir, lease);
        was_ended = true;
    }
    if (verdict != KEEP && dyno_dir_remove(work_dir, &err) != DYNO_OK)
        dyno_log(log, DYNO_LOG_WARNING, "%s", err.message);
    cJSON_Delete(lease);
    free(path);
    return was_ended;
}

struct old_log {
    char *path;
    struct timespec changed;
};

static int newest_first(const void *a, const void *b)
{
    const struct timespec *x = &((const struct old_log *)a)->changed;
    const struct timespec *y = &((const struct old_log *)b)->changed;
    if (x->tv_sec != y->tv_sec)
        return x->tv_sec < y->tv_sec ? 1 : -1;
    return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

/* Is it the log of a server whose folder is gone? */
static bool is_old_log(const char *path, const char *name, struct old_log *out)
{
    struct stat info;
    size_t len = strlen(path);
    size_t end = strlen(LOG_END);
    if (strncmp(name, "spark-", 6) != 0 || len <= end || strcmp(path + len - end, LOG_END) != 0 ||
        stat(path, &info) != 0)
        return false;
    char *folder = dyno_xstrndup(path, len - end);
    bool is_old = !dyno_dir_exists(folder);
    free(folder);
    *out = (struct old_log){.changed = info.st_mtim};
    return is_old;
}

/* Logs outlive their servers, to be read after a failure; only so many are kept. */
static void prune_logs(const char *work_root, char *const *names, size_t count)
{
    struct dyno_vec logs = DYNO_VEC_INIT(struct old_log);
    for (size_t i = 0; i < count; i++) {
        struct old_log log;
        char *path = dyno_path_join(work_root, names[i]);
        if (is_old_log(path, names[i], &log)) {
            log.path = path;
            dyno_vec_push(&logs, &log);
            path = NULL;
        }
        free(path);
    }
    if (logs.len > 1)
        qsort(logs.items, logs.len, sizeof(struct old_log), newest_first);
    for (size_t i = 0; i < logs.len; i++) {
        struct old_log *log = dyno_vec_at(&logs, i);
        if (i >= DYNO_SPARK_LOGS_KEPT)
            (void)unlink(log->path);
        free(log->path);
    }
    dyno_vec_deinit(&logs);
}

int dyno_spark_reap(const char *work_root, const struct dyno_log *log)
{
    char **names = NULL;
    size_t count = 0;
    int ended = 0;
    if (dyno_dir_list(work_root, &names, &count, NULL) != DYNO_OK)
        return 0;
    for (size_t i = 0; i < count; i++) {
        char *path = dyno_path_join(work_root, names[i]);
        if (strncmp(names[i], "spark-", 6) == 0 && dyno_dir_exists(path) && reap_one(path, log))
            ended++;
        free(path);
    }
    prune_logs(work_root, names, count);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return ended;
}
