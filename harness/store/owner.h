/** The process that an experiment belongs to: named by pid and start time, so that reuse is seen. */
#ifndef DYNO_STORE_OWNER_H
#define DYNO_STORE_OWNER_H

#include "base/status.h"

#include <sqlite3.h>

/**
 * Mark as interrupted every experiment that is 'running' while its owner is gone, and its starts as
 * failed. Experiments of live processes are left alone. One transaction.
 */
enum dyno_status dyno_owner_bury(sqlite3 *db, struct dyno_err *err) DYNO_MUST_CHECK;

#endif
