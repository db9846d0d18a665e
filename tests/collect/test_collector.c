#include "base/clock.h"
#include "collect/collector.h"
#include "collect/replay.h"
#include "explain/join.h"
#include "spark/rest.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PERIOD_NS (50 * DYNO_NS_PER_MS)

static struct dyno_collector *start(const struct replay *fake, int64_t retained_jobs)
{
    struct dyno_collector *collector = NULL;
    struct dyno_collector_options options = {
        .rest_url = fake == NULL ? NULL : fake->url,
        .tag = "t1",
        .server_pid = getpid(),
        .period_ns = PERIOD_NS,
        .retained_jobs = retained_jobs,
    };
    assert_int_equal(dyno_collector_start(&options, &collector, NULL), DYNO_OK);
    return collector;
}

static struct dyno_collected finish(struct dyno_collector *collector)
{
    struct dyno_collected collected;
    assert_int_equal(dyno_collector_finish(collector, &collected, NULL), DYNO_OK);
    return collected;
}

static void wait_for(const struct replay *fake, const char *path, size_t count)
{
    int64_t deadline_ns = dyno_now_ns() + 20 * DYNO_NS_PER_S;
    while (replay_count(fake, path) < count) {
        assert_true(dyno_now_ns() < deadline_ns);
        dyno_sleep_ns(5 * DYNO_NS_PER_MS);
    }
}

static size_t samples_of(const struct dyno_collected *collected, const char *source,
                         const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < collected->counter_count; i++) {
        const struct dyno_store_counter *counter = &collected->counters[i];
        count += strcmp(counter->source, source) == 0 && strcmp(counter->name, name) == 0 ? 1 : 0;
    }
    return count;
}

#define IDLE "{\"jobs\":0,\"executions\":1}"

static void test_collector_brings_the_whole_trial(void **state)
{
    struct replay fake;
    struct dyno_spark_statement *statements = NULL;
    size_t count = 0;
    (void)state;
    replay_start(&fake, "4.1.4", IDLE);
    struct dyno_collector *collector = start(&fake, 1000);
    wait_for(&fake, "/executors", 2);
    int64_t epoch_ns = dyno_now_ns();
    dyno_collector_set_epoch(collector, epoch_ns);
    replay_control(&fake, "{}");
    wait_for(&fake, "/executors", 4);
    struct dyno_collected collected = finish(collector);
    assert_null(collected.complaint);
    assert_int_equal(collected.job_count, 13);
    assert_int_equal(collected.stage_count, 14);
    assert_int_equal(collected.execution_count, 13);
    assert_int_equal(collected.failed_calls, 0);
    assert_int_equal(collected.lost_jobs, 0);
    assert_true(collected.dropped_events == 0);
    assert_true(samples_of(&collected, "host", "server_cpu_s") >= 4);
    assert_true(samples_of(&collected, "executors", "gc_ms") >= 4);
    assert_true(samples_of(&collected, "listenerbus", "queue_size") >= 3);
    assert_int_equal(samples_of(&collected, "storage", "cached_rdds"), 1);
    assert_true(collected.counters[0].t_ns < 0);
    assert_true(collected.counters[collected.counter_count - 1].t_ns > 0);
    dyno_explain_join(&collected, "t1", NULL, &statements, &count);
    assert_int_equal(count, 9);
    assert_int_equal(statements[2].execution_id, 4);
    free(statements);
    dyno_collected_deinit(&collected);
    replay_stop(&fake);
}

static void test_collector_sweeps_before_jobs_are_evicted(void **state)
{
    struct replay fake;
    (void)state;
    replay_start(&fake, "4.1.4", "{\"jobs\":0,\"executions\":1,\"retained\":13}");
    struct dyno_collector *collector = start(&fake, 12);
    wait_for(&fake, "/executors", 2);
    replay_control(&fake, "{\"jobs\":6,\"executions\":8,\"retained\":13}");
    wait_for(&fake, "/stages/", 11);
    replay_control(&fake, "{\"retained\":13}");
    struct dyno_collected collected = finish(collector);
    assert_null(collected.complaint);
    assert_int_equal(collected.job_count, 13);
    assert_int_equal(collected.lost_jobs, 0);
    dyno_collected_deinit(&collected);
    replay_stop(&fake);
}

