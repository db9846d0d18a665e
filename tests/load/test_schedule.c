#include "load/mix.h"
#include "load/schedule.h"
#include "load/statement_text.h"
#include "load/trial_kit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MANY 200000

static struct dyno_load_shape shape_of(enum dyno_arrival arrival, double rate_per_s, double seconds)
{
    struct dyno_load_shape shape = DYNO_LOAD_SHAPE_INIT;
    shape.arrival = arrival;
    shape.rate_per_s = rate_per_s;
    shape.trial_warmup_ns = 0;
    shape.measure_ns = (int64_t)(seconds * 1e9);
    return shape;
}

/* All intended times; the caller frees them. */
static int64_t *times_of(const struct dyno_load_shape *shape, uint64_t seed, uint64_t *count)
{
    struct dyno_schedule schedule;
    assert_int_equal(dyno_schedule_count(shape, NULL, seed, count, NULL), DYNO_OK);
    int64_t *times = calloc(*count + 1, sizeof *times);
    dyno_schedule_init(&schedule, shape, NULL, seed);
    for (uint64_t i = 0; i < *count; i++)
        assert_true(dyno_schedule_next(&schedule, &times[i]));
    assert_false(dyno_schedule_next(&schedule, &times[*count]));
    return times;
}

static void test_schedule_is_a_function_of_the_seed(void **state)
{
    struct dyno_load_shape shape = shape_of(DYNO_ARRIVAL_POISSON, 500, 2);
    uint64_t a_count = 0;
    uint64_t b_count = 0;
    uint64_t c_count = 0;
    (void)state;
    int64_t *a = times_of(&shape, 1, &a_count);
    int64_t *b = times_of(&shape, 1, &b_count);
    int64_t *c = times_of(&shape, 2, &c_count);
    assert_int_equal(a_count, b_count);
    assert_memory_equal(a, b, a_count * sizeof *a);
    assert_true(c_count != a_count || memcmp(a, c, a_count * sizeof *a) != 0);
    free(a);
    free(b);
    free(c);
}

/* A longer window only adds to the end: the warm-up of a trial does not change what comes after. */
static void test_schedule_of_a_longer_window_begins_the_same(void **state)
{
    struct dyno_load_shape one = shape_of(DYNO_ARRIVAL_POISSON, 500, 1);
    struct dyno_load_shape two = shape_of(DYNO_ARRIVAL_POISSON, 500, 2);
    uint64_t one_count = 0;
    uint64_t two_count = 0;
    (void)state;
    int64_t *a = times_of(&one, 3, &one_count);
    int64_t *b = times_of(&two, 3, &two_count);
    assert_true(two_count > one_count);
    assert_memory_equal(a, b, one_count * sizeof *a);
    free(a);
    free(b);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov-Smirnov distance of the gaps from Exp(rate). */
static double distance_from_exponential(const int64_t *times, size_t count, double rate_per_s)
{
    double worst = 0;
    double *gaps = calloc(count, sizeof *gaps);
    for (size_t i = 0; i < count; i++)
        gaps[i] = (double)(times[i] - (i == 0 ? 0 : times[i - 1])) / 1e9;
    qsort(gaps, count, sizeof *gaps, by_value);
    for (size_t i = 0; i < count; i++) {
        double f = -expm1(-gaps[i] * rate_per_s);
        worst =
            fmax(worst, fmax(f - (double)i / (double)count, (double)(i + 1) / (double)count - f));
    }
    free(gaps);
    return worst;
}

static void test_schedule_poisson_gaps_are_exponential(void **state)
{
    struct dyno_load_shape shape = shape_of(DYNO_ARRIVAL_POISSON, 1000, 20);
    uint64_t count = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        int64_t *times = times_of(&shape, seed, &count);
        /* 1.63 / sqrt(n) is the 1 % point; the seeds are fixed, so this is no lottery. */
        assert_true(distance_from_exponential(times, count, 1000) < 1.63 / sqrt((double)count));
        /* The test has teeth: a rate that is 5 % off fails it. */
        assert_true(distance_from_exponential(times, count, 1050) > 1.63 / sqrt((double)count));
        free(times);
    }
}

/* Variance over mean of the counts in windows of 100 ms: 1 for Poisson, 0 for equal gaps. */
static void test_schedule_poisson_counts_are_dispersed(void **state)
{
    struct dyno_load_shape shape = shape_of(DYNO_ARRIVAL_POISSON, 1000, 100);
    double counts[1000] = {0};
    double variance = 0;
    uint64_t count = 0;
    (void)state;
    int64_t *times = times_of(&shape, 11, &count);
    for (uint64_t i = 0; i < count; i++)
        counts[times[i] / (100 * DYNO_NS_PER_MS)]++;
    double mean = (double)count / 1000;
    for (size_t i = 0; i < 1000; i++)
        variance += (counts[i] - mean) * (counts[i] - mean) / 999;
    assert_true(fabs(variance / mean - 1) < 0.12);
    free(times);
}

