/* The fake server keeps to its script: other tests take its truth for granted. */
#include "fixture.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int64_t now_ms(int64_t since_ns)
{
    return (dyno_now_ns() - since_ns) / DYNO_NS_PER_MS;
}

static void test_statements_queue_for_slots_in_order(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.slots = 2, .service_ns = 40 * DYNO_NS_PER_MS};
    struct fixture fixture = fixture_open(&options);
    struct dyno_hs2_operation *operations[6];
    int64_t began = dyno_now_ns();
    for (int i = 0; i < 6; i++)
        operations[i] = fixture_execute(&fixture, "SELECT 1");
    for (int i = 0; i < 6; i++) {
        assert_int_equal(dyno_hs2_operation_wait(operations[i], INT64_MAX, &fixture.err), DYNO_OK);
        int64_t expected_ms = (i / 2 + 1) * 40;
        assert_in_range(now_ms(began), expected_ms, expected_ms + 115);
        dyno_hs2_operation_close(operations[i]);
    }
    fixture_close(&fixture);
}

static void test_freeze_prolongs_what_runs(void **state)
{
    (void)state;
    const struct dyno_fake_freeze freeze = {.at_ns = 50 * DYNO_NS_PER_MS,
                                            .for_ns = 100 * DYNO_NS_PER_MS};
    const struct dyno_fake_hs2_options options = {.freezes = &freeze, .freeze_count = 1};
    int64_t began = dyno_now_ns();
    struct fixture fixture = fixture_open(&options);
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "SLEEP 80");
    assert_in_range(now_ms(began), 180, 1000);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void test_freeze_holds_back_answers(void **state)
{
    (void)state;
    const struct dyno_fake_freeze freeze = {.at_ns = 0, .for_ns = 80 * DYNO_NS_PER_MS};
    const struct dyno_fake_hs2_options options = {.freezes = &freeze, .freeze_count = 1};
    int64_t began = dyno_now_ns();
    struct fixture fixture = fixture_open(&options);
    assert_in_range(now_ms(began), 80, 1000);
    fixture_close(&fixture);
}

static void test_every_nth_statement_fails(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.fail_every = 3};
    struct fixture fixture = fixture_open(&options);
    for (int i = 1; i <= 9; i++) {
        struct dyno_hs2_operation *operation = fixture_execute(&fixture, "SELECT 1");
        assert_int_equal(dyno_hs2_operation_wait(operation, INT64_MAX, &fixture.err),
                         i % 3 == 0 ? DYNO_ESERVER : DYNO_OK);
        dyno_hs2_operation_close(operation);
    }
    fixture_close(&fixture);
}

static void check_setting(struct fixture *fixture, const char *sql, const char *value)
{
    struct dyno_hs2_operation *operation = fixture_run(fixture, sql);
    assert_int_equal(dyno_hs2_operation_fetch(operation, 10, &fixture->block, &fixture->err),
                     DYNO_OK);
    assert_int_equal(fixture->block.row_count, 1);
    assert_cell(&fixture->block, 1, 0, value);
    dyno_hs2_operation_close(operation);
}

static void test_settings_are_read_back(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.is_sasl = true};
    struct fixture fixture = fixture_open(&options);
    check_setting(&fixture, "SET spark.sql.adaptive.enabled", "true");
    check_setting(&fixture, "SET spark.sql.adaptive.enabled=false", "false");
    check_setting(&fixture, "set spark.sql.adaptive.enabled", "false");
    check_setting(&fixture, "SET no.such.key", "<undefined>");
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "SET -v");
    assert_int_equal(dyno_hs2_operation_fetch(operation, 99, &fixture.block, &fixture.err),
                     DYNO_OK);
    assert_int_equal(fixture.block.column_count, 4);
    assert_true(fixture.block.row_count >= 5);
    dyno_hs2_operation_close(operation);
    operation = fixture_execute(&fixture, "SET spark.executor.memory=1g");
    assert_int_equal(dyno_hs2_operation_wait(operation, INT64_MAX, &fixture.err), DYNO_ESERVER);
    assert_string_equal(fixture.err.sqlstate, "46110");
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

