#include "base/str.h"
#include "report/clean.h"
#include "report/fixture.h"
#include "report/script.h"
#include "report/unit.h"

#include <stdlib.h>
#include <string.h>

#define LARGEST_REPORT_BYTES 2000000

static void check_inert(const char *html)
{
    script_check("tests/report/check_html.py", NULL, html);
}

static void check_order(const char *html, const char *const *parts, size_t count)
{
    const char *at = html;
    for (size_t i = 0; i < count; i++) {
        const char *next = strstr(at, parts[i]);
        if (next == NULL)
            fail_msg("'%s' is missing or out of order", parts[i]);
        at = next;
    }
}

static void test_html_of_a_compare_has_everything_in_order(void **state)
{
    (void)state;
    static const char *const parts[] = {"<section class=\"verdict is-good\">",
                                        "✓</span> better</p>",
                                        "default answers in 19.5 %",
                                        "−19.5\u00a0%",
                                        "1 gate failed, 3 warnings",
                                        "Next: ",
                                        "for-wide",
                                        "id=\"why\"",
                                        "likewise in 2 more",
                                        "Spark&#39;s numbers were found for",
                                        "differs from line 2 on",
                                        "<mark>",
                                        "id=\"doubts\"",
                                        "makes them invalid",
                                        "id=\"proof\"",
                                        "spark.sql.adaptive.enabled",
                                        "not set, default true",
                                        "✓ 2 of 2 read back as asked, SET",
                                        "✗ invalid: errors",
                                        "Server starts",
                                        "id=\"latency\"",
                                        "Warm-up",
                                        "id=\"queries\"",
                                        "change of p50",
                                        "DIVIDE_BY_ZERO",
                                        "id=\"again\"",
                                        "aqe-off default --blocks 8 --seed 4711",
                                        "4711"};
    const struct fixture_shape shape = FIXTURE_COMPARE;
    char *html = fixture_html(&shape);
    check_inert(html);
    check_order(html, parts, sizeof parts / sizeof parts[0]);
    free(html);
}

static void test_html_of_a_run_compares_nothing(void **state)
{
    (void)state;
    struct fixture_shape shape = FIXTURE_COMPARE;
    shape.arms = 1;
    shape.bad_trial = -1;
    char *html = fixture_html(&shape);
    check_inert(html);
    assert_null(strstr(html, "class=\"base\""));
    assert_null(strstr(html, "for-wide\">"));
    assert_null(strstr(html, "Settings that differ"));
    assert_non_null(strstr(html, "✓</span> valid</p>"));
    free(html);
}

static void test_html_of_an_unjudged_experiment(void **state)
{
    (void)state;
    const struct fixture_shape shape = {
        .arms = 2, .blocks = 1, .starts = 1, .queries = 2, .statements = 5, .bad_trial = -1};
    char *html = fixture_html(&shape);
    check_inert(html);
    assert_non_null(strstr(html, "unjudged"));
    free(html);
    const struct fixture_shape empty = {.arms = 2, .bad_trial = -1};
    html = fixture_html(&empty);
    check_inert(html);
    free(html);
}

static void test_html_of_hostile_names_is_inert(void **state)
{
    (void)state;
    /* Each number of queries shifts the strings to other fields. */
    for (int queries = 1; queries <= 7; queries++) {
        struct fixture_shape shape = FIXTURE_COMPARE;
        shape.is_hostile = true;
        shape.queries = queries;
        shape.statements = 24;
        shape.blocks = 2 + queries;
        char *html = fixture_html(&shape);
        check_inert(html);
        assert_null(strstr(html, "<script>alert"));
        free(html);
    }
}

/* The names that stand in titles, legends and charts, one string after the other. */
static void test_html_escapes_each_string_in_titles_and_charts(void **state)
{
    (void)state;
    const struct fixture_shape shape = {.arms = 2,
                                        .blocks = 2,
                                        .starts = 1,
                                        .queries = 2,
                                        .statements = 4,
                                        .bad_trial = 1,
                                        .has_verdict = true};
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    struct dyno_report_model *model = fixture_model(&fixture);
    char *const names[] = {model->head.name, model->arms[0].name, model->queries[0].name};
    for (size_t i = 0; fixture_hostile[i] != NULL; i++) {
        char *plain = dyno_report_clean(fixture_hostile[i], strlen(fixture_hostile[i]));
        model->head.name = plain;
        model->arms[0].name = plain;
        model->queries[0].name = plain;
        char *html = fixture_html_of(model);
        assert_true(strlen(html) > 1000);
        assert_null(strstr(html, "<script>alert"));
        assert_null(strstr(html, "onerror=alert(3)>"));
        free(html);
        free(plain);
    }
    model->head.name = names[0];
    model->arms[0].name = names[1];
    model->queries[0].name = names[2];
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_html_writes_bounds_and_says_what_they_are(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    fixture_cut_off(&fixture, 86);
    struct dyno_report_model *model = fixture_model(&fixture);
    char *html = fixture_html_of(model);
    check_inert(html);
    assert_non_null(strstr(html, "&gt; at least so much: statements that were cut off"));
    assert_non_null(strstr(html, "<td class=\"num\">&gt; "));
    assert_non_null(strstr(html, "geometric means over the blocks"));
    free(html);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

/* Findings of one rule in three queries: advice once, and their denominators named. */
static void test_html_gives_advice_once(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    char *html = fixture_html(&shape);
    const char *first = strstr(html, "Try: fewer shuffle partitions");
    assert_non_null(first);
    assert_null(strstr(first + 1, "Try: fewer shuffle partitions"));
    const char *second = strstr(first, "Try: as above.");
    assert_non_null(second);
    assert_non_null(strstr(second + 1, "Try: as above."));
    assert_non_null(strstr(second, "median of those statements that are over the threshold"));
    free(html);
}

static void test_html_is_the_same_twice(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    char *first = fixture_html(&shape);
    char *second = fixture_html(&shape);
    assert_string_equal(first, second);
    free(first);
    free(second);
}

static void test_html_of_a_hundred_queries_stays_small(void **state)
{
    (void)state;
    struct fixture_shape shape = FIXTURE_COMPARE;
    shape.queries = 100;
    shape.blocks = 12;
    shape.statements = 800;
    char *html = fixture_html(&shape);
    assert_true(strlen(html) < LARGEST_REPORT_BYTES);
    check_inert(html);
    free(html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html_of_a_compare_has_everything_in_order),
        cmocka_unit_test(test_html_of_a_run_compares_nothing),
        cmocka_unit_test(test_html_of_an_unjudged_experiment),
        cmocka_unit_test(test_html_of_hostile_names_is_inert),
        cmocka_unit_test(test_html_escapes_each_string_in_titles_and_charts),
        cmocka_unit_test(test_html_writes_bounds_and_says_what_they_are),
        cmocka_unit_test(test_html_gives_advice_once),
        cmocka_unit_test(test_html_is_the_same_twice),
        cmocka_unit_test(test_html_of_a_hundred_queries_stays_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
