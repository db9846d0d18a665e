/*
 * Queues whose mean response is known in closed form. Two steps: the schedule and exponential service times,
 * put through the recursion of the queue, give the formula within simulation error; and the generator,
 * against a server that is such a queue, reports what the recursion says, to the nanosecond.
 *
 * The formulas' values are those of Erlang's C and of the root of sigma = exp(-(1 - sigma) / rho), with a
 * service of 10 ms; they were worked out with R 4.2.2.
 */
#include "load/schedule.h"
#include "load/virtual_server.h"

#include <math.h>
#include <stdlib.h>

#define SERVICE_NS (10 * DYNO_NS_PER_MS)

struct queue {
    enum dyno_arrival arrival;
    enum virtual_service service;
    size_t slots;
    double rho;
    double mean_ms;
    double tolerance; /* of the mean, relative: over 3 standard errors at 2 million arrivals */
};

static const struct queue queues[] = {
    {DYNO_ARRIVAL_POISSON, VIRTUAL_EXPONENTIAL, 1, 0.5, 20.000, 0.01},
    {DYNO_ARRIVAL_POISSON, VIRTUAL_EXPONENTIAL, 1, 0.7, 33.333, 0.02},
    {DYNO_ARRIVAL_POISSON, VIRTUAL_EXPONENTIAL, 1, 0.8, 50.000, 0.03},
    {DYNO_ARRIVAL_POISSON, VIRTUAL_EXPONENTIAL, 1, 0.9, 100.000, 0.06},
    {DYNO_ARRIVAL_CONSTANT, VIRTUAL_EXPONENTIAL, 1, 0.5, 12.550, 0.01},
    {DYNO_ARRIVAL_CONSTANT, VIRTUAL_EXPONENTIAL, 1, 0.7, 18.762, 0.01},
    {DYNO_ARRIVAL_CONSTANT, VIRTUAL_EXPONENTIAL, 1, 0.8, 26.927, 0.02},
    {DYNO_ARRIVAL_CONSTANT, VIRTUAL_EXPONENTIAL, 1, 0.9, 51.787, 0.05},
    {DYNO_ARRIVAL_POISSON, VIRTUAL_FIXED, 1, 0.5, 15.000, 0.01},
    {DYNO_ARRIVAL_POISSON, VIRTUAL_FIXED, 1, 0.7, 21.667, 0.02},
    {DYNO_ARRIVAL_POISSON, VIRTUAL_FIXED, 1, 0.8, 30.000, 0.02},
    {DYNO_ARRIVAL_POISSON, VIRTUAL_FIXED, 1, 0.9, 55.000, 0.05},
    {DYNO_ARRIVAL_POISSON, VIRTUAL_EXPONENTIAL, 2, 0.7, 19.60784, 0.02},
    {DYNO_ARRIVAL_POISSON, VIRTUAL_EXPONENTIAL, 4, 0.7, 13.57212, 0.01},
    {DYNO_ARRIVAL_POISSON, VIRTUAL_EXPONENTIAL, 8, 0.9, 18.76916, 0.04},
    {DYNO_ARRIVAL_POISSON, VIRTUAL_EXPONENTIAL, 16, 0.9, 13.69590, 0.03},
};
#define QUEUE_COUNT (sizeof queues / sizeof queues[0])

static struct dyno_load_shape shape_of(const struct queue *queue, double arrivals)
{
    struct dyno_load_shape shape = DYNO_LOAD_SHAPE_INIT;
    shape.arrival = queue->arrival;
    shape.rate_per_s = queue->rho * (double)queue->slots / 0.01;
    shape.trial_warmup_ns = 0;
    shape.measure_ns = (int64_t)(arrivals / shape.rate_per_s * 1e9);
    return shape;
}

/* When the next one to arrive will be done. */
static int64_t serve(int64_t *free_ns, size_t slots, int64_t at_ns, int64_t service_ns)
{
    size_t slot = 0;
    for (size_t i = 1; i < slots; i++)
        if (free_ns[i] < free_ns[slot])
            slot = i;
    free_ns[slot] = (free_ns[slot] > at_ns ? free_ns[slot] : at_ns) + service_ns;
    return free_ns[slot];
}

static void test_schedules_meet_the_formulas_of_queues(void **state)
{
    (void)state;
    for (size_t i = 0; i < QUEUE_COUNT; i++) {
        struct dyno_load_shape shape = shape_of(&queues[i], 2e6);
        struct dyno_schedule schedule;
        struct dyno_rng rng;
        int64_t free_ns[VIRTUAL_SLOTS] = {0};
        int64_t at_ns = 0;
        double sum_ms = 0;
        double count = 0;
        dyno_schedule_init(&schedule, &shape, NULL, 5);
        dyno_rng_init(&rng, 17, 0);
        while (dyno_schedule_next(&schedule, &at_ns)) {
            int64_t service_ns = virtual_service_draw(queues[i].service, SERVICE_NS, &rng);
            int64_t done_ns = serve(free_ns, queues[i].slots, at_ns, service_ns);
            sum_ms += (double)(done_ns - at_ns) / 1e6;
            count++;
        }
        double error = sum_ms / count / queues[i].mean_ms - 1;
        if (fabs(error) > queues[i].tolerance)
            fail_msg("queue %zu: mean %.4f ms, formula %.4f", i, sum_ms / count, queues[i].mean_ms);
    }
}

