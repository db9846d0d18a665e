/**
 * The contrasts of a comparison: for each metric, over all statements and for each query, the log ratios of
 * its blocks and what they say.
 *
 * A metric has a value for all blocks or for none: leaving out just the blocks in which too few statements
 * ended, or some were cut off, would leave out the slow ones.
 *
 * The primary family are the metrics declared before the run, over all statements; with early stopping only the
 * first of them, for one e-process is one test. The suite's metric is there where there are several queries.
 */
#ifndef DYNO_DECIDE_CONTRAST_H
#define DYNO_DECIDE_CONTRAST_H

#include "decide/evidence.h"
#include "decide/judgement.h"

#include <stdbool.h>
#include <stddef.h>

/** A block with a usable trial in both arms. */
struct dyno_block {
    const struct dyno_evidence_trial *trials[DYNO_EVIDENCE_ARMS];
    int64_t starts; /**< equal for blocks on the same server starts */
};

struct dyno_contrast {
    enum dyno_metric metric;
    int64_t query;   /**< query.ordinal; -1: over all */
    bool is_primary; /**< of the family that the verdict comes from */
    bool is_estimable;
    enum dyno_lack lack; /**< why not */
    size_t least;        /**< completed statements of the trial that has fewest of them */
    double base_ns;      /**< geometric mean over blocks; NaN if not estimable */
    double candidate_ns;
    struct dyno_judgement judgement;
};

struct dyno_contrasts {
    struct dyno_block *blocks;
    size_t block_count;
    size_t blocks_run;           /**< blocks with a trial of either arm, usable or not */
    size_t start_pairs;          /**< different (base start, candidate start) among the blocks */
    size_t start_count;          /**< different starts among the blocks */
    struct dyno_contrast *items; /**< over all first, then query by query; none without a block */
    size_t count;
    struct dyno_judgement *primary[DYNO_METRIC_COUNT]; /**< estimable ones over all; borrowed */
    size_t primary_count;
    size_t
        exploratory_count; /**< estimable ones of single queries, and over all what is not primary */
};

/** Measure and judge. Release with dyno_contrasts_deinit; `evidence` must outlive it. */
void dyno_contrasts_make(const struct dyno_evidence *evidence, struct dyno_contrasts *out);
void dyno_contrasts_deinit(struct dyno_contrasts *contrasts);

/** Over all statements; NULL if there is none, or it is not estimable and `is_estimable` asks for that. */
const struct dyno_contrast *dyno_contrasts_overall(const struct dyno_contrasts *contrasts,
                                                   enum dyno_metric metric, bool is_estimable);

/** ln(candidate / base) of each block, for a metric over all that is estimable; room for `block_count`. */
void dyno_contrasts_ratios(const struct dyno_contrasts *contrasts, enum dyno_metric metric,
                           double *out);

#endif
