#include "decide/rank_scene.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "decide/scene.h"
#include "store/rank.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One trial: its statements take `log` more than half a second, and as many tasks as aqe says. */
static void add_trial(const struct rank_scene *scene, const struct rank_scene_options *o,
                      const int place[4], double log)
{
    struct fixture_compare ids = {.experiment = scene->id};
    struct dyno_store_record *records = fixture_records(o->statements);
    struct dyno_spark_statement *spark = dyno_xcalloc(o->statements, sizeof *spark);
    int arm = place[2];
    bool is_aqe = arm == 0 || dyno_factorial_level(&scene->design, arm - 1, 0) > 0;
    int64_t id = 0;
    for (size_t i = 0; i < o->statements; i++) {
        records[i].done_ns = records[i].intended_ns + (int64_t)(5e8 * exp(log));
        spark[i] = (struct dyno_spark_statement){
            .seq = (int64_t)i, .jobs = 1, .stages = 2, .tasks = is_aqe ? 8 : 200, .gc_ms = 3};
    }
    struct dyno_store_trial trial = fixture_trial(&ids, place[0], 0, records, o->statements);
    trial.position = place[1];
    trial.arm_id = scene->arms[arm];
    trial.start_id = place[3];
    trial.statements = spark;
    trial.statement_count = o->statements;
    assert_int_equal(dyno_store_trial_add(scene->store, scene->id, &trial, &id, NULL), DYNO_OK);
    free(records);
    free(spark);
}

static double log_of(const struct rank_scene *scene, const struct rank_scene_options *o, int run)
{
    double y = o->interaction / 2 * dyno_factorial_level(&scene->design, run, 0) *
               dyno_factorial_level(&scene->design, run, 1);
    for (int f = 0; f < scene->design.factor_count; f++)
        y += o->main[f] / 2 * dyno_factorial_level(&scene->design, run, f);
    return y;
}

static void play_replicate(const struct rank_scene *scene, const struct rank_scene_options *o,
                           int replicate, struct dyno_rng *rng)
{
    int64_t starts[DYNO_FACTORIAL_MAX_RUNS];
    double noise[DYNO_FACTORIAL_MAX_RUNS];
    int position = 0;
    for (int s = 0; s < scene->strata.start_count; s++) {
        noise[s] = o->start_noise * scene_normal(rng);
        assert_int_equal(dyno_store_start_add(scene->store, scene->id,
                                              replicate * scene->strata.start_count + s, 0,
                                              &starts[s], NULL),
                         DYNO_OK);
    }
    for (int run = 0; run < scene->design.run_count; run++) {
        int start = dyno_splitplot_start(&scene->design, &scene->strata, run);
        double log = log_of(scene, o, run) + noise[start] + o->trial_noise * scene_normal(rng);
        if (replicate + 1 == o->replicates && run == o->left_out)
            continue;
        add_trial(scene, o, (const int[]){replicate, position++, run + 1, (int)starts[start]}, log);
    }
    for (int i = 0; i < o->default_runs; i++)
        add_trial(scene, o, (const int[]){replicate, position++, 0, (int)starts[0]}, 0.1);
}

static void put_design(const struct rank_scene *scene, const struct rank_scene_options *o)
{
    static const char *const names[] = {"aqe", "partitions", "broadcast", "f3", "f4", "f5",
                                        "f6",  "f7",         "f8",        "f9", "fa", "fb"};
    static const char *const keys[] = {"[\"spark.sql.adaptive.enabled\"]",
                                       "[\"spark.sql.shuffle.partitions\"]"};
    struct dyno_store_factor factors[DYNO_FACTORIAL_MAX_FACTORS];
    for (int f = 0; f < scene->design.factor_count; f++)
        factors[f] =
            (struct dyno_store_factor){.name = names[f],
                                       .settings_json = f < 2 ? keys[f] : "[\"spark.sql.other\"]",
                                       .low = f == 0 ? "false" : "8",
                                       .high = f == 0 ? "true" : "200",
                                       .kind = f < o->sessions ? "session" : "static",
                                       .why = "a test",
                                       .column = scene->design.columns[f]};
    int counts[DYNO_FACTORIAL_MAX_FACTORS + 1];
    const struct dyno_store_design design = {.kind = "factorial",
                                             .runs = scene->design.run_count,
                                             .base_runs = scene->design.base_runs,
                                             .replicates = o->replicates,
                                             .resolution =
                                                 dyno_factorial_words(&scene->design, counts),
                                             .default_runs = o->default_runs,
                                             .metric = "response_mean",
                                             .factors = factors,
                                             .factor_count = (size_t)scene->design.factor_count};
    assert_int_equal(dyno_store_design_put(scene->store, scene->id, &design, NULL), DYNO_OK);
}

static void add_arms(struct rank_scene *scene)
{
    char name[16];
    for (int i = 0; i <= scene->design.run_count; i++) {
        (void)snprintf(name, sizeof name, i == 0 ? "default" : "row-%02d", i);
        const struct dyno_store_arm arm = {.ordinal = i,
                                           .role = i == 0 ? "base" : "row",
                                           .name = name,
                                           .comment = "aqe=?",
                                           .sha256 = name};
        assert_int_equal(dyno_store_arm_add(scene->store, scene->id, &arm, &scene->arms[i], NULL),
                         DYNO_OK);
    }
}

struct rank_scene rank_scene_play(struct fixture *fixture, const struct rank_scene_options *options)
{
    struct rank_scene scene = {.store = fixture_open(fixture)};
    bool is_whole[DYNO_FACTORIAL_MAX_FACTORS];
    struct dyno_rng rng;
    for (int f = 0; f < DYNO_FACTORIAL_MAX_FACTORS; f++)
        is_whole[f] = f >= options->sessions && f < options->sessions + options->statics;
    assert_true(dyno_factorial_make(options->sessions + options->statics, 0, &scene.design));
    dyno_splitplot_assign(&scene.design, is_whole);
    assert_true(dyno_splitplot_make(&scene.design, is_whole, 0, &scene.strata));
    const struct dyno_store_experiment experiment = {.kind = "rank",
                                                     .name = "rank retail aqe,partitions",
                                                     .seed = options->seed,
                                                     .margin = 0.05,
                                                     .blocks_planned = options->replicates,
                                                     .starts_planned = 1,
                                                     .plan_json =
                                                         "{\"command\":\"sparkdyno rank\"}"};
    assert_int_equal(dyno_store_experiment_add(scene.store, &experiment, &scene.id, NULL), DYNO_OK);
    assert_int_equal(dyno_store_fact_put(scene.store, scene.id, "workload", "name", "retail", NULL),
                     DYNO_OK);
    for (int q = 0; q < 2; q++)
        assert_int_equal(dyno_store_query_add(scene.store, scene.id, q,
                                              q == 0 ? "monthly" : "daily", "SELECT 1", 1, NULL),
                         DYNO_OK);
    add_arms(&scene);
    put_design(&scene, options);
    dyno_rng_init(&rng, options->seed, 9);
    for (int replicate = 0; replicate < options->replicates; replicate++)
        play_replicate(&scene, options, replicate, &rng);
    assert_int_equal(dyno_store_experiment_finish(scene.store, scene.id, "finished", "", NULL),
                     DYNO_OK);
    return scene;
}
