/** What TLS streams share: what was read from files, and how certificates are judged. */
#ifndef DYNO_HS2_TLS_CONTEXT_H
#define DYNO_HS2_TLS_CONTEXT_H

#include "hs2/tls.h"

#include <openssl/ssl.h>

/** A stream's SSL has as application data a bool that says whether a certificate was asked for in vain. */
struct dyno_tls_context {
    SSL_CTX *ssl;
    BIO_METHOD *socket_bio;
    bool skips_checks;
    bool skips_host_name;
};

/** Read the files. DYNO_ETLS names the file that cannot be used; DYNO_ENOMEM. */
enum dyno_status dyno_tls_context_new(const struct dyno_hs2_tls *options,
                                      struct dyno_tls_context **out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

/** NULL is fine. */
void dyno_tls_context_free(struct dyno_tls_context *context);

/** Make a context of OpenSSL (SSL_CTX) trust certificates that signed themselves. */
void dyno_tls_allow_self_signed(void *ssl_context);

/** Why a certificate did not pass, by OpenSSL's code (X509_V_ERR_...). Static text. */
const char *dyno_tls_verdict(long code);

#endif
