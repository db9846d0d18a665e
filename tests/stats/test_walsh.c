#include "stats/vectors.h"
#include "stats/walsh.h"

static void test_quantile_equals_r(void **state)
{
    (void)state;
    /* qsignrank(0.025, n), and qsignrank(0.05, 10) */
    const size_t rows[][2] = {{5, 0}, {6, 1}, {7, 3}, {8, 4}, {9, 6}, {10, 9}, {15, 26}, {20, 53}};
    double scratch[256];
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(dyno_signed_rank_quantile(0.025, rows[i][0], scratch), rows[i][1]);
    assert_int_equal(dyno_signed_rank_quantile(0.05, 10, scratch), 11);
}

/** wilcox.test(x, y, paired = TRUE, conf.int = TRUE) on the depression data of Hollander and Wolfe. */
static void test_depression_data_equals_r(void **state)
{
    (void)state;
    const double x[] = {1.83, .50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    const double y[] = {.878, .647, .598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    double d[9];
    double scratch[64];
    for (size_t i = 0; i < 9; i++)
        d[i] = x[i] - y[i];
    struct dyno_walsh got = dyno_walsh(d, 9, 0.95, scratch);
    assert_near(got.estimate, 0.46, 1e-9);
    assert_near(got.ci_low, 0.010, 1e-9);
    assert_near(got.ci_high, 0.786, 1e-9);
}

static void test_darwin_equals_r(void **state)
{
    (void)state;
    double scratch[128];
    struct dyno_walsh got = dyno_walsh(darwin, COUNT_OF(darwin), 0.95, scratch);
    assert_near(got.estimate, 25.0, 1e-12);
    assert_near(got.ci_low, 4.0, 1e-12);
    assert_near(got.ci_high, 41.5, 1e-12);
}

static void test_five_values_span_their_range(void **state)
{
    (void)state;
    const double x[] = {3, 1, 2, 5, 4};
    double scratch[32];
    struct dyno_walsh got = dyno_walsh(x, 5, 0.95, scratch);
    assert_near(got.estimate, 3.0, 0.0);
    assert_near(got.ci_low, 1.0, 0.0);
    assert_near(got.ci_high, 5.0, 0.0);
    got = dyno_walsh(x, 1, 0.95, scratch);
    assert_near(got.ci_low, 3.0, 0.0);
    assert_near(got.ci_high, 3.0, 0.0);
}

/** The normal approximation takes over without a jump: for n = 60 R has 24.5 to 34.5. */
static void test_many_values_use_the_approximation(void **state)
{
    (void)state;
    enum {
        COUNT = 60
    };
    static double scratch[COUNT * (COUNT + 1) / 2 + 1];
    double x[COUNT];
    for (int i = 0; i < COUNT; i++)
        x[i] = (double)((i * 37) % COUNT);
    struct dyno_walsh got = dyno_walsh(x, COUNT, 0.95, scratch);
    assert_near(got.estimate, 29.5, 1e-9);
    assert_near(got.ci_high - 29.5, 29.5 - got.ci_low, 1e-9);
    assert_near(got.ci_low, 24.5, 0.5);
}

static void test_nothing_to_rank_is_nan(void **state)
{
    (void)state;
    const double x[] = {1.0, NAN};
    double scratch[8];
    assert_nan(dyno_walsh(x, 0, 0.95, scratch).estimate);
    assert_nan(dyno_walsh(x, 2, 0.95, scratch).ci_low);
    assert_nan(dyno_walsh(x, 1, 1.0, scratch).estimate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantile_equals_r),
        cmocka_unit_test(test_depression_data_equals_r),
        cmocka_unit_test(test_darwin_equals_r),
        cmocka_unit_test(test_five_values_span_their_range),
        cmocka_unit_test(test_many_values_use_the_approximation),
        cmocka_unit_test(test_nothing_to_rank_is_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
