/* Arrivals beyond Poisson and constant: what the schedule says, and what sessions make of it. */
#include "load/merge.h"
#include "load/schedule.h"
#include "load/virtual_server.h"

#include <math.h>
#include <stdlib.h>

#define MS DYNO_NS_PER_MS
#define S  DYNO_NS_PER_S

static struct dyno_load_shape shape_of(enum dyno_arrival arrival, double rate_per_s, int64_t for_ns)
{
    struct dyno_load_shape shape = DYNO_LOAD_SHAPE_INIT;
    shape.arrival = arrival;
    shape.rate_per_s = rate_per_s;
    shape.trial_warmup_ns = 0;
    shape.measure_ns = for_ns;
    return shape;
}

static int64_t *times_of(const struct dyno_load_shape *shape, uint64_t seed, uint64_t *count)
{
    struct dyno_schedule schedule;
    assert_int_equal(dyno_load_shape_check(shape, NULL), DYNO_OK);
    assert_int_equal(dyno_schedule_count(shape, NULL, seed, count, NULL), DYNO_OK);
    int64_t *times = calloc(*count + 1, sizeof *times);
    dyno_schedule_init(&schedule, shape, NULL, seed);
    for (uint64_t i = 0; i < *count; i++) {
        assert_true(dyno_schedule_next(&schedule, &times[i]));
        assert_true(i == 0 || times[i] >= times[i - 1]);
    }
    return times;
}

/* 10/s for 1 s, then up to 30/s in 2 s: 10 and 40 arrivals, the k-th where the integral is k. */
static void test_ramp_of_equal_gaps_is_exact(void **state)
{
    struct dyno_load_shape shape = shape_of(DYNO_ARRIVAL_CONSTANT, 1, 1);
    uint64_t count = 0;
    (void)state;
    assert_int_equal(dyno_load_steps_parse("10:1s,10-30:2s", &shape, NULL), DYNO_OK);
    assert_int_equal(shape.measure_ns, 3 * S);
    int64_t *times = times_of(&shape, 1, &count);
    assert_int_equal(count, 50);
    for (uint64_t k = 0; k < 10; k++)
        assert_int_equal(times[k], (int64_t)k * 100 * MS);
    for (uint64_t k = 10; k < 50; k++) {
        /* 10 x + 5 x^2 = k - 10 */
        double x = -1 + sqrt(1 + (double)(k - 10) / 5);
        assert_true(llabs(times[k] - llround((1 + x) * 1e9)) <= 1);
    }
    free(times);
}

static void test_ramp_may_begin_and_end_at_nothing(void **state)
{
    struct dyno_load_shape shape = shape_of(DYNO_ARRIVAL_CONSTANT, 1, 1);
    uint64_t count = 0;
    (void)state;
    assert_int_equal(dyno_load_steps_parse("0-20:1s,20-0:1s,0:1s,5:1s", &shape, NULL), DYNO_OK);
    int64_t *times = times_of(&shape, 1, &count);
    assert_int_equal(count, 25);
    assert_int_equal(times[0], 0);
    assert_int_equal(times[10], S);
    assert_true(times[19] < 2 * S);
    assert_int_equal(times[20], 3 * S);
    free(times);
}

/* The trial's warm-up runs at the rate at which the first step begins. */
static void test_steps_begin_with_the_measured_window(void **state)
{
    struct dyno_load_shape shape = shape_of(DYNO_ARRIVAL_CONSTANT, 1, 1);
    uint64_t count = 0;
    (void)state;
    assert_int_equal(dyno_load_steps_parse("10:1s,100:1s", &shape, NULL), DYNO_OK);
    shape.trial_warmup_ns = 2 * S;
    int64_t *times = times_of(&shape, 1, &count);
    assert_int_equal(count, 20 + 10 + 100);
    assert_int_equal(times[20], 2 * S);
    assert_int_equal(times[30], 3 * S);
    free(times);
}

/* Poisson with a changing rate: counts in each part are as dispersed as Poisson counts are. */
static void test_poisson_steps_have_their_own_rates(void **state)
{
    struct dyno_load_shape shape = shape_of(DYNO_ARRIVAL_POISSON, 1, 1);
    double counts[3] = {0};
    const double expected[3] = {5000, 11000, 20000};
    uint64_t count = 0;
    (void)state;
    assert_int_equal(dyno_load_steps_parse("500:10s,200-2000:10s,2000:10s", &shape, NULL), DYNO_OK);
    int64_t *times = times_of(&shape, 3, &count);
    for (uint64_t i = 0; i < count; i++)
        counts[times[i] / (10 * S)]++;
    for (int i = 0; i < 3; i++)
        assert_true(fabs(counts[i] - expected[i]) < 4 * sqrt(expected[i]));
    free(times);
}

