#include "spark/server.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "spark/cluster.h"
#include "spark/failure.h"
#include "spark/family.h"
#include "spark/launch.h"
#include "spark/ports.h"
#include "spark/ready.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READY_TIMEOUT_NS (180 * DYNO_NS_PER_S)
#define STOP_GRACE_NS    (20 * DYNO_NS_PER_S)
#define LOG_TAIL_BYTES   ((size_t)16 * 1024)
/* Between our choice of a port and Spark's bind somebody else may take it. */
#define MAX_PORT_TRIES 3

struct dyno_spark_server {
    struct dyno_launch launch;
    struct dyno_family *family;
    char *work_dir;
    char *log_path;
    char *rest_url;
    char *app_id;
    char *version;
    char *master;
    pid_t pid;
    int64_t ready_ns;
};

/* A folder of its own; the log stands beside it, so that it outlives the folder. */
static enum dyno_status make_work_dir(struct dyno_spark_server *server, const char *work_root,
                                      struct dyno_err *err)
{
    enum dyno_status status = dyno_dir_make(work_root, err);
    if (status != DYNO_OK)
        return dyno_err_prepend(err, "work folder of the Spark server");
    char *path = dyno_path_join(work_root, "spark-XXXXXX");
    if (mkdtemp(path) == NULL) {
        status = dyno_err_set(err, DYNO_EIO, "cannot make a folder in '%s': %s", work_root,
                              strerror(errno));
        free(path);
        return status;
    }
    (void)chmod(path, 0755);
    server->work_dir = path;
    server->log_path = dyno_xasprintf("%s.log", path);
    return DYNO_OK;
}

/* C does not see by itself that this only adds promises. */
static const char *const *as_const(char *const *strings)
{
    union {
        char *const *from;
        const char *const *to;
    } view = {.from = strings};
    return view.to;
}

static enum dyno_status spawn_server(struct dyno_spark_server *server, char *const *env,
                                     struct dyno_err *err)
{
    enum dyno_status status = dyno_launch_write_properties(&server->launch, err);
    if (status != DYNO_OK)
        return status;
    char **argv = dyno_launch_arguments(&server->launch);
    status = dyno_family_spawn(server->family, "server", as_const(argv), as_const(env),
                               &server->pid, err);
    dyno_launch_strings_free(argv);
    return status;
}

static enum dyno_status start_cluster(struct dyno_spark_server *server, char *const *env,
                                      const struct dyno_ready *ready, struct dyno_err *err)
{
    const struct dyno_spark_options *options = server->launch.options;
    if (options->kind == DYNO_SPARK_LOCAL) {
        server->master = dyno_xasprintf("local[%d]", options->cores);
        return DYNO_OK;
    }
    return dyno_cluster_start(options, server->work_dir, as_const(env), ready, &server->master,
                              err);
}

static enum dyno_status bring_up(struct dyno_spark_server *server, struct dyno_err *err)
{
    const struct dyno_spark_options *options = server->launch.options;
    int64_t timeout_ns =
        options->ready_timeout_ns > 0 ? options->ready_timeout_ns : READY_TIMEOUT_NS;
    int64_t start_ns = dyno_now_ns();
    uint16_t ports[2] = {0, 0};
    struct dyno_ready ready = {.family = server->family,
                               .log_path = server->log_path,
                               .deadline_ns = start_ns + timeout_ns,
                               .executors = dyno_cluster_executors(options),
                               .stop = options->stop};
    char **env = dyno_launch_environment(options->install, server->work_dir);
    enum dyno_status status = dyno_launch_make_folders(server->work_dir, err);
    if (status == DYNO_OK)
        status = start_cluster(server, env, &ready, err);
    if (status == DYNO_OK)
        status = dyno_ports_pick(ports, 2, err);
    if (status != DYNO_OK)
        goto done;
    server->launch.work_dir = server->work_dir;
    server->launch.master = server->master;
    server->launch.thrift_port = ports[0];
    server->launch.ui_port = ports[1];
    dyno_launch_add_settings(&server->launch);
    server->rest_url = dyno_xasprintf("http://127.0.0.1:%u", (unsigned)server->launch.ui_port);
    status = spawn_server(server, env, err);
    if (status != DYNO_OK)
        goto done;
    ready.rest_url = server->rest_url;
    ready.server_pid = server->pid;
    ready.thrift_port = server->launch.thrift_port;
    ready.ui_port = server->launch.ui_port;
    status = dyno_ready_wait(&ready, &server->app_id, err);
    server->ready_ns = dyno_now_ns() - start_ns;
done:
    dyno_launch_strings_free(env);
    return status;
}

