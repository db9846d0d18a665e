#include "decide/compare.h"
#include "decide/scene.h"

#include <stdlib.h>
#include <string.h>

static void assert_verdict(struct dyno_store *store, const char *verdict, int64_t exit_code,
                           const char *part)
{
    char text[512];
    assert_int_equal(dyno_run_decide(store, 1, NULL), DYNO_OK);
    fixture_text(store, "SELECT verdict FROM verdict", text);
    assert_string_equal(text, verdict);
    assert_int_equal(fixture_number(store, "SELECT exit_code FROM verdict"), exit_code);
    fixture_text(store, "SELECT sentence || qualifiers FROM verdict", text);
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in '%s'", part, text);
}

/** Only trials of the base arm: what a run leaves. */
static void play_run(struct scene *scene, int trials, int valid)
{
    for (int block = 0; block < trials; block++) {
        struct dyno_store_record *records = NULL;
        struct dyno_store_trial trial = scene_trial(scene, block, 0, &records);
        trial.is_valid = block < valid;
        scene_add(scene, &trial);
        free(records);
    }
}

static void test_run_says_what_was_measured(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    options.noise = 0.0;
    options.block_noise = 0.0;
    struct scene scene = scene_open(*state, &options);
    play_run(&scene, 6, 6);
    assert_verdict(scene.store, "valid", 0,
                   "retail under default: response mean 500 ms, p50 500 ms, p95 500 ms over "
                   "600 statements in 6 trials[]");
}

static void test_run_with_some_invalid_trials_is_valid_with_a_note(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    struct scene scene = scene_open(*state, &options);
    play_run(&scene, 6, 5);
    assert_verdict(scene.store, "valid", 0, "[\"1 of 6 trials left out: not valid\"]");
}

static void test_run_without_a_valid_trial_is_invalid(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    struct scene scene = scene_open(*state, &options);
    play_run(&scene, 2, 0);
    assert_verdict(scene.store, "invalid", 4, "no valid trial: the trial is marked as not valid");
}

static void test_run_of_nothing_is_invalid(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    struct scene scene = scene_open(*state, &options);
    assert_verdict(scene.store, "invalid", 4, "no trial was measured");
}

static void test_run_of_few_statements_has_no_p95(void **state)
{
    struct scene_options options = SCENE_OPTIONS_INIT;
    options.statements = 20;
    struct scene scene = scene_open(*state, &options);
    play_run(&scene, 1, 1);
    assert_verdict(scene.store, "valid", 0,
                   "(no interval from under 72 statements) over 20 statements in 1 trial");
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        ONE(test_run_says_what_was_measured),
        ONE(test_run_with_some_invalid_trials_is_valid_with_a_note),
        ONE(test_run_without_a_valid_trial_is_invalid),
        ONE(test_run_of_nothing_is_invalid),
        ONE(test_run_of_few_statements_has_no_p95),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
