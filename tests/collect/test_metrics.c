#include "base/clock.h"
#include "base/file.h"
#include "collect/metrics.h"
#include "collect/prometheus.h"
#include "collect/replay.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_BYTES ((size_t)1 << 20)

static char *read_text(const char *version, const char *name)
{
    char path[512];
    char *text = NULL;
    size_t len = 0;
    (void)snprintf(path, sizeof path, "%s/rest/%s/%s", DYNO_TEST_DATA, version, name);
    assert_int_equal(dyno_file_read(path, MAX_BYTES, &text, &len, NULL), DYNO_OK);
    return text;
}

static cJSON *read_json(const char *version, const char *name)
{
    char path[512];
    cJSON *document = NULL;
    (void)snprintf(path, sizeof path, "%s/rest/%s/%s", DYNO_TEST_DATA, version, name);
    assert_int_equal(dyno_json_read(path, MAX_BYTES, &document, NULL), DYNO_OK);
    return document;
}

static void test_lines_of_all_kinds(void **state)
{
    const char *at =
        "# HELP a b\n\na 1\nb{x=\"1\", y=\"}\\\"\\\\\"} 2.5e3 1795299474552\nnonsense\nc{x=\"1\" 3\n"
        "d{} +Inf\ne \n9\nf NaN\n g 4\nh{y=\"z\"}\t-7";
    struct dyno_prom_sample sample;
    char label[8];
    (void)state;
    assert_true(dyno_prom_next(&at, &sample));
    assert_true(sample.name_len == 1 && sample.name[0] == 'a' && sample.value == 1);
    assert_false(dyno_prom_label(&sample, "x", label, sizeof label));
    assert_true(dyno_prom_next(&at, &sample));
    assert_true(sample.name[0] == 'b' && sample.value == 2500);
    assert_true(dyno_prom_label(&sample, "y", label, sizeof label));
    assert_string_equal(label, "}\"\\");
    assert_true(dyno_prom_label(&sample, "x", label, sizeof label));
    assert_string_equal(label, "1");
    assert_true(dyno_prom_label(&sample, "y", label, 2));
    assert_string_equal(label, "}");
    assert_false(dyno_prom_label(&sample, "z", label, sizeof label));
    assert_true(dyno_prom_next(&at, &sample) && sample.name[0] == 'd' && isinf(sample.value));
    assert_true(dyno_prom_next(&at, &sample) && sample.name[0] == 'f' && isnan(sample.value));
    assert_true(dyno_prom_next(&at, &sample) && sample.name[0] == 'h' && sample.value == -7);
    assert_false(dyno_prom_next(&at, &sample));
}

/* What the text says is what JSON said in the same minute, which a Python program need not be trusted for. */
static void test_text_says_what_json_says(void **state)
{
    char *text = read_text("4.1.4", "metrics.prom");
    cJSON *json = read_json("4.1.4", "metrics_beside.json");
    struct dyno_bus told;
    struct dyno_bus bus;
    (void)state;
    dyno_prom_bus(text, &bus);
    dyno_bus_read(json, &told);
    assert_true(bus.all_jobs == 20 && told.all_jobs == 20);
    assert_true(bus.events_posted == 388 && told.events_posted == 388);
    assert_true(bus.dropped_events == 0 && bus.queue_size == 0 && bus.running_stages == 0);
    assert_memory_equal(&bus, &told, sizeof bus);
    cJSON_Delete(json);
    free(text);
}

static void test_rows_are_those_of_rest(void **state)
{
    char *text = read_text("4.1.4", "executors.prom");
    cJSON *json = read_json("4.1.4", "executors_beside.json");
    cJSON *rows = dyno_prom_executors(text);
    char first[DYNO_DIFFERENCE_BYTES] = "";
    (void)state;
    assert_int_equal(cJSON_GetArraySize(rows), 1);
    const cJSON *row = cJSON_GetArrayItem(rows, 0);
    const cJSON *peaks = cJSON_GetObjectItemCaseSensitive(row, "peakMemoryMetrics");
    assert_string_equal(dyno_json_string_or(row, "id", ""), "driver");
    assert_int_equal(dyno_json_i64_or(row, "completedTasks", -1), 32);
    assert_int_equal(dyno_json_i64_or(row, "totalGCTime", -1), 953);
    assert_int_equal(dyno_json_i64_or(row, "totalShuffleRead", -1), 1132562);
    assert_int_equal(dyno_json_i64_or(peaks, "MinorGCTime", -1), 953);
    assert_int_equal(dyno_json_i64_or(peaks, "OnHeapUnifiedMemory", -1), 70000030);
    /* The heap had grown by the time of the second answer: that is seen if it is not read again. */
    assert_int_equal(dyno_executors_compare(json, rows, json, first), 1);
    assert_string_equal(first, "peak_heap_bytes: 442945536 to 442945536 here, 448188416 there");
    cJSON_Delete(rows);
    cJSON_Delete(json);
    free(text);
    assert_null(dyno_prom_executors("spark_info{version=\"4.1.4\"} 1.0\n"));
    assert_null(dyno_prom_executors(""));
}

static void test_executors_that_come_are_no_difference(void **state)
{
    cJSON *one = cJSON_Parse("[{\"id\":\"1\",\"completedTasks\":5}]");
    cJSON *two =
        cJSON_Parse("[{\"id\":\"1\",\"completedTasks\":5},{\"id\":\"2\",\"completedTasks\":9}]");
    char first[DYNO_DIFFERENCE_BYTES] = "";
    (void)state;
    assert_int_equal(dyno_executors_compare(one, two, two, first), 0);
    assert_int_equal(dyno_executors_compare(two, one, two, first), 2);
    assert_string_equal(first, "executors: 2 to 2 here, 1 there");
    assert_int_equal(dyno_executors_compare(one, one, one, first), 0);
    cJSON_Delete(one);
    cJSON_Delete(two);
}

