#include "eventlog/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct target {
    int64_t number;
    bool is_true;
    struct dyno_span text, raw;
    int64_t inner;
};

static const struct dyno_scan_field inner_fields[] = {
    {"inner", DYNO_SCAN_I64, offsetof(struct target, inner), NULL},
};
static const struct dyno_scan_table inner_table = {inner_fields, 1};
static const struct dyno_scan_field fields[] = {
    {"number", DYNO_SCAN_I64, offsetof(struct target, number), NULL},
    {"flag", DYNO_SCAN_BOOL, offsetof(struct target, is_true), NULL},
    {"text", DYNO_SCAN_TEXT, offsetof(struct target, text), NULL},
    {"raw", DYNO_SCAN_RAW, offsetof(struct target, raw), NULL},
    {"into", DYNO_SCAN_INTO, 0, &inner_table},
};
static const struct dyno_scan_table table = {fields, 5};

/* From memory of exactly its size, so that a step outside is seen by the sanitizer. */
static bool scan_bytes(const char *text, size_t len, struct target *target)
{
    char *copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    char *tight = realloc(copy, len > 0 ? len : 1);
    assert_non_null(tight);
    struct dyno_scan scan = {tight, tight + len, false};
    *target = (struct target){.number = -7, .inner = -7};
    bool is_whole = dyno_scan_object(&scan, &table, target);
    free(tight);
    return is_whole;
}

static bool scan(const char *text, struct target *target)
{
    return scan_bytes(text, strlen(text), target);
}

static void test_members_are_found_in_any_order(void **state)
{
    const char *line =
        " { \"x\" : [1,{\"number\":9}] , \"into\":{\"a\":null,\"inner\":4}, \"flag\":true,"
        "\"raw\":[1,[2]],\"text\":\"a\\\"b\\\\\",\"number\":-12 } ";
    struct target target = {0};
    struct dyno_scan scan = {line, line + strlen(line), false};
    (void)state;
    assert_true(dyno_scan_object(&scan, &table, &target));
    assert_int_equal(target.number, -12);
    assert_int_equal(target.inner, 4);
    assert_true(target.is_true);
    assert_true(dyno_span_is(target.raw, "[1,[2]]"));
    assert_true(dyno_span_is(target.text, "a\\\"b\\\\"));
}

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        int64_t number;
    } rows[] = {
        {"{\"number\":0}", 0},
        {"{\"number\":12.75}", 12},
        {"{\"number\":3e2}", 3},
        {"{\"number\":9223372036854775000}", INT64_C(9223372036854775000)},
        {"{\"number\":92233720368547758070}", -7},
        {"{\"number\":null}", -7},
        {"{\"number\":\"5\"}", -7},
        {"{\"number\":{\"number\":5}}", -7},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct target target;
        assert_true(scan(rows[i].text, &target));
        assert_int_equal(target.number, rows[i].number);
    }
}

static void test_broken_text_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "{",
        "[]",
        "{\"number\"",
        "{\"number\":",
        "{\"number\":1",
        "{\"a\":[",
        "{\"a\":[1]",
        "{\"text\":\"",
        "{\"text\":\"\\\"}",
        "{number:1}",
        "{\"a\":}",
    };
    struct target target;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_false(scan(rows[i], &target));
}

static void test_every_cut_is_refused(void **state)
{
    const char *line =
        "{\"number\":1,\"text\":\"a\\u00e9\\\"\",\"raw\":{\"x\":[1,2,\"}\"]},\"into\":{\"inner\":2}}";
    struct target target;
    (void)state;
    for (size_t len = 0; len < strlen(line); len++)
        assert_false(scan_bytes(line, len, &target));
    assert_true(scan(line, &target));
}

static void test_deep_nesting_ends(void **state)
{
    size_t depth = 100000;
    char *line = malloc(depth * 2 + 16);
    struct target target;
    (void)state;
    assert_non_null(line);
    memcpy(line, "{\"a\":", 5);
    memset(line + 5, '[', depth);
    memset(line + 5 + depth, ']', depth);
    memcpy(line + 5 + 2 * depth, "}", 2);
    assert_false(scan(line, &target));
    free(line);
}

static void check_unescape(const char *text, const char *expected)
{
    struct dyno_str out;
    dyno_str_init(&out, 100);
    dyno_span_unescape((struct dyno_span){text, strlen(text)}, &out);
    assert_string_equal(dyno_str_text(&out), expected);
    dyno_str_deinit(&out);
}

static void test_unescape(void **state)
{
    (void)state;
    check_unescape("plain", "plain");
    check_unescape("a\\n\\t\\\"\\\\\\/b", "a\n\t\"\\/b");
    check_unescape("\\u0041\\u00e9\\u20AC", "A\xc3\xa9\xe2\x82\xac");
    check_unescape("\\ud83d\\ude00", "\xf0\x9f\x98\x80");
    check_unescape("\\ud83d!", "\xef\xbf\xbd!");
    check_unescape("\\u00", "\xef\xbf\xbd");
    check_unescape("end\\", "end");
}

static void test_elements_of_an_array(void **state)
{
    const char *text = "[3, 5,\"x\" ,7]";
    struct dyno_scan scan = {text, text + strlen(text), false};
    int64_t sum = 0;
    (void)state;
    assert_true(dyno_scan_enter(&scan, '['));
    while (dyno_scan_more(&scan, ']')) {
        int64_t value = 0;
        if (!dyno_scan_i64(&scan, &value))
            assert_true(dyno_scan_skip(&scan));
        sum += value;
    }
    assert_int_equal(sum, 15);
    assert_false(scan.is_broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_found_in_any_order),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_broken_text_is_refused),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_deep_nesting_ends),
        cmocka_unit_test(test_unescape),
        cmocka_unit_test(test_elements_of_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
