#include "base/clock.h"
#include "load/session.h"
#include "spark/setting.h"

#include <string.h>

#define SETTING_TIMEOUT_NS   (60 * DYNO_NS_PER_S)
#define RECONNECT_TIMEOUT_NS (5 * DYNO_NS_PER_S)
#define FIRST_PAUSE_NS       (100 * DYNO_NS_PER_MS)
#define LONGEST_PAUSE_NS     (2 * DYNO_NS_PER_S)
#define LONGEST_OUTAGE_NS    (60 * DYNO_NS_PER_S)

static void lock_connect(struct dyno_run *run)
{
    if (run->must_connect_alone)
        pthread_mutex_lock(&run->connect_lock);
}

static void unlock_connect(struct dyno_run *run)
{
    if (run->must_connect_alone)
        pthread_mutex_unlock(&run->connect_lock);
}

/* The value in the answer to "SET k": the column of that name, else the last one. */
static const char *value_of(const struct dyno_text_result *result)
{
    size_t column = result->column_count == 0 ? 0 : result->column_count - 1;
    for (size_t i = 0; i < result->column_count; i++)
        if (strcmp(result->columns[i], "value") == 0)
            column = i;
    return dyno_text_result_cell(result, 0, column);
}

static enum dyno_status apply_setting(struct dyno_session *session, size_t i)
{
    const struct dyno_run *run = session->run;
    const struct dyno_setting *setting = &run->plan->settings[i];
    struct dyno_text_result result = DYNO_TEXT_RESULT_INIT;
    int64_t deadline_ns = dyno_run_now_ns(run) + SETTING_TIMEOUT_NS;
    dyno_mark_set(session->mark, DYNO_CALL_SETTING, 0, 0);
    enum dyno_status status =
        run->ops->query(session->conn, run->setting_sql[2 + DYNO_SETTING_STEPS * i], deadline_ns,
                        &result, &session->err);
    dyno_text_result_deinit(&result);
    if (status == DYNO_OK)
        status = run->ops->query(session->conn, run->setting_sql[3 + DYNO_SETTING_STEPS * i],
                                 deadline_ns, &result, &session->err);
    dyno_mark_set(session->mark, DYNO_CALL_NONE, 0, 0);
    const char *value = value_of(&result);
    if (status != DYNO_OK)
        (void)dyno_err_prepend(&session->err, "setting '%s'", setting->key);
    else if (value == NULL || !dyno_setting_value_equal(value, setting->value))
        status =
            dyno_err_set(&session->err, DYNO_EENV,
                         "setting '%s' did not take effect: asked for '%s', the server has '%s'",
                         setting->key, setting->value, value == NULL ? "" : value);
    dyno_text_result_deinit(&result);
    return status;
}

enum dyno_status dyno_session_connect(struct dyno_session *session, int64_t timeout_ns)
{
    struct dyno_run *run = session->run;
    lock_connect(run);
    enum dyno_status status = DYNO_ECANCELLED;
    /* The wait for the lock may have been long. */
    if (!dyno_run_is_halted(run)) {
        dyno_mark_set(session->mark, DYNO_CALL_CONNECT, 0, 0);
        status = run->ops->open(&run->plan->target, timeout_ns, &session->conn, &session->err);
        dyno_mark_set(session->mark, DYNO_CALL_NONE, 0, 0);
    }
    unlock_connect(run);
    if (status != DYNO_OK) {
        session->conn = NULL;
        return status;
    }
    for (size_t i = 0; i < run->plan->setting_count && status == DYNO_OK; i++)
        status = apply_setting(session, i);
    if (status != DYNO_OK)
        dyno_session_disconnect(session);
    return status;
}

void dyno_session_disconnect(struct dyno_session *session)
{
    if (session->conn == NULL)
        return;
    lock_connect(session->run);
    dyno_mark_set(session->mark, DYNO_CALL_CLOSE, 0, 0);
    session->run->ops->close(session->conn);
    dyno_mark_set(session->mark, DYNO_CALL_NONE, 0, 0);
    unlock_connect(session->run);
    session->conn = NULL;
}

/* Would the same answer come for ever? Then knocking on only harms: locked accounts, wrong results. */
static bool is_hopeless(enum dyno_status status)
{
    return status == DYNO_EAUTH || status == DYNO_EENV || status == DYNO_EINPUT;
}

/* Give up on the trial. */
static bool give_up(struct dyno_session *session)
{
    (void)dyno_err_prepend(&session->err, "session %u, connecting anew", session->number);
    dyno_run_fail(session->run, &session->err);
    return false;
}

bool dyno_session_reconnect(struct dyno_session *session)
{
    struct dyno_run *run = session->run;
    int64_t pause_ns = FIRST_PAUSE_NS;
    int64_t give_up_ns = dyno_run_now_ns(run) + LONGEST_OUTAGE_NS;
    for (;;) {
        if (dyno_run_is_halted(run) || dyno_run_now_ns(run) >= run->end_ns)
            return false;
        enum dyno_status status = dyno_session_connect(session, RECONNECT_TIMEOUT_NS);
        if (status == DYNO_OK)
            break;
        if (is_hopeless(status) || dyno_run_now_ns(run) >= give_up_ns)
            return give_up(session);
        /* Half of the pause is drawn, so that the sessions do not all knock at once. */
        double drawn = 0.5 + 0.5 * dyno_rng_uniform(&session->rng);
        int64_t wake_ns = dyno_run_now_ns(run) + (int64_t)(drawn * (double)pause_ns);
        if (dyno_session_wait_until(session, wake_ns) < 0)
            return false;
        pause_ns = pause_ns * 2 < LONGEST_PAUSE_NS ? pause_ns * 2 : LONGEST_PAUSE_NS;
    }
    session->next_flags |= DYNO_RECORD_RECONNECTED;
    atomic_fetch_add_explicit(&session->reconnects, 1, memory_order_relaxed);
    return true;
}
