#include "spark/borrowed_setting.h"
#include "spark/setting.h"
#include "spark/setting_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_scope_is_told_by_the_name(void **state)
{
    static const struct {
        const char *key;
        enum dyno_setting_scope scope;
    } rows[] = {
        {"spark.sql.shuffle.partitions", DYNO_SETTING_SESSION},
        {"spark.sql.adaptive.enabled", DYNO_SETTING_SESSION},
        {"spark.sql.catalog.mine", DYNO_SETTING_SESSION},
        {"spark.sql.warehouse.dir", DYNO_SETTING_STATIC},
        {"spark.sql.extensions", DYNO_SETTING_STATIC},
        {"spark.sql.cache.serializer", DYNO_SETTING_STATIC},
        {"spark.sql.hive.metastore.version", DYNO_SETTING_STATIC},
        {"spark.sql.ui.retainedExecutions", DYNO_SETTING_STATIC},
        {"spark.serializer", DYNO_SETTING_STATIC},
        {"spark.memory.fraction", DYNO_SETTING_STATIC},
        {"spark.default.parallelism", DYNO_SETTING_STATIC},
        {"hive.exec.parallel", DYNO_SETTING_STATIC},
        {"Spark.SQL.Shuffle.Partitions", DYNO_SETTING_STATIC},
        {"", DYNO_SETTING_STATIC},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (dyno_setting_scope(rows[i].key) != rows[i].scope)
            fail_msg("scope of '%s'", rows[i].key);
}

static void test_values_are_compared_as_spark_means_them(void **state)
{
    static const struct {
        const char *a;
        const char *b;
        bool is_equal;
    } rows[] = {
        {"true", "TRUE", true},  {"true", "false", false},    {"1g", "1024m", true},
        {"1g", "1G", true},      {"64MB", "67108864b", true}, {"1g", "1000m", false},
        {" 200 ", "200", true},  {"0.60", "0.6", true},       {"1e3", "1000", true},
        {"-1", "-1.0", true},    {"200", "201", false},       {"60s", "1m", true},
        {"1m", "1024k", true},   {"1h", "60min", true},       {"200", "200b", false},
        {"Kryo", "kryo", false}, {"/tmp/a", "/tmp/a", true},  {"", "", true},
        {"", "0", false},        {"nan", "NAN", false},       {"0x10", "16", false},
        {"1g x", "1g y", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (dyno_setting_value_equal(rows[i].a, rows[i].b) != rows[i].is_equal ||
            dyno_setting_value_equal(rows[i].b, rows[i].a) != rows[i].is_equal)
            fail_msg("'%s' and '%s'", rows[i].a, rows[i].b);
    }
    assert_true(dyno_setting_value_equal(NULL, NULL));
    assert_false(dyno_setting_value_equal(NULL, ""));
}

static void free_all(char **sql, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(sql[i]);
    free(sql);
}

static void test_statements_ask_before_and_after(void **state)
{
    struct dyno_setting settings[] = {
        borrowed_setting("spark.sql.shuffle.partitions", "8"),
        borrowed_setting("spark.hadoop.a-b", "x"),
        borrowed_setting("spark.sql.note", "'a;b'"),
    };
    static const char *const expected[] = {
        "SET -v",
        "SET spark.sql.shuffle.partitions",
        "SET spark.sql.shuffle.partitions=8",
        "SET spark.sql.shuffle.partitions",
        "SET `spark.hadoop.a-b`",
        "SET `spark.hadoop.a-b`=x",
        "SET `spark.hadoop.a-b`",
        "SET `spark.sql.note`",
        "SET `spark.sql.note`=`'a;b'`",
        "SET `spark.sql.note`",
    };
    char **sql = NULL;
    size_t count = 0;
    (void)state;
    assert_int_equal(dyno_settings_statements(settings, 3, &sql, &count, NULL), DYNO_OK);
    assert_int_equal(count, 1 + 3 * DYNO_SETTING_STEPS);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(sql[i], expected[i]);
    free_all(sql, count);
}

static void test_statements_without_settings_only_list(void **state)
{
    char **sql = NULL;
    size_t count = 0;
    (void)state;
    assert_int_equal(dyno_settings_statements(NULL, 0, &sql, &count, NULL), DYNO_OK);
    assert_int_equal(count, 1);
    free_all(sql, count);
}

static void test_statements_refuse_what_is_no_setting(void **state)
{
    static const struct {
        const char *key;
        const char *value;
        const char *word;
    } rows[] = {
        {"spark.sql.a b", "1", "name"},       {"spark.sql.a;DROP", "1", "name"},
        {"spark.sql.a`", "1", "name"},        {"", "1", "no name"},
        {"spark.sql.a", "1; DROP x", "';'"},  {"spark.sql.a", "1\nSELECT", "line break"},
        {"spark.sql.a", "${env:HOME}", "${"}, {"spark.sql.a", "'a;b`'", "both"},
        {"spark.sql.a", "'a';b", "';'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct dyno_setting setting = borrowed_setting(rows[i].key, rows[i].value);
        struct dyno_err err = DYNO_ERR_INIT;
        char **sql = NULL;
        size_t count = 0;
        assert_int_equal(dyno_settings_statements(&setting, 1, &sql, &count, &err), DYNO_EINPUT);
        if (strstr(err.message, rows[i].word) == NULL)
            fail_msg("'%s' does not say '%s'", err.message, rows[i].word);
    }
}

static void test_statements_refuse_a_key_that_comes_twice(void **state)
{
    struct dyno_setting settings[] = {borrowed_setting("spark.sql.a", "1"),
                                      borrowed_setting("spark.sql.b", "1"),
                                      borrowed_setting("spark.sql.a", "2")};
    struct dyno_err err = DYNO_ERR_INIT;
    char **sql = NULL;
    size_t count = 0;
    (void)state;
    assert_int_equal(dyno_settings_statements(settings, 3, &sql, &count, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "twice"));
}

static void test_names_of_spark_2_are_translated(void **state)
{
    (void)state;
    assert_string_equal(
        dyno_setting_new_name("spark.sql.adaptive.shuffle.maxNumPostShufflePartitions"),
        "spark.sql.adaptive.coalescePartitions.initialPartitionNum");
    assert_string_equal(dyno_setting_new_name("spark.sql.adaptive.optimizeSkewedJoin.whatever"),
                        "spark.sql.adaptive.skewJoin.*");
    /* Deprecated, but it still works. */
    assert_null(dyno_setting_new_name("spark.sql.adaptive.shuffle.targetPostShuffleInputSize"));
    assert_null(dyno_setting_new_name("spark.sql.adaptive.enabled"));
}

static void test_core_keys_are_clean_names(void **state)
{
    struct dyno_setting_core_keys keys;
    bool has_serializer = false;
    (void)state;
    dyno_setting_core_keys_load(&keys);
    assert_true(keys.count > 300);
    for (size_t i = 0; i < keys.count; i++) {
        assert_memory_equal(keys.keys[i], "spark.", 6);
        assert_null(strpbrk(keys.keys[i], " #\r\t"));
        has_serializer = has_serializer || strcmp(keys.keys[i], "spark.serializer") == 0;
    }
    assert_true(has_serializer);
    dyno_setting_core_keys_free(&keys);
}

static void test_unlisted_keys_are_families_and_a_few_names(void **state)
{
    (void)state;
    assert_true(dyno_setting_is_unlisted("spark.local.dir"));
    assert_true(dyno_setting_is_unlisted("spark.hadoop.fs.s3a.endpoint"));
    assert_false(dyno_setting_is_unlisted("spark.hadoop."));
    assert_false(dyno_setting_is_unlisted("spark.memory.fraction"));
    assert_true(dyno_setting_is_open_family("spark.sql.catalog.ice"));
    assert_false(dyno_setting_is_open_family("spark.sql.catalogImplementation"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scope_is_told_by_the_name),
        cmocka_unit_test(test_values_are_compared_as_spark_means_them),
        cmocka_unit_test(test_statements_ask_before_and_after),
        cmocka_unit_test(test_statements_without_settings_only_list),
        cmocka_unit_test(test_statements_refuse_what_is_no_setting),
        cmocka_unit_test(test_statements_refuse_a_key_that_comes_twice),
        cmocka_unit_test(test_names_of_spark_2_are_translated),
        cmocka_unit_test(test_core_keys_are_clean_names),
        cmocka_unit_test(test_unlisted_keys_are_families_and_a_few_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
