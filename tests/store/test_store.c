#include "base/alloc.h"
#include "base/file.h"
#include "base/process.h"
#include "store/fixture.h"
#include "store/medium.h"
#include "store/sql.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/** Owned by nobody who lives: what a killed supervisor leaves. */
static const char orphan[] =
    "UPDATE experiment SET owner_pid = 2147480000, owner_ticks = '12345' WHERE id = 1";

static void make_foreign(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/** Opening fails with `status`, both ways, and leaves every byte and the folder as they were. */
static void assert_refused_untouched(const char *path, const char *folder, enum dyno_status status,
                                     const char *words)
{
    char *before = NULL;
    char *after = NULL;
    char **names = NULL;
    size_t before_len = 0;
    size_t after_len = 0;
    size_t count = 0;
    struct dyno_store *store = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_file_read(path, 1 << 20, &before, &before_len, NULL), DYNO_OK);
    assert_int_equal(dyno_store_open(path, &store, &err), status);
    assert_null(store);
    assert_non_null(strstr(err.message, words));
    assert_int_equal(dyno_store_open_readonly(path, &store, &err), status);
    assert_null(store);
    assert_int_equal(dyno_file_read(path, 1 << 20, &after, &after_len, NULL), DYNO_OK);
    assert_int_equal(before_len, after_len);
    assert_memory_equal(before, after, before_len);
    assert_int_equal(dyno_dir_list(folder, &names, &count, NULL), DYNO_OK);
    assert_int_equal(count, 1);
    free(names[0]);
    free(names);
    free(before);
    free(after);
}

