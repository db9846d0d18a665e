/*
 * Queues whose response time is known in closed form. Two steps: the schedule and exponential service times,
 * put through the recursion of the queue, give the formula within simulation error; and the generator,
 * against a server that is such a queue, reports what the recursion says, to the nanosecond.
 *
 * The formulas' values are printed by tests/data/queues.py. The simulation error is known from the run
 * itself: it is cut into batches, which are long beside the queue's memory, and their spread gives the
 * standard error of the whole. What is held against the formula is the mean, and the share above p99.
 */
#include "load/schedule.h"
#include "load/virtual_server.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SERVICE_NS (10 * DYNO_NS_PER_MS)
#define ARRIVALS   2e6
#define BATCHES    40
#define ERRORS     4.0 /* so many standard errors away is wrong: 1 in 3,600 by chance */
#define SHARPNESS                                                                                  \
    0.03          /* of a mean: and the standard error must be below this, or nothing is shown */
#define TAIL 0.20 /* the same for the share above p99 */

struct queue {
    enum dyno_arrival arrival;
    enum virtual_service service;
    size_t slots;
    double rho;
    double mean_ms;
    double p99_ms; /* NAN: no closed form */
};

#define POISSON     DYNO_ARRIVAL_POISSON
#define CONSTANT    DYNO_ARRIVAL_CONSTANT
#define EXPONENTIAL VIRTUAL_EXPONENTIAL
#define FIXED       VIRTUAL_FIXED

