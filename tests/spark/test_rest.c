#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "spark/rest.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_BYTES  ((size_t)1024 * 1024)
#define TIMEOUT_NS (2 * DYNO_NS_PER_S)

struct fake {
    pid_t pid;
    char *url;
};

static char *read_port(const char *path)
{
    char *text = dyno_file_tail(path, 64);
    for (int i = 0; i < 500 && strchr(text, '\n') == NULL; i++) {
        free(text);
        dyno_sleep_ns(20 * DYNO_NS_PER_MS);
        text = dyno_file_tail(path, 64);
    }
    text[strcspn(text, "\n")] = '\0';
    return text;
}

static int start_fake(void **state)
{
    char path[] = "/tmp/sparkdyno-rest-XXXXXX";
    const char *argv[] = {"python3", DYNO_SOURCE_DIR "/tests/support/fake_rest.py", NULL};
    const struct dyno_spawn_options options = {
        .argv = argv, .stdout_path = path, .stderr_path = "/dev/null", .dies_with_parent = true};
    struct fake *fake = dyno_xcalloc(1, sizeof *fake);
    int fd = mkstemp(path);
    if (fd < 0 || dyno_process_spawn(&options, &fake->pid, NULL) != DYNO_OK ||
        dyno_rest_global_init(NULL) != DYNO_OK)
        return -1;
    close(fd);
    char *port = read_port(path);
    fake->url = dyno_xasprintf("http://127.0.0.1:%s/", port);
    free(port);
    *state = fake;
    return unlink(path);
}

static int stop_fake(void **state)
{
    struct fake *fake = *state;
    (void)dyno_process_stop_group(fake->pid, DYNO_NS_PER_S);
    free(fake->url);
    free(fake);
    return 0;
}

static struct dyno_rest *open_rest(void **state)
{
    const struct fake *fake = *state;
    struct dyno_rest *rest = NULL;
    assert_int_equal(dyno_rest_open(fake->url, TIMEOUT_NS, MAX_BYTES, &rest, NULL), DYNO_OK);
    return rest;
}

static void assert_answers(void **state, const char *path)
{
    struct dyno_rest *rest = open_rest(state);
    struct dyno_err err = DYNO_ERR_INIT;
    cJSON *json = NULL;
    if (dyno_rest_get(rest, &json, &err, "%s", path) != DYNO_OK)
        fail_msg("%s", err.message);
    assert_int_equal(dyno_json_i64_or(json, "answer", 0), 42);
    cJSON_Delete(json);
    dyno_rest_close(rest);
}

static void assert_fails(void **state, const char *path, enum dyno_status expected,
                         const char *word)
{
    struct dyno_rest *rest = open_rest(state);
    struct dyno_err err = DYNO_ERR_INIT;
    cJSON *json = NULL;
    enum dyno_status status = dyno_rest_get(rest, &json, &err, "%s", path);
    if (status != expected || err.status != expected || strstr(err.message, word) == NULL)
        fail_msg("'%s': %s: %s", path, dyno_status_name(status), err.message);
    assert_null(json);
    /* The client is as good as new afterwards. */
    assert_int_equal(dyno_rest_get(rest, &json, NULL, "/ok"), DYNO_OK);
    cJSON_Delete(json);
    dyno_rest_close(rest);
}

static void test_json_is_parsed(void **state)
{
    assert_answers(state, "/ok");
    assert_answers(state, "/charset");
    assert_answers(state, "/302");
}

static void test_path_is_formatted(void **state)
{
    struct dyno_rest *rest = open_rest(state);
    cJSON *json = NULL;
    assert_int_equal(dyno_rest_get(rest, &json, NULL, "/%s?n=%d", "ok", 3), DYNO_OK);
    cJSON_Delete(json);
    dyno_rest_close(rest);
}

static void test_what_is_not_json_is_refused(void **state)
{
    assert_fails(state, "/500html", DYNO_EPROTO, "status 500: <html> [31mServer Error");
    assert_fails(state, "/200html", DYNO_EPROTO, "instead of JSON: <html>Spark is starting up");
    assert_fails(state, "/404", DYNO_ENOTFOUND, "no such app: x");
    assert_fails(state, "/broken", DYNO_EPROTO, "not valid JSON");
    assert_fails(state, "/empty", DYNO_EPROTO, "not valid JSON");
}

static void test_redirects_stay_on_their_host(void **state)
{
    assert_fails(state, "/302login", DYNO_EPROTO, "another host");
    assert_fails(state, "/circle", DYNO_EPROTO, "in circles");
    assert_fails(state, "/nowhere", DYNO_EPROTO, "nowhere");
}

