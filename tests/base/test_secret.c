#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_names_of_secrets(void **state)
{
    static const char *const secret[] = {
        "PWD",
        "Auth_AccessToken",
        "SSLKeyPassphrase",
        "spark.ssl.keyPassword",
        "spark.authenticate.secret",
        "spark.hadoop.fs.s3a.SECRET.key",
        "spark.hadoop.fs.s3a.aws.credentials.provider",
    };
    static const char *const open[] = {"", "spark.sql.shuffle.partitions", "pass",
                                       "spark.app.name"};
    (void)state;
    for (size_t i = 0; i < sizeof secret / sizeof secret[0]; i++)
        assert_true(dyno_secret_is_key(secret[i], strlen(secret[i])));
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        assert_false(dyno_secret_is_key(open[i], strlen(open[i])));
    assert_false(dyno_secret_is_key("password", 4));
}

static void test_values_of_secrets_are_covered(void **state)
{
    (void)state;
    assert_string_equal(dyno_secret_shown("spark.ssl.keyPassword", "geheim"), DYNO_SECRET_COVER);
    assert_string_equal(dyno_secret_shown("spark.app.name", "geheim"), "geheim");
    assert_null(dyno_secret_shown("spark.ssl.keyPassword", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_secrets),
        cmocka_unit_test(test_values_of_secrets_are_covered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
