#include "base/alloc.h"
#include "plan/plan_test.h"
#include "plan/rank.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Factors s0, s1 ... by SET, then w0, w1 ... that need a restart. */
struct kit {
    struct dyno_factors factors;
    struct dyno_profile base;
    struct dyno_rank_request request;
};

static void kit_init(struct kit *kit, int sessions, int statics)
{
    memset(kit, 0, sizeof *kit);
    kit->factors.count = (size_t)(sessions + statics);
    kit->factors.items = dyno_xcalloc(kit->factors.count, sizeof *kit->factors.items);
    for (int f = 0; f < sessions + statics; f++) {
        bool is_static = f >= sessions;
        int n = is_static ? f - sessions : f;
        kit->factors.items[f] = (struct dyno_factor){
            .name = dyno_xasprintf("%c%d", is_static ? 'w' : 's', n),
            .keys = {dyno_xasprintf("spark.%stest%d", is_static ? "" : "sql.", n)},
            .key_count = 1,
            .low = dyno_xstrdup("1"),
            .high = dyno_xstrdup("2"),
            .why = dyno_xstrdup(""),
            .scope = is_static ? DYNO_SETTING_STATIC : DYNO_SETTING_SESSION,
            .place = dyno_xasprintf("f.yaml:%d:14", f + 1)};
    }
    kit->base.name = dyno_xstrdup("default");
    kit->base.comment = dyno_xstrdup("nothing");
    assert_int_equal(dyno_profile_override(&kit->base, "spark.sql.other=7", NULL), DYNO_OK);
    kit->request = (struct dyno_rank_request){
        .factors = &kit->factors, .base = &kit->base, .default_runs = DYNO_RANK_CHOOSE};
}

static void kit_deinit(struct kit *kit)
{
    dyno_factors_deinit(&kit->factors);
    dyno_profile_deinit(&kit->base);
}

static struct dyno_rank make(struct kit *kit)
{
    struct dyno_rank rank;
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_rank_make(&kit->request, &rank, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    return rank;
}

static void test_rows_become_profiles_on_top_of_the_base(void **state)
{
    (void)state;
    struct kit kit;
    kit_init(&kit, 5, 0);
    struct dyno_rank rank = make(&kit);
    assert_int_equal(rank.arm_count, 17);
    assert_string_equal(rank.arms[0].name, "default");
    assert_string_equal(rank.arms[0].sha256, kit.base.sha256);
    assert_int_equal(rank.arms[0].setting_count, 1);
    assert_string_equal(rank.arms[1].name, "row-01");
    assert_string_equal(rank.arms[1].comment, "s0=1 s1=1 s2=1 s3=1 s4=1");
    for (int row = 0; row < 16; row++) {
        assert_string_equal(dyno_profile_get(&rank.arms[row + 1], "spark.sql.other"), "7");
        assert_string_equal(dyno_profile_get(&rank.arms[row + 1], "spark.sql.test4"),
                            dyno_rank_value(&rank, row, 4));
        for (int other = 0; other < row; other++)
            assert_string_not_equal(rank.arms[row + 1].sha256, rank.arms[other + 1].sha256);
    }
    dyno_rank_deinit(&rank);
    kit_deinit(&kit);
}

/* Every row once in a replicate, in starts that hold all static settings still. */
static void check_layout(const struct dyno_rank *rank, const struct dyno_layout *layout)
{
    int blocks = dyno_rank_blocks(rank);
    int *seen = dyno_xcalloc((size_t)blocks * rank->arm_count, sizeof *seen);
    int *first = dyno_xcalloc(layout->start_count, sizeof *first);
    int last_start = -1;
    for (size_t i = 0; i < layout->trial_count; i++) {
        const struct dyno_layout_trial *t = &layout->trials[i];
        seen[(size_t)t->block * rank->arm_count + (size_t)t->arm]++;
        if (t->start != last_start) {
            assert_int_equal(t->start, last_start + 1);
            last_start = t->start;
            first[t->start] = t->arm;
        }
        assert_true(dyno_profile_same_static(&rank->arms[t->arm], &rank->arms[first[t->start]]));
        assert_true(t->seed == layout->trials[0].seed || t->block != 0);
    }
    assert_int_equal(last_start + 1, layout->start_count);
    for (int block = 0; block < blocks; block++) {
        int half = block / rank->replicates;
        assert_int_equal(seen[(size_t)block * rank->arm_count], rank->default_runs);
        for (int row = 0; row < rank->design.run_count; row++)
            assert_int_equal(seen[(size_t)block * rank->arm_count + (size_t)row + 1],
                             row / rank->design.base_runs == half);
    }
    free(seen);
    free(first);
}

static void test_layouts_hold_every_row_in_its_start(void **state)
{
    (void)state;
    static const struct {
        int sessions, statics, starts, replicates;
    } cases[] = {{4, 0, 2, 2},  {6, 0, 2, 2},  {3, 1, 8, 4},  {4, 2, 12, 3}, {2, 3, 16, 2},
                 {0, 4, 16, 1}, {8, 4, 16, 2}, {11, 1, 8, 4}, {2, 0, 6, 6},  {3, 0, 4, 4}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct kit kit;
        struct dyno_layout layout;
        kit_init(&kit, cases[i].sessions, cases[i].statics);
        struct dyno_rank rank = make(&kit);
        dyno_rank_layout(&rank, 5, &layout);
        assert_int_equal(rank.replicates, cases[i].replicates);
        assert_int_equal(layout.start_count, cases[i].starts);
        assert_int_equal(rank.default_runs, cases[i].statics > 0 ? 0 : 2);
        check_layout(&rank, &layout);
        dyno_layout_deinit(&layout);
        kit.request.default_runs = 3;
        dyno_rank_deinit(&rank);
        rank = make(&kit);
        dyno_rank_layout(&rank, 5, &layout);
        check_layout(&rank, &layout);
        dyno_layout_deinit(&layout);
        dyno_rank_deinit(&rank);
        kit_deinit(&kit);
    }
}

static void test_layout_is_drawn_from_the_seed(void **state)
{
    (void)state;
    struct kit kit;
    struct dyno_layout layouts[3];
    kit_init(&kit, 6, 0);
    struct dyno_rank rank = make(&kit);
    for (size_t i = 0; i < 3; i++)
        dyno_rank_layout(&rank, i == 2 ? 8 : 7, &layouts[i]);
    size_t bytes = layouts[0].trial_count * sizeof *layouts[0].trials;
    assert_memory_equal(layouts[0].trials, layouts[1].trials, bytes);
    assert_memory_not_equal(layouts[0].trials, layouts[2].trials, bytes);
    /* The default stands in the middle of each half of a start, not at its ends. */
    for (size_t i = 0; i < 18; i++)
        if (layouts[0].trials[i].arm == 0)
            assert_true(i == 4 || i == 13);
    for (size_t i = 0; i < 3; i++)
        dyno_layout_deinit(&layouts[i]);
    dyno_rank_deinit(&rank);
    kit_deinit(&kit);
}

static void test_fold_leaves_the_first_half_as_it_was(void **state)
{
    (void)state;
    struct kit kit;
    struct dyno_layout before;
    struct dyno_layout after;
    kit_init(&kit, 5, 1);
    struct dyno_rank rank = make(&kit);
    dyno_rank_layout(&rank, 3, &before);
    kit.request.fold = "s2";
    kit.request.replicates = rank.replicates;
    struct dyno_rank folded = make(&kit);
    dyno_rank_layout(&folded, 3, &after);
    check_layout(&folded, &after);
    assert_int_equal(folded.design.run_count, 32);
    assert_int_equal(after.trial_count, 2 * before.trial_count);
    assert_memory_equal(before.trials, after.trials, before.trial_count * sizeof *before.trials);
    for (size_t i = 0; i < rank.arm_count; i++)
        assert_string_equal(rank.arms[i].sha256, folded.arms[i].sha256);
    dyno_layout_deinit(&before);
    dyno_layout_deinit(&after);
    dyno_rank_deinit(&rank);
    dyno_rank_deinit(&folded);
    kit_deinit(&kit);
}

static void test_plan_names_design_and_aliases(void **state)
{
    (void)state;
    struct kit kit;
    kit_init(&kit, 5, 1);
    struct dyno_rank rank = make(&kit);
    cJSON *json = dyno_rank_to_json(&rank);
    assert_int_equal(dyno_json_i64_or(json, "runs", 0), 16);
    assert_int_equal(dyno_json_i64_or(json, "resolution", 0), 4);
    assert_int_equal(dyno_json_i64_or(json, "starts_in_replicate", 0), 2);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "chains")), 15);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "words")), 3);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "rows")), 16);
    const cJSON *last = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "factors"), 5);
    assert_string_equal(dyno_json_string_or(last, "varies", ""), "between starts");
    assert_string_equal(dyno_json_string_or(last, "kind", ""), "static");
    cJSON_Delete(json);
    dyno_rank_deinit(&rank);
    kit_deinit(&kit);
}

