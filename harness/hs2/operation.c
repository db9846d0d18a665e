#include "hs2/operation.h"

#include "base/clock.h"
#include "hs2/private.h"
#include "hs2/rowset.h"
#include "hs2/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a block, so that the one behind it is asked for ahead: two of them are held then. */
#define AHEAD_BYTES_MAX ((size_t)16 << 20)

enum dyno_status dyno_hs2_operation_start(struct dyno_hs2_session *session, enum dyno_hs2_call call,
                                          struct dyno_hs2_operation **out, struct dyno_err *err)
{
    /* Before the call: a statement that runs with nobody to hold its handle could not be closed. */
    struct dyno_hs2_operation *operation = calloc(1, sizeof *operation);
    if (operation == NULL)
        return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "out of memory");
    struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
    enum dyno_status status =
        dyno_hs2_link_call(&session->link, call, dyno_hs2_session_deadline(session), &reply, err);
    if (status == DYNO_OK && !reply.has_handle)
        status = dyno_err_set_sql(err, DYNO_EPROTO, "08S01", 0, "'%s' answered %s without handle",
                                  session->link.transport.peer, dyno_hs2_call_name(call));
    if (status != DYNO_OK) {
        free(operation);
        return status;
    }
    operation->session = session;
    operation->handle = reply.handle;
    operation->has_result_set = reply.handle.has_result_set;
    *out = operation;
    return DYNO_OK;
}

enum dyno_status dyno_hs2_execute(struct dyno_hs2_session *session, const char *sql,
                                  int64_t query_timeout_s, struct dyno_hs2_operation **out,
                                  struct dyno_err *err)
{
    struct dyno_wire_writer *request =
        dyno_hs2_link_begin(&session->link, DYNO_HS2_EXECUTE_STATEMENT);
    dyno_hs2_request_execute(request, &session->handle, sql, query_timeout_s);
    return dyno_hs2_operation_start(session, DYNO_HS2_EXECUTE_STATEMENT, out, err);
}

/* What a state means for whoever waits; DYNO_OK with `*is_done_out` false: still running. */
static enum dyno_status judge_state(struct dyno_hs2_operation *operation,
                                    const struct dyno_hs2_reply *reply, bool *is_done_out,
                                    struct dyno_err *err)
{
    const uint8_t *bytes = operation->session->link.answer.bytes;
    *is_done_out = true;
    switch (reply->state) {
    case DYNO_HS2_STATE_INITIALIZED:
    case DYNO_HS2_STATE_RUNNING:
    case DYNO_HS2_STATE_PENDING:
        *is_done_out = false;
        return DYNO_OK;
    case DYNO_HS2_STATE_FINISHED:
        operation->is_done = true;
        return DYNO_OK;
    case DYNO_HS2_STATE_CANCELED:
        return dyno_err_set_sql(err, DYNO_ECANCELLED, "HY008", 0, "the statement was cancelled");
    case DYNO_HS2_STATE_TIMEDOUT:
        return dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT00", 0,
                                "the server's time limit ended the statement");
    case DYNO_HS2_STATE_CLOSED:
        return dyno_err_set_sql(err, DYNO_ESERVER, "HY000", 0, "the server closed the statement");
    default:
        return dyno_hs2_reply_error(reply, DYNO_ESERVER, "HY000", bytes, err);
    }
}

/* One status call; one whose answer is due is continued, not repeated. */
static enum dyno_status ask_status(struct dyno_hs2_operation *operation, int64_t deadline_ns,
                                   bool may_be_owed, bool *is_done_out, struct dyno_err *err)
{
    const enum dyno_hs2_call call = DYNO_HS2_GET_OPERATION_STATUS;
    struct dyno_hs2_link *link = &operation->session->link;
    *is_done_out = true;
    if (!dyno_hs2_link_is_due(link, operation->poll_seqid)) {
        enum dyno_status status = dyno_hs2_link_settle(link, deadline_ns, may_be_owed, err);
        if (status != DYNO_OK)
            return status;
        dyno_hs2_request_operation(dyno_hs2_link_begin(link, call), &operation->handle);
        status = dyno_hs2_link_send(link, deadline_ns, err);
        if (status != DYNO_OK)
            return status;
        operation->poll_seqid = link->seqid;
    }
    struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
    enum dyno_status status =
        dyno_hs2_link_receive(link, operation->poll_seqid, deadline_ns, may_be_owed, &reply, err);
    if (status == DYNO_OK)
        status = dyno_hs2_reply_check(&reply, call, link->answer.bytes, err);
    if (status == DYNO_OK && reply.tells_result_set)
        operation->has_result_set = reply.handle.has_result_set;
    return status == DYNO_OK ? judge_state(operation, &reply, is_done_out, err) : status;
}

/* The server may hold a status call on top of what any call may take. */
static int64_t poll_deadline(const struct dyno_hs2_operation *operation)
{
    int64_t deadline = dyno_hs2_session_deadline(operation->session);
    return deadline > INT64_MAX - DYNO_HS2_LONG_POLL_NS ? INT64_MAX
                                                        : deadline + DYNO_HS2_LONG_POLL_NS;
}

