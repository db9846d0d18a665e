#include "report/fixture.h"
#include "report/unit.h"

#include <math.h>
#include <string.h>

static void test_model_holds_both_arms(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    struct dyno_report_model *model = fixture_model(&fixture);
    assert_true(dyno_report_is_compare(model));
    assert_string_equal(model->arms[0].name, "aqe-off");
    assert_string_equal(model->arms[1].role, "candidate");
    assert_int_equal(model->query_count, 3);
    assert_int_equal(model->trial_count, 2 * 2 + 8 * 2);
    assert_string_equal(dyno_report_verdict(model), "better");
    assert_int_equal(dyno_report_exit_code(model), 0);
    assert_int_equal(model->head.qualifier_count, 2);
    assert_string_equal(model->head.command, "sparkdyno compare retail aqe-off default --blocks 8");
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_model_leaves_out_invalid_trials(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    struct dyno_report_model *model = fixture_model(&fixture);
    assert_true(model->is_of_valid_trials);
    int64_t valid = model->arms[0].valid_trials + model->arms[1].valid_trials;
    assert_int_equal(valid, 15);
    for (size_t i = 0; i < model->arm_count; i++) {
        const struct dyno_report_arm *arm = &model->arms[i];
        assert_int_equal(arm->series[DYNO_REPORT_RESPONSE].n, arm->completed);
        assert_int_equal(arm->completed, 95 * arm->valid_trials);
        assert_true(fabs(arm->window_s - 40.0 * (double)arm->valid_trials) < 1e-9);
        assert_true(arm->over_time_count > 300 && arm->over_time_count <= 600);
    }
    assert_int_equal(dyno_report_gates_failed(model), 1);
    assert_string_equal(model->gates[0].name, "errors");
    assert_int_equal(model->gates[0].trials, 16);
    assert_int_equal(model->gates[0].failures, 1);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_model_shows_invalid_trials_if_there_are_no_others(void **state)
{
    (void)state;
    const struct fixture_shape shape = {.arms = 1,
                                        .blocks = 1,
                                        .starts = 1,
                                        .queries = 1,
                                        .statements = 20,
                                        .bad_trial = 0,
                                        .has_verdict = true};
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    struct dyno_report_model *model = fixture_model(&fixture);
    assert_false(model->is_of_valid_trials);
    assert_int_equal(model->arms[0].trials, 1);
    assert_int_equal(model->arms[0].valid_trials, 0);
    assert_int_equal(model->arms[0].series[DYNO_REPORT_RESPONSE].n, 15);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_response_is_wait_and_lag_and_service(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    struct dyno_report_model *model = fixture_model(&fixture);
    const struct dyno_report_summary *series = model->arms[0].series;
    double parts = series[DYNO_REPORT_SERVICE].mean_ns + series[DYNO_REPORT_WAIT].mean_ns +
                   series[DYNO_REPORT_LAG].mean_ns;
    assert_true(fabs(series[DYNO_REPORT_RESPONSE].mean_ns - parts) < 1);
    assert_true(series[DYNO_REPORT_WAIT].max_ns > 38e6);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_block_ratios_skip_the_block_with_an_invalid_trial(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    struct dyno_report_model *model = fixture_model(&fixture);
    const struct dyno_report_contrast *contrast =
        dyno_report_contrast_find(model, "response_p50", DYNO_REPORT_OVERALL);
    assert_non_null(contrast);
    assert_int_equal(contrast->block_ratio_count, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_not_equal(contrast->block_ratios[i].block, 4);
        assert_true(contrast->block_ratios[i].ratio > 0.5 && contrast->block_ratios[i].ratio < 1);
    }
    assert_string_equal(contrast->query_name, "all queries");
    assert_null(dyno_report_contrast_find(model, "response_p95", 2));
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static const struct dyno_report_setting *setting_of(const struct dyno_report_model *model,
                                                    const char *key)
{
    for (size_t i = 0; i < model->setting_count; i++)
        if (strcmp(model->settings[i].key, key) == 0)
            return &model->settings[i];
    fail_msg("no setting %s", key);
    return NULL;
}

static void test_settings_say_what_differs_and_how_often_it_was_proved(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    fixture_exec(&fixture, "UPDATE setting SET is_applied = 0, complaint = 'read back 100' WHERE "
                           "start_id = 2 AND arm_id = 2 AND key LIKE '%shuffle%'");
    struct dyno_report_model *model = fixture_model(&fixture);
    const struct dyno_report_setting *aqe = setting_of(model, "spark.sql.adaptive.enabled");
    assert_true(aqe->is_different);
    assert_string_equal(aqe->asked[0], "false");
    assert_null(aqe->asked[1]);
    assert_string_equal(aqe->server_default, "true");
    assert_int_equal(aqe->applied_starts[0], 2);
    const struct dyno_report_setting *shuffle = setting_of(model, "spark.sql.shuffle.partitions");
    assert_true(shuffle->is_different);
    assert_int_equal(shuffle->starts[1], 2);
    assert_int_equal(shuffle->applied_starts[1], 1);
    assert_int_equal(shuffle->proof_count, 4);
    assert_false(setting_of(model, "spark.driver.memory")->is_different);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_a_setting_asked_for_at_its_default_does_not_differ(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    fixture_exec(&fixture,
                 "UPDATE setting SET asked = 'true' WHERE key = 'spark.sql.adaptive.enabled'");
    struct dyno_report_model *model = fixture_model(&fixture);
    assert_false(setting_of(model, "spark.sql.adaptive.enabled")->is_different);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_changes_are_sorted_and_leave_latency_out(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    struct dyno_report_model *model = fixture_model(&fixture);
    assert_true(model->change_count >= 3);
    for (size_t i = 0; i < model->change_count; i++) {
        assert_true(i == 0 || model->changes[i].weight <= model->changes[i - 1].weight);
        assert_int_not_equal(model->changes[i].metric, DYNO_SPARK_EXECUTION);
        assert_int_not_equal(model->changes[i].metric, DYNO_SPARK_INPUT);
    }
    const struct dyno_report_query_arm *base = &model->queries[0].arms[0];
    assert_true(fabs(base->spark[DYNO_SPARK_TASKS] - 206) < 1e-9);
    assert_true(base->joined > 0 && base->joined < base->response.n);
    assert_true(fabs(model->queries[1].arms[1].spark[DYNO_SPARK_TASKS] - 13) < 1e-9);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_servers_are_told_by_the_trials_that_count(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    char word[32];
    fixture_open(&fixture, &shape);
    fixture_exec(&fixture, "UPDATE counter SET value = 1e15 WHERE trial_id IN "
                           "(SELECT id FROM trial WHERE is_valid = 0)");
    struct dyno_report_model *model = fixture_model(&fixture);
    const double *base = model->servers[0].value;
    const double *candidate = model->servers[1].value;
    assert_true(fabs(base[DYNO_SERVER_GC] - 12.5) < 1e-9);
    assert_true(fabs(candidate[DYNO_SERVER_GC] - 25) < 1e-9);
    assert_true(fabs(base[DYNO_SERVER_HEAP] - 3e8) < 1e-3);
    assert_true(fabs(base[DYNO_SERVER_CPU] - 1.5) < 1e-9);
    assert_true(fabs(base[DYNO_SERVER_DROPPED]) < 1e-9);
    assert_true(isnan(base[DYNO_SERVER_RSS]));
    assert_string_equal(
        dyno_report_server_format(DYNO_SERVER_GC, base[DYNO_SERVER_GC], word, sizeof word),
        "12.5 %");
    assert_string_equal(dyno_report_server_format(DYNO_SERVER_RSS, (double)NAN, word, sizeof word),
                        "-");
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_warmup_counts_executions_from_one(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    struct dyno_report_model *model = fixture_model(&fixture);
    assert_int_equal(model->warmup_count, 2 * 3 * 40);
    assert_int_equal(model->warmup[0].execution, 1);
    assert_int_equal(model->warmup[39].execution, 40);
    assert_int_equal(model->warmup[0].n, 2);
    assert_true(model->warmup[0].service_ns > 2 * model->warmup[39].service_ns);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_plans_ignore_running_numbers(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    fixture_exec(&fixture, "UPDATE plan SET text = replace(text, '#77', '#4711') WHERE arm_id = 2");
    struct dyno_report_model *model = fixture_model(&fixture);
    assert_int_equal(model->plan_count, 3);
    assert_int_equal(model->plans[0].first_different, 2);
    assert_false(model->plans[0].is_same);
    assert_true(model->plans[2].is_same);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_errors_are_grouped_with_a_sample(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    struct dyno_report_model *model = fixture_model(&fixture);
    assert_int_equal(model->error_count, DYNO_REPORT_ERRORS_MAX);
    assert_true(model->error_kinds > DYNO_REPORT_ERRORS_MAX);
    assert_true(model->errors[0].count >= model->errors[1].count);
    assert_string_equal(model->errors[0].outcome, "sql_error");
    assert_non_null(strstr(model->errors[0].text, "DIVIDE_BY_ZERO"));
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_interrupted_experiment_is_unjudged(void **state)
{
    (void)state;
    const struct fixture_shape shape = {
        .arms = 2, .blocks = 2, .starts = 1, .queries = 2, .statements = 8, .bad_trial = -1};
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    fixture_exec(&fixture, "UPDATE experiment SET state = 'interrupted', reason = 'SIGINT'");
    struct dyno_report_model *model = fixture_model(&fixture);
    assert_string_equal(dyno_report_verdict(model), "unjudged");
    assert_int_equal(dyno_report_exit_code(model), 125);
    assert_non_null(strstr(model->head.sentence, "interrupted"));
    assert_int_equal(model->contrast_count, 0);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_next_of_an_interrupted_experiment_mends_nothing(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    fixture_exec(&fixture, "UPDATE verdict SET verdict = 'invalid', exit_code = 4");
    struct dyno_report_model *model = fixture_model(&fixture);
    assert_non_null(strstr(model->head.next, "mend what makes it invalid"));
    dyno_report_model_free(model);
    fixture_exec(&fixture, "UPDATE experiment SET state = 'interrupted', reason = 'SIGINT'");
    model = fixture_model(&fixture);
    assert_non_null(strstr(model->head.next, "run it again: sparkdyno compare"));
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_next_names_more_blocks_when_inconclusive(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    fixture_exec(&fixture, "UPDATE verdict SET verdict = 'inconclusive', exit_code = 125");
    fixture_exec(&fixture, "UPDATE contrast SET mde = 0.0975");
    struct dyno_report_model *model = fixture_model(&fixture);
    /* A smallest visible effect of twice the margin needs four times the blocks. */
    assert_non_null(strstr(model->head.next, "compare retail aqe-off default --blocks 28"));
    assert_non_null(strstr(model->head.next, "about"));
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_next_of_a_single_start_asks_for_more_starts(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    fixture_exec(&fixture, "UPDATE verdict SET qualifiers = '[\"on one server start\"]'");
    fixture_exec(&fixture, "UPDATE experiment SET starts_planned = 1");
    fixture_exec(&fixture, "UPDATE contrast SET mde = 0.5");
    fixture_exec(&fixture, "UPDATE experiment SET plan_json = "
                           "'{\"command\": \"x\", \"words\": [\"sparkdyno\", \"compare\", \"a b\", "
                           "\"--blocksize\", \"b\", \"c\", \"--blocks=4\", \"-v\"]}'");
    struct dyno_report_model *model = fixture_model(&fixture);
    assert_non_null(
        strstr(model->head.next, ": sparkdyno compare 'a b' --blocksize b c -v --blocks 12 "));
    assert_non_null(strstr(model->head.next, " --starts 4"));
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_queries_are_told_by_the_mean_where_a_median_is_missing(void **state)
{
    (void)state;
    const struct fixture_shape shape = FIXTURE_COMPARE;
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    struct dyno_report_model *model = fixture_model(&fixture);
    assert_string_equal(dyno_report_query_metric(model), "response_p50");
    dyno_report_model_free(model);
    fixture_exec(&fixture, "UPDATE contrast SET log_ratio = NULL, ci_low = NULL WHERE query = 1");
    model = fixture_model(&fixture);
    assert_string_equal(dyno_report_query_metric(model), "response_mean");
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

static void test_model_of_unknown_experiment_is_not_found(void **state)
{
    (void)state;
    const struct fixture_shape shape = {
        .arms = 1, .blocks = 1, .starts = 1, .queries = 1, .statements = 2, .bad_trial = -1};
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    struct dyno_report_model *model = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_report_model_load(fixture.store, 99, &model, &err), DYNO_ENOTFOUND);
    assert_null(model);
    assert_non_null(strstr(err.message, "99"));
    fixture_close(&fixture);
}

static void test_model_of_an_experiment_without_trials(void **state)
{
    (void)state;
    const struct fixture_shape shape = {
        .arms = 2, .blocks = 0, .starts = 1, .queries = 0, .statements = 0, .bad_trial = -1};
    struct fixture fixture;
    fixture_open(&fixture, &shape);
    struct dyno_report_model *model = fixture_model(&fixture);
    assert_int_equal(model->trial_count, 0);
    assert_true(isnan(model->arms[0].series[DYNO_REPORT_RESPONSE].p50_ns));
    assert_int_equal(model->change_count, 0);
    dyno_report_model_free(model);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_holds_both_arms),
        cmocka_unit_test(test_model_leaves_out_invalid_trials),
        cmocka_unit_test(test_model_shows_invalid_trials_if_there_are_no_others),
        cmocka_unit_test(test_response_is_wait_and_lag_and_service),
        cmocka_unit_test(test_block_ratios_skip_the_block_with_an_invalid_trial),
        cmocka_unit_test(test_settings_say_what_differs_and_how_often_it_was_proved),
        cmocka_unit_test(test_a_setting_asked_for_at_its_default_does_not_differ),
        cmocka_unit_test(test_changes_are_sorted_and_leave_latency_out),
        cmocka_unit_test(test_servers_are_told_by_the_trials_that_count),
        cmocka_unit_test(test_warmup_counts_executions_from_one),
        cmocka_unit_test(test_plans_ignore_running_numbers),
        cmocka_unit_test(test_errors_are_grouped_with_a_sample),
        cmocka_unit_test(test_interrupted_experiment_is_unjudged),
        cmocka_unit_test(test_next_of_an_interrupted_experiment_mends_nothing),
        cmocka_unit_test(test_next_names_more_blocks_when_inconclusive),
        cmocka_unit_test(test_next_of_a_single_start_asks_for_more_starts),
        cmocka_unit_test(test_queries_are_told_by_the_mean_where_a_median_is_missing),
        cmocka_unit_test(test_model_of_unknown_experiment_is_not_found),
        cmocka_unit_test(test_model_of_an_experiment_without_trials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
