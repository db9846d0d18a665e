/**
 * Split plots: which runs of a design share a server start, and which contrasts compare starts.
 *
 * Settings that need a restart are the same for all runs of a start (whole-plot factors); settings of a
 * session vary inside a start. A contrast whose column lies in the span of the whole-plot columns compares
 * starts, with the noise of starts; every other one compares runs inside starts, with the smaller noise of
 * runs. The two have an error term each.
 */
#ifndef DYNO_STATS_SPLITPLOT_H
#define DYNO_STATS_SPLITPLOT_H

#include "stats/factorial.h"

struct dyno_splitplot {
    int start_count;        /**< starts of one replicate of the design, both halves */
    uint64_t between;       /**< bit c: column c compares starts */
    uint32_t generators[7]; /**< columns that tell the starts apart; a sieve has none */
    int generator_count;
};

/**
 * Choose columns for the factors: `is_whole[f]` says that factor f needs a restart. As few other factors as
 * possible are constant in each start (three whole-plot factors of eight in 16 runs always hold a fourth; it
 * is then judged by the noise of starts as well), and few starts are needed. Only for a design that is not
 * folded; the fold comes after.
 */
void dyno_splitplot_assign(struct dyno_factorial *design, const bool *is_whole);

/**
 * The strata of a design: starts are told apart by the whole-plot factors, by the halves of a foldover, and by
 * `splits` further free columns (each doubles the starts). False if there are not so many free columns, or it
 * is a sieve with splits. A sieve with a whole-plot factor has one run in a start.
 */
bool dyno_splitplot_make(const struct dyno_factorial *design, const bool *is_whole, int splits,
                         struct dyno_splitplot *out);

/** Does this contrast compare starts? */
bool dyno_splitplot_is_between(const struct dyno_splitplot *strata, uint32_t column);

/** The start (0 .. start_count - 1) of a run. The starts of the first half come first. */
int dyno_splitplot_start(const struct dyno_factorial *design, const struct dyno_splitplot *strata,
                         int run);

#endif