static void test_bursts_are_silent_between(void **state)
{
    struct dyno_load_shape shape = shape_of(DYNO_ARRIVAL_POISSON, 1000, 10 * S);
    uint64_t count = 0;
    (void)state;
    assert_int_equal(dyno_load_burst_parse("500ms/1500ms", &shape, NULL), DYNO_OK);
    int64_t *times = times_of(&shape, 3, &count);
    assert_true(fabs((double)count - 2500) < 4 * 50);
    for (uint64_t i = 0; i < count; i++)
        assert_true(times[i] % (2 * S) < 500 * MS);
    free(times);
    shape.arrival = DYNO_ARRIVAL_CONSTANT;
    times = times_of(&shape, 3, &count);
    assert_int_equal(count, 2500);
    assert_int_equal(times[500], 2 * S);
    free(times);
}

/* Visits of 4 statements: the first when it is due, the others a think time after the one before. */
static void test_visits_are_short_closed_loops(void **state)
{
    struct kit kit;
    struct virtual_server server;
    uint64_t visits = 0;
    (void)state;
    kit_init(&kit);
    kit.plan.load = shape_of(DYNO_ARRIVAL_PARTLY_OPEN, 40, 5 * S);
    kit.plan.load.visit = 4;
    kit.plan.load.sessions = 30;
    kit.plan.load.think_ns = 50 * MS;
    virtual_server_init(&server, &kit, 10 * MS, 0);
    assert_int_equal(virtual_server_run(&server, &kit), DYNO_OK);
    assert_int_equal(kit_count(&kit) % 4, 0);
    for (uint64_t seq = 0; seq < kit_count(&kit); seq++) {
        const struct dyno_record *r = kit_record(&kit, seq);
        visits += seq % 4 == 0;
        if (seq % 4 == 0 || r->outcome == DYNO_OUTCOME_EMPTY)
            continue;
        const struct dyno_record *before = kit_record(&kit, seq - 1);
        assert_int_equal(r->session, before->session);
        assert_int_equal(r->intended_ns, before->done_ns + 50 * MS);
        assert_int_equal(dyno_record_lag_ns(r), 0);
        assert_int_equal(dyno_record_wait_ns(r), 0);
    }
    assert_true(fabs((double)visits - 50) < 4 * sqrt(50));
    /* Only visits that the window's end cut short have slots that nobody filled; none is censored. */
    assert_int_equal(kit.counters.censored, 0);
    assert_int_equal(kit.counters.completed, kit.counters.offered);
    assert_true(kit_outcomes(&kit, DYNO_OUTCOME_EMPTY) < 30 * 3);
    virtual_server_deinit(&server);
    kit_deinit(&kit);
}

static void test_exponential_thinking_has_its_mean_and_spread(void **state)
{
    struct kit kit;
    struct virtual_server server;
    double sum = 0;
    double squares = 0;
    double count = 0;
    int64_t done_ns[10];
    (void)state;
    kit_init(&kit);
    kit.plan.load = shape_of(DYNO_ARRIVAL_CLOSED, 1, 40 * S);
    kit.plan.load.sessions = 10;
    kit.plan.load.think_ns = 100 * MS;
    kit.plan.load.think_kind = DYNO_THINK_EXPONENTIAL;
    virtual_server_init(&server, &kit, 5 * MS, 0);
    assert_int_equal(virtual_server_run(&server, &kit), DYNO_OK);
    for (size_t i = 0; i < 10; i++)
        done_ns[i] = -1;
    for (uint64_t seq = 0; seq < kit_count(&kit); seq++) {
        const struct dyno_record *r = kit_record(&kit, seq);
        double think = (double)(r->intended_ns - done_ns[r->session]) / 1e8;
        if (done_ns[r->session] >= 0) {
            sum += think;
            squares += think * think;
            count++;
        }
        done_ns[r->session] = r->done_ns;
    }
    double mean = sum / count;
    assert_true(count > 3000);
    assert_true(fabs(mean - 1) < 4 / sqrt(count));
    assert_true(fabs(sqrt(squares / count - mean * mean) - 1) < 0.12);
    virtual_server_deinit(&server);
    kit_deinit(&kit);
}

