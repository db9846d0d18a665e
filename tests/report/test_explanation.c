#include "report/explanation.h"
#include "report/fixture.h"
#include "report/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct fixture_shape compare = FIXTURE_COMPARE;

static struct dyno_explanation *explained(const struct fixture *fixture, int64_t slowest,
                                          const char *statement)
{
    struct dyno_explanation *out = NULL;
    struct dyno_explanation_choice choice = {slowest, statement};
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_explanation_read(fixture->store, fixture->id, &choice, &out, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    return out;
}

static char *text_of(const struct dyno_explanation *explanation)
{
    struct dyno_report_text_options look = {.width = 80};
    struct dyno_str out;
    dyno_str_init(&out, 1 << 20);
    dyno_explanation_text(explanation, &look, &out);
    return dyno_str_take(&out);
}

static void test_the_slowest_come_first_and_add_up(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture, &compare);
    struct dyno_explanation *e = explained(&fixture, 5, NULL);
    assert_int_equal(e->statement_count, 5);
    for (size_t i = 0; i < e->statement_count; i++) {
        int64_t sum = 0;
        for (int part = 0; part < DYNO_PARTS; part++)
            sum += e->statements[i].part_ns[part];
        assert_int_equal(sum, e->statements[i].total_ns);
        assert_true(i == 0 || e->statements[i - 1].total_ns >= e->statements[i].total_ns);
    }
    assert_true(e->account.statements > 1000);
    assert_true(e->account.part_ns[DYNO_PART_SCHEDULING] > 0.1 * e->account.total_ns);
    assert_int_equal(e->finding_count, 5);
    dyno_explanation_free(e);
    fixture_close(&fixture);
}

static void test_one_statement_with_its_stages(void **state)
{
    struct fixture fixture;
    char id[64];
    (void)state;
    fixture_open(&fixture, &compare);
    struct dyno_explanation *e = explained(&fixture, 1, NULL);
    assert_true(strlen(e->statements[0].id) < sizeof id);
    (void)snprintf(id, sizeof id, "%s", e->statements[0].id);
    dyno_explanation_free(e);
    char sql[400];
    (void)snprintf(
        sql, sizeof sql,
        "INSERT INTO stage VALUES (%ld, %s, 12, 0, 5, 35, 310, 1, 200, 0, 3, 500, 400, 10, 300, "
        "0, 1048576, 0, 0, 1.2, 8)",
        strtol(id, NULL, 10), strchr(id, ':') + 1);
    fixture_exec(&fixture, sql);
    e = explained(&fixture, 3, id);
    assert_int_equal(e->statement_count, 1);
    char *text = text_of(e);
    assert_non_null(strstr(text, id));
    assert_non_null(strstr(text, "* stage 12.0 of job 5, 35.0 ms to 310 ms: 200 tasks (3 empty)"));
    assert_non_null(strstr(text, "scheduler delay"));
    assert_non_null(strstr(text, "! severe: partitions too small: 102 x, over 10 x"));
    assert_non_null(strstr(text, "measure it: sparkdyno compare retail"));
    free(text);
    dyno_explanation_free(e);
    fixture_close(&fixture);
}

static void check_refused(const struct fixture *fixture, const char *statement,
                          enum dyno_status status, const char *words)
{
    struct dyno_explanation *out = NULL;
    struct dyno_explanation_choice choice = {3, statement};
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_explanation_read(fixture->store, fixture->id, &choice, &out, &err),
                     status);
    assert_null(out);
    if (strstr(err.message, words) == NULL)
        fail_msg("%s", err.message);
}

static void test_statements_that_are_not_there(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture, &compare);
    check_refused(&fixture, "5", DYNO_EINPUT, "there are several trials, write TRIAL:SEQ");
    check_refused(&fixture, "x", DYNO_EINPUT, "write TRIAL:SEQ, as explain prints it");
    check_refused(&fixture, "1:", DYNO_EINPUT, "write TRIAL:SEQ");
    check_refused(&fixture, "1:2x", DYNO_EINPUT, "write TRIAL:SEQ");
    check_refused(&fixture, "9999:1", DYNO_ENOTFOUND, "has no ended statement '9999:1'");
    fixture_close(&fixture);
}

static void test_hostile_texts_stay_lines(void **state)
{
    struct fixture_shape shape = compare;
    struct fixture fixture;
    (void)state;
    shape.is_hostile = true;
    fixture_open(&fixture, &shape);
    struct dyno_explanation *e = explained(&fixture, 20, NULL);
    char *text = text_of(e);
    for (const char *at = text; *at != '\0'; at++)
        assert_true((unsigned char)*at >= ' ' || *at == '\n');
    free(text);
    struct dyno_str json;
    dyno_str_init(&json, 1 << 24);
    assert_int_equal(dyno_explanation_json(e, &json, NULL), DYNO_OK);
    script_check("tests/report/check_schema.py", "docs/explain.schema.json", dyno_str_text(&json));
    cJSON *document = cJSON_Parse(dyno_str_text(&json));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(document, "statements")), 20);
    cJSON_Delete(document);
    dyno_str_deinit(&json);
    dyno_explanation_free(e);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_slowest_come_first_and_add_up),
        cmocka_unit_test(test_one_statement_with_its_stages),
        cmocka_unit_test(test_statements_that_are_not_there),
        cmocka_unit_test(test_hostile_texts_stay_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
