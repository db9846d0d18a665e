/**
 * Two-level designs: which settings stand at which level in which run, and which effects cannot be told apart.
 *
 * A regular fraction of 2^b runs names each column by a mask of its b base factors (A = 1, B = 2, C = 4 ...);
 * the column of an interaction is the exclusive or of its factors' columns, and effects with the same
 * column are aliases. The generators are those of minimum aberration, as in the catalogue of the R package
 * FrF2. A level is high where the parity of (run and mask) is odd, so that run 0 has every factor low: of two
 * mirrored fractions the one that holds it is taken.
 *
 * A sieve is a Plackett-Burman design (12, 20 or 24 runs): main effects only, each of them mixed with a third
 * of every interaction of the others. Its columns are numbered from 1.
 *
 * A foldover appends a second half in which some factors change their level. The mark of the halves is a
 * column of its own (`base_runs`).
 */
#ifndef DYNO_STATS_FACTORIAL_H
#define DYNO_STATS_FACTORIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DYNO_FACTORIAL_MIN_FACTORS 2
#define DYNO_FACTORIAL_MAX_FACTORS 12
#define DYNO_FACTORIAL_MAX_RUNS    64
#define DYNO_FACTORIAL_MAX_PAIRS   66

struct dyno_factorial {
    bool is_sieve;
    bool is_folded;
    int factor_count;
    int run_count; /**< of both halves */
    int base_runs; /**< of one half */
    uint32_t columns[DYNO_FACTORIAL_MAX_FACTORS];
};

/**
 * The design of `factors` (2 to 12) in `runs` runs; 0: the usual number (4, 8 and 16 up to 3 and 5 factors, 16
 * up to 8, 32 up to 12). False if the tables hold none: *out is then unchanged.
 */
bool dyno_factorial_make(int factors, int runs, struct dyno_factorial *out);

/** Plackett-Burman in 12 runs up to 11 factors, in 20 runs above. False outside 2 .. 12 factors. */
bool dyno_factorial_make_sieve(int factors, struct dyno_factorial *out);

/**
 * Append the second half. `factors`: bit f set: factor f changes its level there. False for a design that is
 * folded already, that would have more than DYNO_FACTORIAL_MAX_RUNS runs, for no factor, and for a sieve
 * unless all its factors are folded.
 */
bool dyno_factorial_fold(struct dyno_factorial *design, uint32_t factors);

/** Let `order[f]` be the place whose column factor f takes: a permutation of 0 .. factor_count - 1. */
void dyno_factorial_reorder(struct dyno_factorial *design, const int *order);

/** Level of a factor in a run: -1 low, +1 high. */
int dyno_factorial_level(const struct dyno_factorial *design, int run, int factor);

/** Sign of contrast `column` (1 .. run_count - 1) in a run; that of a main effect is the level. */
int dyno_factorial_sign(const struct dyno_factorial *design, int run, uint32_t column);

/** The column of an interaction of two factors; 0 for a sieve, which has none of its own. The product of
 *  the two levels is minus the column's sign. */
uint32_t dyno_factorial_interaction(const struct dyno_factorial *design, int first, int second);

/** The factor whose main effect a column is; -1 if none. In resolution III it may be the alias of pairs. */
int dyno_factorial_main(const struct dyno_factorial *design, uint32_t column);

struct dyno_factor_pair {
    int first, second; /**< first < second */
};

/** The pairs of factors whose interaction a column is: their alias chain. Returns how many. */
size_t dyno_factorial_pairs(const struct dyno_factorial *design, uint32_t column,
                            struct dyno_factor_pair pairs[DYNO_FACTORIAL_MAX_PAIRS]);

/**
 * Word lengths: counts[l] is the number of sets of l factors whose columns cancel out. Returns the resolution,
 * the length of the shortest word: 3 for a sieve (4 folded, its words are not counted), 0 if there is none (all
 * effects can be told apart).
 */
int dyno_factorial_words(const struct dyno_factorial *design,
                         int counts[DYNO_FACTORIAL_MAX_FACTORS + 1]);

/** The words themselves, as sets of factors (bit f: factor f), ascending; returns how many there are, of
 *  which at most `room` are written. */
size_t dyno_factorial_defining(const struct dyno_factorial *design, uint32_t *words, size_t room);

/** Interactions of two factors that are alone in their column: with no main effect and no other pair. */
size_t dyno_factorial_clear_pairs(const struct dyno_factorial *design);

/** Columns that hold neither a main effect nor an interaction of two: free for blocks. Returns how many. */
size_t dyno_factorial_free(const struct dyno_factorial *design,
                           uint32_t columns[DYNO_FACTORIAL_MAX_RUNS]);

/** The letter of a factor, A to M without I; borrowed, static. */
char dyno_factorial_letter(int factor);

/**
 * What a contrast may be, in letters: "A", "AB", "AB + CE + DF", in resolution III "A - BC - DE"; "free" where no
 * main effect and no interaction of two stands in it. Effects after a minus come in with the other sign.
 * Returns `out`; cut at `out_bytes`.
 */
char *dyno_factorial_chain(const struct dyno_factorial *design, uint32_t column, char *out,
                           size_t out_bytes);

#endif