static enum dyno_status check_options(const struct dyno_spark_options *options,
                                      struct dyno_err *err)
{
    if (options->cores < 1)
        return dyno_err_set(err, DYNO_EINPUT, "a Spark server needs at least one core, not %d",
                            options->cores);
    enum dyno_status status = dyno_launch_check(options, err);
    return status == DYNO_OK ? dyno_cluster_check(options, err) : status;
}

static enum dyno_status start_once(const struct dyno_spark_options *options,
                                   struct dyno_spark_server **out, bool *is_port_out,
                                   struct dyno_err *err)
{
    struct dyno_spark_server *server = dyno_xcalloc(1, sizeof *server);
    server->launch.options = options;
    server->version = dyno_xstrdup(options->install->version);
    enum dyno_status status = make_work_dir(server, options->work_root, err);
    if (status == DYNO_OK)
        status = dyno_family_new(server->work_dir, server->log_path, &server->family, err);
    if (status == DYNO_OK)
        status = bring_up(server, err);
    server->launch.options = NULL;
    if (status == DYNO_OK) {
        *out = server;
        return status;
    }
    if (server->log_path != NULL) {
        char *tail = dyno_spark_server_log_tail(server);
        *is_port_out = dyno_failure_is_port(tail);
        free(tail);
    }
    dyno_spark_server_stop(server);
    return status;
}

enum dyno_status dyno_spark_start(const struct dyno_spark_options *options,
                                  struct dyno_spark_server **out, struct dyno_err *err)
{
    enum dyno_status status = check_options(options, err);
    bool is_port = dyno_launch_profile_value(options, "spark.ui.port") == NULL;
    if (status != DYNO_OK)
        return status;
    (void)dyno_spark_reap(options->work_root, options->log);
    for (int tries = 0; tries < MAX_PORT_TRIES; tries++) {
        bool is_port_failure = false;
        status = start_once(options, out, &is_port_failure, err);
        if (status != DYNO_EENV || !is_port_failure || !is_port)
            break;
        dyno_log(options->log, DYNO_LOG_WARNING, "a port was taken while Spark started, once more");
    }
    return status;
}

void dyno_spark_server_info(const struct dyno_spark_server *server, struct dyno_spark_info *out)
{
    *out = (struct dyno_spark_info){.host = "127.0.0.1",
                                    .thrift_port = server->launch.thrift_port,
                                    .ui_port = server->launch.ui_port,
                                    .rest_url = server->rest_url,
                                    .app_id = server->app_id,
                                    .version = server->version,
                                    .log_path = server->log_path,
                                    .work_dir = server->work_dir,
                                    .pid = server->pid,
                                    .ready_ns = server->ready_ns,
                                    .harness_settings = server->launch.added,
                                    .harness_setting_count = server->launch.added_count};
}

bool dyno_spark_server_is_alive(struct dyno_spark_server *server)
{
    const char *name = NULL;
    struct dyno_exit end = {.is_running = true};
    return dyno_family_is_alive(server->family, &name, &end);
}

char *dyno_spark_server_log_tail(const struct dyno_spark_server *server)
{
    return dyno_file_tail(server->log_path, LOG_TAIL_BYTES);
}

void dyno_spark_server_stop(struct dyno_spark_server *server)
{
    if (server == NULL)
        return;
    if (server->family != NULL)
        dyno_family_stop(server->family, STOP_GRACE_NS);
    if (server->work_dir != NULL && dyno_dir_remove(server->work_dir, NULL) != DYNO_OK) {
        /* A file made while we removed: nobody makes one any more. */
        enum dyno_status ignored = dyno_dir_remove(server->work_dir, NULL);
        (void)ignored;
    }
    dyno_family_free(server->family);
    dyno_launch_deinit(&server->launch);
    free(server->work_dir);
    free(server->log_path);
    free(server->rest_url);
    free(server->app_id);
    free(server->version);
    free(server->master);
    free(server);
}
