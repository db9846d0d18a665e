#include "base/clock.h"
#include "collect/feed.h"
#include "collect/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct dyno_feed feed_of(const struct replay *fake, int64_t timeout_ns)
{
    struct dyno_feed feed;
    assert_int_equal(dyno_feed_open(&feed, fake->url, NULL, timeout_ns, NULL), DYNO_OK);
    return feed;
}

static enum dyno_status ask(struct dyno_feed *feed)
{
    cJSON *document = NULL;
    enum dyno_status status = dyno_feed_get_app(feed, &document, NULL, "/%s", "jobs");
    cJSON_Delete(document);
    return status;
}

static void test_feed_finds_the_application(void **state)
{
    struct replay fake;
    (void)state;
    replay_start(&fake, "3.5.7", "{}");
    struct dyno_feed feed = feed_of(&fake, 5 * DYNO_NS_PER_S);
    assert_int_equal(ask(&feed), DYNO_OK);
    assert_non_null(feed.app_id);
    assert_int_equal(ask(&feed), DYNO_OK);
    assert_int_equal(replay_count(&fake, "/applications?"), 1);
    assert_int_equal(feed.failed_calls, 0);
    dyno_feed_close(&feed);
    replay_stop(&fake);
}

static void check_circuit(const char *control)
{
    struct replay fake;
    replay_start(&fake, "4.1.4", "{}");
    struct dyno_feed feed = feed_of(&fake, 300 * DYNO_NS_PER_MS);
    assert_int_equal(ask(&feed), DYNO_OK);
    replay_control(&fake, control);
    for (int i = 0; i < 3; i++)
        assert_int_not_equal(ask(&feed), DYNO_OK);
    assert_int_equal(feed.failed_calls, 3);
    size_t sent = replay_count(&fake, "/jobs");
    replay_control(&fake, "{}");
    assert_int_equal(ask(&feed), DYNO_ECANCELLED);
    assert_int_equal(replay_count(&fake, "/jobs"), sent);
    assert_true(strlen(feed.first_failure) > 10);
    assert_null(strchr(feed.first_failure, '\x1b'));
    feed.retry_at_ns = dyno_now_ns();
    assert_int_equal(ask(&feed), DYNO_OK);
    assert_int_equal(feed.failures_in_row, 0);
    assert_int_equal(ask(&feed), DYNO_OK);
    dyno_feed_close(&feed);
    replay_stop(&fake);
}

static void test_feed_opens_the_circuit_on_errors(void **state)
{
    (void)state;
    check_circuit("{\"mode\":\"500\"}");
}

static void test_feed_opens_the_circuit_on_html(void **state)
{
    (void)state;
    check_circuit("{\"mode\":\"html\"}");
}

static void test_feed_opens_the_circuit_on_a_login_page(void **state)
{
    (void)state;
    check_circuit("{\"mode\":\"redirect\"}");
}

static void test_feed_opens_the_circuit_on_slowness(void **state)
{
    (void)state;
    check_circuit("{\"mode\":\"slow\",\"seconds\":1}");
}

static void test_feed_asks_again_for_what_broke_off(void **state)
{
    struct replay fake;
    (void)state;
    replay_start(&fake, "4.1.4", "{}");
    struct dyno_feed feed = feed_of(&fake, 5 * DYNO_NS_PER_S);
    assert_int_equal(ask(&feed), DYNO_OK);
    replay_control(&fake, "{\"mode\":\"truncate\"}");
    assert_int_not_equal(ask(&feed), DYNO_OK);
    assert_int_equal(replay_count(&fake, "/jobs"), 3);
    assert_int_equal(feed.failed_calls, 1);
    dyno_feed_close(&feed);
    replay_stop(&fake);
}

static void test_feed_does_not_swallow_a_bomb(void **state)
{
    struct replay fake;
    cJSON *document = NULL;
    (void)state;
    replay_start(&fake, "4.1.4", "{\"mode\":\"bomb\"}");
    struct dyno_feed feed = feed_of(&fake, 20 * DYNO_NS_PER_S);
    assert_int_equal(dyno_feed_get(&feed, &document, NULL, "/metrics/json/"), DYNO_ELIMIT);
    assert_int_equal(feed.failures_in_row, 0);
    dyno_feed_close(&feed);
    replay_stop(&fake);
}

