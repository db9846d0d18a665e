#include "base/suggest.h"
#include "support/check.h"

#include <string.h>

static void test_distance_counts_edits(void **state)
{
    (void)state;
    assert_int_equal(dyno_edit_distance("kitten", "sitting"), 3);
    assert_int_equal(dyno_edit_distance("fractoin", "fraction"), 1);
    assert_int_equal(dyno_edit_distance("", "abc"), 3);
    assert_int_equal(dyno_edit_distance("ABC", "abc"), 0);
    char word[200];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_true(dyno_edit_distance(word, "a") == SIZE_MAX);
}

static void test_suggest_finds_the_nearest_or_none(void **state)
{
    (void)state;
    static const char *const words[] = {"compare", "check", "report"};
    assert_string_equal(dyno_suggest("compar", words, 3), "compare");
    assert_string_equal(dyno_suggest("chekc", words, 3), "check");
    assert_null(dyno_suggest("zzzzzz", words, 3));
    assert_null(dyno_suggest("x", words, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance_counts_edits),
        cmocka_unit_test(test_suggest_finds_the_nearest_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
