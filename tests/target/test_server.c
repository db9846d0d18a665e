/* The targets that speak to a server, each through the same tests: they must not differ. */
#include "target/server_kit.h"

#include <pthread.h>
#include <stdlib.h>

#define MS DYNO_NS_PER_MS

static const enum dyno_target_kind kinds[] = {DYNO_TARGET_HS2, DYNO_TARGET_ODBC};
#define KINDS (sizeof kinds / sizeof kinds[0])

static void test_server_same_rows_same_checksum(void **state)
{
    static const struct {
        const char *sql;
        int64_t rows;
    } cases[] = {{"SELECT 1", 1}, {"ROWS 1", 1}, {"ROWS 2345", 2345}, {"ROWS 0", 0},
                 {"TYPES", 3},    {"ZERO", 0},   {"ROWS 10", 10}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dyno_fetched total[KINDS];
        for (size_t k = 0; k < KINDS; k++) {
            struct server_kit kit;
            server_kit_open(&kit, kinds[k], &(struct dyno_fake_hs2_options){.port = 0});
            assert_int_equal(server_kit_run(&kit, cases[i].sql, &total[k]), DYNO_OK);
            assert_int_equal(total[k].rows, cases[i].rows);
            assert_true(cases[i].rows == 0 || total[k].bytes > 0);
            server_kit_close(&kit);
        }
        assert_int_equal(total[0].checksum, total[1].checksum);
        assert_int_equal(total[0].checksum == 0, cases[i].rows == 0);
    }
}

/* One connection, results of changing shapes, errors between: what is bound must not be mixed up. */
static void test_server_shapes_change_on_one_connection(void **state)
{
    static const char *const texts[] = {"ROWS 1500", "SELECT 1",  "ROWS 3",    "ZERO",
                                        "TYPES",     "ROWS 1500", "ROWS 1500", "CREATE X"};
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct server_kit kit;
        struct dyno_fetched first = {.rows = 0};
        struct dyno_fetched total;
        server_kit_open(&kit, kinds[k], &(struct dyno_fake_hs2_options){.port = 0});
        for (size_t round = 0; round < 3; round++) {
            for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
                assert_int_equal(server_kit_run(&kit, texts[i], &total), DYNO_OK);
                if (first.rows == 0)
                    first = total;
                if (strcmp(texts[i], "ROWS 1500") == 0)
                    assert_int_equal(total.checksum, first.checksum);
            }
            assert_int_equal(server_kit_run(&kit, "SELECT FAIL", &total), DYNO_ESERVER);
            assert_true(kit.ops->is_alive(kit.conn));
        }
        server_kit_close(&kit);
    }
}

static void test_server_statement_may_be_left_half_fetched(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct server_kit kit;
        struct dyno_fetched part;
        server_kit_open(&kit, kinds[k], &(struct dyno_fake_hs2_options){.port = 0});
        for (int round = 0; round < 2; round++) {
            assert_int_equal(kit.ops->execute(kit.conn, "ROWS 5000", INT64_MAX, &kit.err), DYNO_OK);
            assert_int_equal(kit.ops->fetch(kit.conn, false, &part, &kit.err), DYNO_OK);
            assert_true(part.rows > 0 && part.rows <= 1000);
            assert_int_equal(part.checksum, 0);
        }
        assert_int_equal(server_kit_run(&kit, "SELECT 1", &part), DYNO_OK);
        kit.ops->finish(kit.conn);
        server_kit_close(&kit);
    }
}

static void test_server_query_gives_text(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct server_kit kit;
        struct dyno_text_result result = DYNO_TEXT_RESULT_INIT;
        struct dyno_fetched total;
        server_kit_open(&kit, kinds[k], &(struct dyno_fake_hs2_options){.port = 0});
        /* Before and after a fetch with bound columns. */
        for (int round = 0; round < 2; round++) {
            assert_int_equal(kit.ops->query(kit.conn, "ROWS 15", INT64_MAX, &result, &kit.err),
                             DYNO_OK);
            assert_int_equal(result.row_count, 15);
            assert_int_equal(result.column_count, 4);
            assert_string_equal(result.columns[1], "half");
            assert_string_equal(dyno_text_result_cell(&result, 3, 0), "3");
            assert_string_equal(dyno_text_result_cell(&result, 3, 1), "1.5");
            assert_null(dyno_text_result_cell(&result, 7, 3));
            assert_non_null(dyno_text_result_cell(&result, 8, 3));
            dyno_text_result_deinit(&result);
            assert_int_equal(server_kit_run(&kit, "ROWS 15", &total), DYNO_OK);
            assert_int_equal(total.rows, 15);
        }
        assert_int_equal(kit.ops->query(kit.conn, "ZERO", INT64_MAX, &result, &kit.err), DYNO_OK);
        assert_int_equal(result.column_count, 0);
        assert_null(result.columns);
        server_kit_close(&kit);
    }
}

