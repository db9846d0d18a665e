#include "collect/root.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define SESSION "spark-session-0b2c6c42-7d32-4f43-a9c7-2a0ed1f3b0a4"

static int64_t root_of(const char *tags)
{
    char text[512];
    (void)snprintf(text, sizeof text, "{\"jobId\":1,\"jobTags\":%s}", tags);
    cJSON *job = cJSON_Parse(text);
    assert_non_null(job);
    int64_t root = dyno_root_of_job(job);
    cJSON_Delete(job);
    return root;
}

static void test_root_is_read_from_the_job_tag(void **state)
{
    (void)state;
    assert_int_equal(root_of("[\"" SESSION "\",\"" SESSION "-execution-root-id-14\"]"), 14);
    assert_int_equal(root_of("[\"mine\",\"" SESSION "-execution-root-id-0\"]"), 0);
    assert_int_equal(
        root_of("[\"" SESSION "-execution-root-id-3\",\"" SESSION "-execution-root-id-3\"]"), 3);
}

static void test_root_of_anything_else_is_none(void **state)
{
    static const char *const tags[] = {
        "null",
        "[]",
        "[7]",
        "[\"" SESSION "\"]",
        "[\"execution-root-id-14\"]",
        "[\"mine-execution-root-id-14\"]",
        "[\"" SESSION "-execution-root-id-\"]",
        "[\"" SESSION "-execution-root-id--1\"]",
        "[\"" SESSION "-execution-root-id-14x\"]",
        "[\"" SESSION "-execution-root-id-99999999999999999999\"]",
        "[\"" SESSION "-execution-root-id-3\",\"" SESSION "-execution-root-id-4\"]",
    };
    (void)state;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
        assert_int_equal(root_of(tags[i]), -1);
    assert_int_equal(dyno_root_of_job(NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_root_is_read_from_the_job_tag),
        cmocka_unit_test(test_root_of_anything_else_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
