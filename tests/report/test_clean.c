#include "report/clean.h"
#include "report/unit.h"

#include <stdlib.h>
#include <string.h>

static void check(const char *bytes, size_t len, const char *wanted)
{
    char *clean = dyno_report_clean(bytes, len);
    assert_string_equal(clean, wanted);
    free(clean);
}

static void test_clean_drops_controls_and_keeps_text(void **state)
{
    (void)state;
    check("a\x1b[31mb\x07;", 9, "a[31mb;");
    check("line\nnext\tcell\r", 15, "line\nnext\tcell");
    check("nul\0inside", 10, "nulinside");
    check("C1 \xc2\x9b"
          "x",
          6, "C1 x");
    check("na\xc3\xafve \xf0\x9f\x98\x80", 11, "na\xc3\xafve \xf0\x9f\x98\x80");
    check("", 0, "");
}

static void test_clean_drops_direction_marks(void **state)
{
    (void)state;
    check("\xe2\x80\xae"
          "abc\xe2\x81\xa6"
          "d\xd8\x9c"
          "e\xe2\x80\x8f",
          16, "abcde");
}

static void test_clean_replaces_what_is_not_utf8(void **state)
{
    (void)state;
    check("\xff", 1, "\xEF\xBF\xBD");
    check("\xc0\xaf", 2, "\xEF\xBF\xBD\xEF\xBF\xBD");
    check("\xed\xa0\x80", 3, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    check("cut \xe6\xbc", 6, "cut \xEF\xBF\xBD\xEF\xBF\xBD");
    check("\xf4\x90\x80\x80", 4, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    check("\xEF\xBF\xBD", 3, "\xEF\xBF\xBD");
}

static void check_line(const char *text, size_t columns, int has_utf8, const char *wanted)
{
    struct dyno_str out;
    dyno_str_init(&out, 4096);
    dyno_report_append_line(&out, text, columns, has_utf8);
    assert_string_equal(dyno_str_text(&out), wanted);
    dyno_str_deinit(&out);
}

static void test_append_line_cuts_and_flattens(void **state)
{
    (void)state;
    check_line("short", 10, 1, "short");
    check_line("two\nlines\there", 20, 1, "two lines here");
    check_line("exactly", 7, 1, "exactly");
    check_line("too long", 7, 1, "too lo…");
    check_line("too long", 7, 0, "too lo~");
    check_line("na\xc3\xafve", 10, 0, "na?ve");
    check_line("\xe6\xbc\xa2\xe5\xad\x97", 2, 1, "\xe6\xbc\xa2\xe5\xad\x97");
    check_line("cut \xe6\xbc", 10, 1, "cut ??");
    check_line("x", 0, 1, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean_drops_controls_and_keeps_text),
        cmocka_unit_test(test_clean_drops_direction_marks),
        cmocka_unit_test(test_clean_replaces_what_is_not_utf8),
        cmocka_unit_test(test_append_line_cuts_and_flattens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