static void test_server_query_reads_settings_back(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct server_kit kit;
        struct dyno_text_result result = DYNO_TEXT_RESULT_INIT;
        server_kit_open(&kit, kinds[k], &(struct dyno_fake_hs2_options){.port = 0});
        assert_int_equal(kit.ops->query(kit.conn, "SET spark.sql.shuffle.partitions=17", INT64_MAX,
                                        &result, &kit.err),
                         DYNO_OK);
        dyno_text_result_deinit(&result);
        assert_int_equal(kit.ops->query(kit.conn, "SET spark.sql.shuffle.partitions", INT64_MAX,
                                        &result, &kit.err),
                         DYNO_OK);
        assert_string_equal(dyno_text_result_cell(&result, 0, 1), "17");
        dyno_text_result_deinit(&result);
        server_kit_close(&kit);
    }
}

static void test_server_errors_carry_their_sqlstate(void **state)
{
    static const char *const sqlstates[KINDS] = {"42P01", "42S02"};
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct server_kit kit;
        struct dyno_text_result result = DYNO_TEXT_RESULT_INIT;
        server_kit_open(&kit, kinds[k], &(struct dyno_fake_hs2_options){.port = 0});
        assert_int_equal(kit.ops->query(kit.conn, "SELECT FAIL", INT64_MAX, &result, &kit.err),
                         DYNO_ESERVER);
        assert_string_equal(kit.err.sqlstate, sqlstates[k]);
        assert_true(strlen(kit.err.message) > 10);
        assert_null(result.columns);
        server_kit_close(&kit);
    }
}

static void test_server_deadline_ends_a_statement(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct server_kit kit;
        struct dyno_fetched total;
        server_kit_open(&kit, kinds[k], &(struct dyno_fake_hs2_options){.port = 0});
        int64_t begin_ns = dyno_now_ns();
        enum dyno_status status =
            kit.ops->execute(kit.conn, "SLEEP 60000", begin_ns + DYNO_NS_PER_S, &kit.err);
        int64_t took_ns = dyno_now_ns() - begin_ns;
        assert_int_equal(status, DYNO_ETIMEOUT);
        assert_string_equal(kit.err.sqlstate, "HYT00");
        assert_true(took_ns >= 990 * MS && took_ns < 1500 * MS);
        kit.ops->finish(kit.conn);
        /* The connection is of further use, or says that it is not. */
        if (kit.ops->is_alive(kit.conn))
            assert_int_equal(server_kit_run(&kit, "SELECT 1", &total), DYNO_OK);
        assert_true(dyno_fake_hs2_calls(kit.server, DYNO_HS2_CANCEL_OPERATION) > 0);
        server_kit_close(&kit);
    }
}

static void *cancel_later(void *arg)
{
    struct server_kit *kit = arg;
    dyno_sleep_ns(200 * MS);
    assert_int_equal(kit->ops->cancel(kit->conn, NULL), DYNO_OK);
    return NULL;
}

static void test_server_cancel_from_another_thread(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct server_kit kit;
        struct dyno_fetched total;
        pthread_t thread;
        server_kit_open(&kit, kinds[k], &(struct dyno_fake_hs2_options){.port = 0});
        assert_int_equal(kit.ops->cancel(kit.conn, NULL), DYNO_OK); /* nothing runs: harmless */
        int64_t begin_ns = dyno_now_ns();
        assert_int_equal(pthread_create(&thread, NULL, cancel_later, &kit), 0);
        assert_int_equal(kit.ops->execute(kit.conn, "SLEEP 60000", INT64_MAX, &kit.err),
                         DYNO_ECANCELLED);
        pthread_join(thread, NULL);
        assert_true(dyno_now_ns() - begin_ns < 2 * DYNO_NS_PER_S);
        kit.ops->finish(kit.conn);
        assert_int_equal(server_kit_run(&kit, "SELECT 1", &total), DYNO_OK);
        assert_int_equal(total.rows, 1);
        server_kit_close(&kit);
    }
}

static void test_server_lost_connection_is_told(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct server_kit kit;
        struct dyno_fetched total;
        server_kit_open(&kit, kinds[k],
                        &(struct dyno_fake_hs2_options){.fault = DYNO_FAKE_FAULT_FETCH_RESET});
        assert_true(kit.ops->is_alive(kit.conn));
        assert_int_equal(server_kit_run(&kit, "ROWS 10", &total), DYNO_ECONN);
        assert_memory_equal(kit.err.sqlstate, "08", 2);
        assert_false(kit.ops->is_alive(kit.conn));
        server_kit_close(&kit);
    }
}

