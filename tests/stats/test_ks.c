#include "stats/ks.h"
#include "stats/vectors.h"

static const double x[] = {.02, .05, .11, .2, .26, .4, .55, .8, 1.3, 2.9};

static void test_ks_equals_r(void **state)
{
    (void)state;
    double d = 0;
    assert_near(dyno_ks_exponential(x, COUNT_OF(x), 1.5, &d), 0.912527171061, 1e-11);
    assert_near(d, 0.177056874498, 1e-12);
    assert_near(dyno_ks_exponential(x, COUNT_OF(x), 6, &d), 0.0701491316657, 1e-11);
    assert_near(d, 0.4092820467106, 1e-12);
}

static void test_ks_of_nothing_is_nan(void **state)
{
    (void)state;
    const double bad[] = {1.0, NAN};
    assert_nan(dyno_ks_exponential(x, 0, 1, NULL));
    assert_nan(dyno_ks_exponential(x, COUNT_OF(x), 0, NULL));
    assert_nan(dyno_ks_exponential(x, COUNT_OF(x), NAN, NULL));
    assert_nan(dyno_ks_exponential(bad, 2, 1, NULL));
}

/* One impossible value among ten is a tenth of the distance there is, however far below 0 it lies. */
static void test_ks_of_a_value_below_zero_is_bounded(void **state)
{
    (void)state;
    double d = 0;
    double far[COUNT_OF(x)];
    for (size_t i = 0; i < COUNT_OF(x); i++)
        far[i] = x[i];
    far[0] = -1000;
    assert_near(dyno_ks_exponential(far, COUNT_OF(x), 1.5, &d), 0.912527171061, 1e-11);
    assert_near(d, 0.177056874498, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ks_equals_r),
        cmocka_unit_test(test_ks_of_nothing_is_nan),
        cmocka_unit_test(test_ks_of_a_value_below_zero_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
