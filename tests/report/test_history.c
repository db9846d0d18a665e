/* The page of a history: whole, safe, and with every change told. */
#include "base/str.h"
#include "report/history.h"
#include "report/history_scene.h"
#include "report/script.h"
#include "report/unit.h"

#include <stdlib.h>
#include <string.h>

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *p = strstr(text, part); p != NULL; p = strstr(p + 1, part))
        count++;
    return count;
}

static void test_page_tells_changes_and_leaves_single_experiments_out(void **state)
{
    (void)state;
    char *html = history_scene_html("retail", 40);
    script_check("tests/report/check_html.py", NULL, html);
    assert_non_null(strstr(html, "<p class=\"word\">2 changes</p>"));
    assert_non_null(strstr(html, "retail under default, p95 response"));
    assert_null(strstr(html, "lonely under"));
    assert_non_null(strstr(html, "+50.0 %"));
    /* A line at each change, in both layouts. */
    assert_int_equal(count_of(html, "class=\"one\""), 4);
    assert_int_equal(count_of(html, "class=\"median candidate\""), 6);
    free(html);
}

static void test_hostile_names_do_not_become_markup(void **state)
{
    (void)state;
    char *html = history_scene_html("</h2><script>alert(1)</script>\x1b[31m", 4);
    script_check("tests/report/check_html.py", NULL, html);
    assert_null(strstr(html, "<script>alert"));
    assert_null(strchr(html, '\x1b'));
    free(html);
}

static void test_long_history_is_cut_and_says_so(void **state)
{
    (void)state;
    char *html = history_scene_html("retail", 1000);
    script_check("tests/report/check_html.py", NULL, html);
    assert_non_null(strstr(html, "600 more values"));
    assert_true(strlen(html) < 2000000);
    free(html);
}

static void test_json_holds_points_and_changes(void **state)
{
    (void)state;
    struct history_scene scene;
    history_scene_init(&scene, "retail", 40);
    cJSON *root = dyno_report_history_json(&scene.history);
    const cJSON *series = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "series"), 0);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(series, "points")), 40);
    const cJSON *change = cJSON_GetArrayItem(cJSON_GetObjectItem(series, "changes"), 1);
    assert_int_equal(dyno_json_i64_or(change, "experiment", 0), 31);
    cJSON_Delete(root);
    history_scene_deinit(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_tells_changes_and_leaves_single_experiments_out),
        cmocka_unit_test(test_hostile_names_do_not_become_markup),
        cmocka_unit_test(test_long_history_is_cut_and_says_so),
        cmocka_unit_test(test_json_holds_points_and_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
