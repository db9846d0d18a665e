/** What the connection keys mean together, once each of them has been read. */
#ifndef DYNO_HS2_SETTLE_H
#define DYNO_HS2_SETTLE_H

#include "hs2/settings.h"

/**
 * Fill in what follows from other keys, and refuse what does not go together: DYNO_EINPUT with HY024,
 * 28000 or HYC00.
 */
enum dyno_status dyno_hs2_settings_settle(struct dyno_hs2_settings *settings,
                                          struct dyno_err *err) DYNO_MUST_CHECK;

#endif