/* Sum of the service times that a seed gives, from the truth log. */
static int64_t logged_service_ns(uint64_t seed, enum dyno_fake_distribution distribution,
                                 size_t count)
{
    char path[] = "/tmp/dyno_fake_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    const struct dyno_fake_hs2_options options = {.service_ns = DYNO_NS_PER_MS,
                                                  .distribution = distribution,
                                                  .sigma = 0.5,
                                                  .seed = seed,
                                                  .log_path = path};
    struct fixture fixture = fixture_open(&options);
    for (size_t i = 0; i < count; i++)
        dyno_hs2_operation_close(fixture_run(&fixture, "/* q\t1 */ SELECT 1"));
    fixture_close(&fixture);
    FILE *log = fdopen(fd, "r");
    long long received = 0;
    long long start = 0;
    long long end = 0;
    long long told = 0;
    long long fetched = 0;
    char outcome[20] = "";
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(fscanf(log, "%lld\t%lld\t%lld\t%lld\t%lld\t%19s\t/* q 1 */ SELECT 1\n",
                                &received, &start, &end, &told, &fetched, outcome),
                         6);
        assert_string_equal(outcome, "finished");
        assert_true(received <= start && start <= end && end <= told);
        sum += end - start;
    }
    assert_int_equal(fgetc(log), EOF);
    (void)fclose(log);
    (void)unlink(path);
    return sum;
}

static void test_truth_log_shows_seeded_service_times(void **state)
{
    (void)state;
    int64_t first = logged_service_ns(1, DYNO_FAKE_EXPONENTIAL, 200);
    assert_in_range(first, 150 * DYNO_NS_PER_MS, 260 * DYNO_NS_PER_MS);
    assert_int_equal(logged_service_ns(1, DYNO_FAKE_EXPONENTIAL, 200), first);
    assert_int_not_equal(logged_service_ns(2, DYNO_FAKE_EXPONENTIAL, 200), first);
    assert_int_equal(logged_service_ns(1, DYNO_FAKE_FIXED, 20), 20 * DYNO_NS_PER_MS);
    assert_in_range(logged_service_ns(1, DYNO_FAKE_LOGNORMAL, 200), 160 * DYNO_NS_PER_MS,
                    240 * DYNO_NS_PER_MS);
}

/* Service time of the last statement of a log. */
static int64_t last_service_ns(const char *path)
{
    FILE *log = fopen(path, "r");
    assert_non_null(log);
    char line[256];
    long long start = 0;
    long long end = 0;
    while (fgets(line, sizeof line, log) != NULL)
        assert_int_equal(sscanf(line, "%*d\t%lld\t%lld", &start, &end), 2);
    (void)fclose(log);
    return end - start;
}

/* Two main effects and an interaction: their logarithms add up where all of them hold. */
static void test_settings_make_statements_slower_or_faster(void **state)
{
    static const char *const effects[] = {"a=1,0.5", "b=1,-0.2", "a=1,b=1,0.4"};
    static const struct {
        const char *set[2];
        double log;
    } cases[] = {
        {{"SET a=0", "SET b=0"}, 0.0},
        {{"SET a=1", "SET b=0"}, 0.5},
        {{"SET a=0", "SET b=1"}, -0.2},
        {{"SET a=1", "SET b=1"}, 0.7},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[] = "/tmp/dyno_fake_XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        close(fd);
        const struct dyno_fake_hs2_options options = {
            .service_ns = DYNO_NS_PER_MS, .effects = effects, .effect_count = 3, .log_path = path};
        struct fixture fixture = fixture_open(&options);
        dyno_hs2_operation_close(fixture_run(&fixture, cases[i].set[0]));
        dyno_hs2_operation_close(fixture_run(&fixture, cases[i].set[1]));
        dyno_hs2_operation_close(fixture_run(&fixture, "SELECT 1"));
        fixture_close(&fixture);
        assert_true(fabs((double)last_service_ns(path) - 1e6 * exp(cases[i].log)) <= 1.0);
        (void)unlink(path);
    }
}

