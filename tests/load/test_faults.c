/* The generator against a server that fails, stalls, dies and comes back. */
#include "load/trial_kit.h"
#include "support/fake_hs2.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define MS DYNO_NS_PER_MS

struct scene {
    struct kit kit;
    struct dyno_fake_hs2 *server;
    struct dyno_fake_hs2_options options;
    char host[16];
    char sql[KIT_QUERIES][64];
};

static void start(struct scene *scene, const struct dyno_fake_hs2_options *options)
{
    memset(scene, 0, sizeof *scene);
    kit_init(&scene->kit);
    scene->options = *options;
    assert_int_equal(dyno_fake_hs2_start(options, &scene->server, NULL), DYNO_OK);
    (void)snprintf(scene->host, sizeof scene->host, "127.0.0.1");
    scene->kit.plan.target.kind = DYNO_TARGET_HS2;
    scene->kit.plan.target.host = scene->host;
    scene->kit.plan.target.port = dyno_fake_hs2_port(scene->server);
}

static void set_sql(struct scene *scene, size_t query, const char *sql)
{
    (void)snprintf(scene->sql[query], sizeof scene->sql[query], "%s", sql);
    scene->kit.queries[query].sql = scene->sql[query];
}

static void end(struct scene *scene)
{
    kit_deinit(&scene->kit);
    dyno_fake_hs2_stop(scene->server);
}

static void test_faults_statements_come_through(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.service_ns = MS});
    set_sql(&scene, 0, "ROWS 2500");
    kit->plan.want_checksum = true;
    kit->plan.is_warmup = true;
    kit->plan.load.warmup_executions = 10;
    assert_int_equal(kit_run(kit, NULL), DYNO_OK);
    assert_int_equal(kit_outcomes(kit, DYNO_OUTCOME_OK), 10);
    uint64_t checksum = kit_record(kit, 0)->checksum;
    for (uint64_t seq = 0; seq < kit_count(kit); seq++) {
        const struct dyno_record *r = kit_record(kit, seq);
        assert_int_equal(r->rows, 2500);
        assert_true(r->bytes > 2500 * 16);
        assert_true(r->exec_ns <= r->first_ns && r->first_ns < r->done_ns);
        assert_true(dyno_record_service_ns(r) >= MS);
        assert_int_not_equal(r->checksum, 0);
        assert_int_equal(r->checksum, checksum);
    }
    assert_string_equal(kit_header(kit)->server, "Spark SQL");
    assert_true(kit_header(kit)->connect_ns > 0);
    end(&scene);
}

static void test_faults_sql_errors_are_kept_apart(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.service_ns = 0});
    set_sql(&scene, 1, "SELECT FAIL");
    kit->plan.query_count = 2;
    kit->plan.load.rate_per_s = 200;
    kit->plan.load.measure_ns = 300 * MS;
    assert_int_equal(kit_run(kit, NULL), DYNO_OK);
    assert_int_equal(kit->counters.failed, kit_outcomes(kit, DYNO_OUTCOME_SQL_ERROR));
    assert_true(kit->counters.failed > 10 && kit->counters.completed > 10);
    assert_int_equal(kit_header(kit)->errors, kit->counters.failed);
    assert_int_equal(kit_header(kit)->error_sample_count, 1);
    assert_int_equal(kit_header(kit)->error_samples[0].query, 1);
    assert_string_equal(kit_header(kit)->error_samples[0].sqlstate, "42P01");
    assert_int_equal(kit_header(kit)->reconnects, 0);
    for (uint64_t seq = 0; seq < kit_count(kit); seq++)
        if (kit_record(kit, seq)->outcome == DYNO_OUTCOME_SQL_ERROR)
            assert_string_equal(kit_record(kit, seq)->sqlstate, "42P01");
    end(&scene);
}

static void test_faults_slow_statements_time_out_and_are_cancelled(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.service_ns = 0});
    set_sql(&scene, 0, "SLEEP 60000");
    kit->plan.load.arrival = DYNO_ARRIVAL_CLOSED;
    kit->plan.load.timeout_ns = 200 * MS;
    kit->plan.load.measure_ns = 500 * MS;
    assert_int_equal(kit_run(kit, NULL), DYNO_OK);
    assert_true(kit->counters.failed >= 2);
    assert_int_equal(kit->counters.failed, kit->counters.offered);
    for (uint64_t seq = 0; seq < kit_count(kit); seq++) {
        const struct dyno_record *r = kit_record(kit, seq);
        assert_int_equal(r->outcome, DYNO_OUTCOME_TIMEOUT);
        assert_true(dyno_record_service_ns(r) >= 200 * MS);
        assert_true(dyno_record_service_ns(r) < 700 * MS);
    }
    assert_true(dyno_fake_hs2_calls(scene.server, DYNO_HS2_CANCEL_OPERATION) >=
                kit->counters.failed);
    end(&scene);
}

