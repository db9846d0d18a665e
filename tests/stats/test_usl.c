#include "base/rng.h"
#include "stats/acceptance.h"
#include "stats/usl.h"
#include "stats/usl_interval.h"
#include "stats/vectors.h"

#include <math.h>
#include <stdbool.h>

/* Data sets of the R package usl, with what it (bounded at 0) gives. */
static const double spec_load[] = {1, 18, 36, 72, 108, 144, 216};
static const double spec_rate[] = {64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775.0, 1702.2};
static const double ray_load[] = {1, 4, 8, 12, 16, 20, 24, 28, 32, 48, 64};
static const double ray_rate[] = {20, 78, 130, 170, 190, 200, 210, 230, 260, 280, 310};

static void test_spec_sdm91_equals_r(void **state)
{
    (void)state;
    struct dyno_usl got = dyno_usl_fit(spec_load, spec_rate, 7);
    assert_true(got.is_fitted);
    assert_near(got.gamma, 89.9952332, 1e-4);
    assert_near(got.alpha, 0.027728476, 1e-7);
    assert_near(got.beta, 0.000104365, 1e-8);
    assert_near(got.rss, 27453.7196, 1e-2);
    assert_int_equal(got.df, 4);
    assert_near(got.alpha_se, 0.0091217, 1e-5);
    assert_near(got.beta_se, 0.0000198753, 1e-8);
    assert_near(got.gamma_se, 14.2135, 1e-2);
    assert_near(got.peak_load, 96.51956, 1e-2);
    assert_near(got.peak_rate, 1883.9, 0.1);
    assert_near(dyno_usl_rate(&got, 1), 90, 0.5);
    assert_near(dyno_usl_rate(&got, 216), 1646, 1.0);
    assert_true(dyno_usl_has_peak(&got, 216));
}

/** Six points fit beautifully and promise a peak of 203 at 24; 310 were measured at 64. */
static void test_raytracer_six_points_are_not_believed_beyond_their_range(void **state)
{
    (void)state;
    struct dyno_usl got = dyno_usl_fit(ray_load, ray_rate, 6);
    assert_near(got.gamma, 20.856045, 1e-4);
    assert_near(got.alpha, 0.02444404, 1e-6);
    assert_near(got.beta, 0.00162681, 1e-6);
    assert_near(got.peak_load, 24.488, 1e-2);
    assert_near(got.peak_rate, 203.49, 1e-1);
    got = dyno_usl_fit(ray_load, ray_rate, 5);
    assert_near(got.gamma, 21.0593258, 1e-4);
    assert_near(got.alpha, 0.0278950, 1e-5);
    assert_near(got.beta, 0.0014608, 1e-5);
    /* 26.0 lies beyond 1.5 x 16. */
    assert_false(dyno_usl_has_peak(&got, 16));
}

static void test_raytracer_all_points_have_no_peak(void **state)
{
    (void)state;
    struct dyno_usl got = dyno_usl_fit(ray_load, ray_rate, 11);
    assert_near(got.gamma, 21.8488428, 1e-4);
    assert_near(got.alpha, 0.0577708, 1e-6);
    assert_near(got.beta, 0.0, 0.0);
    assert_near(got.rss, 697.2378, 1e-2);
    assert_true(isinf(got.peak_load));
    assert_false(dyno_usl_has_peak(&got, 64));
}

static void test_synthetic_truth_is_found(void **state)
{
    (void)state;
    const double load[] = {1, 2, 4, 6, 8, 10};
    const double rate[] = {1, 1.8868, 3.0769, 3.5294, 3.5398, 3.3557};
    struct dyno_usl got = dyno_usl_fit(load, rate, 6);
    assert_near(got.gamma, 1.0000051, 1e-6);
    assert_near(got.alpha, 0.0200058, 1e-6);
    assert_near(got.beta, 0.0199997, 1e-6);
    assert_near(got.peak_load, 7.0, 0.01);
    assert_true(dyno_usl_has_peak(&got, 10));
}

static void test_too_little_is_not_fitted(void **state)
{
    (void)state;
    const double load[] = {1, 2, 2, 2};
    const double rate[] = {1, 2, 2.1, 1.9};
    const double zero[] = {1, 0, 2, 2};
    assert_false(dyno_usl_fit(load, rate, 4).is_fitted);
    assert_false(dyno_usl_fit(spec_load, zero, 4).is_fitted);
    assert_false(dyno_usl_fit(spec_load, spec_rate, 0).is_fitted);
}

