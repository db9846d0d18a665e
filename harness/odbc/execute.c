#include "odbc/execute.h"

#include "base/clock.h"
#include "odbc/fetch.h"
#include "odbc/param.h"
#include "odbc/sqlstate.h"

#include <string.h>

/* How long one call on an asynchronous statement looks for an answer. */
#define ASYNC_LOOK_NS       DYNO_NS_PER_MS

#define STATEMENT_MAX_BYTES ((size_t)1 << 30)

static SQLRETURN post(struct dyno_odbc_stmt *stmt, const struct dyno_err *err)
{
    return dyno_odbc_diag_post_err(&stmt->diag, err, stmt->dbc->settings.keeps_sqlstate);
}

/* The query timeout has passed: what ended the statement is the deadline; whether the server could be
 * told is secondary. */
static void expire(struct dyno_odbc_stmt *stmt, struct dyno_hs2_operation *operation,
                   struct dyno_err *err)
{
    struct dyno_err cancel_err = DYNO_ERR_INIT;
    if (dyno_hs2_operation_cancel(operation, &cancel_err) != DYNO_OK)
        (void)dyno_odbc_diag_post(&stmt->diag, "01000", "the statement was not cancelled: %s",
                                  cancel_err.message);
    (void)dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT00", 0, "query timeout of %lu s expired",
                           (unsigned long)stmt->attrs.query_timeout_s);
}

/* Another statement held the connection for as long as this one may take. */
static SQLRETURN refuse_busy(struct dyno_odbc_stmt *stmt)
{
    (void)dyno_odbc_canceller_end(&stmt->canceller);
    return dyno_odbc_diag_post(&stmt->diag, "HYT00",
                               "query timeout of %lu s expired while another statement of the "
                               "connection was being executed",
                               (unsigned long)stmt->attrs.query_timeout_s);
}

/* Begin to run a text; on DYNO_OK `*out` runs and can be cancelled. The caller holds the wire. */
static enum dyno_status submit(struct dyno_odbc_stmt *stmt, const char *sql, int64_t deadline_ns,
                               struct dyno_hs2_operation **out, struct dyno_err *err)
{
    struct dyno_hs2_session *session = stmt->dbc->session;
    if (session == NULL)
        return dyno_err_set_sql(err, DYNO_ECONN, "08003", 0, "connection not open");
    enum dyno_status status = dyno_hs2_session_settle(session, deadline_ns, err);
    if (status == DYNO_ETIMEOUT && dyno_hs2_session_is_dead(session) == 0)
        return dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT00", 0,
                                "query timeout of %lu s expired while the server was busy with "
                                "another statement of the connection",
                                (unsigned long)stmt->attrs.query_timeout_s);
    if (status == DYNO_OK)
        status = dyno_hs2_execute(session, sql, (int64_t)stmt->attrs.query_timeout_s, out, err);
    if (status == DYNO_OK)
        dyno_odbc_canceller_publish(&stmt->canceller, *out);
    return status;
}

/* The operation has ended with `status`: it becomes the result, or is closed. The caller holds the
 * wire. */
static enum dyno_status settle(struct dyno_odbc_stmt *stmt, struct dyno_hs2_operation *operation,
                               enum dyno_status status, int64_t rows_ahead, struct dyno_err *err)
{
    if (status == DYNO_OK)
        status = dyno_odbc_result_take_operation(&stmt->result, operation, rows_ahead,
                                                 &stmt->dbc->settings, err);
    if (status != DYNO_OK) {
        dyno_odbc_canceller_withdraw(&stmt->canceller);
        dyno_hs2_operation_close(operation);
    }
    return status;
}

