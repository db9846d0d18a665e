#include "explain/account.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define QUANTILES "[0.0,0.25,0.5,0.75,0.95,1.0]"

static double sum_of(const char *values_text, int64_t n)
{
    cJSON *quantiles = cJSON_Parse(QUANTILES);
    cJSON *values = cJSON_Parse(values_text);
    double sum = dyno_account_sum_of_quantiles(quantiles, values, n);
    cJSON_Delete(quantiles);
    cJSON_Delete(values);
    return sum;
}

static void test_sum_of_quantiles_is_exact_for_few_tasks(void **state)
{
    (void)state;
    assert_true(sum_of("[7,7,7,7,7,7]", 1) == 7);
    assert_true(sum_of("[1,1,9,9,9,9]", 2) == 10);
    assert_true(sum_of("[1,1,2,30,30,30]", 3) == 33);
    assert_true(sum_of("[1,2,3,40,40,40]", 4) == 46);
}

/* The values 0..n-1: linear, so the estimate is exact whatever n is. */
static void test_sum_of_quantiles_of_a_ramp_is_exact(void **state)
{
    (void)state;
    assert_true(fabs(sum_of("[0,50,100,150,190,199]", 200) - 19900) < 1e-9);
    assert_true(fabs(sum_of("[0,2,5,7,9,9]", 10) - 45) < 1e-9);
}

/* One straggler among 100 lies above the 95 % value and spreads over the last five ranks. */
static void test_sum_of_quantiles_bounds_a_straggler(void **state)
{
    double sum = sum_of("[10,10,10,10,10,1000]", 100);
    (void)state;
    assert_true(sum >= 1990 && sum <= 1990 + 3 * 990);
}

static void test_sum_of_quantiles_refuses_nonsense(void **state)
{
    (void)state;
    assert_true(isnan(sum_of("[1,2]", 4)));
    assert_true(isnan(sum_of("[1,2,3,\"x\",5,6]", 4)));
    assert_true(isnan(sum_of("{}", 4)));
    assert_true(isnan(sum_of("[1,2,3,4,5,6]", 0)));
    assert_true(isnan(dyno_account_sum_of_quantiles(NULL, NULL, 3)));
}

static struct dyno_spark_statement account_of(const char *stage_text)
{
    struct dyno_spark_statement statement;
    cJSON *stage = cJSON_Parse(stage_text);
    assert_non_null(stage);
    dyno_account_init(&statement, 7);
    dyno_account_add_stage(&statement, stage);
    cJSON_Delete(stage);
    return statement;
}

static void test_account_of_nothing_is_unknown(void **state)
{
    struct dyno_spark_statement statement;
    (void)state;
    dyno_account_init(&statement, 7);
    assert_int_equal(statement.seq, 7);
    assert_int_equal(statement.execution_id, -1);
    assert_true(isnan(statement.execution_ms) && isnan(statement.skew_ratio));
    assert_true(statement.run_ms == 0 && statement.scheduler_delay_ms == 0);
}

static void test_account_converts_units(void **state)
{
    struct dyno_spark_statement s =
        account_of("{\"numCompleteTasks\":2,\"numFailedTasks\":1,\"numKilledTasks\":1,"
                   "\"executorRunTime\":30,\"executorCpuTime\":25000000,\"jvmGcTime\":3,"
                   "\"shuffleFetchWaitTime\":4,\"memoryBytesSpilled\":5,\"diskBytesSpilled\":6,"
                   "\"taskMetricsDistributions\":{\"quantiles\":" QUANTILES
                   ",\"duration\":[10,10,20,20,20,20],\"schedulerDelay\":[1,1,2,2,2,2],"
                   "\"peakExecutionMemory\":[1,1,9,9,9,9]}}");
    (void)state;
    assert_int_equal(s.tasks, 4);
    assert_int_equal(s.failed_tasks, 1);
    assert_true(s.run_ms == 30 && s.cpu_ms == 25 && s.gc_ms == 3 && s.shuffle_fetch_ms == 4);
    assert_int_equal(s.spill_memory_bytes, 5);
    assert_int_equal(s.spill_disk_bytes, 6);
    assert_true(s.scheduler_delay_ms == 3);
    assert_int_equal(s.peak_memory_bytes, 9);
    assert_true(s.task_max_ms == 20 && s.task_median_ms == 20 && s.skew_ratio == 1);
}

static void test_account_has_no_skew_below_two_tasks(void **state)
{
    struct dyno_spark_statement s =
        account_of("{\"numCompleteTasks\":1,\"taskMetricsDistributions\":{\"quantiles\":" QUANTILES
                   ",\"duration\":[10,10,10,10,10,10],\"schedulerDelay\":[1,1,1,1,1,1]}}");
    (void)state;
    assert_true(s.task_max_ms == 10);
    assert_true(isnan(s.skew_ratio));
}

static void test_account_without_distributions_has_no_delay(void **state)
{
    struct dyno_spark_statement s = account_of("{\"numCompleteTasks\":3,\"executorRunTime\":5}");
    (void)state;
    assert_true(isnan(s.scheduler_delay_ms));
    assert_true(isnan(s.task_max_ms));
    assert_true(s.run_ms == 5);
}

static void test_account_ignores_absurd_values(void **state)
{
    struct dyno_spark_statement s =
        account_of("{\"numCompleteTasks\":-5,\"executorRunTime\":-1,\"executorCpuTime\":\"x\","
                   "\"inputBytes\":1e300,\"shuffleReadBytes\":[],\"jvmGcTime\":null}");
    (void)state;
    assert_int_equal(s.tasks, 0);
    assert_true(s.run_ms == 0 && s.cpu_ms == 0 && s.gc_ms == 0);
    assert_int_equal(s.input_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum_of_quantiles_is_exact_for_few_tasks),
        cmocka_unit_test(test_sum_of_quantiles_of_a_ramp_is_exact),
        cmocka_unit_test(test_sum_of_quantiles_bounds_a_straggler),
        cmocka_unit_test(test_sum_of_quantiles_refuses_nonsense),
        cmocka_unit_test(test_account_of_nothing_is_unknown),
        cmocka_unit_test(test_account_converts_units),
        cmocka_unit_test(test_account_has_no_skew_below_two_tasks),
        cmocka_unit_test(test_account_without_distributions_has_no_delay),
        cmocka_unit_test(test_account_ignores_absurd_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
