/**
 * One authenticated connection and the calls made over it: request out, one answer in.
 *
 * An answer is received into one contiguous buffer. Raw connections have no message boundaries, so
 * the reader pulls bytes while it walks the message; with SASL each message is one frame whose
 * header is kept apart; over HTTP it is the body of a response. An answer that is given up at a deadline may stay owed (see
 * dyno_hs2_link_receive): the next call takes it off the wire first. One thread at a time.
 */
#ifndef DYNO_HS2_LINK_H
#define DYNO_HS2_LINK_H

#include "base/status.h"
#include "hs2/address.h"
#include "hs2/buffer.h"
#include "hs2/http.h"
#include "hs2/reply.h"
#include "hs2/request.h"
#include "hs2/transport.h"
#include "hs2/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_hs2_link {
    struct dyno_transport transport; /**< closed over HTTP, but for its name */
    struct dyno_http *http;          /**< NULL: binary transport */
    struct dyno_wire_writer request;
    struct dyno_hs2_buffer answer; /**< where answers go that have no buffer of their own */
    size_t max_message_bytes;
    int32_t seqid;
    bool is_framed;
    bool is_dead;
    bool is_owed; /**< the answer to `owed_call` has not been read, or only in part */
    enum dyno_hs2_call owed_call;
    int32_t owed_seqid;
    uint8_t frame_header[4]; /**< of the answer that is being received */
    size_t frame_header_len;
};

/** Connect and authenticate. To be given to _close either way. */
enum dyno_status dyno_hs2_link_open(struct dyno_hs2_link *link,
                                    const struct dyno_hs2_address *address,
                                    struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * The first words on a link failed with `status`: if the peer turns out to want TLS, say so in `err`
 * and return DYNO_ETLS, else return `status`. Asks over a connection of its own, at most 2 s.
 */
enum dyno_status dyno_hs2_link_explain(const struct dyno_hs2_link *link,
                                       const struct dyno_hs2_address *address,
                                       enum dyno_status status, struct dyno_err *err);

/**
 * Make a dead link try once more; false where that makes no sense. Over HTTP a session outlives its
 * connection, so there is something to take leave of.
 */
bool dyno_hs2_link_revive(struct dyno_hs2_link *link);

/** Close the connection and free everything. */
void dyno_hs2_link_close(struct dyno_hs2_link *link);

/** Start a request; its body is to be put into the returned writer (borrowed). */
struct dyno_wire_writer *dyno_hs2_link_begin(struct dyno_hs2_link *link, enum dyno_hs2_call call);

/** Take an owed answer off the wire and drop it; `may_be_owed` as in a receipt. */
enum dyno_status dyno_hs2_link_settle(struct dyno_hs2_link *link, int64_t deadline_ns,
                                      bool may_be_owed, struct dyno_err *err) DYNO_MUST_CHECK;

/** Send what was begun, after taking an owed answer off the wire. */
enum dyno_status dyno_hs2_link_send(struct dyno_hs2_link *link, int64_t deadline_ns,
                                    struct dyno_err *err) DYNO_MUST_CHECK;

/** How an answer is to be received. */
struct dyno_hs2_receipt {
    enum dyno_hs2_call call;
    struct dyno_hs2_buffer *into; /**< NULL: the link's own */
    int64_t deadline_ns;
    bool
        may_be_owed; /**< passing the deadline leaves the answer owed instead of killing the link */
};

/**
 * Receive one answer and read it: the owed one if there is one, else that to the request sent last. On DYNO_OK `reply` holds what came, which may be the server's
 * error: see dyno_hs2_reply_check. Failures other than an owed answer make the link dead.
 */
enum dyno_status dyno_hs2_link_receive(struct dyno_hs2_link *link,
                                       const struct dyno_hs2_receipt *receipt,
                                       struct dyno_hs2_reply *reply,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/** Send, receive into the link's buffer, and check the server's verdict. */
enum dyno_status dyno_hs2_link_call(struct dyno_hs2_link *link, enum dyno_hs2_call call,
                                    int64_t deadline_ns, struct dyno_hs2_reply *reply,
                                    struct dyno_err *err) DYNO_MUST_CHECK;

/** `now + duration`, without overflow. */
int64_t dyno_hs2_deadline(int64_t duration_ns);

#endif
