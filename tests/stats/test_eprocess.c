#include "base/rng.h"
#include "stats/eprocess.h"
#include "stats/vectors.h"

#include <stdbool.h>

#define RUNS   2000
#define BLOCKS 30

static double normal(struct dyno_rng *rng)
{
    double radius = sqrt(-2.0 * log1p(-dyno_rng_uniform(rng)));
    return radius * cos(6.283185307179586 * dyno_rng_uniform(rng));
}

/** Krichevsky-Trofimov wealth after t equal signs, then one opposite. */
static void test_sign_form_equals_the_closed_form(void **state)
{
    (void)state;
    const double expected[] = {7.875, 14.4375, 26.8125, 50.2734375, 94.9609375, 180.4257812};
    struct dyno_eprocess process;
    dyno_eprocess_init(&process, NAN);
    assert_near(dyno_eprocess_value(&process), 1.0, 1e-12);
    for (int t = 1; t <= 10; t++) {
        dyno_eprocess_add(&process, 0.01 * t);
        if (t >= 5)
            assert_near(dyno_eprocess_value(&process), expected[t - 5], 1e-6);
    }
    dyno_eprocess_add(&process, -0.5);
    assert_near(dyno_eprocess_value(&process), 16.4023, 1e-4);
    dyno_eprocess_add(&process, 1.0);
    assert_near(dyno_eprocess_value(&process), 28.7041, 1e-4);
}

static void test_bets_are_fair_and_symmetric(void **state)
{
    (void)state;
    struct dyno_eprocess up;
    struct dyno_eprocess down;
    dyno_eprocess_init(&up, 0.05);
    dyno_eprocess_init(&down, 0.05);
    dyno_eprocess_add(&up, 0.03);
    dyno_eprocess_add(&down, -0.03);
    assert_near(dyno_eprocess_value(&up), dyno_eprocess_value(&down), 1e-12);
    /* One step up or down with equal chance keeps the expectation: each bet's two outcomes average to 1. */
    assert_near((dyno_eprocess_value(&up) + dyno_eprocess_value(&down)) / 2.0, 1.0, 1e-12);
}

static void test_nothing_and_nonsense_change_nothing(void **state)
{
    (void)state;
    struct dyno_eprocess process;
    dyno_eprocess_init(&process, 0.1);
    dyno_eprocess_add(&process, 0.0);
    dyno_eprocess_add(&process, NAN);
    assert_int_equal(process.count, 0);
    assert_near(dyno_eprocess_value(&process), 1.0, 1e-12);
    dyno_eprocess_add(&process, -1e6);
    assert_true(isfinite(dyno_eprocess_value(&process)));
}

/** Share of runs that ever reach 20 when looked at after each block. */
static double stops(double effect, double scale, bool is_heavy)
{
    struct dyno_rng rng;
    int stopped = 0;
    dyno_rng_init(&rng, 3, 1);
    for (int run = 0; run < RUNS; run++) {
        struct dyno_eprocess process;
        bool is_stopped = false;
        dyno_eprocess_init(&process, scale);
        for (int block = 0; block < BLOCKS; block++) {
            double d = is_heavy ? dyno_rng_exponential(&rng, 1.0) - dyno_rng_exponential(&rng, 1.0)
                                : normal(&rng);
            dyno_eprocess_add(&process, d + effect);
            is_stopped = is_stopped || dyno_eprocess_value(&process) >= 20.0;
        }
        stopped += is_stopped;
    }
    return (double)stopped / RUNS;
}

static void test_false_stops_stay_below_the_level(void **state)
{
    (void)state;
    assert_true(stops(0.0, 1.0, false) < 0.05);
    assert_true(stops(0.0, NAN, false) < 0.05);
    assert_true(stops(0.0, 1.0, true) < 0.05);
    /* A scale that is wrong by far costs power, never the level. */
    assert_true(stops(0.0, 0.2, false) < 0.05);
}

static void test_an_effect_of_one_sd_is_found(void **state)
{
    (void)state;
    assert_true(stops(1.0, 1.0, false) > 0.95);
    assert_true(stops(1.0, NAN, false) > 0.80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign_form_equals_the_closed_form),
        cmocka_unit_test(test_bets_are_fair_and_symmetric),
        cmocka_unit_test(test_nothing_and_nonsense_change_nothing),
        cmocka_unit_test(test_false_stops_stay_below_the_level),
        cmocka_unit_test(test_an_effect_of_one_sd_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
