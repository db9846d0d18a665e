#include "base/file.h"
#include "base/str.h"
#include "spark/failure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void test_known_causes_have_a_cure(void **state)
{
    static const struct {
        const char *log;
        const char *word;
    } rows[] = {
        {"Error occurred during initialization of VM\nCould not reserve enough space for "
         "943718400000KB object heap\n",
         "spark.driver.memory"},
        {"java.net.BindException: Address already in use: bind", "port"},
        {"java.lang.UnsupportedClassVersionError: org/apache/spark", "openjdk-17-jre-headless"},
        {"Unrecognized VM option 'NoSuchThing'\nError: Could not create the Java Virtual Machine.",
         "extraJavaOptions"},
        {"[INVALID_DRIVER_MEMORY] System memory 104857600 must be at least 471859200.",
         "too small"},
        {"Not allowed to specify max heap(Xmx) memory settings through java options", "-Xmx"},
        {"java.lang.OutOfMemoryError: Java heap space", "heap"},
        {"java.lang.ClassNotFoundException: no.such.Class", "class path"},
        {"java.io.IOException: No space left on device", "disk"},
        {"JAVA_HOME is not set", "openjdk-17-jre-headless"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *hint = dyno_failure_hint(rows[i].log);
        if (hint == NULL || strstr(hint, rows[i].word) == NULL)
            fail_msg("'%s' gives '%s'", rows[i].log, hint == NULL ? "nothing" : hint);
    }
    assert_null(dyno_failure_hint("all is well"));
}

static void test_only_a_taken_port_is_a_port_failure(void **state)
{
    (void)state;
    assert_true(dyno_failure_is_port("java.net.BindException: Address already in use"));
    assert_true(dyno_failure_is_port("java.net.BindException: Failed to bind to /127.0.0.1:42139: "
                                     "Service 'SparkUI' failed after 0 retries"));
    assert_false(dyno_failure_is_port("java.lang.OutOfMemoryError: Java heap space"));
    assert_false(dyno_failure_is_port(""));
}

static void test_excerpt_leaves_stack_frames_out(void **state)
{
    char *text = dyno_failure_excerpt("ERROR SparkContext: boom\n\n\tat org.apache.A.b(A.scala:1)\n"
                                      "\t... 21 more\nCaused by: why\n   at far.away\n");
    (void)state;
    assert_string_equal(text, "\n  ERROR SparkContext: boom\n  Caused by: why");
    free(text);
}

static void test_excerpt_keeps_the_last_fifteen_lines(void **state)
{
    struct dyno_str log;
    size_t lines = 0;
    (void)state;
    dyno_str_init(&log, 100000);
    for (int i = 1; i <= 40; i++)
        dyno_str_appendf(&log, "line %d\n", i);
    char *text = dyno_failure_excerpt(dyno_str_text(&log));
    for (const char *p = text; *p != '\0'; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 15);
    assert_null(strstr(text, "line 25"));
    assert_non_null(strstr(text, "line 26"));
    assert_non_null(strstr(text, "line 40"));
    free(text);
    dyno_str_deinit(&log);
}

static void test_excerpt_fits_an_error_whatever_the_log(void **state)
{
    struct dyno_str log;
    (void)state;
    dyno_str_init(&log, 1000000);
    for (int i = 0; i < 30; i++) {
        for (int k = 0; k < 2000; k++)
            dyno_str_append_char(&log, 'x');
        dyno_str_append(&log, i == 29 ? "" : "\n");
    }
    char *text = dyno_failure_excerpt(dyno_str_text(&log));
    assert_true(strlen(text) > 300 && strlen(text) < 1700);
    free(text);
    dyno_str_deinit(&log);
}

static void test_excerpt_of_nothing_is_empty(void **state)
{
    static const char *const logs[] = {"", "\n", "\n\n\n", "\tat a.b\n", "   "};
    (void)state;
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        char *text = dyno_failure_excerpt(logs[i]);
        assert_string_equal(text, "");
        free(text);
    }
}

static void test_excerpt_has_no_control_characters(void **state)
{
    char *text = dyno_failure_excerpt("a\033[31mb\rc\n");
    (void)state;
    assert_string_equal(text, "\n  a [31mb c");
    free(text);
}

static void test_report_tells_cause_cure_and_log(void **state)
{
    char path[] = "/tmp/sparkdyno-failure-XXXXXX";
    static const char log[] = "ERROR: Address already in use\n";
    struct dyno_err err = DYNO_ERR_INIT;
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(dyno_file_write(path, log, sizeof log - 1, NULL), DYNO_OK);
    assert_int_equal(dyno_failure_report("it ended", path, &err), DYNO_EENV);
    assert_int_equal(err.status, DYNO_EENV);
    assert_ptr_equal(strstr(err.message, "it ended: a port"), err.message);
    assert_non_null(strstr(err.message, "ERROR: Address already in use"));
    assert_non_null(strstr(err.message, path));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(dyno_failure_report("it ended", path, &err), DYNO_EENV);
    assert_non_null(strstr(err.message, "it ended; its log '/tmp/sparkdyno-failure-"));
    assert_non_null(strstr(err.message, "' is empty"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_causes_have_a_cure),
        cmocka_unit_test(test_only_a_taken_port_is_a_port_failure),
        cmocka_unit_test(test_excerpt_leaves_stack_frames_out),
        cmocka_unit_test(test_excerpt_keeps_the_last_fifteen_lines),
        cmocka_unit_test(test_excerpt_fits_an_error_whatever_the_log),
        cmocka_unit_test(test_excerpt_of_nothing_is_empty),
        cmocka_unit_test(test_excerpt_has_no_control_characters),
        cmocka_unit_test(test_report_tells_cause_cure_and_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
