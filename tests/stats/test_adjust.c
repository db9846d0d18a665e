#include "stats/adjust.h"
#include "stats/vectors.h"

static void assert_all_near(const double *got, const double *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (isnan(expected[i]))
            assert_nan(got[i]);
        else
            assert_near(got[i], expected[i], 1e-7);
    }
}

static void test_small_family(void **state)
{
    (void)state;
    const double p[] = {.05, .01, .02, .03, .04};
    const double holm[] = {.09, .05, .08, .09, .09};
    const double bh[] = {.05, .05, .05, .05, .05};
    double got[5];
    dyno_adjust_holm(p, 5, got);
    assert_all_near(got, holm, 5);
    dyno_adjust_bh(p, 5, got);
    assert_all_near(got, bh, 5);
}

static void test_benjamini_hochberg_1995_example(void **state)
{
    (void)state;
    const double p[] = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                        .0459, .3240, .4262, .5719, .6528, .7590, 1};
    const double bh[] = {.0015, .0030, .0095,    .035625, .0603,    .0638571, .0638571, .0645,
                         .0765, .486,  .5811818, .714875, .7532308, .8132143, 1};
    const double holm[] = {.0015, .0056, .0247, .1140, .2211, .2780, .2780, .2780,
                           .3213, 1,     1,     1,     1,     1,     1};
    double got[15];
    dyno_adjust_bh(p, 15, got);
    assert_all_near(got, bh, 15);
    dyno_adjust_holm(p, 15, got);
    assert_all_near(got, holm, 15);
}

static void test_ties_and_nan(void **state)
{
    (void)state;
    const double p[] = {.04, NAN, .01, .01, .2};
    const double holm[] = {.08, NAN, .04, .04, .2};
    const double bh[] = {.0533333333, NAN, .02, .02, .2};
    double got[5];
    dyno_adjust_holm(p, 5, got);
    assert_all_near(got, holm, 5);
    dyno_adjust_bh(p, 5, got);
    assert_all_near(got, bh, 5);
}

static void test_none_and_one(void **state)
{
    (void)state;
    const double p[] = {.03};
    double got[] = {-1.0};
    dyno_adjust_holm(p, 0, got);
    dyno_adjust_bh(p, 0, got);
    assert_near(got[0], -1.0, 0.0);
    dyno_adjust_holm(p, 1, got);
    assert_near(got[0], .03, 0.0);
    dyno_adjust_bh(p, 1, got);
    assert_near(got[0], .03, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_family),
        cmocka_unit_test(test_benjamini_hochberg_1995_example),
        cmocka_unit_test(test_ties_and_nan),
        cmocka_unit_test(test_none_and_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
