#include "base/clock.h"
#include "collect/replay.h"
#include "collect/sweep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct scene {
    struct replay fake;
    struct dyno_feed feed;
    struct dyno_sweep sweep;
};

static void begin(struct scene *scene, const char *version, const char *control, const char *tag)
{
    struct dyno_err err = DYNO_ERR_INIT;
    replay_start(&scene->fake, version, control);
    assert_int_equal(dyno_feed_open(&scene->feed, scene->fake.url, NULL, 5 * DYNO_NS_PER_S, &err),
                     DYNO_OK);
    dyno_sweep_init(&scene->sweep, &scene->feed, tag);
    if (dyno_sweep_begin(&scene->sweep, &err) != DYNO_OK)
        fail_msg("%s", err.message);
}

static void run(struct scene *scene, bool is_last)
{
    struct dyno_err err = DYNO_ERR_INIT;
    if (dyno_sweep_run(&scene->sweep, is_last, &err) != DYNO_OK)
        fail_msg("%s", err.message);
}

static void end(struct scene *scene)
{
    dyno_sweep_deinit(&scene->sweep);
    dyno_feed_close(&scene->feed);
    replay_stop(&scene->fake);
}

/* Nothing has run yet but opening the session. */
#define IDLE "{\"jobs\":0,\"executions\":1}"

static void check_whole_trial(const char *version, size_t executions)
{
    struct scene scene;
    begin(&scene, version, IDLE, "t1");
    assert_int_equal(scene.sweep.last_id_before, 0);
    replay_control(&scene.fake, "{}");
    run(&scene, true);
    assert_int_equal(scene.sweep.jobs.items.len, 13);
    assert_int_equal(scene.sweep.stages.items.len, 14);
    assert_int_equal(scene.sweep.executions.items.len, executions);
    assert_int_equal(scene.sweep.lost_stages, 0);
    assert_int_equal(scene.sweep.lost_executions, 0);
    assert_int_equal(scene.sweep.odd.count, 0);
    assert_int_equal(dyno_sweep_lost_jobs(&scene.sweep, 0, 14), 0);
    end(&scene);
}

static void test_sweep_reads_a_trial_of_4_1(void **state)
{
    (void)state;
    check_whole_trial("4.1.4", 13);
}

static void test_sweep_reads_a_trial_of_3_5(void **state)
{
    (void)state;
    check_whole_trial("3.5.7", 12);
}

static void test_sweep_takes_only_its_own_tag(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, "4.1.4", IDLE, "t");
    replay_control(&scene.fake, "{}");
    run(&scene, true);
    assert_int_equal(scene.sweep.jobs.items.len, 0);
    assert_int_equal(scene.sweep.executions.items.len, 0);
    assert_int_equal(replay_count(&scene.fake, "/stages"), 0);
    end(&scene);
}

static void test_sweep_reads_nothing_twice(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, "4.1.4", IDLE, "t1");
    replay_control(&scene.fake, "{\"jobs\":5,\"executions\":5}");
    run(&scene, false);
    size_t asked = replay_count(&scene.fake, "/stages/");
    assert_int_equal(scene.sweep.jobs.items.len, 5);
    assert_int_equal(asked, 10);
    run(&scene, false);
    assert_int_equal(replay_count(&scene.fake, "/stages/"), asked);
    replay_control(&scene.fake, "{}");
    run(&scene, true);
    assert_int_equal(scene.sweep.jobs.items.len, 13);
    assert_int_equal(scene.sweep.stages.items.len, 14);
    assert_int_equal(scene.sweep.executions.items.len, 13);
    assert_int_equal(replay_count(&scene.fake, "/stages/"), asked + 12);
    end(&scene);
}

static void test_sweep_keeps_what_is_evicted_later(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, "4.1.4", IDLE, "t1");
    replay_control(&scene.fake, "{\"jobs\":8,\"executions\":8}");
    run(&scene, false);
    replay_control(&scene.fake, "{\"retained\":11}");
    run(&scene, true);
    assert_int_equal(scene.sweep.jobs.items.len, 13);
    assert_int_equal(scene.sweep.stages.items.len, 14);
    assert_int_equal(scene.sweep.executions.items.len, 13);
    assert_int_equal(dyno_sweep_lost_jobs(&scene.sweep, 0, 14), 0);
    assert_int_equal(scene.sweep.lost_executions, 0);
    end(&scene);
}

static void test_sweep_counts_what_was_evicted_before(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, "4.1.4", IDLE, "t1");
    replay_control(&scene.fake, "{\"retained\":5}");
    run(&scene, true);
    assert_int_equal(scene.sweep.jobs.items.len, 4);
    assert_int_equal(dyno_sweep_lost_jobs(&scene.sweep, 0, 14), 9);
    assert_int_equal(dyno_sweep_lost_jobs(&scene.sweep, 0, -1), 9);
    assert_int_equal(dyno_sweep_lost_jobs(&scene.sweep, -1, -1), 0);
    assert_int_equal(scene.sweep.lost_executions, 13);
    assert_int_equal(scene.sweep.lost_stages, 3);
    end(&scene);
}

/* 2000 executions stand before the trial's, so that the end must be searched for and paged to. */
static void test_sweep_finds_the_end_of_a_long_list(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, "4.1.4", "{\"copies\":120,\"executions\":2262,\"jobs\":1666}", "t1");
    assert_int_equal(scene.sweep.last_id_before, 2261);
    assert_int_equal(scene.sweep.cursor.offset, 2262);
    assert_true(replay_count(&scene.fake, "/sql?") < 30);
    replay_control(&scene.fake, "{\"copies\":120}");
    run(&scene, true);
    assert_true(replay_count(&scene.fake, "length=500") < 3);
    assert_non_null(dyno_shelf_find(&scene.sweep.executions, 2279 - 2, 0));
    assert_non_null(dyno_shelf_find(&scene.sweep.executions, 2262, 0));
    end(&scene);
}

