/* The odbc target with PostgreSQL's driver: alone, and against a server where run_postgres.py started
 * one. */
#include "base/clock.h"
#include "support/check.h"
#include "target/target.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum dyno_status open_as(const char *connection, struct dyno_conn **out,
                                struct dyno_err *err)
{
    char text[512];
    (void)snprintf(text, sizeof text, "%s", connection);
    struct dyno_target_config config = {
        .kind = DYNO_TARGET_ODBC, .connection = text, .fetch_rows = 1000};
    return dyno_target_ops(DYNO_TARGET_ODBC)->open(&config, 5 * DYNO_NS_PER_S, out, err);
}

static void test_postgres_nobody_listens(void **state)
{
    (void)state;
    struct dyno_conn *conn = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    enum dyno_status status = open_as(
        "Driver=psqlodbcw.so;Servername=127.0.0.1;Port=1;Database=x;UID=x;PWD=hidden", &conn, &err);
    if (status == DYNO_EENV)
        skip();
    assert_int_equal(status, DYNO_ECONN);
    assert_null(strstr(err.message, "hidden"));
    assert_null(conn);
}

static struct dyno_conn *open_server(void)
{
    struct dyno_conn *conn = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    const char *connection = getenv("DYNO_TEST_POSTGRES");
    if (connection == NULL)
        skip();
    enum dyno_status status = open_as(connection, &conn, &err);
    if (status == DYNO_EENV)
        skip();
    if (status != DYNO_OK)
        print_error("%s\n", err.message);
    assert_int_equal(status, DYNO_OK);
    return conn;
}

static struct dyno_fetched fetch_all(struct dyno_conn *conn, const char *sql)
{
    const struct dyno_target_ops *ops = dyno_target_ops(DYNO_TARGET_ODBC);
    struct dyno_fetched part = {.rows = 0};
    struct dyno_fetched total = {.rows = 0};
    struct dyno_err err = DYNO_ERR_INIT;
    enum dyno_status status = ops->execute(conn, sql, INT64_MAX, &err);
    if (status != DYNO_OK)
        print_error("%s: %s\n", sql, err.message);
    assert_int_equal(status, DYNO_OK);
    do {
        assert_int_equal(ops->fetch(conn, true, &part, &err), DYNO_OK);
        total.rows += part.rows;
        total.bytes += part.bytes;
        total.checksum += part.checksum;
    } while (part.rows > 0);
    ops->finish(conn);
    return total;
}

static void test_postgres_rows_and_checksum(void **state)
{
    (void)state;
    struct dyno_conn *conn = open_server();
    const char *up = "SELECT i::bigint AS id, i / 2.0::float8 AS half, 'name ' || i AS name, "
                     "CASE WHEN i % 7 = 0 THEN NULL ELSE 'n' END AS note "
                     "FROM generate_series(1, 2500) AS i ORDER BY i";
    const char *down = "SELECT i::bigint AS id, i / 2.0::float8 AS half, 'name ' || i AS name, "
                       "CASE WHEN i % 7 = 0 THEN NULL ELSE 'n' END AS note "
                       "FROM generate_series(1, 2500) AS i ORDER BY i DESC";
    struct dyno_fetched first = fetch_all(conn, up);
    assert_int_equal(first.rows, 2500);
    assert_int_equal(first.checksum, fetch_all(conn, down).checksum);
    assert_int_equal(fetch_all(conn, "SELECT repeat('x', 20000)").bytes, 20000);
    dyno_target_ops(DYNO_TARGET_ODBC)->close(conn);
}

static void test_postgres_errors_and_facts(void **state)
{
    (void)state;
    const struct dyno_target_ops *ops = dyno_target_ops(DYNO_TARGET_ODBC);
    struct dyno_conn *conn = open_server();
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_target_info info;
    assert_int_equal(ops->execute(conn, "SELECT * FROM nowhere", INT64_MAX, &err), DYNO_ESERVER);
    assert_true(ops->is_alive(conn));
    ops->finish(conn);
    assert_int_equal(fetch_all(conn, "SELECT 1").rows, 1);
    assert_int_equal(ops->info(conn, &info, &err), DYNO_OK);
    assert_non_null(strstr(info.server, "PostgreSQL"));
    assert_in_range(info.threading_level, 0, 3);
    ops->close(conn);
}

static void *cancel_soon(void *arg)
{
    dyno_sleep_ns(300 * DYNO_NS_PER_MS);
    (void)dyno_target_ops(DYNO_TARGET_ODBC)->cancel(arg, NULL);
    return NULL;
}

static void test_postgres_cancel(void **state)
{
    (void)state;
    const struct dyno_target_ops *ops = dyno_target_ops(DYNO_TARGET_ODBC);
    struct dyno_conn *conn = open_server();
    struct dyno_err err = DYNO_ERR_INIT;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, conn), 0);
    assert_int_not_equal(ops->execute(conn, "SELECT pg_sleep(30)", INT64_MAX, &err), DYNO_OK);
    (void)pthread_join(thread, NULL);
    ops->finish(conn);
    assert_int_equal(fetch_all(conn, "SELECT 1").rows, 1);
    ops->close(conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_postgres_nobody_listens),
        cmocka_unit_test(test_postgres_rows_and_checksum),
        cmocka_unit_test(test_postgres_errors_and_facts),
        cmocka_unit_test(test_postgres_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
