/*
 * A server that freezes for a second, seen by sessions that cannot all be busy: the figures that a
 * generator without coordinated omission must report, exact because time is virtual.
 *
 * Arrivals every 10 ms for 10 s, service 1 ms, frozen from 5.0005 s for 1.000 s; quantiles by nearest
 * rank. The expected values are those of the deterministic queue and can be worked out by hand: with
 * one session, 100 arrivals find the server frozen, and the backlog of 1 s shrinks by 9 ms with each
 * arrival.
 */
#include "load/trial_kit.h"
#include "load/virtual_clock.h"

#include <math.h>
#include <stdlib.h>

#define FREEZE_AT_NS  INT64_C(5000500000)
#define FREEZE_FOR_NS DYNO_NS_PER_S
#define SERVICE_NS    DYNO_NS_PER_MS

struct scene {
    struct virtual_clock time;
    struct kit kit;
    _Atomic int64_t epoch_ns; /* when the first statement came, which is due at the epoch */
    double *response_s;       /* of the statements, sorted */
    double *service_s;
    size_t count;
};

/* The server: any number of statements at a time, and no work is done while it is frozen. */
struct dyno_conn {
    struct scene *scene;
};

static enum dyno_status frozen_open(const struct dyno_target_config *config, int64_t timeout_ns,
                                    struct dyno_conn **out, struct dyno_err *err)
{
    (void)timeout_ns;
    (void)err;
    *out = calloc(1, sizeof **out);
    (*out)->scene = (struct scene *)(void *)config->connection;
    return DYNO_OK;
}

static enum dyno_status frozen_execute(struct dyno_conn *conn, const char *sql, int64_t deadline_ns,
                                       struct dyno_err *err)
{
    struct dyno_clock *clock = &conn->scene->time.clock;
    int64_t now_ns = clock->now_ns(clock->ctx);
    int64_t none = 0;
    (void)sql;
    (void)deadline_ns;
    (void)err;
    (void)atomic_compare_exchange_strong(&conn->scene->epoch_ns, &none, now_ns);
    int64_t freeze_ns = conn->scene->epoch_ns + FREEZE_AT_NS;
    int64_t thaw_ns = freeze_ns + FREEZE_FOR_NS;
    int64_t done_ns = now_ns + SERVICE_NS;
    if (now_ns >= freeze_ns && now_ns < thaw_ns)
        done_ns = thaw_ns + SERVICE_NS;
    else if (now_ns < freeze_ns && done_ns > freeze_ns)
        done_ns += FREEZE_FOR_NS;
    clock->sleep_until_ns(clock->ctx, done_ns);
    return DYNO_OK;
}

static void frozen_close(struct dyno_conn *conn)
{
    if (conn == NULL)
        return;
    virtual_clock_leave(&conn->scene->time);
    free(conn);
}

