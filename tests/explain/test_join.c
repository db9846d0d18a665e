#include "explain/join.h"
#include "explain/recorded.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_seq_of_reads_the_tag(void **state)
{
    (void)state;
    assert_int_equal(dyno_explain_seq_of("/* sparkdyno t1:7 */ SELECT 1", "t1"), 7);
    assert_int_equal(dyno_explain_seq_of("-- sparkdyno t1:70\nSELECT 1", "t1"), 70);
    assert_int_equal(dyno_explain_seq_of("sparkdyno t1:9223372036854775807", "t1"), INT64_MAX);
}

static void test_seq_of_refuses_everything_else(void **state)
{
    const char *const texts[] = {
        "",
        "SELECT 1",
        "/* sparkdyno t12:7 */",
        "/* sparkdyno t1:x */",
        "/* sparkdyno t1:-7 */",
        "/* sparkdyno t1: 7 */",
        "/* sparkdyno t1:7x */",
        "/* sparkdyno t1:99999999999999999999 */",
        "/* sparkdyno xt1:7 */",
        "/* sparkdyno t1:",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(dyno_explain_seq_of(texts[i], "t1"), -1);
    assert_int_equal(dyno_explain_seq_of(NULL, "t1"), -1);
}

struct expected {
    const char *version;
    int64_t seq, execution_id, jobs, stages, skipped, tasks, failed;
    double execution_ms, job_ms, run_ms, cpu_ms, gc_ms, deserialize_ms, delay_ms;
    int64_t shuffle_read, shuffle_write, input, peak;
    double task_max_ms, task_median_ms;
};

/* See the README beside the data for where these come from; -1 stands for unknown. Statement 7 of 4.1.4
 * has a stage of 4 tasks of which 3 failed and one never began. */
static const struct expected expectations[] = {
    {"4.1.4", 1, 1, 1, 1, 0, 1, 0, 1090, 484, 82, 55.702848, 0, 53, 70, 0, 0, 0, 0, 210, 210},
    {"4.1.4",    3,  4,   4,   4,      5,      8, 0,        2340, 1371, 1502,
     835.561185, 26, 163, 115, 136585, 136585, 0, 19202016, 612,  612},
    {"4.1.4",    4,  6,  3,  3,   1,   9,      0, 616, 378, 401,
     179.120357, 32, 80, 73, 236, 236, 122560, 0, 154, 146},
    {"4.1.4",    5, 8,  2,  2,    1,    5,      0,       333, 219, 241,
     127.145809, 0, 26, 45, 4016, 4016, 122560, 8650736, 95,  95},
    {"4.1.4",    6, 13, 2,  3,    0,    10, 0,       504, 317, 393,
     114.346349, 0, 56, 84, 1882, 1882, 0,  8650736, 114, 101},
    {"4.1.4", 7, 14, 1, 1, 1, 3, 3, 89, 52, 38, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1},
    {"4.1.4", 8, 16, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1},
    {"3.5.7", 1, 1, 1, 1, 0, 1, 0, 982, 431, 38, 37.056722, 0, 52, 59, 0, 0, 0, 0, 153, 153},
    {"3.5.7",    3,  4,   4,   4,      5,      8, 0,        2738, 1207, 1366,
     602.297905, 66, 125, 122, 136585, 136585, 0, 19202016, 383,  383},
    {"3.5.7",    4,  6,  3,  3,   1,   9,      0, 593, 470, 537,
     205.661508, 30, 86, 91, 236, 236, 122560, 0, 166, 164},
    {"3.5.7",    5, 8,  2,  2,    1,    5,      0,       526, 311, 413,
     220.430109, 0, 56, 56, 4016, 4016, 122560, 8650736, 176, 159},
    {"3.5.7",    6,  13, 2,  3,    0,    10, 0,       570, 339, 376,
     144.108311, 24, 96, 89, 1882, 1882, 0,  8650736, 119, 112},
    {"3.5.7", 7, 14, 1, 1, 1, 4, 4, 151, 78, 61, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1},
    {"3.5.7", 8, 16, 0, 0, 0, 0, 0, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1},
};

static void check_f64(double actual, double expected)
{
    if (expected < 0)
        assert_true(isnan(actual));
    else
        assert_true(fabs(actual - expected) < 1e-6);
}

static void check_statement(const struct dyno_spark_statement *s, const struct expected *e)
{
    assert_int_equal(s->execution_id, e->execution_id);
    assert_int_equal(s->jobs, e->jobs);
    assert_int_equal(s->stages, e->stages);
    assert_int_equal(s->skipped_stages, e->skipped);
    assert_int_equal(s->tasks, e->tasks);
    assert_int_equal(s->failed_tasks, e->failed);
    check_f64(s->execution_ms, e->execution_ms);
    check_f64(s->job_ms, e->job_ms);
    check_f64(s->run_ms, e->run_ms);
    check_f64(s->cpu_ms, e->cpu_ms);
    check_f64(s->gc_ms, e->gc_ms);
    check_f64(s->deserialize_ms, e->deserialize_ms);
    check_f64(s->scheduler_delay_ms, e->delay_ms);
    assert_int_equal(s->shuffle_read_bytes, e->shuffle_read);
    assert_int_equal(s->shuffle_write_bytes, e->shuffle_write);
    assert_int_equal(s->input_bytes, e->input);
    assert_int_equal(s->peak_memory_bytes, e->peak);
    check_f64(s->task_max_ms, e->task_max_ms);
    check_f64(s->task_median_ms, e->task_median_ms);
}

static struct dyno_spark_statement statement_of(const struct dyno_spark_statement *statements,
                                                size_t count, int64_t seq)
{
    size_t i = 0;
    while (i < count && statements[i].seq != seq)
        i++;
    if (i == count) {
        fail_msg("statement %lld is missing", (long long)seq);
        return (struct dyno_spark_statement){.seq = -1};
    }
    return statements[i];
}

static void test_join_gives_the_numbers_of_recorded_statements(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        struct dyno_collected collected;
        struct dyno_spark_statement *statements = NULL;
        size_t count = 0;
        recorded_read(expectations[i].version, &collected);
        dyno_explain_join(&collected, "t1", NULL, &statements, &count);
        assert_int_equal(count, strcmp(expectations[i].version, "4.1.4") == 0 ? 9 : 8);
        for (size_t k = 1; k < count; k++)
            assert_true(statements[k - 1].seq < statements[k].seq);
        struct dyno_spark_statement found = statement_of(statements, count, expectations[i].seq);
        check_statement(&found, &expectations[i]);
        free(statements);
        dyno_collected_deinit(&collected);
    }
}

