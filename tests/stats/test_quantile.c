#include "base/rng.h"
#include "stats/quantile.h"
#include "stats/sort.h"
#include "stats/vectors.h"

static void test_quantile_type7_equals_r(void **state)
{
    (void)state;
    const double x[] = {77,  87,  88,  114, 151, 210, 219, 246,  253, 262,
                        296, 299, 306, 376, 428, 515, 666, 1310, 2611};
    const double expected[][2] = {{0.0, 77},      {0.25, 180.5},   {0.5, 262}, {0.9, 794.8},
                                  {0.95, 1440.1}, {0.99, 2376.82}, {1.0, 2611}};
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        assert_near(dyno_quantile(x, COUNT_OF(x), expected[i][0]), expected[i][1], 1e-9);
}

static void test_mean_of_exact_values_and_bounds(void **state)
{
    (void)state;
    const double exact[] = {1, 2, 6};
    const double bounds[] = {11};
    struct dyno_bounded got = dyno_mean_bounded(exact, 3, NULL, 0);
    assert_near(got.value, 3, 1e-12);
    assert_false(got.is_bound);
    got = dyno_mean_bounded(exact, 3, bounds, 1);
    assert_near(got.value, 5, 1e-12);
    assert_true(got.is_bound);
    assert_near(dyno_mean_bounded(NULL, 0, bounds, 1).value, 11, 0);
    assert_true(isnan(dyno_mean_bounded(NULL, 0, NULL, 0).value));
}

static void test_named_counts_are_those_of_the_interval(void **state)
{
    (void)state;
    assert_int_equal(dyno_quantile_min_count(0.50, 0.95), DYNO_QUANTILE_FEWEST_P50);
    assert_int_equal(dyno_quantile_min_count(0.90, 0.95), DYNO_QUANTILE_FEWEST_P90);
    assert_int_equal(dyno_quantile_min_count(0.95, 0.95), DYNO_QUANTILE_FEWEST_P95);
    assert_int_equal(dyno_quantile_min_count(0.99, 0.95), DYNO_QUANTILE_FEWEST_P99);
}

static void test_quantile_of_none_one_and_nan(void **state)
{
    (void)state;
    const double one[] = {3.5};
    const double bad[] = {1.0, NAN};
    assert_nan(dyno_quantile(one, 0, 0.5));
    assert_near(dyno_quantile(one, 1, 0.0), 3.5, 0.0);
    assert_near(dyno_quantile(one, 1, 0.95), 3.5, 0.0);
    assert_nan(dyno_quantile(bad, 2, 0.5));
    assert_nan(dyno_quantile(one, 1, -0.1));
    assert_nan(dyno_quantile(one, 1, 1.1));
    assert_nan(dyno_quantile(one, 1, NAN));
}

static void test_quantile_of_ties_is_the_tie(void **state)
{
    (void)state;
    const double x[] = {2.0, 2.0, 2.0, 9.0};
    assert_near(dyno_quantile(x, 4, 0.5), 2.0, 0.0);
}

/* By definition: a bound may be any value from there up. The told value is the quantile where all of them are
 * as low as they can be; it is exact if raising them to anything leaves it where it is. */
static void check_bounded(const double *exact, size_t count, const double *bounds,
                          size_t bound_count, double p)
{
    double all[16];
    for (size_t i = 0; i < count; i++)
        all[i] = exact[i];
    for (size_t i = 0; i < bound_count; i++)
        all[count + i] = bounds[i];
    dyno_sort_f64(all, count + bound_count);
    double lowest = dyno_quantile(all, count + bound_count, p);
    for (size_t i = 0; i < count; i++)
        all[i] = exact[i];
    for (size_t i = 0; i < bound_count; i++)
        all[count + i] = 1e9;
    dyno_sort_f64(all, count + bound_count);
    double highest = dyno_quantile(all, count + bound_count, p);
    struct dyno_bounded got = dyno_quantile_bounded(exact, count, bounds, bound_count, p);
    assert_near(got.value, lowest, 1e-9);
    assert_int_equal(got.is_bound, highest > lowest + 1e-9);
}

static void test_bounded_quantile_is_what_all_bounds_allow(void **state)
{
    (void)state;
    struct dyno_rng rng;
    dyno_rng_init(&rng, 3, 0);
    for (int round = 0; round < 20000; round++) {
        double exact[8];
        double bounds[8];
        size_t count = (size_t)dyno_rng_below(&rng, 9);
        size_t bound_count = (size_t)dyno_rng_below(&rng, 9);
        /* Distinct values: where a bound equals an exact value, both answers are right. */
        for (size_t i = 0; i < count; i++)
            exact[i] = 2.0 * (double)dyno_rng_below(&rng, 40) + dyno_rng_uniform(&rng);
        for (size_t i = 0; i < bound_count; i++)
            bounds[i] = 2.0 * (double)dyno_rng_below(&rng, 40) + dyno_rng_uniform(&rng);
        dyno_sort_f64(exact, count);
        dyno_sort_f64(bounds, bound_count);
        if (count + bound_count > 0)
            check_bounded(exact, count, bounds, bound_count,
                          (double)dyno_rng_below(&rng, 21) / 20.0);
    }
}

