#include "load/self.h"
#include "load/trial_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void test_self_tells_rate_lag_and_clock(void **state)
{
    char folder[] = "/tmp/dyno_self_XXXXXX";
    struct dyno_self self;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)state;
    assert_non_null(mkdtemp(folder));
    if (dyno_self_measure(folder, &self, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    assert_true(self.statements_per_s > 1000);
    assert_true(self.statement_ns * self.statements_per_s > 0.999e9);
    assert_true(self.clock_read_ns > 1);
    assert_true(self.clock_read_ns < self.statement_ns);
    assert_true(self.nap_p50_ns > 0);
    assert_true(self.nap_p99_ns >= self.nap_p50_ns);
    assert_true(self.nap_max_ns >= self.nap_p99_ns);
    assert_true(self.lag_p99_ns > 0);
    assert_int_equal(rmdir(folder), 0); /* nothing is left behind */
}

static void test_self_says_where_it_cannot_write(void **state)
{
    struct dyno_self self;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)state;
    assert_int_not_equal(dyno_self_measure("/proc/nowhere", &self, &err), DYNO_OK);
    assert_true(err.message[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_self_tells_rate_lag_and_clock),
        cmocka_unit_test(test_self_says_where_it_cannot_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