static void test_feed_takes_404_for_an_answer(void **state)
{
    struct replay fake;
    cJSON *document = NULL;
    (void)state;
    replay_start(&fake, "4.1.4", "{}");
    struct dyno_feed feed = feed_of(&fake, 5 * DYNO_NS_PER_S);
    assert_int_equal(dyno_feed_get_app(&feed, &document, NULL, "/stages/99999"), DYNO_ENOTFOUND);
    assert_int_equal(feed.failed_calls, 0);
    dyno_feed_close(&feed);
    replay_stop(&fake);
}

static void test_feed_sends_nothing_after_its_deadline(void **state)
{
    struct replay fake;
    (void)state;
    replay_start(&fake, "4.1.4", "{}");
    struct dyno_feed feed = feed_of(&fake, 5 * DYNO_NS_PER_S);
    feed.deadline_ns = dyno_now_ns() - 1;
    assert_int_equal(ask(&feed), DYNO_ECANCELLED);
    assert_int_equal(replay_count(&fake, "/"), 0);
    assert_int_equal(feed.failed_calls, 0);
    dyno_feed_close(&feed);
    replay_stop(&fake);
}

static void test_feed_keeps_its_rate(void **state)
{
    struct replay fake;
    (void)state;
    replay_start(&fake, "4.1.4", "{}");
    struct dyno_feed feed = feed_of(&fake, 5 * DYNO_NS_PER_S);
    feed.gap_ns = 50 * DYNO_NS_PER_MS;
    int64_t begin_ns = dyno_now_ns();
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask(&feed), DYNO_OK);
    assert_true(dyno_now_ns() - begin_ns >= 4 * feed.gap_ns);
    assert_int_equal(feed.failed_calls, 0);
    dyno_feed_close(&feed);
    replay_stop(&fake);
}

static void test_feed_asks_again_at_its_rate(void **state)
{
    struct replay fake;
    (void)state;
    replay_start(&fake, "4.1.4", "{}");
    struct dyno_feed feed = feed_of(&fake, 5 * DYNO_NS_PER_S);
    assert_int_equal(ask(&feed), DYNO_OK);
    int64_t calls = feed.calls;
    int64_t last_ns = feed.last_call_ns;
    feed.gap_ns = 100 * DYNO_NS_PER_MS;
    replay_control(&fake, "{\"mode\":\"truncate\"}");
    assert_int_not_equal(ask(&feed), DYNO_OK);
    assert_int_equal(feed.calls - calls, 2);
    assert_true(feed.last_call_ns - last_ns >= 2 * feed.gap_ns);
    dyno_feed_close(&feed);
    replay_stop(&fake);
}

static void test_feed_without_an_address_refuses(void **state)
{
    struct dyno_feed feed;
    (void)state;
    assert_int_equal(dyno_feed_open(&feed, NULL, NULL, 0, NULL), DYNO_OK);
    assert_int_equal(ask(&feed), DYNO_ECANCELLED);
    assert_int_equal(feed.failed_calls, 0);
    dyno_feed_close(&feed);
    assert_int_equal(dyno_feed_open(&feed, "ftp://x", NULL, 0, NULL), DYNO_EINPUT);
    dyno_feed_close(&feed);
}

static int set_up(void **state)
{
    (void)state;
    return dyno_rest_global_init(NULL) == DYNO_OK ? 0 : 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_feed_finds_the_application),
        cmocka_unit_test(test_feed_opens_the_circuit_on_errors),
        cmocka_unit_test(test_feed_opens_the_circuit_on_html),
        cmocka_unit_test(test_feed_opens_the_circuit_on_a_login_page),
        cmocka_unit_test(test_feed_opens_the_circuit_on_slowness),
        cmocka_unit_test(test_feed_asks_again_for_what_broke_off),
        cmocka_unit_test(test_feed_does_not_swallow_a_bomb),
        cmocka_unit_test(test_feed_takes_404_for_an_answer),
        cmocka_unit_test(test_feed_sends_nothing_after_its_deadline),
        cmocka_unit_test(test_feed_keeps_its_rate),
        cmocka_unit_test(test_feed_asks_again_at_its_rate),
        cmocka_unit_test(test_feed_without_an_address_refuses),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
