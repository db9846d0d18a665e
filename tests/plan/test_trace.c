#include "base/file.h"
#include "plan/plan_test.h"
#include "plan/trace.h"
#include "plan/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MS INT64_C(1000000)

static char path[64];

static int make_path(void **state)
{
    (void)state;
    (void)snprintf(path, sizeof path, "/tmp/dyno_load_trace_XXXXXX");
    int fd = mkstemp(path);
    close(fd);
    return fd < 0;
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

static struct dyno_load_trace read_text(const char *text)
{
    struct dyno_load_trace trace;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_file_write(path, text, strlen(text), NULL), DYNO_OK);
    if (dyno_load_trace_read(path, &trace, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    return trace;
}

static void check(const struct dyno_load_trace *trace, size_t i, int64_t at_ns, uint32_t session,
                  const char *sql)
{
    assert_int_equal(trace->replay.entries[i].at_ns, at_ns);
    assert_int_equal(trace->replay.entries[i].session, session);
    assert_string_equal(trace->sql[trace->replay.entries[i].query], sql);
}

static void test_csv_gives_times_sessions_and_statements(void **state)
{
    (void)state;
    struct dyno_load_trace t = read_text("user,Time,session,SQL\r\n"
                                         "x,100.5,alice,SELECT 1;\r\n"
                                         "x,100.75,bob,\"SELECT \"\"a\"\",\n 2\"\r\n"
                                         "\r\n"
                                         "x,103,alice, SELECT 1 \r\n");
    assert_int_equal(t.replay.count, 3);
    assert_int_equal(t.sessions, 2);
    assert_int_equal(t.sql_count, 2);
    check(&t, 0, 0, 0, "SELECT 1");
    check(&t, 1, 250 * MS, 1, "SELECT \"a\",\n 2");
    check(&t, 2, 2500 * MS, 0, "SELECT 1");
    for (int i = 0; i < DYNO_LOAD_TRACE_NOTE_KINDS; i++)
        assert_int_equal(t.notes[i].count, 0);
    dyno_load_trace_deinit(&t);
}

static void test_csv_takes_instants(void **state)
{
    (void)state;
    struct dyno_load_trace t = read_text("time,session,sql\n"
                                         "2024-02-28T23:59:59.900Z,1,SELECT 1\n"
                                         "2024-02-29 00:00:00,1,SELECT 2\n"
                                         "2024-03-01T00:00:00Z,1,SELECT 3\n");
    check(&t, 1, 100 * MS, 0, "SELECT 2");
    check(&t, 2, 100 * MS + 86400 * INT64_C(1000) * MS, 0, "SELECT 3");
    dyno_load_trace_deinit(&t);
}

static void test_csv_out_of_order_is_sorted_and_noted(void **state)
{
    (void)state;
    struct dyno_load_trace t =
        read_text("time,session,sql\n2,a,SELECT 2\n1,b,SELECT 1\n2,a,SELECT 3\n3,a,\n");
    check(&t, 0, 0, 0, "SELECT 1");
    check(&t, 1, 1000 * MS, 1, "SELECT 2");
    check(&t, 2, 1000 * MS, 1, "SELECT 3"); /* equal times keep their order */
    assert_int_equal(t.notes[DYNO_LOAD_TRACE_MOVED].count, 1);
    assert_int_equal(t.notes[DYNO_LOAD_TRACE_MOVED].first_line, 3);
    assert_int_equal(t.notes[DYNO_LOAD_TRACE_EMPTY].count, 1);
    assert_int_equal(t.notes[DYNO_LOAD_TRACE_EMPTY].first_line, 5);
    assert_int_equal(t.rows, 4);
    dyno_load_trace_deinit(&t);
}

#define OPERATION(id, session, at, sql)                                                            \
    "{\"Event\":\"org.apache.spark.sql.hive.thriftserver.ui."                                      \
    "SparkListenerThriftServerOperationStart\",\"id\":\"" id "\",\"sessionId\":\"" session         \
    "\",\"statement\":\"" sql "\",\"startTime\":" at ",\"groupId\":\"g\",\"userName\":\"u\"}\n"
#define START(id, at, text)                                                                        \
    "{\"Event\":\"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart\","             \
    "\"executionId\":" id ",\"description\":\"" text "\",\"details\":\"\",\"time\":" at "}\n"
#define END(id, at)                                                                                \
    "{\"Event\":\"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd\","               \
    "\"executionId\":" id ",\"time\":" at "}\n"

static void test_log_of_a_thrift_server_keeps_its_sessions(void **state)
{
    (void)state;
    struct dyno_load_trace t =
        read_text("{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":\"4.1.4\"}\n" OPERATION(
            "o1", "s-b", "1000", "SELECT 1") START("0", "1001", "SELECT 1")
                      OPERATION("o2", "s-a", "1500", "Listing catalogs")
                          OPERATION("o3", "s-a", "1600", "SELECT 2") END("0", "1700"));
    assert_int_equal(t.replay.count, 2);
    check(&t, 0, 0, 0, "SELECT 1");
    check(&t, 1, 600 * MS, 1, "SELECT 2");
    assert_int_equal(t.notes[DYNO_LOAD_TRACE_NO_STATEMENT].count, 1);
    assert_int_equal(t.notes[DYNO_LOAD_TRACE_NO_STATEMENT].first_line, 4);
    assert_int_equal(t.notes[DYNO_LOAD_TRACE_OTHER].count, 1);
    dyno_load_trace_deinit(&t);
}

static void test_log_without_sessions_keeps_the_concurrency(void **state)
{
    (void)state;
    struct dyno_load_trace t =
        read_text(START("0", "0", "select a") START("1", "10", "select b") END("0", "50")
                      START("2", "60", "with x as (select 1)") END("1", "70")
                          START("3", "65", "count at App.scala:7")
                              START("4", "80", "select c") "{\"Event\":\"cut");
    assert_int_equal(t.sessions, 2);
    assert_int_equal(t.replay.count, 4);
    check(&t, 1, 10 * MS, 1, "select b");
    check(&t, 2, 60 * MS, 0, "with x as (select 1)");
    assert_int_equal(t.notes[DYNO_LOAD_TRACE_NO_STATEMENT].first_line, 6);
    assert_int_equal(t.notes[DYNO_LOAD_TRACE_CUT].count, 1);
    dyno_load_trace_deinit(&t);
}

#define LOGS DYNO_TEST_DATA "/eventlog/"

static struct dyno_load_trace read_log(const char *name)
{
    struct dyno_load_trace trace;
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_load_trace_read(name, &trace, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    return trace;
}

/* The same log in each of its forms is the same replay. */
static void test_packed_logs_are_replayed_like_plain_ones(void **state)
{
    static const char *const names[] = {LOGS "sample.zstd", LOGS "sample.lz4",
                                        LOGS "sample.snappy"};
    struct dyno_load_trace plain = read_log(LOGS "sample.json");
    (void)state;
    assert_true(plain.replay.count > 1);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct dyno_load_trace t = read_log(names[i]);
        assert_int_equal(t.replay.count, plain.replay.count);
        assert_int_equal(t.sessions, plain.sessions);
        assert_memory_equal(t.replay.entries, plain.replay.entries,
                            t.replay.count * sizeof *t.replay.entries);
        assert_memory_equal(t.notes, plain.notes, sizeof t.notes);
        assert_string_equal(t.sql[0], plain.sql[0]);
        dyno_load_trace_deinit(&t);
    }
    dyno_load_trace_deinit(&plain);
}

/* The first bytes of a recorded log, one of them changed on request, as a file of our own. */
static void write_part(const char *name, size_t len, size_t spoilt)
{
    char *bytes = NULL;
    size_t all = 0;
    assert_int_equal(dyno_file_read(name, (size_t)1 << 20, &bytes, &all, NULL), DYNO_OK);
    assert_true(len <= all);
    if (spoilt > 0)
        bytes[spoilt] = (char)(bytes[spoilt] ^ 0x55);
    assert_int_equal(dyno_file_write(path, bytes, len == 0 ? all : len, NULL), DYNO_OK);
    free(bytes);
}

static void test_a_log_cut_at_its_end_is_replayed_up_to_there(void **state)
{
    static const char *const names[] = {LOGS "sample.json", LOGS "sample.zstd", LOGS "sample.lz4",
                                        LOGS "sample.snappy"};
    struct dyno_load_trace whole = read_log(names[0]);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char *bytes = NULL;
        size_t len = 0;
        assert_int_equal(dyno_file_read(names[i], (size_t)1 << 20, &bytes, &len, NULL), DYNO_OK);
        free(bytes);
        write_part(names[i], len * 3 / 4, 0);
        struct dyno_load_trace t = read_log(path);
        assert_int_equal(t.notes[DYNO_LOAD_TRACE_CUT].count, 1);
        assert_true(t.notes[DYNO_LOAD_TRACE_CUT].first_line > 1);
        assert_true(t.replay.count > 0 && t.replay.count <= whole.replay.count);
        assert_memory_equal(t.replay.entries, whole.replay.entries,
                            t.replay.count * sizeof *t.replay.entries);
        dyno_load_trace_deinit(&t);
    }
    dyno_load_trace_deinit(&whole);
}

static void test_a_log_with_a_hole_is_refused(void **state)
{
    struct dyno_load_trace t;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)state;
    write_part(LOGS "sample.lz4", 0, 3000);
    assert_int_equal(dyno_load_trace_read(path, &t, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "a log with a hole is not replayed: "));
    /* Of a rolled log the second file is missing. */
    char folder[80];
    char part[120];
    (void)snprintf(folder, sizeof folder, "%s-eventlog_v2_app", path);
    assert_int_equal(dyno_dir_make(folder, NULL), DYNO_OK);
    write_part(LOGS "sample.json", 0, 0);
    for (int i = 1; i <= 3; i += 2) {
        (void)snprintf(part, sizeof part, "%s/events_%d_app", folder, i);
        assert_int_equal(link(path, part), 0);
    }
    assert_int_equal(dyno_load_trace_read(folder, &t, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "is missing"));
    assert_int_equal(unlink(part), 0);
    assert_int_equal(dyno_load_trace_read(folder, &t, &err), DYNO_OK);
    dyno_load_trace_deinit(&t);
    assert_int_equal(dyno_dir_remove(folder, NULL), DYNO_OK);
}

