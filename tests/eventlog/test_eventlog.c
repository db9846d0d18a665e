#include "base/alloc.h"
#include "base/file.h"
#include "eventlog/eventlog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DATA DYNO_TEST_DATA "/eventlog/"

struct tally {
    int64_t kinds[DYNO_EVENT_KINDS];
    int64_t run_ms; /* of all tasks: a checksum of what was read */
    struct dyno_eventlog_facts facts;
    char troubles[4096];
};

static struct tally read_log(const char *path)
{
    struct tally tally = {.run_ms = 0};
    struct dyno_eventlog *log = NULL;
    struct dyno_event event;
    struct dyno_err err = DYNO_ERR_INIT;
    bool has = true;
    if (dyno_eventlog_open(path, &log, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    while (has) {
        if (dyno_eventlog_next(log, &event, &has, &err) != DYNO_OK)
            fail_msg("%s", err.message);
        if (!has)
            break;
        tally.kinds[event.kind]++;
        tally.run_ms += event.kind == DYNO_EVENT_TASK_END ? event.task.run_ms : 0;
    }
    dyno_eventlog_facts(log, &tally.facts);
    (void)snprintf(tally.troubles, sizeof tally.troubles, "%s", tally.facts.troubles);
    tally.facts.troubles = NULL;
    tally.facts.trouble_path = NULL;
    dyno_eventlog_close(log);
    return tally;
}

static void assert_same(const struct tally *a, const struct tally *b)
{
    assert_memory_equal(a->kinds, b->kinds, sizeof a->kinds);
    assert_int_equal(a->run_ms, b->run_ms);
    assert_int_equal(a->facts.lines, b->facts.lines);
    assert_int_equal(a->facts.bytes, b->facts.bytes);
}

/* The counts were taken by grep over the unpacked log. */
static void check_recorded(const char *path, const int64_t counts[4], int64_t run_ms)
{
    struct tally tally = read_log(path);
    assert_int_equal(tally.kinds[DYNO_EVENT_TASK_END], counts[0]);
    assert_int_equal(tally.kinds[DYNO_EVENT_JOB_START], counts[1]);
    assert_int_equal(tally.kinds[DYNO_EVENT_EXECUTION_START], counts[2]);
    assert_int_equal(tally.kinds[DYNO_EVENT_OPERATION_START], counts[3]);
    assert_int_equal(tally.kinds[DYNO_EVENT_OPERATION_FINISH], counts[3]);
    assert_int_equal(tally.run_ms, run_ms);
    assert_int_equal(tally.facts.broken_lines, 0);
    assert_string_equal(tally.facts.codec, "plain"); /* no file is open any more */
    assert_string_equal(tally.troubles, "");
}

static void test_recorded_logs(void **state)
{
    static const int64_t newer[] = {94, 19, 30, 18};
    static const int64_t older[] = {95, 19, 29, 18};
    (void)state;
    check_recorded(DATA "4.1.4/log.zstd", newer, 4950);
    check_recorded(DATA "3.5.7/log.zstd", older, 4507);
}

static void test_codecs_hold_the_same(void **state)
{
    static const char *const packed[] = {"sample.zstd", "sample.lz4", "sample.snappy"};
    struct tally plain = read_log(DATA "sample.json");
    (void)state;
    assert_true(plain.kinds[DYNO_EVENT_TASK_END] > 3);
    for (size_t i = 0; i < sizeof packed / sizeof packed[0]; i++) {
        char path[400];
        (void)snprintf(path, sizeof path, DATA "%s", packed[i]);
        struct tally tally = read_log(path);
        assert_same(&plain, &tally);
        assert_string_equal(tally.troubles, "");
    }
}

/* A folder of its own that the test fills. */
struct place {
    char dir[64];
    char path[128];
};

static void put(struct place *place, const char *name, const char *bytes, size_t len)
{
    (void)snprintf(place->path, sizeof place->path, "%s/%s", place->dir, name);
    assert_int_equal(dyno_file_write(place->path, bytes, len, NULL), DYNO_OK);
}

static int set_up(void **state)
{
    struct place *place = dyno_xcalloc(1, sizeof *place);
    (void)snprintf(place->dir, sizeof place->dir, "/tmp/dyno-eventlog-XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    assert_int_equal(dyno_dir_remove(place->dir, NULL), DYNO_OK);
    free(place);
    return 0;
}

static char *load(const char *name, size_t *len)
{
    char path[400];
    char *bytes = NULL;
    (void)snprintf(path, sizeof path, DATA "%s", name);
    assert_int_equal(dyno_file_read(path, 1 << 24, &bytes, len, NULL), DYNO_OK);
    return bytes;
}

static void check_cut(struct place *place, const char *name, const struct tally *whole)
{
    size_t len = 0;
    char *bytes = load(name, &len);
    int64_t lines_before = 0;
    for (size_t cut = 0; cut < len; cut += len / 23 + 1) {
        put(place, "cut", bytes, cut);
        struct tally tally = read_log(place->path);
        assert_true(tally.facts.lines <= whole->facts.lines);
        assert_true(tally.facts.lines >= lines_before);
        assert_true(tally.run_ms <= whole->run_ms);
        assert_true(tally.facts.broken_lines <= 1);
        assert_false(tally.facts.has_hole);
        lines_before = tally.facts.lines;
    }
    put(place, "cut", bytes, len - 5);
    struct tally tally = read_log(place->path);
    assert_true(tally.facts.broken_lines + tally.facts.damages > 0);
    assert_true(strncmp(tally.troubles, "cut:", 4) == 0);
    assert_true(tally.facts.is_cut && !tally.facts.has_hole);
    free(bytes);
}

static void test_cut_logs_give_what_is_whole_and_name_the_place(void **state)
{
    struct tally whole = read_log(DATA "sample.json");
    check_cut(*state, "sample.json", &whole);
    check_cut(*state, "sample.zstd", &whole);
    check_cut(*state, "sample.snappy", &whole);
    check_cut(*state, "sample.lz4", &whole);
}

/* Any byte may be wrong: nothing is read outside, nothing hangs, and no call fails. */
static void test_damaged_bytes(void **state)
{
    static const char *const names[] = {"sample.zstd", "sample.lz4", "sample.snappy"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t len = 0;
        char *bytes = load(names[i], &len);
        for (size_t at = 20; at < len; at += len / 40 + 1) {
            char kept = bytes[at];
            bytes[at] = (char)(bytes[at] ^ 0x5a);
            put(*state, "damaged", bytes, len);
            (void)read_log(((struct place *)*state)->path);
            bytes[at] = kept;
        }
        free(bytes);
    }
}

/* What cannot be read is a hole only if something behind it can. */
static void test_a_hole_is_no_cut(void **state)
{
    static const char event[] = "{\"Event\":\"SparkListenerJobEnd\",\"Job ID\":1}\n";
    struct place *place = *state;
    char text[256];
    (void)snprintf(text, sizeof text, "%sgarbage\n", event);
    put(place, "log", text, strlen(text));
    struct tally tally = read_log(place->path);
    assert_true(tally.facts.is_cut && !tally.facts.has_hole);
    assert_int_equal(tally.facts.trouble_line, 2);
    (void)snprintf(text, sizeof text, "%sgarbage\n%s", event, event);
    put(place, "log", text, strlen(text));
    tally = read_log(place->path);
    assert_true(tally.facts.has_hole && !tally.facts.is_cut);
    assert_int_equal(tally.facts.trouble_line, 2);
}

static void test_rolled_log_is_read_in_order(void **state)
{
    struct place *place = *state;
    struct tally whole = read_log(DATA "sample.json");
    size_t len = 0;
    char *bytes = load("sample.json", &len);
    char *middle = strchr(bytes + len / 2, '\n') + 1;
    size_t zstd_len = 0;
    char *zstd = load("sample.zstd", &zstd_len);
    put(place, "appstatus_app-1.inprogress", "", 0);
    put(place, "events_10_app-1", middle, len - (size_t)(middle - bytes));
    put(place, "events_9_app-1", bytes, (size_t)(middle - bytes));
    struct tally tally = read_log(place->dir);
    assert_same(&whole, &tally);
    assert_int_equal(tally.facts.files, 2);
    assert_int_equal(tally.facts.damages, 8);
    assert_true(tally.facts.has_hole && !tally.facts.is_cut);
    assert_non_null(strstr(tally.troubles, "events_1... of the rolled log is missing"));
    put(place, "events_9_app-1.compact", zstd, zstd_len);
    tally = read_log(place->dir);
    assert_int_equal(tally.facts.files, 2);
    assert_int_equal(tally.facts.damages, 0);
    free(bytes);
    free(zstd);
}

static void check_refused(const char *path, enum dyno_status status, const char *words)
{
    struct dyno_eventlog *log = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_eventlog_open(path, &log, &err), status);
    assert_null(log);
    assert_non_null(strstr(err.message, words));
}

static void test_what_is_no_log_is_refused(void **state)
{
    struct place *place = *state;
    check_refused("/nonexistent/log", DYNO_ENOTFOUND, "/nonexistent/log");
    check_refused(place->dir, DYNO_EINPUT, "holds no event log");
    put(place, "app-1", "{}", 2);
    put(place, "app-2", "{}", 2);
    check_refused(place->dir, DYNO_EINPUT, "app-1, app-2");
    put(place, "text", "hello\n", 6);
    check_refused(place->path, DYNO_EINPUT, "plain, zstd, lz4 and snappy");
}

static void test_an_empty_file_is_an_empty_log(void **state)
{
    struct place *place = *state;
    put(place, "app-1.inprogress", "", 0);
    struct tally tally = read_log(place->path);
    assert_int_equal(tally.facts.lines, 0);
    assert_string_equal(tally.troubles, "");
}

/* A line over the limit is skipped whole; what follows it is read. */
static void test_a_line_that_is_too_long(void **state)
{
    static const char event[] = "{\"Event\":\"SparkListenerJobEnd\",\"Job ID\":1}\n";
    struct place *place = *state;
    size_t len = DYNO_EVENTLOG_LINE_MAX + 1000;
    char *text = dyno_xcalloc(1, len + 3 * sizeof event);
    size_t at = sizeof event - 1;
    memcpy(text, event, at);
    memset(text + at, 'x', len);
    text[at + len] = '\n';
    at += len + 1;
    memcpy(text + at, event, sizeof event - 1);
    put(place, "long", text, at + sizeof event - 1);
    struct tally tally = read_log(place->path);
    assert_int_equal(tally.kinds[DYNO_EVENT_JOB_END], 2);
    assert_int_equal(tally.facts.long_lines, 1);
    assert_int_equal(tally.facts.lines, 3);
    assert_non_null(strstr(tally.troubles, "long:2: a line of over"));
    free(text);
}

static void test_seek_goes_on_behind_what_was_read(void **state)
{
    struct place *place = *state;
    static const char first[] =
        "{\"Event\":\"SparkListenerJobEnd\",\"Job ID\":1}\n{\"Event\":\"Spark";
    static const char rest[] = "{\"Event\":\"SparkListenerJobEnd\",\"Job ID\":1}\n"
                               "{\"Event\":\"SparkListenerJobEnd\",\"Job ID\":2}\n";
    struct dyno_eventlog *log = NULL;
    struct dyno_event event;
    bool has = false;
    put(place, "app.inprogress", first, sizeof first - 1);
    assert_int_equal(dyno_eventlog_open(place->path, &log, NULL), DYNO_OK);
    assert_int_equal(dyno_eventlog_next(log, &event, &has, NULL), DYNO_OK);
    assert_true(has);
    assert_int_equal(dyno_eventlog_next(log, &event, &has, NULL), DYNO_OK);
    assert_false(has);
    int64_t offset = dyno_eventlog_offset(log);
    dyno_eventlog_close(log);
    put(place, "app.inprogress", rest, sizeof rest - 1);
    assert_int_equal(dyno_eventlog_open(place->path, &log, NULL), DYNO_OK);
    assert_int_equal(dyno_eventlog_seek(log, offset, NULL), DYNO_OK);
    assert_int_equal(dyno_eventlog_next(log, &event, &has, NULL), DYNO_OK);
    assert_true(has);
    assert_int_equal(event.job.id, 2);
    dyno_eventlog_close(log);
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_eventlog_open(DATA "sample.zstd", &log, &err), DYNO_OK);
    assert_int_equal(dyno_eventlog_seek(log, 5, &err), DYNO_EUNSUPPORTED);
    dyno_eventlog_close(log);
}

static void test_paths_as_spark_writes_them(void **state)
{
    struct place *place = *state;
    static const char *const schemes[] = {"file:", "file://", "file://localhost"};
    size_t len = 0;
    char *bytes = load("sample.json", &len);
    put(place, "plain", bytes, len);
    struct tally plain = read_log(place->path);
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        char uri[200];
        (void)snprintf(uri, sizeof uri, "%s%s", schemes[i], place->path);
        struct tally tally = read_log(uri);
        assert_same(&plain, &tally);
    }
    free(bytes);
}

static void test_remote_paths_are_refused(void **state)
{
    static const char *const paths[] = {"hdfs://name/logs/app-1", "s3a://bucket/app-1"};
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct dyno_eventlog *log = NULL;
        struct dyno_err err = DYNO_ERR_INIT;
        assert_int_equal(dyno_eventlog_open(paths[i], &log, &err), DYNO_EINPUT);
        assert_non_null(strstr(err.message, "is not on this machine"));
        assert_non_null(strstr(err.message, paths[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded_logs),
        cmocka_unit_test(test_codecs_hold_the_same),
        cmocka_unit_test_setup_teardown(test_cut_logs_give_what_is_whole_and_name_the_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_hole_is_no_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rolled_log_is_read_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_log_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_empty_file_is_an_empty_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_line_that_is_too_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_seek_goes_on_behind_what_was_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_paths_as_spark_writes_them, set_up, tear_down),
        cmocka_unit_test(test_remote_paths_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
