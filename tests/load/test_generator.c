#include "load/trial_kit.h"

#include <pthread.h>

#define MS DYNO_NS_PER_MS

static void test_generator_offers_the_whole_open_schedule(void **state)
{
    struct kit kit;
    (void)state;
    kit_init(&kit);
    kit.plan.load.rate_per_s = 2000;
    kit.plan.load.trial_warmup_ns = 100 * MS;
    kit.plan.load.measure_ns = 300 * MS;
    assert_int_equal(kit_run(&kit, NULL), DYNO_OK);
    assert_int_equal(kit_header(&kit)->state, DYNO_TRIAL_FINISHED);
    assert_int_equal(kit_header(&kit)->scheduled, kit_count(&kit));
    assert_true(kit_count(&kit) > 650 && kit_count(&kit) < 950);
    assert_true(kit.counters.offered > 450 && kit.counters.offered < 750);
    assert_int_equal(kit.counters.failed, 0);
    /* Who is woken late near the end finds it past; on a busy machine that may be a few. */
    assert_true(kit.counters.censored < kit.counters.offered / 10);
    assert_int_equal(kit_header(&kit)->done, kit_outcomes(&kit, DYNO_OUTCOME_OK));
    kit_deinit(&kit);
}

static void test_generator_same_seed_same_load(void **state)
{
    struct kit a;
    struct kit b;
    (void)state;
    kit_init(&a);
    kit_init(&b);
    a.plan.query_count = b.plan.query_count = 3;
    a.plan.load.rate_per_s = b.plan.load.rate_per_s = 1000;
    a.plan.load.measure_ns = b.plan.load.measure_ns = 100 * MS;
    b.plan.load.sessions = 5;
    assert_int_equal(kit_run(&a, NULL), DYNO_OK);
    assert_int_equal(kit_run(&b, NULL), DYNO_OK);
    assert_int_equal(kit_count(&a), kit_count(&b));
    for (uint64_t seq = 0; seq < kit_count(&a); seq++) {
        assert_int_equal(kit_record(&a, seq)->intended_ns, kit_record(&b, seq)->intended_ns);
        assert_int_equal(kit_record(&a, seq)->query, kit_record(&b, seq)->query);
    }
    kit_deinit(&a);
    kit_deinit(&b);
}

static void test_generator_closed_loop_fills_its_window(void **state)
{
    struct kit kit;
    (void)state;
    kit_init(&kit);
    kit.plan.load.arrival = DYNO_ARRIVAL_CLOSED;
    kit.plan.load.trial_warmup_ns = 20 * MS;
    kit.plan.load.measure_ns = 80 * MS;
    assert_int_equal(kit_run(&kit, NULL), DYNO_OK);
    assert_true(kit.counters.completed > 1000);
    assert_int_equal(kit.counters.completed, kit.counters.offered);
    assert_int_equal(kit_header(&kit)->claimed, kit_count(&kit));
    assert_int_equal(kit_outcomes(&kit, DYNO_OUTCOME_EMPTY), 0);
    kit_deinit(&kit);
}

static void test_generator_thinks_between_statements(void **state)
{
    struct kit kit;
    (void)state;
    kit_init(&kit);
    kit.plan.load.arrival = DYNO_ARRIVAL_CLOSED;
    kit.plan.load.sessions = 3;
    kit.plan.load.think_ns = 10 * MS;
    kit.plan.load.measure_ns = 205 * MS;
    assert_int_equal(kit_run(&kit, NULL), DYNO_OK);
    assert_true(kit.counters.offered <= 3 * 21);
    assert_true(kit.counters.offered >= 3 * 2);
    int64_t done_ns[3] = {-1, -1, -1};
    for (uint64_t seq = 0; seq < kit_count(&kit); seq++) {
        const struct dyno_record *r = kit_record(&kit, seq);
        if (done_ns[r->session] >= 0)
            assert_true(r->intended_ns - done_ns[r->session] >= 10 * MS);
        done_ns[r->session] = r->done_ns;
    }
    kit_deinit(&kit);
}