/* What statements start besides themselves comes again with them. */
static void test_executions_inside_others_are_not_sent(void **state)
{
    (void)state;
    struct dyno_load_trace t = read_text(START(
        "0", "0",
        "select 1") "{\"Event\":\"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart\","
                    "\"executionId\":1,\"rootExecutionId\":0,\"description\":\"select 2\",\"time\":5}\n"
                    "{\"Event\":\"org.apache.spark.new.SparkListenerUnheardOf\",\"time\":5}\n");
    assert_int_equal(t.replay.count, 1);
    assert_int_equal(t.notes[DYNO_LOAD_TRACE_OTHER].count, 1);
    assert_int_equal(t.notes[DYNO_LOAD_TRACE_OTHER].first_line, 3);
    dyno_load_trace_deinit(&t);
}

static void test_what_is_wrong_is_refused_at_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"", ":1: column 'time' is missing"},
        {"time,session\n", ":1: column 'sql' is missing"},
        {"time,session,sql\n", ":1: there is no statement"},
        {"time,session,sql\n-1,a,SELECT 1\n", ":2: '-1' is not a time"},
        {"time,session,sql\n1,a,SELECT 1\nnan,a,SELECT 1\n", ":3: 'nan' is not a time"},
        {"time,session,sql\n2024-13-01T00:00:00Z,a,SELECT 1\n", ":2: '2024-13-01T00:00:00Z'"},
        {"time,session,sql\n1,a\n", ":2: 2 fields, but the first row names 3"},
        {"time,session,sql\n1,a,\"SELECT 1\n2,a,SELECT 2\n", ":2: the row is cut"},
        {"time,session,sql\n1,a,\"SELECT\" 1\n", ":2: there is text behind"},
        {START("0", "0", "select 1") "garbage\n" START("1", "5", "select 1"),
         ":2: a log with a hole is not replayed: "},
        {"{\"Event\":\"org.apache.spark.sql.hive.thriftserver.ui."
         "SparkListenerThriftServerOperationStart\",\"statement\":\"select 1\"}\n",
         ":1: an operation without a time"},
        {OPERATION("a", "s", "-5", "select 1"), ":1: an operation without a time"},
        {"{\"Event\":\"cut", ":1: there is no event"},
        {START("0", "0", "count at App.scala:7"), ":1: there is no statement"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dyno_load_trace t;
        struct dyno_err err = DYNO_ERR_INIT;
        assert_int_equal(dyno_file_write(path, cases[i].text, strlen(cases[i].text), NULL),
                         DYNO_OK);
        assert_int_equal(dyno_load_trace_read(path, &t, &err), DYNO_EINPUT);
        if (strstr(err.message, cases[i].says) == NULL)
            fail_msg("case %zu: '%s' does not say '%s'", i, err.message, cases[i].says);
    }
    static const char nul[] = OPERATION("a", "s", "5", "select \0 1");
    struct dyno_err said = DYNO_ERR_INIT;
    struct dyno_load_trace none;
    assert_int_equal(dyno_file_write(path, nul, sizeof nul - 1, NULL), DYNO_OK);
    assert_int_equal(dyno_load_trace_read(path, &none, &said), DYNO_EINPUT);
    assert_non_null(strstr(said.message, ":1: a statement with a NUL"));
    assert_int_equal(dyno_file_write(path, "time\0x", 6, NULL), DYNO_OK);
    struct dyno_load_trace t;
    assert_int_equal(dyno_load_trace_read(path, &t, NULL), DYNO_EINPUT);
    assert_int_equal(dyno_load_trace_read("/nowhere/trace", &t, NULL), DYNO_ENOTFOUND);
}

