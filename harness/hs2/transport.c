#include "hs2/transport.h"

#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* strerror is not safe among threads; the XSI strerror_r is. */
static const char *errno_text(int code, char *out, size_t out_bytes)
{
    if (strerror_r(code, out, out_bytes) != 0)
        (void)snprintf(out, out_bytes, "error %d", code);
    return out;
}

static enum dyno_status lost(struct dyno_transport *transport, const char *what, int code,
                             struct dyno_err *err)
{
    char text[128];
    return dyno_err_set_sql(err, DYNO_ECONN, "08S01", 0, "%s '%s' failed: %s", what,
                            transport->peer, errno_text(code, text, sizeof text));
}

/* Milliseconds for poll, rounded up so that a wait never ends just before its deadline. */
static int poll_ms(int64_t deadline_ns)
{
    if (deadline_ns == INT64_MAX)
        return -1;
    int64_t left = deadline_ns - dyno_now_ns();
    if (left <= 0)
        return 0;
    int64_t left_ms = (left + DYNO_NS_PER_MS - 1) / DYNO_NS_PER_MS;
    return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

/* 1: ready, 0: deadline passed, -1: errno is set. */
static int wait_ready(int fd, short events, int64_t deadline_ns)
{
    for (;;) {
        struct pollfd entry = {.fd = fd, .events = events, .revents = 0};
        int timeout_ms = poll_ms(deadline_ns);
        int ready = poll(&entry, 1, timeout_ms);
        if (ready > 0)
            return 1;
        if (ready < 0 && errno != EINTR)
            return -1;
        if (ready == 0 && timeout_ms == 0)
            return 0;
    }
}

static void set_options(int fd)
{
    /* Refusal of any of these costs speed or early notice, not correctness. */
    const int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#ifdef TCP_KEEPIDLE
    const int idle_s = 60;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
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
        int ready = wait_ready(fd, POLLOUT, deadline_ns);
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
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    int looked = getaddrinfo(host, service, &hints, &list);
    if (looked != 0)
        return dyno_err_set_sql(err, looked == EAI_MEMORY ? DYNO_ENOMEM : DYNO_ECONN, "08001", 0,
                                "looking up host '%s' failed: %s", host, gai_strerror(looked));
    int code = connect_any(list, deadline_ns, &transport->fd);
    freeaddrinfo(list);
    if (code == 0)
        return DYNO_OK;
    if (code == ETIMEDOUT)
        return dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT01", 0,
                                "connecting to '%s' timed out: check host, port and firewall",
                                transport->peer);
    char text[128];
    return dyno_err_set_sql(err, DYNO_ECONN, "08001", 0,
                            "connecting to '%s' failed: %s: check that the Thrift server is up and "
                            "listens on this host and port",
                            transport->peer, errno_text(code, text, sizeof text));
}

void dyno_transport_close(struct dyno_transport *transport)
{
    if (transport->fd >= 0)
        (void)close(transport->fd);
    transport->fd = -1;
}

static enum dyno_status wait_or_fail(struct dyno_transport *transport, short events,
                                     int64_t deadline_ns, struct dyno_err *err)
{
    int ready = wait_ready(transport->fd, events, deadline_ns);
    if (ready > 0)
        return DYNO_OK;
    if (ready < 0)
        return lost(transport, "waiting for", errno, err);
    return dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT01", 0, "'%s' did not answer in time",
                            transport->peer);
}

enum dyno_status dyno_transport_send(struct dyno_transport *transport, const uint8_t *bytes,
                                     size_t len, int64_t deadline_ns, struct dyno_err *err)
{
    while (len > 0) {
        ssize_t sent = send(transport->fd, bytes, len, MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes += sent;
            len -= (size_t)sent;
        } else if (errno == EAGAIN) {
            enum dyno_status status = wait_or_fail(transport, POLLOUT, deadline_ns, err);
            if (status != DYNO_OK)
                return status;
        } else if (errno != EINTR) {
            return lost(transport, "sending to", errno, err);
        }
    }
    return DYNO_OK;
}

enum dyno_status dyno_transport_receive(struct dyno_transport *transport,
                                        const struct dyno_transport_room *room,
                                        bool is_answer_awaited, int64_t deadline_ns,
                                        size_t *len_out, struct dyno_err *err)
{
    struct iovec pieces[2] = {
        {.iov_base = room->head, .iov_len = room->head_bytes},
        {.iov_base = room->body, .iov_len = room->body_bytes},
    };
    *len_out = 0;
    for (;;) {
        if (is_answer_awaited) {
            enum dyno_status status = wait_or_fail(transport, POLLIN, deadline_ns, err);
            if (status != DYNO_OK)
                return status;
        }
        ssize_t got = room->head_bytes == 0 ? recv(transport->fd, room->body, room->body_bytes, 0)
                                            : readv(transport->fd, pieces, 2);
        if (got >= 0) {
            *len_out = (size_t)got;
            return DYNO_OK;
        }
        if (errno != EAGAIN && errno != EINTR)
            return lost(transport, "receiving from", errno, err);
        is_answer_awaited = true;
    }
}
