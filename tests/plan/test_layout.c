#include "plan/layout.h"
#include "plan/plan_test.h"

#include <string.h>

static struct dyno_layout make(int arms, int blocks, bool is_shared, int starts, uint64_t seed)
{
    struct dyno_layout layout = {.trials = NULL};
    assert_int_equal(dyno_layout_make(arms, blocks, is_shared, starts, seed, &layout, NULL),
                     DYNO_OK);
    return layout;
}

static void test_layout_has_every_arm_once_in_a_block(void **state)
{
    (void)state;
    struct dyno_layout layout = make(3, 7, true, 2, 42);
    int seen[7][3] = {{0}};
    assert_int_equal(layout.trial_count, 21);
    for (size_t i = 0; i < layout.trial_count; i++) {
        const struct dyno_layout_trial *t = &layout.trials[i];
        assert_int_equal(t->block, i / 3);
        assert_int_equal(t->position, i % 3);
        seen[t->block][t->arm]++;
    }
    for (int b = 0; b < 7; b++)
        for (int a = 0; a < 3; a++)
            assert_int_equal(seen[b][a], 1);
    dyno_layout_deinit(&layout);
}

static void test_layout_is_drawn_from_the_seed(void **state)
{
    (void)state;
    struct dyno_layout a = make(2, 20, true, 1, 1);
    struct dyno_layout b = make(2, 20, true, 1, 1);
    struct dyno_layout c = make(2, 20, true, 1, 2);
    size_t bytes = a.trial_count * sizeof *a.trials;
    size_t base_first = 0;
    assert_memory_equal(a.trials, b.trials, bytes);
    assert_memory_not_equal(a.trials, c.trials, bytes);
    for (size_t i = 0; i < a.trial_count; i += 2)
        base_first += a.trials[i].arm == 0;
    /* Neither always the same order nor strictly alternating by chance: 20 fair draws. */
    assert_in_range(base_first, 3, 17);
    dyno_layout_deinit(&a);
    dyno_layout_deinit(&b);
    dyno_layout_deinit(&c);
}

static void test_layout_gives_the_arms_of_a_block_one_seed(void **state)
{
    (void)state;
    struct dyno_layout layout = make(2, 50, false, 0, 9);
    for (size_t i = 0; i < layout.trial_count; i += 2) {
        assert_true(layout.trials[i].seed == layout.trials[i + 1].seed);
        assert_true(layout.trials[i].seed < UINT64_C(1) << 53);
        if (i > 0)
            assert_true(layout.trials[i].seed != layout.trials[i - 1].seed);
    }
    dyno_layout_deinit(&layout);
}

static void test_layout_spreads_blocks_evenly_over_shared_starts(void **state)
{
    (void)state;
    struct dyno_layout layout = make(2, 8, true, 3, 5);
    const int expected[] = {0, 0, 0, 1, 1, 1, 2, 2};
    assert_int_equal(layout.start_count, 3);
    for (size_t i = 0; i < layout.start_count; i++)
        assert_int_equal(layout.starts[i].arm, -1);
    for (size_t i = 0; i < layout.trial_count; i++)
        assert_int_equal(layout.trials[i].start, expected[layout.trials[i].block]);
    dyno_layout_deinit(&layout);
    layout = make(2, 8, true, 8, 5);
    for (size_t i = 0; i < layout.trial_count; i++)
        assert_int_equal(layout.trials[i].start, layout.trials[i].block);
    dyno_layout_deinit(&layout);
}

static void test_layout_gives_static_arms_a_start_each(void **state)
{
    (void)state;
    struct dyno_layout layout = make(2, 3, false, 1, 5);
    assert_int_equal(layout.start_count, 6);
    for (size_t i = 0; i < layout.trial_count; i++) {
        assert_int_equal(layout.trials[i].start, i);
        assert_int_equal(layout.starts[i].arm, layout.trials[i].arm);
    }
    dyno_layout_deinit(&layout);
}

static void test_layout_of_one_arm_is_a_run(void **state)
{
    (void)state;
    struct dyno_layout layout = make(1, 1, true, 1, 0);
    assert_int_equal(layout.trial_count, 1);
    assert_int_equal(layout.trials[0].arm, 0);
    dyno_layout_deinit(&layout);
}

static void test_layout_refuses_what_cannot_be(void **state)
{
    (void)state;
    static const struct {
        int arms;
        int blocks;
        bool is_shared;
        int starts;
        const char *text;
    } cases[] = {
        {0, 1, true, 1, "0 arms"},   {2, 0, true, 1, "0 blocks"},
        {2, 3, true, 0, "0 server"}, {2, 3, true, 4, "4 server starts for 3 blocks"},
        {-1, 1, false, 0, "arms"},   {2, 1000000, false, 0, "blocks"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dyno_layout layout = {.trials = NULL};
        struct dyno_err err = DYNO_ERR_INIT;
        assert_int_equal(dyno_layout_make(cases[i].arms, cases[i].blocks, cases[i].is_shared,
                                          cases[i].starts, 1, &layout, &err),
                         DYNO_EINPUT);
        assert_non_null(strstr(err.message, cases[i].text));
        assert_null(layout.trials);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout_has_every_arm_once_in_a_block),
        cmocka_unit_test(test_layout_is_drawn_from_the_seed),
        cmocka_unit_test(test_layout_gives_the_arms_of_a_block_one_seed),
        cmocka_unit_test(test_layout_spreads_blocks_evenly_over_shared_starts),
        cmocka_unit_test(test_layout_gives_static_arms_a_start_each),
        cmocka_unit_test(test_layout_of_one_arm_is_a_run),
        cmocka_unit_test(test_layout_refuses_what_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
