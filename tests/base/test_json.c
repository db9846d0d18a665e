#include "base/json.h"
#include "support/check.h"

#include <math.h>
#include <string.h>

static cJSON *parse(const char *text)
{
    cJSON *json = NULL;
    assert_int_equal(dyno_json_parse(text, strlen(text), "test", &json, NULL), DYNO_OK);
    return json;
}

static void test_json_getters_name_what_is_wrong(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    cJSON *json = parse("{\"a\": 1.5, \"b\": \"x\", \"c\": [], \"d\": true}");
    double number = 0;
    int64_t whole = 0;
    const char *text = NULL;
    bool flag = false;
    assert_int_equal(dyno_json_f64(json, "a", &number, &err), DYNO_OK);
    assert_true(fabs(number - 1.5) < 1e-12);
    assert_int_equal(dyno_json_i64(json, "a", &whole, &err), DYNO_EINPUT);
    assert_string_equal(err.message, "'a' is not a whole number");
    assert_int_equal(dyno_json_string(json, "z", &text, &err), DYNO_EINPUT);
    assert_string_equal(err.message, "'z' is missing");
    assert_int_equal(dyno_json_string(json, "b", &text, &err), DYNO_OK);
    assert_string_equal(text, "x");
    assert_int_equal(dyno_json_bool(json, "d", &flag, &err), DYNO_OK);
    assert_true(flag);
    cJSON_Delete(json);
}

static void test_json_keeps_large_whole_numbers(void **state)
{
    (void)state;
    cJSON *json = cJSON_CreateObject();
    int64_t back = 0;
    dyno_json_add_i64(json, "small", -5);
    dyno_json_add_i64(json, "large", INT64_C(1491926160718000001));
    assert_true(cJSON_IsNumber(cJSON_GetObjectItem(json, "small")));
    assert_true(cJSON_IsString(cJSON_GetObjectItem(json, "large")));
    assert_int_equal(dyno_json_i64(json, "large", &back, NULL), DYNO_OK);
    assert_true(back == INT64_C(1491926160718000001));
    assert_true(dyno_json_i64_or(json, "small", 0) == -5);
    cJSON_Delete(json);
}

static void test_json_writes_no_number_that_json_has_not(void **state)
{
    (void)state;
    cJSON *json = cJSON_CreateObject();
    dyno_json_add_f64(json, "nan", NAN);
    dyno_json_add_f64(json, "inf", INFINITY);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "nan")));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "inf")));
    cJSON_Delete(json);
}

static void test_json_says_in_which_line_it_fails(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    cJSON *json = NULL;
    const char *text = "{\n\"a\": 1,\n\"b\" 2}";
    assert_int_equal(dyno_json_parse(text, strlen(text), "f.json", &json, &err), DYNO_EINPUT);
    assert_string_equal(err.message, "f.json:3: not valid JSON");
}

static void test_json_fallbacks_survive_wrong_types(void **state)
{
    (void)state;
    cJSON *json = parse("{\"a\": [], \"b\": 1e400, \"c\": \"12x\"}");
    assert_true(dyno_json_i64_or(json, "a", 7) == 7);
    assert_true(dyno_json_i64_or(json, "b", 7) == 7);
    assert_true(dyno_json_i64_or(json, "c", 7) == 7);
    assert_string_equal(dyno_json_string_or(json, "a", "no"), "no");
    assert_false(dyno_json_bool_or(json, "a", false));
    cJSON_Delete(json);
}

static void test_json_pushes_texts_of_any_length(void **state)
{
    (void)state;
    cJSON *array = cJSON_CreateArray();
    char longer[3000];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    dyno_json_push_text(array, "%d of %s", 3, "4");
    dyno_json_push_text(array, "%s", longer);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(array, 0)), "3 of 4");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(array, 1)), longer);
    cJSON_Delete(array);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_getters_name_what_is_wrong),
        cmocka_unit_test(test_json_keeps_large_whole_numbers),
        cmocka_unit_test(test_json_writes_no_number_that_json_has_not),
        cmocka_unit_test(test_json_says_in_which_line_it_fails),
        cmocka_unit_test(test_json_fallbacks_survive_wrong_types),
        cmocka_unit_test(test_json_pushes_texts_of_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
