#include "report/fixture.h"
#include "report/history_scene.h"
#include "report/script.h"
#include "report/unit.h"

#include <stdlib.h>

static void look_at(const struct fixture_shape *shape)
{
    char *html = fixture_html(shape);
    script_check("tests/report/check_browser.py", NULL, html);
    free(html);
}

static void test_browser_shows_a_compare(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    look_at(&shape);
}

static void test_browser_shows_a_run(void **state)
{
    (void)state;
    struct fixture_shape shape = FIXTURE_COMPARE;
    shape.arms = 1;
    shape.bad_trial = -1;
    look_at(&shape);
}

static void test_browser_shows_hostile_names(void **state)
{
    (void)state;
    struct fixture_shape shape = FIXTURE_COMPARE;
    shape.is_hostile = true;
    look_at(&shape);
}

static void test_browser_shows_a_history(void **state)
{
    (void)state;
    char *html = history_scene_html("retail", 60);
    script_check("tests/report/check_browser.py", NULL, html);
    free(html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_browser_shows_a_compare),
        cmocka_unit_test(test_browser_shows_a_run),
        cmocka_unit_test(test_browser_shows_hostile_names),
        cmocka_unit_test(test_browser_shows_a_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
