/** Waiting until a started server really serves. */
#ifndef DYNO_SPARK_READY_H
#define DYNO_SPARK_READY_H

#include "base/status.h"
#include "spark/family.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

struct dyno_ready {
    struct dyno_family *family;
    const char *log_path;
    const char *rest_url;
    pid_t server_pid;
    uint16_t thrift_port;
    uint16_t ui_port;
    int64_t deadline_ns;    /**< CLOCK_MONOTONIC */
    int executors;          /**< that many must have joined; 0 in local mode */
    const atomic_int *stop; /**< 0: go on; may be NULL */
};

/** DYNO_OK to go on waiting; else DYNO_EENV because a process died or the time is over, or
 *  DYNO_ECANCELLED. `what` names what is waited for. */
enum dyno_status dyno_ready_go_on(const struct dyno_ready *ready, const char *what,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

/** Sleep between two looks: short, so that the wait adds nothing to what Spark takes. */
void dyno_ready_pause(void);

/**
 * Until the Thrift port listens and belongs to the server's process, REST lists an application (its id
 * goes to `*app_id_out`, which the caller frees), and the executors have joined.
 */
enum dyno_status dyno_ready_wait(const struct dyno_ready *ready, char **app_id_out,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

#endif
