#include "stats/mser.h"
#include "stats/vectors.h"

#include <stdlib.h>

#define N 200

/* x_t = 1 + 10 exp(-t / 10) + 0.1 (((7919 t) mod 11) - 5); the answer was worked out apart. */
static void test_mser_finds_the_published_truncation(void **state)
{
    double x[N];
    double scratch[N];
    (void)state;
    for (int t = 0; t < N; t++)
        x[t] = 1 + 10 * exp(-t / 10.0) + 0.1 * (((7919 * t) % 11) - 5);
    struct dyno_mser mser = dyno_mser5(x, N, scratch);
    assert_true(mser.is_steady);
    assert_int_equal(mser.truncate, 50);
    assert_near(mser.statistic, 0.0009196417, 1e-10);
    assert_near(mser.mean_after, 0.9980536, 1e-7);
}

static void test_mser_of_a_trend_is_never_steady(void **state)
{
    double x[N];
    double scratch[N];
    (void)state;
    for (int t = 0; t < N; t++)
        x[t] = 1000 - t;
    assert_false(dyno_mser5(x, N, scratch).is_steady);
}

static void test_mser_of_equal_values_truncates_nothing(void **state)
{
    double x[N];
    double scratch[N];
    (void)state;
    for (int t = 0; t < N; t++)
        x[t] = 7;
    struct dyno_mser mser = dyno_mser5(x, N, scratch);
    assert_true(mser.is_steady);
    assert_int_equal(mser.truncate, 0);
    assert_near(mser.mean_after, 7, 0);
}

static void test_mser_of_few_or_odd_values_says_nothing(void **state)
{
    double x[N] = {0};
    double scratch[N];
    (void)state;
    assert_false(dyno_mser5(x, 19, scratch).is_steady);
    assert_nan(dyno_mser5(x, 0, scratch).statistic);
    assert_true(dyno_mser5(x, 20, scratch).is_steady);
    x[N - 1] = NAN;
    assert_false(dyno_mser5(x, N, scratch).is_steady);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mser_finds_the_published_truncation),
        cmocka_unit_test(test_mser_of_a_trend_is_never_steady),
        cmocka_unit_test(test_mser_of_equal_values_truncates_nothing),
        cmocka_unit_test(test_mser_of_few_or_odd_values_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
