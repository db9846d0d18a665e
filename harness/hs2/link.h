/**
 * One authenticated connection and the calls made over it: requests out, their answers in, in order.
 *
 * An answer is received into one contiguous buffer. Raw connections have no message boundaries, so
 * the reader pulls bytes while it walks the message; with SASL each message is one frame whose
 * header is kept apart; over HTTP it is the body of a response.
 *
 * A server answers the requests of a connection one after the other, so several may be under way: what
 * has been asked and not been read yet is due, oldest first, and whoever wants a later answer takes the
 * earlier ones off the wire before it. Over HTTP there is one at a time. One thread at a time.
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

/** Answers that may be due at a time; their requests are short, so that no send waits for a receive. */
#define DYNO_HS2_DUE_MAX 4

/** Requests that may go out in one write. */
#define DYNO_HS2_ASKED_MAX 2

/** Where an answer goes. */
struct dyno_hs2_sink {
    struct dyno_hs2_buffer *into; /**< NULL: the link's own */
    struct dyno_hs2_reply *reply; /**< NULL: it is dropped */
    bool *has_come;               /**< set once it has been read; may be NULL */
};

/** An answer that has not been read yet, or only in part. */
struct dyno_hs2_due {
    enum dyno_hs2_call call;
    int32_t seqid;
    struct dyno_hs2_sink sink;
};

struct dyno_hs2_link {
    struct dyno_transport transport; /**< closed over HTTP, but for its name */
    struct dyno_http *http;          /**< NULL: binary transport */
    struct dyno_wire_writer request;
    size_t request_at; /**< where the message begins that is being written */
    struct dyno_hs2_due asked[DYNO_HS2_ASKED_MAX]; /**< written, not sent */
    size_t asked_count;
    struct dyno_hs2_buffer answer; /**< where answers go that have no buffer of their own */
    struct dyno_hs2_buffer rest;   /**< what came behind the answer before */
    size_t rest_at;                /**< how much of it has been used */
    size_t close_bytes; /**< of a good answer to CloseOperation, header included; 0: not known */
    size_t max_message_bytes;
    int32_t seqid;
    bool is_framed;
    bool is_dead;
    struct dyno_hs2_due dues[DYNO_HS2_DUE_MAX];
    size_t due_count;
    bool is_begun;           /**< the first due answer is being received */
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

/** End the request that was begun and start another that goes out with it. Not over HTTP. */
struct dyno_wire_writer *dyno_hs2_link_begin_next(struct dyno_hs2_link *link,
                                                  enum dyno_hs2_call call);

/**
 * Take what is due off the wire, but for answers that come without delay (to CloseOperation).
 * DYNO_ETIMEOUT with `may_be_owed` leaves the link as it is; any other failure makes it dead.
 */
enum dyno_status dyno_hs2_link_settle(struct dyno_hs2_link *link, int64_t deadline_ns,
                                      bool may_be_owed, struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Send what was begun. A request other than CloseOperation and CloseSession settles before: the server
 * would not look at it any sooner, and what has not been sent needs not be called off at a deadline.
 */
enum dyno_status dyno_hs2_link_send(struct dyno_hs2_link *link, int64_t deadline_ns,
                                    struct dyno_err *err) DYNO_MUST_CHECK;

/** Is the answer to that request still due? */
bool dyno_hs2_link_is_due(const struct dyno_hs2_link *link, int32_t seqid);

/** Is an answer due that the server may hold back (to GetOperationStatus)? */
bool dyno_hs2_link_is_held_back(const struct dyno_hs2_link *link);

/** Say where a due answer is to go, whoever takes it off the wire. What `sink` names must stay. */
void dyno_hs2_link_direct(struct dyno_hs2_link *link, int32_t seqid, struct dyno_hs2_sink sink);

/** A due answer is wanted no more; its sink may go. */
void dyno_hs2_link_forget(struct dyno_hs2_link *link, int32_t seqid);

/**
 * Receive answers until the one to that request has been read; nothing to do if it is not due.
 * Failures as of dyno_hs2_link_settle.
 */
enum dyno_status dyno_hs2_link_await(struct dyno_hs2_link *link, int32_t seqid, int64_t deadline_ns,
                                     bool may_be_owed, struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Receive the answer to that request into the link's own buffer. On DYNO_OK `reply` holds what came,
 * which may be the server's error: see dyno_hs2_reply_check. Failures as of dyno_hs2_link_settle.
 */
enum dyno_status dyno_hs2_link_receive(struct dyno_hs2_link *link, int32_t seqid,
                                       int64_t deadline_ns, bool may_be_owed,
                                       struct dyno_hs2_reply *reply,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/** Send, receive into the link's buffer, and check the server's verdict. */
enum dyno_status dyno_hs2_link_call(struct dyno_hs2_link *link, enum dyno_hs2_call call,
                                    int64_t deadline_ns, struct dyno_hs2_reply *reply,
                                    struct dyno_err *err) DYNO_MUST_CHECK;

/** Take off the wire what has come already, without waiting. */
void dyno_hs2_link_drain(struct dyno_hs2_link *link);

/** `now + duration`, without overflow. */
int64_t dyno_hs2_deadline(int64_t duration_ns);

#endif