static const struct queue queues[] = {
    {POISSON, EXPONENTIAL, 1, 0.5, 20.00000, 92.103},
    {POISSON, EXPONENTIAL, 2, 0.5, 13.33333, 56.660},
    {POISSON, EXPONENTIAL, 4, 0.5, 10.86957, 47.642},
    {POISSON, EXPONENTIAL, 8, 0.5, 10.14761, 46.247},
    {POISSON, EXPONENTIAL, 16, 0.5, 10.01127, 46.065},
    {CONSTANT, EXPONENTIAL, 1, 0.5, 12.55001, 57.795},
    {POISSON, FIXED, 1, 0.5, 15.00000, NAN},
    {POISSON, EXPONENTIAL, 1, 0.7, 33.33333, 153.506},
    {POISSON, EXPONENTIAL, 2, 0.7, 19.60784, 82.656},
    {POISSON, EXPONENTIAL, 4, 0.7, 13.57212, 54.926},
    {POISSON, EXPONENTIAL, 8, 0.7, 11.12751, 47.817},
    {POISSON, EXPONENTIAL, 16, 0.7, 10.27016, 46.387},
    {CONSTANT, EXPONENTIAL, 1, 0.7, 18.76160, 86.400},
    {POISSON, FIXED, 1, 0.7, 21.66667, NAN},
    {POISSON, EXPONENTIAL, 1, 0.8, 50.00000, 230.259},
    {POISSON, EXPONENTIAL, 2, 0.8, 27.77778, 119.374},
    {POISSON, EXPONENTIAL, 4, 0.8, 17.45541, 68.932},
    {POISSON, EXPONENTIAL, 8, 0.8, 12.86028, 51.522},
    {POISSON, EXPONENTIAL, 16, 0.8, 10.95276, 47.350},
    {CONSTANT, EXPONENTIAL, 1, 0.8, 26.92731, 124.005},
    {POISSON, FIXED, 1, 0.8, 30.00000, NAN},
    {POISSON, EXPONENTIAL, 1, 0.9, 100.00000, 460.517},
    {POISSON, EXPONENTIAL, 2, 0.9, 52.63158, 233.444},
    {POISSON, EXPONENTIAL, 4, 0.9, 29.69383, 121.932},
    {POISSON, EXPONENTIAL, 8, 0.9, 18.76916, 70.873},
    {POISSON, EXPONENTIAL, 16, 0.9, 13.69590, 52.698},
    {CONSTANT, EXPONENTIAL, 1, 0.9, 51.78659, 238.486},
    {POISSON, FIXED, 1, 0.9, 55.00000, NAN},
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

/* A mean over batches with its standard error. */
struct batches {
    double sum[BATCHES];
    double count[BATCHES];
};

static void batches_add(struct batches *b, double share, double value)
{
    size_t i = share < 1 ? (size_t)(share * BATCHES) : BATCHES - 1;
    b->sum[i] += value;
    b->count[i]++;
}

static double batches_mean(const struct batches *b, double *error_out)
{
    double sum = 0;
    double squares = 0;
    for (size_t i = 0; i < BATCHES; i++)
        sum += b->sum[i] / b->count[i] / BATCHES;
    for (size_t i = 0; i < BATCHES; i++)
        squares += pow(b->sum[i] / b->count[i] - sum, 2);
    *error_out = sqrt(squares / (BATCHES - 1) / BATCHES);
    return sum;
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

static void name_of(const struct queue *queue, char *out, size_t out_bytes)
{
    (void)snprintf(out, out_bytes, "%s/%s/%zu at %.1f", queue->arrival == POISSON ? "M" : "D",
                   queue->service == FIXED ? "D" : "M", queue->slots, queue->rho);
}

static void hold(const char *name, const char *what, const struct batches *batches, double formula,
                 double sharpness)
{
    double error = 0;
    double mean = batches_mean(batches, &error);
    print_message("%-14s %-14s %9.4f, formula %9.4f, standard error %.4f\n", name, what, mean,
                  formula, error);
    if (!(fabs(mean - formula) < ERRORS * error))
        fail_msg("%s: %s %.4f is not %.4f +- %.1f x %.4f", name, what, mean, formula, ERRORS,
                 error);
    if (!(error < sharpness * formula))
        fail_msg("%s: %s: a standard error of %.4f shows nothing", name, what, error);
}

static void simulate(const struct queue *queue, uint64_t seed)
{
    struct dyno_load_shape shape = shape_of(queue, ARRIVALS);
    struct dyno_schedule schedule;
    struct dyno_rng rng;
    int64_t free_ns[VIRTUAL_SLOTS] = {0};
    int64_t at_ns = 0;
    struct batches mean = {.sum = {0}};
    struct batches over = {.sum = {0}};
    dyno_schedule_init(&schedule, &shape, NULL, seed);
    dyno_rng_init(&rng, 1000 + seed, 0);
    while (dyno_schedule_next(&schedule, &at_ns)) {
        int64_t service_ns = virtual_service_draw(queue->service, SERVICE_NS, &rng);
        int64_t done_ns = serve(free_ns, queue->slots, at_ns, service_ns);
        double share = (double)at_ns / (double)shape.measure_ns;
        double ms = (double)(done_ns - at_ns) / 1e6;
        batches_add(&mean, share, ms);
        batches_add(&over, share, ms > queue->p99_ms ? 100.0 : 0.0);
    }
    char name[32];
    name_of(queue, name, sizeof name);
    hold(name, "mean, ms", &mean, queue->mean_ms, SHARPNESS);
    if (!isnan(queue->p99_ms))
        hold(name, "above p99, %", &over, 1.0, TAIL);
}

static void test_schedules_meet_the_formulas_of_queues(void **state)
{
    (void)state;
    for (size_t i = 0; i < QUEUE_COUNT; i++)
        simulate(&queues[i], 100 + i);
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
    (void)state;
    /* With many slots at a high rho there are hundreds of sessions: two rows of that are enough. */
    for (size_t i = 0; i < QUEUE_COUNT; i++)
        if (queues[i].slots == 1 || (queues[i].slots == 4 && queues[i].rho > 0.6))
            check_queue(&queues[i]);
}

/* Little's law as an identity: sums of times equal integrals of counts. */
static void test_sum_of_times_is_the_integral_of_the_count(void **state)
{
    struct kit kit;
    struct virtual_server server;
    (void)state;
    kit_init(&kit);
    kit.plan.load = shape_of(&queues[14], 300); /* M/M/1 at 0.8 */
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

/* Closed network: N sessions think 100 ms on average, one exponential server of 10 ms. */
static void check_closed(int64_t sessions, double expected_per_s, double expected_ms)
{
    struct kit kit;
    struct virtual_server server;
    const double seconds = 400;
    kit_init(&kit);
    kit.plan.load.arrival = DYNO_ARRIVAL_CLOSED;
    kit.plan.load.sessions = sessions;
    kit.plan.load.think_ns = 100 * DYNO_NS_PER_MS;
    kit.plan.load.think_kind = DYNO_THINK_EXPONENTIAL;
    kit.plan.load.trial_warmup_ns = 2 * DYNO_NS_PER_S;
    kit.plan.load.measure_ns = (int64_t)(seconds * 1e9);
    virtual_server_init(&server, &kit, SERVICE_NS, 1);
    server.kind = VIRTUAL_EXPONENTIAL;
    assert_int_equal(virtual_server_run(&server, &kit), DYNO_OK);
    struct batches rate = {.sum = {0}};
    struct batches response = {.sum = {0}};
    for (size_t i = 0; i < BATCHES; i++)
        rate.count[i] = seconds / BATCHES;
    for (uint64_t seq = 0; seq < kit_count(&kit); seq++) {
        const struct dyno_record *r = kit_record(&kit, seq);
        if (r->phase != DYNO_PHASE_MEASURE || r->outcome != DYNO_OUTCOME_OK)
            continue;
        double share = ((double)r->intended_ns / 1e9 - 2) / seconds;
        size_t batch = share < 1 ? (size_t)(share * BATCHES) : BATCHES - 1;
        rate.sum[batch]++;
        batches_add(&response, share, (double)dyno_record_response_ns(r) / 1e6);
    }
    char name[32];
    (void)snprintf(name, sizeof name, "closed, %lld", (long long)sessions);
    hold(name, "statements/s", &rate, expected_per_s, SHARPNESS);
    hold(name, "mean, ms", &response, expected_ms, SHARPNESS);
    virtual_server_deinit(&server);
    kit_deinit(&kit);
}

static void test_closed_network_meets_mean_value_analysis(void **state)
{
    (void)state;
    check_closed(1, 9.0909, 10.0000);
    check_closed(2, 18.0328, 10.9091);
    check_closed(5, 43.6048, 14.6663);
    check_closed(10, 78.5418, 27.3208);
    check_closed(20, 99.8131, 100.3745);
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
