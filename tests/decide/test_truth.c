/* The promise of a comparison, counted: how often it is wrong where nothing is, and right where something is. */
#include "decide/disturbance.h"
#include "decide/planning.h"
#include "decide/play.h"
#include "stats/vectors.h"

#include <string.h>

#define RUNS 1000
/* 5 % of 1000 and what chance adds in 99 of 100 cases: qbinom(0.99, 1000, 0.05). */
#define FALSE_MAX 66

static int count(const char *what, const struct play_world *world, int runs)
{
    int found = play_findings(world, runs);
    print_message("%s: %d of %d found\n", what, found, runs);
    return found;
}

static void test_false_verdicts_of_aa_stay_below_5_percent(void **state)
{
    (void)state;
    struct play_world world = PLAY_WORLD_INIT;
    assert_in_range(count("A/A, 12 blocks on 3 starts", &world, RUNS), 0, FALSE_MAX);
    world.starts = 0;
    assert_in_range(count("A/A, fresh starts", &world, RUNS), 0, FALSE_MAX);
    world.margin = 0.0001;
    assert_in_range(count("A/A, fresh starts, no margin", &world, RUNS), 0, FALSE_MAX);
    world.starts = 3;
    world.drift = -0.3;
    assert_in_range(count("A/A, 3 starts, no margin, 30 % drift", &world, RUNS), 0, FALSE_MAX);
}

/** A start that tilts the difference of the arms: blocks of one start agree with each other, and not because the
 *  candidate is better. */
static void test_starts_that_tilt_do_not_count_as_many_blocks(void **state)
{
    (void)state;
    struct play_world world = PLAY_WORLD_INIT;
    world.start_noise = 0.06;
    world.starts = 4;
    assert_in_range(count("A/A, 4 starts that tilt by 6 %", &world, RUNS), 0, FALSE_MAX);
    world.starts = 6;
    world.start_noise = 0.03;
    assert_in_range(count("A/A, 6 starts that tilt by 3 %", &world, RUNS), 0, FALSE_MAX);
}

static void test_looking_after_each_block_stays_below_5_percent(void **state)
{
    (void)state;
    struct play_world world = PLAY_WORLD_INIT;
    world.is_early_stop = true;
    world.blocks = 16;
    world.margin = 0.0001;
    assert_in_range(count("A/A, looked at 11 times", &world, RUNS), 0, FALSE_MAX);
    world.effect = 0.10;
    assert_in_range(count("+10 %, looked at 11 times", &world, 200), 160, 200);
}

/** The noise of a real local Spark (aa of retail, short windows): what the plan asks for is enough. */
static void test_ten_percent_are_found_at_the_planned_blocks(void **state)
{
    (void)state;
    const double noises[] = {0.02, 0.04, 0.06};
    for (size_t i = 0; i < COUNT_OF(noises); i++) {
        struct play_world world = PLAY_WORLD_INIT;
        world.trial_noise = noises[i];
        /* A block's ratio: two trials, each with its own noise and that of the mean of its statements. */
        double sd = sqrt(2.0 * (noises[i] * noises[i] + 0.3 * 0.3 / 100.0));
        struct dyno_planning planning = {.sd_within = sd,
                                         .sd_between = 0.0,
                                         .starts = 6,
                                         .margin = log1p(0.05),
                                         .family = 3,
                                         .seed = 1};
        world.starts = 6;
        world.blocks = (int)dyno_planning_blocks(&planning, log1p(0.10));
        world.effect = log1p(0.10);
        assert_in_range(world.blocks, 6, 200);
        print_message("noise %.0f %%: %d blocks planned\n", 100.0 * noises[i], world.blocks);
        assert_in_range(count("+10 % at the planned blocks", &world, 300), 240, 300);
    }
}

static void test_planning_knows_what_cannot_be(void **state)
{
    (void)state;
    struct dyno_planning planning = {
        .sd_within = 0.05, .starts = 0, .margin = 0.05, .family = 1, .seed = 1};
    assert_int_equal(dyno_planning_blocks(&planning, 0.04), 0);
    assert_nan(dyno_planning_visible(&planning, 5));
    double few = dyno_planning_visible(&planning, 8);
    double many = dyno_planning_visible(&planning, 30);
    assert_true(few > many && many > 0.05);
    assert_true(fabs(dyno_planning_power(&planning, few, 8) - 0.80) < 0.06);
    size_t blocks = dyno_planning_equivalence_blocks(&planning);
    assert_in_range(blocks, 7, 20);
    assert_true(dyno_planning_equivalence(&planning, blocks) >= 0.80);
    planning.sd_within = 2.0;
    assert_int_equal(dyno_planning_blocks(&planning, 0.10), 0);
}

static bool sees(const struct play_world *world, const char *name, double *estimate)
{
    struct dyno_evidence *evidence = play_evidence(world, 5);
    struct dyno_contrasts contrasts;
    struct dyno_store_disturbance rows[DYNO_DISTURBANCE_MAX];
    bool is_seen = false;
    dyno_contrasts_make(evidence, &contrasts);
    size_t found = dyno_disturbances_find(evidence, &contrasts, rows);
    assert_int_equal(found, 9);
    for (size_t i = 0; i < found; i++) {
        if (strcmp(rows[i].metric, "response_mean") != 0 || strcmp(rows[i].name, name) != 0)
            continue;
        is_seen = rows[i].is_seen;
        *estimate = rows[i].estimate;
    }
    dyno_contrasts_deinit(&contrasts);
    dyno_evidence_free(evidence);
    return is_seen;
}

static void test_drift_order_and_carry_over_are_seen(void **state)
{
    (void)state;
    double size = 0.0;
    struct play_world world = PLAY_WORLD_INIT;
    world.blocks = 24;
    world.trial_noise = 0.02;
    assert_false(sees(&world, "drift", &size));
    assert_false(sees(&world, "order", &size));
    assert_false(sees(&world, "carry_over", &size));
    world.drift = -0.2;
    assert_true(sees(&world, "drift", &size));
    assert_near(size, -0.2, 0.05);
    world.drift = 0.0;
    world.order = 0.1;
    assert_true(sees(&world, "order", &size));
    assert_near(size, 0.1, 0.03);
    world.order = 0.0;
    world.carry = 0.1;
    assert_true(sees(&world, "carry_over", &size));
    assert_near(size, 0.1, 0.04);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_false_verdicts_of_aa_stay_below_5_percent),
        cmocka_unit_test(test_starts_that_tilt_do_not_count_as_many_blocks),
        cmocka_unit_test(test_looking_after_each_block_stays_below_5_percent),
        cmocka_unit_test(test_ten_percent_are_found_at_the_planned_blocks),
        cmocka_unit_test(test_planning_knows_what_cannot_be),
        cmocka_unit_test(test_drift_order_and_carry_over_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
