#include "support/fake_hs2.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "support/fake_hs2_conn.h"

#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct dyno_fake_hs2 {
    struct fake_shared shared;
    int listener;
    int wake[2]; /**< written to once, at the stop */
    uint16_t port;
    bool is_accepting;
    pthread_t acceptor;
    struct fake_connection *connections; /**< guarded by the shared lock */
};

static const char *const FAULT_NAMES[DYNO_FAKE_FAULT_COUNT] = {
    [DYNO_FAKE_FAULT_NONE] = "none",
    [DYNO_FAKE_FAULT_NO_CLOSE_SESSION] = "no-close-session",
    [DYNO_FAKE_FAULT_SILENT_EXECUTE] = "silent-execute",
    [DYNO_FAKE_FAULT_FETCH_RESET] = "fetch-reset",
    [DYNO_FAKE_FAULT_FETCH_TRUNCATED] = "fetch-truncated",
    [DYNO_FAKE_FAULT_FETCH_HUGE] = "fetch-huge",
    [DYNO_FAKE_FAULT_FETCH_GARBAGE] = "fetch-garbage",
    [DYNO_FAKE_FAULT_FETCH_EXTRA] = "fetch-extra",
    [DYNO_FAKE_FAULT_DRIP] = "drip",
    [DYNO_FAKE_FAULT_WRONG_SEQID] = "wrong-seqid",
    [DYNO_FAKE_FAULT_EXCEPTION] = "exception",
    [DYNO_FAKE_FAULT_SYNC_ERROR] = "sync-error",
    [DYNO_FAKE_FAULT_NO_CLOSE_OPERATION] = "no-close-operation",
    [DYNO_FAKE_FAULT_FETCH_STALL] = "fetch-stall",
    [DYNO_FAKE_FAULT_FETCH_SLOW] = "fetch-slow",
    [DYNO_FAKE_FAULT_FETCH_UNKNOWN] = "fetch-unknown",
    [DYNO_FAKE_FAULT_FETCH_ENDLESS] = "fetch-endless",
};

const char *dyno_fake_fault_name(enum dyno_fake_fault fault)
{
    return FAULT_NAMES[fault];
}

int dyno_fake_fault_of(const char *name)
{
    for (int i = 0; i < DYNO_FAKE_FAULT_COUNT; i++)
        if (strcmp(FAULT_NAMES[i], name) == 0)
            return i;
    return -1;
}

static int listen_at(struct dyno_fake_hs2 *server, const struct sockaddr *address, socklen_t bytes)
{
    const int on = 1;
    server->listener = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listener < 0 ||
        setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(server->listener, address, bytes) != 0 || listen(server->listener, 512) != 0)
        return -1;
    return 0;
}

static enum dyno_status listen_on_loopback(struct dyno_fake_hs2 *server,
                                           const struct dyno_fake_hs2_options *options,
                                           struct dyno_err *err)
{
    uint16_t port = htons(options->port);
    const struct sockaddr_in v4 = {
        .sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = port, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in6 bound = {.sin6_port = 0};
    socklen_t bound_bytes = sizeof bound;
    int rc = options->is_ipv6 ? listen_at(server, (const struct sockaddr *)&v6, sizeof v6)
                              : listen_at(server, (const struct sockaddr *)&v4, sizeof v4);
    /* The port stands at the same place in both kinds of address. */
    if (rc != 0 || getsockname(server->listener, (struct sockaddr *)&bound, &bound_bytes) != 0)
        return dyno_err_set(err, DYNO_EENV, "listening on port %u failed: error %d",
                            (unsigned)options->port, errno);
    server->port = ntohs(bound.sin6_port);
    return DYNO_OK;
}

/* TLS of the server's side, where options ask for it. */
static enum dyno_status set_up_tls(struct dyno_fake_hs2 *server,
                                   const struct dyno_fake_hs2_options *options,
                                   struct dyno_err *err)
{
    if (options->tls_cert == NULL)
        return DYNO_OK;
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    server->shared.tls = tls;
    if (tls == NULL || SSL_CTX_use_certificate_chain_file(tls, options->tls_cert) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls, options->tls_key, SSL_FILETYPE_PEM) != 1)
        return dyno_err_set(err, DYNO_EENV, "setting up TLS with '%s' failed", options->tls_cert);
    if (options->tls_client_ca == NULL)
        return DYNO_OK;
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    if (SSL_CTX_load_verify_file(tls, options->tls_client_ca) != 1)
        return dyno_err_set(err, DYNO_EENV, "reading '%s' failed", options->tls_client_ca);
    return DYNO_OK;
}

/* Join and free the connections that have ended. Under the lock. */
static void reap(struct dyno_fake_hs2 *server)
{
    struct fake_connection **link = &server->connections;
    while (*link != NULL) {
        struct fake_connection *connection = *link;
        if (!atomic_load(&connection->is_finished)) {
            link = &connection->next;
            continue;
        }
        *link = connection->next;
        pthread_join(connection->thread, NULL);
        free(connection);
    }
}

static void serve(struct dyno_fake_hs2 *server, int fd)
{
    const int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct fake_connection *connection = dyno_xcalloc(1, sizeof *connection);
    connection->shared = &server->shared;
    connection->fd = fd;
    pthread_mutex_lock(&server->shared.lock);
    reap(server);
    if (pthread_create(&connection->thread, NULL, fake_connection_serve, connection) == 0) {
        connection->next = server->connections;
        server->connections = connection;
    } else {
        (void)close(fd);
        free(connection);
    }
    pthread_mutex_unlock(&server->shared.lock);
}