static void test_server_refused_connection(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct server_kit kit;
        server_kit_start(&kit, kinds[k], &(struct dyno_fake_hs2_options){.port = 0});
        dyno_fake_hs2_stop(kit.server);
        kit.server = NULL;
        assert_int_equal(kit.ops->open(&kit.config, 2 * DYNO_NS_PER_S, &kit.conn, &kit.err),
                         DYNO_ECONN);
        assert_string_equal(kit.err.sqlstate, "08001");
        assert_null(kit.conn);
        server_kit_close(&kit);
    }
}

/* ODBC has no states for these two; what is told beside the state has to do. */
static void test_server_tls_and_dns_failures_have_their_own_status(void **state)
{
    (void)state;
    static const struct {
        const char *keys;
        enum dyno_status status;
    } rows[] = {
        {"Host=127.0.0.1;SSL=1", DYNO_ETLS},
        {"Host=127.0.0.1;SSL=1;TrustedCerts=/nonexistent", DYNO_ETLS},
        {"Host=no such host", DYNO_EDNS},
    };
    struct server_kit kit;
    server_kit_start(&kit, DYNO_TARGET_ODBC, &(struct dyno_fake_hs2_options){.is_sasl = true});
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)snprintf(kit.connection, sizeof kit.connection, "Driver=%s;Port=%u;%s",
                       DYNO_TEST_DRIVER, kit.config.port, rows[i].keys);
        assert_int_equal(kit.ops->open(&kit.config, 5 * DYNO_NS_PER_S, &kit.conn, &kit.err),
                         rows[i].status);
        assert_string_equal(kit.err.sqlstate, "08001");
    }
    kit.config.kind = DYNO_TARGET_HS2;
    (void)snprintf(kit.host, sizeof kit.host, "no such host");
    assert_int_equal(
        dyno_target_ops(DYNO_TARGET_HS2)->open(&kit.config, 5 * DYNO_NS_PER_S, &kit.conn, &kit.err),
        DYNO_EDNS);
    server_kit_close(&kit);
}

static void test_server_wrong_password(void **state)
{
    char user[] = "me";
    char password[] = "wrong-and-secret";
    char auth[] = "plain";
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct server_kit kit;
        server_kit_start(
            &kit, kinds[k],
            &(struct dyno_fake_hs2_options){.is_sasl = true, .user = "me", .password = "right"});
        kit.config.user = user;
        kit.config.password = password;
        kit.config.auth = auth;
        (void)snprintf(kit.connection, sizeof kit.connection,
                       "Driver=%s;Host=127.0.0.1;Port=%u;UID=me;PWD=%s", DYNO_TEST_DRIVER,
                       kit.config.port, password);
        assert_int_equal(kit.ops->open(&kit.config, 2 * DYNO_NS_PER_S, &kit.conn, &kit.err),
                         DYNO_EAUTH);
        assert_null(strstr(kit.err.message, password));
        server_kit_close(&kit);
    }
}

static void test_server_info_names_driver_and_server(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct server_kit kit;
        struct dyno_target_info info;
        server_kit_open(&kit, kinds[k], &(struct dyno_fake_hs2_options){.port = 0});
        assert_int_equal(kit.ops->info(kit.conn, &info, &kit.err), DYNO_OK);
        assert_string_equal(info.server, "Spark SQL");
        assert_true(info.server_version[0] != '\0');
        assert_true(info.driver[0] != '\0');
        assert_int_equal(info.threading_level, kinds[k] == DYNO_TARGET_ODBC ? 0 : -1);
        assert_int_equal(info.driver_manager[0] != '\0', kinds[k] == DYNO_TARGET_ODBC);
        server_kit_close(&kit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_same_rows_same_checksum),
        cmocka_unit_test(test_server_shapes_change_on_one_connection),
        cmocka_unit_test(test_server_statement_may_be_left_half_fetched),
        cmocka_unit_test(test_server_query_gives_text),
        cmocka_unit_test(test_server_query_reads_settings_back),
        cmocka_unit_test(test_server_errors_carry_their_sqlstate),
        cmocka_unit_test(test_server_deadline_ends_a_statement),
        cmocka_unit_test(test_server_cancel_from_another_thread),
        cmocka_unit_test(test_server_lost_connection_is_told),
        cmocka_unit_test(test_server_refused_connection),
        cmocka_unit_test(test_server_tls_and_dns_failures_have_their_own_status),
        cmocka_unit_test(test_server_wrong_password),
        cmocka_unit_test(test_server_info_names_driver_and_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
