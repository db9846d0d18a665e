#include "stats/changepoint.h"
#include "stats/vectors.h"

#include <stdlib.h>

/* Univariate series of the tests of Apache Otava, with what they expect. */

#define ROOM 512

static void check(const double *values, size_t count,
                  const struct dyno_changepoint_options *options, const size_t *expected,
                  size_t expected_count)
{
    static struct dyno_changepoint out[ROOM];
    static size_t scratch[ROOM];
    size_t got = dyno_changepoints(values, count, options, out, scratch);
    assert_int_equal(got, expected_count);
    for (size_t i = 0; i < got; i++)
        assert_int_equal(out[i].index, expected[i]);
}

static void test_one_step_in_twenty_points(void **state)
{
    (void)state;
    const double x[] = {1.02, .95, .99, 1.00, 1.12, 1.00, 1.01, .98, 1.01, .96,
                        .50,  .51, .48, .48,  .55,  .50,  .49,  .51, .50,  .49};
    const struct dyno_changepoint_options options = {
        .window = 10, .max_p = 1e-4, .is_compat = true};
    struct dyno_changepoint out[20];
    size_t scratch[20];
    assert_int_equal(dyno_changepoints(x, 20, &options, out, scratch), 1);
    assert_int_equal(out[0].index, 10);
    assert_near(out[0].mean_before, 1.004, 1e-9);
    assert_near(out[0].mean_after, 0.501, 1e-9);
    assert_near(out[0].p / 1.4271728e-17, 1.0, 1e-5);
}

static void test_two_metrics_of_eleven_points(void **state)
{
    (void)state;
    const double first[] = {1.02, .95, .99, 1.00, 1.12, .90, .50, .51, .48, .48, .55};
    const double second[] = {2.02, 2.03, 2.01, 2.04, 1.82, 1.85, 1.79, 1.81, 1.80, 1.76, 1.78};
    struct dyno_changepoint_options options = DYNO_CHANGEPOINT_OPTIONS_INIT;
    options.is_compat = true;
    const size_t at_six[] = {6};
    const size_t at_four[] = {4};
    check(first, 11, &options, at_six, 1);
    check(second, 11, &options, at_four, 1);
    check(first, 6, &options, NULL, 0);
    check(first + 6, 5, &options, NULL, 0);
    check(second, 4, &options, NULL, 0);
    options.min_magnitude = 0.2;
    check(first, 11, &options, at_six, 1);
    check(second, 11, &options, NULL, 0);
    /* The plain sample deviation finds the same. */
    options = (struct dyno_changepoint_options)DYNO_CHANGEPOINT_OPTIONS_INIT;
    check(first, 11, &options, at_six, 1);
}

static void test_three_regimes_in_fourteen_points(void **state)
{
    (void)state;
    const double x[] = {.3,   2.4,   1.5,   -.9,   -.5,   99.7,  98.3,
                        99.1, 149.0, 149.7, 149.5, 149.1, 148.8, 150.0};
    const struct dyno_changepoint_options options = {
        .window = 50, .max_p = 0.01, .is_compat = true};
    const size_t expected[] = {5, 8};
    check(x, 14, &options, expected, 2);
}

static void test_the_t_test_has_otavas_quirk(void **state)
{
    (void)state;
    const double a[] = {1.00, 1.02, 1.05, .95, .98};
    const double b[] = {.80, .82, .85, .79, .77};
    assert_near(dyno_changepoint_p(a, 5, b, 5, true), 8.867907e-06, 1e-11);
    /* t.test(a, b, var.equal = TRUE) */
    assert_near(dyno_changepoint_p(a, 5, b, 5, false), 2.024977033e-05, 1e-13);
    assert_near(dyno_changepoint_p(a, 1, b, 1, false), 1.0, 0.0);
    assert_near(dyno_changepoint_p(a, 5, a, 5, false), 1.0, 0.0);
}

static void test_a_step_in_a_long_series(void **state)
{
    (void)state;
    double x[400];
    const size_t expected[] = {200};
    const size_t both[] = {100, 200};
    const struct dyno_changepoint_options options = DYNO_CHANGEPOINT_OPTIONS_INIT;
    for (size_t i = 0; i < 400; i++)
        x[i] = i < 200 ? 1.0 : 2.0;
    check(x, 400, &options, expected, 1);
    for (size_t i = 0; i < 300; i++)
        x[i] = i < 100 ? 1.0 : i < 200 ? 1.5 : 20.0;
    check(x, 300, &options, both, 2);
    check(x, 0, &options, NULL, 0);
    check(x, 1, &options, NULL, 0);
    check(x, 100, &options, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_step_in_twenty_points),
        cmocka_unit_test(test_two_metrics_of_eleven_points),
        cmocka_unit_test(test_three_regimes_in_fourteen_points),
        cmocka_unit_test(test_the_t_test_has_otavas_quirk),
        cmocka_unit_test(test_a_step_in_a_long_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
