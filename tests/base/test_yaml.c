#include "base/str.h"
#include "base/yaml.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>

static void test_yaml_remembers_places(void **state)
{
    (void)state;
    const char *text = "name: retail\nload:\n  rate: 1.5\n  list: [a, 'b']\n";
    struct dyno_yaml *root = NULL;
    assert_int_equal(dyno_yaml_parse(text, strlen(text), "w", &root, NULL), DYNO_OK);
    const struct dyno_yaml *load = dyno_yaml_get(root, "load");
    const struct dyno_yaml *rate = dyno_yaml_get(load, "rate");
    assert_string_equal(rate->scalar, "1.5");
    assert_int_equal(rate->line, 3);
    assert_int_equal(rate->column, 9);
    const struct dyno_yaml *list = dyno_yaml_get(load, "list");
    assert_int_equal(list->count, 2);
    assert_true(list->entries[1].value->is_quoted);
    assert_null(dyno_yaml_get(root, "nothing"));
    dyno_yaml_free(root);
}

static void test_yaml_refuses_with_file_line_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"", "f:1:1: the file is empty"},
        {"a: &x 1\n", "f:1:4: anchors"},
        {"a: 1\nb: *a\n", "f:2:4: aliases"},
        {"a: !!int 1\n", "f:1:4: tags"},
        {"a: 1\nb: 2\na: 3\n", "f:3:1: key 'a' stands twice (first in line 1)"},
        {"a: [1\n", "f:2:1: not valid YAML"},
        {"a: 1\n---\nb: 2\n", "f:2:1: only one document"},
        {"[a]: 1\n", "f:1:1: a key must be plain text"},
        {"\xff\xfe\xff", "not UTF-8"},
        {"a: \"x\\0y\"\n", "f:1:4: a NUL character"},
        {"a:\n\t- b\n", "f:2:"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dyno_err err = DYNO_ERR_INIT;
        struct dyno_yaml *root = NULL;
        assert_int_equal(dyno_yaml_parse(cases[i].text, strlen(cases[i].text), "f", &root, &err),
                         DYNO_EINPUT);
        assert_null(root);
        if (strstr(err.message, cases[i].message) == NULL)
            fail_msg("case %zu: '%s' does not hold '%s'", i, err.message, cases[i].message);
    }
}

/* A program that compares each key with all others does not end within the test's time. */
static void test_yaml_reads_the_largest_mapping_in_time(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_yaml *root = NULL;
    struct dyno_str text;
    size_t keys = 0;
    dyno_str_init(&text, DYNO_YAML_MAX_BYTES);
    while (text.len + 16 < DYNO_YAML_MAX_BYTES)
        dyno_str_appendf(&text, "%zx: 1\n", keys++);
    assert_int_equal(dyno_yaml_parse(dyno_str_text(&text), text.len, "f", &root, &err), DYNO_OK);
    assert_int_equal(root->count, keys);
    dyno_yaml_free(root);
    root = NULL;
    dyno_str_append(&text, "2a: 1\n");
    assert_int_equal(dyno_yaml_parse(dyno_str_text(&text), text.len, "f", &root, &err),
                     DYNO_EINPUT);
    assert_non_null(strstr(err.message, "key '2a' stands twice (first in line 43)"));
    dyno_str_deinit(&text);
}

static void test_yaml_bounds_depth_and_size(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_yaml *root = NULL;
    char deep[201];
    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    deep[200] = '\0';
    assert_int_equal(dyno_yaml_parse(deep, 200, "f", &root, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "nested too deeply"));
    char *large = calloc(1, DYNO_YAML_MAX_BYTES + 2);
    memset(large, 'a', DYNO_YAML_MAX_BYTES + 1);
    assert_int_equal(dyno_yaml_parse(large, DYNO_YAML_MAX_BYTES + 1, "f", &root, &err),
                     DYNO_EINPUT);
    assert_non_null(strstr(err.message, "at most"));
    free(large);
    assert_int_equal(dyno_yaml_read("/nowhere.yaml", &root, &err), DYNO_ENOTFOUND);
}

static void test_yaml_names_strange_keys(void **state)
{
    (void)state;
    static const char *const allowed[] = {"weight", "sql", NULL};
    const char *text = "sql: a\nwieght: 3\n";
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_yaml *root = NULL;
    assert_int_equal(dyno_yaml_parse(text, strlen(text), "f", &root, NULL), DYNO_OK);
    assert_int_equal(dyno_yaml_check_keys("f", root, allowed, &err), DYNO_EINPUT);
    assert_string_equal(
        err.message, "f:2:1: unknown key 'wieght', did you mean 'weight'?; allowed: weight, sql");
    dyno_yaml_free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yaml_remembers_places),
        cmocka_unit_test(test_yaml_refuses_with_file_line_column),
        cmocka_unit_test(test_yaml_reads_the_largest_mapping_in_time),
        cmocka_unit_test(test_yaml_bounds_depth_and_size),
        cmocka_unit_test(test_yaml_names_strange_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
