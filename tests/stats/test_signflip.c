#include "base/rng.h"
#include "stats/signflip.h"
#include "stats/vectors.h"

static void test_darwin_gives_fishers_count(void **state)
{
    (void)state;
    struct dyno_signflip got = dyno_signflip(darwin, COUNT_OF(darwin), 0);
    assert_true(got.is_exact);
    assert_int_equal(got.total, 32768);
    assert_int_equal(got.extreme, 2 * 863);
    assert_near(got.p, 0.0526733, 5e-8);
}

/** 3 patterns are beyond and 4 tie with the observed sum, of 1024: the ties are of decimal fractions. */
static void test_shoes_count_their_ties(void **state)
{
    (void)state;
    struct dyno_signflip got = dyno_signflip(shoes, COUNT_OF(shoes), 0);
    assert_int_equal(got.total, 1024);
    assert_int_equal(got.extreme, 2 * (3 + 4));
}

static void test_smallest_p_needs_six(void **state)
{
    (void)state;
    const double same[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
    assert_near(dyno_signflip(same, 5, 0).p, 0.0625, 0.0);
    assert_near(dyno_signflip(same, 6, 0).p, 0.03125, 0.0);
}

static void test_none_one_zeros_and_nan(void **state)
{
    (void)state;
    const double one[] = {0.7};
    const double zeros[] = {0.0, 0.0, 0.0, 0.0};
    const double bad[] = {1.0, NAN};
    const double endless[] = {1.0, INFINITY};
    assert_nan(dyno_signflip(one, 0, 0).p);
    assert_near(dyno_signflip(one, 1, 0).p, 1.0, 0.0);
    assert_near(dyno_signflip(zeros, 4, 0).p, 1.0, 0.0);
    assert_nan(dyno_signflip(bad, 2, 0).p);
    assert_nan(dyno_signflip(endless, 2, 0).p);
}

static void test_gray_code_equals_brute_force(void **state)
{
    (void)state;
    struct dyno_rng rng;
    dyno_rng_init(&rng, 5, 0);
    for (size_t n = 1; n <= 12; n++) {
        double x[12];
        double sum = 0.0;
        uint64_t extreme = 0;
        for (size_t i = 0; i < n; i++) {
            x[i] = dyno_rng_uniform(&rng) - 0.4;
            sum += x[i];
        }
        for (uint64_t signs = 0; signs < UINT64_C(1) << n; signs++) {
            double flipped = 0.0;
            for (size_t i = 0; i < n; i++)
                flipped += (signs >> i & 1u) != 0 ? -x[i] : x[i];
            extreme += fabs(flipped) >= fabs(sum) - 1e-12 ? 1u : 0u;
        }
        assert_int_equal(dyno_signflip(x, n, 0).extreme, extreme);
    }
}

static void test_over_twenty_is_drawn_and_repeatable(void **state)
{
    (void)state;
    double x[30];
    struct dyno_rng rng;
    dyno_rng_init(&rng, 9, 0);
    for (size_t i = 0; i < 30; i++)
        x[i] = dyno_rng_uniform(&rng) - 0.4;
    struct dyno_signflip exact = dyno_signflip(x, 20, 1);
    struct dyno_signflip drawn = dyno_signflip(x, 30, 1);
    assert_true(exact.is_exact);
    assert_int_equal(exact.total, 1 << 20);
    assert_false(drawn.is_exact);
    assert_near(drawn.p, dyno_signflip(x, 30, 1).p, 0.0);
    /* Zeros change no sum, so the drawn p of 20 values and 10 zeros estimates the exact one. */
    for (size_t i = 20; i < 30; i++)
        x[i] = 0.0;
    assert_near(dyno_signflip(x, 30, 1).p, exact.p, 0.006);
    for (size_t i = 0; i < 30; i++)
        x[i] = 1.0;
    assert_true(dyno_signflip(x, 30, 1).p > 0.0);
    assert_true(dyno_signflip(x, 30, 1).p < 1e-4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_darwin_gives_fishers_count),
        cmocka_unit_test(test_shoes_count_their_ties),
        cmocka_unit_test(test_smallest_p_needs_six),
        cmocka_unit_test(test_none_one_zeros_and_nan),
        cmocka_unit_test(test_gray_code_equals_brute_force),
        cmocka_unit_test(test_over_twenty_is_drawn_and_repeatable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
