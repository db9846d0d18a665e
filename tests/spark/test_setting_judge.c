#include "base/alloc.h"
#include "spark/borrowed_setting.h"
#include "spark/setting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What servers of 3.5.7 and 4.1.4 were seen to say. */
#define NESTED "org.apache.hive.service.cli.HiveSQLException: Error running query: "
static const char core_refusal[] = NESTED
    "[CANNOT_MODIFY_CONFIG] org.apache.spark.sql.AnalysisException: [CANNOT_MODIFY_CONFIG] Cannot "
    "modify the value of the Spark config: \"spark.serializer\".\nSee also ...";
static const char old_static_refusal[] = NESTED
    "[_LEGACY_ERROR_TEMP_1325] org.apache.spark.sql.AnalysisException: Cannot modify the value of "
    "a static config: spark.sql.warehouse.dir.";
static const char bad_value[] =
    NESTED "[INVALID_CONF_VALUE.REQUIREMENT] org.apache.spark.SparkIllegalArgumentException: "
           "[INVALID_CONF_VALUE.REQUIREMENT] The value '-5' in the config "
           "\"spark.sql.shuffle.partitions\" is invalid. SQLSTATE: 22022\n\tat org.apache";

static const char *const list[][2] = {
    {"spark.sql.adaptive.coalescePartitions.initialPartitionNum", "<undefined>"},
    {"spark.sql.adaptive.enabled", "true"},
    {"spark.sql.autoBroadcastJoinThreshold", "10MB"},
    {"spark.sql.shuffle.partitions", "200"},
};

static struct dyno_text_result pair(const char *key, const char *value)
{
    struct dyno_text_result result = DYNO_TEXT_RESULT_INIT;
    result.columns = dyno_xcalloc(2, sizeof *result.columns);
    result.columns[0] = dyno_xstrdup("key");
    result.columns[1] = dyno_xstrdup("value");
    result.column_count = 2;
    result.cells = dyno_xcalloc(2, sizeof *result.cells);
    result.cells[0] = dyno_xstrdup(key);
    result.cells[1] = dyno_xstrdup(value);
    result.row_count = 1;
    return result;
}

static struct dyno_text_result full_list(void)
{
    size_t rows = sizeof list / sizeof list[0];
    struct dyno_text_result result = DYNO_TEXT_RESULT_INIT;
    result.columns = dyno_xcalloc(4, sizeof *result.columns);
    result.cells = dyno_xcalloc(rows * 4, sizeof *result.cells);
    result.column_count = 4;
    result.row_count = rows;
    for (size_t i = 0; i < 4; i++)
        result.columns[i] = dyno_xstrdup("c");
    for (size_t i = 0; i < rows; i++) {
        result.cells[4 * i] = dyno_xstrdup(list[i][0]);
        result.cells[4 * i + 1] = dyno_xstrdup(list[i][1]);
    }
    return result;
}

/* One setting, and how the server answers: `refusal` to SET k=v, or NULL and it shows what was put. */
struct fake {
    const char *key;
    const char *value;
    const char *before;
    const char *refusal;
    const char *after;
};

static struct dyno_setting_proof *judge(const struct fake *fake, const char *environment_text)
{
    const struct dyno_setting setting = borrowed_setting(fake->key, fake->value);
    struct dyno_statement_outcome outcomes[1 + DYNO_SETTING_STEPS] = {
        {.result = full_list()},
        {.result = pair(fake->key, fake->before)},
        {.result = DYNO_TEXT_RESULT_INIT},
        {.result = pair(fake->key, fake->after)},
    };
    struct dyno_setting_proof *proofs = NULL;
    cJSON *environment = environment_text == NULL ? NULL : cJSON_Parse(environment_text);
    if (fake->refusal != NULL)
        outcomes[2].status = dyno_err_set(&outcomes[2].err, DYNO_ESERVER, "%s", fake->refusal);
    assert_int_equal(dyno_settings_judge(&setting, 1, outcomes, environment, &proofs, NULL),
                     DYNO_OK);
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        dyno_text_result_deinit(&outcomes[i].result);
    cJSON_Delete(environment);
    assert_string_equal(proofs[0].key, fake->key);
    return proofs;
}

