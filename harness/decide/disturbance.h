/**
 * What else moved the numbers than the arms: looked for in every comparison, whether or not it changes the
 * verdict. Random order inside blocks keeps these out of the ratios on average; a reader should see them.
 *
 *   drift       least-squares slope of ln(response), both arms of a block averaged, from first to last block
 *   order       second place in a block against first: half the difference between the ratios of blocks that the
 *               base opened and blocks that the candidate opened
 *   carry_over  a trial after one of the candidate against a trial after one of the base, in the same start, each
 *               against its arm's mean
 *
 * Each by a two-sided t test; "seen" is p below 1 % after Holm over all of them.
 */
#ifndef DYNO_DECIDE_DISTURBANCE_H
#define DYNO_DECIDE_DISTURBANCE_H

#include "decide/contrast.h"
#include "store/history.h"

#include <stddef.h>

#define DYNO_DISTURBANCE_KINDS 3
#define DYNO_DISTURBANCE_MAX   (DYNO_DISTURBANCE_KINDS * DYNO_METRIC_COUNT)

/** Look at every primary metric; returns how many rows were filled. Fewer than 6 blocks: none. */
size_t dyno_disturbances_find(const struct dyno_evidence *evidence,
                              const struct dyno_contrasts *contrasts,
                              struct dyno_store_disturbance out[DYNO_DISTURBANCE_MAX]);

#endif
