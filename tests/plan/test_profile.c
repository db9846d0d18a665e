#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "plan/plan_test.h"
#include "plan/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/dyno_profile_XXXXXX";

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) == NULL;
}

static int drop_dir(void **state)
{
    (void)state;
    return dyno_dir_remove(dir, NULL) != DYNO_OK;
}

/* Put a file there; the caller frees its path. */
static char *put(const char *name, const char *bytes, size_t len)
{
    char *path = dyno_path_join(dir, name);
    assert_int_equal(dyno_file_write(path, bytes, len, NULL), DYNO_OK);
    return path;
}

static struct dyno_profile read_text(const char *text)
{
    struct dyno_profile profile = {.name = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    char *path = put("some.conf", text, strlen(text));
    if (dyno_profile_read(path, NULL, &profile, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    free(path);
    return profile;
}

static void test_profile_is_sorted_and_hashed(void **state)
{
    (void)state;
    struct dyno_profile a = read_text("# what and why\nspark.b = 2\nspark.a 1\n");
    struct dyno_profile b = read_text("spark.a=1\nspark.b   2   ");
    struct dyno_profile c = read_text("spark.a 1\nspark.b 3");
    assert_string_equal(a.name, "some");
    assert_string_equal(a.comment, "what and why");
    assert_string_equal(b.comment, "");
    assert_int_equal(a.setting_count, 2);
    assert_string_equal(a.settings[0].key, "spark.a");
    assert_string_equal(a.settings[1].value, "2");
    assert_string_equal(a.sha256, b.sha256);
    assert_string_not_equal(a.sha256, c.sha256);
    assert_string_equal(dyno_profile_get(&a, "spark.b"), "2");
    assert_null(dyno_profile_get(&a, "spark.c"));
    dyno_profile_deinit(&a);
    dyno_profile_deinit(&b);
    dyno_profile_deinit(&c);
}

static void test_profile_may_be_empty(void **state)
{
    (void)state;
    struct dyno_profile p = read_text("# defaults\n");
    assert_int_equal(p.setting_count, 0);
    assert_int_equal(strlen(p.sha256), 64);
    dyno_profile_deinit(&p);
}

static void test_profile_is_found_by_name(void **state)
{
    (void)state;
    char *other = dyno_path_join(dir, "second");
    const char *const dirs[] = {"/nonexistent", dir, other, NULL};
    struct dyno_profile p = {.name = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_dir_make(other, NULL), DYNO_OK);
    free(put("aqe-off.conf", "spark.a first", 13));
    free(put("second/aqe-off.conf", "spark.a second", 14));
    free(put("second/extra.conf", "spark.a extra", 13));
    assert_int_equal(dyno_profile_read("aqe-off", dirs, &p, NULL), DYNO_OK);
    assert_string_equal(dyno_profile_get(&p, "spark.a"), "first");
    dyno_profile_deinit(&p);
    assert_int_equal(dyno_profile_read("extra", dirs, &p, NULL), DYNO_OK);
    assert_string_equal(p.name, "extra");
    dyno_profile_deinit(&p);
    assert_int_equal(dyno_profile_read("aqe-of", dirs, &p, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "there is no profile 'aqe-of', did you mean 'aqe-off'?"));
    assert_non_null(strstr(err.message, "extra"));
    assert_int_equal(dyno_profile_read("", dirs, &p, &err), DYNO_EINPUT);
    assert_int_equal(dyno_profile_read("x", NULL, &p, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "there are none"));
    free(other);
}

static void test_profile_names_the_place_of_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *message;
    } cases[] = {
#define CASE(text, message) {(text), sizeof(text) - 1, (message)}
        CASE("spark.a 1\nspark.b 2\n  spark.a 3\n",
             ":3:3: key 'spark.a' stands twice (first in line 1)"),
        CASE("spark.b 1\nspark.b 2\nspark.a 1\nspark.a 1", ":2:1: key 'spark.b' stands twice"),
        CASE("spark.a 1\nspark.a 2\nspark.a 3\n",
             ":2:1: key 'spark.a' stands twice (first in line 1)"),
        CASE("spark.sql.shuffle.partitions\n",
             ":1:29: key 'spark.sql.shuffle.partitions' has no value"),
        CASE("spark.a=\nspark.b 1", ":1:9: key 'spark.a' has no value"),
        CASE("spark.a = \\t \n", ":1:11: key 'spark.a' has no value"),
        CASE(" = 5", ":1:2: no key stands before the value"),
        CASE("spark.a$b 1", ":1:1: 'spark.a$b' is not a key"),
        CASE("x\n[section]\n", ":1:2: key 'x' has no value"),
        CASE("a 1\n{\"json\": 1}", ":2:1: '{\"json\"' is not a key"),
        CASE("spark.\xc3\xa9 1", ":1:1: 'spark.\xc3\xa9' is not a key"),
        CASE("\xef\xbb\xbfspark.a 1", ":1:1: '\xef\xbb\xbfspark.a' is not a key"),
        CASE("a\\ b 1", ":1:1: 'a b' is not a key"),
        CASE("spark.a 1\n\x7f"
             "ELF 2",
             ":2:1: '\x7f"
             "ELF' is not a key"),
        CASE("spark.a \0", ":1:9: a NUL byte"),
        CASE("\x89PNG\r\n\x1a\n", ":1:1: not UTF-8"),
        CASE("spark.a \\u12", ":1:9: '\\u' needs four"),
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dyno_profile p = {.name = NULL};
        struct dyno_err err = DYNO_ERR_INIT;
        char *path = put("bad.conf", cases[i].text, cases[i].len);
        assert_int_equal(dyno_profile_read(path, NULL, &p, &err), DYNO_EINPUT);
        assert_null(p.name);
        if (strncmp(err.message, path, strlen(path)) != 0 ||
            strncmp(err.message + strlen(path), cases[i].message, strlen(cases[i].message)) != 0)
            fail_msg("'%s' is not '%s'", err.message, cases[i].message);
        free(path);
    }
}

static void test_profile_refuses_a_huge_file_at_once(void **state)
{
    (void)state;
    char *path = put("huge.conf", "", 0);
    struct dyno_profile p = {.name = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(truncate(path, 100L * 1000 * 1000), 0);
    int64_t start_ns = dyno_now_ns();
    assert_int_equal(dyno_profile_read(path, NULL, &p, &err), DYNO_EINPUT);
    assert_true(dyno_now_ns() - start_ns < 100 * DYNO_NS_PER_MS);
    assert_non_null(strstr(err.message, "huge.conf:1:1: the file is too large"));
    free(path);
    assert_int_equal(dyno_profile_read("/nonexistent/x.conf", NULL, &p, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "there is no such file"));
    assert_int_equal(dyno_profile_read("/tmp/", NULL, &p, &err), DYNO_EINPUT);
}

static void test_profile_override_wins(void **state)
{
    (void)state;
    struct dyno_profile p = read_text("spark.b 1\n");
    char before[DYNO_SHA256_TEXT_BYTES];
    (void)snprintf(before, sizeof before, "%s", p.sha256);
    assert_int_equal(dyno_profile_override(&p, "spark.b=x=y", NULL), DYNO_OK);
    assert_int_equal(dyno_profile_override(&p, "spark.a=2", NULL), DYNO_OK);
    assert_int_equal(p.setting_count, 2);
    assert_string_equal(p.settings[0].key, "spark.a");
    assert_string_equal(dyno_profile_get(&p, "spark.b"), "x=y");
    assert_string_not_equal(p.sha256, before);
    static const char *const bad[] = {"spark.a", "=1", "a b=1", "spark.a=", "", "sp\xc3\xa9=1"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct dyno_err err = DYNO_ERR_INIT;
        assert_int_equal(dyno_profile_override(&p, bad[i], &err), DYNO_EINPUT);
        assert_int_equal(p.setting_count, 2);
    }
    dyno_profile_deinit(&p);
}

static void test_profile_selects_by_scope(void **state)
{
    (void)state;
    struct dyno_profile p = read_text("spark.sql.shuffle.partitions 8\nspark.driver.memory 1g\n"
                                      "spark.sql.adaptive.enabled false\n");
    size_t count = 0;
    struct dyno_setting *some = dyno_profile_select(&p, DYNO_SETTING_SESSION, &count);
    assert_int_equal(count, 2);
    assert_string_equal(some[0].key, "spark.sql.adaptive.enabled");
    free(some);
    some = dyno_profile_select(&p, DYNO_SETTING_STATIC, &count);
    assert_int_equal(count, 1);
    assert_string_equal(some[0].value, "1g");
    free(some);
    dyno_profile_deinit(&p);
}

static void test_profile_diff_names_keys_that_differ(void **state)
{
    (void)state;
    struct dyno_profile a = read_text("spark.a 1\nspark.sql.b 2\nspark.sql.d 4\n");
    struct dyno_profile b = read_text("spark.a 1\nspark.sql.b 3\nspark.sql.c 3\n");
    struct dyno_profile c = read_text("spark.a 2\n");
    const char **keys = NULL;
    assert_int_equal(dyno_profile_diff(&a, &b, &keys), 3);
    assert_string_equal(keys[0], "spark.sql.b");
    assert_string_equal(keys[1], "spark.sql.c");
    assert_string_equal(keys[2], "spark.sql.d");
    free(keys);
    assert_int_equal(dyno_profile_diff(&a, &a, &keys), 0);
    free(keys);
    assert_int_equal(dyno_profile_same_static(&a, &b), 1);
    assert_int_equal(dyno_profile_same_static(&a, &c), 0);
    dyno_profile_deinit(&a);
    dyno_profile_deinit(&b);
    dyno_profile_deinit(&c);
}

/* The profiles that come with the project: read, with one comment line that says what and why. */
static void test_profiles_of_the_project_are_good(void **state)
{
    (void)state;
    char **names = NULL;
    size_t count = 0;
    size_t profiles = 0;
    assert_int_equal(dyno_dir_list(DYNO_SOURCE_DIR "/profiles", &names, &count, NULL), DYNO_OK);
    for (size_t i = 0; i < count; i++) {
        struct dyno_profile p = {.name = NULL};
        struct dyno_err err = DYNO_ERR_INIT;
        char *path = dyno_path_join(DYNO_SOURCE_DIR "/profiles", names[i]);
        if (strstr(names[i], ".conf") != NULL) {
            if (dyno_profile_read(path, NULL, &p, &err) != DYNO_OK)
                fail_msg("%s", err.message);
            assert_true(strlen(p.comment) > 20);
            assert_true(p.setting_count > 0 || strcmp(p.name, "default") == 0);
            dyno_profile_deinit(&p);
            profiles++;
        }
        free(path);
        free(names[i]);
    }
    free(names);
    assert_true(profiles >= 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile_is_sorted_and_hashed),
        cmocka_unit_test(test_profile_may_be_empty),
        cmocka_unit_test(test_profile_is_found_by_name),
        cmocka_unit_test(test_profile_names_the_place_of_what_is_wrong),
        cmocka_unit_test(test_profile_refuses_a_huge_file_at_once),
        cmocka_unit_test(test_profile_override_wins),
        cmocka_unit_test(test_profile_selects_by_scope),
        cmocka_unit_test(test_profile_diff_names_keys_that_differ),
        cmocka_unit_test(test_profiles_of_the_project_are_good),
    };
    return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
