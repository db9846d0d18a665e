#include "stats/moments.h"
#include "stats/paired.h"
#include "stats/vectors.h"

static void test_moments_do_not_cancel(void **state)
{
    (void)state;
    const double x[] = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
    struct dyno_moments moments = dyno_moments_of(x, 4);
    assert_near(dyno_moments_mean(&moments), 1e9 + 10, 1e-6);
    assert_near(dyno_moments_sd(&moments), 5.47722557505, 1e-9);
}

static void test_moments_of_none_one_and_nan(void **state)
{
    (void)state;
    const double x[] = {2.5, NAN, 1.0};
    struct dyno_moments moments = dyno_moments_of(x, 0);
    assert_nan(dyno_moments_mean(&moments));
    assert_nan(dyno_moments_sd(&moments));
    moments = dyno_moments_of(x, 1);
    assert_near(dyno_moments_mean(&moments), 2.5, 0.0);
    assert_nan(dyno_moments_sd(&moments));
    moments = dyno_moments_of(x, 3);
    assert_nan(dyno_moments_mean(&moments));
    assert_nan(dyno_moments_sd(&moments));
}

static void test_paired_equals_r_on_darwin(void **state)
{
    (void)state;
    struct dyno_paired got = dyno_paired(darwin, COUNT_OF(darwin));
    assert_near(got.mean, 314.0 / 15.0, 1e-12);
    assert_near(got.t, 2.14798746133, 1e-9);
    assert_near(got.p, 0.0497029440218, 1e-9);
    assert_near(got.ci_low, 0.031193318393, 1e-8);
    assert_near(got.ci_high, 41.835473348274, 1e-8);
}

static void test_paired_equals_r_on_shoes_and_sleep(void **state)
{
    (void)state;
    struct dyno_paired got = dyno_paired(shoes, COUNT_OF(shoes));
    assert_near(got.mean, 0.41, 1e-12);
    assert_near(got.t, 3.3488765362216, 1e-9);
    assert_near(got.p, 0.0085387807176, 1e-9);
    assert_near(got.ci_low, 0.1330460942004, 1e-9);
    assert_near(got.ci_high, 0.6869539057996, 1e-9);
    assert_near(got.ci90_low, 0.1855736008, 1e-9);
    assert_near(got.ci90_high, 0.6344263992, 1e-9);
    got = dyno_paired(sleep_pairs, COUNT_OF(sleep_pairs));
    assert_near(got.t, -4.06212768338, 1e-9);
    assert_near(got.p, 0.00283289019738, 1e-9);
    assert_near(got.ci_low, -2.45988576328, 1e-9);
    assert_near(got.ci_high, -0.70011423672, 1e-9);
}

static void test_paired_of_none_one_and_nan(void **state)
{
    (void)state;
    const double x[] = {0.25, NAN, 1.0};
    struct dyno_paired got = dyno_paired(x, 0);
    assert_nan(got.mean);
    assert_nan(got.p);
    got = dyno_paired(x, 1);
    assert_near(got.mean, 0.25, 0.0);
    assert_nan(got.sd);
    assert_nan(got.ci_low);
    assert_nan(got.p);
    got = dyno_paired(x, 3);
    assert_nan(got.mean);
    assert_nan(got.ci_high);
}

static void test_paired_of_equal_values_is_a_point(void **state)
{
    (void)state;
    const double zeros[] = {0.0, 0.0, 0.0};
    const double halves[] = {-0.5, -0.5, -0.5};
    struct dyno_paired got = dyno_paired(zeros, 3);
    assert_near(got.p, 1.0, 0.0);
    assert_near(got.ci_low, 0.0, 0.0);
    got = dyno_paired(halves, 3);
    assert_near(got.p, 0.0, 0.0);
    assert_near(got.ci_low, -0.5, 0.0);
    assert_near(got.ci_high, -0.5, 0.0);
}

static void test_tost_paired_sleep(void **state)
{
    (void)state;
    struct dyno_paired pairs = dyno_paired(sleep_pairs, COUNT_OF(sleep_pairs));
    assert_near(dyno_tost(pairs.mean, pairs.se, 9, 2.5).p, 0.0211168602465, 1e-9);
    assert_near(dyno_tost(pairs.mean, pairs.se, 9, 2.0).p, 0.154157235669, 1e-9);
}

static void test_tost_from_summaries(void **state)
{
    (void)state;
    struct dyno_tost got = dyno_tost(-8.1153846, 51.1142846076, 27, 110);
    assert_near(got.p_lower, 0.0282130405, 1e-8);
    assert_near(got.p_upper, 0.0143586790, 1e-8);
    got = dyno_tost(-8.1153846, 53.6185468846, 19.1690023743, 110);
    assert_near(got.p_lower, 0.0362792, 1e-6);
    assert_near(got.p_upper, 0.0200160, 1e-6);
    double se = sqrt(0.95 * 0.95 / 95 + 0.83 * 0.83 / 89);
    double margin = 0.43 * sqrt((0.95 * 0.95 + 0.83 * 0.83) / 2);
    got = dyno_tost(5.25 - 5.22, se, 181.134367160507, margin);
    assert_near(got.p_lower, 0.0009560, 1e-6);
    assert_near(got.p_upper, 0.0038755, 1e-6);
    assert_near(got.p, got.p_upper, 0.0);
}

/** The 90 % interval lies inside the margin exactly when TOST at 5 % says so. */
static void test_tost_agrees_with_the_90_interval(void **state)
{
    (void)state;
    struct dyno_paired pairs = dyno_paired(shoes, COUNT_OF(shoes));
    for (double margin = 0.5; margin < 0.8; margin += 0.01) {
        int is_inside = pairs.ci90_low > -margin && pairs.ci90_high < margin;
        assert_int_equal(dyno_tost(pairs.mean, pairs.se, 9, margin).p < 0.05, is_inside);
    }
}

static void test_tost_outside_its_domain_is_nan(void **state)
{
    (void)state;
    assert_nan(dyno_tost(0.0, 0.0, 9, 1.0).p);
    assert_nan(dyno_tost(0.0, 1.0, 0.0, 1.0).p);
    assert_nan(dyno_tost(0.0, 1.0, 9, -1.0).p);
    assert_nan(dyno_tost(NAN, 1.0, 9, 1.0).p);
    assert_nan(dyno_t_multiplier(0.95, 0.0));
    assert_nan(dyno_t_multiplier(1.0, 5.0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments_do_not_cancel),
        cmocka_unit_test(test_moments_of_none_one_and_nan),
        cmocka_unit_test(test_paired_equals_r_on_darwin),
        cmocka_unit_test(test_paired_equals_r_on_shoes_and_sleep),
        cmocka_unit_test(test_paired_of_none_one_and_nan),
        cmocka_unit_test(test_paired_of_equal_values_is_a_point),
        cmocka_unit_test(test_tost_paired_sleep),
        cmocka_unit_test(test_tost_from_summaries),
        cmocka_unit_test(test_tost_agrees_with_the_90_interval),
        cmocka_unit_test(test_tost_outside_its_domain_is_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