static void test_collector_says_what_was_lost(void **state)
{
    struct replay fake;
    (void)state;
    replay_start(&fake, "4.1.4", IDLE);
    struct dyno_collector *collector = start(&fake, 1000);
    wait_for(&fake, "/executors", 2);
    replay_control(&fake, "{\"retained\":5,\"dropped\":17}");
    struct dyno_collected collected = finish(collector);
    assert_int_equal(collected.lost_jobs, 9);
    assert_true(collected.dropped_events == 17);
    assert_non_null(strstr(collected.complaint, "9 jobs were evicted"));
    assert_non_null(strstr(collected.complaint, "13 executions were evicted"));
    assert_non_null(strstr(collected.complaint, "dropped 17"));
    dyno_collected_deinit(&collected);
    replay_stop(&fake);
}

static void test_collector_waits_for_the_listeners(void **state)
{
    struct replay fake;
    (void)state;
    replay_start(&fake, "4.1.4", "{\"jobs\":0,\"executions\":1,\"queue\":500}");
    struct dyno_collector *collector = start(&fake, 1000);
    wait_for(&fake, "/executors", 2);
    int64_t begin_ns = dyno_now_ns();
    struct dyno_collected collected = finish(collector);
    assert_true(dyno_now_ns() - begin_ns >= 5 * DYNO_NS_PER_S);
    assert_true(dyno_now_ns() - begin_ns < 9 * DYNO_NS_PER_S);
    assert_non_null(strstr(collected.complaint, "had not caught up"));
    dyno_collected_deinit(&collected);
    replay_stop(&fake);
}

static void check_fault(const char *control, const char *complaint)
{
    struct replay fake;
    replay_start(&fake, "4.1.4", IDLE);
    struct dyno_collector *collector = start(&fake, 1000);
    wait_for(&fake, "/executors", 2);
    replay_control(&fake, control);
    dyno_sleep_ns(4 * PERIOD_NS);
    struct dyno_collected collected = finish(collector);
    assert_int_equal(collected.execution_count, 0);
    assert_true(collected.failed_calls > 0);
    assert_non_null(collected.complaint);
    if (strstr(collected.complaint, complaint) == NULL)
        fail_msg("%s", collected.complaint);
    assert_true(samples_of(&collected, "host", "cpu_user_s") >= 3);
    dyno_collected_deinit(&collected);
    replay_stop(&fake);
}

static void test_collector_survives_errors_of_the_server(void **state)
{
    (void)state;
    check_fault("{\"mode\":\"500\"}", "status 500");
    check_fault("{\"mode\":\"html\"}", "instead of JSON");
    check_fault("{\"mode\":\"truncate\"}", "could not be read");
    check_fault("{\"mode\":\"redirect\"}", "another host");
}

static void test_collector_survives_a_server_that_is_gone(void **state)
{
    struct replay fake;
    (void)state;
    replay_start(&fake, "4.1.4", IDLE);
    struct dyno_collector *collector = start(&fake, 1000);
    wait_for(&fake, "/executors", 2);
    replay_stop(&fake);
    struct dyno_collected collected = finish(collector);
    assert_int_equal(collected.job_count, 0);
    assert_true(isnan(collected.dropped_events));
    assert_non_null(strstr(collected.complaint, "could not be read"));
    dyno_collected_deinit(&collected);
}