static enum dyno_status out_of_time(struct dyno_err *err)
{
    return dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT00", 0,
                            "the statement has not finished in time");
}

enum dyno_status dyno_hs2_operation_wait(struct dyno_hs2_operation *operation, int64_t deadline_ns,
                                         struct dyno_err *err)
{
    bool is_done = operation->is_done;
    while (!is_done) {
        if (deadline_ns != INT64_MAX && dyno_now_ns() >= deadline_ns)
            return out_of_time(err);
        int64_t call_deadline = poll_deadline(operation);
        bool is_ours = deadline_ns < call_deadline;
        enum dyno_status status =
            ask_status(operation, is_ours ? deadline_ns : call_deadline, is_ours, &is_done, err);
        if (status == DYNO_ETIMEOUT && operation->session->link.due_count > 0)
            return out_of_time(err);
        if (status != DYNO_OK)
            return status;
    }
    return DYNO_OK;
}

enum dyno_status dyno_hs2_operation_poll(struct dyno_hs2_operation *operation, bool *is_done_out,
                                         struct dyno_err *err)
{
    *is_done_out = true;
    if (operation->is_done)
        return DYNO_OK;
    return ask_status(operation, poll_deadline(operation), false, is_done_out, err);
}

/* Read the schema, which is the answer to request `seqid`. */
static enum dyno_status receive_columns(struct dyno_hs2_operation *operation, int32_t seqid,
                                        int64_t deadline_ns, struct dyno_err *err)
{
    struct dyno_hs2_link *link = &operation->session->link;
    struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
    enum dyno_status status = dyno_hs2_link_receive(link, seqid, deadline_ns, false, &reply, err);
    if (status == DYNO_OK)
        status =
            dyno_hs2_reply_check(&reply, DYNO_HS2_GET_RESULT_SET_METADATA, link->answer.bytes, err);
    if (status != DYNO_OK) {
        dyno_hs2_schema_deinit(&reply.schema);
        return status;
    }
    operation->schema = reply.schema;
    operation->has_columns = true;
    return DYNO_OK;
}

/* Ask for the schema, and with a block for the first rows too. */
static enum dyno_status ask_columns(struct dyno_hs2_operation *operation, int64_t max_rows,
                                    struct dyno_hs2_block *block, struct dyno_err *err)
{
    struct dyno_hs2_link *link = &operation->session->link;
    int64_t deadline_ns = dyno_hs2_session_deadline(operation->session);
    bool wants_rows = block != NULL && max_rows > 0 && link->http == NULL;
    dyno_hs2_request_operation(dyno_hs2_link_begin(link, DYNO_HS2_GET_RESULT_SET_METADATA),
                               &operation->handle);
    int32_t seqid = link->seqid;
    if (wants_rows)
        dyno_hs2_request_fetch(dyno_hs2_link_begin_next(link, DYNO_HS2_FETCH_RESULTS),
                               &operation->handle, max_rows);
    enum dyno_status status = dyno_hs2_link_send(link, deadline_ns, err);
    if (status != DYNO_OK)
        return status;
    if (wants_rows)
        dyno_hs2_ahead_expect(&operation->ahead, link, link->seqid, max_rows, block);
    return receive_columns(operation, seqid, deadline_ns, err);
}

enum dyno_status dyno_hs2_operation_columns_and_rows(
    struct dyno_hs2_operation *operation, int64_t max_rows, struct dyno_hs2_block *block,
    const struct dyno_hs2_column_desc **columns_out, size_t *count_out, struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    /* Asked for columns that do not exist, Hive drops the connection. */
    if (!operation->has_result_set)
        operation->has_columns = true;
    if (!operation->has_columns)
        status = ask_columns(operation, max_rows, block, err);
    if (status != DYNO_OK)
        return status;
    *columns_out = operation->schema.columns;
    *count_out = operation->schema.count;
    return DYNO_OK;
}

enum dyno_status dyno_hs2_operation_columns(struct dyno_hs2_operation *operation,
                                            const struct dyno_hs2_column_desc **columns_out,
                                            size_t *count_out, struct dyno_err *err)
{
    return dyno_hs2_operation_columns_and_rows(operation, 0, NULL, columns_out, count_out, err);
}

/*
 * Ask for rows. Behind a short block there are most likely none, and a server that is Spark's never
 * sends one where there are: whether it is, is asked in the same write, once in a session.
 */
static enum dyno_status ask_rows(struct dyno_hs2_operation *operation, int64_t max_rows,
                                 int64_t deadline_ns, struct dyno_hs2_block *block,
                                 struct dyno_err *err)
{
    struct dyno_hs2_session *session = operation->session;
    struct dyno_hs2_link *link = &session->link;
    dyno_hs2_request_fetch(dyno_hs2_link_begin(link, DYNO_HS2_FETCH_RESULTS), &operation->handle,
                           max_rows);
    int32_t seqid = link->seqid;
    if (operation->is_short)
        dyno_hs2_about_ask(&session->about, link, &session->handle);
    enum dyno_status status = dyno_hs2_link_send(link, deadline_ns, err);
    if (status != DYNO_OK)
        return status;
    if (operation->is_short)
        dyno_hs2_about_expect(&session->about, link);
    dyno_hs2_ahead_expect(&operation->ahead, link, seqid, max_rows, block);
    return DYNO_OK;
}