static void test_generator_warm_up_runs_each_query_as_often_as_asked(void **state)
{
    struct kit kit;
    int64_t runs[KIT_QUERIES] = {0};
    (void)state;
    kit_init(&kit);
    kit.plan.is_warmup = true;
    kit.plan.query_count = 4;
    kit.plan.load.warmup_executions = 5;
    assert_int_equal(kit_run(&kit, NULL), DYNO_OK);
    assert_int_equal(kit_count(&kit), 20);
    for (uint64_t seq = 0; seq < 20; seq++) {
        assert_int_equal(kit_record(&kit, seq)->phase, DYNO_PHASE_WARMUP);
        assert_int_equal(kit_record(&kit, seq)->outcome, DYNO_OUTCOME_OK);
        runs[kit_record(&kit, seq)->query]++;
    }
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(runs[i], 5);
    assert_int_equal(kit.counters.offered, 0);
    kit_deinit(&kit);
}

static void test_generator_counts_what_nobody_gets_round_to(void **state)
{
    struct kit kit;
    (void)state;
    kit_init(&kit);
    kit.plan.load.arrival = DYNO_ARRIVAL_CONSTANT;
    kit.plan.load.rate_per_s = 1000;
    kit.plan.load.measure_ns = 200 * MS;
    kit.plan.target.null_service_ns = 20 * MS;
    assert_int_equal(kit_run(&kit, NULL), DYNO_OK);
    assert_int_equal(kit.counters.offered, 200);
    assert_true(kit.counters.started >= 2 && kit.counters.started <= 22);
    assert_int_equal(kit.counters.censored, 200 - kit.counters.started);
    assert_int_equal(kit.counters.completed, kit.counters.started);
    kit_deinit(&kit);
}

static void test_generator_statements_time_out(void **state)
{
    struct kit kit;
    (void)state;
    kit_init(&kit);
    kit.plan.load.rate_per_s = 50;
    kit.plan.load.arrival = DYNO_ARRIVAL_CONSTANT;
    kit.plan.load.measure_ns = 200 * MS;
    kit.plan.load.timeout_ns = 50 * MS;
    kit.plan.target.null_service_ns = 10 * DYNO_NS_PER_S;
    assert_int_equal(kit_run(&kit, NULL), DYNO_OK);
    assert_true(kit.counters.failed > 0);
    assert_int_equal(kit.counters.completed, 0);
    for (uint64_t seq = 0; seq < kit_count(&kit); seq++) {
        const struct dyno_record *r = kit_record(&kit, seq);
        if (r->outcome == DYNO_OUTCOME_EMPTY)
            continue;
        assert_int_equal(r->outcome, DYNO_OUTCOME_TIMEOUT);
        assert_string_equal(r->sqlstate, "HYT00");
        assert_true(dyno_record_service_ns(r) >= 50 * MS);
        assert_true(dyno_record_service_ns(r) < 550 * MS);
    }
    assert_int_equal(kit_header(&kit)->error_sample_count, 1);
    kit_deinit(&kit);
}

static void test_generator_cuts_at_the_end_of_the_drain(void **state)
{
    struct kit kit;
    (void)state;
    kit_init(&kit);
    kit.plan.load.rate_per_s = 50;
    kit.plan.load.arrival = DYNO_ARRIVAL_CONSTANT;
    kit.plan.load.measure_ns = 100 * MS;
    kit.plan.load.drain_ns = 100 * MS;
    kit.plan.target.null_service_ns = 10 * DYNO_NS_PER_S;
    int64_t begin_ns = dyno_now_ns();
    assert_int_equal(kit_run(&kit, NULL), DYNO_OK);
    assert_true(dyno_now_ns() - begin_ns < 2 * DYNO_NS_PER_S);
    assert_int_equal(kit_outcomes(&kit, DYNO_OUTCOME_CANCELLED), 2);
    assert_int_equal(kit.counters.started, 2);
    assert_int_equal(kit.counters.censored, kit.counters.offered);
    kit_deinit(&kit);
}

/* Ask the trial to stop once both sessions have something to do, as the live view sees it. */
struct stopper {
    struct kit *kit;
    int level;
};

static void *stop_later(void *arg)
{
    struct stopper *stopper = arg;
    struct dyno_trial_file *file = NULL;
    uint64_t claimed = 0;
    for (int i = 0; i < 1000 && claimed < 2; i++) {
        dyno_sleep_ns(10 * MS);
        if (file == NULL && dyno_trial_file_open(stopper->kit->path, &file, NULL) != DYNO_OK)
            continue;
        claimed = dyno_trial_file_header(file)->claimed;
    }
    dyno_sleep_ns(100 * MS);
    dyno_trial_file_close(file);
    atomic_store(&stopper->kit->stop, stopper->level);
    return NULL;
}

