/* Gates and history over a results file that is filled by hand. */
#include "base/rng.h"
#include "decide/compare.h"
#include "decide/fingerprint.h"
#include "decide/regression.h"
#include "decide/scene.h"
#include "decide/trend.h"
#include "store/history.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NIGHT 3 /* trials of one nightly experiment */

struct nightly {
    double response_s;
    double noise; /* of a trial */
    const char *profile;
    uint64_t checksum;
    int trials;
};

static int64_t add_night(struct dyno_store *store, const struct nightly *night, uint64_t seed)
{
    int64_t id = 0;
    int64_t arm = 0;
    int64_t start = 0;
    const struct dyno_store_experiment experiment = {.kind = "run",
                                                     .name = "run retail default",
                                                     .seed = seed,
                                                     .margin = 0.05,
                                                     .blocks_planned = night->trials,
                                                     .starts_planned = 1,
                                                     .plan_json = "{}"};
    const struct dyno_store_arm row = {
        .role = "only", .name = night->profile, .comment = "", .sha256 = night->profile};
    struct dyno_rng rng;
    struct dyno_fingerprint fingerprint;
    dyno_rng_init(&rng, seed, 3);
    assert_int_equal(dyno_store_experiment_add(store, &experiment, &id, NULL), DYNO_OK);
    assert_int_equal(dyno_store_arm_add(store, id, &row, &arm, NULL), DYNO_OK);
    assert_int_equal(dyno_store_query_add(store, id, 0, "daily", "SELECT 1", 1.0, NULL), DYNO_OK);
    assert_int_equal(dyno_store_query_add(store, id, 1, "monthly", "SELECT 2", 1.0, NULL), DYNO_OK);
    assert_int_equal(dyno_store_fact_put(store, id, "workload", "name", "retail", NULL), DYNO_OK);
    assert_int_equal(dyno_store_start_add(store, id, 0, 0, &start, NULL), DYNO_OK);
    for (int trial = 0; trial < night->trials; trial++) {
        struct dyno_store_record *records = fixture_records(80);
        double shared = night->response_s * 1e9 * exp(night->noise * scene_normal(&rng));
        for (size_t i = 0; i < 80; i++) {
            records[i].done_ns =
                records[i].intended_ns + (int64_t)(shared * exp(0.1 * scene_normal(&rng)));
            records[i].checksum = night->checksum;
        }
        struct fixture_compare ids = {.experiment = id, .arms = {arm, 0}, .start = start};
        struct dyno_store_trial row2 = fixture_trial(&ids, trial, 0, records, 80);
        int64_t trial_id = 0;
        assert_int_equal(dyno_store_trial_add(store, id, &row2, &trial_id, NULL), DYNO_OK);
        free(records);
    }
    assert_int_equal(dyno_store_experiment_finish(store, id, "finished", "", NULL), DYNO_OK);
    assert_int_equal(dyno_fingerprint_record(store, id, &fingerprint, NULL), DYNO_OK);
    return id;
}

#define CALM                                                                                       \
    {                                                                                              \
        .response_s = 1.0, .noise = 0.01, .profile = "default", .checksum = 5, .trials = NIGHT     \
    }

static enum dyno_regression_state gate(struct dyno_store *store, int64_t base, int64_t current,
                                       double floor_ns, char reason[256])
{
    const struct dyno_regression_options options = {.tolerance_ratio = 0.05, .floor_ns = floor_ns};
    struct dyno_regression got;
    struct dyno_err err = DYNO_ERR_INIT;
    enum dyno_status status = dyno_regression_find(store, base, current, &options, &got, &err);
    assert_int_equal(status, DYNO_OK);
    enum dyno_regression_state out = got.state;
    (void)snprintf(reason, 256, "%s",
                   got.fault.len > 0 ? dyno_str_text(&got.fault) : got.items[2].reason);
    dyno_regression_deinit(&got);
    return out;
}

static void test_slower_night_is_a_regression(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct nightly night = CALM;
    char reason[256];
    int64_t base = add_night(store, &night, 1);
    int64_t same = add_night(store, &night, 2);
    assert_int_equal(gate(store, base, same, 1e6, reason), DYNO_REGRESSION_PASSED);
    assert_non_null(strstr(reason, "within the tolerance of 5 %"));
    night.response_s = 1.2;
    int64_t slow = add_night(store, &night, 3);
    assert_int_equal(gate(store, base, slow, 1e6, reason), DYNO_REGRESSION_FOUND);
    assert_non_null(strstr(reason, "over the tolerance of 5 %"));
    assert_int_equal(dyno_regression_exit_code(DYNO_REGRESSION_FOUND), 99);
    /* The same ratio below the floor passes, and so does what got faster. */
    assert_int_equal(gate(store, base, slow, 1e9, reason), DYNO_REGRESSION_PASSED);
    assert_int_equal(gate(store, slow, base, 1e6, reason), DYNO_REGRESSION_PASSED);
}

static void test_noise_and_lone_trials_are_unsure(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct nightly night = CALM;
    char reason[256];
    night.trials = 1;
    int64_t base = add_night(store, &night, 1);
    night.response_s = 1.5;
    int64_t slow = add_night(store, &night, 2);
    assert_int_equal(gate(store, base, slow, 1e6, reason), DYNO_REGRESSION_UNSURE);
    assert_non_null(strstr(reason, "--trials 3"));
    assert_int_equal(dyno_regression_exit_code(DYNO_REGRESSION_UNSURE), 125);
    night.trials = NIGHT;
    night.noise = 0.6;
    int64_t noisy = add_night(store, &night, 4);
    night.response_s = 2.0;
    int64_t other = add_night(store, &night, 9);
    enum dyno_regression_state got = gate(store, noisy, other, 1e6, reason);
    assert_int_equal(got, DYNO_REGRESSION_UNSURE);
    assert_non_null(strstr(reason, "do not tell it from chance"));
}

