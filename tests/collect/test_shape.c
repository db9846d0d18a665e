#include "collect/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static cJSON *read_list(const char *version, const char *name)
{
    char path[512];
    cJSON *list = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)snprintf(path, sizeof path, "%s/rest/%s/%s.json", DYNO_TEST_DATA, version, name);
    if (dyno_json_read(path, 1 << 20, &list, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    return list;
}

static void check_recorded(const char *version, const char *name, enum dyno_shape shape)
{
    struct dyno_oddities odd = {.count = 0};
    cJSON *list = read_list(version, name);
    cJSON *item = NULL;
    assert_true(cJSON_GetArraySize(list) > 10);
    cJSON_ArrayForEach(item, list)
    {
        dyno_shape_trim(shape, item, &odd);
    }
    assert_int_equal(odd.count, 0);
    cJSON_Delete(list);
}

static void test_shape_trim_finds_nothing_odd_in_recorded_answers(void **state)
{
    const char *const versions[] = {"4.1.4", "3.5.7"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        check_recorded(versions[i], "jobs", DYNO_SHAPE_JOB);
        check_recorded(versions[i], "stages", DYNO_SHAPE_STAGE);
        check_recorded(versions[i], "sql", DYNO_SHAPE_EXECUTION);
    }
}

static void test_shape_trim_shrinks_a_stage(void **state)
{
    struct dyno_oddities odd = {.count = 0};
    cJSON *list = read_list("4.1.4", "stages");
    cJSON *stage = cJSON_DetachItemFromArray(list, 0);
    char *before = cJSON_PrintUnformatted(stage);
    (void)state;
    dyno_shape_trim(DYNO_SHAPE_STAGE, stage, &odd);
    char *after = cJSON_PrintUnformatted(stage);
    assert_true(strlen(after) * 4 < strlen(before));
    assert_non_null(cJSON_GetObjectItemCaseSensitive(stage, "executorRunTime"));
    assert_null(cJSON_GetObjectItemCaseSensitive(stage, "executorMetricsDistributions"));
    cJSON_free(before);
    cJSON_free(after);
    cJSON_Delete(stage);
    cJSON_Delete(list);
}

static void test_shape_trim_removes_and_notes_other_types(void **state)
{
    struct dyno_oddities odd = {.count = 0};
    cJSON *job = cJSON_Parse("{\"jobId\":1,\"status\":7,\"stageIds\":[1,\"x\"],\"numTasks\":1,"
                             "\"numSkippedStages\":0,\"jobGroup\":[],\"description\":null}");
    (void)state;
    dyno_shape_trim(DYNO_SHAPE_JOB, job, &odd);
    assert_int_equal(odd.count, 3);
    assert_string_equal(odd.first, "jobGroup");
    assert_null(cJSON_GetObjectItemCaseSensitive(job, "status"));
    assert_null(cJSON_GetObjectItemCaseSensitive(job, "stageIds"));
    assert_null(cJSON_GetObjectItemCaseSensitive(job, "description"));
    assert_non_null(cJSON_GetObjectItemCaseSensitive(job, "jobId"));
    cJSON_Delete(job);
}

static void test_shape_trim_notes_what_is_no_object(void **state)
{
    struct dyno_oddities odd = {.count = 0};
    cJSON *number = cJSON_CreateNumber(1);
    (void)state;
    dyno_shape_trim(DYNO_SHAPE_STAGE, number, &odd);
    assert_int_equal(odd.count, 1);
    cJSON_Delete(number);
}

static void test_shape_trim_keeps_the_first_of_repeated_members(void **state)
{
    struct dyno_oddities odd = {.count = 0};
    cJSON *job = cJSON_Parse("{\"jobId\":1,\"jobId\":2,\"status\":\"RUNNING\",\"stageIds\":[],"
                             "\"numTasks\":1,\"numSkippedStages\":0}");
    (void)state;
    dyno_shape_trim(DYNO_SHAPE_JOB, job, &odd);
    assert_int_equal(odd.count, 0);
    assert_int_equal(dyno_json_i64_or(job, "jobId", -1), 1);
    assert_int_equal(cJSON_GetArraySize(job), 5);
    cJSON_Delete(job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shape_trim_finds_nothing_odd_in_recorded_answers),
        cmocka_unit_test(test_shape_trim_shrinks_a_stage),
        cmocka_unit_test(test_shape_trim_removes_and_notes_other_types),
        cmocka_unit_test(test_shape_trim_notes_what_is_no_object),
        cmocka_unit_test(test_shape_trim_keeps_the_first_of_repeated_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