static int64_t run_and_stop(struct kit *kit, int level)
{
    pthread_t thread;
    struct stopper stopper = {.kit = kit, .level = level};
    kit->plan.load.measure_ns = 60 * DYNO_NS_PER_S;
    int64_t begin_ns = dyno_now_ns();
    assert_int_equal(pthread_create(&thread, NULL, stop_later, &stopper), 0);
    assert_int_equal(kit_run(kit, NULL), DYNO_OK);
    pthread_join(thread, NULL);
    assert_int_equal(kit_header(kit)->was_interrupted, 1);
    return dyno_now_ns() - begin_ns;
}

static void test_generator_stop_lets_running_statements_end(void **state)
{
    struct kit kit;
    (void)state;
    kit_init(&kit);
    kit.plan.load.rate_per_s = 200;
    kit.plan.target.null_service_ns = 300 * MS;
    assert_true(run_and_stop(&kit, 1) < 2 * DYNO_NS_PER_S);
    assert_int_equal(kit_outcomes(&kit, DYNO_OUTCOME_CANCELLED), 0);
    assert_int_equal(kit_outcomes(&kit, DYNO_OUTCOME_OK), kit.counters.started);
    assert_true(kit.counters.started > 0);
    kit_deinit(&kit);
}

static void test_generator_second_stop_cancels_at_once(void **state)
{
    struct kit kit;
    (void)state;
    kit_init(&kit);
    kit.plan.load.rate_per_s = 50;
    kit.plan.target.null_service_ns = 30 * DYNO_NS_PER_S;
    assert_true(run_and_stop(&kit, 2) < 2 * DYNO_NS_PER_S);
    assert_true(kit_outcomes(&kit, DYNO_OUTCOME_CANCELLED) > 0);
    assert_int_equal(kit.counters.completed, 0);
    kit_deinit(&kit);
}

static void test_generator_applies_settings_in_every_session(void **state)
{
    struct kit kit;
    char keys[2][40] = {"spark.sql.adaptive.enabled", "spark.sql.shuffle.partitions"};
    char values[2][8] = {"false", "8"};
    struct dyno_setting settings[] = {{.key = keys[0], .value = values[0]},
                                      {.key = keys[1], .value = values[1]}};
    (void)state;
    kit_init(&kit);
    kit.plan.settings = settings;
    kit.plan.setting_count = 2;
    kit.plan.load.measure_ns = 20 * MS;
    assert_int_equal(kit_run(&kit, NULL), DYNO_OK);
    kit_deinit(&kit);
}

static void test_generator_refuses_a_plan_without_queries(void **state)
{
    struct kit kit;
    (void)state;
    kit_init(&kit);
    kit.plan.query_count = 0;
    assert_int_equal(kit_run(&kit, NULL), DYNO_EINPUT);
    kit_deinit(&kit);
}

static void test_generator_names_a_folder_that_is_not_there(void **state)
{
    struct kit kit;
    (void)state;
    kit_init(&kit);
    struct dyno_generator_options options = {.plan = &kit.plan, .trial_path = "/no/such/trial"};
    assert_int_equal(dyno_generate(&options, &kit.err), DYNO_EIO);
    assert_non_null(strstr(kit.err.message, "/no/such/trial"));
    kit_deinit(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generator_offers_the_whole_open_schedule),
        cmocka_unit_test(test_generator_same_seed_same_load),
        cmocka_unit_test(test_generator_closed_loop_fills_its_window),
        cmocka_unit_test(test_generator_thinks_between_statements),
        cmocka_unit_test(test_generator_warm_up_runs_each_query_as_often_as_asked),
        cmocka_unit_test(test_generator_counts_what_nobody_gets_round_to),
        cmocka_unit_test(test_generator_statements_time_out),
        cmocka_unit_test(test_generator_cuts_at_the_end_of_the_drain),
        cmocka_unit_test(test_generator_stop_lets_running_statements_end),
        cmocka_unit_test(test_generator_second_stop_cancels_at_once),
        cmocka_unit_test(test_generator_applies_settings_in_every_session),
        cmocka_unit_test(test_generator_refuses_a_plan_without_queries),
        cmocka_unit_test(test_generator_names_a_folder_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
