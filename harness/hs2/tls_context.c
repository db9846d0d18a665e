#include "hs2/tls_context.h"

#include "hs2/tls_bio.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <string.h>

static enum dyno_status out_of_memory(struct dyno_err *err)
{
    return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "out of memory");
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
    bool *was_cert_asked = SSL_get_app_data(ssl);
    (void)cert;
    (void)key;
    *was_cert_asked = true;
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
    context->socket_bio = dyno_tls_bio_method_new();
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
