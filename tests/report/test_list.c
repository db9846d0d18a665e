#include "base/json.h"
#include "report/fixture.h"
#include "report/unit.h"

#include <string.h>

static const struct fixture_shape small = {.arms = 2,
                                           .blocks = 3,
                                           .starts = 1,
                                           .queries = 2,
                                           .statements = 4,
                                           .bad_trial = 1,
                                           .has_verdict = true};

static void test_list_shows_blocks_that_count(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, &small);
    struct dyno_str out;
    dyno_str_init(&out, 1 << 20);
    assert_int_equal(dyno_report_list_text(fixture.store, &out, NULL), DYNO_OK);
    assert_string_equal(dyno_str_text(&out),
                        "  id created (UTC)    kind     state       blocks  verdict      name\n"
                        "   1 2026-11-21 12:00 compare  finished    2/3     better       compare "
                        "retail aqe-off default\n");
    dyno_str_deinit(&out);
    fixture_close(&fixture);
}

static void test_list_as_json(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, &small);
    fixture_exec(&fixture, "DELETE FROM verdict");
    struct dyno_str out;
    dyno_str_init(&out, 1 << 20);
    assert_int_equal(dyno_report_list_json(fixture.store, &out, NULL), DYNO_OK);
    cJSON *root = NULL;
    assert_int_equal(dyno_json_parse(out.data, out.len, "list", &root, NULL), DYNO_OK);
    const cJSON *item = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "experiments"), 0);
    assert_int_equal(dyno_json_i64_or(item, "blocks", -1), 2);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(item, "verdict")));
    cJSON_Delete(root);
    dyno_str_deinit(&out);
    fixture_close(&fixture);
}

static void test_list_of_hostile_names_keeps_one_line_each(void **state)
{
    (void)state;
    struct fixture_shape shape = small;
    shape.is_hostile = true;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    struct dyno_str out;
    dyno_str_init(&out, 1 << 20);
    assert_int_equal(dyno_report_list_text(fixture.store, &out, NULL), DYNO_OK);
    int lines = 0;
    for (size_t i = 0; i < out.len; i++)
        lines += out.data[i] == '\n';
    assert_int_equal(lines, 2);
    dyno_str_deinit(&out);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_shows_blocks_that_count),
        cmocka_unit_test(test_list_as_json),
        cmocka_unit_test(test_list_of_hostile_names_keeps_one_line_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
