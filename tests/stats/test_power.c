#include "stats/paired.h"
#include "stats/power.h"
#include "stats/vectors.h"

static void test_noncentral_t_equals_r(void **state)
{
    (void)state;
    const double rows[][4] = {
        {2, 3, 1, 0.743629868408},
        {2.5, 10, 3, 0.310257236417},
        {-1, 5, 0.5, 0.082444091057},
        {3, 1, 2, 0.524857161733},
        {0, 4, 0, 0.5},
        {2, 200, 1.5, 0.689710327342},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_near(dyno_noncentral_t_cdf(rows[i][0], rows[i][1], rows[i][2]), rows[i][3], 1e-8);
}

/** power.t.test(n = 20, delta = 1, sd = 1), the example of its help page: two samples, 38 df. */
static void test_noncentral_t_gives_the_power_of_the_help_page(void **state)
{
    (void)state;
    double critical = dyno_t_multiplier(0.95, 38);
    assert_near(1.0 - dyno_noncentral_t_cdf(critical, 38, sqrt(10.0)), 0.868952801692, 1e-8);
}

static void test_mde_and_interval_table(void **state)
{
    (void)state;
    const struct {
        size_t blocks;
        double half_width;
        double mde;
    } rows[] = {
        {5, 1.2416639982, 1.68199728221},     {6, 1.0494356399, 1.43454534395},
        {8, 0.83602092163, 1.15603549435},    {10, 0.715356905971, 0.996002254307},
        {12, 0.635369687331, 0.888655145415}, {15, 0.553781541565, 0.778023407567},
        {20, 0.46801440642, 0.660442409819},  {30, 0.373406136758, 0.529236244776},
        {2, 8.98463, 11.5498884359},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        double n = (double)rows[i].blocks;
        assert_near(dyno_t_multiplier(0.95, n - 1) / sqrt(n), rows[i].half_width, 1e-4);
        assert_near(dyno_paired_mde(rows[i].blocks, 0.8, 0.05), rows[i].mde, 1e-4);
    }
}

static void test_mde_has_the_power_that_it_promises(void **state)
{
    (void)state;
    for (size_t n = 2; n < 40; n += 3) {
        double effect = dyno_paired_mde(n, 0.8, 0.05);
        assert_near(dyno_paired_power(n, effect, 0.05), 0.8, 1e-6);
        assert_near(dyno_paired_power(n, -effect, 0.05), 0.8, 1e-6);
    }
}

static void test_count_for_an_effect(void **state)
{
    (void)state;
    assert_int_equal(dyno_paired_count_for(1.0, 0.8, 0.05, 1000), 10);
    assert_int_equal(dyno_paired_count_for(0.66, 0.8, 0.05, 1000), 21);
    assert_int_equal(dyno_paired_count_for(0.01, 0.8, 0.05, 100), 0);
    assert_int_equal(dyno_paired_count_for(NAN, 0.8, 0.05, 100), 0);
}

static void test_power_outside_its_domain_is_nan(void **state)
{
    (void)state;
    assert_nan(dyno_paired_power(1, 1.0, 0.05));
    assert_nan(dyno_paired_power(6, NAN, 0.05));
    assert_nan(dyno_paired_mde(1, 0.8, 0.05));
    assert_nan(dyno_paired_mde(0, 0.8, 0.05));
    assert_nan(dyno_paired_mde(6, 1.0, 0.05));
    assert_nan(dyno_paired_mde(6, 0.04, 0.05));
    assert_nan(dyno_noncentral_t_cdf(1.0, 0.5, 0.0));
    assert_nan(dyno_noncentral_t_cdf(NAN, 5, 0.0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noncentral_t_equals_r),
        cmocka_unit_test(test_noncentral_t_gives_the_power_of_the_help_page),
        cmocka_unit_test(test_mde_and_interval_table),
        cmocka_unit_test(test_mde_has_the_power_that_it_promises),
        cmocka_unit_test(test_count_for_an_effect),
        cmocka_unit_test(test_power_outside_its_domain_is_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
