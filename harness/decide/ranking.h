/**
 * The numeric core of a ranking: from the log statistics of all rows to effects with verdicts. Knows neither
 * store nor words.
 *
 * Each contrast has the error of its stratum (stats/splitplot.h): pooled from replicates, or Lenth's without any.
 * A contrast is
 *
 *   found      beyond the limit that all contrasts together exceed by chance in at most 5 % of rankings
 *              in which nothing matters (Sidak over all contrasts that carry an effect, in both strata)
 *   possible   clear of zero alone, not among so many
 *   not found  otherwise; `ci` says how small it is
 *   open       its stratum has too few contrasts or replicates to know its own noise (under 7 contrasts for
 *              Lenth, under 3 degrees of freedom from replicates)
 */
#ifndef DYNO_DECIDE_RANKING_H
#define DYNO_DECIDE_RANKING_H

#include "stats/effects.h"
#include "stats/splitplot.h"
#include "stats/standing.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DYNO_RANKING_LEVEL 0.95

enum dyno_stratum {
    DYNO_STRATUM_BETWEEN,
    DYNO_STRATUM_WITHIN,
    DYNO_STRATUM_COUNT
};

/** "between", "within". */
const char *dyno_stratum_name(enum dyno_stratum stratum);

enum dyno_finding {
    DYNO_FINDING_FOUND,
    DYNO_FINDING_POSSIBLE,
    DYNO_FINDING_NOT_FOUND,
    DYNO_FINDING_OPEN
};

/** "found", "possible", "not found", "open". */
const char *dyno_finding_name(enum dyno_finding finding);

struct dyno_ranking_effect {
    uint32_t column;
    int factor;                   /**< whose main effect; -1 */
    size_t pair_count;            /**< interactions in the chain */
    struct dyno_factor_pair pair; /**< the first of them */
    enum dyno_stratum stratum;
    double
        estimate; /**< log ratio, high against low; of an interaction: half of how much one factor's
                            effect differs between the levels of the other */
    double se, df, ci_low, ci_high;
    double limit, p, share;
    struct dyno_standing standing; /**< main effects only */
    enum dyno_finding finding;
};

struct dyno_ranking_error {
    struct dyno_effects_error error;
    double margin; /**< half-width of one interval */
    double limit;  /**< of all together */
    bool is_known;
};

struct dyno_ranking {
    struct dyno_ranking_effect effects[DYNO_FACTORIAL_MAX_RUNS];
    size_t count; /**< contrasts that carry a main effect or an interaction of two */
    struct dyno_ranking_error errors[DYNO_STRATUM_COUNT];
    double mean; /**< of all logs */
};

struct dyno_ranking_input {
    const struct dyno_factorial *design;
    const struct dyno_splitplot *strata;
    const double *logs; /**< of row `run` in replicate r: logs[r * run_count + run] */
    size_t replicates;
    size_t draws; /**< for the places; 0: none */
    uint64_t seed;
};

/** Measure and judge every contrast. At most 100 replicates. */
void dyno_ranking_make(const struct dyno_ranking_input *input, struct dyno_ranking *out);

/** The main effect of a factor; NULL if the design has none (never for its factors). */
const struct dyno_ranking_effect *dyno_ranking_main(const struct dyno_ranking *ranking, int factor);

/** What the ranking predicts to be the fastest combination of levels. */
struct dyno_ranking_best {
    uint32_t set;  /**< factors that matter: a found main effect or a found interaction */
    uint32_t high; /**< of those, the ones at their high level */
    double log;    /**< predicted log statistic, other factors at their mean */
    bool
        is_guess; /**< an interaction of a chain was taken to be the one whose main effects are found */
};

/** False if nothing was found that could be set. */
bool dyno_ranking_predict(const struct dyno_factorial *design, const struct dyno_ranking *ranking,
                          struct dyno_ranking_best *out);

/** The factor on which a fold would split the largest found chain of several interactions; -1 if there is
 *  none, or the design is folded already. */
int dyno_ranking_fold_on(const struct dyno_factorial *design, const struct dyno_ranking *ranking);

#endif
