/**
 * The SASL PLAIN handshake as Thrift frames it: one status byte, i32 length, payload. Start and
 * credentials go out together, so that it costs one round trip. Afterwards each message travels in a
 * frame of i32 length + bytes (see link.h).
 */
#ifndef DYNO_HS2_SASL_H
#define DYNO_HS2_SASL_H

#include "hs2/transport.h"

/**
 * Authenticate. DYNO_EAUTH (28000) with the server's text if it refuses, DYNO_EPROTO (08S01) if it
 * does not speak SASL. The password is in no text.
 */
enum dyno_status dyno_sasl_plain(struct dyno_transport *transport, const char *user,
                                 const char *password, int64_t deadline_ns,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

#endif