static void *accept_all(void *ctx)
{
    struct dyno_fake_hs2 *server = ctx;
    for (;;) {
        struct pollfd entries[2] = {{.fd = server->listener, .events = POLLIN},
                                    {.fd = server->wake[0], .events = POLLIN}};
        /* With nothing to do, look once a second for connections that have ended. */
        int ready = poll(entries, 2, 1000);
        if (ready > 0 && entries[1].revents != 0)
            return NULL;
        int fd = ready > 0 ? accept(server->listener, NULL, NULL) : -1;
        if (fd >= 0) {
            serve(server, fd);
        } else {
            pthread_mutex_lock(&server->shared.lock);
            reap(server);
            pthread_mutex_unlock(&server->shared.lock);
        }
    }
}

enum dyno_status dyno_fake_hs2_start(const struct dyno_fake_hs2_options *options,
                                     struct dyno_fake_hs2 **out, struct dyno_err *err)
{
    struct dyno_fake_hs2 *server = dyno_xcalloc(1, sizeof *server);
    server->listener = -1;
    server->wake[0] = server->wake[1] = -1;
    server->shared.is_sasl = options->is_sasl && !options->is_http;
    server->shared.is_http = options->is_http;
    server->shared.is_http_proxy = options->is_http_proxy;
    server->shared.http_state = options->http_state;
    server->shared.http_path =
        dyno_xstrdup(options->http_path != NULL ? options->http_path : "cliservice");
    server->shared.http_token = dyno_xstrdup(options->http_token);
    server->shared.user = dyno_xstrdup(options->user);
    server->shared.password = dyno_xstrdup(options->password != NULL ? options->password : "");
    server->shared.protocol = options->protocol != 0 ? options->protocol : 10;
    server->shared.fault = options->fault;
    server->shared.name = dyno_xstrdup(options->name != NULL ? options->name : "Spark SQL");
    server->shared.most_rows = options->most_rows;
    server->shared.tells_more = options->tells_more;
    pthread_mutex_init(&server->shared.lock, NULL);
    enum dyno_status status = fake_work_init(&server->shared.work, options, err);
    server->shared.nonce = dyno_mix64((uint64_t)dyno_now_ns());
    if (status == DYNO_OK)
        status = set_up_tls(server, options, err);
    if (status == DYNO_OK)
        status = listen_on_loopback(server, options, err);
    if (status == DYNO_OK && pipe(server->wake) != 0)
        status = dyno_err_set(err, DYNO_EENV, "making a pipe failed: error %d", errno);
    if (status == DYNO_OK) {
        server->is_accepting = pthread_create(&server->acceptor, NULL, accept_all, server) == 0;
        if (!server->is_accepting)
            status = dyno_err_set(err, DYNO_EENV, "starting a thread failed");
    }
    if (status != DYNO_OK) {
        dyno_fake_hs2_stop(server);
        return status;
    }
    *out = server;
    return DYNO_OK;
}

uint16_t dyno_fake_hs2_port(const struct dyno_fake_hs2 *server)
{
    return server->port;
}

int64_t dyno_fake_hs2_calls(const struct dyno_fake_hs2 *server, enum dyno_hs2_call call)
{
    return server->shared.calls[call];
}

int64_t dyno_fake_hs2_await_calls(const struct dyno_fake_hs2 *server, enum dyno_hs2_call call,
                                  int64_t count)
{
    int64_t give_up_ns = dyno_now_ns() + 5 * DYNO_NS_PER_S;
    while (server->shared.calls[call] < count && dyno_now_ns() < give_up_ns)
        dyno_sleep_ns(DYNO_NS_PER_MS);
    return server->shared.calls[call];
}

int64_t dyno_fake_hs2_attempts(const struct dyno_fake_hs2 *server)
{
    return server->shared.attempts;
}

int64_t dyno_fake_hs2_logins(const struct dyno_fake_hs2 *server)
{
    return server->shared.logins;
}

size_t dyno_fake_hs2_connections(struct dyno_fake_hs2 *server)
{
    size_t count = 0;
    pthread_mutex_lock(&server->shared.lock);
    for (struct fake_connection *c = server->connections; c != NULL; c = c->next)
        count += atomic_load(&c->is_finished) ? 0 : 1;
    pthread_mutex_unlock(&server->shared.lock);
    return count;
}

void dyno_fake_hs2_stop(struct dyno_fake_hs2 *server)
{
    if (server == NULL)
        return;
    if (server->is_accepting && write(server->wake[1], "", 1) == 1)
        pthread_join(server->acceptor, NULL);
    fake_work_stop(&server->shared.work);
    pthread_mutex_lock(&server->shared.lock);
    for (struct fake_connection *c = server->connections; c != NULL; c = c->next)
        if (c->fd >= 0)
            (void)shutdown(c->fd, SHUT_RDWR);
    pthread_mutex_unlock(&server->shared.lock);
    while (server->connections != NULL) {
        struct fake_connection *connection = server->connections;
        server->connections = connection->next;
        pthread_join(connection->thread, NULL);
        free(connection);
    }
    const int fds[] = {server->listener, server->wake[0], server->wake[1]};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        if (fds[i] >= 0)
            (void)close(fds[i]);
    fake_work_deinit(&server->shared.work);
    pthread_mutex_destroy(&server->shared.lock);
    SSL_CTX_free(server->shared.tls);
    free(server->shared.name);
    free(server->shared.http_path);
    free(server->shared.http_token);
    free(server->shared.user);
    free(server->shared.password);
    free(server);
}