/* Submit and await; the caller holds the wire. */
static enum dyno_status run(struct dyno_odbc_stmt *stmt, const char *sql, int64_t deadline_ns,
                            int64_t rows_ahead, struct dyno_err *err)
{
    struct dyno_hs2_operation *operation = NULL;
    enum dyno_status status = submit(stmt, sql, deadline_ns, &operation, err);
    if (status != DYNO_OK)
        return status;
    status = dyno_hs2_operation_wait(operation, deadline_ns, err);
    if (status == DYNO_ETIMEOUT && dyno_hs2_session_is_dead(stmt->dbc->session) == 0)
        expire(stmt, operation, err);
    return settle(stmt, operation, status, rows_ahead, err);
}

/* What an execution came to, as a return code and the statement's state. */
static SQLRETURN conclude(struct dyno_odbc_stmt *stmt, enum dyno_status status,
                          const struct dyno_err *err)
{
    bool is_cancelled = dyno_odbc_canceller_end(&stmt->canceller);
    if (is_cancelled && (status == DYNO_ECANCELLED || status == DYNO_ESERVER))
        return dyno_odbc_diag_post(&stmt->diag, "HY008", NULL);
    if (status != DYNO_OK)
        return post(stmt, err);
    if (stmt->result.column_count > 0) {
        stmt->state = DYNO_ODBC_STMT_OPEN;
        return SQL_SUCCESS;
    }
    dyno_odbc_stmt_close_cursor(stmt);
    stmt->state = DYNO_ODBC_STMT_DONE;
    return SQL_SUCCESS;
}

static SQLRETURN run_sync(struct dyno_odbc_stmt *stmt, const char *sql, int64_t rows_ahead)
{
    struct dyno_err err = DYNO_ERR_INIT;
    int64_t deadline_ns = dyno_odbc_stmt_deadline(stmt);
    dyno_odbc_canceller_begin(&stmt->canceller);
    if (!dyno_odbc_dbc_take_wire(stmt->dbc, deadline_ns))
        return refuse_busy(stmt);
    enum dyno_status status = run(stmt, sql, deadline_ns, rows_ahead, &err);
    (void)pthread_mutex_unlock(&stmt->dbc->wire);
    return conclude(stmt, status, &err);
}

static SQLRETURN start_async(struct dyno_odbc_stmt *stmt, const char *sql, enum dyno_odbc_call call)
{
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_operation *operation = NULL;
    int64_t deadline_ns = dyno_odbc_stmt_deadline(stmt);
    dyno_odbc_canceller_begin(&stmt->canceller);
    if (!dyno_odbc_dbc_take_wire(stmt->dbc, deadline_ns))
        return refuse_busy(stmt);
    enum dyno_status status = submit(stmt, sql, deadline_ns, &operation, &err);
    (void)pthread_mutex_unlock(&stmt->dbc->wire);
    if (status != DYNO_OK)
        return conclude(stmt, status, &err);
    stmt->pending = (struct dyno_odbc_pending){
        .call = call, .operation = operation, .deadline_ns = deadline_ns};
    stmt->state = DYNO_ODBC_STMT_EXECUTING;
    return SQL_STILL_EXECUTING;
}

/* Another statement holds the connection: look again later, or, at the deadline, cancel. The operation
 * is then closed with the next use of the statement. */
static SQLRETURN resume_busy(struct dyno_odbc_stmt *stmt, bool is_last_look)
{
    struct dyno_err err = DYNO_ERR_INIT;
    if (!is_last_look)
        return SQL_STILL_EXECUTING;
    /* Whoever has cancelled it is told that, whatever the clock says. */
    if (!dyno_odbc_canceller_is_requested(&stmt->canceller))
        expire(stmt, stmt->pending.operation, &err);
    stmt->pending.call = DYNO_ODBC_CALL_NONE;
    stmt->state = stmt->is_prepared ? DYNO_ODBC_STMT_PREPARED : DYNO_ODBC_STMT_IDLE;
    bool is_cancelled = dyno_odbc_canceller_end(&stmt->canceller);
    if (is_cancelled)
        return dyno_odbc_diag_post(&stmt->diag, "HY008", NULL);
    return post(stmt, &err);
}

