#include "base/file.h"
#include "plan/factors.h"
#include "plan/plan_test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FACTOR(name, key, low, high)                                                               \
    "  - name: " name "\n    setting: " key "\n    low: " low "\n    high: " high                  \
    "\n    why: test\n"
#define AQE        FACTOR("aqe", "spark.sql.adaptive.enabled", "\"false\"", "\"true\"")
#define PARTITIONS FACTOR("partitions", "spark.sql.shuffle.partitions", "8", "200")

/* Read a text as a file of factors; its name in errors is "f.yaml". */
static enum dyno_status read_text(const char *text, struct dyno_factors *factors,
                                  struct dyno_err *err)
{
    char dir[] = "/tmp/dyno-factors-XXXXXX";
    assert_non_null(mkdtemp(dir));
    assert_int_equal(chdir(dir), 0);
    assert_int_equal(dyno_file_write("f.yaml", text, strlen(text), NULL), DYNO_OK);
    enum dyno_status status = dyno_factors_read("f.yaml", NULL, factors, err);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(dyno_dir_remove(dir, NULL), DYNO_OK);
    return status;
}

static void test_factors_are_read_with_kind_and_place(void **state)
{
    (void)state;
    struct dyno_factors factors = {.items = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(
        read_text("description: two\nfactors:\n" AQE
                  "  - name: gc\n    setting: [spark.driver.extraJavaOptions, "
                  "spark.executor.extraJavaOptions]\n    low: -XX:+UseParallelGC\n    high: "
                  "-XX:+UseG1GC\n    kind: static\n    why: pauses\n",
                  &factors, &err),
        DYNO_OK);
    assert_int_equal(factors.count, 2);
    assert_string_equal(factors.items[0].name, "aqe");
    assert_string_equal(factors.items[0].high, "true");
    assert_int_equal(factors.items[0].scope, DYNO_SETTING_SESSION);
    assert_string_equal(factors.items[0].place, "f.yaml:4:14");
    assert_int_equal(factors.items[1].scope, DYNO_SETTING_STATIC);
    assert_int_equal(factors.items[1].key_count, 2);
    assert_string_equal(factors.items[1].why, "pauses");
    assert_int_equal(dyno_factors_find(&factors, "gc"), 1);
    assert_ptr_equal(dyno_factors_named_in(&factors, "this Spark does not know "
                                                     "'spark.sql.adaptive.enabled' at all"),
                     &factors.items[0]);
    assert_null(dyno_factors_named_in(&factors, "spark.sql.adaptive.enabled"));
    assert_int_equal(dyno_factors_remove(&factors, "agc", &err), DYNO_EINPUT);
    assert_string_equal(err.message, "there is no factor 'agc': did you mean 'gc'?");
    assert_int_equal(dyno_factors_remove(&factors, "aqe", NULL), DYNO_OK);
    assert_int_equal(factors.count, 1);
    assert_string_equal(factors.items[0].name, "gc");
    dyno_factors_deinit(&factors);
}

static void test_factors_of_several_files_add_up(void **state)
{
    (void)state;
    struct dyno_factors factors = {.items = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(read_text("factors:\n" AQE, &factors, NULL), DYNO_OK);
    assert_int_equal(read_text("factors:\n" PARTITIONS, &factors, NULL), DYNO_OK);
    assert_int_equal(factors.count, 2);
    assert_int_equal(read_text("factors:\n" FACTOR("aqe2", "spark.sql.adaptive.enabled", "0", "1"),
                               &factors, &err),
                     DYNO_EINPUT);
    assert_string_equal(err.message, "f.yaml:3:14: 'spark.sql.adaptive.enabled' is the setting of "
                                     "factor 'aqe' too (f.yaml:3:14)");
    dyno_factors_deinit(&factors);
}

static void test_faults_are_told_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *complaint;
    } cases[] = {
        {"factors:\n" FACTOR("a", "spark.sql.shuffle.partitions", "8", "8"),
         "f.yaml:5:11: levels '8' and '8' of factor 'a' are equal"},
        {"factors:\n" FACTOR("a", "spark.driver.memory", "1g", "1024m"),
         "f.yaml:5:11: levels '1g' and '1024m'"},
        {"factors:\n" FACTOR("a", "spark.sql.adaptive.enabled", "true", "TRUE"),
         "f.yaml:5:11: levels 'true' and 'TRUE'"},
        {"factors:\n" AQE FACTOR("aqe", "spark.sql.shuffle.partitions", "8", "9"),
         "f.yaml:7:11: there are two factors 'aqe' (the other: f.yaml:3:14)"},
        {"factors:\n" AQE "    lo: 1\n", "f.yaml:7:5: unknown key 'lo'"},
        {"factors:\n" FACTOR("a", "spark.memory.fractoin", "0.2", "0.8"),
         "f.yaml:3:14: Spark does not know 'spark.memory.fractoin': did you mean "
         "'spark.memory.fraction'?"},
        {"factors:\n" FACTOR("a", "shuffle.partitions", "8", "9"),
         "f.yaml:3:14: 'shuffle.partitions' is no setting of Spark"},
        {"factors:\n" AQE "    kind: static\n",
         "f.yaml:7:11: 'spark.sql.adaptive.enabled' is a session setting"},
        {"factors:\n" AQE "    kind: dynamic\n", "f.yaml:7:11: kind 'dynamic' is neither session"},
        {"factors:\n  - name: a\n    low: 1\n    high: 2\n    why: x\n", "f.yaml:2:5: "},
        {"factors:\n  - name: a\n    setting: []\n    low: 1\n    high: 2\n    why: x\n",
         "f.yaml:3:14: 'setting' is empty"},
        {"factors:\n  - name: a\n    setting: [spark.rdd.compress, spark.rdd.compress]\n    low: 1\n "
         "   high: 2\n    why: x\n",
         "f.yaml:3:35: 'spark.rdd.compress' stands there twice"},
        {"factors: []\n", "f.yaml:1:10: 'factors' is empty"},
        {"factors: 3\n", "f.yaml:1:10: 'factors' must be a list"},
        {"description: nothing\n", "f.yaml:1:1: 'factors' is missing"},
        {"factors:\n  - 3\n", "f.yaml:2:5: a factor must be a mapping"},
        {"factors:\n  - {name: a\n", "f.yaml:"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dyno_factors factors = {.items = NULL};
        struct dyno_err err = DYNO_ERR_INIT;
        assert_int_equal(read_text(cases[i].text, &factors, &err), DYNO_EINPUT);
        if (strncmp(err.message, cases[i].complaint, strlen(cases[i].complaint)) != 0)
            fail_msg("case %zu: '%s' does not begin with '%s'", i, err.message, cases[i].complaint);
        dyno_factors_deinit(&factors);
    }
}

static void test_unknown_file_is_told_with_the_names_there_are(void **state)
{
    (void)state;
    const char *const dirs[] = {DYNO_SOURCE_DIR "/profiles/factors", NULL};
    struct dyno_factors factors = {.items = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_factors_read("aqee", dirs, &factors, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "'aqe'"));
}

static void test_ready_files_are_sound_and_fit_together(void **state)
{
    (void)state;
    static const char *const names[] = {"aqe",     "partitioning", "serializer", "memory",
                                        "caching", "gc",           "io"};
    const char *const dirs[] = {DYNO_SOURCE_DIR "/profiles/factors", NULL};
    struct dyno_factors factors = {.items = NULL};
    char **files = NULL;
    size_t file_count = 0;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct dyno_err err = DYNO_ERR_INIT;
        if (dyno_factors_read(names[i], dirs, &factors, &err) != DYNO_OK)
            fail_msg("%s", err.message);
    }
    for (size_t i = 0; i < factors.count; i++)
        assert_true(strlen(factors.items[i].why) > 10);
    /* Each file that is there was read. */
    assert_int_equal(dyno_dir_list(dirs[0], &files, &file_count, NULL), DYNO_OK);
    assert_int_equal(file_count, COUNT_OF(names));
    for (size_t i = 0; i < file_count; i++)
        free(files[i]);
    free(files);
    dyno_factors_deinit(&factors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factors_are_read_with_kind_and_place),
        cmocka_unit_test(test_factors_of_several_files_add_up),
        cmocka_unit_test(test_faults_are_told_with_their_place),
        cmocka_unit_test(test_unknown_file_is_told_with_the_names_there_are),
        cmocka_unit_test(test_ready_files_are_sound_and_fit_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