static void test_bounded_quantile_without_bounds_is_the_quantile(void **state)
{
    const double values[] = {1.0, 2.0, 4.0};
    (void)state;
    struct dyno_bounded got = dyno_quantile_bounded(values, 3, NULL, 0, 0.75);
    assert_near(got.value, 3.0, 0.0);
    assert_false(got.is_bound);
    assert_nan(dyno_quantile_bounded(NULL, 0, NULL, 0, 0.5).value);
    got = dyno_quantile_bounded(NULL, 0, values, 3, 0.5);
    assert_near(got.value, 2.0, 0.0);
    assert_true(got.is_bound);
}

static void test_sort_puts_nan_last(void **state)
{
    (void)state;
    double x[] = {3.0, NAN, -1.0, 2.0, NAN, 2.0};
    dyno_sort_f64(x, 6);
    const double expected[] = {-1.0, 2.0, 2.0, 3.0};
    for (size_t i = 0; i < 4; i++)
        assert_near(x[i], expected[i], 0.0);
    assert_nan(x[4]);
    assert_nan(x[5]);
    dyno_sort_f64(x, 0);
}

static void test_interval_equals_r(void **state)
{
    (void)state;
    const struct {
        size_t count;
        double p;
        size_t low, high;
        double coverage;
    } rows[] = {
        {100, 0.5, 40, 61, 0.964799799782},        {1000, 0.9, 881, 919, 0.954907181115},
        {1000, 0.95, 936, 964, 0.958095268223},    {1000, 0.99, 983, 997, 0.976094763498},
        {10000, 0.99, 9880, 9920, 0.955754682807}, {6, 0.5, 1, 6, 0.96875},
        {72, 0.95, 64, 72, 0.965490047908},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct dyno_quantile_interval got = dyno_quantile_interval(rows[i].count, rows[i].p, 0.95);
        assert_true(got.is_estimable);
        assert_int_equal(got.low, rows[i].low);
        assert_int_equal(got.high, rows[i].high);
        assert_near(got.coverage, rows[i].coverage, 1e-9);
    }
}

static void test_interval_outside_its_domain_is_not_estimable(void **state)
{
    (void)state;
    assert_false(dyno_quantile_interval(71, 0.95, 0.95).is_estimable);
    assert_int_equal(dyno_quantile_interval(71, 0.95, 0.95).high, 72);
    assert_false(dyno_quantile_interval(5, 0.5, 0.95).is_estimable);
    assert_false(dyno_quantile_interval(0, 0.5, 0.95).is_estimable);
    assert_nan(dyno_quantile_interval(0, 0.5, 0.95).coverage);
    assert_false(dyno_quantile_interval(100, 0.0, 0.95).is_estimable);
    assert_false(dyno_quantile_interval(100, NAN, 0.95).is_estimable);
    assert_false(dyno_quantile_interval(100, 0.5, 1.0).is_estimable);
}

static void test_min_counts_are_the_published_ones(void **state)
{
    (void)state;
    assert_int_equal(dyno_quantile_min_count(0.5, 0.95), 6);
    assert_int_equal(dyno_quantile_min_count(0.5, 0.99), 8);
    assert_int_equal(dyno_quantile_min_count(0.9, 0.95), 36);
    assert_int_equal(dyno_quantile_min_count(0.1, 0.95), 36);
    assert_int_equal(dyno_quantile_min_count(0.95, 0.95), 72);
    assert_int_equal(dyno_quantile_min_count(0.99, 0.95), 368);
    assert_int_equal(dyno_quantile_min_count(0.999, 0.95), 3688);
    assert_int_equal(dyno_quantile_min_count(0.0, 0.95), 0);
    assert_int_equal(dyno_quantile_min_count(NAN, 0.95), 0);
    assert_int_equal(dyno_quantile_min_count(0.5, 1.0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantile_type7_equals_r),
        cmocka_unit_test(test_quantile_of_none_one_and_nan),
        cmocka_unit_test(test_mean_of_exact_values_and_bounds),
        cmocka_unit_test(test_named_counts_are_those_of_the_interval),
        cmocka_unit_test(test_quantile_of_ties_is_the_tie),
        cmocka_unit_test(test_bounded_quantile_is_what_all_bounds_allow),
        cmocka_unit_test(test_bounded_quantile_without_bounds_is_the_quantile),
        cmocka_unit_test(test_sort_puts_nan_last),
        cmocka_unit_test(test_interval_equals_r),
        cmocka_unit_test(test_interval_outside_its_domain_is_not_estimable),
        cmocka_unit_test(test_min_counts_are_the_published_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