SQLRETURN dyno_odbc_execute_resume(struct dyno_odbc_stmt *stmt)
{
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_odbc_pending pending = stmt->pending;
    int64_t look_until_ns = dyno_now_ns() + ASYNC_LOOK_NS;
    bool is_last_look = pending.deadline_ns <= look_until_ns;
    if (!dyno_odbc_dbc_take_wire(stmt->dbc, look_until_ns))
        return resume_busy(stmt, is_last_look);
    enum dyno_status status = dyno_hs2_operation_wait(pending.operation, look_until_ns, &err);
    bool is_open = dyno_hs2_session_is_dead(stmt->dbc->session) == 0;
    if (status == DYNO_ETIMEOUT && is_open && dyno_now_ns() >= look_until_ns && !is_last_look) {
        (void)pthread_mutex_unlock(&stmt->dbc->wire);
        return SQL_STILL_EXECUTING;
    }
    if (status == DYNO_ETIMEOUT && is_open && is_last_look)
        expire(stmt, pending.operation, &err);
    stmt->pending = (struct dyno_odbc_pending){.call = DYNO_ODBC_CALL_NONE};
    stmt->state = stmt->is_prepared ? DYNO_ODBC_STMT_PREPARED : DYNO_ODBC_STMT_IDLE;
    /* No rows ahead: others of the connection would have to wait for them. */
    status = settle(stmt, pending.operation, status, 0, &err);
    (void)pthread_mutex_unlock(&stmt->dbc->wire);
    return conclude(stmt, status, &err);
}

static SQLRETURN post_parameter(struct dyno_odbc_stmt *stmt, const char *state, size_t set,
                                size_t number)
{
    return dyno_odbc_diag_post_at(&stmt->diag, state, (int64_t)set + 1, (int32_t)number,
                                  "parameter %zu: %s", number, dyno_odbc_sqlstate_text(state));
}

/* Run the text with the values of one parameter set. */
static SQLRETURN run_set(struct dyno_odbc_stmt *stmt, size_t set, enum dyno_odbc_call call)
{
    struct dyno_str text;
    size_t number = 0;
    const char *sql = stmt->sql.text;
    const char *state = NULL;
    dyno_str_init(&text, STATEMENT_MAX_BYTES);
    dyno_odbc_stmt_close_cursor(stmt);
    if (stmt->sql.marker_count > 0) {
        state = dyno_odbc_params_render(stmt, set, &text, &number);
        sql = dyno_str_text(&text);
    }
    SQLRETURN rc = SQL_SUCCESS;
    bool is_async = stmt->attrs.async_enable == SQL_ASYNC_ENABLE_ON && call != DYNO_ODBC_CALL_NONE;
    if (state != NULL)
        rc = post_parameter(stmt, state, set, number);
    else
        rc = is_async ? start_async(stmt, sql, call)
                      : run_sync(stmt, sql, dyno_odbc_first_rows(stmt));
    dyno_str_deinit(&text);
    return rc;
}

static bool is_ignored(const struct dyno_odbc_stmt *stmt, size_t set)
{
    return stmt->apd->array_status != NULL && stmt->apd->array_status[set] == SQL_PARAM_IGNORE;
}

/* One execution a parameter set; the last result stays open. */
static SQLRETURN run_sets(struct dyno_odbc_stmt *stmt)
{
    size_t count = stmt->apd->array_size;
    size_t failed = 0;
    size_t run = 0;
    SQLUSMALLINT *status = stmt->ipd->array_status;
    SQLRETURN last = SQL_SUCCESS;
    for (size_t set = 0; set < count; set++) {
        SQLUSMALLINT mark = SQL_PARAM_UNUSED;
        if (!is_ignored(stmt, set)) {
            last = run_set(stmt, set, DYNO_ODBC_CALL_NONE);
            mark = SQL_SUCCEEDED(last) ? SQL_PARAM_SUCCESS : SQL_PARAM_ERROR;
            run++;
            failed += SQL_SUCCEEDED(last) ? 0 : 1;
        }
        if (status != NULL)
            status[set] = mark;
        if (stmt->ipd->rows_processed != NULL)
            *stmt->ipd->rows_processed = set + 1;
    }
    if (run > 0 && failed == run)
        return SQL_ERROR;
    return failed > 0 ? SQL_SUCCESS_WITH_INFO : last;
}

