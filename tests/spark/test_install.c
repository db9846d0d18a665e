#include "base/alloc.h"
#include "base/file.h"
#include "spark/install.h"
#include "spark/java.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A project folder with fake Sparks and a fake Java in it. */
struct folder {
    char root[64];
};

static void put(const char *folder, const char *name, const char *text, mode_t mode)
{
    char *path = dyno_path_join(folder, name);
    char *parent = dyno_xstrdup(path);
    *strrchr(parent, '/') = '\0';
    assert_int_equal(dyno_dir_make(parent, NULL), DYNO_OK);
    assert_int_equal(dyno_file_write(path, text, strlen(text), NULL), DYNO_OK);
    assert_int_equal(chmod(path, mode), 0);
    free(parent);
    free(path);
}

static void put_spark(const char *root, const char *version)
{
    char *home = dyno_xasprintf("%s/.spark/%s", root, version);
    char *core = dyno_xasprintf("jars/spark-core_2.13-%s.jar", version);
    char *thrift = dyno_xasprintf("jars/spark-hive-thriftserver_2.13-%s.jar", version);
    put(home, core, "", 0644);
    put(home, thrift, "", 0644);
    put(home, "bin/spark-submit", "#!/bin/sh\n", 0755);
    free(home);
    free(core);
    free(thrift);
}

static void put_java(const char *root, const char *answer)
{
    char *script = dyno_xasprintf("#!/bin/sh\n%s\n", answer);
    char *home = dyno_path_join(root, "java");
    put(home, "bin/java", script, 0755);
    assert_int_equal(setenv("JAVA_HOME", home, 1), 0);
    free(home);
    free(script);
}

static int set_up(void **state)
{
    struct folder *folder = dyno_xcalloc(1, sizeof *folder);
    (void)strncat(folder->root, "/tmp/sparkdyno-install-XXXXXX", sizeof folder->root - 1);
    if (mkdtemp(folder->root) == NULL)
        return -1;
    (void)unsetenv("SPARK_HOME");
    put_java(folder->root, "echo 'openjdk version \"17.0.15\" 2025-04-15' >&2");
    *state = folder;
    return 0;
}

static int tear_down(void **state)
{
    struct folder *folder = *state;
    enum dyno_status status = dyno_dir_remove(folder->root, NULL);
    free(folder);
    return status == DYNO_OK ? 0 : -1;
}

static void assert_refused(const char *root, const char *home, const char *version,
                           const char *word)
{
    struct dyno_spark_install install = {.home = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_spark_install_find(root, home, version, &install, &err), DYNO_EENV);
    if (strstr(err.message, word) == NULL)
        fail_msg("'%s' does not say '%s'", err.message, word);
    assert_null(install.home);
}

