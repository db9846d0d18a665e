#include "report/summary.h"
#include "report/unit.h"
#include "stats/quantile.h"

#include <math.h>
#include <stdlib.h>

static struct dyno_report_summary summary_of(const double *sorted, size_t count)
{
    return dyno_report_summarize(&(struct dyno_report_durations){.sorted = sorted, .count = count});
}

static void test_summary_of_nothing_is_not_a_number(void **state)
{
    (void)state;
    struct dyno_report_summary summary = summary_of(NULL, 0);
    assert_int_equal(summary.n, 0);
    assert_true(isnan(summary.p50_ns) && isnan(summary.mean_ns) && isnan(summary.max_ns));
}

static void test_summary_tells_only_what_can_be_estimated(void **state)
{
    (void)state;
    double values[400];
    for (int i = 0; i < 400; i++)
        values[i] = i + 1;
    assert_true(isnan(summary_of(values, 5).p50_ns));
    assert_true(fabs(summary_of(values, 7).p50_ns - (4)) <= 1e-9);
    assert_true(isnan(summary_of(values, 71).p95_ns));
    assert_true(summary_of(values, 72).p95_ns > 0);
    struct dyno_report_summary all = summary_of(values, 400);
    assert_true(fabs(all.mean_ns - (200.5)) <= 1e-9);
    assert_true(fabs(all.p99_ns - (396.01)) <= 1e-9);
    assert_true(fabs(all.max_ns - (400)) <= 0);
}

static void test_too_few_are_told_as_the_sample_s_own(void **state)
{
    (void)state;
    const double values[] = {1, 2, 3, 4};
    struct dyno_report_summary s = summary_of(values, 4);
    assert_int_equal(s.told[DYNO_REPORT_P50].known, DYNO_REPORT_SAMPLE);
    assert_true(fabs(s.told[DYNO_REPORT_P50].ns - (2.5)) <= 0);
    assert_int_equal(s.told[DYNO_REPORT_MEAN].known, DYNO_REPORT_ESTIMATE);
    assert_int_equal(s.told[DYNO_REPORT_MAX].known, DYNO_REPORT_ESTIMATE);
    assert_int_equal(summary_of(values, 0).told[DYNO_REPORT_P50].known, DYNO_REPORT_UNKNOWN);
}

/* 90 of 100 ended, the others were cut off at 500: p50 is known, what reaches into them is not. */
static void test_cut_off_durations_make_bounds(void **state)
{
    (void)state;
    double values[90];
    double bounds[10];
    for (int i = 0; i < 90; i++)
        values[i] = i + 1;
    for (int i = 0; i < 10; i++)
        bounds[i] = 500;
    const struct dyno_report_durations d = {values, 90, bounds, 10};
    struct dyno_report_summary s = dyno_report_summarize(&d);
    assert_int_equal(s.n, 90);
    assert_int_equal(s.cut_off, 10);
    assert_true(fabs(s.p50_ns - (50.5)) <= 1e-9);
    assert_true(isnan(s.p95_ns) && isnan(s.mean_ns) && isnan(s.max_ns));
    const enum dyno_report_number above[] = {DYNO_REPORT_P90, DYNO_REPORT_P95, DYNO_REPORT_P99,
                                             DYNO_REPORT_MEAN, DYNO_REPORT_MAX};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(s.told[above[i]].known, DYNO_REPORT_ABOVE);
    assert_true(fabs(s.told[DYNO_REPORT_P95].ns - (500)) <= 0);
    assert_true(fabs(s.told[DYNO_REPORT_MEAN].ns - ((4095.0 + 5000.0) / 100)) <= 1e-9);
    struct dyno_report_curve curve;
    dyno_report_curve_fill(&curve, &d);
    assert_true(isfinite(curve.ns[89]) && isnan(curve.ns[90]));
}

static void test_fewest_counts_are_those_of_the_verdict(void **state)
{
    (void)state;
    const double ps[] = {0.5, 0.9, 0.95, 0.99};
    double values[400] = {0};
    for (size_t i = 0; i < 4; i++) {
        size_t fewest = dyno_quantile_min_count(ps[i], 0.95);
        struct dyno_report_summary below = summary_of(values, fewest - 1);
        struct dyno_report_summary at = summary_of(values, fewest);
        const double pairs[4][2] = {{below.p50_ns, at.p50_ns},
                                    {below.p90_ns, at.p90_ns},
                                    {below.p95_ns, at.p95_ns},
                                    {below.p99_ns, at.p99_ns}};
        assert_true(isnan(pairs[i][0]) && !isnan(pairs[i][1]));
    }
}

static void test_histogram_counts_every_value_once(void **state)
{
    (void)state;
    const double values[] = {0.5, 999999, 1e6, 1.1e6, 1.3e6, 9.9e8, 1e14};
    struct dyno_report_histogram histogram;
    dyno_report_histogram_fill(&histogram, values, 7);
    int64_t sum = 0;
    for (int i = 0; i < DYNO_REPORT_BINS; i++)
        sum += histogram.counts[i];
    assert_int_equal(sum, 7);
    assert_int_equal(histogram.n, 7);
    assert_int_equal(histogram.first, 0);
    assert_int_equal(histogram.last, DYNO_REPORT_BINS - 1);
    assert_int_equal(histogram.counts[119], 1);
    assert_int_equal(histogram.counts[120], 2);
    assert_int_equal(histogram.counts[122], 1);
}

static void test_curve_runs_from_minimum_to_maximum(void **state)
{
    (void)state;
    const double values[] = {1, 2, 3, 4, 5};
    struct dyno_report_curve curve;
    const struct dyno_report_durations all = {.sorted = values, .count = 5};
    dyno_report_curve_fill(&curve, &all);
    assert_true(fabs(curve.ns[0] - (1)) <= 0);
    assert_true(fabs(curve.ns[50] - (3)) <= 1e-9);
    assert_true(fabs(curve.ns[DYNO_REPORT_CURVE_POINTS - 1] - (5)) <= 0);
    assert_true(fabs(dyno_report_curve_p(101) - (0.999)) <= 0);
}

static void test_thin_keeps_ends_and_peak(void **state)
{
    (void)state;
    struct dyno_report_point points[1000];
    for (int i = 0; i < 1000; i++)
        points[i] =
            (struct dyno_report_point){.trial = 3, .t_ns = i, .value_ns = i == 577 ? 90 : 1};
    assert_int_equal(dyno_report_thin(points, 1000, 50), 50);
    assert_true(fabs(points[0].t_ns - (0)) <= 0);
    assert_true(fabs(points[49].t_ns - (999)) <= 0);
    int peaks = 0;
    for (int i = 0; i < 50; i++) {
        peaks += points[i].value_ns > 80;
        assert_true(i == 0 || points[i].t_ns > points[i - 1].t_ns);
        assert_int_equal(points[i].trial, 3);
    }
    assert_int_equal(peaks, 1);
    assert_int_equal(dyno_report_thin(points, 50, 50), 50);
    assert_int_equal(dyno_report_thin(points, 0, 50), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_summary_of_nothing_is_not_a_number),
        cmocka_unit_test(test_summary_tells_only_what_can_be_estimated),
        cmocka_unit_test(test_too_few_are_told_as_the_sample_s_own),
        cmocka_unit_test(test_cut_off_durations_make_bounds),
        cmocka_unit_test(test_fewest_counts_are_those_of_the_verdict),
        cmocka_unit_test(test_histogram_counts_every_value_once),
        cmocka_unit_test(test_curve_runs_from_minimum_to_maximum),
        cmocka_unit_test(test_thin_keeps_ends_and_peak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
