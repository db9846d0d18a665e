#include "explain/finding.h"
#include "explain/server_rule.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct dyno_rule_place retail = {"retail", "default", "", false, NULL, 0, ""};
static const struct dyno_rule_place aqe_off = {"./w", "aqe-off", "--scale 0.1", false, NULL, 0, ""};

/* One statement of 1 s with one stage that takes all of it; a test changes what it is about. */
struct scene {
    struct dyno_trace trace;
    struct dyno_time_account account;
    struct dyno_rule_case c;
};

static struct dyno_stage_cost *scene_init(struct scene *scene)
{
    struct dyno_stage_cost cost;
    *scene = (struct scene){.account = {.total_ns = 1000000000}};
    dyno_trace_init(&scene->trace, 5);
    dyno_stage_cost_init(&cost, 7, 0);
    cost.submit_ms = 0;
    cost.complete_ms = 1000;
    cost.tasks = 8;
    cost.run_ms = 1000;
    cost.cpu_ms = 900;
    cost.task_median_ms = 100;
    cost.task_max_ms = 120;
    cost.read_median_bytes = 8e6;
    cost.read_max_bytes = 9e6;
    cost.records_median = 1e5;
    cost.records_max = 1.1e5;
    cost.shuffle_read_records = 800000;
    scene->c = (struct dyno_rule_case){&scene->trace, &scene->account, 2};
    return dyno_vec_push(&scene->trace.stages, &cost);
}

static struct dyno_store_finding *list_of(struct scene *scene, size_t *count)
{
    struct dyno_findings *findings = dyno_findings_new(1);
    dyno_findings_see(findings, 0, 5, &scene->c);
    struct dyno_store_finding *list = dyno_findings_list(findings, &retail, count);
    dyno_findings_free(findings);
    dyno_trace_deinit(&scene->trace);
    return list;
}

/* Exactly this finding, of this severity, with this in its evidence. */
static void check_only(struct scene *scene, const char *rule, const char *severity, double value,
                       const char *evidence)
{
    size_t count = 0;
    struct dyno_store_finding *list = list_of(scene, &count);
    if (count != 1 || strcmp(list[0].rule, rule) != 0)
        fail_msg("%zu findings, the first '%s', expected '%s'", count,
                 count > 0 ? list[0].rule : "", rule);
    assert_string_equal(list[0].severity, severity);
    assert_true(fabs(list[0].value - value) < 1e-6 * fabs(value) + 1e-9);
    assert_non_null(strstr(list[0].evidence, evidence));
    assert_int_equal(list[0].example_seq, 5);
    assert_int_equal(list[0].statements, 1);
    assert_true(strncmp(list[0].command, "sparkdyno compare retail default ", 33) == 0);
    dyno_findings_list_free(list, count);
}

static void check_none(struct scene *scene)
{
    size_t count = 0;
    struct dyno_store_finding *list = list_of(scene, &count);
    if (count != 0)
        fail_msg("%zu findings, the first '%s'", count, list[0].rule);
    dyno_findings_list_free(list, count);
}

static void test_a_healthy_statement_has_no_finding(void **state)
{
    struct scene scene;
    size_t count = 0;
    (void)state;
    (void)scene_init(&scene);
    struct dyno_store_finding *list = list_of(&scene, &count);
    assert_int_equal(count, 0);
    dyno_findings_list_free(list, count);
}

static void test_skew_and_stragglers_are_told_apart(void **state)
{
    struct scene scene;
    struct dyno_stage_cost *cost = NULL;
    (void)state;
    cost = scene_init(&scene);
    cost->task_max_ms = 300;
    cost->records_max = 1e6;
    check_only(&scene, "data_skew", "warning", 3, "it read 1000000 rows");
    cost = scene_init(&scene);
    cost->task_max_ms = 600;
    cost->read_max_bytes = 20e6;
    check_only(&scene, "data_skew", "severe", 6, "stage 7");
    cost = scene_init(&scene);
    cost->task_max_ms = 300;
    check_only(&scene, "straggler", "warning", 3, "slowest of 8 tasks 300 ms, median 100 ms");
    cost = scene_init(&scene);
    cost->task_max_ms = 300;
    cost->records_max = 4;
    cost->records_median = 0;
    check_none(&scene);
    cost = scene_init(&scene);
    cost->task_max_ms = 250;
    cost->complete_ms = 10000;
    scene.account.total_ns = 10000000000;
    check_none(&scene);
}

