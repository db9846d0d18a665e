#include "spark/family.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "spark/lease.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ARGS 128

/* By these a user's environment would slip settings past the profile (SPARK_DAEMON_MEMORY even wins over
 * spark.driver.memory for a Thrift server), or pull in Hadoop and Hive configuration. */
static const char *const unset_variables[] = {
    "HADOOP_CONF_DIR",
    "HIVE_CONF_DIR",
    "MASTER",
    "SPARK_ANSI_SQL_MODE",
    "SPARK_CONF_DIR",
    "SPARK_DAEMON_CLASSPATH",
    "SPARK_DAEMON_JAVA_OPTS",
    "SPARK_DAEMON_MEMORY",
    "SPARK_DRIVER_MEMORY",
    "SPARK_ENV_LOADED",
    "SPARK_EXECUTOR_CORES",
    "SPARK_EXECUTOR_MEMORY",
    "SPARK_JAVA_OPTS",
    "SPARK_LAUNCHER_OPTS",
    "SPARK_LOCAL_DIRS",
    "SPARK_LOG_DIR",
    "SPARK_MASTER",
    "SPARK_MASTER_OPTS",
    "SPARK_MEM",
    "SPARK_PREPEND_CLASSES",
    "SPARK_PUBLIC_DNS",
    "SPARK_REMOTE",
    "SPARK_SQL_TESTING",
    "SPARK_SUBMIT_OPTS",
    "SPARK_TESTING",
    "SPARK_WORKER_CORES",
    "SPARK_WORKER_DIR",
    "SPARK_WORKER_MEMORY",
    "SPARK_WORKER_OPTS",
    "YARN_CONF_DIR",
};
#define UNSET_COUNT (sizeof unset_variables / sizeof unset_variables[0])

struct member {
    char *name;
    pid_t pid;
    uint64_t start_ticks;
    struct dyno_exit end;
};

struct dyno_family {
    char *work_dir;
    char *log_path;
    char *mark;
    struct member members[DYNO_FAMILY_MAX];
    size_t count;
};

static enum dyno_status write_lease(const struct dyno_family *family, struct dyno_err *err)
{
    struct dyno_lease_entry entries[DYNO_FAMILY_MAX];
    for (size_t i = 0; i < family->count; i++)
        entries[i] = (struct dyno_lease_entry){.name = family->members[i].name,
                                               .pid = family->members[i].pid,
                                               .start_ticks = family->members[i].start_ticks};
    return dyno_lease_write(family->work_dir, entries, family->count, err);
}

enum dyno_status dyno_family_new(const char *work_dir, const char *log_path,
                                 struct dyno_family **out, struct dyno_err *err)
{
    struct dyno_family *family = dyno_xcalloc(1, sizeof *family);
    family->work_dir = dyno_xstrdup(work_dir);
    family->log_path = dyno_xstrdup(log_path);
    family->mark = dyno_lease_mark(work_dir);
    enum dyno_status status = write_lease(family, err);
    if (status == DYNO_OK)
        *out = family;
    else
        dyno_family_free(family);
    return status;
}

/* `env -u NAME ... NAME=value ... program arguments`: env replaces itself by the program, so the pid
 * stays. */
static enum dyno_status wrap_arguments(const char *const *argv, const char *const *env_add,
                                       const char **out, struct dyno_err *err)
{
    size_t n = 0;
    out[n++] = "env";
    for (size_t i = 0; i < UNSET_COUNT; i++) {
        out[n++] = "-u";
        out[n++] = unset_variables[i];
    }
    for (size_t i = 0; env_add[i] != NULL && n < MAX_ARGS; i++)
        out[n++] = env_add[i];
    for (size_t i = 0; argv[i] != NULL && n < MAX_ARGS; i++)
        out[n++] = argv[i];
    out[n] = NULL;
    return n < MAX_ARGS
               ? DYNO_OK
               : dyno_err_set(err, DYNO_EINTERNAL, "too many arguments for a Spark process");
}

enum dyno_status dyno_family_spawn(struct dyno_family *family, const char *name,
                                   const char *const *argv, const char *const *env_add,
                                   pid_t *pid_out, struct dyno_err *err)
{
    const char *wrapped[MAX_ARGS + 1];
    const char *mark[] = {family->mark, NULL};
    const struct dyno_spawn_options options = {
        .argv = wrapped, .env_add = mark, .cwd = family->work_dir, .stdout_path = family->log_path};
    if (family->count == DYNO_FAMILY_MAX)
        return dyno_err_set(err, DYNO_EINPUT, "at most %d processes for a server", DYNO_FAMILY_MAX);
    enum dyno_status status = wrap_arguments(argv, env_add, wrapped, err);
    if (status == DYNO_OK)
        status = dyno_process_spawn(&options, pid_out, err);
    if (status != DYNO_OK)
        return status;
    family->members[family->count++] =
        (struct member){.name = dyno_xstrdup(name),
                        .pid = *pid_out,
                        .start_ticks = dyno_process_start_ticks(*pid_out),
                        .end = {.is_running = true}};
    return write_lease(family, err);
}

bool dyno_family_is_alive(struct dyno_family *family, const char **dead_name, struct dyno_exit *end)
{
    for (size_t i = 0; i < family->count; i++) {
        struct member *member = &family->members[i];
        if (member->end.is_running)
            member->end = dyno_process_poll(member->pid);
        if (!member->end.is_running) {
            *dead_name = member->name;
            *end = member->end;
            return false;
        }
    }
    return true;
}

static void stop_member(struct member *member, int64_t grace_ns)
{
    if (member->end.is_running)
        member->end = dyno_process_stop_group(member->pid, grace_ns);
}

void dyno_family_stop(struct dyno_family *family, int64_t grace_ns)
{
    if (family->count == 0)
        return;
    /* The server first, so that it ends in order; its cluster then has nothing left to do. */
    stop_member(&family->members[family->count - 1], grace_ns);
    for (size_t i = 0; i + 1 < family->count; i++)
        if (family->members[i].end.is_running)
            dyno_process_signal_group(family->members[i].pid, SIGTERM);
    for (size_t i = family->count - 1; i-- > 0;)
        stop_member(&family->members[i], grace_ns);
    /* Members of a group whose leader ended by itself. */
    (void)dyno_lease_kill_marked(family->work_dir);
}

void dyno_family_free(struct dyno_family *family)
{
    if (family == NULL)
        return;
    for (size_t i = 0; i < family->count; i++)
        free(family->members[i].name);
    free(family->work_dir);
    free(family->log_path);
    free(family->mark);
    free(family);
}
