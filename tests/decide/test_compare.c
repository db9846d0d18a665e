#include "decide/compare.h"
#include "decide/scene.h"
#include "load/record.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

/** Judge, and read back what was stored. */
struct outcome {
    char verdict[512];
    char sentence[512];
    char qualifiers[512];
    int64_t exit_code;
};

static struct outcome decide(struct scene *scene)
{
    struct outcome out = {.exit_code = -1};
    struct dyno_err err = DYNO_ERR_INIT;
    enum dyno_status status = dyno_compare_decide(scene->store, scene->ids.experiment, &err);
    if (status != DYNO_OK)
        print_error("%s\n", err.message);
    assert_int_equal(status, DYNO_OK);
    fixture_text(scene->store, "SELECT verdict FROM verdict", out.verdict);
    fixture_text(scene->store, "SELECT sentence FROM verdict", out.sentence);
    fixture_text(scene->store, "SELECT qualifiers FROM verdict", out.qualifiers);
    out.exit_code = fixture_number(scene->store, "SELECT exit_code FROM verdict");
    if (getenv("DYNO_TEST_SHOW") != NULL)
        print_message("%s: %s %s\n", out.verdict, out.sentence, out.qualifiers);
    return out;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in '%s'", part, text);
}

static int64_t count_contrasts(struct scene *scene, const char *verdict)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    struct dyno_cell cell = dyno_cell_text(verdict);
    assert_int_equal(dyno_sql_select(dyno_store_handle(scene->store),
                                     "SELECT count(*) FROM contrast WHERE verdict = ?1", &cell, 1,
                                     &statement, NULL),
                     DYNO_OK);
    assert_int_equal(dyno_sql_next(statement, &has_row, NULL), DYNO_OK);
    int64_t count = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return count;
}

static void test_slower_candidate_is_worse(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    options.effect = 1.2;
    options.starts = 4;
    struct scene scene = scene_open(*state, &options);
    scene_play(&scene);
    struct outcome got = decide(&scene);
    assert_string_equal(got.verdict, "worse");
    assert_int_equal(got.exit_code, 99);
    assert_has(got.sentence, "aqe-off is worse than default on retail: mean response +");
    assert_has(got.sentence, "95 % CI +");
    assert_has(got.sentence, "8 blocks on 4 server starts");
    assert_string_equal(got.qualifiers, "[]");
    /* 3 metrics over all and the suite, and p50 and mean of two queries; 50 statements are too few for p95. */
    assert_int_equal(count_contrasts(&scene, "worse"), 8);
    assert_int_equal(count_contrasts(&scene, "inconclusive"), 2);
    assert_int_equal(fixture_number(scene.store,
                                    "SELECT abs(log_ratio - ln(1.2)) < 0.02 AND abs(base_value / "
                                    "5.0e8 - 1) < 0.03 AND blocks = 8 FROM contrast WHERE "
                                    "metric = 'response_mean' AND query = -1"),
                     1);
}

static void test_faster_candidate_is_better_on_one_start(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    options.effect = 0.7;
    struct scene scene = scene_open(*state, &options);
    scene_play(&scene);
    struct outcome got = decide(&scene);
    assert_string_equal(got.verdict, "better");
    assert_int_equal(got.exit_code, 0);
    assert_has(got.sentence, "aqe-off is better than default on retail: mean response -");
    assert_has(got.sentence, "8 blocks on one server start");
    assert_string_equal(got.qualifiers, "[\"on one server start\"]");
}

static void test_large_effect_is_a_multiple_too(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    options.effect = 2.82;
    options.blocks = 6;
    struct scene scene = scene_open(*state, &options);
    scene_play(&scene);
    struct outcome got = decide(&scene);
    assert_string_equal(got.verdict, "worse");
    assert_has(got.sentence, " (2.8x; 95 % CI +1");
}

static void test_same_arms_are_equivalent(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    struct scene scene = scene_open(*state, &options);
    scene_play(&scene);
    struct outcome got = decide(&scene);
    assert_string_equal(got.verdict, "equivalent");
    assert_int_equal(got.exit_code, 0);
    assert_has(got.sentence, "aqe-off is equivalent to default on retail within 5 %: mean");
    assert_has(got.sentence, "90 % CI -");
}

static void test_noisy_arms_are_inconclusive_with_the_visible_effect(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    options.block_noise = 0.15;
    struct scene scene = scene_open(*state, &options);
    scene_play(&scene);
    struct outcome got = decide(&scene);
    assert_string_equal(got.verdict, "inconclusive");
    assert_int_equal(got.exit_code, 125);
    assert_has(got.sentence, "no verdict for aqe-off against default on retail: mean response ");
    assert_has(got.sentence, "smallest effect that this run could have seen is ");
    assert_int_equal(fixture_number(scene.store, "SELECT mde > 0.05 FROM contrast WHERE "
                                                 "metric = 'response_mean' AND query = -1"),
                     1);
}

