/** The profile that a ranking predicts to be best: read from the results, written as a file. */
#ifndef DYNO_EXPERIMENT_RANK_BEST_H
#define DYNO_EXPERIMENT_RANK_BEST_H

#include "plan/rank.h"
#include "store/store.h"

#include <stdbool.h>

/**
 * The base with what the ranking found to be best; factors that were not found stay alone. `*has_out` is false if
 * there is none: nothing was found, or the defaults are best already. The caller deinits `out` if there is one.
 */
enum dyno_status dyno_rank_best_read(struct dyno_store *store, int64_t experiment_id,
                                     const struct dyno_rank *rank, struct dyno_profile *out,
                                     bool *has_out, struct dyno_err *err) DYNO_MUST_CHECK;

/** As a profile that dyno_profile_read takes, with `comment` as its first line (one line). */
enum dyno_status dyno_rank_best_write(const struct dyno_profile *profile, const char *comment,
                                      const char *path, struct dyno_err *err) DYNO_MUST_CHECK;

#endif