/* One slow session makes only its own statements wait. */
static void test_pinned_statements_wait_for_their_own_session(void **state)
{
    struct kit kit;
    struct virtual_server server;
    (void)state;
    kit_init(&kit);
    kit.plan.load = shape_of(DYNO_ARRIVAL_CONSTANT, 100, 2 * S);
    kit.plan.load.sessions = 4;
    kit.plan.load.is_pinned = true;
    virtual_server_init(&server, &kit, 60 * MS, 0);
    assert_int_equal(virtual_server_run(&server, &kit), DYNO_OK);
    assert_int_equal(kit_count(&kit), 200);
    for (uint64_t seq = 0; seq < 200; seq++) {
        const struct dyno_record *r = kit_record(&kit, seq);
        if (r->outcome != DYNO_OUTCOME_EMPTY)
            assert_int_equal(r->session, seq % 4);
    }
    /* Each session has a statement every 40 ms and needs 60: the k-th of its list waits 20 k ms. */
    assert_int_equal(dyno_record_wait_ns(kit_record(&kit, 4 * 10 + 1)), 10 * 20 * MS);
    virtual_server_deinit(&server);
    kit_deinit(&kit);
}

static void test_replay_keeps_times_sessions_and_queries(void **state)
{
    struct dyno_replay_entry entries[] = {
        {0, 2, 1}, {10 * MS, 0, 0}, {10 * MS, 1, 2}, {15 * MS, 2, 0}, {400 * MS, 0, 1}};
    struct kit kit;
    struct virtual_server server;
    (void)state;
    kit_init(&kit);
    kit.plan.query_count = 3;
    kit.plan.load = shape_of(DYNO_ARRIVAL_REPLAY, 1, S);
    kit.plan.load.sessions = 3;
    kit.plan.replay = (struct dyno_replay){.entries = entries, .count = 5};
    virtual_server_init(&server, &kit, 30 * MS, 0);
    assert_int_equal(virtual_server_run(&server, &kit), DYNO_OK);
    assert_int_equal(kit_count(&kit), 5);
    for (uint64_t i = 0; i < 5; i++) {
        const struct dyno_record *r = kit_record(&kit, i);
        assert_int_equal(r->intended_ns, entries[i].at_ns);
        assert_int_equal(r->session, entries[i].session);
        assert_int_equal(r->query, entries[i].query);
        assert_int_equal(r->outcome, DYNO_OUTCOME_OK);
        /* Session 2 still runs its first statement when the second is due. */
        assert_int_equal(dyno_record_wait_ns(r), i == 3 ? 15 * MS : 0);
    }
    virtual_server_deinit(&server);
    kit_deinit(&kit);
}

/* What the share at `path` sent is there with its intended time, as never sent, and nothing else is so. */
static void check_absent(struct kit *merged, const char *path)
{
    struct dyno_trial_file *file = NULL;
    uint64_t empty = 0;
    uint64_t absent = 0;
    assert_int_equal(dyno_trial_file_open(path, &file, NULL), DYNO_OK);
    for (uint64_t slot = 0; slot < dyno_trial_file_count(file); slot++) {
        const struct dyno_record *r = dyno_trial_file_record(file, slot);
        const struct dyno_record *m = kit_record(merged, r->seq);
        assert_int_equal(m->seq, r->seq);
        assert_int_equal(m->outcome, DYNO_OUTCOME_EMPTY);
        assert_int_equal(m->query, r->query);
        absent++;
    }
    for (uint64_t seq = 0; seq < kit_count(merged); seq++)
        empty += kit_record(merged, seq)->outcome == DYNO_OUTCOME_EMPTY;
    assert_true(absent > 0);
    assert_int_equal(empty, absent);
    dyno_trial_file_close(file);
}

