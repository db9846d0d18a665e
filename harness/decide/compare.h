/**
 * The verdict of a compare: paired log ratios per block, read against a practical margin.
 *
 * Method (reference: the statistical unit is the trial, not the statement): for each block with a valid
 * trial in both arms, d = ln(candidate / base) of a per-trial statistic of response time (p50, p95,
 * mean; a statistic is "not estimable" from too few statements: p95 below 72, p50 below 6); t interval
 * over blocks, exact sign-flip test, two one-sided tests for equivalence; the margin is a ratio.
 * Fewer than 6 blocks never yield better or worse; blocks of a single server start are named as such. Where an
 * A/A of the same workload, load, profile and environment is in the store, the margin is at least its noise
 * floor. How much the ratios vary within a server start and between starts is estimated, stored and said.
 *
 * Per metric the rule of judgement.h. The verdict of the whole comes from the primary family: the metrics declared
 * before the run (p50, p95 and mean unless others are named) over all statements, as far as each is estimable in
 * every trial, with Holm's correction among them:
 *
 *   invalid       a setting did not take effect, the arms gave different results (rows or checksums of a
 *                 query), or no block has a valid trial in both arms; the numbers are stored, not judged
 *   better, worse some metric says so and none says the opposite
 *   equivalent    every metric is equivalent
 *   inconclusive  anything else: also metrics that point in opposite directions
 *
 * Contrasts of single queries are exploratory (Benjamini-Hochberg among them) and decide nothing.
 */
#ifndef DYNO_DECIDE_COMPARE_H
#define DYNO_DECIDE_COMPARE_H

#include "base/status.h"
#include "store/store.h"

#include <stdbool.h>

/** Judge experiment `id` from what the store holds and write contrasts and verdict into it. */
enum dyno_status dyno_compare_decide(struct dyno_store *store, int64_t id,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * An A/A, a profile against itself: the same judgement, read the other way. "valid" where no difference was
 * found: its noise is stored then; "invalid" where one was found: the bench favours a place or a time, and its
 * comparisons are not to be believed; "inconclusive" below 6 blocks.
 */
enum dyno_status dyno_aa_decide(struct dyno_store *store, int64_t id,
                                struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * For a comparison with early stopping, between blocks: is it settled? Writes nothing. Valid at any time, since
 * only the e-process may find.
 */
enum dyno_status dyno_compare_is_settled(struct dyno_store *store, int64_t id, bool *out,
                                         struct dyno_err *err) DYNO_MUST_CHECK;

/** The same for a `run`: valid or invalid, no comparison. */
enum dyno_status dyno_run_decide(struct dyno_store *store, int64_t id,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

#endif
