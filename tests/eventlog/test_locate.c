#include "base/alloc.h"
#include "base/file.h"
#include "eventlog/locate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define START(id)                                                                                  \
    "{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":\"4.1.4\"}\n"                          \
    "{\"Event\":\"SparkListenerApplicationStart\",\"App Name\":\"x\",\"App ID\":\"" id             \
    "\",\"Timestamp\":1}\n"

static char folder[] = "/tmp/dyno-locate-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    return dyno_dir_remove(folder, NULL) != DYNO_OK;
}

static void put(const char *name, const char *text)
{
    char *path = dyno_path_join(folder, name);
    char *dir = dyno_xstrndup(path, (size_t)(strrchr(path, '/') - path));
    assert_int_equal(dyno_dir_make(dir, NULL), DYNO_OK);
    assert_int_equal(dyno_file_write(path, text, strlen(text), NULL), DYNO_OK);
    free(dir);
    free(path);
}

static void assert_found(const char *where, const char *app_id, const char *name)
{
    char *path = dyno_path_join(folder, where);
    char *expected = dyno_path_join(folder, name);
    char *found = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_eventlog_locate(path, app_id, &found, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    assert_string_equal(found, expected);
    free(found);
    free(expected);
    free(path);
}

static void assert_refused(const char *where, const char *app_id, enum dyno_status status,
                           const char *words)
{
    char *path = dyno_path_join(folder, where);
    char *found = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_eventlog_locate(path, app_id, &found, &err), status);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' does not say '%s'", err.message, words);
    assert_null(found);
    free(path);
}

static void test_log_is_found_by_its_application(void **state)
{
    (void)state;
    put("logs/app-1.inprogress", START("app-1"));
    put("logs/app-10", START("app-10"));
    put("logs/.app-1.inprogress.crc", "x");
    put("logs/app-2_1", START("app-2"));
    put("logs/app-2_2", START("app-2"));
    put("logs/app-2_9", START("app-2"));
    put("logs/app-2_10.inprogress", START("app-2"));
    put("logs/app-5_9", START("app-5"));
    put("logs/eventlog_v2_app-5_10/events_1_app-5_10", START("app-5"));
    put("logs/eventlog_v2_app-5_10/appstatus_app-5_10", "");
    put("logs/eventlog_v2_app-5_2/events_1_app-5_2", START("app-5"));
    put("logs/eventlog_v2_app-5_2/appstatus_app-5_2", "");
    put("logs/eventlog_v2_app-3/events_1_app-3", START("app-3"));
    put("logs/eventlog_v2_app-3/appstatus_app-3.inprogress", "");
    assert_found("logs", "app-1", "logs/app-1.inprogress");
    assert_found("logs", "app-10", "logs/app-10");
    assert_found("logs", "app-2", "logs/app-2_10.inprogress");
    assert_found("logs", "app-5", "logs/eventlog_v2_app-5_10");
    assert_found("logs", "app-3", "logs/eventlog_v2_app-3");
    assert_found("logs/app-10", "app-10", "logs/app-10");
    assert_found("logs/eventlog_v2_app-3", "app-3", "logs/eventlog_v2_app-3");
    assert_refused("logs", "app-4", DYNO_ENOTFOUND,
                   "holds no event log of application 'app-4', only: ");
    assert_refused("logs", "app", DYNO_ENOTFOUND, "app-10");
}

static void test_path_may_be_an_uri(void **state)
{
    char *found = NULL;
    (void)state;
    put("uri/app-1", START("app-1"));
    char *uri = dyno_xasprintf("file://%s/uri", folder);
    assert_int_equal(dyno_eventlog_locate(uri, "app-1", &found, NULL), DYNO_OK);
    free(found);
    free(uri);
    assert_int_equal(dyno_eventlog_locate("hdfs://host/logs", "app-1", &found, NULL), DYNO_EINPUT);
}

static void test_log_of_another_application_is_refused(void **state)
{
    (void)state;
    put("other/app-1", START("app-7"));
    put("silent/app-1", "{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":\"4.1.4\"}\n");
    assert_refused("other/app-1", "app-1", DYNO_EINPUT, "is of application 'app-7'");
    assert_refused("other", "app-1", DYNO_EINPUT, "the server is application 'app-1'");
    assert_found("silent", "app-1", "silent/app-1");
    assert_refused("silent/app-1", "app-2", DYNO_EINPUT, "does not say of which application it is");
}

static void test_what_is_no_log_is_refused(void **state)
{
    (void)state;
    put("bad/app-1", "{ \"what\": 1 }\n");
    put("bad/app-2", "no log\n");
    put("empty/.x", "");
    assert_refused("nowhere", "app-1", DYNO_ENOTFOUND, "there is no event log");
    assert_refused("bad", "app-1", DYNO_EINPUT, "holds no event of Spark");
    assert_refused("bad", "app-2", DYNO_EINPUT, "no event log begins with these bytes");
    assert_refused("empty", "app-1", DYNO_ENOTFOUND, "only: nothing");
}

static void test_folder_that_cannot_be_read(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip(); /* for whom nothing is closed */
    put("closed/app-1", START("app-1"));
    char *path = dyno_path_join(folder, "closed/app-1");
    assert_int_equal(chmod(path, 0), 0);
    assert_refused("closed", "app-1", DYNO_EIO, "closed/app-1");
    assert_int_equal(chmod(path, 0600), 0);
    free(path);
}

static void test_only_one_plain_file_can_be_read_on(void **state)
{
    (void)state;
    put("plain/app-1", START("app-1"));
    char *path = dyno_path_join(folder, "plain/app-1");
    assert_true(dyno_eventlog_is_seekable(path));
    free(path);
    assert_false(dyno_eventlog_is_seekable(DYNO_TEST_DATA "/eventlog/sample.zstd"));
    assert_false(dyno_eventlog_is_seekable(folder));
    assert_false(dyno_eventlog_is_seekable("/nowhere"));
}

static void assert_end(const char *text, size_t len, int64_t expected)
{
    char *path = dyno_path_join(folder, "growing");
    assert_int_equal(dyno_file_write(path, text, len, NULL), DYNO_OK);
    assert_int_equal(dyno_eventlog_end(path), expected);
    free(path);
}

static void test_end_is_that_of_the_last_whole_line(void **state)
{
    const size_t begin = sizeof START("app-1") - 1;
    const size_t room = begin + 200000;
    char *text = dyno_xcalloc(1, room);
    (void)state;
    memset(text, 'x', room);
    memcpy(text, START("app-1"), begin);
    assert_end(text, begin, (int64_t)begin);
    assert_end(text, begin + 10, (int64_t)begin);
    assert_end(text, room, (int64_t)begin);
    text[room - 70000] = '\n';
    assert_end(text, room, (int64_t)room - 69999);
    free(text);
    assert_int_equal(dyno_eventlog_end(DYNO_TEST_DATA "/eventlog/sample.zstd"), 0);
    assert_int_equal(dyno_eventlog_end("/nowhere"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_is_found_by_its_application),
        cmocka_unit_test(test_path_may_be_an_uri),
        cmocka_unit_test(test_log_of_another_application_is_refused),
        cmocka_unit_test(test_what_is_no_log_is_refused),
        cmocka_unit_test(test_folder_that_cannot_be_read),
        cmocka_unit_test(test_only_one_plain_file_can_be_read_on),
        cmocka_unit_test(test_end_is_that_of_the_last_whole_line),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
