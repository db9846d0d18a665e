#include "spark/error_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void check(const char *before, size_t shift, const char *after)
{
    char text[256];
    (void)snprintf(text, sizeof text, "%s", before);
    dyno_error_place_shift(text, shift);
    assert_string_equal(text, after);
}

/* Texts of 3.5.7 and 4.1.4, with a comment of 37 characters before the statement. */
static void test_places_lose_the_comment(void **state)
{
    (void)state;
    check("SQLSTATE: 42845; line 1 pos 44; Aggregate", 37,
          "SQLSTATE: 42845; line 1 pos 7; Aggregate");
    check("near 'SELEC'.(line 1, pos 37)\n\n== SQL ==", 37,
          "near 'SELEC'.(line 1, pos 0)\n\n== SQL ==");
    check("== SQL (line 1, position 45) ==\n a; line 1 pos 144", 37,
          "== SQL (line 1, position 8) ==\n a; line 1 pos 107");
}

static void test_other_places_stay(void **state)
{
    static const char *const texts[] = {
        "",
        "line 1",
        "line 1 pos",
        "line 1 pos x",
        "line 2 pos 44",
        "line 12 pos 44",
        "line 1 pos 36",
        "(line 1, position 37)",
        "line 1 pos 99999999999999999999999",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check(texts[i], 37, texts[i]);
    check("line 1 pos 44", 0, "line 1 pos 44");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places_lose_the_comment),
        cmocka_unit_test(test_other_places_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
