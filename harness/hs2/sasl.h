/**
 * The SASL handshakes as Thrift frames them: one status byte, i32 length, payload. Afterwards each
 * message travels in a frame of i32 length + bytes (see link.h).
 */
#ifndef DYNO_HS2_SASL_H
#define DYNO_HS2_SASL_H

#include "hs2/gss.h"
#include "hs2/transport.h"
#include "hs2/wire.h"

enum dyno_sasl_code {
    DYNO_SASL_START = 1,
    DYNO_SASL_OK = 2,
    DYNO_SASL_BAD = 3,
    DYNO_SASL_ERROR = 4,
    DYNO_SASL_COMPLETE = 5
};

#define DYNO_SASL_ANSWER_BYTES 8192

/** One step of the server's; what is longer than the room is cut, and ended by NUL. */
struct dyno_sasl_answer {
    enum dyno_sasl_code code;
    size_t len;
    char bytes[DYNO_SASL_ANSWER_BYTES];
};

/**
 * Authenticate by PLAIN; start and credentials go out together, so that it costs one round trip.
 * DYNO_EAUTH (28000) with the server's text if it refuses, DYNO_EPROTO (08S01) if it does not speak
 * SASL. The password is in no text.
 */
enum dyno_status dyno_sasl_plain(struct dyno_transport *transport, const char *user,
                                 const char *password, int64_t deadline_ns,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Authenticate by GSSAPI (Kerberos), without a security layer (the server's qop must allow "auth").
 * Failures as of dyno_sasl_plain and dyno_gss_open.
 */
enum dyno_status dyno_sasl_gss(struct dyno_transport *transport, const struct dyno_gss_peer *peer,
                               int64_t deadline_ns, struct dyno_err *err) DYNO_MUST_CHECK;

/** Append a step to what will be sent. */
void dyno_sasl_put(struct dyno_wire_writer *writer, enum dyno_sasl_code code, const void *bytes,
                   size_t len);

/** Send what was put, wipe and free it. */
enum dyno_status dyno_sasl_send(struct dyno_transport *transport, struct dyno_wire_writer *writer,
                                int64_t deadline_ns, struct dyno_err *err) DYNO_MUST_CHECK;

/** Receive one step. */
enum dyno_status dyno_sasl_receive(struct dyno_transport *transport, int64_t deadline_ns,
                                   struct dyno_sasl_answer *answer,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

/** What the last step says of `user`: DYNO_OK, DYNO_EAUTH, or DYNO_EPROTO if it is not the last. */
enum dyno_status dyno_sasl_judge(const struct dyno_transport *transport, const char *user,
                                 const struct dyno_sasl_answer *answer,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

#endif