struct scene {
    struct replay fake;
    struct dyno_feed feed;
    struct dyno_metrics metrics;
};

static void scene_init(struct scene *scene, const char *control)
{
    *scene = (struct scene){.metrics = {.has_bus_by_text = false}};
    replay_start(&scene->fake, "4.1.4", control);
    assert_int_equal(dyno_feed_open(&scene->feed, scene->fake.url, NULL, 10 * DYNO_NS_PER_S, NULL),
                     DYNO_OK);
}

static void scene_deinit(struct scene *scene)
{
    dyno_feed_close(&scene->feed);
    replay_stop(&scene->fake);
}

static void test_text_stands_in_for_what_is_closed(void **state)
{
    struct scene scene;
    struct dyno_bus bus;
    (void)state;
    scene_init(&scene, "{\"no_json\":true,\"prometheus\":true}");
    for (int i = 0; i < 3; i++) {
        cJSON *rows = dyno_metrics_executors(&scene.metrics, &scene.feed);
        dyno_metrics_bus(&scene.metrics, &scene.feed, &bus);
        assert_int_equal(cJSON_GetArraySize(rows), 1);
        assert_true(bus.events_posted == 388);
        cJSON_Delete(rows);
    }
    /* Once it is known, what is closed is not knocked at again. */
    assert_true(scene.metrics.has_bus_by_text && scene.metrics.has_executors_by_text);
    assert_int_equal(replay_count(&scene.fake, "/metrics/json/"), 2);
    assert_int_equal(replay_count(&scene.fake, "/metrics/prometheus/"), 3);
    assert_int_equal(scene.feed.retry_at_ns, 0);
    scene_deinit(&scene);
}

static void test_neither_is_there(void **state)
{
    struct scene scene;
    struct dyno_bus bus;
    (void)state;
    scene_init(&scene, "{\"mode\":\"gone\",\"only\":\"metrics\"}");
    for (int i = 0; i < 3; i++) {
        dyno_metrics_bus(&scene.metrics, &scene.feed, &bus);
        assert_true(isnan(bus.events_posted));
    }
    assert_int_equal(replay_count(&scene.fake, "/metrics/prometheus/"), 1);
    assert_int_equal(scene.feed.failed_calls, 0);
    scene_deinit(&scene);
}

static void check_reconciled(const char *control, const char *expected)
{
    struct scene scene;
    struct dyno_str found;
    scene_init(&scene, control);
    dyno_str_init(&found, 1024);
    dyno_metrics_reconcile(&scene.metrics, &scene.feed, &found);
    if (expected[0] == '\0' ? found.len > 0 : strstr(dyno_str_text(&found), expected) == NULL)
        fail_msg("'%s' instead of '%s'", dyno_str_text(&found), expected);
    assert_int_equal(scene.feed.failures_in_row, 0);
    dyno_str_deinit(&found);
    scene_deinit(&scene);
}

static void test_differences_are_told(void **state)
{
    (void)state;
    check_reconciled("{\"prometheus\":\"beside\",\"differ\":1}",
                     "/executors and /metrics/executors/prometheus differ in 16 values "
                     "(completed_tasks: 32 to 32 here, 33 there)");
    check_reconciled("{\"prometheus\":\"beside\",\"differ\":1}",
                     "/metrics/json and /metrics/prometheus differ in 3 values "
                     "(dropped_events: 0 to 0 here, 4 there)");
    check_reconciled("{\"prometheus\":\"beside\"}", "differ in 1 values (peak_heap_bytes: ");
    check_reconciled("{}", "");
}

static void test_a_bomb_is_not_swallowed(void **state)
{
    struct scene scene;
    const char *text = NULL;
    (void)state;
    scene_init(&scene, "{\"mode\":\"bomb_text\"}");
    assert_int_equal(dyno_feed_get_text(&scene.feed, &text, NULL, DYNO_PROMETHEUS_DRIVER),
                     DYNO_ELIMIT);
    replay_control(&scene.fake, "{\"mode\":\"html\"}");
    for (int i = 0; i < 3; i++)
        assert_int_equal(dyno_feed_get_text(&scene.feed, &text, NULL, DYNO_PROMETHEUS_DRIVER),
                         DYNO_EPROTO);
    size_t sent = replay_count(&scene.fake, "/metrics");
    assert_int_equal(dyno_feed_get_text(&scene.feed, &text, NULL, DYNO_PROMETHEUS_DRIVER),
                     DYNO_ECANCELLED);
    assert_int_equal(replay_count(&scene.fake, "/metrics"), sent);
    scene_deinit(&scene);
}

static int set_up(void **state)
{
    (void)state;
    return dyno_rest_global_init(NULL) == DYNO_OK ? 0 : 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_of_all_kinds),
        cmocka_unit_test(test_text_says_what_json_says),
        cmocka_unit_test(test_rows_are_those_of_rest),
        cmocka_unit_test(test_executors_that_come_are_no_difference),
        cmocka_unit_test(test_text_stands_in_for_what_is_closed),
        cmocka_unit_test(test_neither_is_there),
        cmocka_unit_test(test_differences_are_told),
        cmocka_unit_test(test_a_bomb_is_not_swallowed),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
