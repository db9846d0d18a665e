#include "base/clock.h"
#include "collect/ending.h"
#include "collect/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ENOUGH_NS (20 * DYNO_NS_PER_S)
#define SHORT_NS  (300 * DYNO_NS_PER_MS)

static void end_jobs(const char *control, const char *tag, int64_t patience_ns,
                     struct dyno_ending *out, size_t *asked)
{
    struct replay fake;
    struct dyno_feed feed;
    struct dyno_sweep sweep;
    replay_start(&fake, "4.1.4", control);
    assert_int_equal(dyno_feed_open(&feed, fake.url, NULL, 10 * DYNO_NS_PER_S, NULL), DYNO_OK);
    dyno_sweep_init(&sweep, &feed, tag);
    dyno_ending_run(&feed, &sweep, patience_ns, out);
    *asked = replay_count(&fake, "POST ");
    assert_int_equal(feed.failures_in_row, 0);
    dyno_sweep_deinit(&sweep);
    dyno_feed_close(&feed);
    replay_stop(&fake);
}

static void test_running_jobs_of_the_trial_are_ended(void **state)
{
    struct dyno_ending ending;
    size_t asked = 0;
    (void)state;
    end_jobs("{\"running\":[1,2]}", "t1", ENOUGH_NS, &ending, &asked);
    assert_int_equal(ending.found, 2);
    assert_int_equal(ending.taken, 2);
    assert_int_equal(ending.left, 0);
    assert_int_equal(ending.first_left, -1);
    assert_int_equal(asked, 2);
}

static void test_jobs_of_others_go_on(void **state)
{
    struct dyno_ending ending;
    size_t asked = 0;
    (void)state;
    end_jobs("{\"running\":[1,2]}", "other", ENOUGH_NS, &ending, &asked);
    assert_int_equal(ending.found, 0);
    assert_int_equal(ending.left, 0);
    assert_int_equal(asked, 0);
}

static void test_jobs_that_cannot_be_ended_are_told(void **state)
{
    struct dyno_ending ending;
    size_t asked = 0;
    (void)state;
    end_jobs("{\"running\":[2],\"kill\":false}", "t1", SHORT_NS, &ending, &asked);
    assert_int_equal(ending.found, 1);
    assert_int_equal(ending.taken, 0);
    assert_int_equal(ending.left, 1);
    assert_int_equal(ending.first_left, 2);
    assert_true(asked >= 1);
}

static void test_server_that_does_not_tell(void **state)
{
    struct dyno_ending ending;
    size_t asked = 0;
    (void)state;
    end_jobs("{\"mode\":\"gone\",\"only\":\"jobs\"}", "t1", ENOUGH_NS, &ending, &asked);
    assert_int_equal(ending.found, 0);
    assert_int_equal(ending.left, -1);
    assert_int_equal(asked, 0);
}

/* One request that nothing answers is enough: the time goes from that of the numbers. */
static void test_server_that_does_not_answer_is_asked_once(void **state)
{
    struct replay fake;
    struct dyno_feed feed;
    struct dyno_sweep sweep;
    struct dyno_ending ending;
    (void)state;
    replay_start(&fake, "4.1.4",
                 "{\"running\":[1,2],\"mode\":\"slow\",\"only\":\"kill\",\"seconds\":60}");
    assert_int_equal(dyno_feed_open(&feed, fake.url, NULL, 3 * DYNO_NS_PER_S, NULL), DYNO_OK);
    dyno_sweep_init(&sweep, &feed, "t1");
    dyno_ending_run(&feed, &sweep, ENOUGH_NS, &ending);
    assert_int_equal(replay_count(&fake, "POST "), 1);
    assert_int_equal(feed.failures_in_row, 1);
    assert_int_equal(feed.failed_calls, 1);
    assert_int_equal(ending.found, 2);
    assert_int_equal(ending.taken, 0);
    assert_int_equal(ending.left, 2);
    dyno_sweep_deinit(&sweep);
    dyno_feed_close(&feed);
    replay_stop(&fake);
}

static int set_up(void **state)
{
    (void)state;
    return dyno_rest_global_init(NULL) == DYNO_OK ? 0 : 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_running_jobs_of_the_trial_are_ended),
        cmocka_unit_test(test_jobs_of_others_go_on),
        cmocka_unit_test(test_jobs_that_cannot_be_ended_are_told),
        cmocka_unit_test(test_server_that_does_not_tell),
        cmocka_unit_test(test_server_that_does_not_answer_is_asked_once),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
