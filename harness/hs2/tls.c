#include "hs2/tls.h"

#include "hs2/tls_bio.h"
#include "hs2/tls_context.h"
#include "hs2/wait.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct dyno_tls {
    SSL *ssl;
    int fd;
    bool was_cert_asked; /* for, when there was none to show */
    bool has_received;
    char name[288];
};

static enum dyno_status out_of_memory(struct dyno_err *err)
{
    return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "out of memory");
}

/* Opening. */

static enum dyno_status no_tls_here(const struct dyno_tls *tls, const char *seen,
                                    struct dyno_err *err)
{
    return dyno_err_set_sql(err, DYNO_ETLS, "08001", 0,
                            "'%s' %s: TLS is on here, and may be off in the server "
                            "(hive.server2.use.SSL) or on another port",
                            tls->name, seen);
}

/* A fault that OpenSSL found: in the certificate, in the bytes, or told by the peer's alert. */
static enum dyno_status explain_fault(const struct dyno_tls *tls, const char *host,
                                      struct dyno_err *err)
{
    unsigned long code = ERR_peek_error();
    int reason = ERR_GET_REASON(code);
    long verdict = SSL_get_verify_result(tls->ssl);
    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED && verdict != X509_V_OK)
        return dyno_err_set_sql(err, DYNO_ETLS, "08001", 0,
                                "the TLS certificate of '%s', asked for as '%s', %s", tls->name,
                                host, dyno_tls_verdict(verdict));
    if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_PACKET_LENGTH_TOO_LONG ||
        reason == SSL_R_RECORD_LENGTH_MISMATCH)
        return no_tls_here(tls, "does not answer in TLS", err);
    if (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION)
        return dyno_err_set_sql(err, DYNO_ETLS, "08001", 0,
                                "'%s' speaks no version of TLS that is accepted here", tls->name);
    if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        return no_tls_here(tls, "closed the connection during the TLS handshake", err);
    const char *text = ERR_reason_error_string(code);
    return dyno_err_set_sql(err, DYNO_ETLS, "08001", 0, "the TLS handshake with '%s' failed: %s",
                            tls->name, text != NULL ? text : "no reason given");
}

static enum dyno_status explain_handshake(const struct dyno_tls *tls, const char *host, int code,
                                          int errno_before, struct dyno_err *err)
{
    if (code == SSL_ERROR_SSL)
        return explain_fault(tls, host, err);
    if (code == SSL_ERROR_ZERO_RETURN || errno_before == 0)
        return no_tls_here(tls, "closed the connection during the TLS handshake", err);
    if (errno_before == ECONNRESET || errno_before == EPIPE)
        return no_tls_here(tls, "reset the connection during the TLS handshake", err);
    char text[DYNO_ERRNO_TEXT_BYTES];
    return dyno_err_set_sql(err, DYNO_ECONN, "08001", 0, "the TLS handshake with '%s' failed: %s",
                            tls->name, dyno_errno_text(errno_before, text));
}

static enum dyno_status shake_hands(struct dyno_tls *tls, const struct dyno_tls_peer *peer,
                                    int64_t deadline_ns, struct dyno_err *err)
{
    for (;;) {
        ERR_clear_error();
        errno = 0;
        int done = SSL_connect(tls->ssl);
        int code = SSL_get_error(tls->ssl, done);
        if (done == 1)
            return DYNO_OK;
        if (code != SSL_ERROR_WANT_READ && code != SSL_ERROR_WANT_WRITE)
            return explain_handshake(tls, peer->host, code, errno, err);
        int ready =
            dyno_wait_ready(peer->fd, code == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline_ns);
        if (ready < 0)
            return explain_handshake(tls, peer->host, SSL_ERROR_SYSCALL, errno, err);
        if (ready == 0)
            return dyno_err_set_sql(err, DYNO_ETIMEOUT, "HYT01", 0,
                                    "'%s' did not answer the TLS handshake in time: TLS may be off "
                                    "in the server (hive.server2.use.SSL)",
                                    tls->name);
    }
}

/* Whom to expect: an address is looked for among the certificate's addresses, and is no SNI name. */
static bool set_host(const struct dyno_tls_context *context, SSL *ssl, const char *host)
{
    struct in6_addr address;
    bool is_address =
        inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
    union {
        const char *in;
        void *out;
    } name = {.in = host};
    if (!is_address &&
        SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.out) != 1)
        return false;
    if (context->skips_host_name)
        return true;
    if (is_address)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, host) == 1;
}

static bool attach(const struct dyno_tls_context *context, struct dyno_tls *tls,
                   const struct dyno_tls_peer *peer)
{
    tls->fd = peer->fd;
    BIO *bio = dyno_tls_bio_new(context->socket_bio, &tls->fd);
    if (bio == NULL)
        return false;
    SSL_set_bio(tls->ssl, bio, bio);
    SSL_set_app_data(tls->ssl, &tls->was_cert_asked);
    return set_host(context, tls->ssl, peer->host);
}

