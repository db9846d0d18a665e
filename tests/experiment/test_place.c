#include "base/file.h"
#include "experiment/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/dyno-place-XXXXXX";
static char workload_name[] = "retail";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    return dyno_dir_remove(folder, NULL) != DYNO_OK;
}

static void read_profile(struct dyno_profile *out)
{
    static const char text[] = "spark.a 1\nspark.my.password in the file\n";
    char *path = dyno_path_join(folder, "mine.conf");
    assert_int_equal(dyno_file_write(path, text, sizeof text - 1, NULL), DYNO_OK);
    assert_int_equal(dyno_profile_read(path, NULL, out, NULL), DYNO_OK);
    free(path);
}

static void put(struct dyno_profile *profile, const char *pair)
{
    assert_int_equal(dyno_profile_override(profile, pair, NULL), DYNO_OK);
}

static void test_place_repeats_what_was_put_over_the_file(void **state)
{
    struct dyno_workload workload = {.name = workload_name, .scale = 0.5};
    struct dyno_profile profile;
    struct dyno_place place;
    (void)state;
    read_profile(&profile);
    dyno_place_init(&place, &workload, &profile);
    assert_string_equal(place.workload, "retail");
    assert_string_equal(place.options, "--scale 0.5");
    assert_string_equal(place.hidden, "");
    assert_false(place.has_settings);
    dyno_place_deinit(&place);
    put(&profile, "spark.b=x y");
    dyno_place_init(&place, &workload, &profile);
    assert_string_equal(place.options, "--scale 0.5 --conf 'spark.b=x y'");
    assert_true(place.has_settings);
    dyno_place_deinit(&place);
    dyno_profile_deinit(&profile);
}

/* A value that is covered would be set as it stands by whoever runs the command. */
static void test_place_leaves_secrets_out_and_names_them(void **state)
{
    struct dyno_workload workload = {.name = workload_name, .scale = 1};
    struct dyno_profile profile;
    struct dyno_place place;
    (void)state;
    read_profile(&profile);
    put(&profile, "spark.b=2");
    put(&profile, "spark.my.password=hush");
    put(&profile, "spark.other.token=whisper");
    dyno_place_init(&place, &workload, &profile);
    assert_string_equal(place.options, "--conf spark.b=2");
    assert_string_equal(place.hidden, "spark.my.password, spark.other.token");
    struct dyno_rule_place words = dyno_place_words(&place);
    char *command = dyno_rule_command(dyno_rule_find("spill"), &words);
    assert_null(strstr(command, "hush"));
    assert_null(strstr(command, "redacted"));
    assert_non_null(
        strstr(command, " # and, not shown here: spark.my.password, spark.other.token"));
    free(command);
    dyno_place_deinit(&place);
    dyno_profile_deinit(&profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_place_repeats_what_was_put_over_the_file),
        cmocka_unit_test(test_place_leaves_secrets_out_and_names_them),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
