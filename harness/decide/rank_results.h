/** Did all rows of a ranking give the same answers? */
#ifndef DYNO_DECIDE_RANK_RESULTS_H
#define DYNO_DECIDE_RANK_RESULTS_H

#include "base/status.h"
#include "base/str.h"
#include "store/store.h"

/**
 * Append to `out` which query gave different rows or checksums under different rows of the design; nothing if none
 * did. A query whose own results waver under one row is left out: it says nothing about settings.
 */
enum dyno_status dyno_rank_results(struct dyno_store *store, int64_t experiment_id,
                                   struct dyno_str *out, struct dyno_err *err) DYNO_MUST_CHECK;

#endif
