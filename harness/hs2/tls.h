/**
 * TLS over a connected socket, by OpenSSL: never below 1.2, the peer's certificate and host name
 * checked unless told otherwise, no wait past its deadline, no SIGPIPE.
 *
 * A context holds what was read from files and may be used by any number of threads; a stream
 * belongs to one thread at a time.
 */
#ifndef DYNO_HS2_TLS_H
#define DYNO_HS2_TLS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How to talk TLS. Texts are borrowed; NULL and false are the defaults. */
struct dyno_hs2_tls {
    bool is_on;
    bool skips_checks;        /**< neither certificate nor host name count: anybody may answer */
    bool skips_host_name;     /**< a trusted certificate of any host is good enough */
    bool allows_self_signed;  /**< a certificate that signed itself is trusted */
    bool needs_1_3;           /**< refuse TLS 1.2 */
    bool adds_system_cas;     /**< trust the system's authorities beside those of `ca_file` */
    const char *ca_file;      /**< PEM; NULL: the system's authorities */
    const char *cert_file;    /**< PEM: our own certificate and those that vouch for it */
    const char *key_file;     /**< PEM; NULL: the key is in `cert_file` */
    const char *key_password; /**< NULL: the key is not encrypted */
};

struct dyno_tls_context;
struct dyno_tls;

/** A socket and who is at its other end. */
struct dyno_tls_peer {
    int fd;           /**< connected, not blocking; stays the caller's */
    const char *host; /**< the certificate must name it */
    const char *name; /**< "host:port", for messages */
};

/**
 * Shake hands. DYNO_ETLS (08001) with the reason: certificate, host name, no TLS on this port, no
 * version or cipher in common; DYNO_ETIMEOUT (HYT01), DYNO_ECONN (08001), DYNO_ENOMEM.
 */
enum dyno_status dyno_tls_open(const struct dyno_tls_context *context,
                               const struct dyno_tls_peer *peer, int64_t deadline_ns,
                               struct dyno_tls **out, struct dyno_err *err) DYNO_MUST_CHECK;

/** Take leave without waiting, and free; the socket stays open. NULL is fine. */
void dyno_tls_close(struct dyno_tls *tls);

/**
 * One try: bytes sent or received (`*len_out`), 0 bytes received at the end of the stream; or nothing
 * yet, and `*wait_out` says which poll event to wait for. DYNO_ECONN or DYNO_ETLS, both 08S01.
 */
enum dyno_status dyno_tls_send(struct dyno_tls *tls, const void *bytes, size_t len, size_t *len_out,
                               short *wait_out, struct dyno_err *err) DYNO_MUST_CHECK;
/** As dyno_tls_send. */
enum dyno_status dyno_tls_receive(struct dyno_tls *tls, void *out, size_t room, size_t *len_out,
                                  short *wait_out, struct dyno_err *err) DYNO_MUST_CHECK;

/** Does that port speak TLS? Shakes hands with whoever answers and hangs up; sends nothing else. */
bool dyno_tls_is_spoken(const struct dyno_tls_peer *peer, int64_t deadline_ns);

#endif
