#include "base/file.h"
#include "report/cases.h"
#include "report/fixture.h"
#include "report/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct dyno_report_case make(const char *query, enum dyno_report_case_state state,
                                    const char *message)
{
    return (struct dyno_report_case){.query = query,
                                     .metric = "p95",
                                     .base_ns = 1e9,
                                     .current_ns =
                                         state == DYNO_REPORT_CASE_SKIPPED ? (double)NAN : 2e9,
                                     .ratio = state == DYNO_REPORT_CASE_SKIPPED ? (double)NAN : 2.0,
                                     .ci95 = {1.8, 2.2},
                                     .state = state,
                                     .message = message};
}

/** xmllint says whether the schema holds. */
static void assert_valid(const char *xml)
{
    char path[] = "/tmp/dyno-junit-XXXXXX";
    char command[512];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(xml, 1, strlen(xml), file), strlen(xml));
    assert_int_equal(fclose(file), 0);
    (void)snprintf(command, sizeof command, "xmllint --noout --schema '%s/junit.xsd' '%s' 2>&1",
                   DYNO_TEST_DATA, path);
    int code = system(command);
    (void)remove(path);
    assert_int_equal(code, 0);
}

static char *write(enum dyno_status (*writer)(const struct dyno_report_cases *, struct dyno_str *,
                                              struct dyno_err *),
                   const struct dyno_report_cases *cases)
{
    struct dyno_str out;
    struct dyno_err err = DYNO_ERR_INIT;
    dyno_str_init(&out, 1 << 20);
    assert_int_equal(writer(cases, &out, &err), DYNO_OK);
    return dyno_str_take(&out);
}

static void test_junit_of_each_state_obeys_the_schema(void **state)
{
    (void)state;
    const struct dyno_report_case items[] = {
        make(NULL, DYNO_REPORT_CASE_PASSED, "+1 %"),
        make("daily", DYNO_REPORT_CASE_FAILED, "+100 %"),
        make("monthly", DYNO_REPORT_CASE_SKIPPED, "one trial"),
        make("yearly", DYNO_REPORT_CASE_ERROR, "invalid"),
    };
    const struct dyno_report_cases cases = {.name = "retail",
                                            .verdict = "regression",
                                            .fault = "other results",
                                            .items = items,
                                            .count = 4};
    char *xml = write(dyno_report_junit, &cases);
    assert_valid(xml);
    assert_non_null(strstr(xml, "tests=\"5\" failures=\"1\" errors=\"2\" skipped=\"1\""));
    assert_non_null(strstr(xml, "<failure message=\"+100 %\" type=\"regression\">"));
    assert_non_null(strstr(xml, "experiment is valid"));
    free(xml);
    const struct dyno_report_cases none = {.name = "x", .verdict = "invalid", .items = NULL};
    xml = write(dyno_report_junit, &none);
    assert_valid(xml);
    free(xml);
}

static void test_hostile_texts_stay_texts(void **state)
{
    (void)state;
    for (const char *const *text = fixture_hostile; *text != NULL; text++) {
        const struct dyno_report_case items[] = {make(*text, DYNO_REPORT_CASE_FAILED, *text)};
        const struct dyno_report_cases cases = {
            .name = *text, .verdict = "regression", .fault = *text, .items = items, .count = 1};
        char *xml = write(dyno_report_junit, &cases);
        assert_valid(xml);
        free(xml);
        char *markdown = write(dyno_report_markdown, &cases);
        assert_null(strstr(markdown, "<script"));
        assert_null(strstr(markdown, "<img"));
        free(markdown);
    }
}

static void test_markdown_puts_failures_first(void **state)
{
    (void)state;
    const struct dyno_report_case items[] = {
        make("good", DYNO_REPORT_CASE_PASSED, "+1 %"),
        make("a|b", DYNO_REPORT_CASE_FAILED, "twice as slow"),
    };
    const struct dyno_report_cases cases = {
        .name = "retail", .verdict = "regression", .items = items, .count = 2};
    char *text = write(dyno_report_markdown, &cases);
    const char *failed = strstr(text, "| a\\|b | p95 |");
    const char *passed = strstr(text, "| good | p95 |");
    assert_non_null(failed);
    assert_non_null(passed);
    assert_true(failed < passed);
    assert_non_null(strstr(text, "### sparkdyno: regression"));
    assert_non_null(strstr(text, "1 passed"));
    free(text);
}

static void test_what_does_not_fit_is_said(void **state)
{
    (void)state;
    const struct dyno_report_cases cases = {.name = "retail", .verdict = "passed"};
    struct dyno_str out;
    dyno_str_init(&out, 20);
    assert_int_equal(dyno_report_junit(&cases, &out, NULL), DYNO_ELIMIT);
    dyno_str_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_junit_of_each_state_obeys_the_schema),
        cmocka_unit_test(test_hostile_texts_stay_texts),
        cmocka_unit_test(test_markdown_puts_failures_first),
        cmocka_unit_test(test_what_does_not_fit_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
