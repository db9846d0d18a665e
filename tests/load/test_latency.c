#include "load/latency.h"
#include "load/trial_kit.h"

#include <stdlib.h>
#include <unistd.h>

/* All parts of one kind, added up, and what came with them. */
struct sums {
    struct dyno_histogram of[DYNO_LATENCY_KINDS];
    int64_t ok, failed;
    int64_t last_second[DYNO_OUTCOME_COUNT];
};

static void sums_init(struct sums *sums)
{
    const struct dyno_histogram_range range = DYNO_HISTOGRAM_NS;
    *sums = (struct sums){.ok = 0};
    for (int kind = 0; kind < DYNO_LATENCY_KINDS; kind++)
        assert_int_equal(dyno_histogram_init(&sums->of[kind], &range, NULL), DYNO_OK);
}

static void sums_deinit(struct sums *sums)
{
    for (int kind = 0; kind < DYNO_LATENCY_KINDS; kind++)
        dyno_histogram_deinit(&sums->of[kind]);
}

static enum dyno_status add(void *ctx, const struct dyno_latency *latency, struct dyno_err *err)
{
    struct sums *sums = ctx;
    (void)err;
    assert_true(latency->histogram->total > 0);
    assert_true(latency->second >= sums->last_second[latency->outcome]);
    sums->last_second[latency->outcome] = latency->second;
    if (latency->outcome == DYNO_OUTCOME_OK)
        dyno_histogram_add(&sums->of[latency->kind], latency->histogram);
    if (latency->kind == DYNO_LATENCY_RESPONSE && latency->outcome == DYNO_OUTCOME_OK)
        sums->ok += latency->histogram->total;
    else if (latency->kind == DYNO_LATENCY_RESPONSE)
        sums->failed += latency->histogram->total;
    return DYNO_OK;
}

static int compare_i64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Every quantile of the histogram is that of the records, to 1 part in 1000; the ends are exact. */
static void check_against_records(struct kit *kit, const struct sums *sums)
{
    int64_t *values = calloc(kit_count(kit) + 1, sizeof *values);
    size_t count = 0;
    for (uint64_t seq = 0; seq < kit_count(kit); seq++) {
        const struct dyno_record *r = kit_record(kit, seq);
        if (r->phase == DYNO_PHASE_MEASURE && r->outcome == DYNO_OUTCOME_OK)
            values[count++] = dyno_record_response_ns(r);
    }
    qsort(values, count, sizeof *values, compare_i64);
    const struct dyno_histogram *h = &sums->of[DYNO_LATENCY_RESPONSE];
    assert_int_equal(h->min, values[0]);
    assert_int_equal(h->max, values[count - 1]);
    for (size_t rank = 1; rank <= count; rank += 1 + count / 97) {
        int64_t got = dyno_histogram_quantile(h, ((double)rank - 0.5) / (double)count);
        assert_true(got >= values[rank - 1]);
        assert_true(got - values[rank - 1] <= values[rank - 1] / 1000);
    }
    free(values);
}

static void test_histograms_hold_what_the_records_hold(void **state)
{
    struct kit kit;
    struct sums sums;
    (void)state;
    kit_init(&kit);
    kit.plan.load.rate_per_s = 3000;
    kit.plan.load.trial_warmup_ns = 200 * DYNO_NS_PER_MS;
    kit.plan.load.measure_ns = 1500 * DYNO_NS_PER_MS;
    kit.plan.query_count = 3;
    assert_int_equal(kit_run(&kit, NULL), DYNO_OK);
    sums_init(&sums);
    assert_int_equal(dyno_latency_each(kit.file, add, &sums, NULL), DYNO_OK);
    assert_int_equal(sums.ok, kit.counters.completed);
    assert_int_equal(sums.failed, kit.counters.failed);
    assert_int_equal(sums.of[DYNO_LATENCY_SERVICE].total, sums.ok);
    assert_int_equal(sums.last_second[DYNO_OUTCOME_OK], 1);
    check_against_records(&kit, &sums);
    sums_deinit(&sums);
    kit_deinit(&kit);
}

/* Errors have latencies of their own; what never ended has none. */
static void test_outcomes_are_kept_apart(void **state)
{
    struct kit kit;
    struct sums sums;
    const uint8_t outcomes[] = {DYNO_OUTCOME_OK,      DYNO_OUTCOME_SQL_ERROR, DYNO_OUTCOME_OK,
                                DYNO_OUTCOME_RUNNING, DYNO_OUTCOME_CANCELLED, DYNO_OUTCOME_EMPTY,
                                DYNO_OUTCOME_TIMEOUT, DYNO_OUTCOME_SKIPPED};
    const size_t count = sizeof outcomes / sizeof outcomes[0];
    (void)state;
    kit_init(&kit);
    assert_int_equal(dyno_trial_file_create(kit.path, count, &kit.file, NULL), DYNO_OK);
    assert_int_equal(dyno_trial_file_reserve(kit.file, count, NULL), DYNO_OK);
    for (size_t i = 0; i < count; i++)
        *dyno_trial_file_record(kit.file, i) =
            (struct dyno_record){.seq = i,
                                 .send_ns = 10,
                                 .exec_ns = 10,
                                 .first_ns = 10,
                                 .done_ns = 10 + 1000 * (int64_t)i,
                                 .phase = DYNO_PHASE_MEASURE,
                                 .outcome = outcomes[i]};
    kit_header(&kit)->scheduled = count;
    sums_init(&sums);
    assert_int_equal(dyno_latency_each(kit.file, add, &sums, NULL), DYNO_OK);
    assert_int_equal(sums.ok, 2);
    assert_int_equal(sums.failed, 2);
    assert_int_equal(sums.of[DYNO_LATENCY_RESPONSE].max, 2010);
    assert_int_equal(sums.of[DYNO_LATENCY_SERVICE].max, 2000);
    sums_deinit(&sums);
    kit_deinit(&kit);
}

static enum dyno_status refuse(void *ctx, const struct dyno_latency *latency, struct dyno_err *err)
{
    (void)latency;
    ++*(int *)ctx;
    return dyno_err_set(err, DYNO_EIO, "no room");
}

static void test_the_first_error_ends_the_walk(void **state)
{
    struct kit kit;
    int calls = 0;
    (void)state;
    kit_init(&kit);
    kit.plan.load.rate_per_s = 500;
    kit.plan.load.measure_ns = 100 * DYNO_NS_PER_MS;
    assert_int_equal(kit_run(&kit, NULL), DYNO_OK);
    assert_int_equal(dyno_latency_each(kit.file, refuse, &calls, NULL), DYNO_EIO);
    assert_int_equal(calls, 1);
    kit_deinit(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_histograms_hold_what_the_records_hold),
        cmocka_unit_test(test_outcomes_are_kept_apart),
        cmocka_unit_test(test_the_first_error_ends_the_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
