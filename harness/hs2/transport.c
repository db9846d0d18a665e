#include "hs2/transport.h"

#include "base/clock.h"
#include "hs2/lookup.h"
#include "hs2/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Of a socket's room in the kernel, so little that it never fills it. */
#define LEAST_BYTES_MAX 4096

static enum dyno_status lost(struct dyno_transport *transport, const char *what, int code,
                             struct dyno_err *err)
{
    char text[DYNO_ERRNO_TEXT_BYTES];
    return dyno_err_set_sql(err, DYNO_ECONN, "08S01", 0, "%s '%s' failed: %s", what,
                            transport->peer, dyno_errno_text(code, text));
}

static void set_options(int fd)
{
    /* Refusal of any of these costs speed or early notice, not correctness. */
    const int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#ifdef TCP_KEEPIDLE
    /* A peer whose machine is gone is noticed after two minutes, also by who only waits. */
    const int idle_s = 60;
    const int pause_s = 10;
    const int probes = 6;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &pause_s, sizeof pause_s);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
#endif
#ifdef TCP_USER_TIMEOUT
    const unsigned unanswered_ms = 120000;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered_ms, sizeof unanswered_ms);
#endif
}

/* 0, or the errno of the failure (ETIMEDOUT at the deadline); the socket is then closed. */
static int connect_one(const struct addrinfo *address, int64_t deadline_ns, int *fd_out)
{
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                    address->ai_protocol);
    if (fd < 0)
        return errno;
    int code = 0;
    if (connect(fd, address->ai_addr, address->ai_addrlen) != 0)
        code = errno;
    if (code == EINPROGRESS || code == EINTR) {
        int ready = dyno_wait_ready(fd, POLLOUT, deadline_ns);
        socklen_t code_bytes = sizeof code;
        if (ready == 0)
            code = ETIMEDOUT;
        else if (ready < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &code_bytes) != 0)
            code = errno;
    }
    if (code != 0) {
        (void)close(fd);
        return code;
    }
    set_options(fd);
    *fd_out = fd;
    return 0;
}

static int connect_any(const struct addrinfo *list, int64_t deadline_ns, int *fd_out)
{
    int64_t left = 0;
    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next)
        left++;
    int code = EADDRNOTAVAIL;
    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next, left--) {
        int64_t now = dyno_now_ns();
        int64_t share = deadline_ns > now ? (deadline_ns - now) / left : 0;
        code = connect_one(a, now + share, fd_out);
        if (code == 0)
            return 0;
    }
    return code;
}

enum dyno_status dyno_transport_connect(struct dyno_transport *transport, const char *host,
                                        uint16_t port, int64_t deadline_ns, struct dyno_err *err)
{
    bool is_v6 = strchr(host, ':') != NULL;
    (void)snprintf(transport->peer, sizeof transport->peer, is_v6 ? "[%s]:%u" : "%s:%u", host,
                   (unsigned)port);
    char service[8];
    (void)snprintf(service, sizeof service, "%u", (unsigned)port);
    struct addrinfo *list = NULL;
    int looked = dyno_lookup(host, service, deadline_ns, &list);
    if (looked == DYNO_LOOKUP_LATE)
        return dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT01", 0,
                                "looking up host '%s' timed out: check its name, and the name "
                                "servers of this machine",
                                host);
    if (looked != 0)
        return dyno_err_set_sql(err, looked == EAI_MEMORY ? DYNO_ENOMEM : DYNO_EDNS, "08001", 0,
                                "looking up host '%s' failed: %s", host, gai_strerror(looked));
    int code = connect_any(list, deadline_ns, &transport->fd);
    freeaddrinfo(list);
    if (code == 0)
        return DYNO_OK;
    if (code == ETIMEDOUT)
        return dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT01", 0,
                                "connecting to '%s' timed out: check host, port and firewall",
                                transport->peer);
    char text[DYNO_ERRNO_TEXT_BYTES];
    return dyno_err_set_sql(err, DYNO_ECONN, "08001", 0,
                            "connecting to '%s' failed: %s: check that the Thrift server is up and "
                            "listens on this host and port",
                            transport->peer, dyno_errno_text(code, text));
}

void dyno_transport_set_blocking(struct dyno_transport *transport)
{
    const struct timeval longest = {.tv_sec = DYNO_TRANSPORT_WAIT_NS / DYNO_NS_PER_S};
    int flags = fcntl(transport->fd, F_GETFL);
    transport->is_blocking =
        setsockopt(transport->fd, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest) == 0 &&
        flags >= 0 && fcntl(transport->fd, F_SETFL, flags & ~O_NONBLOCK) == 0;
}

enum dyno_status dyno_transport_secure(struct dyno_transport *transport, const char *host,
                                       const struct dyno_tls_context *context, int64_t deadline_ns,
                                       struct dyno_err *err)
{
    const struct dyno_tls_peer peer = {.fd = transport->fd, .host = host, .name = transport->peer};
    return dyno_tls_open(context, &peer, deadline_ns, &transport->tls, err);
}

