#include "spark/cluster.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/vec.h"
#include "spark/launch.h"
#include "spark/ports.h"
#include "spark/rest.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MASTER_CLASS     "org.apache.spark.deploy.master.Master"
#define WORKER_CLASS     "org.apache.spark.deploy.worker.Worker"
#define DAEMON_MEMORY    "256m"
#define SPARE_MIB        256
#define DEFAULT_EXEC_MIB 1024

enum dyno_status dyno_cluster_check(const struct dyno_spark_options *options, struct dyno_err *err)
{
    if (options->kind != DYNO_SPARK_CLUSTER)
        return DYNO_OK;
    if (options->workers < 1 || options->workers > DYNO_CLUSTER_MAX_WORKERS)
        return dyno_err_set(err, DYNO_EINPUT, "a cluster needs 1 to %d workers, not %d",
                            DYNO_CLUSTER_MAX_WORKERS, options->workers);
    if (options->workers > options->cores)
        return dyno_err_set(err, DYNO_EINPUT, "%d workers need at least as many cores, not %d",
                            options->workers, options->cores);
    return DYNO_OK;
}

int dyno_cluster_worker_cores(int cores, int workers, int index)
{
    return cores / workers + (index < cores % workers ? 1 : 0);
}

/* MiB of Spark's "1536m", "2g", "1t", "500000k", "1048576" (bytes); the fallback if it is none. */
static double mib_of_unit(int unit)
{
    static const struct {
        int letter;
        double mib;
    } units[] = {{'k', 1.0 / 1024}, {'m', 1}, {'g', 1024}, {'t', 1024.0 * 1024}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (units[i].letter == unit)
            return units[i].mib;
    return 1.0 / (1024.0 * 1024);
}

static int64_t parse_mib(const char *text, int64_t fallback)
{
    char *end = NULL;
    if (text == NULL)
        return fallback;
    double number = strtod(text, &end);
    int unit = tolower((unsigned char)*end);
    if (end == text || number <= 0 || number > 1e15)
        return fallback;
    double mib = number * mib_of_unit(unit);
    return mib < 1 ? 1 : (int64_t)mib;
}

static int profile_int(const struct dyno_spark_options *options, const char *key, int fallback)
{
    const char *text = dyno_launch_profile_value(options, key);
    long value = text == NULL ? 0 : strtol(text, NULL, 10);
    return value > 0 && value < 100000 ? (int)value : fallback;
}

int64_t dyno_cluster_worker_mib(const struct dyno_spark_options *options)
{
    int64_t memory =
        parse_mib(dyno_launch_profile_value(options, "spark.executor.memory"), DEFAULT_EXEC_MIB);
    int64_t off_heap =
        parse_mib(dyno_launch_profile_value(options, "spark.memory.offHeap.size"), 0);
    int cores = dyno_cluster_worker_cores(options->cores, options->workers, 0);
    int executors = cores / profile_int(options, "spark.executor.cores", cores);
    return (memory + off_heap) * (executors < 1 ? 1 : executors) + SPARE_MIB;
}

int dyno_cluster_executors(const struct dyno_spark_options *options)
{
    static const char *const deciding[] = {"spark.cores.max", "spark.executor.cores",
                                           "spark.executor.instances"};
    if (options->kind != DYNO_SPARK_CLUSTER)
        return 0;
    const char *dynamic = dyno_launch_profile_value(options, "spark.dynamicAllocation.enabled");
    if (dynamic != NULL && strcasecmp(dynamic, "true") == 0)
        return 0;
    for (size_t i = 0; i < sizeof deciding / sizeof deciding[0]; i++)
        if (dyno_launch_profile_value(options, deciding[i]) != NULL)
            return 1;
    return options->workers;
}

/* Environment of the daemons: what all get, and a small heap that must not reach the server. */
static const char **daemon_environment(const char *const *env, const char *const *own)
{
    struct dyno_vec list = DYNO_VEC_INIT(const char *);
    for (size_t i = 0; env[i] != NULL; i++)
        dyno_vec_push(&list, &env[i]);
    for (size_t i = 0; own[i] != NULL; i++)
        dyno_vec_push(&list, &own[i]);
    dyno_vec_push(&list, NULL);
    return dyno_vec_take(&list, &(size_t){0});
}

static enum dyno_status spawn_daemon(const struct dyno_ready *ready, const char *name,
                                     const char *const *argv, const char *const *env,
                                     struct dyno_err *err)
{
    pid_t pid = -1;
    return dyno_family_spawn(ready->family, name, argv, env, &pid, err);
}

struct place {
    const char *spark_class;
    const char *work_dir;
    const char **env;
    char master_port[16];
    char master_ui_port[16];
};

static enum dyno_status spawn_master(const struct place *place, const struct dyno_ready *ready,
                                     struct dyno_err *err)
{
    const char *argv[] = {place->spark_class,
                          MASTER_CLASS,
                          "--host",
                          "127.0.0.1",
                          "--port",
                          place->master_port,
                          "--webui-port",
                          place->master_ui_port,
                          NULL};
    return spawn_daemon(ready, "master", argv, place->env, err);
}

static enum dyno_status spawn_worker(const struct place *place,
                                     const struct dyno_spark_options *options, int index,
                                     const struct dyno_ready *ready, struct dyno_err *err)
{
    uint16_t ports[2] = {0, 0};
    enum dyno_status status = dyno_ports_pick(ports, 2, err);
    if (status != DYNO_OK)
        return status;
    char *name = dyno_xasprintf("worker-%d", index + 1);
    char *folder = dyno_path_join(place->work_dir, name);
    char *port = dyno_xasprintf("%u", (unsigned)ports[0]);
    char *ui_port = dyno_xasprintf("%u", (unsigned)ports[1]);
    char *cores =
        dyno_xasprintf("%d", dyno_cluster_worker_cores(options->cores, options->workers, index));
    char *memory = dyno_xasprintf("%lldm", (long long)dyno_cluster_worker_mib(options));
    char *master = dyno_xasprintf("spark://127.0.0.1:%s", place->master_port);
    const char *argv[] = {place->spark_class, WORKER_CLASS, "--host",       "127.0.0.1",
                          "--port",           port,         "--webui-port", ui_port,
                          "--cores",          cores,        "--memory",     memory,
                          "--work-dir",       folder,       master,         NULL};
    status = spawn_daemon(ready, name, argv, place->env, err);
    free(name);
    free(folder);
    free(port);
    free(ui_port);
    free(cores);
    free(memory);
    free(master);
    return status;
}

static int count_alive(struct dyno_rest *rest)
{
    cJSON *state = NULL;
    const cJSON *worker = NULL;
    int count = 0;
    if (dyno_rest_get(rest, &state, NULL, "/json/") != DYNO_OK)
        return 0;
    cJSON_ArrayForEach(worker, cJSON_GetObjectItemCaseSensitive(state, "workers"))
    {
        count += strcmp(dyno_json_string_or(worker, "state", ""), "ALIVE") == 0;
    }
    cJSON_Delete(state);
    return count;
}

static enum dyno_status wait_for_workers(const struct place *place, int workers,
                                         const struct dyno_ready *ready, struct dyno_err *err)
{
    struct dyno_rest *rest = NULL;
    char *url = dyno_xasprintf("http://127.0.0.1:%s", place->master_ui_port);
    enum dyno_status status =
        dyno_rest_open(url, 5 * DYNO_NS_PER_S, (size_t)4 * 1024 * 1024, &rest, err);
    while (status == DYNO_OK && count_alive(rest) < workers) {
        dyno_ready_pause();
        status = dyno_ready_go_on(ready, "the workers do not join the master", err);
    }
    dyno_rest_close(rest);
    free(url);
    return status;
}

/* Executors put their files where the worker's spark.local.dir says. */
static char *worker_options(const struct dyno_spark_options *options, const char *work_dir)
{
    const char *local = dyno_launch_profile_value(options, "spark.local.dir");
    return local == NULL ? dyno_xasprintf("SPARK_WORKER_OPTS=\"-Dspark.local.dir=%s/local\" "
                                          "-Dspark.port.maxRetries=0",
                                          work_dir)
                         : dyno_xasprintf("SPARK_WORKER_OPTS=\"-Dspark.local.dir=%s\" "
                                          "-Dspark.port.maxRetries=0",
                                          local);
}

enum dyno_status dyno_cluster_start(const struct dyno_spark_options *options, const char *work_dir,
                                    const char *const *env, const struct dyno_ready *ready,
                                    char **master_url_out, struct dyno_err *err)
{
    uint16_t ports[2] = {0, 0};
    char *spark_class = dyno_path_join(options->install->home, "bin/spark-class");
    char *worker_env = worker_options(options, work_dir);
    const char *own[] = {
        "SPARK_DAEMON_MEMORY=" DAEMON_MEMORY,
        "SPARK_MASTER_OPTS=-Dspark.master.rest.enabled=false -Dspark.port.maxRetries=0", worker_env,
        NULL};
    struct place place = {.spark_class = spark_class, .work_dir = work_dir};
    place.env = daemon_environment(env, own);
    enum dyno_status status = dyno_ports_pick(ports, 2, err);
    (void)snprintf(place.master_port, sizeof place.master_port, "%u", (unsigned)ports[0]);
    (void)snprintf(place.master_ui_port, sizeof place.master_ui_port, "%u", (unsigned)ports[1]);
    if (status == DYNO_OK)
        status = spawn_master(&place, ready, err);
    for (int i = 0; i < options->workers && status == DYNO_OK; i++)
        status = spawn_worker(&place, options, i, ready, err);
    if (status == DYNO_OK)
        status = wait_for_workers(&place, options->workers, ready, err);
    if (status == DYNO_OK)
        *master_url_out = dyno_xasprintf("spark://127.0.0.1:%u", (unsigned)ports[0]);
    free(place.env);
    free(spark_class);
    free(worker_env);
    return status;
}
