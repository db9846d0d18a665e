#include "base/str.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>

static void test_str_grows_and_formats(void **state)
{
    (void)state;
    struct dyno_str str;
    dyno_str_init(&str, 100000);
    assert_string_equal(dyno_str_text(&str), "");
    for (int i = 0; i < 1000; i++)
        dyno_str_appendf(&str, "%d,", i);
    dyno_str_append_char(&str, '!');
    assert_false(str.failed);
    assert_int_equal(str.len, 10 * 2 + 90 * 3 + 900 * 4 + 1);
    assert_int_equal(strncmp(dyno_str_text(&str), "0,1,2,", 6), 0);
    dyno_str_deinit(&str);
}

static void test_str_failure_at_the_ceiling_sticks(void **state)
{
    (void)state;
    struct dyno_str str;
    dyno_str_init(&str, 5);
    dyno_str_append(&str, "12345");
    assert_false(str.failed);
    dyno_str_append(&str, "6");
    assert_true(str.failed);
    dyno_str_append(&str, "");
    assert_true(str.failed);
    assert_string_equal(dyno_str_text(&str), "12345");
    assert_null(dyno_str_take(&str));
    dyno_str_clear(&str);
    assert_false(str.failed);
    dyno_str_deinit(&str);
}

static void test_str_take_hands_over_even_the_empty_one(void **state)
{
    (void)state;
    struct dyno_str str;
    dyno_str_init(&str, 5);
    char *text = dyno_str_take(&str);
    assert_string_equal(text, "");
    free(text);
    dyno_str_append_n(&str, "a\0b", 3);
    text = dyno_str_take(&str);
    assert_memory_equal(text, "a\0b", 4);
    free(text);
    assert_int_equal(str.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_str_grows_and_formats),
        cmocka_unit_test(test_str_failure_at_the_ceiling_sticks),
        cmocka_unit_test(test_str_take_hands_over_even_the_empty_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
