#include "base/json.h"
#include "explain/plan_tree.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char skewed[] =
    "== Physical Plan ==\n"
    "AdaptiveSparkPlan (33)\n"
    "+- == Final Plan ==\n"
    "   * Project (9)\n"
    "   +- * BroadcastHashJoin Inner BuildRight (8)\n"
    "      :- AQEShuffleRead (3)\n"
    "      :  +- ShuffleQueryStage (2), Statistics(sizeInBytes=12.5 MiB, rowCount=10)\n"
    "      +- BroadcastQueryStage (7), Statistics(sizeInBytes=200.0 MiB, rowCount=3)\n"
    "+- == Initial Plan ==\n"
    "   Project (21)\n"
    "   +- SortMergeJoin Inner (20)\n"
    "      :- Exchange (18)\n"
    "      +- Exchange (19)\n"
    "\n\n"
    "(3) AQEShuffleRead\nInput [1]: [k]\nArguments: coalesced and skewed\n\n";

static void test_tree_before_and_after(void **state)
{
    struct dyno_plan_tree tree;
    (void)state;
    assert_true(dyno_plan_tree_read(skewed, &tree));
    assert_int_equal(tree.final_count, 6);
    assert_int_equal(tree.initial_count, 4);
    assert_true(dyno_plan_node_is(&tree.final[2], "BroadcastHashJoin"));
    assert_false(dyno_plan_node_is(&tree.final[2], "Broadcast"));
    assert_int_equal(tree.final[2].number, 8);
    assert_true(tree.final[4].bytes > 13107199 && tree.final[4].bytes < 13107201);
    dyno_plan_tree_deinit(&tree);
}

static void test_changes_name_their_rules(void **state)
{
    struct dyno_plan_tree tree;
    struct dyno_plan_changes changes;
    (void)state;
    assert_true(dyno_plan_tree_read(skewed, &tree));
    dyno_plan_changes_find(&tree, skewed, &changes);
    assert_int_equal(changes.count, 3);
    assert_string_equal(
        changes.text,
        "OptimizeSkewedJoin: 1 shuffle reads split; DynamicJoinSelection: 1 sort-merge to "
        "broadcast joins; CoalesceShufflePartitions: 1 shuffle reads coalesced");
    dyno_plan_tree_deinit(&tree);
}

static void test_sides_of_a_join(void **state)
{
    double sizes[2] = {(double)NAN, (double)NAN};
    struct dyno_plan_tree tree;
    (void)state;
    assert_true(dyno_plan_tree_read(skewed, &tree));
    dyno_plan_side_bytes(&tree, 2, sizes);
    assert_true(sizes[0] > 13e6 && sizes[0] < 13.2e6);
    assert_true(sizes[1] > 209e6 && sizes[1] < 210e6);
    dyno_plan_tree_deinit(&tree);
}

/* Statement 3 is a sort-merge join of 1406.3 KiB with 1600 B under AQE; 11 broadcasts 2 MiB. */
static void check_recorded(const char *version)
{
    char path[400];
    cJSON *list = NULL;
    const cJSON *entry = NULL;
    int seen = 0;
    (void)snprintf(path, sizeof path, DYNO_TEST_DATA "/eventlog/%s/sql.json", version);
    assert_int_equal(dyno_json_read(path, 1 << 20, &list, NULL), DYNO_OK);
    cJSON_ArrayForEach(entry, list)
    {
        struct dyno_plan_tree tree;
        double sizes[2] = {(double)NAN, (double)NAN};
        if (strstr(dyno_json_string_or(entry, "description", ""), "t1:3 ") == NULL)
            continue;
        assert_true(dyno_plan_tree_read(dyno_json_string_or(entry, "planDescription", ""), &tree));
        for (size_t i = 0; i < tree.final_count; i++)
            if (dyno_plan_node_is(&tree.final[i], "SortMergeJoin")) {
                dyno_plan_side_bytes(&tree, i, sizes);
                seen++;
            }
        assert_true(fabs(sizes[0] / 1024 - 1406.3) < 0.1);
        assert_true(fabs(sizes[1] - 1600) < 0.1);
        dyno_plan_tree_deinit(&tree);
    }
    assert_int_equal(seen, 1);
    cJSON_Delete(list);
}

static void test_recorded_plans(void **state)
{
    (void)state;
    check_recorded("4.1.4");
    check_recorded("3.5.7");
}

static void test_texts_that_are_no_plans(void **state)
{
    static const char *const rows[] = {"",
                                       "Parse error",
                                       "== Physical Plan ==",
                                       "== Physical Plan ==\n",
                                       "== Physical Plan ==\n\n(1) Scan",
                                       "== Physical Plan ==\n+-\n"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dyno_plan_tree tree;
        assert_false(dyno_plan_tree_read(rows[i], &tree));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree_before_and_after),
        cmocka_unit_test(test_changes_name_their_rules),
        cmocka_unit_test(test_sides_of_a_join),
        cmocka_unit_test(test_recorded_plans),
        cmocka_unit_test(test_texts_that_are_no_plans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