static void check_queue(const struct queue *queue)
{
    struct kit kit;
    struct virtual_server server;
    struct dyno_rng rng;
    int64_t free_ns[VIRTUAL_SLOTS] = {0};
    kit_init(&kit);
    kit.plan.load = shape_of(queue, 600);
    kit.plan.load.sessions = 120;
    virtual_server_init(&server, &kit, SERVICE_NS, queue->slots);
    server.kind = queue->service;
    rng = server.rng;
    assert_int_equal(virtual_server_run(&server, &kit), DYNO_OK);
    assert_int_equal(kit.counters.completed, kit_count(&kit));
    for (uint64_t seq = 0; seq < kit_count(&kit); seq++) {
        const struct dyno_record *r = kit_record(&kit, seq);
        int64_t service_ns = virtual_service_draw(queue->service, SERVICE_NS, &rng);
        int64_t done_ns = serve(free_ns, queue->slots, r->intended_ns, service_ns);
        assert_int_equal(r->done_ns, done_ns);
        assert_int_equal(dyno_record_response_ns(r), done_ns - r->intended_ns);
        assert_int_equal(dyno_record_lag_ns(r), 0);
    }
    virtual_server_deinit(&server);
    kit_deinit(&kit);
}

static void test_generator_reports_the_queue_to_the_nanosecond(void **state)
{
    const size_t some[] = {1, 3, 5, 10, 13, 15};
    (void)state;
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
        check_queue(&queues[some[i]]);
}

/* Little's law as an identity: sums of times equal integrals of counts. */
static void test_sum_of_times_is_the_integral_of_the_count(void **state)
{
    struct kit kit;
    struct virtual_server server;
    (void)state;
    kit_init(&kit);
    kit.plan.load = shape_of(&queues[2], 300);
    kit.plan.load.sessions = 100;
    virtual_server_init(&server, &kit, SERVICE_NS, 1);
    server.kind = VIRTUAL_EXPONENTIAL;
    assert_int_equal(virtual_server_run(&server, &kit), DYNO_OK);
    size_t n = (size_t)kit_count(&kit);
    int64_t sum = 0;
    int64_t integral = 0;
    /* Completions come in order of arrival: between two events the count is arrived minus done. */
    size_t arrived = 0;
    size_t done = 0;
    int64_t now = 0;
    while (done < n) {
        int64_t arrival = arrived < n ? kit_record(&kit, arrived)->intended_ns : INT64_MAX;
        int64_t departure = kit_record(&kit, done)->done_ns;
        int64_t next = arrival < departure ? arrival : departure;
        integral += (next - now) * (int64_t)(arrived - done);
        now = next;
        if (arrival < departure)
            arrived++;
        else
            sum += dyno_record_response_ns(kit_record(&kit, done++));
    }
    assert_int_equal(sum, integral);
    virtual_server_deinit(&server);
    kit_deinit(&kit);
}

/* Closed network: N sessions think Z = 100 ms, one exponential server of 10 ms; by mean value analysis
 * X = 43.6048/s for N = 5 and 99.8131/s for N = 20. */
static void check_closed(int64_t sessions, double expected_per_s)
{
    struct kit kit;
    struct virtual_server server;
    kit_init(&kit);
    kit.plan.load.arrival = DYNO_ARRIVAL_CLOSED;
    kit.plan.load.sessions = sessions;
    kit.plan.load.think_ns = 100 * DYNO_NS_PER_MS;
    kit.plan.load.think_kind = DYNO_THINK_EXPONENTIAL;
    kit.plan.load.trial_warmup_ns = DYNO_NS_PER_S;
    kit.plan.load.measure_ns = 60 * DYNO_NS_PER_S;
    virtual_server_init(&server, &kit, SERVICE_NS, 1);
    server.kind = VIRTUAL_EXPONENTIAL;
    assert_int_equal(virtual_server_run(&server, &kit), DYNO_OK);
    double rate = (double)kit.counters.completed / 60;
    if (fabs(rate / expected_per_s - 1) > 0.06)
        fail_msg("%lld sessions: %.3f/s, expected %.3f", (long long)sessions, rate, expected_per_s);
    virtual_server_deinit(&server);
    kit_deinit(&kit);
}

static void test_closed_network_meets_mean_value_analysis(void **state)
{
    (void)state;
    check_closed(5, 43.6048);
    check_closed(20, 99.8131);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schedules_meet_the_formulas_of_queues),
        cmocka_unit_test(test_generator_reports_the_queue_to_the_nanosecond),
        cmocka_unit_test(test_sum_of_times_is_the_integral_of_the_count),
        cmocka_unit_test(test_closed_network_meets_mean_value_analysis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
