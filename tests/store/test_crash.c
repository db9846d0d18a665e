#include "base/clock.h"
#include "base/rng.h"
#include "store/fixture.h"
#include "store/sql.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORDS_PER_TRIAL 300
#define KILLS             100
#define WRITERS           4

/** Write trials for ever; after each, tell its id through the pipe: from then on it is acknowledged. */
static void write_for_ever(const char *path, int pipe_fd)
{
    struct dyno_store *store = NULL;
    if (dyno_store_open(path, &store, NULL) != DYNO_OK)
        _exit(1);
    struct fixture_compare ids = fixture_compare(store);
    struct dyno_store_record *records = fixture_records(RECORDS_PER_TRIAL);
    for (int block = 0;; block++) {
        struct dyno_store_trial trial =
            fixture_trial(&ids, block, block % 2, records, RECORDS_PER_TRIAL);
        int64_t id = 0;
        if (dyno_store_trial_add(store, ids.experiment, &trial, &id, NULL) != DYNO_OK)
            _exit(2);
        if (write(pipe_fd, &id, sizeof id) != (ssize_t)sizeof id)
            _exit(3);
    }
}

/**
 * Start a writer and kill it `delay_ns` later: after its start, so that opening and making the file are hit
 * too, or after its first trial, so that writing is hit on a slow machine as well. The number of trials
 * that it acknowledged.
 */
static int64_t kill_a_writer(const char *path, bool waits_for_trial, int64_t delay_ns)
{
    int ends[2] = {-1, -1};
    int64_t id = 0;
    int64_t count = 0;
    int code = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0)
        write_for_ever(path, ends[1]);
    (void)close(ends[1]);
    if (waits_for_trial && read(ends[0], &id, sizeof id) == (ssize_t)sizeof id)
        count++;
    dyno_sleep_ns(delay_ns);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &code, 0), pid);
    /* It must have been the kill, not an error of its own. */
    assert_true(WIFSIGNALED(code));
    while (read(ends[0], &id, sizeof id) == (ssize_t)sizeof id)
        count++;
    (void)close(ends[0]);
    return count;
}

static void assert_sound(struct dyno_store *store)
{
    char text[512];
    fixture_text(store, "PRAGMA integrity_check", text);
    assert_string_equal(text, "ok");
    fixture_text(store, "SELECT count(*) FROM pragma_foreign_key_check", text);
    assert_string_equal(text, "0");
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM trial WHERE id NOT IN (SELECT "
                                           "trial_id FROM record GROUP BY trial_id "
                                           "HAVING count(*) = 300)"),
                     0);
}

static void test_kill_at_any_moment_leaves_whole_trials(void **state)
{
    struct fixture *fixture = *state;
    struct dyno_rng rng;
    int64_t acknowledged = 0;
    dyno_rng_init(&rng, 20261121, 0);
    for (int i = 0; i < KILLS; i++) {
        int64_t delay_ns = (int64_t)dyno_rng_below(&rng, 40 * (uint64_t)DYNO_NS_PER_MS);
        acknowledged += kill_a_writer(fixture->path, i % 2 == 1, delay_ns);
        struct dyno_store *store = fixture_open(fixture);
        if (i % 10 == 0 || i == KILLS - 1)
            assert_sound(store);
        assert_true(fixture_number(store, "SELECT count(*) FROM trial") >= acknowledged);
        assert_int_equal(
            fixture_number(store, "SELECT count(*) FROM experiment WHERE state = 'running'"), 0);
        dyno_store_close(store);
        fixture->store = NULL;
    }
    assert_true(acknowledged >= KILLS / 2);
}

/** The writer's own experiment, `count` trials. */
static int write_some(const char *path, int count)
{
    struct dyno_store *store = NULL;
    if (dyno_store_open(path, &store, NULL) != DYNO_OK)
        return 1;
    struct fixture_compare ids = fixture_compare(store);
    struct dyno_store_record *records = fixture_records(RECORDS_PER_TRIAL);
    int failed = 0;
    for (int block = 0; block < count && failed == 0; block++) {
        struct dyno_store_trial trial =
            fixture_trial(&ids, block, block % 2, records, RECORDS_PER_TRIAL);
        int64_t id = 0;
        if (dyno_store_trial_add(store, ids.experiment, &trial, &id, NULL) != DYNO_OK)
            failed = 2;
    }
    if (failed == 0 &&
        dyno_store_experiment_finish(store, ids.experiment, "finished", "", NULL) != DYNO_OK)
        failed = 3;
    free(records);
    dyno_store_close(store);
    return failed;
}

static void test_several_writers_share_one_file(void **state)
{
    struct fixture *fixture = *state;
    pid_t pids[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            _exit(write_some(fixture->path, 20));
    }
    for (int i = 0; i < WRITERS; i++) {
        int code = 0;
        assert_int_equal(waitpid(pids[i], &code, 0), pids[i]);
        assert_true(WIFEXITED(code));
        assert_int_equal(WEXITSTATUS(code), 0);
    }
    struct dyno_store *store = fixture_open(fixture);
    assert_sound(store);
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM trial"), WRITERS * 20);
    assert_int_equal(
        fixture_number(store, "SELECT count(*) FROM experiment WHERE state = 'finished'"), WRITERS);
}

static void test_locked_file_is_an_environment_error(void **state)
{
    struct fixture *fixture = *state;
    struct dyno_store *store = fixture_open(fixture);
    sqlite3 *other = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)fixture_experiment(store, "one");
    (void)sqlite3_busy_timeout(dyno_store_handle(store), 50);
    assert_int_equal(sqlite3_open(fixture->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(dyno_store_fact_put(store, 1, "host", "a", "b", &err), DYNO_EENV);
    assert_non_null(strstr(err.message, "locked"));
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_int_equal(dyno_store_fact_put(store, 1, "host", "a", "b", &err), DYNO_OK);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        ONE(test_kill_at_any_moment_leaves_whole_trials),
        ONE(test_several_writers_share_one_file),
        ONE(test_locked_file_is_an_environment_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
