#include "odbc/execute.h"

#include "base/clock.h"

static SQLRETURN post(struct dyno_odbc_stmt *stmt, const struct dyno_err *err)
{
    return dyno_odbc_diag_post_err(&stmt->diag, err, stmt->dbc->settings.keeps_sqlstate);
}

/* The deadline of our own; the server is told the same limit, and whoever is first ends it. */
static int64_t deadline_of(const struct dyno_odbc_stmt *stmt)
{
    SQLULEN limit_s = stmt->attrs.query_timeout_s;
    if (limit_s == 0 || limit_s > (SQLULEN)(INT64_MAX / DYNO_NS_PER_S / 2))
        return INT64_MAX;
    return dyno_now_ns() + (int64_t)limit_s * DYNO_NS_PER_S;
}

/* Wait until the operation is ready and make it the statement's result. */
static enum dyno_status await(struct dyno_odbc_stmt *stmt, struct dyno_hs2_operation *operation,
                              int64_t deadline_ns, struct dyno_err *err)
{
    enum dyno_status status = dyno_hs2_operation_wait(operation, deadline_ns, err);
    if (status == DYNO_ETIMEOUT && dyno_hs2_session_is_dead(stmt->dbc->session) == 0) {
        struct dyno_err cancel_err = DYNO_ERR_INIT;
        /* What ended the statement is the deadline; whether the server could be told is secondary. */
        enum dyno_status cancelled = dyno_hs2_operation_cancel(operation, &cancel_err);
        if (cancelled != DYNO_OK)
            (void)dyno_odbc_diag_post(&stmt->diag, "01000", "the statement was not cancelled: %s",
                                      cancel_err.message);
        (void)dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT00", 0, "query timeout of %lu s expired",
                               (unsigned long)stmt->attrs.query_timeout_s);
    }
    if (status == DYNO_OK)
        status =
            dyno_odbc_result_take_operation(&stmt->result, operation, &stmt->dbc->settings, err);
    return status;
}

/* Submit and await; the caller holds the wire. */
static enum dyno_status run(struct dyno_odbc_stmt *stmt, const char *sql, struct dyno_err *err)
{
    int64_t deadline_ns = deadline_of(stmt);
    struct dyno_hs2_operation *operation = NULL;
    if (stmt->dbc->session == NULL)
        return dyno_err_set_sql(err, DYNO_ECONN, "08003", 0, "connection not open");
    enum dyno_status status = dyno_hs2_execute(
        stmt->dbc->session, sql, (int64_t)stmt->attrs.query_timeout_s, &operation, err);
    if (status != DYNO_OK)
        return status;
    dyno_odbc_canceller_publish(&stmt->canceller, operation);
    status = await(stmt, operation, deadline_ns, err);
    if (status != DYNO_OK) {
        dyno_odbc_canceller_withdraw(&stmt->canceller);
        dyno_hs2_operation_close(operation);
    }
    return status;
}

static bool is_cancel_outcome(enum dyno_status status)
{
    return status == DYNO_ECANCELLED || status == DYNO_ESERVER;
}

SQLRETURN dyno_odbc_execute(struct dyno_odbc_stmt *stmt, const char *sql)
{
    struct dyno_err err = DYNO_ERR_INIT;
    dyno_odbc_stmt_close_cursor(stmt);
    dyno_odbc_canceller_begin(&stmt->canceller);
    (void)pthread_mutex_lock(&stmt->dbc->wire);
    enum dyno_status status = run(stmt, sql, &err);
    (void)pthread_mutex_unlock(&stmt->dbc->wire);
    bool is_cancelled = dyno_odbc_canceller_end(&stmt->canceller);
    if (is_cancelled && is_cancel_outcome(status))
        return dyno_odbc_diag_post(&stmt->diag, "HY008", NULL);
    if (status != DYNO_OK)
        return post(stmt, &err);
    if (stmt->result.column_count > 0) {
        stmt->state = DYNO_ODBC_STMT_OPEN;
        return SQL_SUCCESS;
    }
    dyno_odbc_stmt_close_cursor(stmt);
    stmt->state = DYNO_ODBC_STMT_DONE;
    return SQL_SUCCESS;
}

SQLRETURN dyno_odbc_execute_table(struct dyno_odbc_stmt *stmt, struct dyno_odbc_table *table)
{
    struct dyno_err err = DYNO_ERR_INIT;
    dyno_odbc_stmt_close_cursor(stmt);
    if (dyno_odbc_result_take_table(&stmt->result, table, &stmt->dbc->settings, &err) != DYNO_OK) {
        dyno_odbc_table_free(table);
        return post(stmt, &err);
    }
    stmt->state = DYNO_ODBC_STMT_OPEN;
    return SQL_SUCCESS;
}
