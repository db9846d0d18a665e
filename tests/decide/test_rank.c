#include "decide/rank.h"
#include "decide/rank_scene.h"
#include "load/record.h"
#include "store/rank.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

static void decide(const struct rank_scene *scene)
{
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_rank_decide(scene->store, scene->id, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    char text[512];
    fixture_text(scene->store, "SELECT sentence FROM verdict", text);
    if (getenv("DYNO_TEST_SHOW") != NULL)
        print_message("%s\n", text);
}

static void assert_text(const struct rank_scene *scene, const char *sql, const char *part)
{
    char text[512];
    fixture_text(scene->store, sql, text);
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in '%s'", part, text);
}

static struct rank_scene_options two_matter(void)
{
    struct rank_scene_options options = RANK_SCENE_INIT;
    options.main[0] = -0.7;
    options.main[1] = 0.3;
    options.interaction = -0.2;
    return options;
}

static void test_what_matters_is_ranked_and_the_best_predicted(void **state)
{
    struct rank_scene_options options = two_matter();
    struct rank_scene scene = rank_scene_play(*state, &options);
    decide(&scene);
    assert_text(&scene, "SELECT verdict FROM verdict", "ranked");
    assert_int_equal(fixture_number(scene.store, "SELECT exit_code FROM verdict"), 0);
    assert_text(&scene, "SELECT sentence FROM verdict",
                "what matters on retail (mean response): aqe (false to true) -");
    assert_text(&scene, "SELECT sentence FROM verdict", "; aqe x partitions interact, -");
    assert_text(&scene, "SELECT sentence FROM verdict", "2 settings not found, smaller than ");
    assert_text(&scene, "SELECT sentence FROM verdict", "2 times 16 rows on 2 server starts");
    assert_text(&scene,
                "SELECT group_concat(chain, ' ') FROM (SELECT chain FROM effect WHERE "
                "verdict = 'found' AND query = -1 AND metric = 'response_mean' ORDER BY "
                "abs(estimate) DESC)",
                "A B AB");
    assert_int_equal(
        fixture_number(scene.store,
                       "SELECT abs(estimate + 0.7) < 0.05 AND ci_low < -0.68 AND ci_high > -0.72 "
                       "AND place_high = 1 AND share > 0.6 FROM effect WHERE chain = 'A' AND "
                       "query = -1 AND metric = 'response_mean'"),
        1);
    assert_text(&scene, "SELECT best FROM design", "{\"aqe\":\"true\",\"partitions\":\"8\"}");
    /* exp of half a second, -0.35 - 0.15 + 0.1 for the product of a high and a low level. */
    assert_int_equal(fixture_number(scene.store,
                                    "SELECT abs(best_ns / 5e8 - exp(-0.4)) < 0.03 AND "
                                    "abs(default_ns / 5e8 - exp(0.1)) < 0.01 FROM design"),
                     1);
    assert_int_equal(fixture_number(scene.store, "SELECT count(*) FROM trial_value"), 32);
}

static void test_nothing_found_says_how_small_it_is(void **state)
{
    struct rank_scene_options options = RANK_SCENE_INIT;
    struct rank_scene scene = rank_scene_play(*state, &options);
    decide(&scene);
    assert_text(&scene, "SELECT verdict FROM verdict", "nothing-found");
    assert_text(&scene, "SELECT sentence FROM verdict",
                "none of 4 settings was found to matter on retail (mean response); 4 settings not "
                "found, smaller than ");
    assert_text(&scene, "SELECT sentence FROM verdict", "would have been found)");
    assert_int_equal(fixture_number(scene.store, "SELECT best = '' FROM design"), 1);
}

static void test_counters_stand_beside_the_effects(void **state)
{
    struct rank_scene_options options = two_matter();
    struct rank_scene scene = rank_scene_play(*state, &options);
    decide(&scene);
    assert_int_equal(fixture_number(scene.store,
                                    "SELECT low = 200 AND high = 8 AND correlation > 0.8 FROM "
                                    "factor_counter WHERE factor = 0 AND counter = 'tasks'"),
                     1);
    assert_int_equal(fixture_number(scene.store,
                                    "SELECT low = 104 AND high = 104 FROM factor_counter WHERE "
                                    "factor = 1 AND counter = 'tasks'"),
                     1);
    /* What never varies goes together with nothing. */
    assert_int_equal(fixture_number(scene.store, "SELECT correlation IS NULL FROM factor_counter "
                                                 "WHERE factor = 1 AND counter = 'gc_ms'"),
                     1);
}

static void test_settings_with_restarts_have_their_own_noise(void **state)
{
    struct rank_scene_options options = RANK_SCENE_INIT;
    options.sessions = 3;
    options.statics = 2;
    options.replicates = 3;
    options.start_noise = 0.1;
    options.main[0] = 0.3;
    options.main[3] = 0.1;
    options.default_runs = 0;
    struct rank_scene scene = rank_scene_play(*state, &options);
    decide(&scene);
    assert_int_equal(fixture_number(scene.store,
                                    "SELECT count(*) FROM effect WHERE query = -1 AND "
                                    "metric = 'response_mean' AND stratum = 'between'"),
                     3);
    assert_int_equal(
        fixture_number(scene.store,
                       "SELECT b.se > 2 * w.se AND b.df = 6 AND w.df = 24 AND b.method "
                       "= 'replicates' FROM effect_error b JOIN effect_error w USING "
                       "(metric, query) WHERE b.stratum = 'between' AND w.stratum = "
                       "'within' AND metric = 'response_mean' AND query = -1"),
        1);
    assert_int_equal(fixture_number(scene.store,
                                    "SELECT verdict <> 'found' FROM effect WHERE factor = 3 AND "
                                    "query = -1 AND metric = 'response_mean'"),
                     1);
    assert_int_equal(fixture_number(scene.store, "SELECT default_ns IS NULL FROM design"), 1);
}

static void test_incomplete_replicate_is_left_out(void **state)
{
    struct rank_scene_options options = two_matter();
    options.left_out = 5;
    struct rank_scene scene = rank_scene_play(*state, &options);
    decide(&scene);
    assert_text(&scene, "SELECT verdict FROM verdict", "ranked");
    assert_text(&scene, "SELECT qualifiers FROM verdict", "1 of 2 replicates left out: 1 trials");
    assert_text(&scene, "SELECT qualifiers FROM verdict", "one replicate: the noise is judged");
    assert_text(&scene, "SELECT DISTINCT method FROM effect_error", "lenth");
}

static void test_no_whole_replicate_is_invalid_and_says_how_to_go_on(void **state)
{
    struct rank_scene_options options = two_matter();
    options.replicates = 1;
    options.left_out = 3;
    struct rank_scene scene = rank_scene_play(*state, &options);
    decide(&scene);
    assert_text(&scene, "SELECT verdict FROM verdict", "invalid");
    assert_int_equal(fixture_number(scene.store, "SELECT exit_code FROM verdict"), 4);
    assert_text(&scene, "SELECT sentence FROM verdict", "1 are missing: sparkdyno rank --resume 1");
    assert_int_equal(fixture_number(scene.store, "SELECT count(*) FROM effect"), 0);
}

static void test_different_results_are_invalid(void **state)
{
    struct rank_scene_options options = two_matter();
    struct rank_scene scene = rank_scene_play(*state, &options);
    assert_int_equal(
        dyno_sql_exec(
            dyno_store_handle(scene.store),
            "UPDATE record SET row_count = 9 WHERE query = 1 AND trial_id IN (SELECT t.id "
            "FROM trial t JOIN arm a ON a.id = t.arm_id WHERE a.ordinal = 4)",
            NULL),
        DYNO_OK);
    decide(&scene);
    assert_text(&scene, "SELECT sentence FROM verdict",
                "the results of query 'daily' differ between the rows: from 9 to 10 rows");
    /* The numbers are kept and shown; no profile is made of them. */
    assert_int_equal(fixture_number(scene.store, "SELECT count(*) > 10 FROM effect"), 1);
    assert_int_equal(fixture_number(scene.store, "SELECT best = '' FROM design"), 1);
}

static void test_defaults_that_are_best_need_no_profile(void **state)
{
    struct rank_scene_options options = RANK_SCENE_INIT;
    options.main[0] = -0.7;
    struct rank_scene scene = rank_scene_play(*state, &options);
    char key[] = "spark.sql.adaptive.enabled";
    char asked[] = "false";
    char standard[] = "true";
    const struct dyno_setting_proof proof = {.key = key,
                                             .asked = asked,
                                             .applied = asked,
                                             .server_default = standard,
                                             .source = "SET",
                                             .is_applied = true};
    assert_int_equal(dyno_store_settings_put(
                         scene.store, fixture_number(scene.store, "SELECT min(id) FROM start"),
                         scene.arms[1], &proof, 1, NULL),
                     DYNO_OK);
    decide(&scene);
    assert_text(&scene, "SELECT qualifiers FROM verdict", "defaults stand at the best levels");
    assert_int_equal(fixture_number(scene.store, "SELECT best = '' FROM design"), 1);
}

static void test_cut_off_statements_have_no_mean(void **state)
{
    struct rank_scene_options options = two_matter();
    struct rank_scene scene = rank_scene_play(*state, &options);
    const struct dyno_cell cell = dyno_cell_i64(DYNO_OUTCOME_TIMEOUT);
    assert_int_equal(dyno_sql_write(dyno_store_handle(scene.store), DYNO_DURABLE_PROCESS,
                                    "UPDATE record SET outcome = ?1, done_ns = -1 WHERE trial_id = "
                                    "3 AND seq = 2",
                                    &cell, 1, NULL),
                     DYNO_OK);
    decide(&scene);
    assert_text(&scene, "SELECT verdict FROM verdict", "invalid");
    assert_text(&scene, "SELECT sentence FROM verdict", "mean response is not estimable in row 3");
}

static void test_stopped_ranking_is_reopened_only_if_it_is_one(void **state)
{
    struct rank_scene_options options = RANK_SCENE_INIT;
    struct rank_scene scene = rank_scene_play(*state, &options);
    struct dyno_err err = DYNO_ERR_INIT;
    const struct dyno_store_experiment row = {
        .kind = "rank", .blocks_planned = 4, .starts_planned = 9, .plan_json = "{}"};
    const struct dyno_store_experiment other = {.kind = "compare", .plan_json = "{}"};
    assert_int_equal(dyno_store_experiment_reopen(scene.store, scene.id, &other, &err),
                     DYNO_EINPUT);
    assert_int_equal(dyno_store_experiment_reopen(scene.store, 99, &row, &err), DYNO_ENOTFOUND);
    assert_int_equal(dyno_store_experiment_reopen(scene.store, scene.id, &row, &err), DYNO_OK);
    assert_int_equal(fixture_number(scene.store, "SELECT state = 'running' AND blocks_planned = 4 "
                                                 "AND starts_planned = 9 FROM experiment"),
                     1);
    assert_int_equal(dyno_store_experiment_reopen(scene.store, scene.id, &row, &err), DYNO_EINPUT);
    assert_int_equal(dyno_store_ranking_confirm(scene.store, scene.id, scene.id, "p.conf", NULL),
                     DYNO_OK);
    assert_int_equal(dyno_store_ranking_confirm(scene.store, scene.id, 0, "", NULL), DYNO_OK);
    assert_int_equal(fixture_number(scene.store, "SELECT confirm_id = 1 AND profile_path = "
                                                 "'p.conf' FROM design"),
                     1);
}

static void test_compare_has_no_design(void **state)
{
    struct fixture *fixture = *state;
    struct dyno_store *store = fixture_open(fixture);
    struct fixture_compare ids = fixture_compare(store);
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_rank_decide(store, ids.experiment, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "holds no design"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_matters_is_ranked_and_the_best_predicted),
        TEST(test_nothing_found_says_how_small_it_is),
        TEST(test_counters_stand_beside_the_effects),
        TEST(test_settings_with_restarts_have_their_own_noise),
        TEST(test_incomplete_replicate_is_left_out),
        TEST(test_no_whole_replicate_is_invalid_and_says_how_to_go_on),
        TEST(test_different_results_are_invalid),
        TEST(test_defaults_that_are_best_need_no_profile),
        TEST(test_cut_off_statements_have_no_mean),
        TEST(test_stopped_ranking_is_reopened_only_if_it_is_one),
        TEST(test_compare_has_no_design),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