/* What the frozen server has in common with no server at all comes from there. */
static struct dyno_target_ops frozen_ops(void)
{
    struct dyno_target_ops ops = *dyno_target_ops(DYNO_TARGET_NULL);
    ops.open = frozen_open;
    ops.execute = frozen_execute;
    ops.close = frozen_close;
    return ops;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Run 10 s of it; asserts that every statement came through. */
static void play(struct scene *scene, enum dyno_arrival arrival, int64_t sessions)
{
    struct dyno_target_ops ops = frozen_ops();
    struct kit *kit = &scene->kit;
    memset(scene, 0, sizeof *scene);
    kit_init(kit);
    virtual_clock_init(&scene->time, (size_t)sessions + 1);
    kit->plan.target.connection = (char *)scene;
    kit->plan.load.arrival = arrival;
    kit->plan.load.rate_per_s = 100;
    kit->plan.load.sessions = sessions;
    kit->plan.load.measure_ns = 10 * DYNO_NS_PER_S;
    struct dyno_generator_world world = {.clock = &scene->time.clock, .ops = &ops};
    assert_int_equal(kit_run(kit, &world), DYNO_OK);
    scene->count = kit_count(kit);
    assert_int_equal(kit->counters.completed, scene->count);
    scene->response_s = calloc(scene->count, sizeof(double));
    scene->service_s = calloc(scene->count, sizeof(double));
    for (size_t i = 0; i < scene->count; i++) {
        scene->response_s[i] = (double)dyno_record_response_ns(kit_record(kit, i)) / 1e9;
        scene->service_s[i] = (double)dyno_record_service_ns(kit_record(kit, i)) / 1e9;
    }
    qsort(scene->response_s, scene->count, sizeof(double), by_value);
    qsort(scene->service_s, scene->count, sizeof(double), by_value);
}

static void end(struct scene *scene)
{
    free(scene->response_s);
    free(scene->service_s);
    virtual_clock_deinit(&scene->time);
    kit_deinit(&scene->kit);
}

static double mean(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

/* Nearest rank. */
static double quantile(const double *sorted, size_t count, double p)
{
    size_t rank = (size_t)ceil(p * (double)count - 1e-9);
    return sorted[rank == 0 ? 0 : rank - 1];
}

static size_t with_queue_delay(struct scene *scene)
{
    size_t delayed = 0;
    for (size_t i = 0; i < scene->count; i++)
        delayed += dyno_record_wait_ns(kit_record(&scene->kit, i)) > 0;
    return delayed;
}

struct expectation {
    int64_t sessions;
    double mean;
    double p90;
    double p95;
    double p99;
    double service_mean;
    double service_p99;
    size_t delayed;
};

static void expect(const struct expectation *e)
{
    struct scene scene;
    play(&scene, DYNO_ARRIVAL_CONSTANT, e->sessions);
    size_t n = scene.count;
    assert_int_equal(n, 1000);
    assert_float_equal(mean(scene.response_s, n), e->mean, 6e-7);
    assert_float_equal(quantile(scene.response_s, n, 0.90), e->p90, 1e-9);
    assert_float_equal(quantile(scene.response_s, n, 0.95), e->p95, 1e-9);
    assert_float_equal(quantile(scene.response_s, n, 0.99), e->p99, 1e-9);
    assert_float_equal(scene.response_s[n - 1], 1.0010, 1e-9);
    assert_float_equal(mean(scene.service_s, n), e->service_mean, 6e-7);
    assert_float_equal(quantile(scene.service_s, n, 0.99), e->service_p99, 1e-9);
    assert_int_equal(with_queue_delay(&scene), e->delayed);
    end(&scene);
}

static void test_frozen_server_one_session(void **state)
{
    (void)state;
    expect(&(struct expectation){.sessions = 1,
                                 .mean = 0.057056,
                                 .p90 = 0.1010,
                                 .p95 = 0.5510,
                                 .p99 = 0.9110,
                                 .service_mean = 0.002000,
                                 .service_p99 = 0.0010,
                                 .delayed = 111});
}

static void test_frozen_server_four_sessions(void **state)
{
    (void)state;
    expect(&(struct expectation){.sessions = 4,
                                 .mean = 0.052783,
                                 .p90 = 0.0260,
                                 .p95 = 0.5135,
                                 .p99 = 0.9035,
                                 .service_mean = 0.004941,
                                 .service_p99 = 0.0010,
                                 .delayed = 99});
}

static void test_frozen_server_enough_sessions(void **state)
{
    (void)state;
    expect(&(struct expectation){.sessions = 102,
                                 .mean = 0.051550,
                                 .p90 = 0.0015,
                                 .p95 = 0.5015,
                                 .p99 = 0.9015,
                                 .service_mean = 0.051550,
                                 .service_p99 = 0.9015,
                                 .delayed = 0});
}

/* What the same second looks like to a closed loop: one slow statement among nine thousand. */
static void test_frozen_server_closed_loop_hardly_sees_it(void **state)
{
    struct scene scene;
    (void)state;
    play(&scene, DYNO_ARRIVAL_CLOSED, 1);
    assert_int_equal(scene.count, 9000);
    assert_float_equal(quantile(scene.response_s, scene.count, 0.99), 0.0010, 1e-9);
    assert_float_equal(scene.response_s[scene.count - 1], 1.0010, 1e-9);
    assert_float_equal(mean(scene.response_s, scene.count), 0.001111, 1e-6);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frozen_server_one_session),
        cmocka_unit_test(test_frozen_server_four_sessions),
        cmocka_unit_test(test_frozen_server_enough_sessions),
        cmocka_unit_test(test_frozen_server_closed_loop_hardly_sees_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
