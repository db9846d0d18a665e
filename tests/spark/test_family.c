#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "spark/family.h"
#include "spark/lease.h"
#include "spark/ports.h"
#include "spark/proc.h"
#include "spark/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Shells and sleeps stand in for Spark: what matters here is who is whose child. */
struct place {
    char root[64];
    char *work_dir;
    char *log_path;
    char *mark;
};

static int set_up(void **state)
{
    struct place *place = dyno_xcalloc(1, sizeof *place);
    (void)strncat(place->root, "/tmp/sparkdyno-family-XXXXXX", sizeof place->root - 1);
    if (mkdtemp(place->root) == NULL)
        return -1;
    place->work_dir = dyno_path_join(place->root, "spark-test");
    place->log_path = dyno_path_join(place->root, "spark-test.log");
    place->mark = dyno_lease_mark(place->work_dir);
    *state = place;
    return dyno_dir_make(place->work_dir, NULL) == DYNO_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    (void)dyno_lease_kill_marked(place->work_dir);
    enum dyno_status status = dyno_dir_remove(place->root, NULL);
    free(place->work_dir);
    free(place->log_path);
    free(place->mark);
    free(place);
    return status == DYNO_OK ? 0 : -1;
}

static size_t count_marked(const struct place *place)
{
    pid_t *pids = NULL;
    size_t count = dyno_proc_find_marked(place->mark, &pids);
    free(pids);
    return count;
}

static void wait_for_marked(const struct place *place, size_t wanted)
{
    int64_t deadline_ns = dyno_now_ns() + 5 * DYNO_NS_PER_S;
    while (count_marked(place) != wanted && dyno_now_ns() < deadline_ns)
        dyno_sleep_ns(10 * DYNO_NS_PER_MS);
    assert_int_equal(count_marked(place), wanted);
}

static struct dyno_family *family_of(const struct place *place)
{
    struct dyno_family *family = NULL;
    assert_int_equal(dyno_family_new(place->work_dir, place->log_path, &family, NULL), DYNO_OK);
    return family;
}

static pid_t spawn(struct dyno_family *family, const char *name, const char *script)
{
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    const char *env[] = {"SPARK_HOME=/from/us", NULL};
    pid_t pid = -1;
    assert_int_equal(dyno_family_spawn(family, name, argv, env, &pid, NULL), DYNO_OK);
    return pid;
}

static void test_stop_ends_all_and_their_children(void **state)
{
    const struct place *place = *state;
    struct dyno_family *family = family_of(place);
    const char *name = NULL;
    struct dyno_exit end = {.is_running = true};
    (void)spawn(family, "master", "exec sleep 100");
    (void)spawn(family, "server", "sleep 100 & exec sleep 100");
    wait_for_marked(place, 3);
    assert_true(dyno_family_is_alive(family, &name, &end));
    dyno_family_stop(family, 2 * DYNO_NS_PER_S);
    assert_int_equal(count_marked(place), 0);
    assert_false(dyno_family_is_alive(family, &name, &end));
    dyno_family_stop(family, 2 * DYNO_NS_PER_S);
    dyno_family_free(family);
}

static void test_stop_ends_what_ignores_it(void **state)
{
    const struct place *place = *state;
    struct dyno_family *family = family_of(place);
    (void)spawn(family, "server", "trap '' TERM; sleep 100; :");
    wait_for_marked(place, 2);
    dyno_family_stop(family, 200 * DYNO_NS_PER_MS);
    assert_int_equal(count_marked(place), 0);
    dyno_family_free(family);
}

static void test_stop_ends_children_that_left_the_group(void **state)
{
    const struct place *place = *state;
    struct dyno_family *family = family_of(place);
    (void)spawn(family, "server", "setsid sleep 100 & exit 0");
    dyno_sleep_ns(200 * DYNO_NS_PER_MS);
    assert_int_equal(count_marked(place), 1);
    dyno_family_stop(family, DYNO_NS_PER_S);
    assert_int_equal(count_marked(place), 0);
    dyno_family_free(family);
}

