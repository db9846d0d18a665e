#include "stats/twosample.h"
#include "stats/vectors.h"

/* Data set sleep of R, by drug. */
static const double drug1[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
static const double drug2[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

static void test_welch_equals_r_on_sleep(void **state)
{
    (void)state;
    struct dyno_twosample got = dyno_welch(drug1, 10, drug2, 10);
    assert_near(got.t, -1.8608134674868, 1e-9);
    assert_near(got.df, 17.7764735161, 1e-6);
    assert_near(got.p, 0.0793941401873, 1e-9);
    assert_near(got.ci_low, -3.3654832307, 1e-8);
    assert_near(got.ci_high, 0.2054832307, 1e-8);
}

static void test_yields_equal_r(void **state)
{
    (void)state;
    const double a[] = {452, 874, 554, 447, 356, 754, 558, 574, 664, 682, 547, 435, 245};
    const double b[] = {546, 547, 774, 465, 459, 665, 467, 365,
                        589, 534, 456, 651, 654, 665, 546, 537};
    struct dyno_twosample pooled = dyno_pooled(a, 13, b, 16);
    assert_near(pooled.difference, -8.1153846, 1e-6);
    assert_near(pooled.se, 51.1142846, 1e-6);
    assert_near(pooled.df, 27.0, 0.0);
    assert_near(pooled.ci_low, -112.99323, 1e-4);
    struct dyno_twosample welch = dyno_welch(a, 13, b, 16);
    assert_near(welch.se, 53.6185468846, 1e-8);
    assert_near(welch.df, 19.1690023743, 1e-8);
}

static void test_one_against_many_needs_one_variance(void **state)
{
    (void)state;
    const double one[] = {2.0};
    const double many[] = {1.0, 1.1, 0.9, 1.0};
    assert_nan(dyno_welch(one, 1, many, 4).p);
    assert_near(dyno_welch(one, 1, many, 4).difference, 1.0, 1e-12);
    struct dyno_twosample got = dyno_pooled(one, 1, many, 4);
    assert_near(got.df, 3.0, 0.0);
    assert_near(got.t, 1.0 / (0.0816496580928 * sqrt(1.25)), 1e-8);
    assert_nan(dyno_pooled(one, 1, one, 1).p);
}

/** summary(lm(c(2, 4, 3, 6, 8) ~ c(0:4))): slope 1.4, p 0.0273. */
static void test_slope_equals_r(void **state)
{
    (void)state;
    const double y[] = {2, 4, 3, 6, 8};
    struct dyno_slope got = dyno_slope(y, 5);
    assert_near(got.slope, 1.4, 1e-12);
    assert_near(got.p, 0.0272618544094, 1e-9);
    assert_nan(dyno_slope(y, 2).p);
    assert_nan(dyno_slope(y, 1).slope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_welch_equals_r_on_sleep),
        cmocka_unit_test(test_yields_equal_r),
        cmocka_unit_test(test_one_against_many_needs_one_variance),
        cmocka_unit_test(test_slope_equals_r),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
