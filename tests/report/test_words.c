#include "report/spark_metric.h"
#include "report/unit.h"
#include "report/words.h"

#include <math.h>

static void test_durations_have_three_digits(void **state)
{
    (void)state;
    char out[DYNO_REPORT_WORD_BYTES];
    assert_string_equal(dyno_report_format_ns(999.7e6, out, sizeof out), "1.00 s");
    assert_string_equal(dyno_report_format_ns(812.4e6, out, sizeof out), "812 ms");
    assert_string_equal(dyno_report_format_ns(0, out, sizeof out), "0");
    assert_string_equal(dyno_report_format_ns((double)NAN, out, sizeof out), "-");
    assert_string_equal(dyno_report_format_ms(1.5, out, sizeof out), "1.50 ms");
}

static void test_changes_are_percent_until_a_doubling(void **state)
{
    (void)state;
    char out[DYNO_REPORT_WORD_BYTES];
    assert_string_equal(dyno_report_format_change(0.805, out, sizeof out), "-19.5 %");
    assert_string_equal(dyno_report_format_change(1.03, out, sizeof out), "+3.0 %");
    assert_string_equal(dyno_report_format_change(0.9999, out, sizeof out), "0.0 %");
    assert_string_equal(dyno_report_format_change(2.4, out, sizeof out), "x2.40");
    assert_string_equal(dyno_report_format_change(33.3, out, sizeof out), "x33.3");
    assert_string_equal(dyno_report_format_change((double)INFINITY, out, sizeof out), "new");
    assert_string_equal(dyno_report_format_change((double)NAN, out, sizeof out), "-");
}

static void test_marks_have_an_ascii_form(void **state)
{
    (void)state;
    static const char *const verdicts[] = {"better",  "worse", "equivalent", "inconclusive",
                                           "invalid", "valid", "unjudged",   "<b>"};
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        const char *mark = dyno_report_mark(verdicts[i], false);
        assert_true(mark[0] > ' ' && mark[0] <= '~' && mark[1] == '\0');
    }
    assert_string_equal(dyno_report_mark("worse", true), "✗");
    assert_string_equal(dyno_report_mark("<b>", true), "?");
}

static void test_times_are_shortened_only_if_they_are_times(void **state)
{
    (void)state;
    char out[DYNO_REPORT_WORD_BYTES];
    assert_string_equal(dyno_report_format_utc("2026-11-21T12:00:00.000Z", out, sizeof out),
                        "2026-11-21 12:00");
    assert_string_equal(dyno_report_format_utc("soon", out, sizeof out), "soon");
    assert_string_equal(dyno_report_format_stretch(89, out, sizeof out), "89 s");
    assert_string_equal(dyno_report_format_stretch(1500, out, sizeof out), "25 min");
    assert_string_equal(dyno_report_format_stretch(9000, out, sizeof out), "2.5 h");
}

static void test_metrics_are_told_in_their_unit(void **state)
{
    (void)state;
    char out[DYNO_REPORT_WORD_BYTES];
    assert_string_equal(dyno_spark_metric_format(DYNO_SPARK_TASKS, 206, out, sizeof out), "206");
    assert_string_equal(dyno_spark_metric_format(DYNO_SPARK_TASKS, 6.5, out, sizeof out), "6.5");
    assert_string_equal(dyno_spark_metric_format(DYNO_SPARK_GC, 0, out, sizeof out), "0");
    assert_string_equal(dyno_spark_metric_format(DYNO_SPARK_INPUT, 1048576, out, sizeof out),
                        "1.00 MiB");
    assert_string_equal(dyno_spark_metric_format(DYNO_SPARK_INPUT_RECORDS, 2e6, out, sizeof out),
                        "2.00 M");
    assert_string_equal(dyno_spark_metric_format(DYNO_SPARK_SKEW, (double)NAN, out, sizeof out),
                        "-");
    for (int i = 0; i < DYNO_SPARK_METRICS; i++)
        assert_non_null(dyno_spark_metric_info((enum dyno_spark_metric)i)->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations_have_three_digits),
        cmocka_unit_test(test_changes_are_percent_until_a_doubling),
        cmocka_unit_test(test_marks_have_an_ascii_form),
        cmocka_unit_test(test_times_are_shortened_only_if_they_are_times),
        cmocka_unit_test(test_metrics_are_told_in_their_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
