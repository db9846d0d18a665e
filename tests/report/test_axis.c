#include "report/axis.h"
#include "report/unit.h"

#include <math.h>

static void test_axis_maps_ends_and_clamps(void **state)
{
    (void)state;
    const struct dyno_axis axis = {
        .low = 1, .high = 100, .low_px = 10, .high_px = 210, .is_log = true};
    assert_true(fabs(dyno_axis_px(&axis, 10) - 110) < 1e-9);
    assert_true(fabs(dyno_axis_px(&axis, 0.5) - 10) < 1e-9);
    assert_true(fabs(dyno_axis_px(&axis, 1e9) - 210) < 1e-9);
    assert_true(fabs(dyno_axis_px(&axis, (double)NAN) - 10) < 1e-9);
    const struct dyno_axis upwards = {
        .low = 0, .high = 4, .low_px = 100, .high_px = 0, .is_log = false};
    assert_true(fabs(dyno_axis_px(&upwards, 1) - 75) < 1e-9);
}

static void check_ticks(const struct dyno_axis *axis, size_t fewest, size_t most)
{
    double ticks[DYNO_AXIS_TICKS_MAX];
    size_t count = dyno_axis_ticks(axis, ticks);
    assert_true(count >= fewest && count <= most);
    for (size_t i = 0; i < count; i++) {
        assert_true(ticks[i] >= axis->low * 0.99 && ticks[i] <= axis->high * 1.01);
        assert_true(i == 0 || ticks[i] > ticks[i - 1]);
    }
}

static void test_ticks_are_few_and_inside(void **state)
{
    (void)state;
    static const double ranges[][2] = {{0.61, 1.1}, {0.95, 1.06}, {0.05, 20},
                                       {1, 1e12},   {3e8, 2.4e9}, {1e6, 1.0001e6}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const struct dyno_axis axis = {
            .low = ranges[i][0], .high = ranges[i][1], .high_px = 100, .is_log = true};
        check_ticks(&axis, 2, DYNO_AXIS_TICKS_MAX);
    }
    const struct dyno_axis linear = {.low = 0, .high = 40, .high_px = 100};
    check_ticks(&linear, 4, 8);
    const struct dyno_axis none = {.low = 5, .high = 5, .high_px = 100};
    check_ticks(&none, 0, 0);
}

static void test_include_ignores_what_is_no_positive_number(void **state)
{
    (void)state;
    double low = (double)NAN;
    double high = (double)NAN;
    dyno_axis_include(&low, &high, (double)NAN);
    dyno_axis_include(&low, &high, -3);
    assert_true(isnan(low) != 0);
    dyno_axis_include(&low, &high, 5);
    dyno_axis_include(&low, &high, 2);
    dyno_axis_include(&low, &high, (double)INFINITY);
    assert_true(fabs(low - 2) <= 0 && fabs(high - 5) <= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_axis_maps_ends_and_clamps),
        cmocka_unit_test(test_ticks_are_few_and_inside),
        cmocka_unit_test(test_include_ignores_what_is_no_positive_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
