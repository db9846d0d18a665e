/* The odbc target with drivers that are not ours, or not there at all. */
#include "base/clock.h"
#include "target/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LONG_TEXT 20000
#define NO_DRIVER 100

struct foreign {
    const struct dyno_target_ops *ops;
    struct dyno_target_config config;
    struct dyno_conn *conn;
    struct dyno_err err;
    char connection[256];
};

static enum dyno_status open_as(struct foreign *f, const char *connection)
{
    memset(f, 0, sizeof *f);
    (void)snprintf(f->connection, sizeof f->connection, "%s", connection);
    f->ops = dyno_target_ops(DYNO_TARGET_ODBC);
    f->config = (struct dyno_target_config){
        .kind = DYNO_TARGET_ODBC, .connection = f->connection, .fetch_rows = 1000};
    return f->ops->open(&f->config, 5 * DYNO_NS_PER_S, &f->conn, &f->err);
}

/* Debian's SQLite driver by its file, on a database in memory; skips the test where it is not there. */
static void open_sqlite(struct foreign *f)
{
    enum dyno_status status = open_as(f, "Driver=libsqlite3odbc.so;Database=:memory:");
    if (status == DYNO_EENV)
        skip();
    assert_int_equal(status, DYNO_OK);
}

static void run(struct foreign *f, const char *sql)
{
    struct dyno_text_result result = DYNO_TEXT_RESULT_INIT;
    enum dyno_status status = f->ops->query(f->conn, sql, INT64_MAX, &result, &f->err);
    if (status != DYNO_OK)
        print_error("%s: %s\n", sql, f->err.message);
    assert_int_equal(status, DYNO_OK);
    dyno_text_result_deinit(&result);
}

static struct dyno_fetched fetch_all(struct foreign *f, const char *sql)
{
    struct dyno_fetched part = {.rows = 0};
    struct dyno_fetched total = {.rows = 0};
    assert_int_equal(f->ops->execute(f->conn, sql, INT64_MAX, &f->err), DYNO_OK);
    do {
        assert_int_equal(f->ops->fetch(f->conn, true, &part, &f->err), DYNO_OK);
        total.rows += part.rows;
        total.bytes += part.bytes;
        total.checksum += part.checksum;
    } while (part.rows > 0);
    f->ops->finish(f->conn);
    return total;
}

#define NUMBERS "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) "

static void test_foreign_rows_and_checksum(void **state)
{
    struct foreign f;
    (void)state;
    open_sqlite(&f);
    run(&f, "CREATE TABLE t (id BIGINT, half DOUBLE, name VARCHAR(40), note VARCHAR(10))");
    run(&f, "INSERT INTO t " NUMBERS "SELECT i, i / 2.0, 'name ' || i, "
            "CASE WHEN i % 7 = 0 THEN NULL ELSE 'n' END FROM n");
    struct dyno_fetched up = fetch_all(&f, "SELECT * FROM t ORDER BY id");
    struct dyno_fetched down = fetch_all(&f, "SELECT * FROM t ORDER BY id DESC");
    struct dyno_fetched fewer = fetch_all(&f, "SELECT * FROM t WHERE id <> 1000");
    assert_int_equal(up.rows, 2500);
    assert_int_equal(up.checksum, down.checksum);
    assert_int_equal(fewer.rows, 2499);
    assert_int_not_equal(up.checksum, fewer.checksum);
    run(&f, "UPDATE t SET note = '' WHERE note IS NULL");
    assert_int_not_equal(fetch_all(&f, "SELECT * FROM t").checksum, up.checksum);
    f.ops->close(f.conn);
}

static void test_foreign_texts_longer_than_the_buffer_count_in_full(void **state)
{
    struct foreign f;
    struct dyno_text_result result = DYNO_TEXT_RESULT_INIT;
    char sql[128];
    (void)state;
    open_sqlite(&f);
    run(&f, "CREATE TABLE t (s VARCHAR(20))");
    (void)snprintf(sql, sizeof sql, "INSERT INTO t VALUES (replace(hex(zeroblob(%d)), '0', 'x'))",
                   LONG_TEXT / 2);
    run(&f, sql);
    struct dyno_fetched total = fetch_all(&f, "SELECT s FROM t");
    assert_int_equal(total.rows, 1);
    assert_int_equal(total.bytes, LONG_TEXT);
    assert_int_equal(f.ops->query(f.conn, "SELECT s, NULL, 'z' FROM t", INT64_MAX, &result, &f.err),
                     DYNO_OK);
    assert_int_equal(strlen(dyno_text_result_cell(&result, 0, 0)), LONG_TEXT);
    assert_null(dyno_text_result_cell(&result, 0, 1));
    assert_string_equal(dyno_text_result_cell(&result, 0, 2), "z");
    dyno_text_result_deinit(&result);
    f.ops->close(f.conn);
}

