#include "hs2/sasl.h"

#include <string.h>

/* A server's answer is a few words, or a ticket; more than this is not an answer. */
#define SASL_MAX_PAYLOAD 65536u

static enum dyno_status not_sasl(const struct dyno_transport *transport, struct dyno_err *err)
{
    return dyno_err_set_sql(
        err, DYNO_EPROTO, "08S01", 0,
        "'%s' does not answer as SASL: if the server has "
        "hive.server2.authentication=NOSASL, log in with authentication NOSASL; "
        "if it has transport mode http, use its binary port",
        transport->peer);
}

static enum dyno_status receive_exactly(struct dyno_transport *transport, void *out, size_t len,
                                        int64_t deadline_ns, struct dyno_err *err)
{
    uint8_t *bytes = out;
    while (len > 0) {
        struct dyno_transport_room room = {.body = bytes, .body_bytes = len};
        size_t got = 0;
        enum dyno_status status =
            dyno_transport_receive(transport, &room, true, deadline_ns, &got, err);
        if (status != DYNO_OK)
            return status;
        if (got == 0)
            return not_sasl(transport, err);
        bytes += got;
        len -= got;
    }
    return DYNO_OK;
}

enum dyno_status dyno_sasl_receive(struct dyno_transport *transport, int64_t deadline_ns,
                                   struct dyno_sasl_answer *answer, struct dyno_err *err)
{
    uint8_t header[5] = {0};
    enum dyno_status status = receive_exactly(transport, header, sizeof header, deadline_ns, err);
    if (status == DYNO_ECONN)
        return not_sasl(transport, err);
    if (status != DYNO_OK)
        return status;
    size_t rest = dyno_wire_load_u32(header + 1);
    if (header[0] < DYNO_SASL_OK || header[0] > DYNO_SASL_COMPLETE || rest > SASL_MAX_PAYLOAD)
        return not_sasl(transport, err);
    answer->code = (enum dyno_sasl_code)header[0];
    answer->len = rest < sizeof answer->bytes ? rest : sizeof answer->bytes - 1;
    status = receive_exactly(transport, answer->bytes, answer->len, deadline_ns, err);
    answer->bytes[answer->len] = '\0';
    for (rest -= answer->len; rest > 0 && status == DYNO_OK;) {
        uint8_t dropped[256];
        size_t part = rest < sizeof dropped ? rest : sizeof dropped;
        status = receive_exactly(transport, dropped, part, deadline_ns, err);
        rest -= part;
    }
    return status == DYNO_ECONN ? not_sasl(transport, err) : status;
}

void dyno_sasl_put(struct dyno_wire_writer *writer, enum dyno_sasl_code code, const void *bytes,
                   size_t len)
{
    dyno_wire_put_u8(writer, (uint8_t)code);
    dyno_wire_put_bytes(writer, bytes, len);
}

enum dyno_status dyno_sasl_send(struct dyno_transport *transport, struct dyno_wire_writer *writer,
                                int64_t deadline_ns, struct dyno_err *err)
{
    enum dyno_status status =
        writer->is_failed
            ? dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "out of memory")
            : dyno_transport_send(transport, writer->bytes, writer->len, deadline_ns, err);
    if (writer->bytes != NULL)
        explicit_bzero(writer->bytes, writer->len);
    dyno_wire_writer_deinit(writer);
    return status == DYNO_ECONN ? not_sasl(transport, err) : status;
}

enum dyno_status dyno_sasl_judge(const struct dyno_transport *transport, const char *user,
                                 const struct dyno_sasl_answer *answer, struct dyno_err *err)
{
    if (answer->code == DYNO_SASL_COMPLETE)
        return DYNO_OK;
    if (answer->code != DYNO_SASL_BAD && answer->code != DYNO_SASL_ERROR)
        return not_sasl(transport, err);
    return dyno_err_set_sql(err, DYNO_EAUTH, "28000", 0, "'%s' refused user '%s': %s",
                            transport->peer, user,
                            answer->bytes[0] != '\0' ? answer->bytes : "no reason given");
}

enum dyno_status dyno_sasl_plain(struct dyno_transport *transport, const char *user,
                                 const char *password, int64_t deadline_ns, struct dyno_err *err)
{
    if (user[0] == '\0' || password[0] == '\0')
        return dyno_err_set_sql(err, DYNO_EAUTH, "28000", 0,
                                "PLAIN needs a user and a password that are not empty");
    size_t user_len = strlen(user);
    size_t password_len = strlen(password);
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    dyno_sasl_put(&writer, DYNO_SASL_START, "PLAIN", 5);
    dyno_wire_put_u8(&writer, DYNO_SASL_OK);
    dyno_wire_put_i32(&writer, (int32_t)(user_len + password_len + 2));
    dyno_wire_put_u8(&writer, 0);
    dyno_wire_put_raw(&writer, user, user_len);
    dyno_wire_put_u8(&writer, 0);
    dyno_wire_put_raw(&writer, password, password_len);
    enum dyno_status status = dyno_sasl_send(transport, &writer, deadline_ns, err);
    struct dyno_sasl_answer answer = {.code = DYNO_SASL_OK};
    /* One answer is usual; a server may acknowledge the start in one of its own. */
    for (int step = 0; step < 3 && status == DYNO_OK && answer.code == DYNO_SASL_OK; step++)
        status = dyno_sasl_receive(transport, deadline_ns, &answer, err);
    return status == DYNO_OK ? dyno_sasl_judge(transport, user, &answer, err) : status;
}
