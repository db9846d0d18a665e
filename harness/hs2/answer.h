/** One answer of a link, from its first byte to its last. */
#ifndef DYNO_HS2_ANSWER_H
#define DYNO_HS2_ANSWER_H

#include "hs2/link.h"

/**
 * Receive and read the oldest answer that is due; there must be one. On DYNO_OK it is due no more, and
 * what came behind it is kept for the next one. At DYNO_ETIMEOUT the next call goes on where this one
 * stopped. Whether a failure makes the link dead is the caller's to say.
 */
enum dyno_status dyno_hs2_answer_take(struct dyno_hs2_link *link, int64_t deadline_ns,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

#endif
