#include "collect/gauges.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static cJSON *read_document(const char *version, const char *name)
{
    char path[512];
    cJSON *document = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)snprintf(path, sizeof path, "%s/rest/%s/%s.json", DYNO_TEST_DATA, version, name);
    if (dyno_json_read(path, 1 << 20, &document, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    return document;
}

static double value_of(const struct dyno_series *series, const char *name)
{
    for (size_t i = 0; i < series->counters.len; i++) {
        const struct dyno_store_counter *counter = dyno_vec_at(&series->counters, i);
        if (strcmp(counter->name, name) == 0)
            return counter->value;
    }
    return (double)NAN;
}

static void test_bus_read_understands_both_versions(void **state)
{
    const char *const versions[] = {"4.1.4", "3.5.7"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        cJSON *document = read_document(versions[i], "metrics");
        struct dyno_bus bus;
        dyno_bus_read(document, &bus);
        assert_true(bus.all_jobs == 14);
        assert_true(bus.active_jobs == 0);
        assert_true(bus.dropped_events == 0);
        assert_true(bus.queue_size == 0);
        assert_true(bus.events_posted > 100);
        assert_true(bus.running_stages == 0);
        cJSON_Delete(document);
    }
}

static void test_bus_read_sums_queues_whatever_the_namespace(void **state)
{
    cJSON *document = cJSON_Parse(
        "{\"gauges\":{\"my.lab.driver.LiveListenerBus.queue.appStatus.size\":{\"value\":3},"
        "\"my.lab.driver.LiveListenerBus.queue.shared.size\":{\"value\":4}},"
        "\"counters\":{\"my.lab.driver.LiveListenerBus.queue.appStatus.numDroppedEvents\":"
        "{\"count\":5},\"my.lab.driver.LiveListenerBus.queue.shared.numDroppedEvents\":"
        "{\"count\":\"x\"}}}");
    struct dyno_bus bus;
    (void)state;
    dyno_bus_read(document, &bus);
    assert_true(bus.queue_size == 7);
    assert_true(bus.dropped_events == 5);
    assert_true(isnan(bus.all_jobs));
    cJSON_Delete(document);
}

static void test_bus_read_of_nothing_is_unknown(void **state)
{
    struct dyno_bus bus;
    struct dyno_series series;
    (void)state;
    dyno_series_init(&series);
    dyno_bus_read(NULL, &bus);
    assert_true(isnan(bus.dropped_events) && isnan(bus.queue_size) && isnan(bus.active_jobs));
    dyno_bus_note(&bus, &series, 0);
    assert_int_equal(series.counters.len, 0);
    dyno_series_deinit(&series);
}

static void test_executors_note_reads_the_driver_row(void **state)
{
    cJSON *document = read_document("4.1.4", "executors");
    struct dyno_series series;
    (void)state;
    dyno_series_init(&series);
    dyno_executors_note(document, &series, 5);
    assert_true(value_of(&series, "executors") == 1);
    assert_true(value_of(&series, "driver_gc_ms") == value_of(&series, "gc_ms"));
    assert_true(value_of(&series, "driver_wall_ms") > 1000);
    assert_true(value_of(&series, "shuffle_read_bytes") == 142955);
    assert_true(value_of(&series, "peak_heap_bytes") > 1e8);
    dyno_series_deinit(&series);
    cJSON_Delete(document);
}

static void test_executors_note_adds_up_the_active_ones(void **state)
{
    cJSON *document =
        cJSON_Parse("[{\"id\":\"driver\",\"totalGCTime\":1,\"activeTasks\":0},"
                    "{\"id\":\"1\",\"totalGCTime\":20,\"activeTasks\":2,"
                    "\"peakMemoryMetrics\":{\"JVMHeapMemory\":7}},"
                    "{\"id\":\"2\",\"totalGCTime\":300,\"activeTasks\":1,"
                    "\"peakMemoryMetrics\":{\"JVMHeapMemory\":9}},"
                    "{\"id\":\"3\",\"isActive\":false,\"totalGCTime\":4000,\"activeTasks\":5},7]");
    struct dyno_series series;
    (void)state;
    dyno_series_init(&series);
    dyno_executors_note(document, &series, 5);
    assert_true(value_of(&series, "executors") == 3);
    assert_true(value_of(&series, "gc_ms") == 321);
    assert_true(value_of(&series, "driver_gc_ms") == 1);
    assert_true(value_of(&series, "active_tasks") == 3);
    assert_true(value_of(&series, "peak_heap_bytes") == 9);
    assert_true(isnan(value_of(&series, "disk_used_bytes")));
    dyno_series_deinit(&series);
    cJSON_Delete(document);
}

static void test_storage_note_adds_up_cached_tables(void **state)
{
    cJSON *document = cJSON_Parse("[{\"id\":1,\"memoryUsed\":10,\"diskUsed\":1,"
                                  "\"numPartitions\":4,\"numCachedPartitions\":3},"
                                  "{\"id\":2,\"memoryUsed\":20,\"diskUsed\":\"x\"}]");
    struct dyno_series series;
    (void)state;
    dyno_series_init(&series);
    dyno_storage_note(document, &series, 5);
    assert_true(value_of(&series, "cached_rdds") == 2);
    assert_true(value_of(&series, "memory_bytes") == 30);
    assert_true(value_of(&series, "disk_bytes") == 1);
    assert_true(value_of(&series, "cached_partitions") == 3);
    dyno_series_deinit(&series);
    cJSON_Delete(document);
}

static void test_series_stops_at_its_ceiling(void **state)
{
    struct dyno_series series;
    size_t count = 0;
    (void)state;
    dyno_series_init(&series);
    for (size_t i = 0; i < DYNO_SERIES_MAX + 3; i++)
        dyno_series_add(&series, "host", "x", (int64_t)i, 1);
    dyno_series_add(&series, "host", "x", 0, (double)NAN);
    assert_int_equal(series.dropped, 3);
    struct dyno_store_counter *counters = dyno_series_take(&series, 10, &count);
    assert_int_equal(count, DYNO_SERIES_MAX);
    assert_int_equal(counters[0].t_ns, -10);
    free(counters);
    dyno_series_deinit(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bus_read_understands_both_versions),
        cmocka_unit_test(test_bus_read_sums_queues_whatever_the_namespace),
        cmocka_unit_test(test_bus_read_of_nothing_is_unknown),
        cmocka_unit_test(test_executors_note_reads_the_driver_row),
        cmocka_unit_test(test_executors_note_adds_up_the_active_ones),
        cmocka_unit_test(test_storage_note_adds_up_cached_tables),
        cmocka_unit_test(test_series_stops_at_its_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