static void test_faults_the_end_of_the_drain_cancels_on_the_server(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.service_ns = 0});
    set_sql(&scene, 0, "SLEEP 60000");
    kit->plan.load.rate_per_s = 100;
    kit->plan.load.measure_ns = 100 * MS;
    kit->plan.load.drain_ns = 100 * MS;
    int64_t begin_ns = dyno_now_ns();
    assert_int_equal(kit_run(kit, NULL), DYNO_OK);
    assert_true(dyno_now_ns() - begin_ns < 3 * DYNO_NS_PER_S);
    assert_int_equal(kit_outcomes(kit, DYNO_OUTCOME_CANCELLED), 2);
    assert_int_equal(kit->counters.censored, kit->counters.offered);
    assert_true(dyno_fake_hs2_calls(scene.server, DYNO_HS2_CANCEL_OPERATION) >= 2);
    end(&scene);
}

/* Fetch answers that break the connection: each costs one statement and one new connection. */
static void test_faults_sessions_connect_anew(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.fault = DYNO_FAKE_FAULT_FETCH_RESET});
    kit->plan.load.rate_per_s = 40;
    kit->plan.load.measure_ns = 500 * MS;
    assert_int_equal(kit_run(kit, NULL), DYNO_OK);
    assert_int_equal(kit->counters.completed, 0);
    assert_int_equal(kit->counters.failed, kit_outcomes(kit, DYNO_OUTCOME_CONN_LOST));
    assert_true(kit->counters.failed > 5);
    assert_true(kit_header(kit)->reconnects + 2 >= kit->counters.failed);
    int64_t flagged = 0;
    for (uint64_t seq = 0; seq < kit_count(kit); seq++)
        flagged += kit_record(kit, seq)->flags == DYNO_RECORD_RECONNECTED;
    assert_true(flagged >= kit->counters.failed - 2);
    end(&scene);
}

/* A server that dies in the middle and is back soon. */
static void *restart_server(void *arg)
{
    struct scene *scene = arg;
    dyno_sleep_ns(300 * MS);
    dyno_fake_hs2_stop(scene->server);
    scene->server = NULL;
    dyno_sleep_ns(300 * MS);
    scene->options.port = scene->kit.plan.target.port;
    for (int i = 0; i < 100 && scene->server == NULL; i++)
        if (dyno_fake_hs2_start(&scene->options, &scene->server, NULL) != DYNO_OK)
            dyno_sleep_ns(10 * MS);
    return NULL;
}

static void test_faults_an_outage_is_survived(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    pthread_t thread;
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.service_ns = 20 * MS});
    kit->plan.load.arrival = DYNO_ARRIVAL_CONSTANT;
    kit->plan.load.rate_per_s = 50;
    kit->plan.load.measure_ns = 2000 * MS;
    assert_int_equal(pthread_create(&thread, NULL, restart_server, &scene), 0);
    assert_int_equal(kit_run(kit, NULL), DYNO_OK);
    pthread_join(thread, NULL);
    assert_non_null(scene.server);
    assert_int_equal(kit->counters.offered, 100);
    assert_true(kit->counters.failed <= 4);
    assert_true(kit->counters.completed > 40);
    assert_int_equal(kit_header(kit)->reconnects, 2);
    /* The outage is in the response times of those that came meanwhile. */
    int64_t longest_ns = 0;
    for (uint64_t seq = 0; seq < kit_count(kit); seq++)
        if (kit_record(kit, seq)->outcome == DYNO_OUTCOME_OK &&
            dyno_record_response_ns(kit_record(kit, seq)) > longest_ns)
            longest_ns = dyno_record_response_ns(kit_record(kit, seq));
    assert_true(longest_ns > 200 * MS);
    end(&scene);
}

static void test_faults_a_refused_connection_fails_the_trial(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.service_ns = 0});
    dyno_fake_hs2_stop(scene.server);
    scene.server = NULL;
    assert_int_equal(kit_run(kit, NULL), DYNO_ECONN);
    assert_int_equal(kit_header(kit)->state, DYNO_TRIAL_FAILED);
    assert_int_equal(kit_header(kit)->error_status, DYNO_ECONN);
    assert_string_equal(kit_header(kit)->error_sqlstate, "08001");
    assert_non_null(strstr(kit_header(kit)->error, "session "));
    assert_string_equal(kit_header(kit)->error, kit->err.message);
    assert_int_equal(kit->counters.started, 0);
    end(&scene);
}

static void test_faults_a_setting_that_is_refused_fails_the_trial(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    char key[] = "spark.sql.warehouse.dir";
    char value[] = "/elsewhere";
    struct dyno_setting setting = {.key = key, .value = value};
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.service_ns = 0});
    kit->plan.settings = &setting;
    kit->plan.setting_count = 1;
    assert_int_not_equal(kit_run(kit, NULL), DYNO_OK);
    assert_int_equal(kit_header(kit)->state, DYNO_TRIAL_FAILED);
    assert_non_null(strstr(kit_header(kit)->error, "spark.sql.warehouse.dir"));
    end(&scene);
}