enum dyno_status dyno_tls_open(const struct dyno_tls_context *context,
                               const struct dyno_tls_peer *peer, int64_t deadline_ns,
                               struct dyno_tls **out, struct dyno_err *err)
{
    struct dyno_tls *tls = calloc(1, sizeof *tls);
    if (tls == NULL)
        return out_of_memory(err);
    ERR_clear_error();
    (void)snprintf(tls->name, sizeof tls->name, "%s", peer->name);
    tls->ssl = SSL_new(context->ssl);
    enum dyno_status status = tls->ssl == NULL || !attach(context, tls, peer)
                                  ? out_of_memory(err)
                                  : shake_hands(tls, peer, deadline_ns, err);
    ERR_clear_error();
    if (status != DYNO_OK) {
        SSL_free(tls->ssl);
        free(tls);
        return status;
    }
    *out = tls;
    return DYNO_OK;
}

void dyno_tls_close(struct dyno_tls *tls)
{
    if (tls == NULL)
        return;
    ERR_clear_error();
    /* Tells the peer, if the socket takes it at once; its answer is not waited for. */
    if (SSL_is_init_finished(tls->ssl))
        (void)SSL_shutdown(tls->ssl);
    ERR_clear_error();
    SSL_free(tls->ssl);
    free(tls);
}

/* Data. */

/*
 * In TLS 1.3 a server refuses a client without certificate after the handshake, and its reason is
 * lost where its reset overtakes it.
 */
static bool is_refusal(const struct dyno_tls *tls)
{
    return tls->was_cert_asked && !tls->has_received;
}

static enum dyno_status explain_refusal(const struct dyno_tls *tls, struct dyno_err *err)
{
    return dyno_err_set_sql(err, DYNO_ETLS, "08S01", 0,
                            "'%s' ended TLS: it asked for a client certificate, and there is none",
                            tls->name);
}

static enum dyno_status explain_break(const struct dyno_tls *tls, int code, int errno_before,
                                      struct dyno_err *err)
{
    char text[DYNO_ERRNO_TEXT_BYTES];
    if (is_refusal(tls))
        return explain_refusal(tls, err);
    if (code == SSL_ERROR_SYSCALL)
        return dyno_err_set_sql(
            err, DYNO_ECONN, "08S01", 0, "the connection to '%s' was lost: %s", tls->name,
            errno_before != 0 ? dyno_errno_text(errno_before, text) : "it was closed");
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    return dyno_err_set_sql(err, DYNO_ETLS, "08S01", 0, "'%s' ended TLS: %s", tls->name,
                            reason != NULL ? reason : "no reason given");
}

/* What became of a try that moved nothing. */
static enum dyno_status judge(const struct dyno_tls *tls, int errno_before, short *wait_out,
                              struct dyno_err *err)
{
    int code = SSL_get_error(tls->ssl, 0);
    enum dyno_status status = DYNO_OK;
    if (code == SSL_ERROR_WANT_READ)
        *wait_out = POLLIN;
    else if (code == SSL_ERROR_WANT_WRITE)
        *wait_out = POLLOUT;
    else if (code != SSL_ERROR_ZERO_RETURN &&
             !(code == SSL_ERROR_SSL &&
               ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING))
        status = explain_break(tls, code, errno_before, err);
    else if (is_refusal(tls))
        status = explain_refusal(tls, err);
    ERR_clear_error();
    return status;
}

enum dyno_status dyno_tls_send(struct dyno_tls *tls, const void *bytes, size_t len, size_t *len_out,
                               short *wait_out, struct dyno_err *err)
{
    *len_out = 0;
    *wait_out = 0;
    ERR_clear_error();
    errno = 0;
    if (SSL_write_ex(tls->ssl, bytes, len, len_out) == 1)
        return DYNO_OK;
    enum dyno_status status = judge(tls, errno, wait_out, err);
    if (status == DYNO_OK && *wait_out == 0)
        return dyno_err_set_sql(err, DYNO_ECONN, "08S01", 0, "'%s' closed the connection",
                                tls->name);
    return status;
}

enum dyno_status dyno_tls_receive(struct dyno_tls *tls, void *out, size_t room, size_t *len_out,
                                  short *wait_out, struct dyno_err *err)
{
    *len_out = 0;
    *wait_out = 0;
    ERR_clear_error();
    errno = 0;
    if (SSL_read_ex(tls->ssl, out, room, len_out) == 1) {
        tls->has_received = true;
        return DYNO_OK;
    }
    return judge(tls, errno, wait_out, err);
}

bool dyno_tls_is_spoken(const struct dyno_tls_peer *peer, int64_t deadline_ns)
{
    const struct dyno_hs2_tls anybody = {.is_on = true, .skips_checks = true};
    struct dyno_tls_context *context = NULL;
    struct dyno_tls *tls = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    bool is_spoken = dyno_tls_context_new(&anybody, &context, &err) == DYNO_OK && context != NULL &&
                     dyno_tls_open(context, peer, deadline_ns, &tls, &err) == DYNO_OK;
    dyno_tls_close(tls);
    dyno_tls_context_free(context);
    return is_spoken;
}