/* One statement more than goes into a plan: refused at the line of that one. */
static void test_a_trace_that_is_too_long_is_refused(void **state)
{
    FILE *file = fopen(path, "w");
    struct dyno_load_trace t;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)state;
    assert_non_null(file);
    (void)fputs("time,session,sql\n", file);
    for (size_t i = 0; i <= DYNO_REPLAY_MAX; i++)
        (void)fputs("1,a,x\n", file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(dyno_load_trace_read(path, &t, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, ":500002: over 500000 statements"));
}

static void test_workload_becomes_the_trace(void **state)
{
    (void)state;
    const char *text = "time,session,sql\n0,a,SELECT 7\n4,b,SELECT 1\n";
    struct dyno_workload w = {.query_count = 1, .load = DYNO_LOAD_SHAPE_INIT};
    struct dyno_err err = DYNO_ERR_INIT;
    w.queries = calloc(1, sizeof *w.queries);
    w.queries[0] = (struct dyno_workload_query){
        .name = strdup("one"), .sql = strdup("SELECT 1"), .weight = 3, .max_rows = 5};
    assert_int_equal(dyno_file_write(path, text, strlen(text), NULL), DYNO_OK);
    assert_int_equal(dyno_workload_replay(&w, path, 0, &err), DYNO_EINPUT);
    assert_int_equal(dyno_workload_replay(&w, path, 2, &err), DYNO_OK);
    assert_int_equal(w.query_count, 2);
    assert_string_equal(w.queries[0].name, "s1");
    assert_string_equal(w.queries[1].name, "one");
    assert_int_equal(w.queries[1].max_rows, 5);
    assert_int_equal(w.load.arrival, DYNO_ARRIVAL_REPLAY);
    assert_int_equal(w.load.sessions, 2);
    assert_int_equal(w.trace.replay.entries[1].at_ns, 2000 * MS);
    assert_int_equal(w.load.measure_ns, 2001 * MS);
    assert_int_equal(dyno_load_shape_check(&w.load, NULL), DYNO_OK);
    dyno_workload_deinit(&w);
}

