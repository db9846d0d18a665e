/* Reports of a ranking: text within 40 lines, JSON within the schema, HTML whole and safe. */
#include "base/json.h"
#include "decide/rank.h"
#include "decide/rank_scene.h"
#include "report/report.h"
#include "report/script.h"
#include "store/rank.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

static struct rank_scene play(struct fixture *fixture, int factors)
{
    struct rank_scene_options options = RANK_SCENE_INIT;
    options.sessions = factors;
    options.main[0] = -0.7;
    options.main[1] = 0.3;
    options.interaction = 0.2;
    struct rank_scene scene = rank_scene_play(fixture, &options);
    assert_int_equal(dyno_rank_decide(scene.store, scene.id, NULL), DYNO_OK);
    return scene;
}

static struct dyno_report_model *model_of(const struct rank_scene *scene)
{
    struct dyno_report_model *model = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_report_model_load(scene->store, scene->id, &model, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    return model;
}

static char *text_of(const struct rank_scene *scene)
{
    const struct dyno_report_text_options look = {.width = 80};
    struct dyno_report_model *model = model_of(scene);
    struct dyno_str out;
    dyno_str_init(&out, 1 << 20);
    assert_int_equal(dyno_report_text(model, &look, &out, NULL), DYNO_OK);
    dyno_report_model_free(model);
    char *text = dyno_str_take(&out);
    if (getenv("DYNO_TEST_SHOW") != NULL)
        print_message("%s\n", text);
    return text;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in:\n%s", part, text);
}

static size_t lines_of(const char *text)
{
    size_t lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

static void test_text_tells_effects_interactions_and_the_best(void **state)
{
    struct rank_scene scene = play(*state, 4);
    char *text = text_of(&scene);
    assert_has(text, "+ RANKED  rank retail aqe,partitions");
    assert_has(text, "  aqe  ");
    assert_has(text, "interactions (6)");
    assert_has(text, "aqe x partitions");
    assert_has(text, "tasks 200 -> 8");
    assert_null(strstr(text, "broadcast: "));
    assert_has(text, "not found <");
    assert_has(text, "Spark saw, low to high (together with, not because of)");
    assert_has(text, "best: aqe=true, partitions=8: predicted ");
    assert_has(text, "34 of 34 trials valid");
    assert_in_range(lines_of(text), 10, 40);
    free(text);
}

static void test_text_of_twelve_factors_keeps_to_40_lines(void **state)
{
    struct rank_scene scene = play(*state, 12);
    int64_t id = scene.id;
    for (int i = 0; i < 9; i++)
        assert_int_equal(dyno_store_warning_add(scene.store, id, 0, "test",
                                                "a long warning that says what to doubt and why",
                                                NULL),
                         DYNO_OK);
    assert_int_equal(dyno_store_ranking_confirm(scene.store, id, id, "a/long/path/best.conf", NULL),
                     DYNO_OK);
    char *text = text_of(&scene);
    assert_has(text, "confirm: experiment 1 says ranked");
    assert_has(text, "rank --resume 1 --fold ");
    assert_in_range(lines_of(text), 20, 40);
    free(text);
}

static void test_json_fits_the_schema(void **state)
{
    struct rank_scene scene = play(*state, 4);
    struct dyno_report_model *model = model_of(&scene);
    struct dyno_str out;
    cJSON *json = NULL;
    dyno_str_init(&out, 8 << 20);
    assert_int_equal(dyno_report_json(model, &out, NULL), DYNO_OK);
    script_check("tests/report/check_schema.py", "docs/report.schema.json", dyno_str_text(&out));
    assert_int_equal(dyno_json_parse(dyno_str_text(&out), out.len, "report", &json, NULL), DYNO_OK);
    const cJSON *rank = cJSON_GetObjectItem(json, "rank");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(rank, "factors")), 4);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(rank, "trials")), 34);
    const cJSON *effect = NULL;
    int clear = 0;
    cJSON_ArrayForEach(effect, cJSON_GetObjectItem(rank, "effects"))
    {
        if (strcmp(dyno_json_string_or(effect, "chain", ""), "AB") != 0 ||
            !cJSON_IsNull(cJSON_GetObjectItem(effect, "query")))
            continue;
        /* exp(-0.7 - 0.2) at few partitions, exp(-0.7 + 0.2) at many. */
        double at_low = dyno_json_f64_or(effect, "first_at_low_second", 0);
        double at_high = dyno_json_f64_or(effect, "first_at_high_second", 0);
        assert_true(at_low > 0.38 && at_low < 0.43);
        assert_true(at_high > 0.57 && at_high < 0.64);
        clear++;
    }
    assert_true(clear >= 1);
    cJSON_Delete(json);
    dyno_str_deinit(&out);
    dyno_report_model_free(model);
}

