/** Experiments with a known truth, played in memory and judged by the program's own code. */
#ifndef DYNO_TESTS_DECIDE_PLAY_H
#define DYNO_TESTS_DECIDE_PLAY_H

#include "decide/contrast.h"

/** How the played world behaves; deviations and effects are log ratios. */
struct play_world {
    int blocks;
    int starts;             /**< shared by the arms; 0: each trial has a start of its own */
    size_t statements;      /**< of each trial */
    double statement_noise; /**< sd of one statement */
    double trial_noise;     /**< sd of what all statements of one trial share */
    double start_noise;     /**< sd of what a start does to the difference of the arms */
    double drift;           /**< from the first block to the last, in both arms */
    double order;           /**< second place against first */
    double carry;           /**< after a trial of the candidate, in the same start */
    double effect;          /**< of the candidate */
    double margin;
    bool is_early_stop;
};

#define PLAY_WORLD_INIT                                                                            \
    {                                                                                              \
        .blocks = 12, .starts = 3, .statements = 100, .statement_noise = 0.3, .trial_noise = 0.04, \
        .margin = 0.05                                                                             \
    }

/** One experiment; free it with dyno_evidence_free. */
struct dyno_evidence *play_evidence(const struct play_world *world, uint64_t seed);

/** The verdict of one. */
enum dyno_verdict play_verdict(const struct play_world *world, uint64_t seed);

/** How many of `runs` end in better or worse. */
int play_findings(const struct play_world *world, int runs);

#endif