static void test_cancelled_statement_frees_its_slot(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.slots = 1};
    struct fixture fixture = fixture_open(&options);
    int64_t began = dyno_now_ns();
    struct dyno_hs2_operation *slow = fixture_execute(&fixture, "SLEEP 60000");
    assert_int_equal(dyno_hs2_operation_cancel(slow, &fixture.err), DYNO_OK);
    struct dyno_hs2_operation *next = fixture_run(&fixture, "SELECT 1");
    assert_true(now_ms(began) < 1000);
    dyno_hs2_operation_close(next);
    dyno_hs2_operation_close(slow);
    fixture_close(&fixture);
}

static void test_closed_connections_are_forgotten(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.is_sasl = false};
    struct fixture fixture = fixture_open(&options);
    assert_int_equal(dyno_fake_hs2_connections(fixture.server), 1);
    dyno_hs2_session_close(fixture.session);
    fixture.session = NULL;
    for (int i = 0; i < 1000 && dyno_fake_hs2_connections(fixture.server) > 0; i++)
        dyno_sleep_ns(DYNO_NS_PER_MS);
    assert_int_equal(dyno_fake_hs2_connections(fixture.server), 0);
    fixture_close(&fixture);
}

struct client {
    struct dyno_fake_hs2 *server;
    size_t statements;
};

static void *work_off(void *ctx)
{
    const struct client *client = ctx;
    const struct dyno_hs2_options options = fixture_client(client->server, false);
    struct dyno_hs2_session *session = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_hs2_session_open(&options, &session, &err) != DYNO_OK)
        return NULL;
    bool is_good = true;
    for (size_t i = 0; i < client->statements && is_good; i++) {
        struct dyno_hs2_operation *operation = NULL;
        is_good = dyno_hs2_execute(session, "SELECT 1", 0, &operation, &err) == DYNO_OK &&
                  dyno_hs2_operation_wait(operation, INT64_MAX, &err) == DYNO_OK;
        dyno_hs2_operation_close(operation);
    }
    dyno_hs2_session_close(session);
    return is_good ? ctx : NULL;
}

static void test_many_connections_at_once(void **state)
{
    (void)state;
    enum {
        CLIENTS = 16,
        STATEMENTS = 50
    };
    const struct dyno_fake_hs2_options options = {.slots = 4, .service_ns = 10000};
    struct dyno_err err = DYNO_ERR_INIT;
    struct client client = {.statements = STATEMENTS};
    pthread_t threads[CLIENTS];
    assert_int_equal(dyno_fake_hs2_start(&options, &client.server, &err), DYNO_OK);
    for (size_t i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work_off, &client), 0);
    for (size_t i = 0; i < CLIENTS; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        assert_non_null(result);
    }
    assert_int_equal(dyno_fake_hs2_calls(client.server, DYNO_HS2_EXECUTE_STATEMENT),
                     CLIENTS * STATEMENTS);
    dyno_fake_hs2_stop(client.server);
}

static void test_fault_names_are_known(void **state)
{
    (void)state;
    for (int i = 0; i < DYNO_FAKE_FAULT_COUNT; i++)
        assert_int_equal(dyno_fake_fault_of(dyno_fake_fault_name((enum dyno_fake_fault)i)), i);
    assert_int_equal(dyno_fake_fault_of("nonsense"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements_queue_for_slots_in_order),
        cmocka_unit_test(test_freeze_prolongs_what_runs),
        cmocka_unit_test(test_freeze_holds_back_answers),
        cmocka_unit_test(test_every_nth_statement_fails),
        cmocka_unit_test(test_settings_are_read_back),
        cmocka_unit_test(test_truth_log_shows_seeded_service_times),
        cmocka_unit_test(test_settings_make_statements_slower_or_faster),
        cmocka_unit_test(test_cancelled_statement_frees_its_slot),
        cmocka_unit_test(test_closed_connections_are_forgotten),
        cmocka_unit_test(test_many_connections_at_once),
        cmocka_unit_test(test_fault_names_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
