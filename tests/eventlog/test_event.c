#include "eventlog/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct dyno_event read_line(const char *line)
{
    struct dyno_event event;
    assert_int_equal(dyno_event_read(line, strlen(line), &event), DYNO_EVENT_READ);
    return event;
}

static void test_task_end(void **state)
{
    struct dyno_event event = read_line(
        "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":4,\"Stage Attempt ID\":1,\"Task Type\":\"ResultTask\","
        "\"Task End Reason\":{\"Reason\":\"Success\"},\"Task Info\":{\"Task ID\":9,\"Launch Time\":1000,"
        "\"Executor ID\":\"driver\",\"Getting Result Time\":1080,\"Finish Time\":1100,\"Failed\":false,\"Killed\":false,"
        "\"Accumulables\":[{\"ID\":1,\"Name\":\"a \\\" ] }\",\"Update\":\"3\"}]},\"Task Metrics\":{\"Executor Deserialize Time\":2,"
        "\"Executor Run Time\":70,\"Executor CPU Time\":50000000,\"Result Size\":1234,\"JVM GC Time\":5,"
        "\"Result Serialization Time\":1,\"Memory Bytes Spilled\":6,\"Disk Bytes Spilled\":7,"
        "\"Shuffle Read Metrics\":{\"Fetch Wait Time\":8,\"Remote Bytes Read\":10,\"Local Bytes Read\":20,\"Total Records Read\":30},"
        "\"Shuffle Write Metrics\":{\"Shuffle Bytes Written\":40,\"Shuffle Write Time\":9000000},"
        "\"Input Metrics\":{\"Bytes Read\":50,\"Records Read\":60},\"Output Metrics\":{\"Bytes Written\":70}}}");
    const struct dyno_event_task *task = &event.task;
    (void)state;
    assert_int_equal(event.kind, DYNO_EVENT_TASK_END);
    assert_int_equal(task->stage, 4);
    assert_int_equal(task->attempt, 1);
    assert_true(dyno_span_is(task->end_reason, "Success"));
    assert_int_equal(task->launch_ms, 1000);
    assert_int_equal(task->finish_ms, 1100);
    assert_int_equal(task->getting_result_ms, 1080);
    assert_int_equal(task->run_ms, 70);
    assert_int_equal(task->cpu_ns, 50000000);
    assert_int_equal(task->gc_ms, 5);
    assert_int_equal(task->fetch_wait_ms, 8);
    assert_int_equal(task->local_read_bytes, 20);
    assert_int_equal(task->shuffle_write_ns, 9000000);
    assert_int_equal(task->input_records, 60);
    assert_int_equal(task->output_bytes, 70);
    assert_int_equal(task->result_bytes, 1234);
}

static void test_job_start_and_its_stages(void **state)
{
    struct dyno_event event = read_line(
        "{\"Event\":\"SparkListenerJobStart\",\"Job ID\":3,\"Submission Time\":5000,\"Stage Infos\":[{\"Stage ID\":7,"
        "\"Stage Attempt ID\":0,\"Number of Tasks\":4,\"Parent IDs\":[5,6]},{\"Stage ID\":5,\"Number of Tasks\":2,\"Parent IDs\":[]}],"
        "\"Stage IDs\":[7,5],\"Properties\":{\"spark.jobGroup.id\":\"g\",\"spark.job.description\":\"/* sparkdyno t:1 */\","
        "\"spark.sql.execution.id\":\"12\",\"spark.sql.execution.root.id\":\"11\"}}");
    struct dyno_scan scan = {event.job.stages.at, event.job.stages.at + event.job.stages.len,
                             false};
    struct dyno_event_stage stage;
    (void)state;
    assert_int_equal(event.job.id, 3);
    assert_int_equal(event.job.time_ms, 5000);
    assert_true(dyno_span_is(event.job.group, "g"));
    assert_true(dyno_span_is(event.job.execution, "12"));
    assert_true(dyno_span_is(event.job.root, "11"));
    assert_true(dyno_scan_enter(&scan, '['));
    assert_true(dyno_scan_more(&scan, ']'));
    assert_true(dyno_event_read_stage(&scan, &stage));
    assert_int_equal(stage.id, 7);
    assert_int_equal(stage.tasks, 4);
    assert_true(dyno_span_is(stage.parents, "[5,6]"));
    assert_true(dyno_scan_more(&scan, ']'));
    assert_true(dyno_event_read_stage(&scan, &stage));
    assert_int_equal(stage.id, 5);
    assert_int_equal(stage.submit_ms, -1);
    assert_false(dyno_scan_more(&scan, ']'));
}

static void test_what_is_not_there_is_unknown(void **state)
{
    struct dyno_event event =
        read_line("{\"Event\":\"SparkListenerStageCompleted\",\"Stage Info\":{}}");
    (void)state;
    assert_int_equal(event.stage.id, -1);
    assert_int_equal(event.stage.complete_ms, -1);
    event =
        read_line("{\"Event\":\"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd\"}");
    assert_int_equal(event.kind, DYNO_EVENT_EXECUTION_END);
    assert_int_equal(event.execution.id, -1);
    assert_int_equal(event.execution.time_ms, -1);
}

static void test_executors_tell_their_cores(void **state)
{
    struct dyno_event event =
        read_line("{\"Event\":\"SparkListenerExecutorAdded\",\"Timestamp\":5,\"Executor ID\":\"0\","
                  "\"Executor Info\":{\"Host\":\"h\",\"Total Cores\":2,\"Log Urls\":{}}}");
    (void)state;
    assert_int_equal(event.kind, DYNO_EVENT_EXECUTOR_ADDED);
    assert_int_equal(event.application.cores, 2);
}

static void test_other_events_are_let_through(void **state)
{
    struct dyno_event event = read_line("{\"Event\":\"SparkListenerFromTheFuture\",\"x\":[1}");
    (void)state;
    assert_int_equal(event.kind, DYNO_EVENT_OTHER);
}

static void test_no_event_is_broken(void **state)
{
    static const char *const rows[] = {"",
                                       "{}",
                                       "text",
                                       "{\"event\":\"SparkListenerTaskEnd\"}",
                                       "{\"Event\":7}",
                                       "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":4",
                                       "{\"Event\":\"SparkListenerTaskEnd\",\"Task Info\":{}"};
    struct dyno_event event;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(dyno_event_read(rows[i], strlen(rows[i]), &event), DYNO_EVENT_BROKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_task_end),
        cmocka_unit_test(test_job_start_and_its_stages),
        cmocka_unit_test(test_what_is_not_there_is_unknown),
        cmocka_unit_test(test_executors_tell_their_cores),
        cmocka_unit_test(test_other_events_are_let_through),
        cmocka_unit_test(test_no_event_is_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