static void test_other_results_are_invalid(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct nightly night = CALM;
    char reason[256];
    int64_t base = add_night(store, &night, 1);
    night.checksum = 6;
    int64_t other = add_night(store, &night, 2);
    assert_int_equal(gate(store, base, other, 1e6, reason), DYNO_REGRESSION_INVALID);
    assert_non_null(strstr(reason, "the results of query 'daily' differ"));
    night.checksum = 5;
    night.trials = 0;
    int64_t empty = add_night(store, &night, 3);
    assert_int_equal(gate(store, base, empty, 1e6, reason), DYNO_REGRESSION_INVALID);
}

static void test_different_fingerprints_are_refused(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct nightly night = CALM;
    struct dyno_regression got;
    struct dyno_err err = DYNO_ERR_INIT;
    const struct dyno_regression_options options = {.tolerance_ratio = 0.05};
    int64_t base = add_night(store, &night, 1);
    int64_t other = add_night(store, &night, 2);
    assert_int_equal(dyno_store_fact_put(store, other, "host", "cores", "64", NULL), DYNO_OK);
    assert_int_equal(dyno_regression_find(store, base, other, &options, &got, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "they differ in their environment"));
    dyno_regression_deinit(&got);
    assert_int_equal(dyno_regression_find(store, base, 99, &options, &got, &err), DYNO_ENOTFOUND);
    dyno_regression_deinit(&got);
    assert_int_equal(dyno_regression_of_compare(store, base, &got, &err), DYNO_EINPUT);
    dyno_regression_deinit(&got);
}

static void test_a_comparison_is_gated_by_its_own_verdict(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    struct dyno_regression got;
    options.effect = 1.3;
    struct scene scene = scene_open(*state, &options);
    scene_play(&scene);
    assert_int_equal(dyno_compare_decide(scene.store, scene.ids.experiment, NULL), DYNO_OK);
    assert_int_equal(dyno_regression_of_compare(scene.store, scene.ids.experiment, &got, NULL),
                     DYNO_OK);
    assert_int_equal(got.state, DYNO_REGRESSION_FOUND);
    assert_int_equal(got.count, 3 + 2);
    assert_string_equal(got.profile, "aqe-off");
    dyno_regression_deinit(&got);
}

static void test_baselines_are_named_moved_and_removed(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct nightly night = CALM;
    int64_t id = 0;
    int64_t first = add_night(store, &night, 1);
    int64_t second = add_night(store, &night, 2);
    assert_int_equal(dyno_store_baseline_find(store, "main", &id, NULL), DYNO_ENOTFOUND);
    assert_int_equal(dyno_store_baseline_set(store, "main", first, NULL), DYNO_OK);
    assert_int_equal(dyno_store_baseline_set(store, "main", second, NULL), DYNO_OK);
    assert_int_equal(dyno_store_baseline_find(store, "main", &id, NULL), DYNO_OK);
    assert_int_equal(id, second);
    assert_int_equal(dyno_store_baseline_set(store, "no such name", first, NULL), DYNO_EINPUT);
    assert_int_equal(dyno_store_baseline_remove(store, "main", NULL), DYNO_OK);
    assert_int_equal(dyno_store_baseline_remove(store, "main", NULL), DYNO_ENOTFOUND);
}

static void test_history_shows_where_it_changed(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct nightly night = CALM;
    struct dyno_trend trend;
    const struct dyno_changepoint_options how = DYNO_CHANGEPOINT_OPTIONS_INIT;
    const struct dyno_trend_filter filter = {.workload = "retail", .metric = DYNO_METRIC_MEAN};
    for (int i = 0; i < 16; i++) {
        night.response_s = i < 10 ? 1.0 : 1.15;
        (void)add_night(store, &night, (uint64_t)i + 1);
    }
    night.profile = "aqe-off";
    (void)add_night(store, &night, 99);
    assert_int_equal(dyno_trend_load(store, &filter, &how, &trend, NULL), DYNO_OK);
    assert_int_equal(trend.experiments, 17);
    assert_int_equal(trend.count, 2);
    assert_string_equal(trend.series[0].profile, "default");
    assert_int_equal(trend.series[0].point_count, 16);
    assert_int_equal(trend.series[0].change_count, 1);
    assert_int_equal(trend.series[0].changes[0].index, 10);
    assert_int_equal(trend.series[0].points[0].trials, NIGHT);
    assert_true(fabs(trend.series[0].changes[0].mean_after / 1.15e9 - 1.0) < 0.02);
    assert_int_equal(trend.series[1].change_count, 0);
    dyno_trend_deinit(&trend);
    const struct dyno_trend_filter none = {.workload = "other", .metric = DYNO_METRIC_COUNT};
    assert_int_equal(dyno_trend_load(store, &none, &how, &trend, NULL), DYNO_OK);
    assert_int_equal(trend.count, 0);
    dyno_trend_deinit(&trend);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(test_slower_night_is_a_regression),
        WITH_STORE(test_noise_and_lone_trials_are_unsure),
        WITH_STORE(test_other_results_are_invalid),
        WITH_STORE(test_different_fingerprints_are_refused),
        WITH_STORE(test_a_comparison_is_gated_by_its_own_verdict),
        WITH_STORE(test_baselines_are_named_moved_and_removed),
        WITH_STORE(test_history_shows_where_it_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