bool dyno_transport_is_closed_by_peer(const struct dyno_transport *transport)
{
    char byte = 0;
    if (transport->fd < 0)
        return false;
    ssize_t got = recv(transport->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void dyno_transport_close(struct dyno_transport *transport)
{
    dyno_tls_close(transport->tls);
    transport->tls = NULL;
    if (transport->fd >= 0)
        (void)close(transport->fd);
    transport->fd = -1;
}

static enum dyno_status wait_or_fail(struct dyno_transport *transport, short events,
                                     int64_t deadline_ns, struct dyno_err *err)
{
    int ready = dyno_wait_ready(transport->fd, events, deadline_ns);
    if (ready > 0)
        return DYNO_OK;
    if (ready < 0)
        return lost(transport, "waiting for", errno, err);
    return dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT01", 0, "'%s' did not answer in time",
                            transport->peer);
}

/* One try to send; `*wait_out` is the event to wait for where nothing went. */
static enum dyno_status send_some(struct dyno_transport *transport, const uint8_t *bytes,
                                  size_t len, size_t *len_out, short *wait_out,
                                  struct dyno_err *err)
{
    if (transport->tls != NULL)
        return dyno_tls_send(transport->tls, bytes, len, len_out, wait_out, err);
    ssize_t sent = send(transport->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    *len_out = sent > 0 ? (size_t)sent : 0;
    *wait_out = sent < 0 ? POLLOUT : 0;
    if (sent >= 0 || errno == EAGAIN || errno == EINTR)
        return DYNO_OK;
    return lost(transport, "sending to", errno, err);
}

enum dyno_status dyno_transport_send(struct dyno_transport *transport, const uint8_t *bytes,
                                     size_t len, int64_t deadline_ns, struct dyno_err *err)
{
    while (len > 0) {
        size_t sent = 0;
        short events = 0;
        enum dyno_status status = send_some(transport, bytes, len, &sent, &events, err);
        if (status == DYNO_OK && events != 0)
            status = wait_or_fail(transport, events, deadline_ns, err);
        if (status != DYNO_OK)
            return status;
        bytes += sent;
        len -= sent;
    }
    return DYNO_OK;
}

/* One receive; `*wait_out` is the event to wait for where nothing came. */
static enum dyno_status receive_some(struct dyno_transport *transport,
                                     const struct dyno_transport_room *room, int flags,
                                     size_t *len_out, short *wait_out, struct dyno_err *err)
{
    struct iovec pieces[2] = {
        {.iov_base = room->head, .iov_len = room->head_bytes},
        {.iov_base = room->body, .iov_len = room->body_bytes},
    };
    size_t piece = room->head_bytes == 0 ? 1 : 0;
    if (transport->tls != NULL)
        return dyno_tls_receive(transport->tls, pieces[piece].iov_base, pieces[piece].iov_len,
                                len_out, wait_out, err);
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
    ssize_t got = piece == 1 ? recv(transport->fd, room->body, room->body_bytes, flags)
                             : recvmsg(transport->fd, &message, flags);
    *len_out = got > 0 ? (size_t)got : 0;
    *wait_out = got < 0 ? POLLIN : 0;
    if (got >= 0 || errno == EAGAIN || errno == EINTR)
        return DYNO_OK;
    return lost(transport, "receiving from", errno, err);
}

/* The kernel wakes nobody for fewer bytes; at the end of the stream, or of its patience, it does. */
static void set_least(struct dyno_transport *transport, size_t bytes)
{
    int least = bytes > 1 && bytes < LEAST_BYTES_MAX ? (int)bytes : 1;
    int now = transport->least_bytes > 0 ? transport->least_bytes : 1;
    if (transport->is_blocking && least != now &&
        setsockopt(transport->fd, SOL_SOCKET, SO_RCVLOWAT, &least, sizeof least) == 0)
        transport->least_bytes = least;
}

/* May the next receive wait in the socket, and still be back before the deadline? */
static bool may_block(const struct dyno_transport *transport, int64_t deadline_ns)
{
    if (!transport->is_blocking)
        return false;
    return deadline_ns == INT64_MAX || deadline_ns - dyno_now_ns() > DYNO_TRANSPORT_WAIT_NS;
}

enum dyno_status dyno_transport_receive(struct dyno_transport *transport,
                                        const struct dyno_transport_room *room,
                                        bool is_answer_awaited, int64_t deadline_ns,
                                        size_t *len_out, struct dyno_err *err)
{
    /* What TLS has already taken off the socket would not wake a poll. */
    short events = is_answer_awaited && transport->tls == NULL ? POLLIN : 0;
    *len_out = 0;
    set_least(transport, room->least_bytes);
    for (;;) {
        bool is_blocking = may_block(transport, deadline_ns);
        enum dyno_status status = DYNO_OK;
        if (events != 0 && !is_blocking)
            status = wait_or_fail(transport, events, deadline_ns, err);
        if (status == DYNO_OK)
            status = receive_some(transport, room, is_blocking ? 0 : MSG_DONTWAIT, len_out, &events,
                                  err);
        if (status != DYNO_OK || events == 0)
            return status;
    }
}
