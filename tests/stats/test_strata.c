#include "base/rng.h"
#include "stats/levels.h"
#include "stats/paired.h"
#include "stats/strata.h"
#include "stats/vectors.h"

/** Values of libkalibera's tests, innermost level fastest. */
static void test_levels_equal_libkalibera(void **state)
{
    (void)state;
    const double values[] = {9, 5, 8, 3, 10, 6, 7, 11, 1, 12, 2, 4};
    const size_t three[] = {2, 2, 3};
    const size_t two[] = {4, 3};
    double scratch[16];
    struct dyno_levels got = dyno_levels(values, three, 3, scratch);
    assert_near(got.s2[0], 16.5, 1e-9);
    assert_near(got.s2[1], 2.583333333, 1e-8);
    assert_near(got.s2[2], 3.5625, 1e-9);
    assert_near(got.t2[1], -5.666666667, 1e-8);
    assert_near(got.t2[2], 2.270833333, 1e-8);
    assert_near(got.half_width, 4.688707, 1e-5);
    got = dyno_levels(values, two, 2, scratch);
    assert_near(got.s2[0], 12.7, 0.05);
    assert_near(got.s2[1], 3.6, 0.05);
    assert_near(got.t2[1], 0.4, 0.05);
}

static void test_best_repeats_equal_libkalibera(void **state)
{
    (void)state;
    const double values[] = {3, 4, 3, 1.2, 3.1, 3, 0.2, 1, 1.5, 1, 2, 3};
    const size_t repeats[] = {3, 2, 2};
    double scratch[16];
    struct dyno_levels got = dyno_levels(values, repeats, 3, scratch);
    assert_near(got.t2[0], 0.7266667, 1e-6);
    assert_near(got.t2[1], 0.2627778, 1e-6);
    assert_near(got.t2[2], 0.7747222, 1e-6);
    assert_near(dyno_levels_repeats(3, 20, got.t2[0], got.t2[1]), 4.29366, 1e-4);
    assert_near(dyno_levels_repeats(20, 100, got.t2[1], got.t2[2]), 1.30229, 1e-4);
    assert_true(isinf(dyno_levels_repeats(1, 2, 1.0, -0.5)));
    assert_nan(dyno_levels_repeats(0, 2, 1.0, 1.0));
}

/** summary(aov(y ~ Error(g))): mean squares 5.33 between (2 df) and 1.00 within (9 df). */
static void test_balanced_groups_equal_the_analysis_of_variance(void **state)
{
    (void)state;
    const double y[] = {1, 2, 3, 2, 3, 4, 5, 4, 0.5, 1.5, 2.5, 3.5};
    const int64_t g[] = {7, 7, 7, 7, 9, 9, 9, 9, 4, 4, 4, 4};
    struct dyno_strata got = dyno_strata(y, g, 12);
    assert_int_equal(got.groups, 3);
    assert_near(got.mean, 32.0 / 12.0, 1e-12);
    double within = (2.0 + 2.0 + 5.0) / 9.0;
    double between =
        4.0 * (pow(2.0 - got.mean, 2) + pow(4.0 - got.mean, 2) + pow(2.0 - got.mean, 2)) / 2.0;
    assert_near(got.within_sd, sqrt(within), 1e-12);
    assert_near(got.between_sd, sqrt((between - within) / 4.0), 1e-12);
    assert_false(got.is_pooled);
    assert_near(got.df, 2.0, 0.0);
    assert_near(got.se, sqrt(between / 12.0), 1e-12);
}

static void test_groups_without_a_sign_are_pooled(void **state)
{
    (void)state;
    const double y[] = {1, 3, 2, 2, 3, 1};
    const int64_t g[] = {1, 1, 2, 2, 3, 3};
    struct dyno_strata got = dyno_strata(y, g, 6);
    struct dyno_paired plain = dyno_paired(y, 6);
    assert_true(got.is_pooled);
    assert_near(got.between_sd, 0.0, 0.0);
    assert_near(got.se, plain.se, 1e-15);
    assert_near(got.df, 5.0, 0.0);
}

static void test_lone_groups_and_no_groups_are_the_t_test(void **state)
{
    (void)state;
    const int64_t own[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const int64_t one[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const int64_t *const ways[] = {NULL, own, one};
    for (size_t i = 0; i < 3; i++) {
        struct dyno_strata got = dyno_strata(shoes, ways[i], COUNT_OF(shoes));
        struct dyno_paired plain = dyno_paired(shoes, COUNT_OF(shoes));
        assert_near(got.se, plain.se, 1e-15);
        assert_near(got.df, 9.0, 0.0);
        assert_nan(got.between_sd);
    }
    assert_near(dyno_strata(shoes, one, COUNT_OF(shoes)).within_sd, dyno_paired(shoes, 10).sd,
                1e-12);
}

static void test_unequal_groups_weigh_by_what_they_know(void **state)
{
    (void)state;
    /* One large group and two small ones, far apart: the groups count nearly alike. */
    const double y[] = {1.0, 1.1, 0.9, 1.0, 1.05, 0.95, 5.0, 5.1, 9.0};
    const int64_t g[] = {1, 1, 1, 1, 1, 1, 2, 2, 3};
    struct dyno_strata got = dyno_strata(y, g, 9);
    assert_near(got.mean, 5.0, 0.05);
    assert_near(got.df, 2.0, 0.0);
    assert_near(got.se, 4.0 / sqrt(3.0), 0.05);
}

static void test_few_values(void **state)
{
    (void)state;
    const double y[] = {2.0, NAN};
    const int64_t g[] = {1, 1};
    assert_nan(dyno_strata(y, g, 0).mean);
    assert_near(dyno_strata(y, g, 1).mean, 2.0, 0.0);
    assert_nan(dyno_strata(y, g, 1).se);
    assert_nan(dyno_strata(y, g, 2).se);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_equal_libkalibera),
        cmocka_unit_test(test_best_repeats_equal_libkalibera),
        cmocka_unit_test(test_balanced_groups_equal_the_analysis_of_variance),
        cmocka_unit_test(test_groups_without_a_sign_are_pooled),
        cmocka_unit_test(test_lone_groups_and_no_groups_are_the_t_test),
        cmocka_unit_test(test_unequal_groups_weigh_by_what_they_know),
        cmocka_unit_test(test_few_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
