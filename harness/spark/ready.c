#include "spark/ready.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "spark/failure.h"
#include "spark/proc.h"
#include "spark/rest.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_NS        (50 * DYNO_NS_PER_MS)
#define REST_TIMEOUT_NS (5 * DYNO_NS_PER_S)
#define REST_MAX_BYTES  ((size_t)1024 * 1024)

static enum dyno_status report(const struct dyno_ready *ready, char *what, struct dyno_err *err)
{
    enum dyno_status status = dyno_failure_report(what, ready->log_path, err);
    free(what);
    return status;
}

enum dyno_status dyno_ready_go_on(const struct dyno_ready *ready, const char *what,
                                  struct dyno_err *err)
{
    const char *name = NULL;
    struct dyno_exit end = {.is_running = true};
    if (!dyno_family_is_alive(ready->family, &name, &end))
        return report(
            ready,
            end.signal != 0
                ? dyno_xasprintf("Spark's %s was killed by signal %d while it started", name,
                                 end.signal)
                : dyno_xasprintf("Spark's %s ended with code %d while it started", name, end.code),
            err);
    if (ready->stop != NULL && atomic_load(ready->stop))
        return dyno_err_set(err, DYNO_ECANCELLED, "the start of the Spark server was cancelled");
    if (dyno_now_ns() > ready->deadline_ns)
        return report(ready, dyno_xasprintf("the Spark server did not come up in time (%s)", what),
                      err);
    return DYNO_OK;
}

void dyno_ready_pause(void)
{
    dyno_sleep_ns(PAUSE_NS);
}

enum port_state {
    PORT_CLOSED,
    PORT_OURS,
    PORT_FOREIGN
};

/* Looks into the kernel's tables: a probing connection would cost the server a thread and, under SASL,
 * a stack trace in its log. */
static enum port_state look_at_port(const struct dyno_ready *ready, uint16_t port)
{
    uint64_t inode = dyno_proc_listener(port);
    if (inode == 0)
        return PORT_CLOSED;
    if (dyno_proc_owns_socket(ready->server_pid, inode))
        return PORT_OURS;
    /* The socket may have been closed since: the next look tells. */
    return dyno_proc_listener(port) == inode ? PORT_FOREIGN : PORT_CLOSED;
}

static enum dyno_status look_at_thrift(const struct dyno_ready *ready, bool *is_open,
                                       struct dyno_err *err)
{
    enum port_state state = look_at_port(ready, ready->thrift_port);
    *is_open = state == PORT_OURS;
    if (state != PORT_FOREIGN)
        return DYNO_OK;
    return dyno_err_set(
        err, DYNO_EENV,
        "port %u was taken by another process while Spark started: end that process "
        "and try again",
        (unsigned)ready->thrift_port);
}

/*
 * The first REST call makes the server load its REST classes, which takes it more than a second. REST
 * listens long before Thrift does, so asking as soon as it listens hides that time in the start.
 */
static enum dyno_status wait_for_both(const struct dyno_ready *ready, struct dyno_rest *rest,
                                      char **app_id_out, struct dyno_err *err)
{
    struct dyno_err last = DYNO_ERR_INIT;
    bool is_open = false;
    bool is_listed = false;
    enum dyno_status status = DYNO_OK;
    (void)dyno_err_set(&last, DYNO_EENV, "REST does not answer");
    for (;;) {
        const char *missing = is_open ? last.message : "its Thrift port does not listen";
        status = dyno_ready_go_on(ready, missing, err);
        if (status == DYNO_OK && !is_open)
            status = look_at_thrift(ready, &is_open, err);
        if (status != DYNO_OK)
            return status;
        if (!is_listed && look_at_port(ready, ready->ui_port) == PORT_OURS)
            is_listed = dyno_rest_app_id(rest, app_id_out, &last) == DYNO_OK;
        if (is_open && is_listed)
            return DYNO_OK;
        dyno_ready_pause();
    }
}

static int count_executors(struct dyno_rest *rest, const char *app_id, struct dyno_err *err)
{
    cJSON *list = NULL;
    const cJSON *item = NULL;
    int count = 0;
    if (dyno_rest_get(rest, &list, err, "/api/v1/applications/%s/executors", app_id) != DYNO_OK)
        return 0;
    cJSON_ArrayForEach(item, list)
    {
        bool is_driver = strcmp(dyno_json_string_or(item, "id", "driver"), "driver") == 0;
        count += !is_driver && dyno_json_bool_or(item, "isActive", true);
    }
    cJSON_Delete(list);
    return count;
}

static enum dyno_status wait_for_executors(const struct dyno_ready *ready, struct dyno_rest *rest,
                                           const char *app_id, struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    while (status == DYNO_OK && ready->executors > 0 &&
           count_executors(rest, app_id, NULL) < ready->executors) {
        dyno_ready_pause();
        status = dyno_ready_go_on(ready, "its executors do not join", err);
    }
    return status;
}

enum dyno_status dyno_ready_wait(const struct dyno_ready *ready, char **app_id_out,
                                 struct dyno_err *err)
{
    struct dyno_rest *rest = NULL;
    char *app_id = NULL;
    enum dyno_status status =
        dyno_rest_open(ready->rest_url, REST_TIMEOUT_NS, REST_MAX_BYTES, &rest, err);
    if (status == DYNO_OK)
        status = wait_for_both(ready, rest, &app_id, err);
    if (status == DYNO_OK)
        status = wait_for_executors(ready, rest, app_id, err);
    if (status == DYNO_OK) {
        *app_id_out = app_id;
        app_id = NULL;
    }
    free(app_id);
    dyno_rest_close(rest);
    return status;
}
