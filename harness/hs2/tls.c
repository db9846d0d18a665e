#include "hs2/tls.h"

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

struct dyno_tls_context {
    SSL_CTX *ssl;
    BIO_METHOD *socket_bio;
    bool skips_checks;
    bool skips_host_name;
};

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

/*
 * OpenSSL's own socket BIO writes without MSG_NOSIGNAL, so that a peer that is gone would end the
 * whole process. The stream travels as the BIO's data.
 */
static int bio_fd(BIO *bio)
{
    const struct dyno_tls *tls = BIO_get_data(bio);
    return tls->fd;
}

static int bio_ended(BIO *bio, ssize_t count, int retry_flag)
{
    BIO_clear_retry_flags(bio);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_flags(bio, retry_flag | BIO_FLAGS_SHOULD_RETRY);
    else if (count == 0)
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return (int)count;
}

static int bio_write(BIO *bio, const char *bytes, int len)
{
    return bio_ended(bio, send(bio_fd(bio), bytes, (size_t)len, MSG_NOSIGNAL), BIO_FLAGS_WRITE);
}

static int bio_read(BIO *bio, char *out, int room)
{
    return bio_ended(bio, recv(bio_fd(bio), out, (size_t)room, 0), BIO_FLAGS_READ);
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)number;
    (void)pointer;
    if (command == BIO_CTRL_EOF)
        return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *new_socket_bio(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    if (method == NULL)
        return NULL;
    if (BIO_meth_set_write(method, bio_write) == 1 && BIO_meth_set_read(method, bio_read) == 1 &&
        BIO_meth_set_ctrl(method, bio_ctrl) == 1)
        return method;
    BIO_meth_free(method);
    return NULL;
}

/* Take a certificate that vouches for itself; everything else stays as OpenSSL judged it. */
static int allow_self_signed(int is_good, X509_STORE_CTX *store)
{
    if (is_good == 0 && X509_STORE_CTX_get_error(store) == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    return is_good;
}

void dyno_tls_allow_self_signed(void *ssl_context)
{
    SSL_CTX_set_verify(ssl_context, SSL_VERIFY_PEER, allow_self_signed);
}

/* Called where the server asks for a certificate and none was loaded. */
static int note_request(SSL *ssl, X509 **cert, EVP_PKEY **key)
{
    struct dyno_tls *tls = SSL_get_app_data(ssl);
    (void)cert;
    (void)key;
    tls->was_cert_asked = true;
    return 0;
}

static int give_password(char *out, int room, int is_writing, void *password)
{
    (void)is_writing;
    size_t len = password != NULL ? strlen(password) : 0;
    if (room < 0 || len > (size_t)room)
        return -1;
    /* OpenSSL wants the bytes and their number. NOLINTNEXTLINE(bugprone-not-null-terminated-result) */
    memcpy(out, len > 0 ? password : "", len);
    return (int)len;
}

/* The last reason that OpenSSL noted in this thread. */
static const char *openssl_reason(void)
{
    unsigned long code = ERR_peek_last_error();
    if (ERR_SYSTEM_ERROR(code))
        return "the file cannot be read";
    const char *reason = ERR_reason_error_string(code);
    return reason != NULL ? reason : "no reason given";
}

static enum dyno_status bad_file(const char *what, const char *file, struct dyno_err *err)
{
    return dyno_err_set_sql(err, DYNO_ETLS, "08001", 0, "the %s file for TLS '%s' is of no use: %s",
                            what, file, openssl_reason());
}

static enum dyno_status load_trust(SSL_CTX *ssl, const struct dyno_hs2_tls *options,
                                   struct dyno_err *err)
{
    if (options->skips_checks)
        return DYNO_OK;
    if ((options->ca_file == NULL || options->adds_system_cas) &&
        SSL_CTX_set_default_verify_paths(ssl) != 1)
        return dyno_err_set_sql(err, DYNO_ETLS, "08001", 0,
                                "the system's certificate authorities for TLS cannot be read");
    if (options->ca_file != NULL && SSL_CTX_load_verify_file(ssl, options->ca_file) != 1)
        return bad_file("CA", options->ca_file, err);
    return DYNO_OK;
}

static enum dyno_status load_identity(SSL_CTX *ssl, const struct dyno_hs2_tls *options,
                                      struct dyno_err *err)
{
    if (options->cert_file == NULL)
        return DYNO_OK;
    const char *key_file = options->key_file != NULL ? options->key_file : options->cert_file;
    union {
        const char *in;
        void *out;
    } password = {.in = options->key_password};
    SSL_CTX_set_default_passwd_cb(ssl, give_password);
    SSL_CTX_set_default_passwd_cb_userdata(ssl, password.out);
    enum dyno_status status = DYNO_OK;
    if (SSL_CTX_use_certificate_chain_file(ssl, options->cert_file) != 1)
        status = bad_file("certificate", options->cert_file, err);
    else if (SSL_CTX_use_PrivateKey_file(ssl, key_file, SSL_FILETYPE_PEM) != 1)
        status = bad_file("key", key_file, err);
    SSL_CTX_set_default_passwd_cb_userdata(ssl, NULL);
    return status;
}

static enum dyno_status configure(struct dyno_tls_context *context,
                                  const struct dyno_hs2_tls *options, struct dyno_err *err)
{
    SSL_CTX *ssl = context->ssl;
    if (SSL_CTX_set_min_proto_version(ssl, options->needs_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION) !=
        1)
        return dyno_err_set_sql(err, DYNO_ETLS, "08001", 0,
                                "OpenSSL here has no TLS of that version");
    SSL_CTX_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_AUTO_RETRY | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(ssl, options->skips_checks ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                       options->allows_self_signed ? allow_self_signed : NULL);
    SSL_CTX_set_client_cert_cb(ssl, note_request);
    enum dyno_status status = load_trust(ssl, options, err);
    return status == DYNO_OK ? load_identity(ssl, options, err) : status;
}

enum dyno_status dyno_tls_context_new(const struct dyno_hs2_tls *options,
                                      struct dyno_tls_context **out, struct dyno_err *err)
{
    struct dyno_tls_context *context = calloc(1, sizeof *context);
    if (context == NULL)
        return out_of_memory(err);
    ERR_clear_error();
    context->skips_checks = options->skips_checks;
    context->skips_host_name = options->skips_checks || options->skips_host_name;
    context->ssl = SSL_CTX_new(TLS_client_method());
    context->socket_bio = new_socket_bio();
    enum dyno_status status = context->ssl == NULL || context->socket_bio == NULL
                                  ? out_of_memory(err)
                                  : configure(context, options, err);
    ERR_clear_error();
    if (status != DYNO_OK) {
        dyno_tls_context_free(context);
        return status;
    }
    *out = context;
    return DYNO_OK;
}

void dyno_tls_context_free(struct dyno_tls_context *context)
{
    if (context == NULL)
        return;
    SSL_CTX_free(context->ssl);
    BIO_meth_free(context->socket_bio);
    free(context);
}

const char *dyno_tls_verdict(long code)
{
    switch (code) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return "was made out for another host";
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return "has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "is not valid yet: check this machine's clock";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "has signed itself and is not among the trusted ones: name it, or the authority "
               "behind it, as CA file";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return "comes from an authority that is not trusted here: name its CA file";
    case X509_V_ERR_CERT_REVOKED:
        return "was revoked";
    default:
        return X509_verify_cert_error_string(code);
    }
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
    BIO *bio = BIO_new(context->socket_bio);
    if (bio == NULL)
        return false;
    tls->fd = peer->fd;
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls->ssl, bio, bio);
    SSL_set_app_data(tls->ssl, tls);
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
