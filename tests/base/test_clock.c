#include "base/clock.h"
#include "support/check.h"

#include <string.h>

static void test_clock_sleeps_until_its_deadline(void **state)
{
    (void)state;
    int64_t deadline_ns = dyno_now_ns() + 20 * DYNO_NS_PER_MS;
    dyno_sleep_until_ns(deadline_ns);
    assert_true(dyno_now_ns() >= deadline_ns);
}

static void test_clock_does_not_sleep_for_the_past(void **state)
{
    (void)state;
    int64_t begin_ns = dyno_now_ns();
    dyno_sleep_until_ns(begin_ns - DYNO_NS_PER_S);
    dyno_sleep_ns(-5);
    assert_true(dyno_now_ns() - begin_ns < DYNO_NS_PER_S);
}

static void test_clock_formats_wall_time_in_utc(void **state)
{
    (void)state;
    char text[32];
    dyno_wall_format(0, text, sizeof text);
    assert_string_equal(text, "1970-01-01T00:00:00.000Z");
    dyno_wall_format(INT64_C(951782399999), text, sizeof text);
    assert_string_equal(text, "2000-02-28T23:59:59.999Z");
}

static void test_clock_real_is_the_monotonic_clock(void **state)
{
    (void)state;
    const struct dyno_clock *clock = dyno_clock_real();
    int64_t before_ns = dyno_now_ns();
    int64_t now_ns = clock->now_ns(clock->ctx);
    assert_true(now_ns >= before_ns && now_ns <= dyno_now_ns());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock_sleeps_until_its_deadline),
        cmocka_unit_test(test_clock_does_not_sleep_for_the_past),
        cmocka_unit_test(test_clock_formats_wall_time_in_utc),
        cmocka_unit_test(test_clock_real_is_the_monotonic_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