/* Rows that were asked for, or are asked for now, in the block's own memory. */
static enum dyno_status fetch_into(struct dyno_hs2_operation *operation, int64_t max_rows,
                                   struct dyno_hs2_block *block, struct dyno_err *err)
{
    int64_t deadline_ns = dyno_hs2_session_deadline(operation->session);
    enum dyno_status status = DYNO_OK;
    if (operation->ahead.seqid == 0)
        status = ask_rows(operation, max_rows, deadline_ns, block, err);
    if (status != DYNO_OK)
        return status;
    return dyno_hs2_ahead_take(&operation->ahead, &operation->session->link, deadline_ns, block,
                               &operation->is_short, err);
}

enum dyno_status dyno_hs2_operation_fetch(struct dyno_hs2_operation *operation, int64_t max_rows,
                                          struct dyno_hs2_block *block, struct dyno_err *err)
{
    block->len = 0;
    block->row_count = 0;
    block->column_count = 0;
    if (operation->is_at_end || !operation->has_result_set ||
        (operation->has_columns && operation->schema.count == 0))
        return DYNO_OK;
    enum dyno_status status = fetch_into(operation, max_rows, block, err);
    if (status == DYNO_OK) {
        dyno_hs2_rowset_resolve(block, block->bytes);
        operation->block_count += block->row_count > 0;
        operation->block_bytes = block->len;
        operation->is_at_end =
            operation->is_short && dyno_hs2_about_is_spark(&operation->session->about);
        return DYNO_OK;
    }
    block->row_count = 0;
    block->column_count = 0;
    return status;
}

void dyno_hs2_operation_ask_ahead(struct dyno_hs2_operation *operation, int64_t max_rows)
{
    const struct dyno_hs2_link *link = &operation->session->link;
    if (operation->ahead.seqid != 0 || operation->is_at_end || operation->is_short ||
        operation->block_count < 2 || operation->block_bytes > AHEAD_BYTES_MAX ||
        link->http != NULL || max_rows <= 0)
        return;
    int64_t deadline_ns = dyno_hs2_session_deadline(operation->session);
    enum dyno_status status =
        ask_rows(operation, max_rows, deadline_ns, &operation->ahead.spare, NULL);
    /* A connection that is lost now says so to the next fetch; the rows at hand are good. */
    (void)status;
}

void dyno_hs2_operation_guid(const struct dyno_hs2_operation *operation, char out[37])
{
    const struct dyno_hs2_handle *handle = &operation->handle;
    size_t at = 0;
    for (size_t i = 0; i < 16 && handle->guid_len == 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[at++] = '-';
        out[at++] = "0123456789abcdef"[handle->guid[i] >> 4];
        out[at++] = "0123456789abcdef"[handle->guid[i] & 15];
    }
    out[at] = '\0';
}

enum dyno_status dyno_hs2_operation_cancel(struct dyno_hs2_operation *operation,
                                           struct dyno_err *err)
{
    const struct dyno_hs2_session *session = operation->session;
    struct dyno_hs2_link link = {.is_dead = true};
    enum dyno_status status = dyno_hs2_link_open(&link, &session->address, err);
    if (status == DYNO_OK) {
        struct dyno_wire_writer *request = dyno_hs2_link_begin(&link, DYNO_HS2_CANCEL_OPERATION);
        dyno_hs2_request_operation(request, &operation->handle);
        struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
        status = dyno_hs2_link_call(&link, DYNO_HS2_CANCEL_OPERATION,
                                    dyno_hs2_deadline(atomic_load(&session->call_timeout_ns)),
                                    &reply, err);
    }
    dyno_hs2_link_close(&link);
    if (status != DYNO_OK)
        (void)dyno_err_prepend(err, "cancelling the statement");
    return status;
}

/* The server closes the operation as soon as it reads the request; its answer has no news and is taken
 * off the wire before that to the next call. */
static void send_close(struct dyno_hs2_operation *operation)
{
    struct dyno_hs2_link *link = &operation->session->link;
    int64_t deadline_ns = dyno_hs2_session_deadline(operation->session);
    struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
    dyno_hs2_request_operation(dyno_hs2_link_begin(link, DYNO_HS2_CLOSE_OPERATION),
                               &operation->handle);
    enum dyno_status status = dyno_hs2_link_send(link, deadline_ns, NULL);
    if (status == DYNO_OK && link->http != NULL)
        status = dyno_hs2_link_receive(link, link->seqid, deadline_ns, false, &reply, NULL);
    /* A server that refuses to close it has none; a lost connection is remembered by the link. */
    (void)status;
}

void dyno_hs2_operation_close(struct dyno_hs2_operation *operation)
{
    if (operation == NULL)
        return;
    dyno_hs2_ahead_drop(&operation->ahead, &operation->session->link);
    if (!operation->session->link.is_dead)
        send_close(operation);
    dyno_hs2_schema_deinit(&operation->schema);
    free(operation);
}