static void test_answers_cut_short_are_refused(void **state)
{
    assert_fails(state, "/truncate", DYNO_EPROTO, "broken");
    assert_fails(state, "/hangup", DYNO_ECONN, "cannot be reached");
}

static void test_answer_is_bounded_by_what_it_unpacks_to(void **state)
{
    assert_fails(state, "/bomb", DYNO_ELIMIT, "larger than 1048576 bytes");
}

static void test_whole_call_has_a_deadline(void **state)
{
    int64_t start_ns = dyno_now_ns();
    assert_fails(state, "/slow", DYNO_ETIMEOUT, "in time");
    assert_true(dyno_now_ns() - start_ns < 4 * DYNO_NS_PER_S);
    start_ns = dyno_now_ns();
    assert_fails(state, "/drip", DYNO_ETIMEOUT, "in time");
    assert_true(dyno_now_ns() - start_ns < 4 * DYNO_NS_PER_S);
}

static void test_refused_port_is_a_connection_error(void **state)
{
    struct dyno_rest *rest = NULL;
    cJSON *json = NULL;
    (void)state;
    assert_int_equal(dyno_rest_open("http://127.0.0.1:1", 0, 0, &rest, NULL), DYNO_OK);
    assert_int_equal(dyno_rest_get(rest, &json, NULL, "/ok"), DYNO_ECONN);
    dyno_rest_close(rest);
}

static void test_proxy_of_the_environment_is_ignored(void **state)
{
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_answers(state, "/ok");
    assert_int_equal(unsetenv("http_proxy"), 0);
}

static void test_newest_application_is_found(void **state)
{
    const struct fake *fake = *state;
    struct dyno_rest *rest = open_rest(state);
    struct dyno_err err = DYNO_ERR_INIT;
    char *id = NULL;
    char *url = dyno_xasprintf("%snone", fake->url);
    assert_int_equal(dyno_rest_app_id(rest, &id, NULL), DYNO_OK);
    assert_string_equal(id, "new");
    free(id);
    id = NULL;
    dyno_rest_close(rest);
    assert_int_equal(dyno_rest_open(url, TIMEOUT_NS, MAX_BYTES, &rest, NULL), DYNO_OK);
    assert_int_equal(dyno_rest_app_id(rest, &id, &err), DYNO_ENOTFOUND);
    assert_null(id);
    dyno_rest_close(rest);
    free(url);
}

static void test_addresses_that_are_none_are_refused(void **state)
{
    static const char *const urls[] = {"", "127.0.0.1:4040", "ftp://127.0.0.1",
                                       "file:///etc/passwd"};
    struct dyno_rest *rest = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
        assert_int_equal(dyno_rest_open(urls[i], 0, 0, &rest, NULL), DYNO_EINPUT);
    dyno_rest_close(NULL);
}

static void test_time_stamps_become_wall_milliseconds(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        /* date -u -d '2026-11-21 12:00:00' +%s and so on. */
        {"2026-11-21T12:00:00.123GMT", INT64_C(1795262400123)},
        {"1970-01-01T00:00:00.000GMT", 0},
        {"2000-02-29T23:59:59.999GMT", INT64_C(951868799999)},
        {"2024-03-01T00:00:00.000GMT", INT64_C(1709251200000)},
        {"2026-11-21T12:00:00.123", -1},
        {"2026-11-21T12:00:00.123GMTx", -1},
        {"2026-13-21T12:00:00.123GMT", -1},
        {"1969-12-31T23:59:59.999GMT", -1},
        {"", -1},
        {NULL, -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(dyno_rest_time_ms(rows[i].text), rows[i].ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_is_parsed),
        cmocka_unit_test(test_path_is_formatted),
        cmocka_unit_test(test_what_is_not_json_is_refused),
        cmocka_unit_test(test_redirects_stay_on_their_host),
        cmocka_unit_test(test_answers_cut_short_are_refused),
        cmocka_unit_test(test_answer_is_bounded_by_what_it_unpacks_to),
        cmocka_unit_test(test_whole_call_has_a_deadline),
        cmocka_unit_test(test_refused_port_is_a_connection_error),
        cmocka_unit_test(test_proxy_of_the_environment_is_ignored),
        cmocka_unit_test(test_newest_application_is_found),
        cmocka_unit_test(test_addresses_that_are_none_are_refused),
        cmocka_unit_test(test_time_stamps_become_wall_milliseconds),
    };
    return cmocka_run_group_tests(tests, start_fake, stop_fake);
}