static void assert_found(const char *root, const char *home, const char *version,
                         const char *expected)
{
    struct dyno_spark_install install = {.home = NULL};
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_spark_install_find(root, home, version, &install, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    assert_string_equal(install.version, expected);
    assert_int_equal(install.home[0], '/');
    dyno_spark_install_deinit(&install);
    assert_null(install.home);
}

static void test_newest_tested_version_is_the_default(void **state)
{
    const struct folder *folder = *state;
    put_spark(folder->root, "3.5.7");
    assert_found(folder->root, NULL, NULL, "3.5.7");
    put_spark(folder->root, "4.3.0");
    assert_found(folder->root, NULL, NULL, "3.5.7");
    put_spark(folder->root, "4.1.4");
    assert_found(folder->root, NULL, NULL, "4.1.4");
    assert_found(folder->root, NULL, "3.5.7", "3.5.7");
    assert_found(folder->root, NULL, "4.3.0", "4.3.0");
}

static void test_home_wins_over_environment_over_project(void **state)
{
    const struct folder *folder = *state;
    char *env = dyno_xasprintf("%s/.spark/3.5.7", folder->root);
    char *home = dyno_xasprintf("%s/.spark/4.3.0/", folder->root);
    put_spark(folder->root, "4.1.4");
    put_spark(folder->root, "3.5.7");
    put_spark(folder->root, "4.3.0");
    assert_int_equal(setenv("SPARK_HOME", env, 1), 0);
    assert_found(folder->root, NULL, NULL, "3.5.7");
    assert_found(folder->root, NULL, "3.5", "3.5.7");
    assert_found(folder->root, home, NULL, "4.3.0");
    assert_refused(folder->root, NULL, "4.1.4", "was asked for");
    assert_int_equal(setenv("SPARK_HOME", "", 1), 0);
    assert_found(folder->root, NULL, NULL, "4.1.4");
    assert_int_equal(unsetenv("SPARK_HOME"), 0);
    free(env);
    free(home);
}

static void test_missing_spark_names_the_script(void **state)
{
    const struct folder *folder = *state;
    assert_refused(folder->root, NULL, NULL, "run scripts/spark");
    assert_refused(folder->root, NULL, "4.1.4", "run scripts/spark");
    assert_refused(folder->root, "/no/such/folder", NULL, "'/no/such/folder'");
    assert_refused(folder->root, folder->root, NULL, "is no Spark");
}

static void test_spark_without_thrift_server_is_refused(void **state)
{
    const struct folder *folder = *state;
    char *home = dyno_path_join(folder->root, "bare");
    put(home, "jars/spark-core_2.13-4.1.4.jar", "", 0644);
    put(home, "bin/spark-submit", "#!/bin/sh\n", 0755);
    assert_refused(folder->root, home, NULL, "without the Thrift server");
    put(home, "jars/spark-hive-thriftserver_2.13-4.1.4.jar", "", 0644);
    assert_found(folder->root, home, NULL, "4.1.4");
    put(home, "bin/spark-submit", "#!/bin/sh\n", 0644);
    /* Root may run nothing either that nobody may run. */
    assert_refused(folder->root, home, NULL, "bin/spark-submit");
    free(home);
}

static void test_missing_java_names_the_package(void **state)
{
    const struct folder *folder = *state;
    char *path = dyno_xstrdup(getenv("PATH"));
    put_spark(folder->root, "4.1.4");
    assert_int_equal(setenv("JAVA_HOME", "/no/such/java", 1), 0);
    assert_refused(folder->root, NULL, NULL, "JAVA_HOME is '/no/such/java'");
    assert_int_equal(unsetenv("JAVA_HOME"), 0);
    assert_int_equal(setenv("PATH", "/no/such/bin", 1), 0);
    assert_refused(folder->root, NULL, NULL, "openjdk-17-jre-headless");
    assert_int_equal(setenv("PATH", path, 1), 0);
    free(path);
}

static void test_java_that_is_too_old_is_refused(void **state)
{
    const struct folder *folder = *state;
    put_spark(folder->root, "4.1.4");
    put_spark(folder->root, "3.5.7");
    put_java(folder->root, "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2");
    assert_refused(folder->root, NULL, "4.1.4", "Java 11");
    assert_refused(folder->root, NULL, "4.1.4", "17 or 21");
    assert_found(folder->root, NULL, "3.5.7", "3.5.7");
    put_java(folder->root, "echo 'java version \"1.8.0_392\"' >&2");
    assert_found(folder->root, NULL, "3.5.7", "3.5.7");
    put_java(folder->root, "echo 'java version \"1.7.0_80\"' >&2");
    assert_refused(folder->root, NULL, "3.5.7", "8, 11 or 17");
}

static void test_java_that_does_not_work_is_refused(void **state)
{
    const struct folder *folder = *state;
    put_spark(folder->root, "4.1.4");
    put_java(folder->root, "exit 1");
    assert_refused(folder->root, NULL, NULL, "does not tell a version");
    put_java(folder->root, "echo hello");
    assert_refused(folder->root, NULL, NULL, "does not tell a version");
}

static void test_java_versions_are_read(void **state)
{
    (void)state;
    assert_int_equal(dyno_java_parse_major("openjdk version \"17.0.15\" 2025-04-15\n"), 17);
    assert_int_equal(
        dyno_java_parse_major("Picked up JAVA_TOOL_OPTIONS: -Da=b\njava version \"21\""), 21);
    assert_int_equal(dyno_java_parse_major("openjdk version \"22-ea\" 2024"), 22);
    assert_int_equal(dyno_java_parse_major("java version \"1.8.0_392\""), 8);
    assert_int_equal(dyno_java_parse_major("version \"x\""), 0);
    assert_int_equal(dyno_java_parse_major("version \"99999\""), 0);
    assert_int_equal(dyno_java_parse_major(""), 0);
}

static void test_option_text_is_split_as_spark_does(void **state)
{
    static const char *const expected[] = {"-Da=b c", "-XX:+UseG1GC", "-Dq=x\"y",
                                           "it's",    "tail",         NULL};
    char **words =
        dyno_java_split_options("  \"-Da=b c\" -XX:+UseG1GC\t-Dq=\"x\\\"y\" \"it's\" 'tail'");
    (void)state;
    for (size_t i = 0; expected[i] != NULL; i++) {
        assert_non_null(words[i]);
        assert_string_equal(words[i], expected[i]);
        free(words[i]);
    }
    assert_null(words[5]);
    free(words);
    words = dyno_java_split_options(" \t ");
    assert_null(words[0]);
    free(words);
}

static void test_unknown_java_option_is_found(void **state)
{
    const struct folder *folder = *state;
    char *java = dyno_path_join(folder->root, "java/bin/java");
    struct dyno_err err = DYNO_ERR_INIT;
    put_java(folder->root,
             "case \"$*\" in *NoSuch*) echo \"Unrecognized VM option 'NoSuch'\"; exit 1;; "
             "*-version) exit 0;; *) exit 2;; esac");
    assert_int_equal(dyno_java_check_options(java, "k", "-XX:+UseG1GC -Da=NoSuch", &err), DYNO_OK);
    assert_int_equal(dyno_java_check_options(java, "k", "", &err), DYNO_OK);
    assert_int_equal(dyno_java_check_options(java, "k", "-XX:HeapDumpPath=/NoSuch", &err), DYNO_OK);
    assert_int_equal(dyno_java_check_options(java, "k", "-XX:+UseG1GC -XX:+NoSuch", &err),
                     DYNO_EENV);
    assert_non_null(strstr(err.message, "Unrecognized VM option 'NoSuch'"));
    assert_non_null(strstr(err.message, "'k'"));
    free(java);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_newest_tested_version_is_the_default),
        WITH_FOLDER(test_home_wins_over_environment_over_project),
        WITH_FOLDER(test_missing_spark_names_the_script),
        WITH_FOLDER(test_spark_without_thrift_server_is_refused),
        WITH_FOLDER(test_missing_java_names_the_package),
        WITH_FOLDER(test_java_that_is_too_old_is_refused),
        WITH_FOLDER(test_java_that_does_not_work_is_refused),
        cmocka_unit_test(test_java_versions_are_read),
        cmocka_unit_test(test_option_text_is_split_as_spark_does),
        WITH_FOLDER(test_unknown_java_option_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