/* A stage that is a small part of the statement is not worth a word; nor are ratios of a few ms. */
static void test_small_things_are_left_out(void **state)
{
    struct scene scene;
    size_t count = 0;
    (void)state;
    struct dyno_stage_cost *cost = scene_init(&scene);
    cost->task_max_ms = 900;
    cost->complete_ms = 40;
    struct dyno_store_finding *list = list_of(&scene, &count);
    assert_int_equal(count, 0);
    dyno_findings_list_free(list, count);
    cost = scene_init(&scene);
    cost->task_median_ms = 2;
    cost->task_max_ms = 19;
    list = list_of(&scene, &count);
    assert_int_equal(count, 0);
    dyno_findings_list_free(list, count);
}

static void test_partitions(void **state)
{
    struct scene scene;
    struct dyno_stage_cost *cost = NULL;
    (void)state;
    cost = scene_init(&scene);
    cost->tasks = 200;
    cost->task_median_ms = 4;
    cost->task_max_ms = 6;
    cost->read_median_bytes = 3000;
    check_only(&scene, "small_partitions", "severe", 100,
               "200 tasks on 2 cores, the median one 4.0 ms");
    cost = scene_init(&scene);
    cost->empty_tasks = 3;
    check_only(&scene, "empty_partitions", "warning", 37.5, "3 of 8 tasks read no row");
    cost = scene_init(&scene);
    cost->read_median_bytes = 2e9;
    cost->read_max_bytes = 2e9;
    check_only(&scene, "large_partitions", "warning", 2e9, "1907 MiB");
}

static void test_memory_and_time(void **state)
{
    struct scene scene;
    struct dyno_stage_cost *cost = NULL;
    (void)state;
    cost = scene_init(&scene);
    cost->spill_disk_bytes = 5 << 20;
    cost->spill_memory_bytes = 50 << 20;
    check_only(&scene, "spill", "warning", 5 << 20,
               "1 stages spilled 50.0 MiB, 5.0 MiB of it to disk");
    cost = scene_init(&scene);
    cost->gc_ms = 300;
    check_only(&scene, "gc", "severe", 30, "300 of 1000 ms");
    cost = scene_init(&scene);
    cost->cpu_ms = 400;
    check_only(&scene, "low_cpu", "warning", 60, "1000 ms of run time, 400 ms of CPU");
    cost = scene_init(&scene);
    cost->shuffle_write_ms = 300;
    check_only(&scene, "shuffle_write", "warning", 30, "300 of 1000 ms");
    cost = scene_init(&scene);
    cost->result_bytes = INT64_C(1) << 30;
    check_only(&scene, "driver_results", "severe", 1 << 30, "1024.0 MiB");
    cost = scene_init(&scene);
    cost->failed_tasks = 1;
    check_only(&scene, "failed_tasks", "warning", 12.5, "1 of 8 tasks failed");
    (void)scene_init(&scene);
    scene.account.part_ns[DYNO_PART_SCHEDULING] = 400000000;
    scene.account.part_ns[DYNO_PART_DESERIALIZE] = 200000000;
    check_only(&scene, "scheduling_delay", "severe", 60, "600 of 1000 ms, for 8 tasks");
}

static void test_plans(void **state)
{
    struct scene scene;
    char missed[] = "== Physical Plan ==\n* SortMergeJoin Inner (3)\n"
                    ":- ShuffleQueryStage (1), Statistics(sizeInBytes=90.0 MiB)\n"
                    "+- ShuffleQueryStage (2), Statistics(sizeInBytes=1.0 MiB)\n";
    char large[] = "== Physical Plan ==\n* BroadcastHashJoin (3)\n"
                   ":- Scan (1)\n+- BroadcastQueryStage (2), Statistics(sizeInBytes=2.0 GiB)\n";
    (void)state;
    (void)scene_init(&scene);
    scene.trace.plan = strdup(missed);
    check_only(&scene, "broadcast_missed", "warning", 90, "1024.0 KiB with 92160.0 KiB");
    (void)scene_init(&scene);
    scene.trace.plan = strdup(large);
    check_only(&scene, "broadcast_large", "severe", 2147483648.0, "2048.0 MiB");
}

