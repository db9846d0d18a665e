/**
 * A managed Spark Thrift server: start, wait until ready, stop; none is ever left behind.
 *
 * Each server runs in its own process group and in a work folder of its own that holds its log, its
 * local dirs, its operation logs and a lease file (pid and start time of ours and of the server). A
 * server whose owner is gone (kill -9) is ended by dyno_spark_reap at the next start. The log stands
 * beside the folder and outlives it; dyno_spark_reap removes old ones.
 *
 * A 4.x server may leave CloseSession unanswered once several sessions were closed (its package lacks a
 * class of hive-llap-common): whoever closes sessions there needs a deadline.
 */
#ifndef DYNO_SPARK_SERVER_H
#define DYNO_SPARK_SERVER_H

#include "base/log.h"
#include "base/status.h"
#include "spark/install.h"
#include "spark/setting.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum dyno_spark_kind {
    DYNO_SPARK_LOCAL,  /**< local[cores] in one JVM */
    DYNO_SPARK_CLUSTER /**< a master and `workers` workers on loopback, one executor each */
};

/** The folder in a server's work folder that holds its event log. */
#define DYNO_SPARK_EVENT_LOGS "event-logs"

/** Borrowed for the call of dyno_spark_start only. */
struct dyno_spark_options {
    const struct dyno_spark_install *install;
    const char *work_root; /**< absolute; each start makes a folder below it */
    enum dyno_spark_kind kind;
    int cores;   /**< local: threads; cluster: cores in all, spread over the workers */
    int workers; /**< cluster only */
    const char *driver_memory;           /**< "2g"; a spark.driver.memory in `settings` wins */
    const char *auth;                    /**< hive.server2.authentication: "NOSASL" or "NONE" */
    const struct dyno_setting *settings; /**< static ones of the profile */
    size_t setting_count;
    bool has_event_log; /**< write one, plain and in one file: WORK/event-logs/APP.inprogress */
    int64_t ready_timeout_ns;   /**< 180 s */
    const struct dyno_log *log; /**< may be NULL */
    const atomic_int *stop;     /**< gives up soon after it is not 0; may be NULL */
};

struct dyno_spark_server;

/**
 * Start on free loopback ports and return once it is ready: the Thrift port accepts, the port's owner is
 * our process, and REST lists an application. DYNO_EENV with the cause, the server's last log lines
 * and the cure (died, did not come up in time, port taken, out of memory), DYNO_ECANCELLED.
 */
enum dyno_status dyno_spark_start(const struct dyno_spark_options *options,
                                  struct dyno_spark_server **out,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

/** Facts, borrowed from the server. */
struct dyno_spark_info {
    const char *host; /**< "127.0.0.1" */
    uint16_t thrift_port;
    uint16_t ui_port;
    const char *rest_url; /**< "http://127.0.0.1:4071" */
    const char *app_id;
    const char *version;
    const char *log_path;
    const char *work_dir;
    pid_t pid;
    int64_t ready_ns; /**< from spawn to ready */
    /** Settings that we added for measuring (retention, UI port ...): part of every arm alike. */
    const struct dyno_setting *harness_settings;
    size_t harness_setting_count;
};
void dyno_spark_server_info(const struct dyno_spark_server *server, struct dyno_spark_info *out);

/** Do all of its processes run? Cheap; not for two threads at once. */
bool dyno_spark_server_is_alive(struct dyno_spark_server *server);

/** Last lines of the server's log; the caller frees. */
char *dyno_spark_server_log_tail(const struct dyno_spark_server *server);

/** SIGTERM to the group, 20 s of patience, SIGKILL; remove the work folder except the log; free.
 *  NULL is fine. */
void dyno_spark_server_stop(struct dyno_spark_server *server);

/** Logs of ended servers that are kept below a work folder, the newest ones. */
#define DYNO_SPARK_LOGS_KEPT 20

/** End servers below `work_root` whose owner is no longer alive, and remove their folders and all logs
 *  but the newest DYNO_SPARK_LOGS_KEPT. Returns how many were ended. */
int dyno_spark_reap(const char *work_root, const struct dyno_log *log);

#endif
