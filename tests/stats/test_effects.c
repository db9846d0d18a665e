#include "stats/effects.h"
#include "stats/splitplot.h"
#include "stats/standing.h"
#include "stats/vectors.h"

#include <stdbool.h>
#include <string.h>

/* BHH's reactor, 2^5 in Yates order. */
static const double reactor[] = {61, 53, 63, 61, 53, 56, 54, 61, 69, 61, 94, 93, 66, 60, 95, 98,
                                 56, 63, 70, 65, 59, 55, 67, 65, 44, 45, 78, 77, 49, 42, 81, 82};

static void test_lenth_equals_the_published_examples(void **state)
{
    (void)state;
    const double bike[] = {3.5, 12, 22.5, 1, .5, 1, 2.5};
    const double process[] = {-8, 24,  1,  -2.25, .75,  -1.25, -.75, -5.5,
                              0,  4.5, .5, -.25,  -.25, -.75,  -.25};
    struct dyno_lenth got = dyno_lenth(bike, COUNT_OF(bike));
    assert_near(got.s0, 3.75, 1e-12);
    assert_near(got.pse, 1.5, 1e-12);
    assert_near(dyno_effects_margin(0.95, got.df) * got.pse, 5.64618460812, 1e-8);
    assert_near(dyno_effects_simultaneous(0.95, got.count, got.df) * got.pse, 13.51246067092, 1e-8);
    got = dyno_lenth(process, COUNT_OF(process));
    assert_near(got.pse, 1.125, 1e-12);
    assert_near(dyno_effects_margin(0.95, got.df) * got.pse, 2.89190456509, 1e-8);
    assert_near(dyno_effects_simultaneous(0.95, got.count, got.df) * got.pse, 5.87098266977, 1e-8);
}

static void test_lenth_of_none_zeros_and_nan(void **state)
{
    (void)state;
    const double zeros[] = {0, 0, 0, 0, 0};
    const double odd[] = {1, NAN, 2};
    assert_nan(dyno_lenth(zeros, 0).pse);
    assert_near(dyno_lenth(zeros, 5).pse, 0.0, 0.0);
    assert_nan(dyno_lenth(odd, 3).pse);
    assert_nan(dyno_lenth(reactor, DYNO_FACTORIAL_MAX_RUNS + 1).pse);
}

static void test_reactor_in_32_runs(void **state)
{
    (void)state;
    /* A full 2^5: the 6 factors in 32 runs without their sixth. */
    struct dyno_factorial design;
    double effects[31];
    assert_true(dyno_factorial_make(6, 32, &design));
    for (uint32_t column = 1; column < 32; column++)
        effects[column - 1] = dyno_effects_contrast(&design, column, reactor);
    assert_near(effects[1 - 1], -1.375, 1e-12);
    assert_near(effects[2 - 1], 19.5, 1e-12);
    assert_near(effects[8 - 1], 10.75, 1e-12);
    assert_near(effects[16 - 1], -6.25, 1e-12);
    assert_near(-effects[10 - 1], 13.25, 1e-12);
    assert_near(-effects[24 - 1], -11.0, 1e-12);
    struct dyno_lenth got = dyno_lenth(effects, 31);
    assert_near(got.pse, 1.3125, 1e-12);
    assert_near(dyno_effects_margin(0.95, got.df) * got.pse, 2.91169536227, 1e-8);
    assert_near(dyno_effects_simultaneous(0.95, 31, got.df) * got.pse, 5.53608041687, 1e-8);
}

/** The responses of a design's runs, looked up in the full factorial; with the fifth factor turned over if
 *  `mirror` is 16. */
static void look_up(const struct dyno_factorial *design, int mirror, double *y)
{
    for (int run = 0; run < design->run_count; run++) {
        int at = 0;
        for (int f = 0; f < 5; f++)
            at += dyno_factorial_level(design, run, f) > 0 ? 1 << f : 0;
        y[run] = reactor[at ^ mirror];
    }
}

