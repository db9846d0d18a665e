/**
 * A TCP connection, with TLS where it is asked for, and with deadlines. No call waits past its deadline
 * (CLOCK_MONOTONIC) or raises SIGPIPE. One thread at a time.
 *
 * Waits are polls, but for answers on a plain connection whose deadline is far away: those are awaited
 * in the receive itself, which saves a system call each.
 */
#ifndef DYNO_HS2_TRANSPORT_H
#define DYNO_HS2_TRANSPORT_H

#include "base/status.h"
#include "hs2/tls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_transport {
    int fd;               /**< -1: closed */
    struct dyno_tls *tls; /**< NULL: plain */
    bool is_blocking; /**< the socket is: a receive may wait, for DYNO_TRANSPORT_WAIT_NS at most */
    int least_bytes;  /**< SO_RCVLOWAT, where it was set; 0: not */
    char peer[288];   /**< "host:port", for messages */
};

/** The longest that a blocking receive waits before it looks at the clock again. */
#define DYNO_TRANSPORT_WAIT_NS INT64_C(1000000000)

#define DYNO_TRANSPORT_INIT                                                                        \
    {                                                                                              \
        .fd = -1, .tls = NULL, .peer = ""                                                          \
    }

/** Two pieces that a receive fills one after the other; the first may be empty. */
struct dyno_transport_room {
    uint8_t *head;
    size_t head_bytes;
    uint8_t *body;
    size_t body_bytes;
    size_t least_bytes; /**< a hint: fewer are not worth waking up for; 0 and 1: any */
};

/**
 * Connect to the first address of `host` that answers; the time to `deadline_ns` is shared out among
 * the addresses that are left. The lookup of the name counts.
 * DYNO_EDNS (08001), DYNO_ECONN (08001), DYNO_ETIMEOUT (HYT01).
 */
enum dyno_status dyno_transport_connect(struct dyno_transport *transport, const char *host,
                                        uint16_t port, int64_t deadline_ns,
                                        struct dyno_err *err) DYNO_MUST_CHECK;

/** Let receives wait in the socket; not for TLS. Where that cannot be set, they go on to poll. */
void dyno_transport_set_blocking(struct dyno_transport *transport);

/** Shake hands for TLS on a connection that has carried nothing yet; failures as of dyno_tls_open. */
enum dyno_status dyno_transport_secure(struct dyno_transport *transport, const char *host,
                                       const struct dyno_tls_context *context, int64_t deadline_ns,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Has the peer closed the connection, as far as this side has been told? Sends nothing, takes nothing
 * off the wire and does not wait; a peer that is gone without a word is not found out.
 */
bool dyno_transport_is_closed_by_peer(const struct dyno_transport *transport);

/** Close; may be called twice. */
void dyno_transport_close(struct dyno_transport *transport);

/** Send it all. DYNO_ECONN and DYNO_ETLS (08S01), DYNO_ETIMEOUT (HYT01). */
enum dyno_status dyno_transport_send(struct dyno_transport *transport, const uint8_t *bytes,
                                     size_t len, int64_t deadline_ns,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Receive at least one byte. `is_answer_awaited`: nothing can be there yet, so wait before trying.
 * An orderly end of the stream is DYNO_OK with `*len_out` 0.
 */
enum dyno_status dyno_transport_receive(struct dyno_transport *transport,
                                        const struct dyno_transport_room *room,
                                        bool is_answer_awaited, int64_t deadline_ns,
                                        size_t *len_out, struct dyno_err *err) DYNO_MUST_CHECK;

#endif
