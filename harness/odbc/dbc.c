#include "odbc/dbc.h"

#include "base/clock.h"
#include "odbc/stmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct dyno_odbc_dbc *dyno_odbc_dbc_new(struct dyno_odbc_env *env)
{
    struct dyno_odbc_dbc *dbc = calloc(1, sizeof *dbc);
    if (dbc == NULL)
        return NULL;
    if (pthread_mutex_init(&dbc->lock, NULL) != 0) {
        free(dbc);
        return NULL;
    }
    if (pthread_mutex_init(&dbc->wire, NULL) != 0) {
        (void)pthread_mutex_destroy(&dbc->lock);
        free(dbc);
        return NULL;
    }
    dbc->env = env;
    dbc->login_timeout_s = -1;
    dbc->connection_timeout_s = -1;
    dbc->access_mode = SQL_MODE_READ_WRITE;
    dyno_odbc_diag_init(&dbc->diag);
    dyno_hs2_pairs_init(&dbc->pairs);
    dyno_odbc_settings_init(&dbc->settings);
    (void)atomic_fetch_add(&env->dbc_count, 1);
    dbc->magic = DYNO_ODBC_MAGIC_DBC;
    return dbc;
}

void dyno_odbc_dbc_free(struct dyno_odbc_dbc *dbc)
{
    dbc->magic = DYNO_ODBC_MAGIC_DEAD;
    dyno_odbc_dbc_close(dbc);
    dyno_odbc_diag_deinit(&dbc->diag);
    (void)pthread_mutex_destroy(&dbc->wire);
    (void)pthread_mutex_destroy(&dbc->lock);
    (void)atomic_fetch_sub(&dbc->env->dbc_count, 1);
    free(dbc);
}

struct dyno_odbc_dbc *dyno_odbc_dbc_enter(SQLHDBC handle)
{
    struct dyno_odbc_dbc *dbc = handle;
    if (dbc == NULL || dbc->magic != DYNO_ODBC_MAGIC_DBC)
        return NULL;
    (void)pthread_mutex_lock(&dbc->lock);
    dyno_odbc_diag_clear(&dbc->diag);
    return dbc;
}

SQLRETURN dyno_odbc_dbc_leave(struct dyno_odbc_dbc *dbc, SQLRETURN rc)
{
    dbc->diag.rc = rc;
    (void)pthread_mutex_unlock(&dbc->lock);
    return rc;
}

static void forget_settings(struct dyno_odbc_dbc *dbc)
{
    dyno_odbc_settings_deinit(&dbc->settings);
    dyno_hs2_pairs_deinit(&dbc->pairs);
}

static SQLRETURN post_open_error(struct dyno_odbc_dbc *dbc, struct dyno_err *err)
{
    /* Before there is a connection, a lost one is one that could not be made. */
    bool is_conn = err->status == DYNO_ECONN;
    if (is_conn && err->sqlstate[0] == '\0')
        (void)snprintf(err->sqlstate, sizeof err->sqlstate, "%s", "08001");
    if (err->status == DYNO_ETIMEOUT && err->sqlstate[0] == '\0')
        (void)snprintf(err->sqlstate, sizeof err->sqlstate, "%s", "HYT01");
    return dyno_odbc_diag_post_err(&dbc->diag, err, dbc->settings.keeps_sqlstate);
}

SQLRETURN dyno_odbc_dbc_open(struct dyno_odbc_dbc *dbc)
{
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_session *session = NULL;
    SQLRETURN rc = dyno_odbc_settings_read(&dbc->settings, &dbc->pairs, &dbc->diag);
    if (rc != SQL_ERROR) {
        struct dyno_hs2_options options = dyno_hs2_settings_options(&dbc->settings.session);
        if (dbc->login_timeout_s >= 0)
            options.connect_timeout_ns = dbc->login_timeout_s * DYNO_NS_PER_S;
        if (dbc->connection_timeout_s >= 0)
            options.call_timeout_ns = dbc->connection_timeout_s * DYNO_NS_PER_S;
        if (dyno_hs2_session_open(&options, &session, &err) != DYNO_OK)
            rc = post_open_error(dbc, &err);
    }
    if (rc == SQL_ERROR) {
        forget_settings(dbc);
        return rc;
    }
    (void)pthread_mutex_lock(&dbc->wire);
    dbc->session = session;
    (void)pthread_mutex_unlock(&dbc->wire);
    return rc;
}

void dyno_odbc_dbc_close(struct dyno_odbc_dbc *dbc)
{
    while (dbc->stmts != NULL) {
        struct dyno_odbc_stmt *stmt = dbc->stmts;
        dbc->stmts = stmt->next;
        dyno_odbc_stmt_free(stmt);
    }
    while (dbc->descs != NULL)
        dyno_odbc_desc_free(dbc->descs);
    dbc->dbms_name[0] = '\0';
    dbc->dbms_version[0] = '\0';
    (void)pthread_mutex_lock(&dbc->wire);
    struct dyno_hs2_session *session = dbc->session;
    dbc->session = NULL;
    (void)pthread_mutex_unlock(&dbc->wire);
    dyno_hs2_session_close(session);
    forget_settings(dbc);
}

/* That time as the clock has it that a mutex can be waited for by. */
static struct timespec real_time_of(int64_t deadline_ns)
{
    struct timespec now = {.tv_sec = 0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    int64_t left_ns = deadline_ns - dyno_now_ns();
    int64_t at_ns = now.tv_nsec + (left_ns > 0 ? left_ns : 0);
    return (struct timespec){.tv_sec = now.tv_sec + (time_t)(at_ns / DYNO_NS_PER_S),
                             .tv_nsec = (long)(at_ns % DYNO_NS_PER_S)};
}

bool dyno_odbc_dbc_take_wire(struct dyno_odbc_dbc *dbc, int64_t deadline_ns)
{
    if (pthread_mutex_trylock(&dbc->wire) == 0)
        return true;
    if (deadline_ns == INT64_MAX)
        return pthread_mutex_lock(&dbc->wire) == 0;
    for (;;) {
        struct timespec until = real_time_of(deadline_ns);
        if (pthread_mutex_timedlock(&dbc->wire, &until) == 0)
            return true;
        /* Somebody may have set that clock. */
        if (dyno_now_ns() >= deadline_ns)
            return false;
    }
}

bool dyno_odbc_dbc_is_dead(struct dyno_odbc_dbc *dbc)
{
    if (pthread_mutex_trylock(&dbc->wire) != 0)
        return false;
    bool is_dead = dbc->session == NULL || dyno_hs2_session_probe(dbc->session) != 0;
    (void)pthread_mutex_unlock(&dbc->wire);
    return is_dead;
}
