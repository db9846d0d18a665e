#include "odbc/text.h"
#include "odbc/utf.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>

static void assert_round_trip(const char *utf8, size_t units)
{
    uint16_t wide[64];
    struct dyno_odbc_utf16_cursor cursor = {.offset = 0};
    assert_int_equal(dyno_odbc_utf16_len(utf8, strlen(utf8)), units);
    assert_int_equal(dyno_odbc_utf16_from_utf8(utf8, strlen(utf8), &cursor, wide, 64), units);
    char *back = dyno_odbc_utf8_from_utf16(wide, units);
    assert_string_equal(back, utf8);
    free(back);
}

static void test_utf_round_trips_every_length(void **state)
{
    (void)state;
    assert_round_trip("", 0);
    assert_round_trip("abc", 3);
    assert_round_trip("\xc2\x80\xdf\xbf", 2);
    assert_round_trip("\xe0\xa0\x80\xef\xbf\xbf\xed\x9f\xbf", 3);
    assert_round_trip("a\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 5);
}

static void test_utf_replaces_what_is_malformed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t units;
    } rows[] = {
        {"\x80", 1},     {"\xc0\x80", 2},     {"\xc3", 1},
        {"\xe2\x82", 2}, {"\xed\xa0\x80", 3}, {"\xf4\x90\x80\x80", 4},
        {"\xf5", 1},     {"\xff\xfe", 2},     {"\xe0\x80\x80", 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint16_t wide[8] = {0};
        struct dyno_odbc_utf16_cursor cursor = {.offset = 0};
        size_t len = strlen(rows[i].text);
        assert_int_equal(dyno_odbc_utf16_from_utf8(rows[i].text, len, &cursor, wide, 8),
                         rows[i].units);
        for (size_t unit = 0; unit < rows[i].units; unit++)
            assert_int_equal(wide[unit], 0xFFFD);
    }
    static const uint16_t lone[] = {0xD800, 'a', 0xDC00, 0xDBFF};
    char *text = dyno_odbc_utf8_from_utf16(lone, 4);
    assert_string_equal(text, "\xef\xbf\xbd"
                              "a\xef\xbf\xbd\xef\xbf\xbd");
    free(text);
}

static void test_text_in_knows_lengths(void **state)
{
    (void)state;
    static const SQLCHAR narrow[] = "select 1";
    static const SQLWCHAR wide[] = {'a', 0xE4, 'b', 0};
    char *out = NULL;
    assert_null(dyno_odbc_text_read(dyno_odbc_narrow(narrow, SQL_NTS), &out));
    assert_string_equal(out, "select 1");
    free(out);
    assert_null(dyno_odbc_text_read(dyno_odbc_narrow(narrow, 6), &out));
    assert_string_equal(out, "select");
    free(out);
    assert_string_equal(dyno_odbc_text_read(dyno_odbc_narrow(narrow, -7), &out), "HY090");
    assert_null(out);
    assert_null(dyno_odbc_text_read(dyno_odbc_narrow(NULL, 5), &out));
    assert_null(out);
    assert_null(dyno_odbc_text_read(dyno_odbc_wide(wide, SQL_NTS), &out));
    assert_string_equal(out, "a\xc3\xa4"
                             "b");
    free(out);
    assert_null(dyno_odbc_text_read(dyno_odbc_wide(wide, 1), &out));
    assert_string_equal(out, "a");
    free(out);
    assert_string_equal(dyno_odbc_text_read(dyno_odbc_wide(wide, -2), &out), "HY090");
}

static void test_text_put_tells_the_full_length(void **state)
{
    (void)state;
    char buffer[4] = "###";
    SQLSMALLINT len = 0;
    struct dyno_odbc_text_out out = {.buffer = buffer, .room = 4, .small_len = &len};
    assert_false(dyno_odbc_text_put(&out, "abc"));
    assert_string_equal(buffer, "abc");
    assert_true(dyno_odbc_text_put(&out, "abcdef"));
    assert_string_equal(buffer, "abc");
    assert_int_equal(len, 6);
    out.buffer = NULL;
    assert_false(dyno_odbc_text_put(&out, "abcdef"));
    out = (struct dyno_odbc_text_out){.buffer = buffer, .room = 0};
    assert_true(dyno_odbc_text_put(&out, "x"));
    assert_string_equal(buffer, "abc");
}

static void test_text_put_wide_counts_bytes_or_units(void **state)
{
    (void)state;
    SQLWCHAR buffer[4] = {0};
    SQLSMALLINT small = 0;
    SQLINTEGER integer = 0;
    struct dyno_odbc_text_out out = {
        .buffer = buffer, .room = 6, .is_wide = true, .integer_len = &integer};
    assert_true(dyno_odbc_text_put(&out, "a\xc3\xa4"
                                         "b"));
    assert_int_equal(buffer[1], 0xE4);
    assert_int_equal(buffer[2], 0);
    assert_int_equal(integer, 6);
    out = (struct dyno_odbc_text_out){
        .buffer = buffer, .room = 4, .is_wide = true, .counts_units = true, .small_len = &small};
    assert_false(dyno_odbc_text_put(&out, "a\xc3\xa4"
                                          "b"));
    assert_int_equal(buffer[3], 0);
    assert_int_equal(small, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf_round_trips_every_length),
        cmocka_unit_test(test_utf_replaces_what_is_malformed),
        cmocka_unit_test(test_text_in_knows_lengths),
        cmocka_unit_test(test_text_put_tells_the_full_length),
        cmocka_unit_test(test_text_put_wide_counts_bytes_or_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
