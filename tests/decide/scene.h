/** A made-up comparison with a known truth, put into a results file trial by trial. */
#ifndef DYNO_TESTS_DECIDE_SCENE_H
#define DYNO_TESTS_DECIDE_SCENE_H

#include "store/fixture.h"

struct scene_options {
    int blocks;
    size_t statements;  /**< of each trial, queries 0 and 1 in turn */
    double effect;      /**< candidate / base in true response time */
    double block_noise; /**< sd of the log of what all statements of one trial share */
    double noise;       /**< sd of the log of a single statement */
    int starts;         /**< server starts that the blocks are spread over; arms share them */
    uint64_t seed;
};

#define SCENE_OPTIONS_INIT                                                                         \
    {                                                                                              \
        .blocks = 8, .statements = 100, .effect = 1.0, .block_noise = 0.01, .noise = 0.1,          \
        .starts = 1, .seed = 1                                                                     \
    }

struct scene {
    struct dyno_store *store;
    struct fixture_compare ids;
    int64_t starts[64];
    struct scene_options options;
};

/** Arms "default" and "aqe-off" on workload "retail", no trials yet. */
struct scene scene_open(struct fixture *fixture, const struct scene_options *options);

/** Add every trial of the scene. */
void scene_play(struct scene *scene);

/** The trial of one place, to be changed before scene_add. Free `records` with free(). */
struct dyno_store_trial scene_trial(struct scene *scene, int block, int arm,
                                    struct dyno_store_record **records);
void scene_add(struct scene *scene, const struct dyno_store_trial *trial);

/** Standard normal, by Box and Muller. */
struct dyno_rng;
double scene_normal(struct dyno_rng *rng);

#endif