static char *html_of(const struct rank_scene *scene)
{
    struct dyno_report_model *model = model_of(scene);
    struct dyno_str out;
    dyno_str_init(&out, 8 << 20);
    assert_int_equal(dyno_report_html(model, &out, NULL), DYNO_OK);
    dyno_report_model_free(model);
    return dyno_str_take(&out);
}

static void test_html_is_whole(void **state)
{
    struct rank_scene scene = play(*state, 6);
    char *html = html_of(&scene);
    script_check("tests/report/check_html.py", NULL, html);
    const char *verdict = strstr(html, "class=\"verdict is-good\"");
    const char *effects = strstr(html, "id=\"effects\"");
    const char *proof = strstr(html, "id=\"proof\"");
    const char *raw = strstr(html, "id=\"raw\"");
    assert_non_null(verdict);
    assert_true(verdict < effects && effects < proof && proof < raw);
    assert_has(html, "AB + CE + DF");
    assert_has(html, "Half-normal plot of the effects that compare trials of a start");
    assert_has(html, "SME: beyond it, found");
    assert_null(strstr(html, "compare server starts. "));
    assert_true(strlen(html) < 400000);
    free(html);
}

static void test_html_of_hostile_names_is_escaped(void **state)
{
    struct rank_scene scene = play(*state, 4);
    static const char evil[] = "UPDATE factor SET name = '<script>alert(1)</script>' || ordinal, "
                               "why = '\"><img src=x onerror=alert(1)>', low = '</td>'";
    assert_int_equal(dyno_sql_exec(dyno_store_handle(scene.store), evil, NULL), DYNO_OK);
    assert_int_equal(dyno_sql_exec(dyno_store_handle(scene.store),
                                   "UPDATE design SET profile_path = '<b>x', best = "
                                   "'{\"<i>\":\"<u>\"}'",
                                   NULL),
                     DYNO_OK);
    char *html = html_of(&scene);
    script_check("tests/report/check_html.py", NULL, html);
    assert_null(strstr(html, "<script>alert"));
    assert_null(strstr(html, "<img src=x"));
    assert_null(strstr(html, "<b>x"));
    free(html);
}

static void test_unjudged_ranking_is_shown(void **state)
{
    struct rank_scene_options options = RANK_SCENE_INIT;
    struct rank_scene scene = rank_scene_play(*state, &options);
    assert_int_equal(
        dyno_store_experiment_finish(scene.store, scene.id, "interrupted", "stopped", NULL),
        DYNO_OK);
    char *text = text_of(&scene);
    char *html = html_of(&scene);
    assert_has(text, "UNJUDGED");
    assert_has(text, "sparkdyno rank --resume 1");
    script_check("tests/report/check_html.py", NULL, html);
    free(text);
    free(html);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_text_tells_effects_interactions_and_the_best),
        TEST(test_text_of_twelve_factors_keeps_to_40_lines),
        TEST(test_json_fits_the_schema),
        TEST(test_html_is_whole),
        TEST(test_html_of_hostile_names_is_escaped),
        TEST(test_unjudged_ranking_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
