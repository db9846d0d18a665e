/** A made-up ranking with known effects, put into a results file trial by trial. */
#ifndef DYNO_TESTS_DECIDE_RANK_SCENE_H
#define DYNO_TESTS_DECIDE_RANK_SCENE_H

#include "stats/splitplot.h"
#include "store/fixture.h"

struct rank_scene_options {
    int sessions, statics; /**< factors */
    int replicates;
    double main[DYNO_FACTORIAL_MAX_FACTORS]; /**< log ratios, high against low */
    double interaction;                      /**< of the first two factors */
    double trial_noise, start_noise;
    int default_runs;
    int left_out; /**< a row that is not run in the last replicate; -1: none */
    size_t statements;
    uint64_t seed;
};

#define RANK_SCENE_INIT                                                                            \
    {                                                                                              \
        .sessions = 4, .statics = 0, .replicates = 2, .trial_noise = 0.02, .default_runs = 1,      \
        .left_out = -1, .statements = 20, .seed = 1                                                \
    }

struct rank_scene {
    struct dyno_store *store;
    int64_t id;
    int64_t arms[DYNO_FACTORIAL_MAX_RUNS + 1]; /**< base, then rows */
    struct dyno_factorial design;
    struct dyno_splitplot strata;
};

/** Factors "aqe", "partitions", "broadcast", "f3" ...; all trials are stored, nothing is judged. */
struct rank_scene rank_scene_play(struct fixture *fixture,
                                  const struct rank_scene_options *options);

#endif
