#include "base/alloc.h"
#include "base/file.h"
#include "experiment/log_reading.h"
#include "explain/recorded.h"
#include "load/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TAG     "t1"
#define RECORDS 16
#define DATA    DYNO_TEST_DATA "/eventlog/4.1.4"
/* That both sources of the recorded run tell of. */
#define TOLD 11

/* One recorded run and a folder of its own. */
struct scene {
    char dir[64];
    char path[96];
    struct dyno_collected collected;
    struct dyno_spark_statement *statements;
    size_t count;
    struct dyno_store_record records[RECORDS];
    struct dyno_why why;
    struct dyno_str complaint;
};

static int set_up(void **state)
{
    struct scene *scene = dyno_xcalloc(1, sizeof *scene);
    (void)snprintf(scene->dir, sizeof scene->dir, "/tmp/dyno-log-reading-XXXXXX");
    assert_non_null(mkdtemp(scene->dir));
    (void)snprintf(scene->path, sizeof scene->path, "%s/log.zstd", scene->dir);
    recorded_read_folder("eventlog/4.1.4", &scene->collected);
    dyno_explain_join(&scene->collected, TAG, NULL, &scene->statements, &scene->count);
    for (int64_t seq = 0; seq < RECORDS; seq++)
        scene->records[seq] = (struct dyno_store_record){.seq = seq,
                                                         .phase = DYNO_PHASE_MEASURE,
                                                         .outcome = DYNO_OUTCOME_OK,
                                                         .exec_ns = 1000,
                                                         .done_ns = 2000};
    struct dyno_why_options options = {
        .records = scene->records, .record_count = RECORDS, .query_count = 1};
    dyno_why_init(&scene->why, &options, "rest");
    dyno_str_init(&scene->complaint, 8192);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    dyno_str_deinit(&scene->complaint);
    dyno_why_deinit(&scene->why);
    free(scene->statements);
    dyno_collected_deinit(&scene->collected);
    assert_int_equal(dyno_dir_remove(scene->dir, NULL), DYNO_OK);
    free(scene);
    return 0;
}

/* The first `percent` of the recorded log. */
static void put_log(const struct scene *scene, size_t percent)
{
    char *bytes = NULL;
    size_t len = 0;
    assert_int_equal(dyno_file_read(DATA "/log.zstd", 1 << 24, &bytes, &len, NULL), DYNO_OK);
    assert_int_equal(dyno_file_write(scene->path, bytes, len * percent / 100, NULL), DYNO_OK);
    free(bytes);
}

static void explain(struct scene *scene, const char *path)
{
    struct dyno_reported rest = {&scene->collected, scene->statements, scene->count};
    int64_t offset = 0;
    dyno_log_explain(path, &offset, TAG, &scene->why, &rest, &scene->complaint);
}

static int count_source(struct scene *scene, const char *source)
{
    int count = 0;
    for (size_t i = 0; i < scene->why.accounts.len; i++) {
        const struct dyno_store_account *account = dyno_vec_at(&scene->why.accounts, i);
        count += strcmp(account->source, source) == 0 ? 1 : 0;
    }
    return count;
}

static void assert_complains(const struct scene *scene, const char *words)
{
    if (strstr(dyno_str_text(&scene->complaint), words) == NULL)
        fail_msg("'%s' is not in '%s'", words, dyno_str_text(&scene->complaint));
}

static void test_whole_log_needs_no_rest(void **state)
{
    struct scene *scene = *state;
    explain(scene, DATA "/log.zstd");
    assert_int_equal(count_source(scene, "eventlog"), TOLD);
    assert_int_equal(count_source(scene, "rest"), 0);
    assert_string_equal(scene->why.source, "eventlog");
    assert_string_equal(dyno_str_text(&scene->complaint), "");
}

static void test_missing_log_is_replaced_by_rest(void **state)
{
    struct scene *scene = *state;
    explain(scene, scene->path);
    assert_int_equal(count_source(scene, "eventlog"), 0);
    assert_int_equal(count_source(scene, "rest"), (int)scene->count);
    assert_string_equal(scene->why.source, "rest");
    assert_complains(scene, "the event log cannot be read, REST explains 11 statements");
    assert_complains(scene, scene->path);
}

static void test_file_that_is_no_log_is_replaced_by_rest(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(dyno_file_write(scene->path, "hello\n", 6, NULL), DYNO_OK);
    explain(scene, scene->path);
    assert_int_equal(count_source(scene, "rest"), (int)scene->count);
    assert_complains(scene, "REST explains 11 statements");
}

static void test_cut_log_is_completed_by_rest(void **state)
{
    struct scene *scene = *state;
    put_log(scene, 60);
    explain(scene, scene->path);
    int by_log = count_source(scene, "eventlog");
    assert_true(by_log > 0 && by_log < TOLD);
    assert_int_equal(by_log + count_source(scene, "rest"), TOLD);
    assert_complains(scene, "the event log is incomplete");
    assert_complains(scene, "REST explains them");
}

static void test_difference_is_told(void **state)
{
    struct scene *scene = *state;
    scene->statements[2].tasks += 5;
    explain(scene, DATA "/log.zstd");
    assert_complains(scene, "REST and the event log differ in 1 of 11 statements");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole_log_needs_no_rest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_missing_log_is_replaced_by_rest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file_that_is_no_log_is_replaced_by_rest, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_cut_log_is_completed_by_rest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_difference_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
