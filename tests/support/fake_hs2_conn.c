#include "support/fake_hs2_conn.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#ifdef __linux__
#    include <sys/prctl.h>
#endif
#include <openssl/ssl.h>

#include <unistd.h>

enum {
    STATUS_SUCCESS = 0,
    STATUS_ERROR = 3,
    STATUS_INVALID_HANDLE = 4
};
enum {
    SASL_START = 1,
    SASL_OK = 2,
    SASL_BAD = 3,
    SASL_ERROR = 4,
    SASL_COMPLETE = 5
};

static const uint8_t SECRET[16] = "fake-hs2-secret";

static ssize_t write_some(struct fake_connection *connection, const uint8_t *bytes, size_t len)
{
    if (connection->tls != NULL)
        return SSL_write(connection->tls, bytes, (int)len);
    return send(connection->fd, bytes, len, MSG_NOSIGNAL);
}

ssize_t fake_receive_some(struct fake_connection *connection, void *out, size_t room)
{
    if (connection->tls != NULL)
        return SSL_read(connection->tls, out, room > INT_MAX ? INT_MAX : (int)room);
    return recv(connection->fd, out, room, 0);
}

bool fake_send(struct fake_connection *connection, const uint8_t *bytes, size_t len)
{
    bool is_dripping = connection->shared->fault == DYNO_FAKE_FAULT_DRIP || connection->is_slow;
    while (len > 0) {
        if (connection->is_slow)
            dyno_sleep_ns(20 * DYNO_NS_PER_MS);
        ssize_t sent = write_some(connection, bytes, is_dripping ? 1 : len);
        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

/* Answers. */

static void begin_answer(struct fake_connection *connection, const struct fake_request *request)
{
    bool is_wrong = connection->shared->fault == DYNO_FAKE_FAULT_WRONG_SEQID &&
                    request->call != DYNO_HS2_OPEN_SESSION;
    dyno_wire_writer_reset(&connection->answer, 4);
    dyno_wire_put_message(&connection->answer, DYNO_WIRE_REPLY, request->name,
                          request->seqid + (is_wrong ? 1 : 0));
    dyno_wire_put_field(&connection->answer, DYNO_WIRE_STRUCT, 0);
}

static void put_status(struct dyno_wire_writer *answer, int32_t code, const char *sqlstate,
                       const char *text)
{
    dyno_wire_put_field(answer, DYNO_WIRE_STRUCT, 1);
    dyno_wire_put_i32_field(answer, 1, code);
    dyno_wire_put_string_field(answer, 3, sqlstate);
    if (code != STATUS_SUCCESS)
        dyno_wire_put_i32_field(answer, 4, 0);
    dyno_wire_put_string_field(answer, 5, text);
    dyno_wire_put_stop(answer);
}

static void put_success(struct dyno_wire_writer *answer)
{
    put_status(answer, STATUS_SUCCESS, NULL, NULL);
}

static void put_u64(uint8_t *out, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(value >> (56 - 8 * i));
}

/* THandleIdentifier as field 1. */
static void put_handle_id(const struct fake_connection *connection, struct dyno_wire_writer *answer,
                          uint64_t id)
{
    uint8_t guid[16];
    put_u64(guid, connection->shared->nonce);
    put_u64(guid + 8, id);
    dyno_wire_put_field(answer, DYNO_WIRE_STRUCT, 1);
    dyno_wire_put_field(answer, DYNO_WIRE_STRING, 1);
    dyno_wire_put_bytes(answer, guid, sizeof guid);
    dyno_wire_put_field(answer, DYNO_WIRE_STRING, 2);
    dyno_wire_put_bytes(answer, SECRET, sizeof SECRET);
    dyno_wire_put_stop(answer);
}

static void put_operation_handle(struct fake_connection *connection,
                                 const struct fake_operation *operation, int32_t type)
{
    struct dyno_wire_writer *answer = &connection->answer;
    dyno_wire_put_field(answer, DYNO_WIRE_STRUCT, 2);
    put_handle_id(connection, answer, operation->id);
    dyno_wire_put_i32_field(answer, 2, type);
    dyno_wire_put_bool_field(answer, 3, !operation->result.is_missing);
    dyno_wire_put_stop(answer);
}

static bool end_answer(struct fake_connection *connection)
{
    struct dyno_wire_writer *answer = &connection->answer;
    dyno_wire_put_stop(answer);
    dyno_wire_put_stop(answer);
    if (answer->is_failed)
        return false;
    size_t len = answer->len - 4;
    for (size_t i = 0; i < 4; i++)
        answer->bytes[i] = (uint8_t)(len >> (24 - 8 * i));
    if (connection->shared->is_http)
        return fake_http_send(connection, answer->bytes + 4, len, len);
    size_t skipped = connection->shared->is_sasl ? 0 : 4;
    return fake_send(connection, answer->bytes + skipped, answer->len - skipped);
}

/* Handles. */

static uint64_t id_of(const struct fake_connection *connection, const struct fake_request *request)
{
    uint64_t nonce = dyno_wire_load_u64(request->guid);
    bool is_ours = request->has_handle && nonce == connection->shared->nonce &&
                   memcmp(request->secret, SECRET, sizeof SECRET) == 0;
    return is_ours ? dyno_wire_load_u64(request->guid + 8) : 0;
}

static struct fake_operation *find_operation(struct fake_connection *connection,
                                             const struct fake_request *request)
{
    uint64_t id = id_of(connection, request);
    struct fake_operation *operation = connection->operations;
    while (operation != NULL && operation->id != id)
        operation = operation->sibling;
    return operation;
}

/* A copy of the text field, NULL if the request has none. */
static char *text_of(const struct fake_connection *connection, const struct fake_request *request,
                     size_t id)
{
    if (!request->has_text[id])
        return NULL;
    return dyno_xstrndup((const char *)connection->bytes + request->text[id].at,
                         request->text[id].len);
}

/* Calls. Each puts the fields of its answer; false: there is no answer. */
typedef bool (*call_fn)(struct fake_connection *connection, const struct fake_request *request);

static bool open_session(struct fake_connection *connection, const struct fake_request *request)
{
    struct dyno_wire_writer *answer = &connection->answer;
    int32_t asked = (int32_t)request->number[1];
    int32_t spoken = connection->shared->protocol;
    put_success(answer);
    dyno_wire_put_i32_field(answer, 2, asked < spoken ? asked : spoken);
    dyno_wire_put_field(answer, DYNO_WIRE_STRUCT, 3);
    put_handle_id(connection, answer, fake_work_next_id(&connection->shared->work));
    dyno_wire_put_stop(answer);
    dyno_wire_put_field(answer, DYNO_WIRE_MAP, 4);
    dyno_wire_put_string_map(answer, 0);
    return true;
}

static bool close_session(struct fake_connection *connection, const struct fake_request *request)
{
    (void)request;
    put_success(&connection->answer);
    return connection->shared->fault != DYNO_FAKE_FAULT_NO_CLOSE_SESSION;
}

/* As Spark, which drops the connection for what it does not know. */
static bool get_info(struct fake_connection *connection, const struct fake_request *request)
{
    int64_t kind = request->number[2];
    const char *text = kind == 13 || kind == 17 ? connection->shared->name
                       : kind == 18             ? "4.1.4"
                                                : NULL;
    put_success(&connection->answer);
    dyno_wire_put_field(&connection->answer, DYNO_WIRE_STRUCT, 2);
    dyno_wire_put_string_field(&connection->answer, 1, text);
    dyno_wire_put_stop(&connection->answer);
    connection->is_open = text != NULL;
    return text != NULL;
}

static void adopt(struct fake_connection *connection, struct fake_operation *operation)
{
    operation->sibling = connection->operations;
    connection->operations = operation;
}

static void put_exception(struct fake_connection *connection, const struct fake_request *request)
{
    enum {
        INTERNAL_ERROR = 6
    };
    struct dyno_wire_writer *answer = &connection->answer;
    dyno_wire_writer_reset(answer, 4);
    dyno_wire_put_message(answer, DYNO_WIRE_EXCEPTION, request->name, request->seqid);
    dyno_wire_put_string_field(answer, 1, "Internal error processing ExecuteStatement");
    dyno_wire_put_i32_field(answer, 2, INTERNAL_ERROR);
    /* end_answer closes two structures; an exception is only one, so it gets an empty field. */
    dyno_wire_put_field(answer, DYNO_WIRE_STRUCT, 9);
}

static void error_text(const struct fake_operation *operation, char *out, size_t out_bytes)
{
    (void)snprintf(out, out_bytes,
                   "org.apache.hive.service.cli.HiveSQLException: Error running query: %s\n"
                   "\tat org.apache.spark.sql.hive.thriftserver.Fake.run(Fake.scala:43)\n"
                   "\tat java.base/java.lang.Thread.run(Thread.java:840)",
                   operation->error);
}

static bool execute(struct fake_connection *connection, const struct fake_request *request)
{
    struct fake_shared *shared = connection->shared;
    if (shared->fault == DYNO_FAKE_FAULT_SILENT_EXECUTE)
        return false;
    if (shared->fault == DYNO_FAKE_FAULT_EXCEPTION) {
        put_exception(connection, request);
        return true;
    }
    char *text = text_of(connection, request, 2);
    struct fake_meaning meaning =
        fake_result_of_statement(text != NULL ? text : "", &connection->settings);
    meaning.factor = fake_work_factor(&shared->work, &connection->settings);
    struct fake_operation *operation =
        fake_work_submit_take(&shared->work, &meaning, text, request->number[5]);
    if (shared->fault == DYNO_FAKE_FAULT_SYNC_ERROR && operation->error != NULL) {
        char full[1024];
        error_text(operation, full, sizeof full);
        put_status(&connection->answer, STATUS_ERROR, operation->sqlstate, full);
        fake_work_forget(&shared->work, operation);
        return true;
    }
    adopt(connection, operation);
    put_success(&connection->answer);
    put_operation_handle(connection, operation, 0);
    return true;
}

static bool catalog(struct fake_connection *connection, const struct fake_request *request)
{
    char *schema = text_of(connection, request, 3);
    char *table = text_of(connection, request, 4);
    char *column = text_of(connection, request, 5);
    struct fake_result result = fake_result_of_catalog((int)request->call, schema, table, column);
    struct fake_operation *operation =
        fake_work_submit_catalog_take(&connection->shared->work, &result);
    adopt(connection, operation);
    put_success(&connection->answer);
    put_operation_handle(connection, operation, 1);
    free(schema);
    free(table);
    free(column);
    return true;
}

static bool refuse_handle(struct fake_connection *connection)
{
    put_status(
        &connection->answer, STATUS_ERROR, NULL,
        "org.apache.hive.service.cli.HiveSQLException: Invalid OperationHandle\n\tat x.y(Z)");
    return true;
}

static bool get_operation_status(struct fake_connection *connection,
                                 const struct fake_request *request)
{
    struct dyno_wire_writer *answer = &connection->answer;
    struct fake_operation *operation = find_operation(connection, request);
    if (operation == NULL)
        return refuse_handle(connection);
    enum dyno_hs2_state state = fake_work_state(&connection->shared->work, operation, true);
    put_success(answer);
    dyno_wire_put_i32_field(answer, 2, (int32_t)state);
    if (state == DYNO_HS2_STATE_ERROR) {
        char full[1024];
        error_text(operation, full, sizeof full);
        dyno_wire_put_string_field(answer, 3, operation->sqlstate);
        dyno_wire_put_i32_field(answer, 4, 0);
        dyno_wire_put_string_field(answer, 5, full);
    }
    return true;
}

static bool get_metadata(struct fake_connection *connection, const struct fake_request *request)
{
    struct fake_operation *operation = find_operation(connection, request);
    if (operation == NULL)
        return refuse_handle(connection);
    connection->is_open = !operation->result.is_missing;
    if (!connection->is_open)
        return false;
    put_success(&connection->answer);
    dyno_wire_put_field(&connection->answer, DYNO_WIRE_STRUCT, 2);
    fake_result_put_schema(&operation->result, &connection->answer);
    dyno_wire_put_stop(&connection->answer);
    return true;
}

/* A row set whose only column is of a type that nobody knows. */
static void put_unknown(struct dyno_wire_writer *answer)
{
    dyno_wire_put_field(answer, DYNO_WIRE_LIST, 3);
    dyno_wire_put_list(answer, DYNO_WIRE_STRUCT, 1);
    dyno_wire_put_field(answer, DYNO_WIRE_STRUCT, 99);
    dyno_wire_put_stop(answer);
    dyno_wire_put_stop(answer);
}

/* A row set whose only string claims to be longer than any message may be. */
static void put_huge(struct dyno_wire_writer *answer)
{
    dyno_wire_put_field(answer, DYNO_WIRE_LIST, 3);
    dyno_wire_put_list(answer, DYNO_WIRE_STRUCT, 1);
    dyno_wire_put_field(answer, DYNO_WIRE_STRUCT, DYNO_HS2_WIRE_STRING);
    dyno_wire_put_field(answer, DYNO_WIRE_LIST, 1);
    dyno_wire_put_list(answer, DYNO_WIRE_STRING, 1);
    dyno_wire_put_i32(answer, INT32_MAX);
}

/* Answers that go wrong. Always false: there is nothing more to send. */
static bool spoil(struct fake_connection *connection)
{
    static const uint8_t garbage[] = "these bytes are not a message of the protocol";
    const struct dyno_wire_writer *answer = &connection->answer;
    enum dyno_fake_fault fault = connection->shared->fault;
    bool is_http = connection->shared->is_http;
    if (fault == DYNO_FAKE_FAULT_FETCH_GARBAGE)
        return (is_http ? fake_http_send(connection, garbage, sizeof garbage, sizeof garbage)
                        : fake_send(connection, garbage, sizeof garbage)) &&
               false;
    size_t skipped = connection->shared->is_sasl ? 0 : 4;
    uint8_t *bytes = answer->bytes;
    size_t len = answer->len - 4;
    for (size_t i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(len >> (24 - 8 * i));
    if (is_http)
        (void)fake_http_send(connection, bytes + 4, len, len / 2);
    else
        (void)fake_send(connection, bytes + skipped, len / 2);
    if (fault == DYNO_FAKE_FAULT_FETCH_STALL)
        return false;
    connection->is_open = false;
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (fault == DYNO_FAKE_FAULT_FETCH_RESET)
        (void)setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    return false;
}

static bool is_spoiling(enum dyno_fake_fault fault)
{
    return fault == DYNO_FAKE_FAULT_FETCH_RESET || fault == DYNO_FAKE_FAULT_FETCH_TRUNCATED ||
           fault == DYNO_FAKE_FAULT_FETCH_GARBAGE || fault == DYNO_FAKE_FAULT_FETCH_STALL;
}

static bool fetch(struct fake_connection *connection, const struct fake_request *request)
{
    struct dyno_wire_writer *answer = &connection->answer;
    struct fake_operation *operation = find_operation(connection, request);
    if (operation == NULL)
        return refuse_handle(connection);
    if (fake_work_state(&connection->shared->work, operation, false) != DYNO_HS2_STATE_FINISHED) {
        put_status(answer, STATUS_ERROR, NULL,
                   "org.apache.hive.service.cli.HiveSQLException: Expected state FINISHED, but "
                   "found another\n\tat x.y(Z)");
        return true;
    }
    int64_t left = operation->result.row_count - operation->next_row;
    int64_t count = request->number[3] < left ? request->number[3] : left;
    int64_t most = connection->shared->most_rows;
    count = most > 0 && count > most ? most : count;
    count = count > 0 ? count : 0;
    put_success(answer);
    bool has_more = connection->shared->tells_more && count < left;
    dyno_wire_put_bool_field(answer, 2, has_more);
    dyno_wire_put_field(answer, DYNO_WIRE_STRUCT, 3);
    if (count > 0 && connection->shared->fault == DYNO_FAKE_FAULT_FETCH_HUGE)
        put_huge(answer);
    else if (count > 0 && connection->shared->fault == DYNO_FAKE_FAULT_FETCH_UNKNOWN)
        put_unknown(answer);
    else
        fake_result_put_rows(&operation->result, operation->next_row, count, answer);
    dyno_wire_put_stop(answer);
    if (connection->shared->fault != DYNO_FAKE_FAULT_FETCH_ENDLESS)
        operation->next_row += count;
    operation->fetched_ns = dyno_now_ns();
    connection->is_slow = connection->shared->fault == DYNO_FAKE_FAULT_FETCH_SLOW;
    if (count > 0 && is_spoiling(connection->shared->fault))
        return spoil(connection);
    return true;
}

static bool cancel(struct fake_connection *connection, const struct fake_request *request)
{
    uint64_t id = id_of(connection, request);
    if (id == 0 || !fake_work_cancel(&connection->shared->work, id))
        return refuse_handle(connection);
    put_success(&connection->answer);
    return true;
}

static bool close_operation(struct fake_connection *connection, const struct fake_request *request)
{
    struct fake_operation *operation = find_operation(connection, request);
    if (operation == NULL)
        return refuse_handle(connection);
    struct fake_operation **link = &connection->operations;
    while (*link != operation)
        link = &(*link)->sibling;
    *link = operation->sibling;
    fake_work_forget(&connection->shared->work, operation);
    put_success(&connection->answer);
    return connection->shared->fault != DYNO_FAKE_FAULT_NO_CLOSE_OPERATION;
}

static const call_fn CALLS[] = {
    [DYNO_HS2_OPEN_SESSION] = open_session,
    [DYNO_HS2_CLOSE_SESSION] = close_session,
    [DYNO_HS2_GET_INFO] = get_info,
    [DYNO_HS2_EXECUTE_STATEMENT] = execute,
    [DYNO_HS2_GET_TYPE_INFO] = catalog,
    [DYNO_HS2_GET_CATALOGS] = catalog,
    [DYNO_HS2_GET_SCHEMAS] = catalog,
    [DYNO_HS2_GET_TABLES] = catalog,
    [DYNO_HS2_GET_TABLE_TYPES] = catalog,
    [DYNO_HS2_GET_COLUMNS] = catalog,
    [DYNO_HS2_GET_OPERATION_STATUS] = get_operation_status,
    [DYNO_HS2_CANCEL_OPERATION] = cancel,
    [DYNO_HS2_CLOSE_OPERATION] = close_operation,
    [DYNO_HS2_GET_RESULT_SET_METADATA] = get_metadata,
    [DYNO_HS2_FETCH_RESULTS] = fetch,
};

static void answer_request(struct fake_connection *connection, const struct fake_request *request)
{
    struct fake_shared *shared = connection->shared;
    if (!request->is_known) {
        connection->is_open = false;
        return;
    }
    shared->calls[request->call]++;
    fake_work_thaw(&shared->work);
    begin_answer(connection, request);
    if (!CALLS[request->call](connection, request))
        return;
    fake_work_thaw(&shared->work);
    if (!end_answer(connection))
        connection->is_open = false;
    if (shared->fault == DYNO_FAKE_FAULT_FETCH_EXTRA && request->call == DYNO_HS2_FETCH_RESULTS)
        (void)fake_send(connection, SECRET, sizeof SECRET);
}

/* The SASL handshake. */

static bool receive_step(struct fake_connection *connection, uint8_t *code_out, char *out,
                         size_t out_bytes, size_t *len_out)
{
    uint8_t header[5];
    if (!fake_receive(connection, header, sizeof header))
        return false;
    *code_out = header[0];
    *len_out = dyno_wire_load_u32(header + 1);
    if (header[0] < SASL_START || header[0] > SASL_COMPLETE || *len_out >= out_bytes) {
        *code_out = 0;
        return true;
    }
    out[*len_out] = '\0';
    return fake_receive(connection, out, *len_out);
}

static bool send_step(struct fake_connection *connection, uint8_t code, const char *text)
{
    size_t len = strlen(text);
    dyno_wire_writer_reset(&connection->answer, 0);
    dyno_wire_put_u8(&connection->answer, code);
    dyno_wire_put_bytes(&connection->answer, text, len);
    return fake_send(connection, connection->answer.bytes, connection->answer.len);
}

/* "\0user\0password" */
static bool is_welcome(const struct fake_shared *shared, const char *payload, size_t len)
{
    if (len < 3 || payload[0] != '\0')
        return false;
    const char *user = payload + 1;
    size_t user_len = strlen(user);
    if (user_len + 2 >= len)
        return false;
    const char *password = user + user_len + 1;
    if (user_len == 0 || *password == '\0')
        return false;
    return shared->user == NULL ||
           (strcmp(user, shared->user) == 0 && strcmp(password, shared->password) == 0);
}

static bool shake_hands(struct fake_connection *connection)
{
    uint8_t code = 0;
    char payload[1024];
    size_t len = 0;
    if (!receive_step(connection, &code, payload, sizeof payload, &len))
        return false;
    if (code != SASL_START || strcmp(payload, "PLAIN") != 0) {
        (void)send_step(connection, SASL_ERROR, "Invalid status -128");
        return false;
    }
    if (!receive_step(connection, &code, payload, sizeof payload, &len) || code != SASL_OK)
        return false;
    connection->shared->attempts++;
    if (is_welcome(connection->shared, payload, len))
        return send_step(connection, SASL_COMPLETE, "");
    (void)send_step(connection, SASL_BAD, "Error validating the login");
    return false;
}

/* OpenSSL writes without MSG_NOSIGNAL; only this thread is kept from the signal, not the client. */
static void block_sigpipe(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static bool secure(struct fake_connection *connection)
{
    if (connection->shared->tls == NULL)
        return true;
    connection->tls = SSL_new(connection->shared->tls);
    return connection->tls != NULL && SSL_set_fd(connection->tls, connection->fd) == 1 &&
           SSL_accept(connection->tls) == 1;
}

void *fake_connection_serve(void *ctx)
{
    struct fake_connection *connection = ctx;
    struct fake_request request;
#ifdef __linux__
    /* So that a service time ends within a microsecond or two of its script. */
    (void)prctl(PR_SET_TIMERSLACK, 1000UL);
#endif
    block_sigpipe();
    connection->is_open =
        secure(connection) && (!connection->shared->is_sasl || shake_hands(connection));
    while (connection->is_open && fake_request_read(connection, &request))
        answer_request(connection, &request);
    while (connection->operations != NULL) {
        struct fake_operation *operation = connection->operations;
        connection->operations = operation->sibling;
        fake_work_forget(&connection->shared->work, operation);
    }
    if (connection->tls != NULL && connection->is_open)
        (void)SSL_shutdown(connection->tls);
    SSL_free(connection->tls);
    fake_settings_deinit(&connection->settings);
    dyno_wire_writer_deinit(&connection->answer);
    free(connection->bytes);
    pthread_mutex_lock(&connection->shared->lock);
    (void)close(connection->fd);
    connection->fd = -1;
    pthread_mutex_unlock(&connection->shared->lock);
    atomic_store(&connection->is_finished, true);
    return NULL;
}
