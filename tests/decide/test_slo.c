#include "decide/scene.h"
#include "decide/slo.h"
#include "decide/slo_window.h"
#include "stats/vectors.h"
#include "store/fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void test_objectives_as_people_write_them(void **state)
{
    (void)state;
    struct dyno_slo slo;
    assert_int_equal(dyno_slo_parse("p95 < 2 s, errors < 0.1 %", &slo, NULL), DYNO_OK);
    assert_near(slo.quantile, 0.95, 1e-12);
    assert_int_equal(slo.limit_ns, 2000000000);
    assert_near(slo.max_error_ratio, 0.001, 1e-12);
    assert_int_equal(dyno_slo_parse("p99.9<250ms", &slo, NULL), DYNO_OK);
    assert_near(slo.quantile, 0.999, 1e-12);
    assert_near(slo.max_error_ratio, 1.0, 0.0);
}

static void test_what_is_no_objective_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",          "p95",          "p95 > 2s",     "p95 < fast",
        "p100 < 2s", "q95 < 2s",     "errors < 1 %", "p95 < 2s, errors < 1",
        "p95 < 0s",  "p95 < 2s, x<1"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct dyno_slo slo;
        struct dyno_err err = DYNO_ERR_INIT;
        assert_int_equal(dyno_slo_parse(wrong[i], &slo, &err), DYNO_EINPUT);
        assert_non_null(strstr(err.message, "is not an objective"));
    }
}

/** One trial of 93 statements of 0.5 s; the first `slow` of them take 3 s, the next `bad` end in `outcome`. */
static struct dyno_slo_result judge(void **state, size_t slow, size_t bad, int outcome)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    const struct dyno_slo slo = {.quantile = 0.95, .limit_ns = 2000000000, .max_error_ratio = 0.01};
    struct dyno_slo_result got;
    struct dyno_store_record *records = NULL;
    options.statements = 93;
    options.block_noise = 0.0;
    options.noise = 0.01;
    struct scene scene = scene_open(*state, &options);
    struct dyno_store_trial trial = scene_trial(&scene, 0, 0, &records);
    for (size_t i = 0; i < slow; i++)
        records[i].done_ns = records[i].intended_ns + 3000000000;
    for (size_t i = slow; i < slow + bad; i++)
        records[i].outcome = outcome;
    scene_add(&scene, &trial);
    free(records);
    assert_int_equal(dyno_slo_judge(scene.store, 1, &slo, &got, NULL), DYNO_OK);
    return got;
}

static void test_one_of_93_may_be_slow(void **state)
{
    struct dyno_slo_result got = judge(state, 1, 0, 2);
    assert_true(got.is_accepted);
    assert_int_equal(got.violations, 1);
}

static void test_two_of_93_may_not(void **state)
{
    assert_false(judge(state, 2, 0, 2).is_accepted);
}

static void test_failures_count_as_slow_and_as_errors(void **state)
{
    struct dyno_slo_result got = judge(state, 0, 1, 3);
    assert_int_equal(got.violations, 1);
    assert_int_equal(got.errors, 1);
    /* 1 of 93 is over 1 %. */
    assert_false(got.is_accepted);
}

static void test_cut_off_statements_count_as_slow_not_as_errors(void **state)
{
    struct dyno_slo_result got = judge(state, 0, 1, 1);
    assert_int_equal(got.violations, 1);
    assert_int_equal(got.errors, 0);
    assert_true(got.is_accepted);
    assert_near(got.achieved_ratio, 92.0 / 93.0, 1e-12);
}

static void test_windows_are_planned_for_the_rate(void **state)
{
    (void)state;
    const struct dyno_slo slo = {.quantile = 0.95, .limit_ns = 1, .max_error_ratio = 1};
    struct dyno_slo_window window = {
        .slo = &slo, .asked_ns = 5000000000, .max_ns = 25000000000, .is_random = false};
    struct dyno_err err = DYNO_ERR_INIT;
    assert_near(dyno_slo_window_count(&window, 0), 59, 0);
    assert_near(dyno_slo_window_lowest_rate(&window), 59 / 25.0, 1e-12);
    assert_int_equal(dyno_slo_window_check(&window, 2.36, &err), DYNO_OK);
    assert_int_equal(dyno_slo_window_check(&window, 0.5, &err), DYNO_EINPUT);
    assert_string_equal(err.message,
                        "a window of 25 s holds 12 statements at 0.5/s, and p95 takes 59: "
                        "--max-window at least 118 s, or --rate at least 2.36");
    /* 153 for three over the limit: at the ceiling, by need, and never below what was asked for. */
    assert_int_equal(dyno_slo_window_ns(&window, 3), window.max_ns);
    assert_near((double)dyno_slo_window_ns(&window, 10), 15.3e9, 1);
    assert_int_equal(dyno_slo_window_ns(&window, 1000), window.asked_ns);
    /* Random arrivals: the mean less two deviations is what it takes. */
    window.is_random = true;
    double mean = dyno_slo_window_count(&window, 0);
    assert_near(mean - 2 * sqrt(mean), 59, 1e-9);
    /* A window that was asked for may be longer than the ceiling. */
    window.asked_ns = 600000000000;
    assert_int_equal(dyno_slo_window_check(&window, 0.5, &err), DYNO_OK);
}

static void test_few_statements_decide_only_what_is_plain(void **state)
{
    const struct dyno_slo slo = {.quantile = 0.99, .limit_ns = 2000000000, .max_error_ratio = 1};
    struct dyno_slo_result got;
    struct dyno_store *store = fixture_open(*state);
    struct fixture_compare ids = fixture_compare(store);
    for (int block = 0; block < 2; block++) {
        struct dyno_store_record *records = fixture_records(93);
        for (size_t i = 0; i < 93; i++)
            records[i].done_ns =
                records[i].intended_ns + (block == 1 && i < 9 ? 3 : 1) * 1000000000LL;
        struct dyno_store_trial trial = fixture_trial(&ids, block, 0, records, 93);
        int64_t id = 0;
        assert_int_equal(dyno_store_trial_add(store, ids.experiment, &trial, &id, NULL), DYNO_OK);
        assert_int_equal(dyno_slo_judge(store, id, &slo, &got, NULL), DYNO_OK);
        assert_true(got.is_usable);
        assert_false(got.has_enough);
        assert_false(got.is_accepted);
        /* p99 takes 299; none of 93 over the limit says nothing, nine of them do. */
        assert_int_equal(got.is_decided, block == 1);
        free(records);
    }
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objectives_as_people_write_them),
        cmocka_unit_test(test_what_is_no_objective_is_refused),
        cmocka_unit_test(test_windows_are_planned_for_the_rate),
        WITH_STORE(test_few_statements_decide_only_what_is_plain),
        WITH_STORE(test_one_of_93_may_be_slow),
        WITH_STORE(test_two_of_93_may_not),
        WITH_STORE(test_failures_count_as_slow_and_as_errors),
        WITH_STORE(test_cut_off_statements_count_as_slow_not_as_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
