/**
 * The verdict of a ranking: which settings matter, by how much, and whether any two interact.
 *
 * For each replicate with a valid trial of every row, y = ln of the trial's statistic; contrasts and their verdicts
 * by ranking.h. The metric that was declared beforehand decides; the other ones, and single queries, are
 * exploratory (Benjamini-Hochberg over all contrasts of all queries). Verdicts of the whole:
 *
 *   ranked         at least one effect was found
 *   nothing-found  none was; the limit says how large it would have had to be
 *   inconclusive   no stratum knows its noise, so that nothing can be said
 *   invalid        a setting did not take effect, rows gave different results, the metric has no value in a row,
 *                  or no replicate has a valid trial of every row
 */
#ifndef DYNO_DECIDE_RANK_H
#define DYNO_DECIDE_RANK_H

#include "base/status.h"
#include "store/store.h"

/** Judge experiment `id` from what the store holds and write its effects and its verdict into it. */
enum dyno_status dyno_rank_decide(struct dyno_store *store, int64_t id,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

#endif
