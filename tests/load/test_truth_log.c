/*
 * What the generator says beside what the server says, statement by statement, on one machine's clock.
 *
 * However busy the machine is, a statement cannot be received before it was sent, nor be known to have ended
 * before the server told so: sent <= received <= start <= end <= told <= fetched <= done. Service and response times
 * are thus never below the server's own. How far above they are is printed here and measured by
 * tests/bench/accuracy.py.
 */
#include "load/trial_kit.h"
#include "stats/quantile.h"
#include "stats/sort.h"
#include "support/fake_hs2.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_STATEMENTS 2000

struct truth {
    long long received, start, end, told, fetched;
};

struct scene {
    struct kit kit;
    char host[16];
    char log[40];
    struct truth truth[MAX_STATEMENTS]; /* by seq; told 0: not in the log */
};

static void read_log(struct scene *scene)
{
    FILE *log = fopen(scene->log, "r");
    char line[256];
    assert_non_null(log);
    while (fgets(line, sizeof line, log) != NULL) {
        struct truth t;
        size_t seq = 0;
        int got = sscanf(line, "%lld\t%lld\t%lld\t%lld\t%lld\tfinished\t/* sparkdyno t1:%zu */",
                         &t.received, &t.start, &t.end, &t.told, &t.fetched, &seq);
        if (got != 6)
            continue; /* what the session itself asked at its begin */
        assert_true(seq < MAX_STATEMENTS && scene->truth[seq].told == 0);
        scene->truth[seq] = t;
    }
    (void)fclose(log);
}

/* Half a second of 300 statements/s. */
static void play(struct scene *scene, const struct dyno_fake_hs2_options *options)
{
    struct dyno_fake_hs2_options copy = *options;
    struct dyno_fake_hs2 *server = NULL;
    memset(scene, 0, sizeof *scene);
    kit_init(&scene->kit);
    (void)snprintf(scene->log, sizeof scene->log, "/tmp/dyno_truth_XXXXXX");
    int fd = mkstemp(scene->log);
    assert_true(fd >= 0);
    close(fd);
    copy.service_ns = 4 * DYNO_NS_PER_MS;
    copy.seed = 11;
    copy.log_path = scene->log;
    assert_int_equal(dyno_fake_hs2_start(&copy, &server, NULL), DYNO_OK);
    (void)snprintf(scene->host, sizeof scene->host, "127.0.0.1");
    scene->kit.plan.target.kind = DYNO_TARGET_HS2;
    scene->kit.plan.target.host = scene->host;
    scene->kit.plan.target.port = dyno_fake_hs2_port(server);
    scene->kit.plan.load.sessions = 8;
    scene->kit.plan.load.rate_per_s = 300;
    scene->kit.plan.load.measure_ns = 500 * DYNO_NS_PER_MS;
    assert_int_equal(kit_run(&scene->kit, NULL), DYNO_OK);
    dyno_fake_hs2_stop(server);
    read_log(scene);
}

static void end(struct scene *scene)
{
    kit_deinit(&scene->kit);
    (void)unlink(scene->log);
}

/* The differences of service times, in ms, ascending. */
static size_t check_order(struct scene *scene, double *excess_ms)
{
    int64_t epoch_ns = kit_header(&scene->kit)->epoch_monotonic_ns;
    size_t count = 0;
    for (uint64_t seq = 0; seq < kit_count(&scene->kit); seq++) {
        const struct dyno_record *r = kit_record(&scene->kit, seq);
        const struct truth *t = &scene->truth[seq];
        if (r->outcome != DYNO_OUTCOME_OK)
            continue;
        assert_true(t->told > 0);
        assert_true(epoch_ns + r->send_ns <= t->received);
        assert_true(t->received <= t->start && t->start <= t->end && t->end <= t->told);
        assert_true(t->told <= t->fetched && t->fetched <= epoch_ns + r->done_ns);
        assert_true(t->told <= epoch_ns + r->exec_ns && r->exec_ns <= r->done_ns);
        excess_ms[count++] = (double)(dyno_record_service_ns(r) - (t->end - t->received)) / 1e6;
    }
    dyno_sort_f64(excess_ms, count);
    return count;
}

static void test_records_enclose_the_servers_truth(void **state)
{
    static const struct {
        const char *name;
        struct dyno_fake_hs2_options options;
    } cases[] = {
        {"fixed", {.distribution = DYNO_FAKE_FIXED}},
        {"uniform", {.distribution = DYNO_FAKE_UNIFORM}},
        {"exponential", {.distribution = DYNO_FAKE_EXPONENTIAL}},
        {"lognormal", {.distribution = DYNO_FAKE_LOGNORMAL}},
        {"bimodal", {.distribution = DYNO_FAKE_BIMODAL}},
        {"two slots", {.distribution = DYNO_FAKE_EXPONENTIAL, .slots = 2}},
        {"warm-up, drift, restart",
         {.warmup_extra = 2, .drift_per_s = 1, .restart_sigma = 0.2, .restart_seed = 4}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static struct scene scene;
        double excess_ms[MAX_STATEMENTS];
        play(&scene, &cases[i].options);
        size_t count = check_order(&scene, excess_ms);
        assert_int_equal(count, kit_outcomes(&scene.kit, DYNO_OUTCOME_OK));
        if (count <= 50)
            fail_msg("%s: %zu completed of %lld, error '%s', sample '%s'", cases[i].name, count,
                     (long long)scene.kit.counters.offered, kit_header(&scene.kit)->error,
                     kit_header(&scene.kit)->error_samples[0].text);
        print_message("%-24s %4zu statements: measured less logged p50 %.3f ms, p99 %.3f ms\n",
                      cases[i].name, count, dyno_quantile(excess_ms, count, 0.5),
                      dyno_quantile(excess_ms, count, 0.99));
        end(&scene);
    }
}

static int by_time(const void *a, const void *b)
{
    const int64_t *x = a;
    const int64_t *y = b;
    if (x[0] != y[0])
        return x[0] < y[0] ? -1 : 1;
    return (x[1] > y[1]) - (x[1] < y[1]);
}

/* Little's law as an identity on real records: the sum of times is the integral of how many there were. */
static void check_little(struct kit *kit, bool is_response)
{
    static int64_t events[2 * MAX_STATEMENTS][2];
    size_t count = 0;
    int64_t sum_ns = 0;
    for (uint64_t seq = 0; seq < kit_count(kit); seq++) {
        const struct dyno_record *r = kit_record(kit, seq);
        if (r->outcome != DYNO_OUTCOME_OK)
            continue;
        events[count][0] = is_response ? r->intended_ns : r->send_ns;
        events[count++][1] = 1;
        events[count][0] = r->done_ns;
        events[count++][1] = -1;
        sum_ns += is_response ? dyno_record_response_ns(r) : dyno_record_service_ns(r);
    }
    qsort(events, count, sizeof events[0], by_time);
    int64_t inside = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            sum_ns -= inside * (events[i][0] - events[i - 1][0]);
        inside += events[i][1];
    }
    assert_int_equal(inside, 0);
    assert_int_equal(sum_ns, 0);
}

static void test_littles_law_holds_on_real_records(void **state)
{
    static struct scene scene;
    const struct dyno_fake_hs2_options options = {.distribution = DYNO_FAKE_LOGNORMAL, .slots = 3};
    (void)state;
    play(&scene, &options);
    check_little(&scene.kit, true);
    check_little(&scene.kit, false);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_enclose_the_servers_truth),
        cmocka_unit_test(test_littles_law_holds_on_real_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