static void test_reactor_in_16_runs_flags_exactly_what_is_there(void **state)
{
    (void)state;
    struct dyno_factorial design;
    double y[16];
    double effects[15];
    assert_true(dyno_factorial_make(5, 16, &design));
    look_up(&design, 0, y);
    for (uint32_t column = 1; column < 16; column++)
        effects[column - 1] = dyno_effects_contrast(&design, column, y);
    assert_near(effects[1], 18.5, 1e-12);
    assert_near(effects[7], 9.25, 1e-12);
    assert_near(effects[14], -6.25, 1e-12);
    assert_near(-effects[10 - 1], 15.75, 1e-12);
    assert_near(-effects[(8 ^ 15) - 1], -12.5, 1e-12);
    struct dyno_lenth got = dyno_lenth(effects, 15);
    assert_near(got.pse, 1.5, 1e-12);
    assert_near(dyno_effects_margin(0.95, got.df) * got.pse, 3.85587275345, 1e-8);
    /* The half that the book shows, E = ABCD: E and its interactions have the other sign. */
    look_up(&design, 16, y);
    for (uint32_t column = 1; column < 16; column++)
        effects[column - 1] = dyno_effects_contrast(&design, column, y);
    assert_near(effects[1], 20.5, 1e-12);
    assert_near(effects[7], 12.25, 1e-12);
    assert_near(-effects[14], -6.25, 1e-12);
    assert_near(-effects[10 - 1], 10.75, 1e-12);
    got = dyno_lenth(effects, 15);
    assert_near(got.pse, 1.875, 1e-12);
    double margin = dyno_effects_margin(0.95, got.df) * got.pse;
    assert_near(margin, 4.819841, 1e-6);
    int flagged = 0;
    for (size_t i = 0; i < 15; i++)
        flagged += fabs(effects[i]) > margin;
    assert_int_equal(flagged, 5);
}

static void test_sieve_sees_nothing_in_the_reactor(void **state)
{
    (void)state;
    static const double expected[] = {-10.833333333333,
                                      14.166666666667,
                                      -4.166666666667,
                                      8.166666666667,
                                      -3.5,
                                      -1.166666666667,
                                      0.5,
                                      6.5,
                                      -8.833333333333,
                                      9.166666666667,
                                      0.166666666667};
    struct dyno_factorial design;
    double y[12];
    double effects[11];
    assert_true(dyno_factorial_make_sieve(5, &design));
    look_up(&design, 0, y);
    for (uint32_t column = 1; column < 12; column++) {
        effects[column - 1] = dyno_effects_contrast(&design, column, y);
        assert_near(effects[column - 1], expected[column - 1], 1e-10);
    }
    struct dyno_lenth got = dyno_lenth(effects, 11);
    assert_near(got.pse, 9.75, 1e-10);
    double margin = dyno_effects_margin(0.95, got.df) * got.pse;
    assert_near(margin, 28.0690620899, 1e-8);
    for (size_t i = 0; i < 11; i++)
        assert_true(fabs(effects[i]) < margin);
}

static double pattern(const struct dyno_factorial *design, int replicate, int run)
{
    int n = replicate * 16 + run;
    int a = dyno_factorial_level(design, run, 0);
    int b = dyno_factorial_level(design, run, 1);
    int c = dyno_factorial_level(design, run, 2);
    int start = (a > 0) + 2 * (b > 0) + 4 * replicate;
    return .5 * a + .2 * c + .1 * a * c + ((7919 * n) % 101 - 50) / 200.0 +
           ((31 * start) % 17 - 8) / 30.0;
}

static void test_two_strata_equal_aov_with_error_term(void **state)
{
    (void)state;
    const bool is_whole[DYNO_FACTORIAL_MAX_FACTORS] = {true, true};
    struct dyno_factorial design;
    struct dyno_splitplot strata;
    double values[2][16 * 3];
    double means[16] = {0};
    size_t counts[2] = {0, 0};
    assert_true(dyno_factorial_make(4, 16, &design));
    assert_true(dyno_splitplot_make(&design, is_whole, 0, &strata));
    for (uint32_t column = 1; column < 16; column++) {
        size_t stratum = dyno_splitplot_is_between(&strata, column) ? 0 : 1;
        for (int replicate = 0; replicate < 3; replicate++) {
            double y[16];
            for (int run = 0; run < 16; run++)
                y[run] = pattern(&design, replicate, run);
            double value = dyno_effects_contrast(&design, column, y);
            values[stratum][counts[stratum] * 3 + (size_t)replicate] = value;
            means[column] += value / 3;
        }
        counts[stratum]++;
    }
    assert_near(means[1], 0.9679861111111, 1e-12);
    assert_near(means[2], 0.0935416666667, 1e-12);
    assert_near(-means[3], -0.0734027777778, 1e-12);
    assert_near(means[4], 0.3993750000000, 1e-12);
    assert_near(-means[5], 0.1368750000000, 1e-12);
    assert_near(-means[15], -0.0631250000000, 1e-12);
    struct dyno_effects_error between = dyno_effects_error(values[0], counts[0], 3);
    struct dyno_effects_error within = dyno_effects_error(values[1], counts[1], 3);
    assert_true(between.is_pooled);
    assert_near(between.df, 6, 0);
    assert_near(between.se, 0.134839826724, 1e-10);
    assert_near(within.df, 24, 0);
    assert_near(within.se, 0.0470505970266, 1e-10);
    /* The F test of R is this t squared. */
    assert_near(dyno_effects_p(means[1], between.se, between.df), 0.00036921, 1e-8);
    assert_near(dyno_effects_p(means[5], within.se, within.df), 0.0076937, 1e-7);
}

