#include "base/alloc.h"
#include "base/file.h"
#include "explain/join.h"
#include "explain/reconcile.h"
#include "explain/recorded.h"
#include "explain/time_account.h"
#include "explain/tracer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What the tracer handed on, kept for looking at. */
struct seen {
    struct dyno_vec traces; /* struct dyno_trace, owned */
    struct dyno_tracer_facts facts;
    char troubles[2048];
};

static void keep(void *ctx, struct dyno_trace *trace)
{
    struct seen *seen = ctx;
    dyno_vec_push(&seen->traces, trace);
    dyno_trace_init(trace, -1);
}

static void read_into(struct seen *seen, const char *path, const char *tag)
{
    struct dyno_eventlog *log = NULL;
    struct dyno_eventlog_facts facts;
    struct dyno_err err = DYNO_ERR_INIT;
    *seen = (struct seen){.traces = DYNO_VEC_INIT(struct dyno_trace)};
    struct dyno_tracer *tracer = dyno_tracer_new(tag, keep, seen);
    if (dyno_eventlog_open(path, &log, &err) != DYNO_OK ||
        dyno_tracer_read(tracer, log, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    dyno_tracer_facts(tracer, &seen->facts);
    dyno_eventlog_facts(log, &facts);
    (void)snprintf(seen->troubles, sizeof seen->troubles, "%s", facts.troubles);
    dyno_eventlog_close(log);
    dyno_tracer_free(tracer);
}

static struct dyno_trace *trace_at(const struct seen *seen, size_t i)
{
    return dyno_vec_at(&seen->traces, i);
}

static struct dyno_trace *trace_of(const struct seen *seen, int64_t seq)
{
    for (size_t i = 0; i < seen->traces.len; i++)
        if (trace_at(seen, i)->seq == seq)
            return trace_at(seen, i);
    fail_msg("statement %d was not found", (int)seq);
    return NULL;
}

static void forget(struct seen *seen)
{
    for (size_t i = 0; i < seen->traces.len; i++)
        dyno_trace_deinit(trace_at(seen, i));
    dyno_vec_deinit(&seen->traces);
}

/* Events written line by line into a file of its own. */
struct script {
    char path[64];
    FILE *file;
};

static void script_open(struct script *script)
{
    (void)snprintf(script->path, sizeof script->path, "/tmp/dyno-tracer-XXXXXX");
    int fd = mkstemp(script->path);
    assert_true(fd >= 0);
    script->file = fdopen(fd, "w");
    assert_non_null(script->file);
}

static void script_read(struct script *script, struct seen *seen, const char *tag)
{
    (void)fclose(script->file);
    read_into(seen, script->path, tag);
    (void)unlink(script->path);
}

#define SQL_UI "org.apache.spark.sql.execution.ui.SparkListenerSQLExecution"
#define THRIFT "org.apache.spark.sql.hive.thriftserver.ui.SparkListenerThriftServerOperation"

static void put_operation(struct script *s, const char *what, const char *id, const char *time_key,
                          int time_ms)
{
    (void)fprintf(s->file,
                  "{\"Event\":\"" THRIFT
                  "%s\",\"id\":\"%s\",\"statement\":\"SELECT %s\",\"%s\":%d}\n",
                  what, id, id, time_key, time_ms);
}

static void put_execution(struct script *s, const char *what, int id, int time_ms)
{
    (void)fprintf(s->file,
                  "{\"Event\":\"" SQL_UI
                  "%s\",\"executionId\":%d,\"rootExecutionId\":%d,\"description\":\"alone "
                  "%d\",\"time\":%d}\n",
                  what, id, id, id, time_ms);
}

/* `stages` is the inside of the array: {"Stage ID":..,"Parent IDs":[..]}. */
static void put_job(struct script *s, int id, int time_ms, const char *properties,
                    const char *stages)
{
    (void)fprintf(
        s->file,
        "{\"Event\":\"SparkListenerJobStart\",\"Job ID\":%d,\"Submission Time\":%d,\"Stage Infos\":[%s],"
        "\"Properties\":{%s}}\n",
        id, time_ms, stages, properties);
}

static void put_job_end(struct script *s, int id, int time_ms)
{
    (void)fprintf(s->file,
                  "{\"Event\":\"SparkListenerJobEnd\",\"Job ID\":%d,\"Completion Time\":%d,"
                  "\"Job Result\":{\"Result\":\"JobSucceeded\"}}\n",
                  id, time_ms);
}

struct task_row {
    int stage, launch_ms, finish_ms, run_ms, gc_ms;
};

static void put_task(struct script *s, struct task_row task)
{
    (void)fprintf(
        s->file,
        "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":%d,\"Stage Attempt ID\":0,"
        "\"Task End Reason\":{\"Reason\":\"Success\"},\"Task Info\":{\"Launch Time\":%d,\"Executor ID\":\"1\","
        "\"Finish Time\":%d,\"Failed\":false,\"Killed\":false},\"Task Metrics\":{\"Executor Run Time\":%d,"
        "\"JVM GC Time\":%d}}\n",
        task.stage, task.launch_ms, task.finish_ms, task.run_ms, task.gc_ms);
}

static void put_stage(struct script *s, int id, int tasks, int submit_ms, int complete_ms)
{
    (void)fprintf(
        s->file,
        "{\"Event\":\"SparkListenerStageCompleted\",\"Stage Info\":{\"Stage ID\":%d,\"Stage Attempt ID\":0,"
        "\"Number of Tasks\":%d,\"Submission Time\":%d,\"Completion Time\":%d}}\n",
        id, tasks, submit_ms, complete_ms);
}

/* A, B -> C -> D with A and D's other parent: the path is B, C, D, since C ends later than A. */
static void test_critical_path_goes_by_parents(void **state)
{
    struct script s;
    struct seen seen;
    const struct dyno_stage_cost *path[8];
    (void)state;
    script_open(&s);
    put_job(&s, 0, 1000, "\"spark.job.description\":\"x\"",
            "{\"Stage ID\":0,\"Parent IDs\":[]},{\"Stage ID\":1,\"Parent IDs\":[]},"
            "{\"Stage ID\":2,\"Parent IDs\":[1]},{\"Stage ID\":3,\"Parent IDs\":[0,2]},"
            "{\"Stage ID\":4,\"Parent IDs\":[]},{\"Stage ID\":9,\"Parent IDs\":[]}");
    put_stage(&s, 1, 0, 1000, 1390);
    put_stage(&s, 4, 0, 1000, 1400); /* ends as stage 2 begins, but is no parent of it */
    put_stage(&s, 0, 0, 1000, 2000);
    put_stage(&s, 2, 0, 1400, 2200);
    put_stage(&s, 3, 0, 2200, 2400);
    put_job_end(&s, 0, 2400);
    script_read(&s, &seen, NULL);
    assert_int_equal(seen.traces.len, 1);
    assert_int_equal(dyno_trace_critical_path(trace_at(&seen, 0), path), 3);
    assert_int_equal(path[0]->id, 1);
    assert_int_equal(path[1]->id, 2);
    assert_int_equal(path[2]->id, 3);
    assert_int_equal(trace_at(&seen, 0)->skipped_stages, 1);
    forget(&seen);
}

static void check_part(const struct dyno_time_account *account, enum dyno_part part, int64_t ms)
{
    if (account->part_ns[part] != ms * 1000000)
        fail_msg("%s: %lld ns, expected %lld ms", dyno_part_name(part),
                 (long long)account->part_ns[part], (long long)ms);
}

static int64_t sum_of(const struct dyno_time_account *account)
{
    int64_t sum = 0;
    for (int i = 0; i < DYNO_PARTS; i++) {
        assert_true(account->part_ns[i] >= 0);
        sum += account->part_ns[i];
    }
    return sum;
}

/*
 * One statement whose every millisecond is known. The operation begins at 1010, its execution at 1050, its job at
 * 1060. Stage 0 from 1070 to 1200: on executor 1 the tasks 1075-1100 (run 20) and 1110-1195 (run 80, GC 30); the
 * task 1075-1150 is on the way of nobody. Then the driver until stage 1 from 1230 to 1300 with one task
 * 1235-1298 (run 60). The execution ends at 1310, the operation at 1320.
 */
static void put_known(struct script *s)
{
    put_operation(s, "Start", "a", "startTime", 1010);
    put_execution(s, "Start", 7, 1050);
    put_job(s, 3, 1060, "\"spark.jobGroup.id\":\"a\",\"spark.sql.execution.id\":\"7\"",
            "{\"Stage ID\":0,\"Parent IDs\":[]},{\"Stage ID\":1,\"Parent IDs\":[0]}");
    put_task(s, (struct task_row){0, 1075, 1100, 20, 0});
    put_task(s, (struct task_row){0, 1075, 1150, 70, 0});
    put_task(s, (struct task_row){0, 1110, 1195, 80, 30});
    put_stage(s, 0, 3, 1070, 1200);
    put_task(s, (struct task_row){1, 1235, 1298, 60, 0});
    put_stage(s, 1, 1, 1230, 1300);
    put_job_end(s, 3, 1302);
    put_execution(s, "End", 7, 1310);
    put_operation(s, "Finish", "a", "finishTime", 1320);
    put_operation(s, "Closed", "a", "closeTime", 1330);
}

static void test_time_account_of_a_known_statement(void **state)
{
    struct script s;
    struct seen seen;
    struct dyno_time_account account;
    struct dyno_moments moments = {.intended_ns = 0,
                                   .claim_ns = 2000000,
                                   .send_ns = 5000000,
                                   .exec_ns = 328000000,
                                   .done_ns = 340000000,
                                   .epoch_wall_ms = 1000};
    (void)state;
    script_open(&s);
    put_known(&s);
    script_read(&s, &seen, NULL);
    assert_int_equal(seen.traces.len, 1);
    dyno_time_account(trace_at(&seen, 0), &moments, &account);
    check_part(&account, DYNO_PART_SESSION_WAIT, 2);
    check_part(&account, DYNO_PART_GENERATOR_LAG, 3);
    check_part(&account, DYNO_PART_SERVER_QUEUE, 5);
    check_part(&account, DYNO_PART_PLANNING, 40);
    /* before, between and after the tasks of the path, and what tasks did not run of their time */
    check_part(&account, DYNO_PART_SCHEDULING, 5 + 5 + 10 + 5 + 5 + 5 + 3 + 2);
    check_part(&account, DYNO_PART_GC, 30);
    check_part(&account, DYNO_PART_COMPUTE, 20 + 50 + 60);
    check_part(&account, DYNO_PART_DRIVER, 20 + 30 + 2 + 8 + 10);
    check_part(&account, DYNO_PART_UNACCOUNTED, 8);
    check_part(&account, DYNO_PART_FETCH, 12);
    assert_int_equal(sum_of(&account), 340000000);
    assert_true(dyno_time_account_alone(trace_at(&seen, 0), &account));
    assert_int_equal(account.total_ns, 310000000);
    assert_int_equal(sum_of(&account), account.total_ns);
    forget(&seen);
}

/* Clocks that disagree, moments that did not come: the parts add up all the same. */
static void test_time_account_adds_up_whatever_the_clocks_say(void **state)
{
    struct script s;
    struct seen seen;
    (void)state;
    script_open(&s);
    put_known(&s);
    script_read(&s, &seen, NULL);
    for (int64_t epoch = 0; epoch < 2000; epoch += 37) {
        struct dyno_time_account account;
        struct dyno_moments moments = {.intended_ns = 11,
                                       .claim_ns = 3,
                                       .send_ns = 100000007,
                                       .exec_ns = epoch % 2 ? -1 : 250000001,
                                       .done_ns = 300000003,
                                       .epoch_wall_ms = epoch};
        dyno_time_account(trace_at(&seen, 0), &moments, &account);
        assert_int_equal(sum_of(&account), 300000003 - 11);
        dyno_time_account(NULL, &moments, &account);
        assert_int_equal(sum_of(&account), 300000003 - 11);
        moments.done_ns = -1;
        dyno_time_account(trace_at(&seen, 0), &moments, &account);
        assert_int_equal(account.total_ns, 0);
    }
    forget(&seen);
}

/* An older line's execution names no operation; its job does. Two statements of the same text stay apart. */
static void test_executions_join_their_operation_by_jobs(void **state)
{
    struct script s;
    struct seen seen;
    (void)state;
    script_open(&s);
    put_operation(&s, "Start", "a", "startTime", 10);
    put_operation(&s, "Start", "b", "startTime", 11);
    put_execution(&s, "Start", 1, 20);
    put_execution(&s, "Start", 2, 21);
    put_job(&s, 1, 30, "\"spark.jobGroup.id\":\"b\",\"spark.sql.execution.id\":\"1\"", "");
    put_job(&s, 2, 31, "\"spark.jobGroup.id\":\"a\",\"spark.sql.execution.id\":\"2\"", "");
    put_job_end(&s, 1, 40);
    put_job_end(&s, 2, 41);
    put_execution(&s, "End", 1, 50);
    put_execution(&s, "End", 2, 51);
    put_operation(&s, "Closed", "b", "closeTime", 60);
    put_operation(&s, "Closed", "a", "closeTime", 61);
    script_read(&s, &seen, NULL);
    assert_int_equal(seen.traces.len, 2);
    assert_string_equal(trace_at(&seen, 0)->operation, "b");
    assert_int_equal(trace_at(&seen, 0)->execution_id, 1);
    assert_int_equal(trace_at(&seen, 0)->end_ms, 50);
    assert_string_equal(trace_at(&seen, 1)->operation, "a");
    assert_int_equal(trace_at(&seen, 1)->execution_id, 2);
    forget(&seen);
}

static void test_missing_events_are_named(void **state)
{
    struct script s;
    struct seen seen;
    (void)state;
    script_open(&s);
    put_job(&s, 0, 0, "\"spark.job.description\":\"x\"",
            "{\"Stage ID\":0,\"Parent IDs\":[]},{\"Stage ID\":1}");
    put_task(&s, (struct task_row){0, 5, 9, 3, 0});
    put_stage(&s, 0, 3, 1, 10);
    put_task(&s, (struct task_row){1, 5, 9, 3, 0});
    script_read(&s, &seen, NULL);
    assert_int_equal(seen.facts.missing_tasks, 2);
    assert_int_equal(seen.facts.missing_stages, 1);
    assert_int_equal(seen.facts.unfinished_jobs, 1);
    assert_non_null(strstr(seen.troubles, ":3: 2 of 3 task ends of stage 0 are missing"));
    assert_int_equal(seen.traces.len, 1);
    assert_true(trace_at(&seen, 0)->is_unfinished);
    assert_int_equal(trace_at(&seen, 0)->stages.len, 2);
    forget(&seen);
}

static int compare_seq(const void *a, const void *b)
{
    const struct dyno_spark_statement *x = a;
    const struct dyno_spark_statement *y = b;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

/* REST and the log of the same run tell the same of every statement. */
static void check_recorded(const char *version, size_t statements)
{
    char path[400];
    char folder[64];
    struct seen seen;
    struct dyno_collected collected;
    struct dyno_spark_statement *rest = NULL;
    struct dyno_spark_statement log[32];
    struct dyno_reconciliation difference;
    size_t rest_count = 0;
    (void)snprintf(path, sizeof path, DYNO_TEST_DATA "/eventlog/%s/log.zstd", version);
    (void)snprintf(folder, sizeof folder, "eventlog/%s", version);
    read_into(&seen, path, "t1");
    assert_int_equal(seen.traces.len, statements);
    for (size_t i = 0; i < seen.traces.len; i++)
        dyno_trace_sum(trace_at(&seen, i), &log[i]);
    qsort(log, seen.traces.len, sizeof log[0], compare_seq);
    recorded_read_folder(folder, &collected);
    dyno_explain_join(&collected, "t1", NULL, &rest, &rest_count);
    dyno_reconcile(rest, rest_count, log, seen.traces.len, &difference);
    assert_string_equal(difference.first, "");
    assert_int_equal(difference.both, rest_count);
    assert_string_equal(seen.facts.version, version);
    assert_string_equal(seen.troubles, "");
    for (size_t i = 0; i < seen.traces.len; i++) {
        struct dyno_time_account account;
        const struct dyno_trace *trace = trace_at(&seen, i);
        assert_true(dyno_time_account_alone(trace, &account));
        assert_int_equal(sum_of(&account), account.total_ns);
        assert_true(trace->operation_start_ms > 0 && trace->operation_end_ms > 0);
        assert_false(trace->is_unfinished);
    }
    assert_true(trace_of(&seen, 7)->is_failed);
    assert_non_null(strstr(trace_of(&seen, 3)->plan, "Final Plan"));
    dyno_collected_deinit(&collected);
    free(rest);
    forget(&seen);
}

static void test_recorded_runs_are_told_alike(void **state)
{
    (void)state;
    check_recorded("4.1.4", 11);
    check_recorded("3.5.7", 11);
}

static void test_reconciling_names_what_differs(void **state)
{
    struct dyno_spark_statement rest[3] = {
        {.seq = 1, .tasks = 4}, {.seq = 2, .run_ms = 1000}, {.seq = 5}};
    struct dyno_spark_statement log[3] = {
        {.seq = 1, .tasks = 6}, {.seq = 2, .run_ms = 1005}, {.seq = 4}};
    struct dyno_reconciliation out;
    (void)state;
    dyno_reconcile(rest, 3, log, 3, &out);
    assert_int_equal(out.both, 2);
    assert_int_equal(out.rest_only, 1);
    assert_int_equal(out.log_only, 1);
    assert_int_equal(out.different, 1);
    assert_string_equal(out.first, "statement 1: tasks 4 by REST, 6 in the event log");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_critical_path_goes_by_parents),
        cmocka_unit_test(test_time_account_of_a_known_statement),
        cmocka_unit_test(test_time_account_adds_up_whatever_the_clocks_say),
        cmocka_unit_test(test_executions_join_their_operation_by_jobs),
        cmocka_unit_test(test_missing_events_are_named),
        cmocka_unit_test(test_recorded_runs_are_told_alike),
        cmocka_unit_test(test_reconciling_names_what_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