static void test_open_makes_folder_and_private_file(void **state)
{
    struct fixture *fixture = *state;
    struct stat info = {0};
    mode_t old = umask(0);
    (void)snprintf(fixture->path, sizeof fixture->path, "%s/a/b/results.db", fixture->folder);
    struct dyno_store *store = fixture_open(fixture);
    int64_t id = fixture_experiment(store, "run retail");
    (void)umask(old);
    assert_int_equal(id, 1);
    assert_int_equal(stat(fixture->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    char wal[128];
    (void)snprintf(wal, sizeof wal, "%s-wal", fixture->path);
    assert_int_equal(stat(wal, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void test_open_sets_the_pragmas(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    char text[512];
    fixture_text(store, "PRAGMA journal_mode", text);
    assert_string_equal(text, "wal");
    assert_int_equal(fixture_number(store, "PRAGMA foreign_keys"), 1);
    assert_int_equal(fixture_number(store, "PRAGMA application_id"), DYNO_STORE_APPLICATION_ID);
    assert_int_equal(fixture_number(store, "PRAGMA user_version"), DYNO_STORE_VERSION);
    assert_true(fixture_number(store, "PRAGMA busy_timeout") >= 10000);
}

static void test_open_again_keeps_what_was_stored(void **state)
{
    struct fixture *fixture = *state;
    struct dyno_store *store = fixture_open(fixture);
    (void)fixture_experiment(store, "one");
    dyno_store_close(store);
    store = fixture_open(fixture);
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM experiment"), 1);
    char text[512];
    fixture_text(store, "SELECT seed FROM experiment", text);
    assert_string_equal(text, "18446744073709551615");
}

static void test_foreign_database_is_refused(void **state)
{
    struct fixture *fixture = *state;
    make_foreign(fixture->path, "CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    assert_refused_untouched(fixture->path, fixture->folder, DYNO_EINPUT, "another program");
}

static void test_foreign_wal_database_is_refused(void **state)
{
    struct fixture *fixture = *state;
    make_foreign(fixture->path, "PRAGMA journal_mode = WAL; PRAGMA application_id = 99;"
                                "CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    assert_refused_untouched(fixture->path, fixture->folder, DYNO_EINPUT, "another program");
}

static void test_newer_schema_is_refused(void **state)
{
    struct fixture *fixture = *state;
    dyno_store_close(fixture_open(fixture));
    fixture->store = NULL;
    make_foreign(fixture->path, "PRAGMA user_version = 2");
    assert_refused_untouched(fixture->path, fixture->folder, DYNO_EINPUT, "newer sparkdyno");
}

static void test_text_file_is_refused(void **state)
{
    struct fixture *fixture = *state;
    char junk[4096];
    memset(junk, 'x', sizeof junk);
    assert_int_equal(dyno_file_write(fixture->path, junk, sizeof junk, NULL), DYNO_OK);
    assert_refused_untouched(fixture->path, fixture->folder, DYNO_EIO, "no SQLite database");
}

static void test_truncated_file_is_refused(void **state)
{
    struct fixture *fixture = *state;
    dyno_store_close(fixture_open(fixture));
    fixture->store = NULL;
    assert_int_equal(truncate(fixture->path, 10000), 0);
    assert_refused_untouched(fixture->path, fixture->folder, DYNO_EIO, "damaged or cut short");
    assert_int_equal(truncate(fixture->path, 50), 0);
    assert_refused_untouched(fixture->path, fixture->folder, DYNO_EIO, "");
}

static void test_empty_file_is_filled(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(dyno_file_write(fixture->path, "", 0, NULL), DYNO_OK);
    assert_int_equal(fixture_experiment(fixture_open(fixture), "one"), 1);
}

static void test_folder_in_place_of_file_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct dyno_store *store = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_store_open(fixture->folder, &store, &err), DYNO_EIO);
    assert_non_null(strstr(err.message, "no regular file"));
}

static void test_dangling_link_is_not_followed(void **state)
{
    struct fixture *fixture = *state;
    struct dyno_store *store = NULL;
    char target[128];
    (void)snprintf(target, sizeof target, "%s/elsewhere", fixture->folder);
    assert_int_equal(symlink(target, fixture->path), 0);
    assert_int_equal(dyno_store_open(fixture->path, &store, NULL), DYNO_EIO);
    assert_false(dyno_file_exists(target));
}

static void test_odd_path_is_taken_as_it_is(void **state)
{
    struct fixture *fixture = *state;
    (void)snprintf(fixture->path, sizeof fixture->path, "%s/a?b#c%%41 d.db", fixture->folder);
    (void)fixture_experiment(fixture_open(fixture), "one");
    assert_true(dyno_file_exists(fixture->path));
}

static void test_readonly_without_file_is_not_found(void **state)
{
    struct fixture *fixture = *state;
    struct dyno_store *store = NULL;
    assert_int_equal(dyno_store_open_readonly(fixture->path, &store, NULL), DYNO_ENOTFOUND);
    assert_false(dyno_file_exists(fixture->path));
}

static void test_readonly_sees_a_running_writer(void **state)
{
    struct fixture *fixture = *state;
    struct dyno_store *reader = NULL;
    (void)fixture_experiment(fixture_open(fixture), "one");
    assert_int_equal(dyno_store_open_readonly(fixture->path, &reader, NULL), DYNO_OK);
    assert_int_equal(fixture_number(reader, "SELECT count(*) FROM experiment"), 1);
    assert_int_not_equal(dyno_store_fact_put(reader, 1, "host", "kernel", "x", NULL), DYNO_OK);
    dyno_store_close(reader);
}

static bool is_beside(const char *path, const char *ending)
{
    char name[128];
    (void)snprintf(name, sizeof name, "%s%s", path, ending);
    return dyno_file_exists(name);
}

static void test_readers_leave_nothing_behind(void **state)
{
    struct fixture *fixture = *state;
    struct dyno_store *first = NULL;
    struct dyno_store *second = NULL;
    (void)fixture_experiment(fixture_open(fixture), "one");
    assert_int_equal(dyno_store_open_readonly(fixture->path, &first, NULL), DYNO_OK);
    dyno_store_close(first);
    assert_true(is_beside(fixture->path, "-wal"));
    (void)fixture_experiment(fixture->store, "two");
    dyno_store_close(fixture->store);
    fixture->store = NULL;
    assert_false(is_beside(fixture->path, "-wal"));
    assert_int_equal(dyno_store_open_readonly(fixture->path, &first, NULL), DYNO_OK);
    assert_int_equal(dyno_store_open_readonly(fixture->path, &second, NULL), DYNO_OK);
    dyno_store_close(first);
    assert_int_equal(fixture_number(second, "SELECT count(*) FROM experiment"), 2);
    dyno_store_close(second);
    assert_false(is_beside(fixture->path, "-wal"));
    assert_false(is_beside(fixture->path, "-shm"));
}

/** In a child that is nobody: root may write everywhere. Exit code: what failed first. */
static int use_read_only_folder(const char *path)
{
    struct dyno_store *store = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    if (geteuid() == 0 && setuid(65534) != 0)
        return 1;
    if (dyno_store_open(path, &store, &err) != DYNO_EIO)
        return 2;
    if (strstr(err.message, "cannot be written") == NULL)
        return 3;
    if (dyno_store_open_readonly(path, &store, &err) != DYNO_OK)
        return 4;
    int64_t id = 0;
    if (dyno_store_experiment_find(store, "latest", &id, &err) != DYNO_OK || id != 1)
        return 5;
    dyno_store_close(store);
    return 0;
}

static void test_read_only_folder_can_be_read_only(void **state)
{
    struct fixture *fixture = *state;
    (void)fixture_experiment(fixture_open(fixture), "one");
    dyno_store_close(fixture->store);
    fixture->store = NULL;
    assert_int_equal(chmod(fixture->path, 0444), 0);
    assert_int_equal(chmod(fixture->folder, 0555), 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(use_read_only_folder(fixture->path));
    int code = 0;
    assert_int_equal(waitpid(pid, &code, 0), pid);
    assert_int_equal(chmod(fixture->folder, 0755), 0);
    assert_true(WIFEXITED(code));
    assert_int_equal(WEXITSTATUS(code), 0);
}

static void test_network_file_systems_are_known(void **state)
{
    (void)state;
    assert_string_equal(dyno_medium_network_name(0x6969), "NFS");
    assert_string_equal(dyno_medium_network_name((int64_t)(int32_t)0xff534d42u), "CIFS");
    assert_null(dyno_medium_network_name(0xef53));
    assert_null(dyno_medium_network_name(0x01021994));
}

static void test_orphan_becomes_interrupted(void **state)
{
    struct fixture *fixture = *state;
    char text[512];
    struct dyno_store *store = fixture_open(fixture);
    (void)fixture_compare(store);
    (void)fixture_experiment(store, "mine, and I live");
    assert_int_equal(dyno_sql_exec(dyno_store_handle(store), orphan, NULL), DYNO_OK);
    dyno_store_close(store);
    store = fixture_open(fixture);
    fixture_text(store, "SELECT state || ': ' || reason FROM experiment WHERE id = 1", text);
    assert_string_equal(text, "interrupted: its process (2147480000) ended before it was finished");
    fixture_text(store, "SELECT state FROM start WHERE experiment_id = 1", text);
    assert_string_equal(text, "failed");
    fixture_text(store, "SELECT state FROM experiment WHERE id = 2", text);
    assert_string_equal(text, "running");
    assert_int_equal(fixture_number(store, "SELECT finished_utc <> '' FROM experiment"), 1);
}

static void test_reused_pid_is_seen(void **state)
{
    struct fixture *fixture = *state;
    struct dyno_store *store = fixture_open(fixture);
    (void)fixture_experiment(store, "one");
    assert_int_equal(dyno_sql_exec(dyno_store_handle(store),
                                   "UPDATE experiment SET owner_ticks = owner_ticks + 1", NULL),
                     DYNO_OK);
    dyno_store_close(store);
    store = fixture_open(fixture);
    assert_int_equal(
        fixture_number(store, "SELECT count(*) FROM experiment WHERE state = 'interrupted'"), 1);
}

static void test_zombie_is_not_alive(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    uint64_t ticks = dyno_process_start_ticks(pid);
    siginfo_t info = {0};
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    assert_false(dyno_process_is_alive(pid, ticks));
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(dyno_process_is_alive(getpid(), dyno_process_start_ticks(getpid())));
}

static void test_find_by_word(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct dyno_err err = DYNO_ERR_INIT;
    int64_t id = 0;
    assert_int_equal(dyno_store_experiment_find(store, "latest", &id, &err), DYNO_ENOTFOUND);
    (void)fixture_experiment(store, "compare retail a b");
    (void)fixture_experiment(store, "compare retail a bc");
    (void)fixture_experiment(store, "run retail");
    (void)fixture_experiment(store, "run retail");
    assert_int_equal(dyno_store_experiment_find(store, "latest", &id, &err), DYNO_OK);
    assert_int_equal(id, 4);
    assert_int_equal(dyno_store_experiment_find(store, "2", &id, &err), DYNO_OK);
    assert_int_equal(id, 2);
    assert_int_equal(dyno_store_experiment_find(store, "compare retail a b", &id, &err), DYNO_OK);
    assert_int_equal(id, 1);
    assert_int_equal(dyno_store_experiment_find(store, "run", &id, &err), DYNO_OK);
    assert_int_equal(id, 4);
    assert_int_equal(dyno_store_experiment_find(store, "compare", &id, &err), DYNO_ENOTFOUND);
    assert_non_null(strstr(err.message, "fits 2 experiments"));
    assert_int_equal(dyno_store_experiment_find(store, "%", &id, &err), DYNO_ENOTFOUND);
    assert_int_equal(dyno_store_experiment_find(store, "9", &id, &err), DYNO_ENOTFOUND);
    assert_int_equal(dyno_store_experiment_find(store, "", &id, &err), DYNO_ENOTFOUND);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        ONE(test_open_makes_folder_and_private_file),
        ONE(test_open_sets_the_pragmas),
        ONE(test_open_again_keeps_what_was_stored),
        ONE(test_foreign_database_is_refused),
        ONE(test_foreign_wal_database_is_refused),
        ONE(test_newer_schema_is_refused),
        ONE(test_text_file_is_refused),
        ONE(test_truncated_file_is_refused),
        ONE(test_empty_file_is_filled),
        ONE(test_folder_in_place_of_file_is_refused),
        ONE(test_dangling_link_is_not_followed),
        ONE(test_odd_path_is_taken_as_it_is),
        ONE(test_readonly_without_file_is_not_found),
        ONE(test_readonly_sees_a_running_writer),
        ONE(test_readers_leave_nothing_behind),
        ONE(test_read_only_folder_can_be_read_only),
        ONE(test_network_file_systems_are_known),
        ONE(test_orphan_becomes_interrupted),
        ONE(test_reused_pid_is_seen),
        ONE(test_zombie_is_not_alive),
        ONE(test_find_by_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
