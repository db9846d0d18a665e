#include "base/rng.h"
#include "support/check.h"

#include <math.h>
#include <stdlib.h>

static void test_rng_repeats_for_a_seed_and_differs_by_stream(void **state)
{
    (void)state;
    struct dyno_rng a, b, c;
    dyno_rng_init(&a, 42, 1);
    dyno_rng_init(&b, 42, 1);
    dyno_rng_init(&c, 42, 2);
    int equal = 0;
    for (int i = 0; i < 100; i++) {
        uint64_t x = dyno_rng_next(&a);
        assert_true(x == dyno_rng_next(&b));
        equal += x == dyno_rng_next(&c);
    }
    assert_int_equal(equal, 0);
}

/* xoshiro256** from the state 1, 2, 3, 4: the first outputs of the authors' reference program. */
static void test_rng_is_xoshiro256starstar(void **state)
{
    (void)state;
    struct dyno_rng rng = {.state = {1, 2, 3, 4}};
    static const uint64_t expected[] = {11520u, 0u, 1509978240u, UINT64_C(1215971899390074240)};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_true(dyno_rng_next(&rng) == expected[i]);
}

static void test_rng_uniform_has_mean_and_range(void **state)
{
    (void)state;
    struct dyno_rng rng;
    double sum = 0;
    dyno_rng_init(&rng, 7, 0);
    for (int i = 0; i < 100000; i++) {
        double u = dyno_rng_uniform(&rng);
        assert_true(u >= 0 && u < 1);
        sum += u;
    }
    /* Five standard errors of the mean of 100000 uniforms. */
    assert_true(fabs(sum / 1e5 - 0.5) < 5 * 0.2887 / sqrt(1e5));
}

static void test_rng_exponential_has_its_mean(void **state)
{
    (void)state;
    struct dyno_rng rng;
    double sum = 0;
    dyno_rng_init(&rng, 8, 0);
    for (int i = 0; i < 100000; i++)
        sum += dyno_rng_exponential(&rng, 3.0);
    assert_true(fabs(sum / 1e5 - 3.0) < 5 * 3.0 / sqrt(1e5));
}

static void test_rng_below_is_even(void **state)
{
    (void)state;
    struct dyno_rng rng;
    int seen[3] = {0};
    dyno_rng_init(&rng, 9, 0);
    for (int i = 0; i < 30000; i++)
        seen[dyno_rng_below(&rng, 3)]++;
    for (int i = 0; i < 3; i++)
        assert_true(abs(seen[i] - 10000) < 5 * 82);
}

static void test_rng_shuffle_keeps_the_items(void **state)
{
    (void)state;
    struct dyno_rng rng;
    int items[10];
    int sum = 0;
    int moved = 0;
    for (int i = 0; i < 10; i++)
        items[i] = i;
    dyno_rng_init(&rng, 10, 0);
    dyno_rng_shuffle(&rng, items, 10, sizeof items[0]);
    for (int i = 0; i < 10; i++) {
        sum += items[i];
        moved += items[i] != i;
    }
    assert_int_equal(sum, 45);
    assert_true(moved > 0);
    dyno_rng_shuffle(&rng, items, 0, sizeof items[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rng_repeats_for_a_seed_and_differs_by_stream),
        cmocka_unit_test(test_rng_is_xoshiro256starstar),
        cmocka_unit_test(test_rng_uniform_has_mean_and_range),
        cmocka_unit_test(test_rng_exponential_has_its_mean),
        cmocka_unit_test(test_rng_below_is_even),
        cmocka_unit_test(test_rng_shuffle_keeps_the_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
