#include "base/status.h"
#include "support/check.h"

#include <string.h>

static void test_err_set_formats_and_clears(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_err_set_sql(&err, DYNO_ESERVER, "42P01", 7, "no %s", "table"),
                     DYNO_ESERVER);
    assert_string_equal(err.message, "no table");
    assert_string_equal(err.sqlstate, "42P01");
    assert_int_equal(err.native, 7);
    assert_int_equal(dyno_err_set(&err, DYNO_EIO, "other"), DYNO_EIO);
    assert_string_equal(err.sqlstate, "");
    assert_int_equal(err.native, 0);
}

static void test_err_prepend_puts_context_first(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)dyno_err_set(&err, DYNO_EINPUT, "bad");
    assert_int_equal(dyno_err_prepend(&err, "file '%s'", "a"), DYNO_EINPUT);
    assert_string_equal(err.message, "file 'a': bad");
}

static void test_err_cuts_what_does_not_fit(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    char text[3 * DYNO_ERR_MESSAGE_BYTES];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    (void)dyno_err_set(&err, DYNO_EIO, "%s", text);
    assert_int_equal(strlen(err.message), DYNO_ERR_MESSAGE_BYTES - 1);
    (void)dyno_err_prepend(&err, "%s", text);
    assert_int_equal(strlen(err.message), DYNO_ERR_MESSAGE_BYTES - 1);
    (void)dyno_err_set(&err, DYNO_EIO, "%.*s", DYNO_ERR_MESSAGE_BYTES - 2, text);
    (void)dyno_err_prepend(&err, "context");
    assert_int_equal(strncmp(err.message, "context: xxx", 12), 0);
}

static void test_err_may_be_null(void **state)
{
    (void)state;
    assert_int_equal(dyno_err_set(NULL, DYNO_EIO, "x"), DYNO_EIO);
    assert_int_equal(dyno_err_prepend(NULL, "x"), DYNO_OK);
}

static void test_status_names_are_complete(void **state)
{
    (void)state;
    for (int i = DYNO_OK; i <= DYNO_EINTERNAL; i++)
        assert_string_not_equal(dyno_status_name((enum dyno_status)i), "unknown");
    assert_string_equal(dyno_status_name((enum dyno_status)999), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_err_set_formats_and_clears),
        cmocka_unit_test(test_err_prepend_puts_context_first),
        cmocka_unit_test(test_err_cuts_what_does_not_fit),
        cmocka_unit_test(test_err_may_be_null),
        cmocka_unit_test(test_status_names_are_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
