/**
 * Acceptance by counting: so few of n statements violated a limit that at least a share p of all of them keep it,
 * with confidence c. The rule of MLPerf's early stopping: P(at most t violations | 1 - p) <= 1 - c.
 */
#ifndef DYNO_STATS_ACCEPTANCE_H
#define DYNO_STATS_ACCEPTANCE_H

#include <stdbool.h>
#include <stddef.h>

/** Independent statements are assumed. False for n = 0, or p or confidence outside (0, 1). */
bool dyno_accepts(size_t count, size_t violations, double p, double confidence);

/** The other side: so many of n violated the limit that fewer than a share p keep it, with confidence c. Neither holds
 *  where n is small. False outside the domain. */
bool dyno_rejects(size_t count, size_t violations, double p, double confidence);

/** Fewest statements that are accepted with so many violations: p95 at 95 % takes 59, 93, 124, 153 for 0 to 3. 0
 *  outside the domain. */
size_t dyno_acceptance_count(size_t violations, double p, double confidence);

#endif