static void test_schedule_constant_gaps_do_not_drift(void **state)
{
    struct dyno_load_shape shape = shape_of(DYNO_ARRIVAL_CONSTANT, 3, 1000);
    uint64_t count = 0;
    (void)state;
    int64_t *times = times_of(&shape, 1, &count);
    assert_int_equal(count, 3000);
    assert_int_equal(times[0], 0);
    assert_int_equal(times[1], 333333333);
    assert_int_equal(times[2997], 999 * DYNO_NS_PER_S);
    free(times);
}

static void test_schedule_has_a_limit(void **state)
{
    struct dyno_load_shape shape = shape_of(DYNO_ARRIVAL_CONSTANT, 1e6, 20.1);
    uint64_t count = 0;
    (void)state;
    assert_int_equal(dyno_schedule_count(&shape, NULL, 1, &count, NULL), DYNO_ELIMIT);
}

static void test_mix_draws_by_weight(void **state)
{
    struct kit kit;
    struct dyno_mix mix;
    double seen[3] = {0};
    const double share[3] = {0.7, 0.25, 0.05};
    (void)state;
    kit_init(&kit);
    kit.plan.query_count = 3;
    for (size_t i = 0; i < 3; i++)
        kit.queries[i].weight = share[i] * 20;
    dyno_mix_init(&mix, &kit.plan);
    for (uint64_t seq = 0; seq < MANY; seq++)
        seen[dyno_mix_draw(&mix, seq)]++;
    for (size_t i = 0; i < 3; i++) {
        double deviation = sqrt(share[i] * (1 - share[i]) / MANY);
        assert_true(fabs(seen[i] / MANY - share[i]) < 4 * deviation);
    }
    dyno_mix_deinit(&mix);
    kit_deinit(&kit);
}

/* One statement tells nothing about the next: pairs occur as often as their weights say. */
static void test_mix_draws_are_independent(void **state)
{
    struct kit kit;
    struct dyno_mix mix;
    double pairs = 0;
    (void)state;
    kit_init(&kit);
    kit.plan.query_count = 2;
    dyno_mix_init(&mix, &kit.plan);
    for (uint64_t seq = 0; seq < MANY; seq++)
        pairs += dyno_mix_draw(&mix, seq) == 1 && dyno_mix_draw(&mix, seq + 1) == 1;
    assert_true(fabs(pairs / MANY - 0.25) < 4 * sqrt(0.25 * 0.75 / MANY));
    dyno_mix_deinit(&mix);
    kit_deinit(&kit);
}

static void test_mix_in_turn_runs_each_once_a_round(void **state)
{
    struct kit kit;
    struct dyno_mix mix;
    (void)state;
    kit_init(&kit);
    kit.plan.query_count = 3;
    dyno_mix_init(&mix, &kit.plan);
    for (uint64_t round = 0; round < 10; round++) {
        unsigned seen = 0;
        for (uint64_t i = 0; i < 3; i++)
            seen |= 1u << dyno_mix_in_turn(&mix, round * 3 + i);
        assert_int_equal(seen, 7);
    }
    dyno_mix_deinit(&mix);
    kit_deinit(&kit);
}

static void test_statement_text_carries_tag_and_seq(void **state)
{
    static const uint64_t seqs[] = {0, 1, 9, 10, 11, 99, 100, 7, 12345678, 3, UINT64_MAX};
    char one[] = "SELECT 'first'";
    char two[] = "SELECT 2";
    struct kit kit;
    struct dyno_statement_text text;
    (void)state;
    kit_init(&kit);
    kit.plan.query_count = 2;
    kit.queries[0].sql = one;
    kit.queries[1].sql = two;
    dyno_statement_text_init(&text, &kit.plan);
    for (size_t i = 0; i < sizeof seqs / sizeof seqs[0]; i++) {
        for (uint16_t query = 0; query < 2; query++) {
            char expected[96];
            (void)snprintf(expected, sizeof expected, "/* sparkdyno t1:%llu */ %s",
                           (unsigned long long)seqs[i], kit.queries[query].sql);
            assert_string_equal(dyno_statement_text_set(&text, query, seqs[i]), expected);
            assert_int_equal(dyno_statement_comment_bytes(&kit.plan, seqs[i]),
                             strlen(expected) - strlen(kit.queries[query].sql));
            assert_string_equal(dyno_statement_text_set(&text, query, seqs[i]), expected);
        }
    }
    dyno_statement_text_deinit(&text);
    kit_deinit(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schedule_is_a_function_of_the_seed),
        cmocka_unit_test(test_schedule_of_a_longer_window_begins_the_same),
        cmocka_unit_test(test_schedule_poisson_gaps_are_exponential),
        cmocka_unit_test(test_schedule_poisson_counts_are_dispersed),
        cmocka_unit_test(test_schedule_constant_gaps_do_not_drift),
        cmocka_unit_test(test_schedule_has_a_limit),
        cmocka_unit_test(test_mix_draws_by_weight),
        cmocka_unit_test(test_mix_draws_are_independent),
        cmocka_unit_test(test_mix_in_turn_runs_each_once_a_round),
        cmocka_unit_test(test_statement_text_carries_tag_and_seq),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
