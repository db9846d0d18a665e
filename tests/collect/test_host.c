#include "collect/collector.h"
#include "collect/host.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static double value_of(const struct dyno_series *series, const char *name)
{
    for (size_t i = 0; i < series->counters.len; i++) {
        const struct dyno_store_counter *counter = dyno_vec_at(&series->counters, i);
        if (strcmp(counter->name, name) == 0)
            return counter->value;
    }
    return (double)NAN;
}

static double burn(void)
{
    double sum = 0;
    for (int i = 1; i < 30000000; i++)
        sum += 1.0 / i;
    return sum;
}

/* Burns in a child that has ended when this returns. */
static void burn_in_child(void)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(burn() > 1 && burn() > 1 ? 0 : 1);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void test_host_note_keeps_what_an_ended_child_used(void **state)
{
    struct dyno_series before;
    struct dyno_series after;
    (void)state;
    assert_int_equal(setpgid(0, 0), 0);
    dyno_series_init(&before);
    dyno_series_init(&after);
    dyno_host_note(getpid(), &before, 0);
    burn_in_child();
    dyno_host_note(getpid(), &after, 0);
    assert_true(value_of(&after, "server_cpu_s") >= value_of(&before, "server_cpu_s") + 0.02);
    dyno_series_deinit(&before);
    dyno_series_deinit(&after);
}

static void test_host_note_sees_this_process_work(void **state)
{
    struct dyno_series before;
    struct dyno_series after;
    (void)state;
    assert_int_equal(setpgid(0, 0), 0);
    dyno_series_init(&before);
    dyno_series_init(&after);
    dyno_host_note(getpid(), &before, 0);
    assert_true(burn() > 1);
    assert_true(burn() > 1);
    dyno_host_note(getpid(), &after, 0);
    assert_true(value_of(&after, "server_cpu_s") >= value_of(&before, "server_cpu_s") + 0.02);
    assert_true(value_of(&after, "cpu_user_s") >= value_of(&before, "cpu_user_s") + 0.02);
    assert_true(value_of(&after, "server_rss_bytes") > 100000);
    assert_true(value_of(&after, "mem_available_bytes") > 1e6);
    assert_true(value_of(&after, "cpu_idle_s") > 0);
    assert_true(isfinite(value_of(&after, "load1")));
    assert_true(isfinite(value_of(&after, "cpu_steal_s")));
    dyno_series_deinit(&before);
    dyno_series_deinit(&after);
}

static void test_host_cpu_beside_the_server_is_what_grew(void **state)
{
    (void)state;
    const struct dyno_store_counter counters[] = {
        {"host", "cpu_user_s", 0, 100},          {"host", "cpu_system_s", 0, 50},
        {"host", "server_cpu_s", 0, 20},         {"spark", "cpu_user_s", 5, 999},
        {"host", "cpu_user_s", 4000000000, 105}, {"host", "cpu_system_s", 4000000000, 52},
        {"host", "server_cpu_s", 4000000000, 24}};
    double elapsed_s = 0;
    double beside_s = dyno_host_cpu_beside_server_s(counters, 7, &elapsed_s);
    assert_true(fabs(beside_s - 3) < 1e-9);
    assert_true(fabs(elapsed_s - 4) < 1e-9);
    assert_true(isnan(dyno_host_cpu_beside_server_s(counters, 4, &elapsed_s)));
}

static void test_host_note_leaves_out_a_process_that_is_gone(void **state)
{
    struct dyno_series series;
    (void)state;
    dyno_series_init(&series);
    dyno_host_note(0x3fffffff, &series, 0);
    assert_true(isnan(value_of(&series, "server_cpu_s")));
    assert_true(isfinite(value_of(&series, "cpu_user_s")));
    dyno_series_deinit(&series);
}

static void test_host_facts_name_the_machine(void **state)
{
    struct dyno_host_fact facts[16];
    size_t count = dyno_collect_host_facts(facts, 16);
    (void)state;
    assert_int_equal(count, 10);
    for (size_t i = 0; i < count; i++) {
        assert_true(facts[i].value[0] != '\0');
        assert_null(strchr(facts[i].value, '\n'));
    }
    assert_string_equal(facts[3].name, "cores");
    assert_true(facts[3].value[0] >= '1' && facts[3].value[0] <= '9');
    assert_int_equal(dyno_collect_host_facts(facts, 2), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host_note_sees_this_process_work),
        cmocka_unit_test(test_host_note_keeps_what_an_ended_child_used),
        cmocka_unit_test(test_host_cpu_beside_the_server_is_what_grew),
        cmocka_unit_test(test_host_note_leaves_out_a_process_that_is_gone),
        cmocka_unit_test(test_host_facts_name_the_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