static void test_join_knows_only_its_tag(void **state)
{
    struct dyno_collected collected;
    struct dyno_spark_statement *statements = NULL;
    size_t count = 99;
    (void)state;
    recorded_read("4.1.4", &collected);
    dyno_explain_join(&collected, "t", NULL, &statements, &count);
    assert_int_equal(count, 0);
    free(statements);
    dyno_collected_deinit(&collected);
}

/* Every member that leads from a job to its statement. */
static const char *const leads[] = {"successJobIds", "jobTags", "jobGroup"};
#define LEADS (sizeof leads / sizeof leads[0])

static void drop_leads_but(cJSON *document, const char *kept)
{
    for (size_t i = 0; i < LEADS; i++)
        if (strcmp(leads[i], kept) != 0)
            cJSON_DeleteItemFromObjectCaseSensitive(document, leads[i]);
}

/* A job that is its statement's by one lead alone counts like any other. */
static void check_without_description(const char *only_lead)
{
    struct dyno_collected collected;
    struct dyno_spark_statement *statements = NULL;
    size_t count = 0;
    recorded_read("4.1.4", &collected);
    for (size_t i = 0; i < collected.job_count; i++) {
        if (dyno_json_i64_or(collected.jobs[i], "jobId", -1) == 3) {
            cJSON_DeleteItemFromObjectCaseSensitive(collected.jobs[i], "description");
            drop_leads_but(collected.jobs[i], only_lead);
        }
    }
    for (size_t i = 0; i < collected.execution_count; i++)
        drop_leads_but(collected.executions[i], only_lead);
    dyno_explain_join(&collected, "t1", NULL, &statements, &count);
    struct dyno_spark_statement found = statement_of(statements, count, 3);
    assert_int_equal(found.jobs, 4);
    assert_int_equal(found.stages, 4);
    check_f64(found.run_ms, 1502);
    free(statements);
    dyno_collected_deinit(&collected);
}

static void test_join_finds_a_job_by_its_execution(void **state)
{
    (void)state;
    check_without_description("successJobIds");
}

static void test_join_finds_a_job_by_its_group(void **state)
{
    (void)state;
    check_without_description("jobGroup");
}

static void test_join_finds_a_job_by_its_root_execution(void **state)
{
    (void)state;
    check_without_description("jobTags");
}

static void set_list(struct dyno_collected *out, const char *jobs, const char *stages,
                     const char *executions)
{
    const char *const texts[] = {jobs, stages, executions};
    cJSON ***const lists[] = {&out->jobs, &out->stages, &out->executions};
    size_t *const counts[] = {&out->job_count, &out->stage_count, &out->execution_count};
    *out = (struct dyno_collected){.dropped_events = 0};
    for (size_t i = 0; i < 3; i++) {
        cJSON *list = cJSON_Parse(texts[i]);
        assert_non_null(list);
        *lists[i] = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof(cJSON *));
        while (cJSON_GetArraySize(list) > 0)
            (*lists[i])[(*counts[i])++] = cJSON_DetachItemFromArray(list, 0);
        cJSON_Delete(list);
    }
}