static void test_first_death_is_named(void **state)
{
    const struct place *place = *state;
    struct dyno_family *family = family_of(place);
    const char *name = NULL;
    struct dyno_exit end = {.is_running = true};
    int64_t deadline_ns = dyno_now_ns() + 5 * DYNO_NS_PER_S;
    (void)spawn(family, "master", "exec sleep 100");
    (void)spawn(family, "worker-1", "exit 7");
    while (dyno_family_is_alive(family, &name, &end) && dyno_now_ns() < deadline_ns)
        dyno_sleep_ns(10 * DYNO_NS_PER_MS);
    assert_string_equal(name, "worker-1");
    assert_int_equal(end.code, 7);
    /* It is told again: the exit was reaped only once. */
    assert_false(dyno_family_is_alive(family, &name, &end));
    assert_int_equal(end.code, 7);
    dyno_family_stop(family, DYNO_NS_PER_S);
    dyno_family_free(family);
}

static void test_settings_of_the_environment_do_not_leak_in(void **state)
{
    const struct place *place = *state;
    struct dyno_family *family = family_of(place);
    assert_int_equal(setenv("SPARK_DAEMON_MEMORY", "99g", 1), 0);
    assert_int_equal(setenv("SPARK_HOME", "/from/user", 1), 0);
    pid_t pid = spawn(family, "server", "echo [$SPARK_DAEMON_MEMORY] [$SPARK_HOME]; pwd");
    (void)dyno_process_wait(pid, dyno_now_ns() + 5 * DYNO_NS_PER_S);
    assert_int_equal(unsetenv("SPARK_DAEMON_MEMORY"), 0);
    assert_int_equal(unsetenv("SPARK_HOME"), 0);
    char *log = dyno_file_tail(place->log_path, 4096);
    char *expected = dyno_xasprintf("[] [/from/us]\n%s\n", place->work_dir);
    assert_string_equal(log, expected);
    free(log);
    free(expected);
    dyno_family_free(family);
}

/* An owner that starts a server and is then killed, as by kill -9. */
static void start_and_die(const struct place *place, const char *script)
{
    pid_t owner = fork();
    if (owner == 0) {
        struct dyno_family *family = NULL;
        const char *argv[] = {"/bin/sh", "-c", script, NULL};
        const char *env[] = {NULL};
        pid_t pid = -1;
        if (dyno_family_new(place->work_dir, place->log_path, &family, NULL) != DYNO_OK ||
            dyno_family_spawn(family, "server", argv, env, &pid, NULL) != DYNO_OK)
            _exit(1);
        (void)raise(SIGKILL);
    }
    int end = 0;
    assert_int_equal(waitpid(owner, &end, 0), owner);
    assert_true(WIFSIGNALED(end));
}

static void test_reap_ends_servers_whose_owner_is_gone(void **state)
{
    const struct place *place = *state;
    start_and_die(place, "sleep 100 & setsid sleep 100 & exec sleep 100");
    wait_for_marked(place, 3);
    assert_int_equal(dyno_spark_reap(place->root, NULL), 1);
    assert_int_equal(count_marked(place), 0);
    assert_false(dyno_dir_exists(place->work_dir));
    assert_int_equal(dyno_spark_reap(place->root, NULL), 0);
}

static void test_reap_removes_folders_of_servers_that_ended(void **state)
{
    const struct place *place = *state;
    start_and_die(place, "exit 0");
    dyno_sleep_ns(100 * DYNO_NS_PER_MS);
    assert_int_equal(dyno_spark_reap(place->root, NULL), 0);
    assert_false(dyno_dir_exists(place->work_dir));
}

