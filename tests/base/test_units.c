#include "base/plural.h"
#include "base/units.h"
#include "support/check.h"

#include <math.h>
#include <string.h>

static void test_duration_reads_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ns;
    } cases[] = {
        {"5", 5000000000},  {"250ms", 250000000},  {"1.5s", 1500000000}, {"2m", 120000000000},
        {"0", 0},           {"1h", 3600000000000}, {"10us", 10000},      {"7ns", 7},
        {"0.001", 1000000}, {"3min", 180000000000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ns = -1;
        assert_int_equal(dyno_parse_duration_ns(cases[i].text, &ns, NULL), DYNO_OK);
        assert_true(ns == cases[i].ns);
    }
}

static void test_duration_refuses_nonsense(void **state)
{
    (void)state;
    static const char *const cases[] = {"",    "s",   "-1s", "1 s", "1d",       "1e400s",
                                        "nan", "inf", " 1",  "+1",  "9999999h", "1ss"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ns = -1;
        assert_int_equal(dyno_parse_duration_ns(cases[i], &ns, NULL), DYNO_EINPUT);
        assert_true(ns == -1);
    }
}

static void test_numbers_keep_their_range(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    int64_t whole = 0;
    double number = 0;
    assert_int_equal(dyno_parse_i64("12", 1, 20, &whole, &err), DYNO_OK);
    assert_true(whole == 12);
    assert_int_equal(dyno_parse_i64("21", 1, 20, &whole, &err), DYNO_EINPUT);
    assert_string_equal(err.message, "'21' is not a whole number from 1 to 20");
    assert_int_equal(dyno_parse_i64("1.0", 1, 20, &whole, &err), DYNO_EINPUT);
    assert_int_equal(dyno_parse_i64("99999999999999999999", 1, INT64_MAX, &whole, &err),
                     DYNO_EINPUT);
    assert_int_equal(dyno_parse_f64("0.05", 0, 1, &number, &err), DYNO_OK);
    assert_true(fabs(number - 0.05) < 1e-15);
    assert_int_equal(dyno_parse_f64("0,05", 0, 1, &number, &err), DYNO_EINPUT);
    assert_int_equal(dyno_parse_f64("nan", 0, 1, &number, &err), DYNO_EINPUT);
}

static void test_formats_keep_three_digits(void **state)
{
    (void)state;
    char text[32];
    assert_string_equal(dyno_format_duration(1234567890, text, sizeof text), "1.23 s");
    assert_string_equal(dyno_format_duration(56700000, text, sizeof text), "56.7 ms");
    assert_string_equal(dyno_format_duration(890000, text, sizeof text), "890 us");
    assert_string_equal(dyno_format_duration(12, text, sizeof text), "12 ns");
    assert_string_equal(dyno_format_bytes(1536, text, sizeof text), "1.50 KiB");
    assert_string_equal(dyno_format_bytes(0, text, sizeof text), "0 B");
}

static void test_plural_of_a_counted_noun(void **state)
{
    (void)state;
    assert_string_equal(dyno_plural(0), "s");
    assert_string_equal(dyno_plural(1), "");
    assert_string_equal(dyno_plural(2), "s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duration_reads_units),
        cmocka_unit_test(test_duration_refuses_nonsense),
        cmocka_unit_test(test_numbers_keep_their_range),
        cmocka_unit_test(test_formats_keep_three_digits),
        cmocka_unit_test(test_plural_of_a_counted_noun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