static void test_five_blocks_are_provisional_however_clear(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    options.effect = 3.0;
    options.blocks = 5;
    struct scene scene = scene_open(*state, &options);
    scene_play(&scene);
    struct outcome got = decide(&scene);
    assert_string_equal(got.verdict, "inconclusive");
    assert_int_equal(got.exit_code, 125);
    assert_has(got.sentence, "provisional, 5 of at least 6 blocks: aqe-off was slower than "
                             "default on retail in 5 of 5 blocks, mean response +");
    assert_has(got.qualifiers, "\"provisional: 5 of at least 6 blocks\"");
    assert_has(got.qualifiers, "\"stopped after 5 of 6 blocks\"");
    assert_int_equal(count_contrasts(&scene, "inconclusive"), 10);
}

static void test_one_block_has_no_interval(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    options.blocks = 1;
    options.effect = 0.5;
    struct scene scene = scene_open(*state, &options);
    scene_play(&scene);
    struct outcome got = decide(&scene);
    assert_string_equal(got.verdict, "inconclusive");
    assert_has(got.sentence, "aqe-off was faster than default on retail in 1 of 1 block, mean");
    assert_has(got.sentence, "one block, so no interval");
    assert_int_equal(
        fixture_number(scene.store, "SELECT count(*) FROM contrast WHERE ci_low IS NOT NULL"), 0);
}

static void test_invalid_trial_leaves_its_block_out(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    options.effect = 1.2;
    struct scene scene = scene_open(*state, &options);
    for (int place = 0; place < 16; place++) {
        struct dyno_store_record *records = NULL;
        struct dyno_store_trial trial = scene_trial(&scene, place / 2, place % 2, &records);
        /* One is not valid, one is partial; both lie, and must not count. */
        if (place == 5)
            trial.is_valid = false;
        if (place == 8)
            trial.state = "partial";
        for (size_t i = 0; (place == 5 || place == 8) && i < trial.record_count; i++)
            records[i].done_ns = records[i].intended_ns + 1;
        scene_add(&scene, &trial);
        free(records);
    }
    struct outcome got = decide(&scene);
    assert_string_equal(got.verdict, "worse");
    assert_has(got.sentence, "6 blocks on one server start");
    assert_has(got.qualifiers, "2 of 8 blocks left out");
}

static void test_no_valid_block_is_invalid_with_the_cause(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    options.blocks = 6;
    struct scene scene = scene_open(*state, &options);
    const struct dyno_store_gate gates[] = {{.name = "errors",
                                             .value = 0.5,
                                             .limit = 0.01,
                                             .unit = "ratio",
                                             .is_fatal = true,
                                             .text = "50 of 100 statements failed"}};
    for (int place = 0; place < 12; place++) {
        struct dyno_store_record *records = NULL;
        struct dyno_store_trial trial = scene_trial(&scene, place / 2, place % 2, &records);
        trial.is_valid = place % 2 == 0;
        trial.gates = gates;
        trial.gate_count = place % 2 == 0 ? 0 : 1;
        scene_add(&scene, &trial);
        free(records);
    }
    struct outcome got = decide(&scene);
    assert_string_equal(got.verdict, "invalid");
    assert_int_equal(got.exit_code, 4);
    assert_has(got.sentence, "no block has a valid trial in both arms");
    assert_has(got.sentence, "50 of 100 statements failed");
    assert_int_equal(fixture_number(scene.store, "SELECT count(*) FROM contrast"), 0);
    /* What ended the experiment is the better reason. */
    assert_int_equal(dyno_store_experiment_finish(scene.store, scene.ids.experiment, "failed",
                                                  "start 2 failed", NULL),
                     DYNO_OK);
    got = decide(&scene);
    assert_has(got.sentence, "it ended early: start 2 failed");
    assert_null(strstr(got.sentence, "50 of 100"));
}

static void test_nothing_measured_is_invalid(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    struct scene scene = scene_open(*state, &options);
    assert_int_equal(dyno_store_experiment_finish(scene.store, scene.ids.experiment, "failed",
                                                  "port 10000 is in use", NULL),
                     DYNO_OK);
    struct outcome got = decide(&scene);
    assert_string_equal(got.verdict, "invalid");
    assert_has(got.sentence, "no trial was measured; it ended early: port 10000 is in use");
}

