#include "base/alloc.h"
#include "base/clock.h"
#include "base/vec.h"
#include "hs2/operation.h"
#include "hs2/session.h"
#include "target/hs2_options.h"
#include "target/row_hash.h"
#include "target/targets.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FETCH_ROWS         10000
#define LONGEST_CALL_NS    (60 * DYNO_NS_PER_S)
#define LONGEST_CONNECT_NS (10 * DYNO_NS_PER_S)
#define AFTER_TIMEOUT_NS                                                                           \
    (2 * DYNO_NS_PER_S) /* what a server that is late may still take to cancel */
#define NUMBER_BYTES      32
#define INFO_DBMS_NAME    17
#define INFO_DBMS_VERSION 18

struct dyno_conn {
    struct dyno_hs2_session *session;
    struct dyno_hs2_block block;
    int64_t fetch_rows;
    int64_t call_limit_ns; /**< of each call, whatever time its statement has left */
    int64_t deadline_ns;   /**< of the statement that runs */
    pthread_mutex_t lock;
    struct dyno_hs2_operation *operation; /**< guarded by lock against cancel; NULL if none */
};

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What a connection string asks for (LoginTimeout, SocketTimeout), or else what is usual. */
static int64_t limit_of(int64_t asked_ns, int64_t usual_ns)
{
    return asked_ns > 0 ? asked_ns : usual_ns;
}

static enum dyno_status hs2_open(const struct dyno_target_config *config, int64_t timeout_ns,
                                 struct dyno_conn **out, struct dyno_err *err)
{
    struct dyno_hs2_target_options options;
    struct dyno_hs2_session *session = NULL;
    enum dyno_status status = dyno_hs2_target_options_init(&options, config, err);
    int64_t call_limit_ns = limit_of(options.with.call_timeout_ns, LONGEST_CALL_NS);
    /* It may ask for less time than the caller has, not for more. */
    options.with.connect_timeout_ns =
        smaller(limit_of(options.with.connect_timeout_ns, LONGEST_CONNECT_NS), timeout_ns);
    options.with.call_timeout_ns = smaller(call_limit_ns, timeout_ns);
    if (status == DYNO_OK)
        status = dyno_hs2_session_open(&options.with, &session, err);
    dyno_hs2_target_options_deinit(&options);
    if (status != DYNO_OK)
        return status;
    struct dyno_conn *conn = dyno_xcalloc(1, sizeof *conn);
    conn->session = session;
    conn->call_limit_ns = call_limit_ns;
    conn->fetch_rows = config->fetch_rows > 0 ? config->fetch_rows : FETCH_ROWS;
    pthread_mutex_init(&conn->lock, NULL);
    dyno_hs2_block_init(&conn->block);
    *out = conn;
    return DYNO_OK;
}

static void set_operation(struct dyno_conn *conn, struct dyno_hs2_operation *operation)
{
    pthread_mutex_lock(&conn->lock);
    conn->operation = operation;
    pthread_mutex_unlock(&conn->lock);
}

static void hs2_finish(struct dyno_conn *conn)
{
    struct dyno_hs2_operation *operation = conn->operation;
    if (operation == NULL)
        return;
    set_operation(conn, NULL);
    dyno_hs2_operation_close(operation);
}

/* No call of the statement may outlast its deadline. */
static void bound_calls(struct dyno_conn *conn)
{
    int64_t left_ns = conn->call_limit_ns;
    if (conn->deadline_ns != INT64_MAX)
        left_ns = smaller(left_ns, conn->deadline_ns - dyno_now_ns());
    if (left_ns < DYNO_NS_PER_MS)
        left_ns = DYNO_NS_PER_MS;
    dyno_hs2_session_set_call_timeout(conn->session, left_ns);
}

/* The deadline has passed: stop the statement on the server, with little patience. */
static void stop_late(struct dyno_conn *conn)
{
    dyno_hs2_session_set_call_timeout(conn->session, AFTER_TIMEOUT_NS);
    /* A server that cannot be reached cannot be asked; the statement is late either way. */
    enum dyno_status status = dyno_hs2_operation_cancel(conn->operation, NULL);
    (void)status;
}