static void assert_complaint(const struct dyno_setting_proof *proof, const char *word)
{
    assert_non_null(proof->complaint);
    if (strstr(proof->complaint, word) == NULL)
        fail_msg("'%s' does not say '%s'", proof->complaint, word);
    assert_false(proof->is_applied);
}

static void test_session_setting_is_proved_by_list_and_read_back(void **state)
{
    const struct fake fake = {"spark.sql.shuffle.partitions", "8", "200", NULL, "8"};
    struct dyno_setting_proof *proof = judge(&fake, NULL);
    (void)state;
    assert_true(proof->is_known);
    assert_true(proof->is_applied);
    assert_null(proof->complaint);
    assert_int_equal(proof->scope, DYNO_SETTING_SESSION);
    assert_string_equal(proof->applied, "8");
    assert_string_equal(proof->asked, "8");
    assert_string_equal(proof->server_default, "200");
    assert_string_equal(proof->source, "SET");
    dyno_setting_proofs_free(proof, 1);
}

static void test_internal_setting_is_known_by_its_default(void **state)
{
    const struct fake fake = {"spark.sql.join.preferSortMergeJoin", "false", "true", NULL, "false"};
    struct dyno_setting_proof *proof = judge(&fake, NULL);
    (void)state;
    assert_true(proof->is_applied);
    assert_string_equal(proof->server_default, "true");
    dyno_setting_proofs_free(proof, 1);
}

static void test_listed_setting_without_default_is_known(void **state)
{
    const struct fake fake = {"spark.sql.adaptive.coalescePartitions.initialPartitionNum", "64",
                              "<undefined>", NULL, "64"};
    struct dyno_setting_proof *proof = judge(&fake, NULL);
    (void)state;
    assert_true(proof->is_applied);
    assert_null(proof->complaint);
    dyno_setting_proofs_free(proof, 1);
}