static void test_different_row_counts_are_invalid(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    options.effect = 0.5;
    struct scene scene = scene_open(*state, &options);
    scene_play(&scene);
    assert_int_equal(dyno_sql_exec(dyno_store_handle(scene.store),
                                   "UPDATE record SET row_count = 9 WHERE trial_id = 2 AND seq = 1",
                                   NULL),
                     DYNO_OK);
    struct outcome got = decide(&scene);
    assert_string_equal(got.verdict, "invalid");
    assert_int_equal(got.exit_code, 4);
    assert_has(got.sentence, "the results of query 'monthly' differ between the arms: 10 rows in "
                             "'default', 9 in 'aqe-off'");
    /* The numbers are kept and shown, not judged. */
    assert_int_equal(count_contrasts(&scene, "invalid"), 10);
    assert_int_equal(fixture_number(scene.store, "SELECT log_ratio < -0.5 FROM contrast"), 1);
}

static void test_different_checksum_of_the_warmup_is_invalid(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    struct scene scene = scene_open(*state, &options);
    scene_play(&scene);
    struct dyno_store_record *records = NULL;
    struct dyno_store_trial warmup = scene_trial(&scene, 0, 1, &records);
    warmup.role = "warmup";
    warmup.block = -1;
    records[4].checksum++;
    scene_add(&scene, &warmup);
    free(records);
    struct outcome got = decide(&scene);
    assert_string_equal(got.verdict, "invalid");
    assert_has(got.sentence, "query 'daily' differ between the arms: as many rows");
    assert_has(got.qualifiers, "results vary from run to run within an arm: 'daily'");
}

static void test_checksums_are_compared_only_where_both_arms_have_them(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    struct scene scene = scene_open(*state, &options);
    scene_play(&scene);
    assert_int_equal(dyno_sql_exec(dyno_store_handle(scene.store),
                                   "UPDATE record SET checksum = '' WHERE trial_id % 2 = 0", NULL),
                     DYNO_OK);
    assert_string_equal(decide(&scene).verdict, "equivalent");
}

static void test_setting_without_effect_is_invalid(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    struct scene scene = scene_open(*state, &options);
    scene_play(&scene);
    char key[] = "spark.sql.adaptiv.enabled";
    char asked[] = "false";
    char complaint[] = "Spark does not know it";
    const struct dyno_setting_proof proof = {
        .key = key, .asked = asked, .source = "SET", .complaint = complaint};
    assert_int_equal(
        dyno_store_settings_put(scene.store, scene.ids.start, scene.ids.arms[1], &proof, 1, NULL),
        DYNO_OK);
    struct outcome got = decide(&scene);
    assert_string_equal(got.verdict, "invalid");
    assert_has(got.sentence, "a setting did not take effect: spark.sql.adaptiv.enabled in "
                             "'aqe-off': Spark does not know it");
}

static void test_few_statements_make_p95_not_estimable(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    options.effect = 1.3;
    options.statements = 40;
    struct scene scene = scene_open(*state, &options);
    scene_play(&scene);
    struct outcome got = decide(&scene);
    char text[512];
    assert_string_equal(got.verdict, "worse");
    assert_has(got.qualifiers, "p95 not estimable");
    fixture_text(scene.store,
                 "SELECT verdict || ': ' || reason FROM contrast WHERE metric = 'response_p95' "
                 "AND query = -1 AND log_ratio IS NULL",
                 text);
    assert_has(text, "inconclusive: not estimable: it needs 72 completed statements in each "
                     "trial, and one trial has only 40");
}

/** One trial has statements of one query alone: there are enough of them, but not of each query. */
static void test_suite_needs_every_query_in_each_trial(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    struct scene scene = scene_open(*state, &options);
    char text[512];
    for (int place = 0; place < 16; place++) {
        struct dyno_store_record *records = NULL;
        struct dyno_store_trial trial = scene_trial(&scene, place / 2, place % 2, &records);
        for (size_t i = 0; place == 5 && i < options.statements; i++) {
            records[i].query = records[0].query;
            records[i].checksum = records[0].checksum;
        }
        scene_add(&scene, &trial);
        free(records);
    }
    (void)decide(&scene);
    fixture_text(scene.store,
                 "SELECT verdict || ': ' || reason FROM contrast WHERE metric = 'response_suite' "
                 "AND query = -1 AND log_ratio IS NULL",
                 text);
    assert_has(text, "inconclusive: not estimable: it needs every query in each trial, and in one "
                     "trial a query has no completed statement");
}