static enum dyno_status hs2_execute(struct dyno_conn *conn, const char *sql, int64_t deadline_ns,
                                    struct dyno_err *err)
{
    struct dyno_hs2_operation *operation = NULL;
    hs2_finish(conn);
    conn->deadline_ns = deadline_ns;
    bound_calls(conn);
    enum dyno_status status = dyno_hs2_execute(conn->session, sql, 0, &operation, err);
    if (status != DYNO_OK)
        return status;
    set_operation(conn, operation);
    status = dyno_hs2_operation_wait(operation, deadline_ns, err);
    if (status == DYNO_ETIMEOUT && !dyno_hs2_session_is_dead(conn->session))
        stop_late(conn);
    return status;
}

static uint64_t hash_cell(uint64_t hash, struct dyno_hs2_column *column, size_t row)
{
    size_t len = 0;
    const char *bytes = NULL;
    if (dyno_hs2_column_is_null(column, row))
        return dyno_row_hash_null(hash);
    switch (column->wire) {
    case DYNO_HS2_WIRE_DOUBLE:
        return dyno_row_hash_f64(hash, dyno_hs2_column_f64(column, row));
    case DYNO_HS2_WIRE_STRING:
    case DYNO_HS2_WIRE_BINARY:
        bytes = dyno_hs2_column_bytes(column, row, &len);
        return dyno_row_hash_text(hash, bytes, len);
    default:
        return dyno_row_hash_i64(hash, dyno_hs2_column_i64(column, row));
    }
}

static uint64_t hash_block(struct dyno_hs2_block *block)
{
    uint64_t sum = 0;
    for (size_t row = 0; row < block->row_count; row++) {
        uint64_t hash = DYNO_ROW_HASH_INIT;
        for (size_t column = 0; column < block->column_count; column++)
            hash = hash_cell(hash, &block->columns[column], row);
        sum += hash;
    }
    return sum;
}

/* The next block; a session that died at the deadline was late, not lost. */
static enum dyno_status fetch_block(struct dyno_conn *conn, struct dyno_err *err)
{
    bound_calls(conn);
    enum dyno_status status =
        dyno_hs2_operation_fetch(conn->operation, conn->fetch_rows, &conn->block, err);
    if (status != DYNO_OK && conn->deadline_ns != INT64_MAX && dyno_now_ns() >= conn->deadline_ns) {
        stop_late(conn);
        return dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT00", 0,
                                "the rows have not arrived in time");
    }
    return status;
}

static enum dyno_status hs2_fetch(struct dyno_conn *conn, bool want_checksum,
                                  struct dyno_fetched *out, struct dyno_err *err)
{
    *out = (struct dyno_fetched){.rows = 0};
    if (conn->operation == NULL)
        return dyno_err_set_sql(err, DYNO_EINTERNAL, "HY010", 0, "fetch without a statement");
    enum dyno_status status = fetch_block(conn, err);
    if (status != DYNO_OK)
        return status;
    out->rows = (int64_t)conn->block.row_count;
    out->bytes = (int64_t)dyno_hs2_block_value_bytes(&conn->block);
    if (want_checksum)
        out->checksum = hash_block(&conn->block);
    return DYNO_OK;
}

/* The shortest decimal form that reads back as the same number. */
static char *text_of_f64(double value)
{
    char text[NUMBER_BYTES];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return dyno_xstrdup(text);
}

static char *text_of_cell(struct dyno_hs2_column *column, size_t row)
{
    size_t len = 0;
    const char *bytes = NULL;
    if (dyno_hs2_column_is_null(column, row))
        return NULL;
    switch (column->wire) {
    case DYNO_HS2_WIRE_DOUBLE:
        return text_of_f64(dyno_hs2_column_f64(column, row));
    case DYNO_HS2_WIRE_STRING:
    case DYNO_HS2_WIRE_BINARY:
        bytes = dyno_hs2_column_bytes(column, row, &len);
        return dyno_xstrndup(bytes, len);
    case DYNO_HS2_WIRE_BOOL:
        return dyno_xstrdup(dyno_hs2_column_i64(column, row) != 0 ? "true" : "false");
    default:
        return dyno_xasprintf("%" PRId64, dyno_hs2_column_i64(column, row));
    }
}

static void keep_columns(struct dyno_text_result *out, const struct dyno_hs2_column_desc *columns,
                         size_t count)
{
    out->columns = dyno_xcalloc(count, sizeof *out->columns);
    for (size_t i = 0; i < count; i++)
        out->columns[i] = dyno_xstrdup(columns[i].name);
    out->column_count = count;
}