static void test_misspelt_names_get_a_suggestion(void **state)
{
    static const struct {
        const char *key;
        const char *meant;
    } rows[] = {
        {"spark.sql.shuffle.partition", "'spark.sql.shuffle.partitions'"},
        {"spark.sql.adaptive.enable", "'spark.sql.adaptive.enabled'"},
        {"Spark.SQL.Shuffle.Partitions", "'spark.sql.shuffle.partitions'"},
        {"spark.memory.fractoin", "'spark.memory.fraction'"},
        {"spark.serialiser", "'spark.serializer'"},
        {"spark.sql.adaptive.maxNumPostShufflePartitions",
         "now called 'spark.sql.adaptive.coalescePartitions.initialPartitionNum'"},
        {"spark.sql.adaptive.skewedJoinOptimization.enabled",
         "'spark.sql.adaptive.skewJoin.enabled'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        /* The server takes anything and echoes it; /environment shows any spark.* key. */
        const struct fake fake = {rows[i].key, "8", "<undefined>", NULL, "8"};
        struct dyno_setting_proof *proof =
            judge(&fake, "{\"sparkProperties\":[[\"spark.memory.fractoin\",\"8\"]]}");
        assert_false(proof->is_known);
        assert_complaint(proof, rows[i].meant);
        dyno_setting_proofs_free(proof, 1);
    }
}

static void test_refused_value_shows_the_words_of_spark(void **state)
{
    const struct fake fake = {"spark.sql.shuffle.partitions", "-5", "200", bad_value, "200"};
    struct dyno_setting_proof *proof = judge(&fake, NULL);
    (void)state;
    assert_true(proof->is_known);
    assert_complaint(proof, "[INVALID_CONF_VALUE.REQUIREMENT] The value '-5'");
    assert_null(strstr(proof->complaint, "Exception"));
    assert_null(strstr(proof->complaint, "\n"));
    dyno_setting_proofs_free(proof, 1);
}

static void test_session_setting_that_reads_back_otherwise_is_not_applied(void **state)
{
    const struct fake fake = {"spark.sql.adaptive.enabled", "false", "true", NULL, "true"};
    struct dyno_setting_proof *proof = judge(&fake, NULL);
    (void)state;
    assert_true(proof->is_known);
    assert_complaint(proof, "shows 'true'");
    dyno_setting_proofs_free(proof, 1);
}

static void test_session_setting_that_is_static_there_says_so(void **state)
{
    const struct fake fake = {"spark.sql.some.new.static", "1", "<undefined>", old_static_refusal,
                              "<undefined>"};
    struct dyno_setting_proof *proof = judge(&fake, NULL);
    (void)state;
    assert_true(proof->is_known);
    assert_complaint(proof, "only when the server starts");
    dyno_setting_proofs_free(proof, 1);
}

static void test_static_setting_is_proved_by_refusal_and_environment(void **state)
{
    const struct fake fake = {"spark.serializer", "org.apache.spark.serializer.KryoSerializer",
                              "<undefined>", core_refusal, "<undefined>"};
    struct dyno_setting_proof *proof =
        judge(&fake, "{\"sparkProperties\":[[\"spark.a\",\"b\"],"
                     "[\"spark.serializer\",\"org.apache.spark.serializer.KryoSerializer\"]]}");
    (void)state;
    assert_true(proof->is_known);
    assert_true(proof->is_applied);
    assert_null(proof->complaint);
    assert_string_equal(proof->source, "/environment");
    dyno_setting_proofs_free(proof, 1);
}

static void test_static_setting_may_be_told_by_sqlstate_alone(void **state)
{
    const struct dyno_setting setting = borrowed_setting("spark.memory.fraction", "0.60");
    struct dyno_statement_outcome outcomes[1 + DYNO_SETTING_STEPS] = {{.result = full_list()}};
    struct dyno_setting_proof *proof = NULL;
    cJSON *environment = cJSON_Parse("{\"sparkProperties\":[[\"spark.memory.fraction\",\"0.6\"]]}");
    (void)state;
    outcomes[2].status =
        dyno_err_set_sql(&outcomes[2].err, DYNO_ESERVER, "46110", 0, "translated by some driver");
    assert_int_equal(dyno_settings_judge(&setting, 1, outcomes, environment, &proof, NULL),
                     DYNO_OK);
    assert_true(proof->is_applied);
    dyno_setting_proofs_free(proof, 1);
    dyno_text_result_deinit(&outcomes[0].result);
    cJSON_Delete(environment);
}

static void test_static_setting_without_rest_is_not_verified(void **state)
{
    const struct fake fake = {"spark.serializer", "x", "<undefined>", core_refusal, "<undefined>"};
    struct dyno_setting_proof *proof = judge(&fake, NULL);
    (void)state;
    assert_true(proof->is_known);
    assert_complaint(proof, "could not be verified");
    dyno_setting_proofs_free(proof, 1);
}

static void test_static_setting_that_the_server_lacks_is_not_applied(void **state)
{
    const struct fake fake = {"spark.serializer", "x", "<undefined>", core_refusal, "<undefined>"};
    struct dyno_setting_proof *proof = judge(&fake, "{\"sparkProperties\":[]}");
    (void)state;
    assert_complaint(proof, "without it");
    dyno_setting_proofs_free(proof, 1);
    proof = judge(&fake, "{\"sparkProperties\":[[\"spark.serializer\",\"y\"]]}");
    assert_complaint(proof, "with 'y'");
    dyno_setting_proofs_free(proof, 1);
}

static void test_static_setting_that_set_takes_is_known_here(void **state)
{
    const struct fake fake = {"spark.default.parallelism", "4", "<undefined>", NULL, "4"};
    struct dyno_setting_proof *proof =
        judge(&fake, "{\"sparkProperties\":[[\"spark.default.parallelism\",\"4\"]]}");
    (void)state;
    assert_true(proof->is_applied);
    dyno_setting_proofs_free(proof, 1);
}

static void test_java_options_may_stand_behind_those_of_spark(void **state)
{
    const struct fake fake = {"spark.driver.extraJavaOptions", "-XX:+UseParallelGC", "<undefined>",
                              core_refusal, "<undefined>"};
    struct dyno_setting_proof *proof =
        judge(&fake, "{\"sparkProperties\":[[\"spark.driver.extraJavaOptions\","
                     "\"--add-opens=a -XX:+UseParallelGC\"]]}");
    (void)state;
    assert_true(proof->is_applied);
    dyno_setting_proofs_free(proof, 1);
    proof = judge(&fake,
                  "{\"sparkProperties\":[[\"spark.driver.extraJavaOptions\",\"--add-opens=a\"]]}");
    assert_false(proof->is_applied);
    dyno_setting_proofs_free(proof, 1);
}

static void test_secret_is_neither_shown_nor_doubted(void **state)
{
    const struct fake fake = {"spark.hadoop.password", "geheim", "<undefined>", NULL,
                              "*********(redacted)"};
    struct dyno_setting_proof *proof =
        judge(&fake, "{\"sparkProperties\":[[\"spark.hadoop.password\",\"*********(redacted)\"]]}");
    (void)state;
    assert_true(proof->is_applied);
    assert_null(strstr(proof->asked, "geheim"));
    dyno_setting_proofs_free(proof, 1);
}

static void test_environment_of_odd_shape_is_survived(void **state)
{
    static const char *const texts[] = {"[]", "{}", "{\"sparkProperties\":7}",
                                        "{\"sparkProperties\":[7,[],[1,2],[\"spark.serializer\"],"
                                        "[\"spark.serializer\",null]]}"};
    const struct fake fake = {"spark.serializer", "x", "<undefined>", core_refusal, "<undefined>"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct dyno_setting_proof *proof = judge(&fake, texts[i]);
        assert_complaint(proof, "without it");
        dyno_setting_proofs_free(proof, 1);
    }
}

static void test_list_that_failed_is_an_error(void **state)
{
    struct dyno_statement_outcome outcomes[1] = {{.status = DYNO_ECONN}};
    struct dyno_setting_proof *proofs = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)state;
    (void)dyno_err_set(&outcomes[0].err, DYNO_ECONN, "connection lost");
    assert_int_equal(dyno_settings_judge(NULL, 0, outcomes, NULL, &proofs, &err), DYNO_ECONN);
    assert_non_null(strstr(err.message, "connection lost"));
    assert_null(proofs);
}

