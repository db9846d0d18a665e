#include "hs2/sasl.h"

#include "hs2/wire.h"

#include <string.h>

enum sasl_status {
    SASL_START = 1,
    SASL_OK = 2,
    SASL_BAD = 3,
    SASL_ERROR = 4,
    SASL_COMPLETE = 5
};

/* A server's answer is a few words; more than this is not an answer. */
#define SASL_MAX_PAYLOAD 65536u
#define SASL_TEXT_BYTES  1024u

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

/* Receive one answer; the payload is kept up to SASL_TEXT_BYTES - 1 and NUL-terminated. */
static enum dyno_status receive_answer(struct dyno_transport *transport, int64_t deadline_ns,
                                       uint8_t *code_out, char *text, struct dyno_err *err)
{
    uint8_t header[5] = {0};
    enum dyno_status status = receive_exactly(transport, header, sizeof header, deadline_ns, err);
    if (status != DYNO_OK)
        return status;
    size_t rest = dyno_wire_load_u32(header + 1);
    if (header[0] < SASL_OK || header[0] > SASL_COMPLETE || rest > SASL_MAX_PAYLOAD)
        return not_sasl(transport, err);
    size_t kept = rest < SASL_TEXT_BYTES ? rest : SASL_TEXT_BYTES - 1;
    status = receive_exactly(transport, text, kept, deadline_ns, err);
    text[kept] = '\0';
    for (rest -= kept; rest > 0 && status == DYNO_OK;) {
        uint8_t dropped[256];
        size_t part = rest < sizeof dropped ? rest : sizeof dropped;
        status = receive_exactly(transport, dropped, part, deadline_ns, err);
        rest -= part;
    }
    *code_out = header[0];
    return status;
}

static void put_step(struct dyno_wire_writer *writer, enum sasl_status code, size_t payload_bytes)
{
    dyno_wire_put_u8(writer, (uint8_t)code);
    dyno_wire_put_i32(writer, (int32_t)payload_bytes);
}

static enum dyno_status send_credentials(struct dyno_transport *transport, const char *user,
                                         const char *password, int64_t deadline_ns,
                                         struct dyno_err *err)
{
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    put_step(&writer, SASL_START, 5);
    dyno_wire_put_raw(&writer, "PLAIN", 5);
    put_step(&writer, SASL_OK, strlen(user) + strlen(password) + 2);
    dyno_wire_put_u8(&writer, 0);
    dyno_wire_put_raw(&writer, user, strlen(user));
    dyno_wire_put_u8(&writer, 0);
    dyno_wire_put_raw(&writer, password, strlen(password));
    enum dyno_status status =
        writer.is_failed
            ? dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "out of memory")
            : dyno_transport_send(transport, writer.bytes, writer.len, deadline_ns, err);
    if (writer.bytes != NULL)
        explicit_bzero(writer.bytes, writer.len);
    dyno_wire_writer_deinit(&writer);
    return status;
}

enum dyno_status dyno_sasl_plain(struct dyno_transport *transport, const char *user,
                                 const char *password, int64_t deadline_ns, struct dyno_err *err)
{
    if (user[0] == '\0' || password[0] == '\0')
        return dyno_err_set_sql(err, DYNO_EAUTH, "28000", 0,
                                "PLAIN needs a user and a password that are not empty");
    enum dyno_status status = send_credentials(transport, user, password, deadline_ns, err);
    uint8_t code = SASL_OK;
    char text[SASL_TEXT_BYTES] = "";
    /* One answer is usual; a server may acknowledge the start in one of its own. */
    for (int step = 0; step < 3 && status == DYNO_OK && code == SASL_OK; step++)
        status = receive_answer(transport, deadline_ns, &code, text, err);
    if (status == DYNO_ECONN)
        return not_sasl(transport, err);
    if (status != DYNO_OK || code == SASL_COMPLETE)
        return status;
    if (code == SASL_BAD || code == SASL_ERROR)
        return dyno_err_set_sql(err, DYNO_EAUTH, "28000", 0, "'%s' refused user '%s': %s",
                                transport->peer, user, text[0] != '\0' ? text : "no reason given");
    return not_sasl(transport, err);
}