/* Half of 40 statements of one query: the value is the median of those over it, the example the worst. */
static void test_findings_sum_up_statements(void **state)
{
    struct dyno_findings *findings = dyno_findings_new(2);
    size_t count = 0;
    (void)state;
    for (int i = 0; i < 40; i++) {
        struct scene scene;
        struct dyno_stage_cost *cost = scene_init(&scene);
        cost->gc_ms = i % 2 ? 110 + i : 0;
        dyno_findings_see(findings, i == 39 ? 0 : 1, i, &scene.c);
        dyno_trace_deinit(&scene.trace);
    }
    struct dyno_store_finding *list = dyno_findings_list(findings, &aqe_off, &count);
    assert_int_equal(count, 2);
    assert_int_equal(list[1].query, 1);
    assert_int_equal(list[1].judged, 39);
    assert_int_equal(list[1].statements, 19);
    assert_int_equal(list[1].example_seq, 37);
    assert_true(fabs(list[1].value - 12.9) < 1e-9);
    assert_string_equal(
        list[1].command,
        "sparkdyno compare ./w aqe-off aqe-off --scale 0.1 --candidate-conf spark.driver.memory=4g");
    dyno_findings_list_free(list, count);
    dyno_findings_free(findings);
}

static void test_a_few_statements_make_no_finding(void **state)
{
    struct dyno_findings *findings = dyno_findings_new(1);
    size_t count = 0;
    (void)state;
    for (int i = 0; i < 40; i++) {
        struct scene scene;
        struct dyno_stage_cost *cost = scene_init(&scene);
        cost->gc_ms = i < 3 ? 200 : 0;
        dyno_findings_see(findings, 0, i, &scene.c);
        dyno_trace_deinit(&scene.trace);
    }
    struct dyno_store_finding *list = dyno_findings_list(findings, NULL, &count);
    assert_int_equal(count, 0);
    dyno_findings_list_free(list, count);
    dyno_findings_free(findings);
}

static void test_rules_of_the_server(void **state)
{
    const struct dyno_store_counter counters[] = {
        {"executors", "storage_max_bytes", 0, 1000e6},
        {"executors", "storage_used_bytes", 0, 100e6},
        {"executors", "peak_unified_bytes", 0, 900e6},
        {"executors", "executors", 0, 1},
        {"executors", "driver_gc_ms", 0, 100},
        {"executors", "driver_gc_ms", 10000000000, 3100},
        {"storage", "cached_rdds", 0, 2},
        {"storage", "memory_bytes", 0, 5e6},
    };
    struct dyno_findings *findings = dyno_findings_new(0);
    size_t count = 0;
    (void)state;
    dyno_server_rules_see(findings, counters, sizeof counters / sizeof counters[0], false);
    struct dyno_store_finding *list = dyno_findings_list(findings, &retail, &count);
    assert_int_equal(count, 3);
    assert_string_equal(list[0].rule, "server_gc");
    assert_true(fabs(list[0].value - 30) < 1e-9);
    assert_string_equal(list[1].rule, "memory");
    assert_true(fabs(list[1].value - 90) < 1e-9);
    assert_string_equal(list[2].rule, "cache_unused");
    assert_string_equal(list[2].severity, "note");
    dyno_findings_list_free(list, count);
    dyno_findings_free(findings);
    findings = dyno_findings_new(0);
    dyno_server_rules_see(findings, counters + 6, 2, true);
    list = dyno_findings_list(findings, &retail, &count);
    assert_int_equal(count, 0);
    dyno_findings_list_free(list, count);
    dyno_findings_free(findings);
}

