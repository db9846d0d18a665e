/**
 * Which query comes next: an independent draw by weight for every statement, a pure function of seed
 * and seq. Both arms of a block thus run the same queries in the same order, however many sessions
 * there are and whoever claims what.
 */
#ifndef DYNO_LOAD_MIX_H
#define DYNO_LOAD_MIX_H

#include "plan/trial_plan.h"

#include <stddef.h>
#include <stdint.h>

struct dyno_mix {
    double *cumulative; /**< of the weights, the last one is 1 */
    size_t count;
    uint64_t key;
};

/** Weights of the plan's queries, of which there is at least one. */
void dyno_mix_init(struct dyno_mix *mix, const struct dyno_trial_plan *plan);
void dyno_mix_deinit(struct dyno_mix *mix);

/** The query of statement `seq`. Any thread. */
uint16_t dyno_mix_draw(const struct dyno_mix *mix, uint64_t seq);

/** A warm-up trial's order: every query once a round, each round begun one query later. */
uint16_t dyno_mix_in_turn(const struct dyno_mix *mix, uint64_t seq);

#endif
