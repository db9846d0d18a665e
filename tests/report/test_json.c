#include "base/json.h"
#include "report/fixture.h"
#include "report/golden.h"
#include "report/script.h"
#include "report/unit.h"

#include <stdlib.h>
#include <string.h>

/* The JSON report of a fixture; the caller frees it. */
static char *json_of(const struct fixture_shape *shape)
{
    struct fixture fixture;
    fixture_open(&fixture, shape);
    struct dyno_report_model *model = fixture_model(&fixture);
    struct dyno_str out;
    dyno_str_init(&out, 64u << 20);
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_report_json(model, &out, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    dyno_report_model_free(model);
    fixture_close(&fixture);
    return dyno_str_take(&out);
}

static void check_schema(const char *text)
{
    script_check("tests/report/check_schema.py", "docs/report.schema.json", text);
}

static void test_json_of_a_compare(void **state)
{
    (void)state;
    struct fixture_shape shape = FIXTURE_COMPARE;
    shape.statements = 12;
    shape.warmup_executions = 5;
    char *text = json_of(&shape);
    golden_check("compare.json", text);
    check_schema(text);
    free(text);
}

static void test_json_of_a_run_fits_the_schema(void **state)
{
    (void)state;
    struct fixture_shape shape = FIXTURE_COMPARE;
    shape.arms = 1;
    shape.bad_trial = -1;
    char *text = json_of(&shape);
    check_schema(text);
    free(text);
}

static void test_json_of_an_unjudged_experiment_fits_the_schema(void **state)
{
    (void)state;
    const struct fixture_shape shape = {
        .arms = 2, .blocks = 0, .starts = 0, .queries = 1, .statements = 0, .bad_trial = -1};
    char *text = json_of(&shape);
    check_schema(text);
    free(text);
}

/* Null where an estimate would stand, the bound under "above"; likewise the sample's own of too few. */
static void test_json_has_bounds_and_samples_apart(void **state)
{
    (void)state;
    struct fixture_shape shape = FIXTURE_COMPARE;
    shape.arms = 1;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    fixture_cut_off(&fixture, 86);
    struct dyno_report_model *model = fixture_model(&fixture);
    struct dyno_str out;
    dyno_str_init(&out, 64u << 20);
    assert_int_equal(dyno_report_json(model, &out, NULL), DYNO_OK);
    check_schema(dyno_str_text(&out));
    cJSON *root = NULL;
    assert_int_equal(dyno_json_parse(dyno_str_text(&out), out.len, "report", &root, NULL), DYNO_OK);
    const cJSON *trial = NULL;
    size_t checked = 0;
    cJSON_ArrayForEach(trial, cJSON_GetObjectItem(root, "trials"))
    {
        const cJSON *response = cJSON_GetObjectItem(trial, "response");
        if (dyno_json_i64_or(response, "cut_off", 0) == 0)
            continue;
        assert_true(cJSON_IsNull(cJSON_GetObjectItem(response, "p95_ns")));
        assert_true(cJSON_IsNull(cJSON_GetObjectItem(response, "mean_ns")));
        const cJSON *above = cJSON_GetObjectItem(response, "above");
        assert_true(cJSON_GetObjectItem(above, "p95_ns")->valuedouble > 0);
        assert_true(cJSON_GetObjectItem(above, "max_ns")->valuedouble > 0);
        assert_null(cJSON_GetObjectItem(above, "p50_ns"));
        assert_true(cJSON_IsNumber(cJSON_GetObjectItem(response, "p50_ns")));
        checked++;
    }
    assert_true(checked > 0);
    cJSON_Delete(root);
    dyno_str_deinit(&out);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_json_of_hostile_names_is_whole(void **state)
{
    (void)state;
    struct fixture_shape shape = FIXTURE_COMPARE;
    shape.is_hostile = true;
    char *text = json_of(&shape);
    cJSON *root = NULL;
    assert_int_equal(dyno_json_parse(text, strlen(text), "report", &root, NULL), DYNO_OK);
    assert_int_equal(dyno_json_i64_or(root, "schema_version", 0), 1);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(root, "trials")), 20);
    cJSON_Delete(root);
    check_schema(text);
    free(text);
}

static void test_json_is_the_same_twice(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    char *first = json_of(&shape);
    char *second = json_of(&shape);
    assert_string_equal(first, second);
    free(first);
    free(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_of_a_compare),
        cmocka_unit_test(test_json_of_a_run_fits_the_schema),
        cmocka_unit_test(test_json_of_an_unjudged_experiment_fits_the_schema),
        cmocka_unit_test(test_json_has_bounds_and_samples_apart),
        cmocka_unit_test(test_json_of_hostile_names_is_whole),
        cmocka_unit_test(test_json_is_the_same_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