static void expect_refusal(struct kit *kit, const char *part)
{
    struct dyno_rank rank;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_rank_make(&kit->request, &rank, &err), DYNO_EINPUT);
    if (strstr(err.message, part) == NULL)
        fail_msg("'%s' is not in '%s'", part, err.message);
}

static void test_what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct kit kit;
    kit_init(&kit, 13, 0);
    expect_refusal(&kit, "f.yaml:13:14: too many factors: 13");
    kit_deinit(&kit);
    kit_init(&kit, 1, 0);
    expect_refusal(&kit, "1 factor cannot be ranked");
    kit_deinit(&kit);
    kit_init(&kit, 5, 0);
    kit.request.runs = 8;
    expect_refusal(&kit, "no design of 8 runs for 5 factors");
    kit.request.runs = 0;
    kit.request.splits = 1;
    expect_refusal(&kit, "--splits");
    kit.request.splits = 0;
    kit.request.fold = "s9";
    expect_refusal(&kit, "--fold: 's9' is no factor");
    kit.request.is_sieve = true;
    kit.request.fold = "s1";
    expect_refusal(&kit, "a sieve is folded on all");
    kit.request.fold = NULL;
    kit.request.is_sieve = false;
    kit.request.replicates = 1000;
    expect_refusal(&kit, "at most 100 replicates");
    kit.request.replicates = 0;
    assert_int_equal(dyno_profile_override(&kit.base, "spark.sql.test3=9", NULL), DYNO_OK);
    expect_refusal(&kit, "f.yaml:4:14: 'spark.sql.test3' is a factor, but profile 'default' sets");
    kit_deinit(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_become_profiles_on_top_of_the_base),
        cmocka_unit_test(test_layouts_hold_every_row_in_its_start),
        cmocka_unit_test(test_layout_is_drawn_from_the_seed),
        cmocka_unit_test(test_fold_leaves_the_first_half_as_it_was),
        cmocka_unit_test(test_plan_names_design_and_aliases),
        cmocka_unit_test(test_what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