/* Without one of them: its part of the schedule counts as offered and is censored, and the trial says whose. */
static void check_partly_merged(struct kit *whole, struct kit *parts)
{
    struct kit merged;
    struct dyno_err err = DYNO_ERR_INIT;
    const char *const paths[] = {parts[2].path, parts[0].path};
    const struct dyno_merge_options options = {.plan = &whole->plan, .takes_unfinished = true};
    kit_init(&merged);
    merged.plan = whole->plan;
    if (dyno_trial_merge_with(paths, 2, &options, merged.path, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    kit_check(&merged);
    assert_int_equal(kit_count(&merged), kit_count(whole));
    assert_int_equal(kit_header(&merged)->state, DYNO_TRIAL_FAILED);
    assert_string_equal(kit_header(&merged)->error, "no records were left by share 2 of 3");
    assert_int_equal(kit_header(&merged)->measure_end_ns, kit_header(whole)->measure_end_ns);
    assert_int_equal(merged.counters.offered, whole->counters.offered);
    assert_true(merged.counters.completed < whole->counters.completed);
    assert_int_equal(merged.counters.censored - whole->counters.censored,
                     whole->counters.completed - merged.counters.completed);
    check_absent(&merged, parts[1].path);
    kit_deinit(&merged);
}

/* Put together, in any order, the shares are one trial with the same records and counters. */
static void check_merged(struct kit *whole, struct kit *parts)
{
    struct kit merged;
    struct dyno_err err = DYNO_ERR_INIT;
    const char *const paths[] = {parts[2].path, parts[0].path, parts[1].path};
    const char *const twice[] = {parts[2].path, parts[0].path, parts[2].path};
    kit_init(&merged);
    merged.plan = whole->plan;
    assert_int_equal(dyno_trial_merge(twice, 3, merged.path, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "is share 3 of 3, and so is"));
    assert_int_equal(dyno_trial_merge(paths, 2, merged.path, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "no file of share 2 of 3"));
    assert_int_equal(dyno_trial_merge(paths, 1, merged.path, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "no file of share 1 and 2 of 3"));
    check_partly_merged(whole, parts);
    if (dyno_trial_merge(paths, 3, merged.path, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    kit_check(&merged);
    assert_int_equal(kit_count(&merged), kit_count(whole));
    assert_memory_equal(&merged.counters, &whole->counters, sizeof whole->counters);
    assert_int_equal(kit_header(&merged)->done, kit_header(whole)->done);
    for (uint64_t seq = 0; seq < kit_count(whole); seq++) {
        const struct dyno_record *m = kit_record(&merged, seq);
        const struct dyno_record *w = kit_record(whole, seq);
        assert_int_equal(m->intended_ns, w->intended_ns);
        assert_int_equal(dyno_record_service_ns(m), dyno_record_service_ns(w));
        assert_int_equal(m->outcome, w->outcome);
    }
    kit_deinit(&merged);
}

/* Each of three generators runs its share; together they are what one would have run. */
static void check_shares(struct kit *whole)
{
    struct virtual_server server;
    uint64_t seen = 0;
    char hash[DYNO_SHA256_TEXT_BYTES];
    virtual_server_init(&server, whole, 10 * MS, 0);
    assert_int_equal(virtual_server_run(&server, whole), DYNO_OK);
    memcpy(hash, kit_header(whole)->schedule_sha256, sizeof hash);
    assert_int_equal(strlen(hash), 64);
    struct kit parts[3];
    for (uint32_t share = 0; share < 3; share++) {
        struct dyno_err err = DYNO_ERR_INIT;
        kit_init(&parts[share]);
        struct kit part = parts[share];
        part.plan = whole->plan;
        virtual_clock_init(&server.time, (size_t)whole->plan.load.sessions / 3 + 1);
        const struct dyno_generator_world world = {.clock = &server.time.clock, .ops = &server.ops};
        const struct dyno_generator_options options = {
            .plan = &part.plan, .trial_path = part.path, .share = share, .shares = 3};
        assert_int_equal(dyno_generate_in(&options, &world, &err), DYNO_OK);
        kit_check(&part);
        assert_string_equal(kit_header(&part)->schedule_sha256, hash);
        for (uint64_t slot = 0; slot < kit_count(&part); slot++) {
            const struct dyno_record *r = kit_record(&part, slot);
            const struct dyno_record *w = kit_record(whole, r->seq);
            assert_int_equal(r->intended_ns, w->intended_ns);
            assert_int_equal(r->query, w->query);
            assert_int_equal(r->phase, w->phase);
            assert_int_equal(r->session % 3, share);
            seen++;
        }
        virtual_clock_deinit(&server.time);
        dyno_trial_file_close(part.file);
    }
    assert_int_equal(seen, kit_count(whole));
    check_merged(whole, parts);
    for (size_t i = 0; i < 3; i++)
        kit_deinit(&parts[i]);
    virtual_server_deinit(&server);
}

static void test_shares_make_up_the_whole_schedule(void **state)
{
    struct dyno_replay_entry entries[] = {
        {0, 2, 0}, {10 * MS, 0, 0}, {10 * MS, 1, 0}, {15 * MS, 2, 0}, {400 * MS, 0, 0}};
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct kit kit;
        kit_init(&kit);
        kit.plan.load = shape_of(i == 1   ? DYNO_ARRIVAL_PARTLY_OPEN
                                 : i == 3 ? DYNO_ARRIVAL_REPLAY
                                          : DYNO_ARRIVAL_POISSON,
                                 200, S);
        kit.plan.load.visit = 1;
        kit.plan.load.sessions = i == 3 ? 3 : 12;
        kit.plan.load.is_pinned = i == 2;
        kit.plan.replay = (struct dyno_replay){.entries = entries, .count = 5};
        check_shares(&kit);
        kit_deinit(&kit);
    }
}

static void test_impossible_shares_are_refused(void **state)
{
    struct kit kit;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)state;
    kit_init(&kit);
    struct dyno_generator_options options = {
        .plan = &kit.plan, .trial_path = kit.path, .share = 3, .shares = 3};
    assert_int_equal(dyno_generate(&options, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "share 4 of 3"));
    options.share = 1;
    assert_int_equal(dyno_generate(&options, &err), DYNO_EINPUT);
    assert_non_null(strstr(err.message, "2 sessions"));
    kit_deinit(&kit);
}

/* Service times that fall exponentially: the warm-up goes on until that is over. */
static void test_warm_up_until_steady_ends_by_itself(void **state)
{
    struct kit kit;
    struct virtual_server server;
    (void)state;
    kit_init(&kit);
    kit.plan.is_warmup = true;
    kit.plan.load.sessions = 1;
    kit.plan.load.warmup_executions = 25;
    kit.plan.load.warmup_max = 2000;
    virtual_server_init(&server, &kit, 10 * MS, 0);
    server.decay_ns = 200 * MS;
    assert_int_equal(virtual_server_run(&server, &kit), DYNO_OK);
    int64_t done = kit_outcomes(&kit, DYNO_OUTCOME_OK);
    assert_true(done >= 100);
    assert_true(done < 1500);
    assert_true(dyno_record_service_ns(kit_record(&kit, (uint64_t)done - 1)) < 11 * MS);
    virtual_server_deinit(&server);
    kit_deinit(&kit);
}

static void test_warm_up_gives_up_at_its_ceiling(void **state)
{
    struct kit kit;
    struct virtual_server server;
    (void)state;
    kit_init(&kit);
    kit.plan.is_warmup = true;
    kit.plan.load.sessions = 1;
    kit.plan.load.warmup_executions = 5;
    kit.plan.load.warmup_max = 60;
    virtual_server_init(&server, &kit, 10 * MS, 0);
    server.decay_ns = INT64_C(1) << 33; /* still falling when the ceiling comes */
    assert_int_equal(virtual_server_run(&server, &kit), DYNO_OK);
    assert_int_equal(kit_outcomes(&kit, DYNO_OUTCOME_OK), 60);
    virtual_server_deinit(&server);
    kit_deinit(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ramp_of_equal_gaps_is_exact),
        cmocka_unit_test(test_ramp_may_begin_and_end_at_nothing),
        cmocka_unit_test(test_steps_begin_with_the_measured_window),
        cmocka_unit_test(test_poisson_steps_have_their_own_rates),
        cmocka_unit_test(test_bursts_are_silent_between),
        cmocka_unit_test(test_visits_are_short_closed_loops),
        cmocka_unit_test(test_exponential_thinking_has_its_mean_and_spread),
        cmocka_unit_test(test_pinned_statements_wait_for_their_own_session),
        cmocka_unit_test(test_replay_keeps_times_sessions_and_queries),
        cmocka_unit_test(test_shares_make_up_the_whole_schedule),
        cmocka_unit_test(test_impossible_shares_are_refused),
        cmocka_unit_test(test_warm_up_until_steady_ends_by_itself),
        cmocka_unit_test(test_warm_up_gives_up_at_its_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