static void test_join_counts_shared_stages_and_overlapping_jobs_once(void **state)
{
    struct dyno_collected collected;
    struct dyno_spark_statement *s = NULL;
    size_t count = 0;
    (void)state;
    set_list(&collected,
             "[{\"jobId\":1,\"description\":\"sparkdyno a:0\",\"stageIds\":[1,2],"
             "\"submissionTime\":\"2026-01-01T00:00:00.100GMT\","
             "\"completionTime\":\"2026-01-01T00:00:00.400GMT\"},"
             "{\"jobId\":2,\"description\":\"sparkdyno a:0\",\"stageIds\":[2,3],"
             "\"submissionTime\":\"2026-01-01T00:00:00.300GMT\","
             "\"completionTime\":\"2026-01-01T00:00:00.500GMT\"},"
             "{\"jobId\":3,\"description\":\"sparkdyno a:0\",\"stageIds\":[],"
             "\"submissionTime\":\"2026-01-01T00:00:00.150GMT\","
             "\"completionTime\":\"2026-01-01T00:00:00.200GMT\"},"
             "{\"jobId\":4,\"description\":\"sparkdyno a:0\",\"stageIds\":[9],"
             "\"submissionTime\":\"2026-01-01T00:00:01.000GMT\"}]",
             "[{\"stageId\":1,\"attemptId\":0,\"executorRunTime\":1},"
             "{\"stageId\":2,\"attemptId\":0,\"executorRunTime\":10},"
             "{\"stageId\":2,\"attemptId\":1,\"executorRunTime\":100},"
             "{\"stageId\":3,\"attemptId\":0,\"executorRunTime\":1000},"
             "{\"stageId\":4,\"attemptId\":0,\"executorRunTime\":10000}]",
             "[]");
    dyno_explain_join(&collected, "a", NULL, &s, &count);
    assert_int_equal(count, 1);
    assert_int_equal(s->jobs, 4);
    assert_int_equal(s->stages, 3);
    check_f64(s->run_ms, 1111);
    check_f64(s->job_ms, 400);
    assert_int_equal(s->execution_id, -1);
    free(s);
    dyno_collected_deinit(&collected);
}

static void test_join_takes_the_execution_that_worked(void **state)
{
    struct dyno_collected collected;
    struct dyno_spark_statement *s = NULL;
    size_t count = 0;
    (void)state;
    set_list(&collected, "[]", "[]",
             "[{\"id\":1,\"description\":\"sparkdyno a:0\",\"duration\":50},"
             "{\"id\":2,\"description\":\"sparkdyno a:0\",\"duration\":5,\"failedJobIds\":[4]},"
             "{\"id\":3,\"description\":\"sparkdyno a:1\",\"duration\":5},"
             "{\"id\":4,\"description\":\"sparkdyno a:1\",\"duration\":6},"
             "{\"id\":5,\"description\":\"sparkdyno a:1\"},"
             "{\"id\":6,\"description\":\"sparkdyno a:2\",\"duration\":6,\"status\":\"RUNNING\"}]");
    dyno_explain_join(&collected, "a", NULL, &s, &count);
    assert_int_equal(count, 3);
    assert_int_equal(s[0].execution_id, 2);
    assert_int_equal(s[1].execution_id, 4);
    assert_int_equal(s[2].execution_id, 6);
    check_f64(s[2].execution_ms, -1);
    free(s);
    dyno_collected_deinit(&collected);
}

static void test_join_of_nothing_is_empty(void **state)
{
    struct dyno_collected collected = {.dropped_events = 0};
    struct dyno_spark_statement *statements = NULL;
    size_t count = 99;
    (void)state;
    dyno_explain_join(&collected, "t1", NULL, &statements, &count);
    assert_int_equal(count, 0);
    free(statements);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seq_of_reads_the_tag),
        cmocka_unit_test(test_seq_of_refuses_everything_else),
        cmocka_unit_test(test_join_gives_the_numbers_of_recorded_statements),
        cmocka_unit_test(test_join_knows_only_its_tag),
        cmocka_unit_test(test_join_finds_a_job_by_its_execution),
        cmocka_unit_test(test_join_finds_a_job_by_its_group),
        cmocka_unit_test(test_join_finds_a_job_by_its_root_execution),
        cmocka_unit_test(test_join_counts_shared_stages_and_overlapping_jobs_once),
        cmocka_unit_test(test_join_takes_the_execution_that_worked),
        cmocka_unit_test(test_join_of_nothing_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
