#include "plan/load_shape.h"
#include "plan/plan_test.h"

#include <math.h>
#include <string.h>

static void test_arrival_names_round_trip(void **state)
{
    (void)state;
    const enum dyno_arrival all[] = {DYNO_ARRIVAL_POISSON, DYNO_ARRIVAL_CONSTANT,
                                     DYNO_ARRIVAL_CLOSED};
    for (size_t i = 0; i < 3; i++) {
        enum dyno_arrival back = DYNO_ARRIVAL_POISSON;
        assert_int_equal(dyno_arrival_parse(dyno_arrival_name(all[i]), &back, NULL), DYNO_OK);
        assert_int_equal(back, all[i]);
    }
}

static void test_arrival_suggests_the_nearest_name(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    enum dyno_arrival out = DYNO_ARRIVAL_CLOSED;
    assert_int_equal(dyno_arrival_parse("poison", &out, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "did you mean 'poisson'?"));
    assert_int_equal(out, DYNO_ARRIVAL_CLOSED);
}

static void test_load_shape_defaults_are_accepted(void **state)
{
    (void)state;
    struct dyno_load_shape shape = DYNO_LOAD_SHAPE_INIT;
    assert_int_equal(dyno_load_shape_check(&shape, NULL), DYNO_OK);
}

/* What is refused, each as one change of the defaults. */
static void refuse(struct dyno_load_shape shape, const char *text)
{
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_load_shape_check(&shape, &err), DYNO_EINPUT);
    if (strstr(err.message, text) == NULL)
        fail_msg("'%s' does not say '%s'", err.message, text);
}

static void test_load_shape_refuses_what_cannot_be(void **state)
{
    (void)state;
    const struct dyno_load_shape ok = DYNO_LOAD_SHAPE_INIT;
    struct dyno_load_shape s = ok;
    const double rates[] = {0, -1, 1e7, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < COUNT_OF(rates); i++) {
        s.rate_per_s = rates[i];
        refuse(s, "statements/s");
    }
    s = ok;
    s.sessions = 0;
    refuse(s, "0 sessions");
    s.sessions = 20001;
    refuse(s, "20001 sessions");
    s = ok;
    s.measure_ns = 0;
    refuse(s, "window is empty");
    s = ok;
    s.timeout_ns = 0;
    refuse(s, "timeout");
    s = ok;
    s.drain_ns = -1;
    refuse(s, "below 0");
    s = ok;
    s.warmup_executions = -1;
    refuse(s, "warm-up executions");
    s = ok;
    s.rate_per_s = 1e6;
    refuse(s, "20 million");
}

static void test_load_shape_needs_no_rate_in_a_closed_loop(void **state)
{
    (void)state;
    struct dyno_load_shape shape = DYNO_LOAD_SHAPE_INIT;
    shape.arrival = DYNO_ARRIVAL_CLOSED;
    shape.rate_per_s = 0;
    assert_int_equal(dyno_load_shape_check(&shape, NULL), DYNO_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrival_names_round_trip),
        cmocka_unit_test(test_arrival_suggests_the_nearest_name),
        cmocka_unit_test(test_load_shape_defaults_are_accepted),
        cmocka_unit_test(test_load_shape_refuses_what_cannot_be),
        cmocka_unit_test(test_load_shape_needs_no_rate_in_a_closed_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
