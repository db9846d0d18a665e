#include "experiment/shares_begin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct dyno_store_share share_of(const char *kernel, const char *host, int64_t epoch_wall_ms)
{
    return (struct dyno_store_share){.kernel = kernel,
                                     .host = host,
                                     .epoch_wall_ms = epoch_wall_ms,
                                     .clock_error_us = 4000,
                                     .is_clock_synced = true};
}

static void test_containers_of_one_machine_have_one_clock(void **state)
{
    struct dyno_store_share rows[] = {share_of("k", "a", 1000), share_of("k", "b", 1007)};
    struct dyno_shares_begin begin;
    (void)state;
    rows[1].is_clock_synced = false;
    rows[1].clock_error_us = -1;
    rows[1].clock_offset_us = 9000;
    dyno_shares_begin_find(rows, 2, &begin);
    assert_int_equal(begin.machines, 1);
    assert_float_equal(begin.wall_spread_ms, 7.0, 1e-9);
    assert_float_equal(begin.spread_ms, 7.0, 1e-9);
    assert_float_equal(begin.bound_ms, 7.0, 1e-9);
    assert_true(begin.are_clocks_known);
}

static void test_offsets_and_errors_of_machines_are_added(void **state)
{
    struct dyno_store_share rows[] = {share_of("k", "a", 1000), share_of("l", "b", 1000),
                                      share_of("l", "c", 1001)};
    struct dyno_shares_begin begin;
    (void)state;
    rows[0].clock_offset_us = -20000;
    rows[1].clock_offset_us = 30000;
    rows[2].clock_offset_us = 30000;
    rows[0].clock_error_us = 1500;
    dyno_shares_begin_find(rows, 3, &begin);
    assert_int_equal(begin.machines, 2);
    assert_float_equal(begin.wall_spread_ms, 1.0, 1e-9);
    assert_float_equal(begin.spread_ms, 51.0, 1e-9);
    assert_float_equal(begin.bound_ms, 56.5, 1e-9);
    assert_true(begin.are_clocks_known);
}

static void test_clock_that_nobody_sets_is_not_known(void **state)
{
    struct dyno_store_share rows[] = {share_of("", "a", 1000), share_of("", "b", 1000)};
    struct dyno_shares_begin begin;
    (void)state;
    rows[0].is_clock_synced = false;
    rows[0].clock_error_us = 16000000;
    dyno_shares_begin_find(rows, 2, &begin);
    assert_int_equal(begin.machines, 2);
    assert_false(begin.are_clocks_known);
    assert_float_equal(begin.bound_ms, 4.0, 1e-9);
    rows[0].is_clock_synced = true;
    rows[0].clock_error_us = -1;
    dyno_shares_begin_find(rows, 2, &begin);
    assert_false(begin.are_clocks_known);
}

static void test_share_that_did_not_begin_is_left_out(void **state)
{
    struct dyno_store_share rows[] = {share_of("k", "a", 0), share_of("l", "b", 1000)};
    struct dyno_shares_begin begin;
    (void)state;
    dyno_shares_begin_find(rows, 2, &begin);
    assert_int_equal(begin.machines, 2);
    assert_float_equal(begin.bound_ms, 0.0, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_containers_of_one_machine_have_one_clock),
        cmocka_unit_test(test_offsets_and_errors_of_machines_are_added),
        cmocka_unit_test(test_clock_that_nobody_sets_is_not_known),
        cmocka_unit_test(test_share_that_did_not_begin_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