/* The arm's own settings stay in force, so the advice goes on top of them and not by a profile. */
static void test_commands_repeat_the_arm(void **state)
{
    const struct dyno_rule *rule = dyno_rule_find("small_partitions");
    const struct dyno_rule_place place = {
        "my load", "default", "--conf 'spark.app.name=a b'", true, NULL, 0, ""};
    (void)state;
    char *command = dyno_rule_command(rule, &place);
    assert_string_equal(command, "sparkdyno compare 'my load' default default --conf "
                                 "'spark.app.name=a b' --candidate-conf "
                                 "spark.sql.shuffle.partitions=8");
    free(command);
    command = dyno_rule_command(rule, &retail);
    assert_string_equal(command, "sparkdyno compare retail default shuffle-partitions-few");
    free(command);
}

/* A secret is not in the command, and whoever copies it is told so without a shell being disturbed. */
static void test_commands_name_the_settings_they_leave_out(void **state)
{
    const struct dyno_rule_place place = {"w", "mine", "", true, NULL, 0, "spark.my.password"};
    (void)state;
    char *command = dyno_rule_command(dyno_rule_find("spill"), &place);
    assert_string_equal(command, "sparkdyno compare w mine mine --candidate-conf "
                                 "spark.memory.fraction=0.8 # and, not shown here: "
                                 "spark.my.password");
    free(command);
}

static char *command_under(const char *rule, struct dyno_setting *settings, size_t count)
{
    const struct dyno_rule_place place = {"w", "mine", "", false, settings, count, ""};
    return dyno_rule_command(dyno_rule_find(rule), &place);
}

/* What is in force already is not compared with itself. */
static void test_commands_ask_for_something_else(void **state)
{
    char keys[2][64] = {"spark.sql.shuffle.partitions", "spark.sql.adaptive.enabled"};
    char values[2][8] = {"8", "TRUE"};
    struct dyno_setting settings[] = {{keys[0], values[0]}, {keys[1], values[1]}};
    (void)state;
    char *command = command_under("small_partitions", settings, 1);
    assert_string_equal(
        command, "sparkdyno compare w mine mine --candidate-conf spark.sql.adaptive.enabled=true");
    free(command);
    command = command_under("small_partitions", settings, 2);
    assert_string_equal(command, "");
    free(command);
    command = command_under("data_skew", settings, 2);
    assert_string_equal(command,
                        "sparkdyno compare w mine mine --candidate-conf spark.sql.adaptive."
                        "skewJoin.skewedPartitionThresholdInBytes=4m");
    free(command);
}

/* Advice that cannot be measured is none: every profile of the table is there. */
static void test_every_rule_can_be_tested(void **state)
{
    size_t count = 0;
    const struct dyno_rule *rules = dyno_rules(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        char path[400];
        FILE *file = NULL;
        assert_ptr_equal(dyno_rule_find(rules[i].name), &rules[i]);
        assert_non_null(strchr(rules[i].conf, '='));
        assert_true(rules[i].severe > rules[i].threshold);
        if (rules[i].profile == NULL)
            continue;
        (void)snprintf(path, sizeof path, DYNO_SOURCE_DIR "/profiles/%s.conf", rules[i].profile);
        file = fopen(path, "r");
        if (file == NULL)
            fail_msg("%s: profile '%s' is not there", rules[i].name, rules[i].profile);
        (void)fclose(file);
    }
    assert_null(dyno_rule_find("nonsense"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_healthy_statement_has_no_finding),
        cmocka_unit_test(test_skew_and_stragglers_are_told_apart),
        cmocka_unit_test(test_small_things_are_left_out),
        cmocka_unit_test(test_partitions),
        cmocka_unit_test(test_memory_and_time),
        cmocka_unit_test(test_plans),
        cmocka_unit_test(test_findings_sum_up_statements),
        cmocka_unit_test(test_a_few_statements_make_no_finding),
        cmocka_unit_test(test_rules_of_the_server),
        cmocka_unit_test(test_commands_repeat_the_arm),
        cmocka_unit_test(test_commands_name_the_settings_they_leave_out),
        cmocka_unit_test(test_commands_ask_for_something_else),
        cmocka_unit_test(test_every_rule_can_be_tested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
