/**
 * How OpenSSL reaches a socket. Its own way writes without MSG_NOSIGNAL, so that a peer that is gone
 * would end the whole process.
 */
#ifndef DYNO_HS2_TLS_BIO_H
#define DYNO_HS2_TLS_BIO_H

#include <openssl/bio.h>

/** The kind of BIO; to be freed with BIO_meth_free. NULL: out of memory. */
BIO_METHOD *dyno_tls_bio_method_new(void);

/** A BIO over the socket in `*fd`, which must stay where it is. NULL: out of memory. */
BIO *dyno_tls_bio_new(const BIO_METHOD *method, int *fd);

#endif
