#include "decide/rank.h"
#include "decide/rank_scene.h"
#include "report/report.h"
#include "report/script.h"

#include <stdio.h>
#include <stdlib.h>

static void look_at(struct fixture *fixture, const struct rank_scene_options *options)
{
    struct rank_scene scene = rank_scene_play(fixture, options);
    struct dyno_report_model *model = NULL;
    struct dyno_str out;
    assert_int_equal(dyno_rank_decide(scene.store, scene.id, NULL), DYNO_OK);
    assert_int_equal(dyno_report_model_load(scene.store, scene.id, &model, NULL), DYNO_OK);
    dyno_str_init(&out, 8 << 20);
    assert_int_equal(dyno_report_html(model, &out, NULL), DYNO_OK);
    const char *folder = getenv("DYNO_TEST_SHOW");
    if (folder != NULL) {
        char path[256];
        (void)snprintf(path, sizeof path, "%s/rank-%d.html", folder, options->sessions);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        (void)fputs(dyno_str_text(&out), file);
        (void)fclose(file);
    }
    script_check("tests/report/check_browser.py", NULL, dyno_str_text(&out));
    dyno_str_deinit(&out);
    dyno_report_model_free(model);
}

static void test_browser_shows_a_ranking(void **state)
{
    struct rank_scene_options options = RANK_SCENE_INIT;
    options.main[0] = -0.7;
    options.main[1] = 0.3;
    options.interaction = 0.2;
    look_at(*state, &options);
}

static void test_browser_shows_a_ranking_of_two_strata(void **state)
{
    struct rank_scene_options options = RANK_SCENE_INIT;
    options.sessions = 3;
    options.statics = 3;
    options.replicates = 1;
    options.main[0] = -2.7;
    options.start_noise = 0.05;
    look_at(*state, &options);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_browser_shows_a_ranking),
        TEST(test_browser_shows_a_ranking_of_two_strata),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
