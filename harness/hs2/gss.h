/**
 * One security context of GSSAPI (Kerberos), towards one server. MIT's library is loaded when it is
 * first wanted, so that nobody needs it who does not use it; where no ticket for the server is at
 * hand yet, it asks the KDC, in its own time. One thread at a time.
 */
#ifndef DYNO_HS2_GSS_H
#define DYNO_HS2_GSS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_gss;

/** Whom to trust with our ticket: service/host[@REALM]. */
struct dyno_gss_peer {
    const char *service;
    const char *host;
    const char *realm; /**< NULL: as krb5.conf says */
};

/** Bytes of a token. */
struct dyno_gss_token {
    const void *bytes; /**< borrowed */
    size_t len;
};

/** Load the library and name the server. DYNO_EENV (08001) if there is no library; DYNO_ENOMEM. */
enum dyno_status dyno_gss_open(const struct dyno_gss_peer *peer, struct dyno_gss **out,
                               struct dyno_err *err) DYNO_MUST_CHECK;

/** NULL is fine. */
void dyno_gss_close(struct dyno_gss *gss);

/**
 * One step of the context: the server's token in (empty at the start), ours out (it may be empty),
 * valid until the next call. `*is_done_out`: both sides are sure of each other.
 * DYNO_EAUTH (28000) with Kerberos' own words: no ticket, no such service, clocks apart.
 */
enum dyno_status dyno_gss_step(struct dyno_gss *gss, const struct dyno_gss_token *in,
                               struct dyno_gss_token *out, bool *is_done_out,
                               struct dyno_err *err) DYNO_MUST_CHECK;

/** Check and unwrap, or wrap without encryption; `out` is valid until the next call. DYNO_EAUTH. */
enum dyno_status dyno_gss_unwrap(struct dyno_gss *gss, const struct dyno_gss_token *in,
                                 struct dyno_gss_token *out, struct dyno_err *err) DYNO_MUST_CHECK;
/** As dyno_gss_unwrap. */
enum dyno_status dyno_gss_wrap(struct dyno_gss *gss, const struct dyno_gss_token *in,
                               struct dyno_gss_token *out, struct dyno_err *err) DYNO_MUST_CHECK;

#endif