/** One statement of each candidate trial never ended: the mean is gone, p50 stays. */
static void test_censored_statement_takes_the_mean_away(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    options.effect = 1.3;
    struct scene scene = scene_open(*state, &options);
    for (int place = 0; place < 16; place++) {
        struct dyno_store_record *records = NULL;
        struct dyno_store_trial trial = scene_trial(&scene, place / 2, place % 2, &records);
        if (place % 2 == 1) {
            records[0].outcome = DYNO_OUTCOME_RUNNING;
            records[0].done_ns = -1;
        }
        scene_add(&scene, &trial);
        free(records);
    }
    struct outcome got = decide(&scene);
    char text[512];
    assert_string_equal(got.verdict, "worse");
    assert_has(got.sentence, "p50 response +");
    assert_has(got.qualifiers, "mean not estimable");
    fixture_text(scene.store,
                 "SELECT reason FROM contrast WHERE metric = 'response_mean' AND query = -1", text);
    assert_has(text, "not estimable: some statements were cut off");
}

/** The fast half gets faster and the slow tail slower. */
static void test_metrics_that_disagree_are_inconclusive_with_both_named(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    struct scene scene = scene_open(*state, &options);
    for (int place = 0; place < 16; place++) {
        struct dyno_store_record *records = NULL;
        struct dyno_store_trial trial = scene_trial(&scene, place / 2, place % 2, &records);
        for (size_t i = 0; place % 2 == 1 && i < trial.record_count; i++) {
            int64_t response_ns = records[i].done_ns - records[i].intended_ns;
            response_ns = i % 10 == 0 ? response_ns * 8 : response_ns / 2;
            records[i].done_ns = records[i].intended_ns + response_ns;
        }
        scene_add(&scene, &trial);
        free(records);
    }
    struct outcome got = decide(&scene);
    assert_string_equal(got.verdict, "inconclusive");
    assert_int_equal(got.exit_code, 125);
    assert_has(got.sentence, "is both worse and better than default on retail");
    assert_has(got.sentence, "worse in mean response +");
    assert_has(got.sentence, "better in p50 response -");
}

static void test_arms_with_starts_of_their_own(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    options.effect = 1.2;
    options.starts = 16;
    struct scene scene = scene_open(*state, &options);
    for (int place = 0; place < 16; place++) {
        struct dyno_store_record *records = NULL;
        struct dyno_store_trial trial = scene_trial(&scene, place / 2, place % 2, &records);
        trial.start_id = scene.starts[place];
        scene_add(&scene, &trial);
        free(records);
    }
    struct outcome got = decide(&scene);
    assert_has(got.sentence, "8 blocks on 16 server starts");
    assert_string_equal(got.qualifiers, "[]");
}

static void test_decide_twice_gives_the_same(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    struct scene scene = scene_open(*state, &options);
    scene_play(&scene);
    struct outcome first = decide(&scene);
    struct outcome second = decide(&scene);
    assert_string_equal(first.sentence, second.sentence);
    assert_int_equal(fixture_number(scene.store, "SELECT count(*) FROM contrast"), 10);
}

static void test_unknown_experiment_and_missing_arm(void **state)
{
    struct fixture *fixture = *state;
    struct dyno_store *store = fixture_open(fixture);
    assert_int_equal(dyno_compare_decide(store, 1, NULL), DYNO_ENOTFOUND);
    assert_int_equal(fixture_experiment(store, "bare"), 1);
    assert_int_equal(dyno_compare_decide(store, 1, NULL), DYNO_EINPUT);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        ONE(test_slower_candidate_is_worse),
        ONE(test_faster_candidate_is_better_on_one_start),
        ONE(test_large_effect_is_a_multiple_too),
        ONE(test_same_arms_are_equivalent),
        ONE(test_noisy_arms_are_inconclusive_with_the_visible_effect),
        ONE(test_five_blocks_are_provisional_however_clear),
        ONE(test_one_block_has_no_interval),
        ONE(test_invalid_trial_leaves_its_block_out),
        ONE(test_no_valid_block_is_invalid_with_the_cause),
        ONE(test_nothing_measured_is_invalid),
        ONE(test_different_row_counts_are_invalid),
        ONE(test_different_checksum_of_the_warmup_is_invalid),
        ONE(test_checksums_are_compared_only_where_both_arms_have_them),
        ONE(test_setting_without_effect_is_invalid),
        ONE(test_few_statements_make_p95_not_estimable),
        ONE(test_suite_needs_every_query_in_each_trial),
        ONE(test_censored_statement_takes_the_mean_away),
        ONE(test_metrics_that_disagree_are_inconclusive_with_both_named),
        ONE(test_arms_with_starts_of_their_own),
        ONE(test_decide_twice_gives_the_same),
        ONE(test_unknown_experiment_and_missing_arm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