static void test_faults_settings_are_set_in_every_session(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    char key[] = "spark.sql.shuffle.partitions";
    char value[] = "8";
    struct dyno_setting setting = {.key = key, .value = value};
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.service_ns = 0});
    kit->plan.settings = &setting;
    kit->plan.setting_count = 1;
    kit->plan.load.sessions = 3;
    kit->plan.load.rate_per_s = 1;
    kit->plan.load.measure_ns = 10 * MS;
    assert_int_equal(kit_run(kit, NULL), DYNO_OK);
    assert_true(dyno_fake_hs2_calls(scene.server, DYNO_HS2_EXECUTE_STATEMENT) >= 6);
    end(&scene);
}

static void test_faults_too_many_rows_are_our_limit(void **state)
{
    struct scene scene;
    struct kit *kit = &scene.kit;
    (void)state;
    start(&scene, &(struct dyno_fake_hs2_options){.service_ns = 0});
    set_sql(&scene, 0, "ROWS 5000");
    kit->queries[0].max_rows = 1500;
    kit->plan.is_warmup = true;
    kit->plan.load.warmup_executions = 3;
    assert_int_equal(kit_run(kit, NULL), DYNO_OK);
    assert_int_equal(kit_outcomes(kit, DYNO_OUTCOME_HARNESS_ERROR), 3);
    assert_non_null(strstr(kit_header(kit)->error_samples[0].text, "1500"));
    assert_int_equal(kit_record(kit, 0)->rows, 2000); /* two blocks of 1000 */
    end(&scene);
}

/* A server in a process of its own, which stands still for good after a while. Its port. */
static uint16_t start_stalling_server(pid_t *pid)
{
    uint16_t port = 0;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    *pid = fork();
    assert_true(*pid >= 0);
    if (*pid == 0) {
        struct dyno_fake_freeze freeze = {.at_ns = 300 * MS, .for_ns = 600 * DYNO_NS_PER_S};
        struct dyno_fake_hs2_options options = {
            .service_ns = MS, .freezes = &freeze, .freeze_count = 1};
        struct dyno_fake_hs2 *server = NULL;
        if (dyno_fake_hs2_start(&options, &server, NULL) == DYNO_OK)
            port = dyno_fake_hs2_port(server);
        if (write(ends[1], &port, sizeof port) == sizeof port)
            (void)pause();
        _exit(1);
    }
    assert_int_equal(read(ends[0], &port, sizeof port), sizeof port);
    close(ends[0]);
    close(ends[1]);
    assert_int_not_equal(port, 0);
    return port;
}

/*
 * A server that answers nothing at all, not even a cancel: the generator ends all the same, and the
 * records say which statements may still run. In processes of their own, because the threads that
 * wait for that server are left behind.
 */
static void test_faults_a_stalled_server_does_not_hang_the_end(void **state)
{
    struct kit kit;
    char host[] = "127.0.0.1";
    pid_t server = 0;
    int result = -1;
    (void)state;
    kit_init(&kit);
    kit.plan.target.kind = DYNO_TARGET_HS2;
    kit.plan.target.host = host;
    kit.plan.target.port = start_stalling_server(&server);
    kit.plan.load.rate_per_s = 50;
    kit.plan.load.measure_ns = 600 * MS;
    kit.plan.load.drain_ns = 200 * MS;
    int64_t begin_ns = dyno_now_ns();
    pid_t generator = fork();
    assert_true(generator >= 0);
    if (generator == 0) {
        struct dyno_generator_options options = {.plan = &kit.plan, .trial_path = kit.path};
        _exit(dyno_generate(&options, NULL) == DYNO_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(generator, &result, 0), generator);
    int64_t took_ns = dyno_now_ns() - begin_ns;
    assert_int_equal(kill(server, SIGKILL), 0);
    assert_int_equal(waitpid(server, NULL, 0), server);
    assert_int_equal(result, 0);
    assert_true(took_ns < 12 * DYNO_NS_PER_S);
    kit_check(&kit);
    assert_int_equal(kit_header(&kit)->state, DYNO_TRIAL_FINISHED);
    assert_int_equal(kit_outcomes(&kit, DYNO_OUTCOME_RUNNING), 2);
    assert_true(kit.counters.completed > 0);
    assert_true(kit.counters.censored >= 2);
    kit_deinit(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* First: it forks, which wants no threads of other tests about. */
        cmocka_unit_test(test_faults_a_stalled_server_does_not_hang_the_end),
        cmocka_unit_test(test_faults_statements_come_through),
        cmocka_unit_test(test_faults_sql_errors_are_kept_apart),
        cmocka_unit_test(test_faults_slow_statements_time_out_and_are_cancelled),
        cmocka_unit_test(test_faults_the_end_of_the_drain_cancels_on_the_server),
        cmocka_unit_test(test_faults_sessions_connect_anew),
        cmocka_unit_test(test_faults_an_outage_is_survived),
        cmocka_unit_test(test_faults_a_refused_connection_fails_the_trial),
        cmocka_unit_test(test_faults_a_setting_that_is_refused_fails_the_trial),
        cmocka_unit_test(test_faults_settings_are_set_in_every_session),
        cmocka_unit_test(test_faults_too_many_rows_are_our_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
