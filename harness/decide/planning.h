/**
 * How many blocks a comparison needs, and how small an effect it can see, from the noise of an A/A: by playing
 * experiments with that noise through the very rule that will judge them (decide/judgement.h).
 */
#ifndef DYNO_DECIDE_PLANNING_H
#define DYNO_DECIDE_PLANNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DYNO_PLANNING_BLOCKS_MAX 200

/** What is known before the run. Effects, margins and deviations are log ratios. */
struct dyno_planning {
    double sd_within;  /**< of a block's ratio within a server start */
    double sd_between; /**< of starts; 0 or NaN: none */
    size_t starts;     /**< that blocks are spread over; 0: every block on starts of its own */
    double margin;     /**< the larger of the asked margin and the noise floor */
    size_t family;     /**< primary metrics: Holm divides by them */
    uint64_t seed;
};

/** Chance of the verdict better or worse for a true effect; from 500 played experiments (standard error 2 points). */
double dyno_planning_power(const struct dyno_planning *planning, double effect, size_t blocks);

/** Chance of the verdict equivalent where there is no effect. */
double dyno_planning_equivalence(const struct dyno_planning *planning, size_t blocks);

/** Fewest blocks (6 or more) with a chance of at least 80 % for that effect; 0 if it takes over
 *  DYNO_PLANNING_BLOCKS_MAX, or the effect does not lie beyond the margin. */
size_t dyno_planning_blocks(const struct dyno_planning *planning, double effect);

/** The same for the verdict equivalent; 0 as above. */
size_t dyno_planning_equivalence_blocks(const struct dyno_planning *planning);

/** Smallest effect that so many blocks find with a chance of 80 %; NaN below 6 blocks. */
double dyno_planning_visible(const struct dyno_planning *planning, size_t blocks);

/** Blocks that go best into one server start, by the cost of both and by what varies where; INFINITY where starts
 *  add no variance. */
double dyno_planning_blocks_per_start(const struct dyno_planning *planning, double block_cost,
                                      double start_cost);

#endif