static void test_values_of_secrets_are_covered(void **state)
{
    static const char shown[] =
        "{\"sparkProperties\":[[\"spark.my.password\",\"geheim\"],[\"spark.ssl.keyPassword\",\"x\"]]}";
    const struct fake session = {"spark.sql.catalog.a.token", "geheim", NULL, NULL, "geheim"};
    const struct fake refused = {"spark.ssl.keyPassword", "geheim", "x", core_refusal, "x"};
    (void)state;
    struct dyno_setting_proof *proof = judge(&session, NULL);
    assert_true(proof->is_applied);
    assert_string_equal(proof->asked, "*********(redacted)");
    assert_string_equal(proof->applied, "*********(redacted)");
    assert_null(proof->complaint);
    dyno_setting_proofs_free(proof, 1);
    proof = judge(&refused, shown);
    assert_complaint(proof, "spark.ssl.keyPassword");
    assert_null(strstr(proof->complaint, "geheim"));
    assert_string_equal(proof->asked, "*********(redacted)");
    dyno_setting_proofs_free(proof, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_setting_is_proved_by_list_and_read_back),
        cmocka_unit_test(test_internal_setting_is_known_by_its_default),
        cmocka_unit_test(test_listed_setting_without_default_is_known),
        cmocka_unit_test(test_misspelt_names_get_a_suggestion),
        cmocka_unit_test(test_refused_value_shows_the_words_of_spark),
        cmocka_unit_test(test_session_setting_that_reads_back_otherwise_is_not_applied),
        cmocka_unit_test(test_session_setting_that_is_static_there_says_so),
        cmocka_unit_test(test_static_setting_is_proved_by_refusal_and_environment),
        cmocka_unit_test(test_static_setting_may_be_told_by_sqlstate_alone),
        cmocka_unit_test(test_static_setting_without_rest_is_not_verified),
        cmocka_unit_test(test_static_setting_that_the_server_lacks_is_not_applied),
        cmocka_unit_test(test_static_setting_that_set_takes_is_known_here),
        cmocka_unit_test(test_java_options_may_stand_behind_those_of_spark),
        cmocka_unit_test(test_secret_is_neither_shown_nor_doubted),
        cmocka_unit_test(test_environment_of_odd_shape_is_survived),
        cmocka_unit_test(test_list_that_failed_is_an_error),
        cmocka_unit_test(test_values_of_secrets_are_covered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
