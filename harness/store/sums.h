/** Sums over the statements of a trial (trial_sum, outcome_sum, spark_sum), which reports read in their place. */
#ifndef DYNO_STORE_SUMS_H
#define DYNO_STORE_SUMS_H

#include "store/sql.h"

/**
 * Add up all that stands in the file for a trial, in place of former sums. dyno_store_trial_add does so in
 * its own transaction; whoever changes records by hand has to do it again. Inside the caller's transaction.
 */
enum dyno_status dyno_store_sum_up(sqlite3 *db, int64_t trial_id,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

#endif