static void test_sweep_steps_back_after_eviction(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, "4.1.4", "{\"copies\":40,\"executions\":600,\"retained\":590}", "t1");
    assert_int_equal(scene.sweep.last_id_before, 599);
    replay_control(&scene.fake, "{\"copies\":40,\"executions\":720,\"retained\":300}");
    run(&scene, true);
    assert_int_equal(scene.sweep.lost_executions, 0);
    for (int64_t id = 609; id < 620; id++) {
        if (id % 19 >= 1 && id % 19 <= 8)
            assert_non_null(dyno_shelf_find(&scene.sweep.executions, id, 0));
    }
    end(&scene);
}

/* So many stages that one listing of all is read, without a call for each. */
static void test_sweep_reads_many_stages_at_once(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, "4.1.4", IDLE, "t1");
    replay_control(&scene.fake, "{\"copies\":20}");
    run(&scene, true);
    assert_int_equal(scene.sweep.jobs.items.len, 20 * 13);
    assert_int_equal(scene.sweep.stages.items.len, 20 * 14);
    assert_int_equal(replay_count(&scene.fake, "/stages?"), 2);
    assert_int_equal(replay_count(&scene.fake, "/stages/"), 0);
    const cJSON *stage = dyno_shelf_at(&scene.sweep.stages, 0)->json;
    assert_non_null(cJSON_GetObjectItemCaseSensitive(stage, "taskMetricsDistributions"));
    end(&scene);
}

/* Among many of other trials a listing without summaries names the ones worth a call. */
static void test_sweep_reads_few_of_many_stages_singly(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, "4.1.4", "{\"copies\":20,\"executions\":380}", "t1");
    for (int64_t id = 0; id < 17 * 14; id++) {
        cJSON *done = cJSON_CreateObject();
        dyno_shelf_put(&scene.sweep.jobs, id, 0, done);
        dyno_shelf_find(&scene.sweep.jobs, id, 0)->is_settled = true;
    }
    run(&scene, true);
    assert_int_equal(replay_count(&scene.fake, "/stages?"), 1);
    assert_int_equal(replay_count(&scene.fake, "/stages/"), 3 * 13);
    assert_int_equal(scene.sweep.stages.items.len, 3 * 14);
    assert_int_equal(scene.sweep.lost_stages, 0);
    end(&scene);
}

static void test_sweep_reports_an_application_that_is_gone(void **state)
{
    struct scene scene;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)state;
    begin(&scene, "4.1.4", IDLE, "t1");
    replay_control(&scene.fake, "{\"mode\":\"gone\"}");
    assert_int_equal(dyno_sweep_run(&scene.sweep, true, &err), DYNO_ENOTFOUND);
    end(&scene);
}

/* Executions are of use without jobs, and jobs without executions. */
static void test_sweep_goes_on_without_executions(void **state)
{
    struct scene scene;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)state;
    begin(&scene, "4.1.4", IDLE, "t1");
    replay_control(&scene.fake, "{\"mode\":\"500\",\"only\":\"/sql\"}");
    assert_int_equal(dyno_sweep_run(&scene.sweep, true, &err), DYNO_EPROTO);
    assert_int_equal(scene.sweep.jobs.items.len, 13);
    assert_int_equal(scene.sweep.stages.items.len, 14);
    end(&scene);
}

static void put_job(struct scene *scene, int64_t id, const char *status)
{
    cJSON *job = cJSON_CreateObject();
    dyno_json_add_i64(job, "jobId", id);
    dyno_json_add_string(job, "status", status);
    dyno_shelf_put(&scene->sweep.jobs, id, 0, job);
}

static void test_sweep_counts_jobs_that_still_run(void **state)
{
    struct scene scene;
    int64_t first = 0;
    (void)state;
    begin(&scene, "4.1.4", IDLE, "t1");
    assert_int_equal(dyno_sweep_running_jobs(&scene.sweep, &first), 0);
    assert_int_equal(first, -1);
    put_job(&scene, 7, "SUCCEEDED");
    put_job(&scene, 9, "RUNNING");
    put_job(&scene, 12, "RUNNING");
    assert_int_equal(dyno_sweep_running_jobs(&scene.sweep, &first), 2);
    assert_int_equal(first, 9);
    replay_control(&scene.fake, "{}");
    run(&scene, true);
    assert_int_equal(dyno_sweep_running_jobs(&scene.sweep, &first), 0);
    end(&scene);
}

static int set_up(void **state)
{
    (void)state;
    return dyno_rest_global_init(NULL) == DYNO_OK ? 0 : 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweep_reads_a_trial_of_4_1),
        cmocka_unit_test(test_sweep_reads_a_trial_of_3_5),
        cmocka_unit_test(test_sweep_takes_only_its_own_tag),
        cmocka_unit_test(test_sweep_reads_nothing_twice),
        cmocka_unit_test(test_sweep_keeps_what_is_evicted_later),
        cmocka_unit_test(test_sweep_counts_what_was_evicted_before),
        cmocka_unit_test(test_sweep_finds_the_end_of_a_long_list),
        cmocka_unit_test(test_sweep_steps_back_after_eviction),
        cmocka_unit_test(test_sweep_reads_many_stages_at_once),
        cmocka_unit_test(test_sweep_reads_few_of_many_stages_singly),
        cmocka_unit_test(test_sweep_reports_an_application_that_is_gone),
        cmocka_unit_test(test_sweep_goes_on_without_executions),
        cmocka_unit_test(test_sweep_counts_jobs_that_still_run),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
