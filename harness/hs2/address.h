/** Where to connect, as whom and how: the options of a session, kept for as long as it lives. */
#ifndef DYNO_HS2_ADDRESS_H
#define DYNO_HS2_ADDRESS_H

#include "base/status.h"
#include "hs2/session.h"
#include "hs2/tls.h"

#define DYNO_HS2_ADDRESS_TEXTS 16

/** Immutable after _init, so any thread may read it. */
struct dyno_hs2_address {
    struct dyno_hs2_options with;        /**< defaults filled in; no schema and no properties */
    struct dyno_tls_context *tls;        /**< NULL: not on this transport */
    char *texts[DYNO_HS2_ADDRESS_TEXTS]; /**< what the texts of `with` point to */
};

/**
 * Copy the options with their defaults and read the files for TLS. DYNO_ENOMEM, DYNO_ETLS; to be
 * given to _deinit either way.
 */
enum dyno_status dyno_hs2_address_init(struct dyno_hs2_address *address,
                                       const struct dyno_hs2_options *options,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/** Free the copies, overwritten, as some are secret. */
void dyno_hs2_address_deinit(struct dyno_hs2_address *address);

#endif
