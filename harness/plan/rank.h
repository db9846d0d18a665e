/**
 * A ranking before it is run: the design for a set of factors, a generated profile for each of its rows, and the
 * layout of rows in server starts.
 *
 * A replicate runs every row once. Factors that need a restart are constant in a start; rows that share them
 * share a start, in an order drawn from the seed, and so are the starts of a replicate. Arms: the base profile,
 * then row 1, row 2 ... The second half of a foldover runs after all replicates of the first, so that one can be
 * added to a ranking that was run without. Blocks: replicate r of half h is block h * replicates + r.
 */
#ifndef DYNO_PLAN_RANK_H
#define DYNO_PLAN_RANK_H

#include "base/json.h"
#include "plan/factors.h"
#include "plan/layout.h"
#include "plan/profile.h"
#include "stats/splitplot.h"

#define DYNO_RANK_CHOOSE (-1)

struct dyno_rank_request {
    const struct dyno_factors *factors;
    const struct dyno_profile *base; /**< what the rows build on */
    int64_t runs;                    /**< of one replicate without a fold; 0: the usual number */
    bool is_sieve;                   /**< Plackett-Burman: main effects only */
    const char *fold;                /**< a factor's name, "all", or NULL */
    int64_t splits;                  /**< free columns that double the starts */
    int64_t replicates;              /**< 0: as the noise of starts asks for */
    int64_t default_runs;            /**< of the base profile in each replicate; DYNO_RANK_CHOOSE */
};

struct dyno_rank {
    const struct dyno_factors *factors; /**< borrowed */
    struct dyno_factorial design;
    struct dyno_splitplot strata;
    bool is_whole[DYNO_FACTORIAL_MAX_FACTORS];
    uint32_t folded; /**< factors of the fold */
    int splits;
    int replicates;
    int default_runs;
    struct dyno_profile *arms; /**< base first, then the rows */
    size_t arm_count;
};

/**
 * DYNO_EINPUT for what cannot be: too few or too many factors, no such design, a fold on a factor that is not
 * there, more splits than free columns, a base profile that sets a factor's setting (the row's level would
 * replace it, and the default would be none of the levels).
 */
enum dyno_status dyno_rank_make(const struct dyno_rank_request *request, struct dyno_rank *out,
                                struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_rank_deinit(struct dyno_rank *rank);

/** The layout of all replicates. The part of the first half does not depend on whether there is a second. */
void dyno_rank_layout(const struct dyno_rank *rank, uint64_t seed, struct dyno_layout *out);

/** The value of a factor in a row. Borrowed. */
const char *dyno_rank_value(const struct dyno_rank *rank, int row, size_t factor);

/** The base profile with every factor at a level: bit f of `high`. Named `name`; the caller deinits it. */
void dyno_rank_profile(const struct dyno_factors *factors, const struct dyno_profile *base,
                       uint32_t high, const char *name, struct dyno_profile *out);

/** Blocks in all: replicates, twice with a fold. */
int dyno_rank_blocks(const struct dyno_rank *rank);

/** Does any factor need a restart? */
bool dyno_rank_has_static(const struct dyno_rank *rank);

/** Design, factors, alias chains and defining words; the caller frees it. */
cJSON *dyno_rank_to_json(const struct dyno_rank *rank);

#endif
