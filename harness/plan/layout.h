/**
 * The layout of an experiment: which trial runs in which block, in which server start, in which order.
 *
 * A block holds every arm once. Arms that share their static settings share starts: blocks are spread
 * evenly over `starts` server starts and the arms alternate inside. Arms that differ in a static
 * setting get a fresh start each, in every block. Orders are drawn from the seed.
 */
#ifndef DYNO_PLAN_LAYOUT_H
#define DYNO_PLAN_LAYOUT_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_layout_trial {
    int block;    /**< from 0 */
    int position; /**< within the block, from 0 */
    int arm;
    int start;     /**< from 0; starts are run in this order */
    uint64_t seed; /**< the same for all arms of a block: common random numbers */
};

struct dyno_layout_start {
    int arm; /**< whose static settings it runs; -1: several arms share it */
};

struct dyno_layout {
    struct dyno_layout_trial *trials; /**< in the order in which they are run */
    size_t trial_count;
    struct dyno_layout_start *starts;
    size_t start_count;
};

/**
 * @param arm_count 1 or more
 * @param is_shared the arms have equal static settings
 * @param start_count asked number of starts when shared (1 .. block_count); ignored otherwise
 */
enum dyno_status dyno_layout_make(int arm_count, int block_count, bool is_shared, int start_count,
                                  uint64_t seed, struct dyno_layout *out,
                                  struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_layout_deinit(struct dyno_layout *layout);

/** Does a start hold trials of this arm? */
bool dyno_layout_has_arm(const struct dyno_layout *layout, int start, int arm);

/** The arm of the first trial of a start: it has the static settings of them all. */
int dyno_layout_first_arm(const struct dyno_layout *layout, int start);

/** How many different arms have trials in a start. */
int dyno_layout_arms(const struct dyno_layout *layout, int start, int arm_count);

#endif
