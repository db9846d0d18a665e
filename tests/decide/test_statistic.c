#include "decide/statistic.h"
#include "stats/vectors.h"

static void fill(double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (double)(count - i);
}

static void test_statistics_of_whole_numbers(void **state)
{
    (void)state;
    double values[101];
    fill(values, 101);
    struct dyno_statistic got = dyno_statistic_of(values, 101, NULL, 0);
    assert_near(got.value[DYNO_METRIC_P50], 51.0, 0.0);
    assert_near(got.value[DYNO_METRIC_P95], 96.0, 1e-9);
    assert_near(got.value[DYNO_METRIC_MEAN], 51.0, 1e-12);
    assert_int_equal(got.lack[DYNO_METRIC_P95], DYNO_LACK_NONE);
}

static void test_minimum_counts(void **state)
{
    (void)state;
    double values[72];
    fill(values, 72);
    assert_int_equal(dyno_statistic_of(values, 72, NULL, 0).lack[DYNO_METRIC_P95], DYNO_LACK_NONE);
    assert_int_equal(dyno_statistic_of(values, 71, NULL, 0).lack[DYNO_METRIC_P95], DYNO_LACK_FEW);
    assert_int_equal(dyno_statistic_of(values, 6, NULL, 0).lack[DYNO_METRIC_P50], DYNO_LACK_NONE);
    struct dyno_statistic got = dyno_statistic_of(values, 5, NULL, 0);
    assert_int_equal(got.lack[DYNO_METRIC_P50], DYNO_LACK_FEW);
    assert_nan(got.value[DYNO_METRIC_P50]);
    assert_int_equal(got.lack[DYNO_METRIC_MEAN], DYNO_LACK_NONE);
    assert_int_equal(dyno_statistic_of(NULL, 0, NULL, 0).lack[DYNO_METRIC_MEAN], DYNO_LACK_FEW);
}

static void test_censored_above_a_quantile_leave_it_exact(void **state)
{
    (void)state;
    double values[99];
    double bounds[] = {1000.0, 2000.0};
    fill(values, 99);
    struct dyno_statistic got = dyno_statistic_of(values, 99, bounds, 2);
    assert_near(got.value[DYNO_METRIC_P50], 51.0, 0.0);
    assert_near(got.value[DYNO_METRIC_P95], 96.0, 1e-9);
    assert_nan(got.value[DYNO_METRIC_MEAN]);
    assert_int_equal(got.lack[DYNO_METRIC_MEAN], DYNO_LACK_CENSORED);
}

static void test_censored_that_could_lie_below_take_a_quantile_away(void **state)
{
    (void)state;
    double values[99];
    double bounds[] = {60.0, 2000.0};
    fill(values, 99);
    struct dyno_statistic got = dyno_statistic_of(values, 99, bounds, 2);
    assert_near(got.value[DYNO_METRIC_P50], 51.0, 0.0);
    assert_int_equal(got.lack[DYNO_METRIC_P95], DYNO_LACK_CENSORED);
    double low[] = {1.0, 1.0};
    assert_int_equal(dyno_statistic_of(values, 99, low, 2).lack[DYNO_METRIC_P50],
                     DYNO_LACK_CENSORED);
}

/* 99 values 1 .. 99 and two cut off at 60 and 2000: the sample with its bounds has p95 96 - 1 + 0. */
static void test_what_is_no_estimate_is_told_as_a_bound(void **state)
{
    (void)state;
    double values[99];
    double bounds[] = {2000.0, 60.0};
    fill(values, 99);
    struct dyno_statistic got = dyno_statistic_of(values, 99, bounds, 2);
    assert_true(got.told[DYNO_METRIC_P95].is_bound);
    assert_near(got.told[DYNO_METRIC_P95].value, 95.0, 1e-9);
    assert_true(got.told[DYNO_METRIC_MEAN].is_bound);
    assert_near(got.told[DYNO_METRIC_MEAN].value, (4950.0 + 2060.0) / 101.0, 1e-9);
    assert_false(got.told[DYNO_METRIC_P50].is_bound);
    assert_near(got.told[DYNO_METRIC_P50].value, 51.0, 0.0);
}

static void test_too_few_are_told_as_they_are(void **state)
{
    (void)state;
    double values[] = {4.0, 1.0, 3.0, 2.0};
    double bounds[] = {9.0};
    struct dyno_statistic got = dyno_statistic_of(values, 4, NULL, 0);
    assert_nan(got.value[DYNO_METRIC_P50]);
    assert_near(got.told[DYNO_METRIC_P50].value, 2.5, 0.0);
    assert_false(got.told[DYNO_METRIC_P50].is_bound);
    got = dyno_statistic_of(NULL, 0, bounds, 1);
    assert_int_equal(got.lack[DYNO_METRIC_MEAN], DYNO_LACK_FEW);
    assert_true(got.told[DYNO_METRIC_MEAN].is_bound);
    assert_near(got.told[DYNO_METRIC_MEAN].value, 9.0, 0.0);
    assert_nan(dyno_statistic_of(NULL, 0, NULL, 0).told[DYNO_METRIC_P50].value);
}

static void test_too_many_censored_reach_into_the_quantile(void **state)
{
    (void)state;
    double values[80];
    double bounds[20];
    fill(values, 80);
    for (size_t i = 0; i < 20; i++)
        bounds[i] = 1e6;
    struct dyno_statistic got = dyno_statistic_of(values, 80, bounds, 20);
    assert_int_equal(got.lack[DYNO_METRIC_P95], DYNO_LACK_CENSORED);
    assert_near(got.value[DYNO_METRIC_P50], 50.5, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statistics_of_whole_numbers),
        cmocka_unit_test(test_minimum_counts),
        cmocka_unit_test(test_censored_above_a_quantile_leave_it_exact),
        cmocka_unit_test(test_censored_that_could_lie_below_take_a_quantile_away),
        cmocka_unit_test(test_what_is_no_estimate_is_told_as_a_bound),
        cmocka_unit_test(test_too_few_are_told_as_they_are),
        cmocka_unit_test(test_too_many_censored_reach_into_the_quantile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