static void test_reap_leaves_live_owners_alone(void **state)
{
    const struct place *place = *state;
    struct dyno_family *family = family_of(place);
    (void)spawn(family, "server", "exec sleep 100");
    wait_for_marked(place, 1);
    assert_int_equal(dyno_spark_reap(place->root, NULL), 0);
    assert_int_equal(count_marked(place), 1);
    assert_true(dyno_dir_exists(place->work_dir));
    dyno_family_stop(family, DYNO_NS_PER_S);
    dyno_family_free(family);
}

static void test_reap_leaves_strange_folders_alone(void **state)
{
    const struct place *place = *state;
    char *mine = dyno_path_join(place->root, "my-data");
    char *foreign = dyno_path_join(place->work_dir, "lease.json");
    static const char lease[] =
        "{\"host\":\"another\",\"boot_id\":\"x\",\"owner\":{\"pid\":1},\"processes\":[]}";
    assert_int_equal(dyno_dir_make(mine, NULL), DYNO_OK);
    /* Without a lease it may be a start that is just making its folder. */
    assert_int_equal(dyno_spark_reap(place->root, NULL), 0);
    assert_true(dyno_dir_exists(place->work_dir));
    assert_int_equal(dyno_file_write(foreign, lease, sizeof lease - 1, NULL), DYNO_OK);
    assert_int_equal(dyno_spark_reap(place->root, NULL), 0);
    assert_true(dyno_dir_exists(place->work_dir));
    assert_true(dyno_dir_exists(mine));
    assert_int_equal(dyno_spark_reap("/no/such/folder", NULL), 0);
    free(mine);
    free(foreign);
}

