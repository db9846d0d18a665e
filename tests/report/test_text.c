#include "base/str.h"
#include "report/clean.h"
#include "report/fixture.h"
#include "report/golden.h"
#include "report/unit.h"

#include <stdlib.h>
#include <string.h>

static const struct dyno_report_text_options plain = {
    .has_color = false, .has_utf8 = true, .width = 80};

/* The text report of an open fixture; the caller frees it. */
static char *text_of_file(const struct fixture *fixture,
                          const struct dyno_report_text_options *options)
{
    struct dyno_report_model *model = fixture_model(fixture);
    struct dyno_str out;
    dyno_str_init(&out, 1 << 20);
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_report_text(model, options, &out, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    dyno_report_model_free(model);
    return dyno_str_take(&out);
}

/* The text report of a fixture of this shape; the caller frees it. */
static char *text_of(const struct fixture_shape *shape,
                     const struct dyno_report_text_options *options)
{
    struct fixture fixture;
    fixture_open(&fixture, shape);
    char *text = text_of_file(&fixture, options);
    fixture_close(&fixture);
    return text;
}

static void check_fits(const char *text)
{
    int lines = 0;
    for (const char *line = text; *line != '\0'; lines++) {
        size_t bytes = strcspn(line, "\n");
        char *copy = dyno_report_clean(line, bytes);
        if (dyno_report_columns(copy) > 80)
            fail_msg("over 80 columns: %s", copy);
        assert_true(bytes == 0 || line[bytes - 1] != ' ');
        free(copy);
        line += bytes + (line[bytes] == '\n');
    }
    assert_true(lines <= 40);
    assert_true(lines > 5);
}

static void test_text_of_a_compare(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    char *text = text_of(&shape, &plain);
    check_fits(text);
    golden_check("compare.txt", text);
    free(text);
}

static void test_text_of_a_run(void **state)
{
    (void)state;
    struct fixture_shape shape = FIXTURE_COMPARE;
    shape.arms = 1;
    shape.bad_trial = -1;
    char *text = text_of(&shape, &plain);
    check_fits(text);
    golden_check("run.txt", text);
    free(text);
}

static void test_text_in_ascii_has_no_other_bytes(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct dyno_report_text_options options = plain;
    options.has_utf8 = false;
    char *text = text_of(&shape, &options);
    for (const char *p = text; *p != '\0'; p++)
        assert_true(*p == '\n' || (*p >= ' ' && *p <= '~'));
    assert_non_null(strstr(text, "+ BETTER"));
    free(text);
}

static void test_text_has_color_only_if_asked(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct dyno_report_text_options options = plain;
    char *text = text_of(&shape, &options);
    assert_null(strchr(text, '\x1b'));
    free(text);
    options.has_color = true;
    text = text_of(&shape, &options);
    assert_non_null(strstr(text, "\x1b[1;32m✓ BETTER\x1b[0m"));
    free(text);
}

static void test_text_of_hostile_names_is_harmless(void **state)
{
    (void)state;
    struct fixture_shape shape = FIXTURE_COMPARE;
    shape.is_hostile = true;
    shape.queries = 9;
    char *text = text_of(&shape, &plain);
    check_fits(text);
    char *clean = dyno_report_clean(text, strlen(text));
    assert_string_equal(text, clean);
    assert_null(strchr(text, '\x1b'));
    assert_null(strchr(text, '\t'));
    free(clean);
    free(text);
}

static void test_text_of_a_fault_fits_too(void **state)
{
    (void)state;
    struct fixture_shape shape = FIXTURE_COMPARE;
    shape.queries = 9;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    fixture_exec(&fixture,
                 "UPDATE verdict SET verdict = 'invalid', sentence = replace(hex(zeroblob(200)), "
                 "'00', 'cause ')");
    fixture_exec(&fixture, "INSERT INTO warning SELECT 1, NULL, code, text FROM warning");
    fixture_exec(
        &fixture,
        "INSERT INTO contrast (experiment_id, metric, query, blocks, base_value, candidate_value, "
        "log_ratio, sd, ci_low, ci_high, ci90_low, ci90_high, p_t, p_sign_flip, mde, verdict, "
        "reason) SELECT 1, metric, query + 3, 6, 2e8, 1e8, -0.7, 0.1, "
        "-1, -0.5, -0.9, -0.6, 0.01, 0.02, 0.1, 'invalid', '' FROM contrast "
        "WHERE query >= 0");
    struct dyno_report_model *model = fixture_model(&fixture);
    struct dyno_str out;
    dyno_str_init(&out, 1 << 20);
    assert_int_equal(dyno_report_text(model, &plain, &out, NULL), DYNO_OK);
    check_fits(dyno_str_text(&out));
    assert_non_null(strstr(dyno_str_text(&out), "! INVALID"));
    assert_non_null(strstr(dyno_str_text(&out), "p50, 3 of 6"));
    dyno_str_deinit(&out);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

/* A tenth of the statements never ended: what reaches into them is a bound, and that is explained. */
static void test_text_writes_bounds_where_statements_were_cut_off(void **state)
{
    (void)state;
    struct fixture_shape shape = FIXTURE_COMPARE;
    shape.arms = 1;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    fixture_cut_off(&fixture, 86);
    struct dyno_report_model *model = fixture_model(&fixture);
    const struct dyno_report_summary *s = &model->arms[0].series[DYNO_REPORT_RESPONSE];
    assert_true(s->cut_off > 0 && s->n > 0);
    assert_int_equal(s->told[DYNO_REPORT_P50].known, DYNO_REPORT_ESTIMATE);
    assert_int_equal(s->told[DYNO_REPORT_P95].known, DYNO_REPORT_ABOVE);
    struct dyno_str out;
    dyno_str_init(&out, 1 << 20);
    assert_int_equal(dyno_report_text(model, &plain, &out, NULL), DYNO_OK);
    check_fits(dyno_str_text(&out));
    const char *arm = strstr(dyno_str_text(&out), "only");
    assert_non_null(arm);
    const char *end = strchr(arm, '\n');
    size_t bounds = 0;
    for (const char *c = arm; c < end; c++)
        bounds += *c == '>';
    assert_int_equal(bounds, 3); /* p95, mean, max */
    assert_non_null(
        strstr(dyno_str_text(&out), "> at least so much: statements that were cut off"));
    dyno_str_deinit(&out);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_text_tells_the_sample_where_there_are_few(void **state)
{
    (void)state;
    const struct fixture_shape shape = {
        .arms = 1, .blocks = 1, .starts = 1, .queries = 2, .statements = 5, .bad_trial = -1};
    char *text = text_of(&shape, &plain);
    const char *arm = strstr(text, "only");
    assert_non_null(arm);
    assert_non_null(memchr(arm, '~', strcspn(arm, "\n")));
    assert_non_null(strstr(text, "~ the sample's own, too few for an interval"));
    free(text);
}

static void test_text_says_that_an_experiment_was_interrupted(void **state)
{
    (void)state;
    const struct fixture_shape shape = {
        .arms = 2, .blocks = 2, .starts = 1, .queries = 2, .statements = 8, .bad_trial = -1};
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    fixture_exec(&fixture, "UPDATE experiment SET state = 'interrupted'");
    struct dyno_report_model *model = fixture_model(&fixture);
    struct dyno_str out;
    dyno_str_init(&out, 1 << 20);
    assert_int_equal(dyno_report_text(model, &plain, &out, NULL), DYNO_OK);
    assert_non_null(strstr(dyno_str_text(&out), "INTERRUPTED"));
    assert_non_null(strstr(dyno_str_text(&out), "? UNJUDGED"));
    check_fits(dyno_str_text(&out));
    dyno_str_deinit(&out);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

/* All statements of an arm are enough for p95, those of a query are not: the sign is told below the queries. */
static void test_text_says_what_marks_of_queries_mean(void **state)
{
    (void)state;
    struct fixture_shape shape = FIXTURE_COMPARE;
    shape.arms = 1;
    shape.blocks = 2;
    shape.starts = 1;
    shape.bad_trial = -1;
    char *text = text_of(&shape, &plain);
    check_fits(text);
    const char *queries = strstr(text, "\nqueries");
    assert_non_null(queries);
    const char *note = strstr(text, "\n  ~ the sample's own");
    assert_non_null(note);
    assert_true(note > queries);
    assert_null(strstr(note + 1, "\n  ~ the sample's own"));
    free(text);
}

/* Of a server that tells nothing of itself there is no account: all of it would be "unaccounted". */
static void test_text_has_no_account_of_the_client_alone(void **state)
{
    struct fixture fixture;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    (void)state;
    fixture_open(&fixture, &shape);
    fixture_exec(&fixture, "UPDATE finding SET statements = judged");
    char *whole = text_of_file(&fixture, &plain);
    check_fits(whole);
    assert_non_null(strstr(whole, "  in 100 %\n"));
    free(whole);
    fixture_exec(&fixture,
                 "UPDATE arm SET name = 'same'; DELETE FROM finding; DELETE FROM warning");
    char *text = text_of_file(&fixture, &plain);
    assert_non_null(strstr(text, "  time of base: scheduler delay"));
    assert_non_null(strstr(text, "  time of cand.: compute"));
    assert_non_null(strstr(text, "geometric means of       base    cand."));
    free(text);
    fixture_exec(&fixture,
                 "UPDATE account SET unaccounted_ns = planning_ns + scheduling_ns + compute_ns, "
                 "planning_ns = 0, scheduling_ns = 0, compute_ns = 0");
    fixture_sum_up(&fixture);
    text = text_of_file(&fixture, &plain);
    assert_null(strstr(text, "time of "));
    free(text);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_of_a_compare),
        cmocka_unit_test(test_text_of_a_run),
        cmocka_unit_test(test_text_in_ascii_has_no_other_bytes),
        cmocka_unit_test(test_text_has_color_only_if_asked),
        cmocka_unit_test(test_text_of_hostile_names_is_harmless),
        cmocka_unit_test(test_text_of_a_fault_fits_too),
        cmocka_unit_test(test_text_writes_bounds_where_statements_were_cut_off),
        cmocka_unit_test(test_text_tells_the_sample_where_there_are_few),
        cmocka_unit_test(test_text_says_that_an_experiment_was_interrupted),
        cmocka_unit_test(test_text_says_what_marks_of_queries_mean),
        cmocka_unit_test(test_text_has_no_account_of_the_client_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