static void test_acceptance_table(void **state)
{
    (void)state;
    const struct {
        double p, confidence;
        size_t counts[6]; /* for 0, 1, 2, 3, 5, 10 violations */
    } rows[] = {
        {0.90, 0.95, {29, 46, 61, 76, 103, 167}},
        {0.90, 0.99, {44, 64, 81, 97, 127, 197}},
        {0.95, 0.95, {59, 93, 124, 153, 208, 336}},
        {0.95, 0.99, {90, 130, 165, 198, 259, 398}},
        {0.99, 0.95, {299, 473, 628, 773, 1049, 1693}},
        {0.99, 0.99, {459, 662, 838, 1001, 1307, 2010}},
    };
    const size_t violations[] = {0, 1, 2, 3, 5, 10};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t k = 0; k < 6; k++) {
            size_t count = dyno_acceptance_count(violations[k], rows[i].p, rows[i].confidence);
            assert_int_equal(count, rows[i].counts[k]);
            assert_true(dyno_accepts(count, violations[k], rows[i].p, rows[i].confidence));
            assert_false(dyno_accepts(count - 1, violations[k], rows[i].p, rows[i].confidence));
        }
    /* Both sides of p95: 12 of 12 over the limit, or 3 of 12 (p = 0.020), are enough to see it missed; 2 of 12 are not. */
    assert_true(dyno_rejects(12, 12, 0.95, 0.95));
    assert_true(dyno_rejects(12, 3, 0.95, 0.95));
    assert_false(dyno_rejects(12, 2, 0.95, 0.95));
    assert_false(dyno_rejects(12, 0, 0.95, 0.95));
    assert_false(dyno_rejects(0, 0, 0.95, 0.95));
    assert_false(dyno_accepts(0, 0, 0.95, 0.95));
    assert_false(dyno_accepts(5, 5, 0.95, 0.95));
    assert_int_equal(dyno_acceptance_count(0, 1.0, 0.95), 0);
}

#define TRIALS 4
#define LOADS  7
#define POINTS (TRIALS * LOADS)

/* Throughput by the law with `noise` on each trial, normal by the sum of twelve uniform numbers. */
static void play(struct dyno_rng *rng, double beta, double noise, double loads[POINTS],
                 double rates[POINTS])
{
    static const double steps[LOADS] = {1, 2, 4, 6, 8, 12, 16};
    const struct dyno_usl truth = {.gamma = 10, .alpha = 0.05, .beta = beta};
    for (size_t i = 0; i < POINTS; i++) {
        double sum = -6;
        for (int k = 0; k < 12; k++)
            sum += dyno_rng_uniform(rng);
        loads[i] = steps[i % LOADS];
        rates[i] = dyno_usl_rate(&truth, loads[i]) * (1 + noise * sum);
    }
}

static void test_interval_of_the_peak_covers_the_truth(void **state)
{
    (void)state;
    struct dyno_rng rng;
    double loads[POINTS];
    double rates[POINTS];
    int load_covered = 0;
    int rate_covered = 0;
    const struct dyno_usl truth = {.gamma = 10, .alpha = 0.05, .beta = 0.01};
    const double peak = sqrt(0.95 / 0.01);
    dyno_rng_init(&rng, 7, 1);
    for (int i = 0; i < 60; i++) {
        play(&rng, truth.beta, 0.03, loads, rates);
        const struct dyno_usl_interval got = dyno_usl_bootstrap(loads, rates, POINTS, 5);
        load_covered += got.load_low <= peak && peak <= got.load_high ? 1 : 0;
        double rate = dyno_usl_rate(&truth, peak);
        rate_covered += got.rate_low <= rate && rate <= got.rate_high ? 1 : 0;
    }
    /* 57 of 60 are due; fewer than 51 would happen once in 200 times at 95 %. The seed is fixed. */
    assert_in_range(load_covered, 51, 60);
    assert_in_range(rate_covered, 51, 60);
}

static void test_interval_without_a_peak_has_no_upper_end(void **state)
{
    (void)state;
    struct dyno_rng rng;
    double loads[POINTS];
    double rates[POINTS];
    dyno_rng_init(&rng, 9, 1);
    play(&rng, 0.0, 0.03, loads, rates);
    const struct dyno_usl_interval got = dyno_usl_bootstrap(loads, rates, POINTS, 5);
    assert_true(isinf(got.load_high));
    assert_true(got.peak_share < 0.975);
    /* The same draws again, and none at all from single trials. */
    const struct dyno_usl_interval again = dyno_usl_bootstrap(loads, rates, POINTS, 5);
    assert_true(got.load_low == again.load_low && got.peak_share == again.peak_share);
    assert_true(isnan(dyno_usl_bootstrap(loads, rates, LOADS, 5).load_low));
    assert_true(isnan(dyno_usl_bootstrap(loads, rates, 0, 5).load_low));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spec_sdm91_equals_r),
        cmocka_unit_test(test_raytracer_six_points_are_not_believed_beyond_their_range),
        cmocka_unit_test(test_raytracer_all_points_have_no_peak),
        cmocka_unit_test(test_synthetic_truth_is_found),
        cmocka_unit_test(test_too_little_is_not_fitted),
        cmocka_unit_test(test_acceptance_table),
        cmocka_unit_test(test_interval_of_the_peak_covers_the_truth),
        cmocka_unit_test(test_interval_without_a_peak_has_no_upper_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
