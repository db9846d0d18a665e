#include "target/config.h"
#include "target/text_result.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static cJSON *parse(const char *text)
{
    cJSON *json = NULL;
    assert_int_equal(dyno_json_parse(text, strlen(text), "test", &json, NULL), DYNO_OK);
    return json;
}

static void test_text_result_survives_json(void **state)
{
    struct dyno_text_result a = DYNO_TEXT_RESULT_INIT;
    struct dyno_text_result b = DYNO_TEXT_RESULT_INIT;
    (void)state;
    cJSON *json = parse("{\"columns\":[\"k\",\"v\"],\"rows\":[[\"a\",null],[\"\",\"x\\ny\"]]}");
    assert_int_equal(dyno_text_result_from_json(json, &a, NULL), DYNO_OK);
    cJSON_Delete(json);
    json = dyno_text_result_to_json(&a);
    assert_int_equal(dyno_text_result_from_json(json, &b, NULL), DYNO_OK);
    cJSON_Delete(json);
    assert_int_equal(b.row_count, 2);
    assert_string_equal(b.columns[1], "v");
    assert_string_equal(dyno_text_result_cell(&b, 0, 0), "a");
    assert_null(dyno_text_result_cell(&b, 0, 1));
    assert_string_equal(dyno_text_result_cell(&b, 1, 0), "");
    assert_string_equal(dyno_text_result_cell(&b, 1, 1), "x\ny");
    assert_null(dyno_text_result_cell(&b, 2, 0));
    assert_null(dyno_text_result_cell(&b, 0, 2));
    dyno_text_result_deinit(&a);
    dyno_text_result_deinit(&b);
    assert_null(dyno_text_result_cell(&b, 0, 0));
}

static void test_text_result_of_no_columns(void **state)
{
    struct dyno_text_result result = DYNO_TEXT_RESULT_INIT;
    (void)state;
    cJSON *json = dyno_text_result_to_json(&result);
    assert_int_equal(dyno_text_result_from_json(json, &result, NULL), DYNO_OK);
    cJSON_Delete(json);
    assert_int_equal(result.column_count, 0);
    assert_int_equal(result.row_count, 0);
    dyno_text_result_deinit(&result);
}

static void test_text_result_refuses_what_does_not_fit(void **state)
{
    static const char *const texts[] = {
        "{\"rows\":[]}",
        "{\"columns\":[]}",
        "{\"columns\":[1],\"rows\":[]}",
        "{\"columns\":[\"a\"],\"rows\":[[]]}",
        "{\"columns\":[\"a\"],\"rows\":[[\"x\",\"y\"]]}",
        "{\"columns\":[\"a\"],\"rows\":[\"x\"]}",
        "{\"columns\":[\"a\",\"b\"],\"rows\":[[\"x\",\"y\"],[\"x\",7]]}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct dyno_text_result result = DYNO_TEXT_RESULT_INIT;
        cJSON *json = parse(texts[i]);
        assert_int_equal(dyno_text_result_from_json(json, &result, NULL), DYNO_EINPUT);
        assert_null(result.columns);
        cJSON_Delete(json);
    }
}

static void test_config_survives_json(void **state)
{
    char host[] = "h";
    char password[] = "s\"ecret";
    struct dyno_target_config a = {.kind = DYNO_TARGET_HS2,
                                   .host = host,
                                   .port = 10001,
                                   .password = password,
                                   .fetch_rows = 500,
                                   .null_service_ns = INT64_C(1) << 60};
    struct dyno_target_config b = {.port = 0};
    (void)state;
    cJSON *json = dyno_target_config_to_json(&a);
    assert_int_equal(dyno_target_config_from_json(json, &b, NULL), DYNO_OK);
    cJSON_Delete(json);
    assert_int_equal(b.kind, DYNO_TARGET_HS2);
    assert_string_equal(b.host, "h");
    assert_int_equal(b.port, 10001);
    assert_string_equal(b.password, "s\"ecret");
    assert_null(b.schema);
    assert_int_equal(b.fetch_rows, 500);
    assert_int_equal(b.null_service_ns, INT64_C(1) << 60);
    dyno_target_config_deinit(&b);
    assert_null(b.host);
}

static void test_config_refuses_what_cannot_be(void **state)
{
    static const char *const texts[] = {
        "{}",
        "{\"kind\":\"jdbc\",\"port\":1,\"fetch_rows\":1,\"null_service_ns\":0}",
        "{\"kind\":\"hs2\",\"port\":65536,\"fetch_rows\":1,\"null_service_ns\":0}",
        "{\"kind\":\"hs2\",\"port\":1,\"fetch_rows\":-1,\"null_service_ns\":0}",
        "{\"kind\":\"hs2\",\"port\":\"x\",\"fetch_rows\":1,\"null_service_ns\":0}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct dyno_target_config config = {.port = 0};
        cJSON *json = parse(texts[i]);
        assert_int_equal(dyno_target_config_from_json(json, &config, NULL), DYNO_EINPUT);
        cJSON_Delete(json);
    }
}

static void test_target_kinds_have_names(void **state)
{
    struct dyno_err err = DYNO_ERR_INIT;
    enum dyno_target_kind kind = DYNO_TARGET_NULL;
    (void)state;
    for (int i = DYNO_TARGET_NULL; i <= DYNO_TARGET_ODBC; i++) {
        const char *name = dyno_target_kind_name((enum dyno_target_kind)i);
        assert_int_equal(dyno_target_kind_parse(name, &kind, NULL), DYNO_OK);
        assert_int_equal(kind, i);
        assert_string_equal(dyno_target_ops(kind)->name, name);
    }
    assert_int_equal(dyno_target_kind_parse("obdc", &kind, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "did you mean 'odbc'?"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_result_survives_json),
        cmocka_unit_test(test_text_result_of_no_columns),
        cmocka_unit_test(test_text_result_refuses_what_does_not_fit),
        cmocka_unit_test(test_config_survives_json),
        cmocka_unit_test(test_config_refuses_what_cannot_be),
        cmocka_unit_test(test_target_kinds_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
