#include "decide/scene.h"

#include "base/rng.h"

#include <math.h>
#include <stdlib.h>

double scene_normal(struct dyno_rng *rng)
{
    double radius = sqrt(-2.0 * log1p(-dyno_rng_uniform(rng)));
    return radius * cos(6.283185307179586 * dyno_rng_uniform(rng));
}

struct scene scene_open(struct fixture *fixture, const struct scene_options *options)
{
    struct scene scene = {.store = fixture_open(fixture), .options = *options};
    scene.ids = fixture_compare(scene.store);
    assert_int_equal(
        dyno_store_fact_put(scene.store, scene.ids.experiment, "workload", "name", "retail", NULL),
        DYNO_OK);
    scene.starts[0] = scene.ids.start;
    for (int i = 1; i < options->starts; i++)
        assert_int_equal(
            dyno_store_start_add(scene.store, scene.ids.experiment, i, 0, &scene.starts[i], NULL),
            DYNO_OK);
    return scene;
}

struct dyno_store_trial scene_trial(struct scene *scene, int block, int arm,
                                    struct dyno_store_record **records)
{
    const struct scene_options *o = &scene->options;
    struct dyno_rng rng;
    /* Own noise for each trial, whatever the order in which they are made. */
    dyno_rng_init(&rng, o->seed, (uint64_t)(block * 2 + arm));
    double shared = exp(o->block_noise * scene_normal(&rng)) * (arm == 1 ? o->effect : 1.0);
    *records = fixture_records(o->statements);
    for (size_t i = 0; i < o->statements; i++) {
        struct dyno_store_record *record = &(*records)[i];
        double response_ns = 5e8 * shared * exp(o->noise * scene_normal(&rng));
        record->done_ns = record->intended_ns + (int64_t)response_ns;
    }
    struct dyno_store_trial trial = fixture_trial(&scene->ids, block, arm, *records, o->statements);
    trial.start_id = scene->starts[block % o->starts];
    return trial;
}

void scene_add(struct scene *scene, const struct dyno_store_trial *trial)
{
    int64_t id = 0;
    assert_int_equal(dyno_store_trial_add(scene->store, scene->ids.experiment, trial, &id, NULL),
                     DYNO_OK);
}

void scene_play(struct scene *scene)
{
    for (int place = 0; place < scene->options.blocks * 2; place++) {
        struct dyno_store_record *records = NULL;
        struct dyno_store_trial trial = scene_trial(scene, place / 2, place % 2, &records);
        scene_add(scene, &trial);
        free(records);
    }
}
