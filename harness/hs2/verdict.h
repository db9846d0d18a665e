/** What a server's reply amounts to, and the part of its text that is worth showing. */
#ifndef DYNO_HS2_VERDICT_H
#define DYNO_HS2_VERDICT_H

#include "base/status.h"
#include "hs2/reply.h"

#include <stdint.h>

/**
 * The server's verdict: DYNO_OK, or DYNO_ESERVER (DYNO_EUNSUPPORTED for a call that it does not know)
 * with the text up to the stack trace. `bytes` are those of the message.
 */
enum dyno_status dyno_hs2_reply_check(const struct dyno_hs2_reply *reply, enum dyno_hs2_call call,
                                      const uint8_t *bytes, struct dyno_err *err) DYNO_MUST_CHECK;

/** Set `err` from the reply's text, SQLSTATE (`sqlstate` where there is none) and native code. */
enum dyno_status dyno_hs2_reply_error(const struct dyno_hs2_reply *reply, enum dyno_status status,
                                      const char *sqlstate, const uint8_t *bytes,
                                      struct dyno_err *err);

#endif