SQLRETURN dyno_odbc_execute_now(struct dyno_odbc_stmt *stmt, enum dyno_odbc_call call)
{
    bool has_sets = stmt->sql.marker_count > 0 && stmt->apd->array_size > 1;
    SQLRETURN rc = has_sets ? run_sets(stmt) : run_set(stmt, 0, call);
    dyno_odbc_params_end_puts(stmt);
    if (!has_sets && stmt->ipd->rows_processed != NULL)
        *stmt->ipd->rows_processed = 1;
    if (!has_sets && stmt->ipd->array_status != NULL)
        stmt->ipd->array_status[0] = rc == SQL_ERROR ? SQL_PARAM_ERROR : SQL_PARAM_SUCCESS;
    return rc;
}

SQLRETURN dyno_odbc_execute(struct dyno_odbc_stmt *stmt, enum dyno_odbc_call call)
{
    const char *state = dyno_odbc_params_check(stmt);
    if (state != NULL)
        return dyno_odbc_diag_post(&stmt->diag, state, NULL);
    if (dyno_odbc_params_next_put(stmt, 0) == 0)
        return dyno_odbc_execute_now(stmt, call);
    if (stmt->apd->array_size > 1)
        return dyno_odbc_diag_post(&stmt->diag, "HYC00",
                                   "data at execution goes with one set of parameters only");
    if (!dyno_odbc_params_begin_puts(stmt))
        return dyno_odbc_diag_post(&stmt->diag, "HY001", NULL);
    stmt->state = DYNO_ODBC_STMT_NEED_DATA;
    return SQL_NEED_DATA;
}

/* `SELECT * FROM (text) LIMIT 0`, the text without its last semicolon and with NULL for its markers. */
static void write_preview(const struct dyno_odbc_sql *sql, struct dyno_str *out)
{
    size_t len = strlen(sql->text);
    size_t from = 0;
    while (len > 0 && strchr("; \t\r\n", sql->text[len - 1]) != NULL)
        len--;
    dyno_str_append(out, "SELECT * FROM (\n");
    for (size_t i = 0; i < sql->marker_count; i++) {
        dyno_str_append_n(out, sql->text + from, sql->markers[i] - from);
        dyno_str_append(out, " NULL ");
        from = sql->markers[i] + 1;
    }
    dyno_str_append_n(out, sql->text + from, len - from);
    /* On a line of its own, since the text may end in a comment. */
    dyno_str_append(out, "\n) LIMIT 0");
}

SQLRETURN dyno_odbc_execute_preview(struct dyno_odbc_stmt *stmt)
{
    if (!dyno_odbc_sql_is_query(&stmt->sql))
        return dyno_odbc_diag_post(&stmt->diag, "HYC00",
                                   "the columns of this statement are not known before SQLExecute");
    struct dyno_str text;
    dyno_str_init(&text, STATEMENT_MAX_BYTES);
    write_preview(&stmt->sql, &text);
    SQLRETURN rc = text.failed ? dyno_odbc_diag_post(&stmt->diag, "HY001", NULL)
                               : run_sync(stmt, dyno_str_text(&text), 0);
    dyno_str_deinit(&text);
    if (rc != SQL_SUCCESS)
        return rc;
    /* The result moves over; its block, which is empty, is of no use to either. */
    dyno_odbc_canceller_withdraw(&stmt->canceller);
    dyno_odbc_result_move(&stmt->preview, &stmt->result);
    stmt->has_preview = true;
    stmt->state = DYNO_ODBC_STMT_PREPARED;
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