static void test_collector_is_not_held_up_by_a_slow_server(void **state)
{
    struct replay fake;
    (void)state;
    replay_start(&fake, "4.1.4", "{\"mode\":\"slow\",\"seconds\":60}");
    int64_t begin_ns = dyno_now_ns();
    struct dyno_collector *collector = start(&fake, 1000);
    assert_true(dyno_now_ns() - begin_ns < DYNO_NS_PER_S);
    wait_for(&fake, "/metrics/json", 1); /* and that one is slow */
    replay_control(&fake, "{}");
    struct dyno_collected collected = finish(collector);
    assert_true(dyno_now_ns() - begin_ns < 8 * DYNO_NS_PER_S);
    assert_int_equal(collected.job_count, 13);
    assert_int_equal(collected.failed_calls, 1);
    assert_null(collected.complaint);
    dyno_collected_deinit(&collected);
    replay_stop(&fake);
}

static void test_collector_without_rest_samples_the_host(void **state)
{
    (void)state;
    struct dyno_collector *collector = start(NULL, 1000);
    dyno_sleep_ns(3 * PERIOD_NS);
    struct dyno_collected collected = finish(collector);
    assert_null(collected.complaint);
    assert_int_equal(collected.job_count, 0);
    assert_true(isnan(collected.dropped_events));
    assert_true(samples_of(&collected, "host", "cpu_user_s") >= 2);
    dyno_collected_deinit(&collected);
}

/* Whatever the types, nothing breaks, and the numbers that come out are numbers. */
static void test_collector_survives_mutated_answers(void **state)
{
    (void)state;
    for (int seed = 0; seed < 8; seed++) {
        struct replay fake;
        struct dyno_spark_statement *statements = NULL;
        size_t count = 0;
        char control[64];
        replay_start(&fake, seed % 2 == 0 ? "4.1.4" : "3.5.7", IDLE);
        struct dyno_collector *collector = start(&fake, 1000);
        wait_for(&fake, "/executors", 1);
        (void)snprintf(control, sizeof control,
                       "{\"mode\":\"mutate\",\"seed\":%d,\"only\":\"/api/v1/applications/\"}",
                       seed);
        replay_control(&fake, control);
        dyno_sleep_ns(3 * PERIOD_NS);
        struct dyno_collected collected = finish(collector);
        assert_non_null(collected.complaint);
        dyno_explain_join(&collected, "t1", NULL, &statements, &count);
        for (size_t i = 0; i < count; i++) {
            assert_true(isfinite(statements[i].run_ms) && statements[i].run_ms >= 0);
            assert_true(statements[i].tasks >= 0);
        }
        free(statements);
        dyno_collected_deinit(&collected);
        replay_stop(&fake);
    }
}

static void test_plan_text_is_read(void **state)
{
    struct replay fake;
    struct dyno_err err = DYNO_ERR_INIT;
    char *text = NULL;
    (void)state;
    replay_start(&fake, "4.1.4", "{}");
    assert_int_equal(dyno_collect_plan_text(fake.url, NULL, 4, &text, &err), DYNO_OK);
    assert_non_null(strstr(text, "AdaptiveSparkPlan"));
    free(text);
    text = NULL;
    assert_int_equal(dyno_collect_plan_text(fake.url, NULL, 4000, &text, &err), DYNO_ENOTFOUND);
    assert_null(text);
    replay_stop(&fake);
}

static int set_up(void **state)
{
    (void)state;
    return dyno_rest_global_init(NULL) == DYNO_OK ? 0 : 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collector_brings_the_whole_trial),
        cmocka_unit_test(test_collector_sweeps_before_jobs_are_evicted),
        cmocka_unit_test(test_collector_says_what_was_lost),
        cmocka_unit_test(test_collector_waits_for_the_listeners),
        cmocka_unit_test(test_collector_survives_errors_of_the_server),
        cmocka_unit_test(test_collector_survives_a_server_that_is_gone),
        cmocka_unit_test(test_collector_is_not_held_up_by_a_slow_server),
        cmocka_unit_test(test_collector_without_rest_samples_the_host),
        cmocka_unit_test(test_collector_survives_mutated_answers),
        cmocka_unit_test(test_plan_text_is_read),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
