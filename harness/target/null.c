#include "base/alloc.h"
#include "base/clock.h"
#include "target/targets.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct remembered {
    char *key;
    char *value;
    struct remembered *next;
};

struct dyno_conn {
    int64_t service_ns;
    struct remembered *settings; /**< newest first */
    pthread_mutex_t lock;
    pthread_cond_t cancelled;
    bool is_cancelled; /**< guarded by lock */
};

static enum dyno_status null_open(const struct dyno_target_config *config, int64_t timeout_ns,
                                  struct dyno_conn **out, struct dyno_err *err)
{
    pthread_condattr_t attr;
    struct dyno_conn *conn = dyno_xcalloc(1, sizeof *conn);
    (void)timeout_ns;
    (void)err;
    conn->service_ns = config->null_service_ns;
    pthread_mutex_init(&conn->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&conn->cancelled, &attr);
    pthread_condattr_destroy(&attr);
    *out = conn;
    return DYNO_OK;
}

/* Let the service time pass, or as much of it as deadline and cancel allow. */
static enum dyno_status serve(struct dyno_conn *conn, int64_t deadline_ns, struct dyno_err *err)
{
    int64_t end_ns = dyno_now_ns() + conn->service_ns;
    int64_t wake_ns = end_ns < deadline_ns ? end_ns : deadline_ns;
    struct timespec wake = {.tv_sec = wake_ns / DYNO_NS_PER_S, .tv_nsec = wake_ns % DYNO_NS_PER_S};
    pthread_mutex_lock(&conn->lock);
    conn->is_cancelled = false;
    while (!conn->is_cancelled && dyno_now_ns() < wake_ns)
        (void)pthread_cond_timedwait(&conn->cancelled, &conn->lock, &wake);
    bool is_cancelled = conn->is_cancelled;
    pthread_mutex_unlock(&conn->lock);
    if (is_cancelled)
        return dyno_err_set_sql(err, DYNO_ECANCELLED, "HY008", 0, "the statement was cancelled");
    if (wake_ns < end_ns)
        return dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT00", 0,
                                "the statement has not finished in time");
    return DYNO_OK;
}

static enum dyno_status null_execute(struct dyno_conn *conn, const char *sql, int64_t deadline_ns,
                                     struct dyno_err *err)
{
    (void)sql;
    return conn->service_ns == 0 ? DYNO_OK : serve(conn, deadline_ns, err);
}

static enum dyno_status null_fetch(struct dyno_conn *conn, bool want_checksum,
                                   struct dyno_fetched *out, struct dyno_err *err)
{
    (void)conn;
    (void)want_checksum;
    (void)err;
    *out = (struct dyno_fetched){.rows = 0};
    return DYNO_OK;
}

static void null_finish(struct dyno_conn *conn)
{
    (void)conn;
}

static void remember(struct dyno_conn *conn, const char *key, size_t key_len, const char *value)
{
    struct remembered *setting = dyno_xcalloc(1, sizeof *setting);
    setting->key = dyno_xstrndup(key, key_len);
    setting->value = dyno_xstrdup(value);
    setting->next = conn->settings;
    conn->settings = setting;
}

static const char *recall(const struct dyno_conn *conn, const char *key)
{
    for (const struct remembered *s = conn->settings; s != NULL; s = s->next)
        if (strcmp(s->key, key) == 0)
            return s->value;
    return "<undefined>";
}

static enum dyno_status null_query(struct dyno_conn *conn, const char *sql, int64_t deadline_ns,
                                   struct dyno_text_result *out, struct dyno_err *err)
{
    const char *key = sql + strlen("SET ");
    const char *equals = strchr(sql, '=');
    *out = (struct dyno_text_result)DYNO_TEXT_RESULT_INIT;
    enum dyno_status status = null_execute(conn, sql, deadline_ns, err);
    if (status != DYNO_OK || strncmp(sql, "SET ", strlen("SET ")) != 0)
        return status;
    if (equals != NULL)
        remember(conn, key, (size_t)(equals - key), equals + 1);
    char *name = equals == NULL ? dyno_xstrdup(key) : dyno_xstrndup(key, (size_t)(equals - key));
    out->column_count = 2;
    out->row_count = 1;
    out->columns = dyno_xcalloc(2, sizeof *out->columns);
    out->cells = dyno_xcalloc(2, sizeof *out->cells);
    out->columns[0] = dyno_xstrdup("key");
    out->columns[1] = dyno_xstrdup("value");
    out->cells[0] = name;
    out->cells[1] = dyno_xstrdup(recall(conn, name));
    return DYNO_OK;
}

static enum dyno_status null_cancel(struct dyno_conn *conn, struct dyno_err *err)
{
    (void)err;
    pthread_mutex_lock(&conn->lock);
    conn->is_cancelled = true;
    pthread_cond_signal(&conn->cancelled);
    pthread_mutex_unlock(&conn->lock);
    return DYNO_OK;
}

static enum dyno_status null_info(struct dyno_conn *conn, struct dyno_target_info *out,
                                  struct dyno_err *err)
{
    (void)conn;
    (void)err;
    *out = (struct dyno_target_info){.driver = "null", .threading_level = -1};
    return DYNO_OK;
}

static bool null_is_alive(struct dyno_conn *conn)
{
    (void)conn;
    return true;
}

static void null_close(struct dyno_conn *conn)
{
    if (conn == NULL)
        return;
    while (conn->settings != NULL) {
        struct remembered *next = conn->settings->next;
        free(conn->settings->key);
        free(conn->settings->value);
        free(conn->settings);
        conn->settings = next;
    }
    pthread_cond_destroy(&conn->cancelled);
    pthread_mutex_destroy(&conn->lock);
    free(conn);
}

const struct dyno_target_ops *dyno_target_null(void)
{
    static const struct dyno_target_ops ops = {.name = "null",
                                               .open = null_open,
                                               .execute = null_execute,
                                               .fetch = null_fetch,
                                               .finish = null_finish,
                                               .query = null_query,
                                               .cancel = null_cancel,
                                               .info = null_info,
                                               .is_alive = null_is_alive,
                                               .close = null_close};
    return &ops;
}
