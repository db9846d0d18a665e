/** The kinds of target, known to each other's table only (target.c). All in static storage. */
#ifndef DYNO_TARGET_TARGETS_H
#define DYNO_TARGET_TARGETS_H

#include "target/target.h"

/**
 * Answers every statement with no rows after `null_service_ns`. SET k=v is remembered and SET k gives
 * it back, so that everything around a statement can be tried and measured without a server.
 */
const struct dyno_target_ops *dyno_target_null(void);

/** Our own HiveServer2 client, with nothing between. */
const struct dyno_target_ops *dyno_target_hs2(void);

/** Any ODBC driver through unixODBC, by plain ODBC 3 calls. */
const struct dyno_target_ops *dyno_target_odbc(void);

#endif