static void test_foreign_statements_without_result(void **state)
{
    struct foreign f;
    (void)state;
    open_sqlite(&f);
    assert_int_equal(fetch_all(&f, "CREATE TABLE t (a INTEGER)").rows, 0);
    assert_int_equal(fetch_all(&f, "DELETE FROM t").rows, 0);
    assert_int_equal(fetch_all(&f, "SELECT a FROM t").rows, 0);
    f.ops->close(f.conn);
}

static void test_foreign_errors_do_not_end_the_connection(void **state)
{
    struct foreign f;
    struct dyno_target_info info;
    (void)state;
    open_sqlite(&f);
    assert_int_equal(f.ops->execute(f.conn, "SELECT * FROM nowhere", INT64_MAX, &f.err),
                     DYNO_ESERVER);
    assert_non_null(strstr(f.err.message, "nowhere"));
    assert_true(f.ops->is_alive(f.conn));
    f.ops->finish(f.conn);
    assert_int_equal(fetch_all(&f, "SELECT 1").rows, 1);
    assert_int_equal(f.ops->info(f.conn, &info, &f.err), DYNO_OK);
    assert_non_null(strstr(info.server, "SQLite"));
    assert_non_null(strstr(info.driver_manager, "unixODBC"));
    f.ops->close(f.conn);
}

static void test_foreign_missing_driver_is_an_environment_error(void **state)
{
    static const struct {
        const char *connection;
        const char *sqlstate;
        const char *text;
    } cases[] = {
        {"Driver=/nowhere/libno.so;PWD=hidden", "01000", "/nowhere/libno.so"},
        {"Driver={No Such Driver};PWD=hidden", "01000", "No Such Driver"},
        {"DSN=no_such_source;PWD=hidden", "IM002", "DSN=no_such_source"},
        {"PWD=hidden;DSN=no_such_source", "IM002", "DSN=no_such_source"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct foreign f;
        assert_int_equal(open_as(&f, cases[i].connection), DYNO_EENV);
        assert_string_equal(f.err.sqlstate, cases[i].sqlstate);
        assert_non_null(strstr(f.err.message, cases[i].text));
        assert_null(strstr(f.err.message, "hidden"));
        assert_null(f.conn);
    }
}

static void test_foreign_file_that_is_no_library(void **state)
{
    struct foreign f;
    char path[] = "/tmp/dyno_nolib_XXXXXX";
    char connection[64];
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "not an ELF file", 15), 15);
    close(fd);
    (void)snprintf(connection, sizeof connection, "Driver=%s", path);
    assert_int_equal(open_as(&f, connection), DYNO_EENV);
    assert_non_null(strstr(f.err.message, path));
    unlink(path);
}

static void test_foreign_no_connection_string(void **state)
{
    struct dyno_target_config config = {.kind = DYNO_TARGET_ODBC};
    struct dyno_conn *conn = NULL;
    (void)state;
    assert_int_equal(dyno_target_ops(DYNO_TARGET_ODBC)->open(&config, 1, &conn, NULL), DYNO_EINPUT);
}

/* In a child and before all other tests, because the driver manager reads its configuration once. */
static int see_settings(const char *folder)
{
    struct foreign f;
    struct dyno_target_info info;
    if (setenv("ODBCSYSINI", folder, 1) != 0 ||
        open_as(&f, "Driver=libsqlite3odbc.so;Database=:memory:") != DYNO_OK ||
        f.ops->info(f.conn, &info, &f.err) != DYNO_OK)
        return NO_DRIVER;
    return (info.is_pooled ? 1 : 0) + (info.is_traced ? 2 : 0) + 4 * info.threading_level;
}

static void test_foreign_settings_of_the_driver_manager_are_seen(void **state)
{
    char folder[] = "/tmp/dyno_odbc_XXXXXX";
    char path[64];
    int result = 0;
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/odbcinst.ini", folder);
    FILE *ini = fopen(path, "w");
    assert_non_null(ini);
    (void)fputs("[ODBC]\nPooling = Yes\nThreading = 3\n", ini);
    (void)fclose(ini);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(see_settings(folder));
    assert_int_equal(waitpid(pid, &result, 0), pid);
    unlink(path);
    rmdir(folder);
    assert_true(WIFEXITED(result));
    if (WEXITSTATUS(result) == NO_DRIVER)
        skip();
    assert_int_equal(WEXITSTATUS(result), 1 + 4 * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_foreign_settings_of_the_driver_manager_are_seen),
        cmocka_unit_test(test_foreign_rows_and_checksum),
        cmocka_unit_test(test_foreign_texts_longer_than_the_buffer_count_in_full),
        cmocka_unit_test(test_foreign_statements_without_result),
        cmocka_unit_test(test_foreign_errors_do_not_end_the_connection),
        cmocka_unit_test(test_foreign_missing_driver_is_an_environment_error),
        cmocka_unit_test(test_foreign_file_that_is_no_library),
        cmocka_unit_test(test_foreign_no_connection_string),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