static int listen_on(uint16_t port, int family)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v6.sin6_addr = in6addr_loopback;
    int fd = socket(family, SOCK_STREAM, 0);
    int bound = family == AF_INET ? bind(fd, (const struct sockaddr *)&v4, sizeof v4)
                                  : bind(fd, (const struct sockaddr *)&v6, sizeof v6);
    if (bound != 0 || listen(fd, 1) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void test_picked_ports_are_free_and_differ(void **state)
{
    uint16_t ports[50];
    (void)state;
    assert_int_equal(dyno_ports_pick(ports, 50, NULL), DYNO_OK);
    for (size_t i = 0; i < 50; i++) {
        assert_in_range(ports[i], 1024, 32767);
        assert_true(dyno_port_is_free(ports[i]));
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(ports[i], ports[k]);
    }
}

static void test_listener_and_its_owner_are_found(void **state)
{
    uint16_t port = 0;
    (void)state;
    assert_int_equal(dyno_ports_pick(&port, 1, NULL), DYNO_OK);
    assert_int_equal(dyno_proc_listener(port), 0);
    int fd = listen_on(port, AF_INET);
    assert_true(fd >= 0);
    uint64_t inode = dyno_proc_listener(port);
    assert_true(inode > 0);
    assert_false(dyno_port_is_free(port));
    assert_true(dyno_proc_owns_socket(getpid(), inode));
    assert_false(dyno_proc_owns_socket(getppid(), inode));
    close(fd);
    assert_int_equal(dyno_proc_listener(port), 0);
}

static void test_listener_on_ipv6_is_found(void **state)
{
    uint16_t port = 0;
    (void)state;
    assert_int_equal(dyno_ports_pick(&port, 1, NULL), DYNO_OK);
    int fd = listen_on(port, AF_INET6);
    if (fd < 0)
        skip();
    assert_true(dyno_proc_owns_socket(getpid(), dyno_proc_listener(port)));
    close(fd);
}

static void test_zombies_and_reused_pids_are_not_alive(void **state)
{
    uint64_t own = dyno_process_start_ticks(getpid());
    (void)state;
    assert_true(dyno_proc_is_alive(getpid(), own));
    assert_false(dyno_proc_is_alive(getpid(), own + 1));
    assert_false(dyno_proc_is_alive(getpid(), 0));
    assert_false(dyno_proc_is_alive(0, 0));
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    int64_t deadline_ns = dyno_now_ns() + 5 * DYNO_NS_PER_S;
    uint64_t ticks = dyno_process_start_ticks(child);
    while (dyno_proc_is_alive(child, ticks) && dyno_now_ns() < deadline_ns)
        dyno_sleep_ns(5 * DYNO_NS_PER_MS);
    assert_false(dyno_proc_is_alive(child, ticks));
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void put_log(const char *root, int number, int64_t age_s)
{
    char *name = dyno_xasprintf("spark-%06d.log", number);
    char *path = dyno_path_join(root, name);
    struct timespec times[2] = {{.tv_sec = dyno_wall_ms() / 1000 - age_s},
                                {.tv_sec = dyno_wall_ms() / 1000 - age_s}};
    assert_int_equal(dyno_file_write(path, "x\n", 2, NULL), DYNO_OK);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    free(path);
    free(name);
}

static bool has_log(const char *root, int number)
{
    char *name = dyno_xasprintf("spark-%06d.log", number);
    char *path = dyno_path_join(root, name);
    bool is_there = dyno_file_exists(path);
    free(path);
    free(name);
    return is_there;
}

static void test_old_logs_are_removed_but_those_of_running_servers(void **state)
{
    const struct place *place = *state;
    const int count = DYNO_SPARK_LOGS_KEPT + 5;
    char *folder = dyno_path_join(place->root, "spark-000000");
    assert_int_equal(dyno_dir_make(folder, NULL), DYNO_OK);
    for (int i = 0; i < count; i++)
        put_log(place->root, i, 100 * (count - i));
    assert_int_equal(dyno_spark_reap(place->root, NULL), 0);
    assert_true(has_log(place->root, 0));
    for (int i = 1; i < count; i++)
        assert_int_equal(has_log(place->root, i), i >= count - DYNO_SPARK_LOGS_KEPT);
    free(folder);
}

/* Containers on one host share its boot id, but the pids of one mean nothing in another. */
static void test_servers_of_another_pid_space_are_left_alone(void **state)
{
    const struct place *place = *state;
    char *path = dyno_path_join(place->work_dir, "lease.json");
    char *text = NULL;
    size_t len = 0;
    assert_int_equal(dyno_lease_write(place->work_dir, NULL, 0, NULL), DYNO_OK);
    assert_int_equal(dyno_file_read(path, 4096, &text, &len, NULL), DYNO_OK);
    char *space = strstr(text, "pid:[");
    assert_non_null(space);
    space[5] = space[5] == '1' ? '2' : '1';
    char *ticks = strstr(text, "\"start_ticks\"");
    assert_non_null(ticks);
    ticks += strcspn(ticks, "0123456789");
    *ticks = *ticks == '1' ? '2' : '1';
    assert_int_equal(dyno_file_write(path, text, len, NULL), DYNO_OK);
    (void)dyno_spark_reap(place->root, NULL);
    assert_true(dyno_dir_exists(place->work_dir));
    free(text);
    free(path);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(test_stop_ends_all_and_their_children),
        IN_PLACE(test_stop_ends_what_ignores_it),
        IN_PLACE(test_stop_ends_children_that_left_the_group),
        IN_PLACE(test_first_death_is_named),
        IN_PLACE(test_settings_of_the_environment_do_not_leak_in),
        IN_PLACE(test_reap_ends_servers_whose_owner_is_gone),
        IN_PLACE(test_reap_removes_folders_of_servers_that_ended),
        IN_PLACE(test_reap_leaves_live_owners_alone),
        IN_PLACE(test_reap_leaves_strange_folders_alone),
        IN_PLACE(test_old_logs_are_removed_but_those_of_running_servers),
        IN_PLACE(test_servers_of_another_pid_space_are_left_alone),
        cmocka_unit_test(test_picked_ports_are_free_and_differ),
        cmocka_unit_test(test_listener_and_its_owner_are_found),
        cmocka_unit_test(test_listener_on_ipv6_is_found),
        cmocka_unit_test(test_zombies_and_reused_pids_are_not_alive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