static void test_error_without_replicates_is_lenths(void **state)
{
    (void)state;
    const double bike[] = {3.5, 12, 22.5, 1, .5, 1, 2.5};
    struct dyno_effects_error got = dyno_effects_error(bike, 7, 1);
    assert_false(got.is_pooled);
    assert_near(got.se, 1.5, 1e-12);
    assert_near(got.df, 7.0 / 3.0, 1e-12);
    got = dyno_effects_error(bike, 0, 1);
    assert_nan(got.se);
    assert_nan(dyno_effects_p(1, got.se, got.df));
    assert_near(dyno_effects_p(0, 0, 5), 1.0, 0);
    assert_near(dyno_effects_p(0.1, 0, 5), 0.0, 0);
}

static void test_margins_equal_r(void **state)
{
    (void)state;
    assert_near(dyno_effects_margin(0.95, 7 / 3.0), 3.76412307208, 1e-8);
    assert_near(dyno_effects_simultaneous(0.95, 7, 7 / 3.0), 9.00830711394, 1e-7);
    assert_near(dyno_effects_margin(0.95, 5), 2.57058183564, 1e-9);
    assert_near(dyno_effects_simultaneous(0.95, 15, 5), 5.21865126202, 1e-8);
    assert_near(dyno_effects_simultaneous(0.95, 31, 31 / 3.0), 4.2179660319, 1e-8);
    assert_nan(dyno_effects_margin(0.95, 0));
    assert_nan(dyno_effects_simultaneous(0.95, 0, 5));
    assert_near(dyno_effects_half_normal(0, 15), 0.0417892978165, 1e-10);
    assert_near(dyno_effects_half_normal(7, 15), 0.6744897501961, 1e-10);
    assert_near(dyno_effects_half_normal(14, 15), 2.128045234185, 1e-10);
    assert_nan(dyno_effects_half_normal(15, 15));
}

static void test_standing_of_clear_effects_is_certain(void **state)
{
    (void)state;
    const struct dyno_standing_effect effects[] = {
        {-0.9, 0}, {0.01, 1}, {0.5, 1}, {0.2, 1}, {0, 1}};
    const struct dyno_standing_error errors[] = {{0.05, 10}, {0.02, 15}};
    struct dyno_standing got[5];
    dyno_standing(effects, 5, errors, 4000, 1, got);
    assert_int_equal(got[0].low, 1);
    assert_int_equal(got[0].high, 1);
    assert_near(got[2].top, 1.0, 0.001);
    assert_int_equal(got[3].low, 3);
    assert_int_equal(got[3].high, 3);
    assert_near(got[1].top + got[4].top, 0.0, 0.001);
    assert_int_equal(got[1].low, 4);
    assert_int_equal(got[1].high, 5);
}

static void test_standing_of_equal_effects_is_open_and_seeded(void **state)
{
    (void)state;
    const struct dyno_standing_effect effects[] = {{.1, 0}, {.1, 0}, {.1, 0},
                                                   {.1, 0}, {.1, 0}, {.1, 0}};
    const struct dyno_standing_error errors[] = {{0.05, 5}, {NAN, 0}};
    struct dyno_standing got[6];
    struct dyno_standing again[6];
    dyno_standing(effects, 6, errors, 20000, 7, got);
    dyno_standing(effects, 6, errors, 20000, 7, again);
    double sum = 0;
    for (size_t i = 0; i < 6; i++) {
        /* One draw of 20000 lies within 0.0035 of a half with its standard error. */
        assert_near(got[i].top, 0.5, 0.02);
        assert_int_equal(got[i].low, 1);
        assert_int_equal(got[i].high, 6);
        sum += got[i].top;
    }
    assert_near(sum, 3.0, 1e-9);
    assert_memory_equal(got, again, sizeof got);
    const struct dyno_standing_effect unknown[] = {{.1, 0}, {.1, 1}, {.1, 0}, {.1, 0}};
    dyno_standing(unknown, 4, errors, 1000, 7, got);
    assert_int_equal(got[0].high, 4);
    assert_near(got[0].top, 0.75, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lenth_equals_the_published_examples),
        cmocka_unit_test(test_lenth_of_none_zeros_and_nan),
        cmocka_unit_test(test_reactor_in_32_runs),
        cmocka_unit_test(test_reactor_in_16_runs_flags_exactly_what_is_there),
        cmocka_unit_test(test_sieve_sees_nothing_in_the_reactor),
        cmocka_unit_test(test_two_strata_equal_aov_with_error_term),
        cmocka_unit_test(test_error_without_replicates_is_lenths),
        cmocka_unit_test(test_margins_equal_r),
        cmocka_unit_test(test_standing_of_clear_effects_is_certain),
        cmocka_unit_test(test_standing_of_equal_effects_is_open_and_seeded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
