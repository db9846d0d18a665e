#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "support/check.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pid_t spawn_shell(const char *script, const char *stdout_path)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    const char *env[] = {"DYNO_TEST_WORD=hello", NULL};
    struct dyno_spawn_options options = {.argv = argv, .env_add = env, .stdout_path = stdout_path};
    pid_t pid = 0;
    assert_int_equal(dyno_process_spawn(&options, &pid, NULL), DYNO_OK);
    return pid;
}

static void test_process_gives_exit_code_and_output(void **state)
{
    (void)state;
    char path[] = "/tmp/dyno-process-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    pid_t pid = spawn_shell("echo $DYNO_TEST_WORD; exit 7", path);
    struct dyno_exit end = dyno_process_wait(pid, dyno_now_ns() + 10 * DYNO_NS_PER_S);
    assert_false(end.is_running);
    assert_int_equal(end.code, 7);
    char *text = dyno_file_tail(path, 100);
    assert_string_equal(text, "hello\n");
    free(text);
    unlink(path);
}

static void test_process_reports_what_cannot_run(void **state)
{
    (void)state;
    const char *argv[] = {"no-such-program-at-all", NULL};
    struct dyno_spawn_options options = {.argv = argv};
    struct dyno_err err = DYNO_ERR_INIT;
    pid_t pid = 0;
    assert_int_equal(dyno_process_spawn(&options, &pid, &err), DYNO_EENV);
    assert_non_null(strstr(err.message, "no-such-program-at-all"));
    const char *directory[] = {"/tmp", NULL};
    options.argv = directory;
    assert_int_equal(dyno_process_spawn(&options, &pid, &err), DYNO_EENV);
}

static void test_process_inherits_no_descriptor_of_ours(void **state)
{
    (void)state;
    char path[] = "/tmp/dyno-process-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    /* 0, 1, 2, the one with which ls reads the folder, and what this test was itself started with. */
    long expected = 4;
    for (int i = 3; i < 256; i++) {
        int flags = fcntl(i, F_GETFD);
        expected += flags >= 0 && (flags & FD_CLOEXEC) == 0;
    }
    pid_t pid = spawn_shell("ls /proc/self/fd | wc -l", path);
    struct dyno_exit end = dyno_process_wait(pid, dyno_now_ns() + 10 * DYNO_NS_PER_S);
    assert_false(end.is_running);
    char *text = dyno_file_tail(path, 100);
    assert_int_equal(strtol(text, NULL, 10), expected);
    free(text);
    unlink(path);
}

/* A zombie counts as gone: whoever adopted the orphan reaps it in his own time. */
static bool is_alive(long pid)
{
    char path[64];
    char *text = NULL;
    size_t len = 0;
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    if (dyno_file_read(path, 4096, &text, &len, NULL) != DYNO_OK)
        return false;
    const char *bracket = strrchr(text, ')');
    bool is_zombie = bracket != NULL && bracket[1] == ' ' && bracket[2] == 'Z';
    free(text);
    return !is_zombie;
}

static void test_process_stops_the_whole_group(void **state)
{
    (void)state;
    char path[] = "/tmp/dyno-process-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    pid_t pid = spawn_shell("trap '' TERM; sleep 100 & echo $!; wait; sleep 100", path);
    dyno_sleep_ns(200 * DYNO_NS_PER_MS);
    char *text = dyno_file_tail(path, 100);
    long grandchild = strtol(text, NULL, 10);
    assert_true(grandchild > 1 && is_alive(grandchild));
    struct dyno_exit end = dyno_process_stop_group(pid, 200 * DYNO_NS_PER_MS);
    assert_false(end.is_running);
    assert_int_equal(end.signal, SIGKILL);
    for (int i = 0; i < 200 && is_alive(grandchild); i++)
        dyno_sleep_ns(10 * DYNO_NS_PER_MS);
    assert_false(is_alive(grandchild));
    free(text);
    unlink(path);
}

static void test_process_kills_all_children(void **state)
{
    const char *const argv[] = {"sleep", "600", NULL};
    const struct dyno_spawn_options options = {.argv = argv};
    pid_t pids[2];
    (void)state;
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(dyno_process_spawn(&options, &pids[i], NULL), DYNO_OK);
    dyno_process_kill_children();
    for (size_t i = 0; i < 2; i++) {
        struct dyno_exit end = dyno_process_wait(pids[i], dyno_now_ns() + 10 * DYNO_NS_PER_S);
        assert_false(end.is_running);
        assert_int_equal(end.signal, SIGKILL);
    }
}

static void test_process_start_ticks_name_a_process(void **state)
{
    (void)state;
    uint64_t own = dyno_process_start_ticks(getpid());
    assert_true(own > 0);
    assert_true(dyno_process_start_ticks(1) <= own);
    assert_true(dyno_process_start_ticks(0x3fffffff) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_process_gives_exit_code_and_output),
        cmocka_unit_test(test_process_inherits_no_descriptor_of_ours),
        cmocka_unit_test(test_process_reports_what_cannot_run),
        cmocka_unit_test(test_process_stops_the_whole_group),
        cmocka_unit_test(test_process_kills_all_children),
        cmocka_unit_test(test_process_start_ticks_name_a_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
