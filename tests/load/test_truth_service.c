/*
 * The service times of the scripted server, each part against its formula. What other tests call the truth
 * is this; so it is tested without a clock, a lock or a connection.
 *
 * Quantiles are checked by counting: of n draws, those not above the distribution's quantile p are binomial
 * with mean n p. The seed is fixed, so the bound of four standard deviations is a bound on one sample.
 */
#include "base/clock.h"
#include "support/fake_hs2_service.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DRAWS   400000
#define MEAN_NS (10 * DYNO_NS_PER_MS)

/* cmocka's own compares floats, which do not hold nanoseconds. */
static void assert_close(double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%.9g is not %.9g +- %.3g", got, expected, tolerance);
}

struct quantile {
    double p;
    double ms;
};

struct known {
    struct dyno_fake_hs2_options options;
    double mean_ms;
    double deviation_ms;
    struct quantile quantiles[5];
};

/*
 * exponential: -10 ln(1 - p). lognormal, sigma 0.5: exp(ln 10 - 0.125 + 0.5 z(p)), deviation
 * 10 sqrt(exp(0.25) - 1). uniform, spread 0.6: 4 + 12 p, deviation 6 / sqrt 3.
 * bimodal, 20 % eight times as slow: 10 / (0.8 + 0.2 * 8) and eight times that.
 */
static const struct known everything[] = {
    {{.distribution = DYNO_FAKE_EXPONENTIAL},
     10,
     10,
     {{0.5, 6.931472}, {0.9, 23.025851}, {0.95, 29.957323}, {0.99, 46.051702}, {0.999, 69.077553}}},
    {{.distribution = DYNO_FAKE_LOGNORMAL, .sigma = 0.5},
     10,
     5.329404,
     {{0.5, 8.824969}, {0.9, 16.749374}, {0.95, 20.085776}, {0.99, 28.240554}, {0.999, 41.376010}}},
    {{.distribution = DYNO_FAKE_UNIFORM, .spread = 0.6},
     10,
     3.464102,
     {{0.5, 10}, {0.9, 14.8}, {0.95, 15.4}, {0.99, 15.88}, {0.999, 15.988}}},
    {{.distribution = DYNO_FAKE_BIMODAL, .slow_share = 0.2, .slow_factor = 8},
     10,
     11.666667,
     {{0.8, 4.166667}, {1, 33.333334}, {1, 33.333334}, {1, 33.333334}, {1, 33.333334}}},
};

static struct fake_service service_of(const struct dyno_fake_hs2_options *options)
{
    struct dyno_fake_hs2_options copy = *options;
    struct fake_service service;
    copy.service_ns = MEAN_NS;
    copy.seed = 5;
    fake_service_init(&service, &copy);
    return service;
}

static void check_distribution(const struct known *known)
{
    struct fake_service service = service_of(&known->options);
    double sum_ms = 0;
    size_t below[5] = {0};
    for (size_t i = 0; i < DRAWS; i++) {
        double ms = (double)fake_service_next_ns(&service, 0, 1.0) / 1e6;
        sum_ms += ms;
        for (size_t q = 0; q < 5; q++)
            below[q] += ms <= known->quantiles[q].ms;
    }
    double n = DRAWS;
    if (fabs(sum_ms / n - known->mean_ms) > 4 * known->deviation_ms / sqrt(n))
        fail_msg("distribution %d: mean %.4f ms", (int)known->options.distribution, sum_ms / n);
    for (size_t q = 0; q < 5; q++) {
        double p = known->quantiles[q].p;
        if (fabs((double)below[q] - n * p) > 4 * sqrt(n * p * (1 - p)) + 0.5)
            fail_msg("distribution %d: %zu of %d at or below the p%g",
                     (int)known->options.distribution, below[q], DRAWS, 100 * p);
    }
}

static void test_draws_meet_their_distribution(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof everything / sizeof everything[0]; i++)
        check_distribution(&everything[i]);
}

static void test_fixed_time_is_exact(void **state)
{
    struct fake_service service = service_of(&(struct dyno_fake_hs2_options){.port = 0});
    (void)state;
    for (int i = 0; i < 100; i++)
        assert_int_equal(fake_service_next_ns(&service, i * DYNO_NS_PER_S, 1.0), MEAN_NS);
}

static void test_warmup_decays_with_the_statements(void **state)
{
    struct fake_service service =
        service_of(&(struct dyno_fake_hs2_options){.warmup_extra = 3.0, .warmup_count = 20.0});
    (void)state;
    for (int n = 0; n < 200; n++) {
        double expected = 10e6 * (1.0 + 3.0 * exp(-n / 20.0));
        assert_close((double)fake_service_next_ns(&service, 0, 1.0), expected, 1.0);
    }
}

static void test_drift_and_settings_add_up_on_the_log_scale(void **state)
{
    struct fake_service service = service_of(&(struct dyno_fake_hs2_options){.drift_per_s = 0.02});
    (void)state;
    for (int s = 0; s < 60; s += 7)
        assert_close((double)fake_service_next_ns(&service, s * DYNO_NS_PER_S, exp(0.3)),
                     10e6 * exp(0.02 * s + 0.3), 1.0);
}

/* One factor holds for a whole start; over many starts its logarithm is normal around 0. */
static void test_each_start_has_a_factor_of_its_own(void **state)
{
    const int starts = 20000;
    double sum = 0;
    double squares = 0;
    (void)state;
    for (int i = 0; i < starts; i++) {
        struct fake_service service = service_of(
            &(struct dyno_fake_hs2_options){.restart_sigma = 0.03, .restart_seed = (uint64_t)i});
        int64_t first_ns = fake_service_next_ns(&service, 0, 1.0);
        assert_int_equal(fake_service_next_ns(&service, DYNO_NS_PER_S, 1.0), first_ns);
        double log_factor = log((double)first_ns / 10e6);
        sum += log_factor;
        squares += log_factor * log_factor;
    }
    assert_close(sum / starts, 0.0, 4 * 0.03 / sqrt(starts));
    assert_close(sqrt(squares / starts), 0.03, 4 * 0.03 / sqrt(2.0 * starts));
}

/* The restart's draw is not taken from the statements' stream: A and B of a pair see the same times. */
static void test_a_start_does_not_disturb_the_draws(void **state)
{
    const struct dyno_fake_hs2_options plain = {.distribution = DYNO_FAKE_EXPONENTIAL};
    const struct dyno_fake_hs2_options restarted = {
        .distribution = DYNO_FAKE_EXPONENTIAL, .restart_sigma = 0.1, .restart_seed = 8};
    struct fake_service a = service_of(&plain);
    struct fake_service b = service_of(&restarted);
    (void)state;
    for (int i = 0; i < 100; i++) {
        double expected = (double)fake_service_next_ns(&a, 0, 1.0) * exp(b.restart);
        assert_close((double)fake_service_next_ns(&b, 0, 1.0), expected, 2.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws_meet_their_distribution),
        cmocka_unit_test(test_fixed_time_is_exact),
        cmocka_unit_test(test_warmup_decays_with_the_statements),
        cmocka_unit_test(test_drift_and_settings_add_up_on_the_log_scale),
        cmocka_unit_test(test_each_start_has_a_factor_of_its_own),
        cmocka_unit_test(test_a_start_does_not_disturb_the_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