static void test_replay_goes_through_json(void **state)
{
    (void)state;
    struct dyno_replay_entry entries[] = {{0, 1, 0}, {5, 0, 2}, {INT64_C(9000000000000000), 1, 1}};
    const struct dyno_replay replay = {.entries = entries, .count = 3};
    struct dyno_replay back;
    cJSON *json = dyno_replay_to_json(&replay);
    assert_int_equal(dyno_replay_from_json(json, 3, 2, &back, NULL), DYNO_OK);
    assert_int_equal(back.count, 3);
    assert_memory_equal(back.entries, entries, sizeof entries);
    dyno_replay_deinit(&back);
    assert_int_equal(dyno_replay_from_json(json, 2, 2, &back, NULL), DYNO_EINPUT);
    assert_int_equal(dyno_replay_from_json(json, 3, 1, &back, NULL), DYNO_EINPUT);
    cJSON *at = cJSON_GetObjectItemCaseSensitive(json, "at_ns");
    cJSON_SetNumberValue(cJSON_GetArrayItem(at, 1), -5);
    assert_int_equal(dyno_replay_from_json(json, 3, 2, &back, NULL), DYNO_EINPUT);
    cJSON_SetNumberValue(cJSON_GetArrayItem(at, 0), 7);
    cJSON_SetNumberValue(cJSON_GetArrayItem(at, 1), 5);
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_replay_from_json(json, 3, 2, &back, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "entry 1: times must not fall"));
    cJSON_DeleteItemFromArray(cJSON_GetObjectItemCaseSensitive(json, "query"), 0);
    assert_int_equal(dyno_replay_from_json(json, 3, 2, &back, NULL), DYNO_EINPUT);
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_gives_times_sessions_and_statements),
        cmocka_unit_test(test_csv_takes_instants),
        cmocka_unit_test(test_csv_out_of_order_is_sorted_and_noted),
        cmocka_unit_test(test_log_of_a_thrift_server_keeps_its_sessions),
        cmocka_unit_test(test_log_without_sessions_keeps_the_concurrency),
        cmocka_unit_test(test_packed_logs_are_replayed_like_plain_ones),
        cmocka_unit_test(test_a_log_cut_at_its_end_is_replayed_up_to_there),
        cmocka_unit_test(test_a_log_with_a_hole_is_refused),
        cmocka_unit_test(test_executions_inside_others_are_not_sent),
        cmocka_unit_test(test_what_is_wrong_is_refused_at_its_line),
        cmocka_unit_test(test_a_trace_that_is_too_long_is_refused),
        cmocka_unit_test(test_workload_becomes_the_trace),
        cmocka_unit_test(test_replay_goes_through_json),
    };
    return cmocka_run_group_tests(tests, make_path, remove_path);
}
