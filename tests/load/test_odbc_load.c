/* The generator through the whole ODBC stack: driver manager and our driver, against the fake server. */
#include "load/trial_kit.h"
#include "support/fake_hs2.h"

#include <stdio.h>
#include <stdlib.h>

#define MS DYNO_NS_PER_MS

struct scene {
    struct kit kit;
    struct dyno_fake_hs2 *server;
    char connection[1024];
    char sql[64];
};

static void start(struct scene *scene, const struct dyno_fake_hs2_options *options, const char *sql)
{
    memset(scene, 0, sizeof *scene);
    kit_init(&scene->kit);
    assert_int_equal(dyno_fake_hs2_start(options, &scene->server, NULL), DYNO_OK);
    (void)snprintf(scene->connection, sizeof scene->connection,
                   "Driver=%s;Host=127.0.0.1;Port=%u;AuthMech=0;ThriftTransport=0",
                   DYNO_TEST_DRIVER, dyno_fake_hs2_port(scene->server));
    (void)snprintf(scene->sql, sizeof scene->sql, "%s", sql);
    scene->kit.queries[0].sql = scene->sql;
    scene->kit.plan.target.kind = DYNO_TARGET_ODBC;
    scene->kit.plan.target.connection = scene->connection;
}

static void end(struct scene *scene)
{
    kit_deinit(&scene->kit);
    dyno_fake_hs2_stop(scene->server);
}

static void test_odbc_load_many_sessions(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.service_ns = MS}, "ROWS 100");
    kit->plan.load.arrival = DYNO_ARRIVAL_CLOSED;
    kit->plan.load.sessions = 16;
    kit->plan.load.measure_ns = 400 * MS;
    kit->plan.want_checksum = true;
    assert_int_equal(kit_run(kit, NULL), DYNO_OK);
    assert_int_equal(kit->counters.failed, 0);
    assert_true(kit->counters.completed > 100);
    for (uint64_t seq = 0; seq < kit_count(kit); seq++) {
        assert_int_equal(kit_record(kit, seq)->rows, 100);
        assert_int_equal(kit_record(kit, seq)->checksum, kit_record(kit, 0)->checksum);
    }
    assert_int_equal(kit_header(kit)->threading_level, 0);
    assert_non_null(strstr(kit_header(kit)->driver_manager, "unixODBC"));
    end(&scene);
}

/* Limits below a second are not the driver's to keep: they are cut from outside. */
static void test_odbc_load_statements_time_out(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.port = 0}, "SLEEP 60000");
    kit->plan.load.arrival = DYNO_ARRIVAL_CLOSED;
    kit->plan.load.timeout_ns = 300 * MS;
    kit->plan.load.measure_ns = 800 * MS;
    assert_int_equal(kit_run(kit, NULL), DYNO_OK);
    assert_true(kit->counters.failed >= 2);
    assert_int_equal(kit_outcomes(kit, DYNO_OUTCOME_TIMEOUT), kit->counters.offered);
    for (uint64_t seq = 0; seq < kit_count(kit); seq++) {
        assert_true(dyno_record_service_ns(kit_record(kit, seq)) >= 300 * MS);
        assert_true(dyno_record_service_ns(kit_record(kit, seq)) < 800 * MS);
        assert_string_equal(kit_record(kit, seq)->sqlstate, "HYT00");
    }
    end(&scene);
}

static void test_odbc_load_the_end_of_the_drain_cancels(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.port = 0}, "SLEEP 60000");
    kit->plan.load.rate_per_s = 100;
    kit->plan.load.measure_ns = 100 * MS;
    kit->plan.load.drain_ns = 100 * MS;
    assert_int_equal(kit_run(kit, NULL), DYNO_OK);
    assert_int_equal(kit_outcomes(kit, DYNO_OUTCOME_CANCELLED), 2);
    assert_int_equal(kit->counters.censored, kit->counters.offered);
    end(&scene);
}

static void test_odbc_load_sessions_connect_anew(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.fault = DYNO_FAKE_FAULT_FETCH_RESET},
          "SELECT 1");
    kit->plan.load.rate_per_s = 40;
    kit->plan.load.measure_ns = 300 * MS;
    assert_int_equal(kit_run(kit, NULL), DYNO_OK);
    assert_int_equal(kit->counters.completed, 0);
    assert_true(kit->counters.failed > 3);
    assert_int_equal(kit->counters.failed, kit_outcomes(kit, DYNO_OUTCOME_CONN_LOST));
    assert_true(kit_header(kit)->reconnects > 1);
    end(&scene);
}

static void test_odbc_load_missing_driver_fails_the_trial(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.port = 0}, "SELECT 1");
    (void)snprintf(scene.connection, sizeof scene.connection, "Driver=/nowhere/libno.so");
    assert_int_equal(kit_run(kit, NULL), DYNO_EENV);
    assert_int_equal(kit_header(kit)->state, DYNO_TRIAL_FAILED);
    assert_non_null(strstr(kit_header(kit)->error, "/nowhere/libno.so"));
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_odbc_load_many_sessions),
        cmocka_unit_test(test_odbc_load_statements_time_out),
        cmocka_unit_test(test_odbc_load_the_end_of_the_drain_cancels),
        cmocka_unit_test(test_odbc_load_sessions_connect_anew),
        cmocka_unit_test(test_odbc_load_missing_driver_fails_the_trial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
