/** Which trial stands for which row of which replicate, and the logs of their statistics. */
#ifndef DYNO_DECIDE_RANK_CELLS_H
#define DYNO_DECIDE_RANK_CELLS_H

#include "decide/evidence.h"
#include "decide/rank_design.h"

#include <stddef.h>

#define DYNO_RANK_OVERALL SIZE_MAX

struct dyno_rank_cells {
    const struct dyno_evidence *evidence;
    const struct dyno_rank_design *design;
    const struct dyno_evidence_trial **trials; /**< [replicate * runs + run]; complete replicates */
    size_t replicates;                         /**< complete ones */
    size_t missing;                            /**< cells of the others without a valid trial */
};

/** The last valid trial of each row counts, for a start that was cut off is repeated whole. Release with
 *  dyno_rank_cells_deinit. */
void dyno_rank_cells_make(const struct dyno_evidence *evidence,
                          const struct dyno_rank_design *design, struct dyno_rank_cells *out);
void dyno_rank_cells_deinit(struct dyno_rank_cells *cells);

/**
 * The logs of a metric over all statements (DYNO_RANK_OVERALL) or one query, in the order of the cells; the caller
 * frees them. NULL if a cell has no value of it: `*lack_out` says why, `*run_out` where.
 */
double *dyno_rank_cells_logs(const struct dyno_rank_cells *cells, enum dyno_metric metric,
                             size_t query, enum dyno_lack *lack_out, int *run_out);

/** The statistic of the base profile: geometric mean over its valid trials, in ns; NaN if it was not run or
 *  one has no value. */
double dyno_rank_cells_default(const struct dyno_rank_cells *cells, enum dyno_metric metric);

#endif
