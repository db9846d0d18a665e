#include "plan/load_shape.h"
#include "plan/plan_test.h"

#include <math.h>
#include <string.h>

static void test_arrival_names_round_trip(void **state)
{
    (void)state;
    const enum dyno_arrival all[] = {DYNO_ARRIVAL_POISSON, DYNO_ARRIVAL_CONSTANT,
                                     DYNO_ARRIVAL_CLOSED, DYNO_ARRIVAL_PARTLY_OPEN,
                                     DYNO_ARRIVAL_REPLAY};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
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
    s.think_ns = -1;
    refuse(s, "below 0");
    s = ok;
    s.trial_warmup_ns = -1;
    refuse(s, "below 0");
    s = ok;
    s.measure_ns = -1;
    refuse(s, "window is empty");
    s = ok;
    s.timeout_ns = -1;
    refuse(s, "timeout");
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

static void test_load_steps_and_bursts_are_parsed(void **state)
{
    (void)state;
    struct dyno_load_shape s = DYNO_LOAD_SHAPE_INIT;
    assert_int_equal(dyno_load_steps_parse("5:30s,5-50:1m", &s, NULL), DYNO_OK);
    assert_int_equal(s.step_count, 2);
    assert_int_equal(s.measure_ns, INT64_C(90000000000));
    assert_true(s.steps[1].from_per_s == 5 && s.steps[1].to_per_s == 50);
    s.trial_warmup_ns = INT64_C(2000000000);
    assert_true(fabs(dyno_load_shape_expected(&s) - (10 + 150 + 27.5 * 60)) < 1e-9);
    assert_int_equal(dyno_load_shape_check(&s, NULL), DYNO_OK);
    static const char *const bad_steps[] = {"",       "5",      "5:",     "5:0s", "-5:1s",
                                            "5:1s,,", "5-x:1s", "1e9:1s", "5 :1s"};
    for (size_t i = 0; i < COUNT_OF(bad_steps); i++)
        assert_int_equal(dyno_load_steps_parse(bad_steps[i], &s, NULL), DYNO_EINPUT);
    static const char *const bad_bursts[] = {"", "2s", "2s/0s", "/2s", "0s/2s", "a/b"};
    for (size_t i = 0; i < COUNT_OF(bad_bursts); i++)
        assert_int_equal(dyno_load_burst_parse(bad_bursts[i], &s, NULL), DYNO_EINPUT);
}

static void test_load_shape_refuses_what_does_not_go_together(void **state)
{
    (void)state;
    const struct dyno_load_shape ok = DYNO_LOAD_SHAPE_INIT;
    struct dyno_load_shape s = ok;
    assert_int_equal(dyno_load_steps_parse("5:30s", &s, NULL), DYNO_OK);
    s.measure_ns++;
    refuse(s, "the steps last 30 s");
    s.measure_ns--;
    s.arrival = DYNO_ARRIVAL_CLOSED;
    refuse(s, "not closed");
    s.arrival = DYNO_ARRIVAL_POISSON;
    s.burst_on_ns = 1;
    s.burst_off_ns = 1;
    refuse(s, "do not go together");
    s = ok;
    s.burst_on_ns = 1;
    refuse(s, "a burst needs");
    s = ok;
    s.arrival = DYNO_ARRIVAL_PARTLY_OPEN;
    s.visit = 0;
    refuse(s, "a visit of 0");
    s = ok;
    s.arrival = DYNO_ARRIVAL_CLOSED;
    s.is_pinned = true;
    refuse(s, "pinned");
    s = ok;
    s.warmup_max = 5;
    refuse(s, "at most 5 executions");
    s = ok;
    assert_int_equal(dyno_load_steps_parse("0:30s", &s, NULL), DYNO_OK);
    refuse(s, "no step offers");
}

static void test_load_shape_goes_through_json(void **state)
{
    (void)state;
    struct dyno_load_shape s = DYNO_LOAD_SHAPE_INIT;
    struct dyno_load_shape back;
    s.think_kind = DYNO_THINK_EXPONENTIAL;
    s.is_pinned = true;
    s.warmup_max = 77;
    assert_int_equal(dyno_load_steps_parse("5:30s,5-50:1m", &s, NULL), DYNO_OK);
    cJSON *json = dyno_load_shape_to_json(&s);
    assert_int_equal(dyno_load_shape_from_json(json, &back, NULL), DYNO_OK);
    assert_int_equal(back.step_count, 2);
    assert_int_equal(back.steps[1].for_ns, INT64_C(60000000000));
    assert_true(back.is_pinned && back.think_kind == DYNO_THINK_EXPONENTIAL);
    assert_int_equal(back.warmup_max, 77);
    assert_int_equal(back.measure_ns, s.measure_ns);
    cJSON_DeleteItemFromObjectCaseSensitive(json, "visit");
    assert_int_equal(dyno_load_shape_from_json(json, &back, NULL), DYNO_EINPUT);
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrival_names_round_trip),
        cmocka_unit_test(test_arrival_suggests_the_nearest_name),
        cmocka_unit_test(test_load_shape_defaults_are_accepted),
        cmocka_unit_test(test_load_shape_refuses_what_cannot_be),
        cmocka_unit_test(test_load_shape_needs_no_rate_in_a_closed_loop),
        cmocka_unit_test(test_load_steps_and_bursts_are_parsed),
        cmocka_unit_test(test_load_shape_refuses_what_does_not_go_together),
        cmocka_unit_test(test_load_shape_goes_through_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