/* Rows of the block go to the end of `cells`, row by row. */
static enum dyno_status keep_rows(struct dyno_text_result *out, struct dyno_vec *cells,
                                  struct dyno_hs2_block *block, struct dyno_err *err)
{
    if (block->column_count != out->column_count)
        return dyno_err_set_sql(err, DYNO_EPROTO, "08S01", 0,
                                "the server announced %zu columns and sent %zu", out->column_count,
                                block->column_count);
    if (out->row_count + block->row_count > DYNO_TEXT_RESULT_MAX_ROWS)
        return dyno_err_set(err, DYNO_ELIMIT, "the result has over %d rows",
                            DYNO_TEXT_RESULT_MAX_ROWS);
    for (size_t row = 0; row < block->row_count; row++) {
        for (size_t column = 0; column < block->column_count; column++) {
            char *text = text_of_cell(&block->columns[column], row);
            dyno_vec_push(cells, &text);
        }
    }
    out->row_count += block->row_count;
    return DYNO_OK;
}

static enum dyno_status keep_result(struct dyno_conn *conn, struct dyno_text_result *out,
                                    struct dyno_err *err)
{
    const struct dyno_hs2_column_desc *columns = NULL;
    struct dyno_vec cells = DYNO_VEC_INIT(char *);
    size_t count = 0;
    enum dyno_status status = dyno_hs2_operation_columns(conn->operation, &columns, &count, err);
    if (status == DYNO_OK && count > 0)
        keep_columns(out, columns, count);
    while (status == DYNO_OK && count > 0) {
        status = fetch_block(conn, err);
        if (status != DYNO_OK || conn->block.row_count == 0)
            break;
        status = keep_rows(out, &cells, &conn->block, err);
    }
    out->cells = dyno_vec_take(&cells, &count);
    return status;
}

static enum dyno_status hs2_query(struct dyno_conn *conn, const char *sql, int64_t deadline_ns,
                                  struct dyno_text_result *out, struct dyno_err *err)
{
    *out = (struct dyno_text_result)DYNO_TEXT_RESULT_INIT;
    enum dyno_status status = hs2_execute(conn, sql, deadline_ns, err);
    if (status == DYNO_OK)
        status = keep_result(conn, out, err);
    if (status != DYNO_OK)
        dyno_text_result_deinit(out);
    hs2_finish(conn);
    return status;
}

static enum dyno_status hs2_cancel(struct dyno_conn *conn, struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    pthread_mutex_lock(&conn->lock);
    if (conn->operation != NULL)
        status = dyno_hs2_operation_cancel(conn->operation, err);
    pthread_mutex_unlock(&conn->lock);
    return status;
}

static enum dyno_status hs2_info(struct dyno_conn *conn, struct dyno_target_info *out,
                                 struct dyno_err *err)
{
    *out = (struct dyno_target_info){.driver = "sparkdyno hs2", .threading_level = -1};
    enum dyno_status status =
        dyno_hs2_session_info(conn->session, INFO_DBMS_NAME, out->server, sizeof out->server, err);
    if (status != DYNO_OK)
        return status;
    return dyno_hs2_session_info(conn->session, INFO_DBMS_VERSION, out->server_version,
                                 sizeof out->server_version, err);
}

static bool hs2_is_alive(struct dyno_conn *conn)
{
    return !dyno_hs2_session_is_dead(conn->session);
}

static void hs2_close(struct dyno_conn *conn)
{
    if (conn == NULL)
        return;
    hs2_finish(conn);
    dyno_hs2_session_close(conn->session);
    dyno_hs2_block_deinit(&conn->block);
    pthread_mutex_destroy(&conn->lock);
    free(conn);
}

const struct dyno_target_ops *dyno_target_hs2(void)
{
    static const struct dyno_target_ops ops = {.name = "hs2",
                                               .open = hs2_open,
                                               .execute = hs2_execute,
                                               .fetch = hs2_fetch,
                                               .finish = hs2_finish,
                                               .query = hs2_query,
                                               .cancel = hs2_cancel,
                                               .info = hs2_info,
                                               .is_alive = hs2_is_alive,
                                               .close = hs2_close};
    return &ops;
}
