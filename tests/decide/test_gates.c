#include "base/clock.h"
#include "decide/gates.h"
#include "load/record.h"
#include "stats/vectors.h"

#include <math.h>
#include <string.h>

#define COUNT 200

/** A healthy open-loop trial: 200 statements of 500 ms, sent on time. */
struct trial {
    struct dyno_store_record records[COUNT];
    struct dyno_gate_facts facts;
    struct dyno_store_gate gates[DYNO_GATE_MAX];
    size_t gate_count;
    bool is_valid;
};

static void fill(struct trial *trial)
{
    memset(trial, 0, sizeof *trial);
    for (size_t i = 0; i < COUNT; i++) {
        int64_t due_ns = (int64_t)i * 50000000;
        trial->records[i] = (struct dyno_store_record){
            .seq = (int64_t)i,
            .phase = DYNO_PHASE_MEASURE,
            .outcome = DYNO_OUTCOME_OK,
            .intended_ns = due_ns,
            .claim_ns = due_ns - 1000000,
            .send_ns = due_ns + 50000,
            .done_ns = due_ns + 500000000,
        };
    }
    trial->facts = (struct dyno_gate_facts){
        .records = trial->records,
        .record_count = COUNT,
        .is_open_loop = true,
        .measure_ns = INT64_C(10000000000),
        .sessions = 12,
        .offered = COUNT,
        .completed = COUNT,
        .dropped_events = 0.0,
        .joined_ratio = 1.0,
        .generator_cpu_ratio = 0.02,
        .were_settings_applied = true,
        .is_server_alive = true,
    };
}

static void judge(struct trial *trial)
{
    trial->gate_count = dyno_gates_judge(&trial->facts, trial->gates, &trial->is_valid);
    assert_true(trial->gate_count <= DYNO_GATE_MAX);
}

static bool has_gate(const struct trial *trial, const char *name)
{
    for (size_t i = 0; i < trial->gate_count; i++)
        if (strcmp(trial->gates[i].name, name) == 0)
            return true;
    return false;
}

static struct dyno_store_gate gate_of(const struct trial *trial, const char *name)
{
    for (size_t i = 0; i < trial->gate_count; i++)
        if (strcmp(trial->gates[i].name, name) == 0)
            return trial->gates[i];
    fail_msg("there is no gate '%s'", name);
    return (struct dyno_store_gate){.name = ""};
}

/** It failed, and made the trial invalid or not. */
static void assert_failed(const struct trial *trial, const char *name, bool is_fatal)
{
    struct dyno_store_gate gate = gate_of(trial, name);
    assert_false(gate.is_passed);
    assert_int_equal(gate.is_fatal, is_fatal);
    assert_true(strlen(gate.text) > 20);
    assert_int_equal(trial->is_valid, !is_fatal);
}

static void test_healthy_trial_passes_every_gate(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    judge(&trial);
    assert_true(trial.is_valid);
    assert_int_equal(trial.gate_count, 21);
    for (size_t i = 0; i < trial.gate_count; i++) {
        assert_true(trial.gates[i].is_passed);
        assert_true(strlen(trial.gates[i].text) > 10);
    }
    assert_near(gate_of(&trial, "generator_lag_p99").value, 0.05, 1e-9);
    /* 1 % of the median service of 499.95 ms. */
    assert_near(gate_of(&trial, "generator_lag_p99").limit, 4.9995, 1e-9);
}

static void test_crashes_and_stuck_sessions_are_fatal(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    trial.facts.generator_crashes = 1;
    trial.facts.crash = "the generator crashed (signal 11) inside fetch of session 3";
    judge(&trial);
    assert_failed(&trial, "generator_crashes", true);
    assert_non_null(strstr(gate_of(&trial, "generator_crashes").text, "inside fetch of session 3"));
    trial.facts.crash = NULL;
    judge(&trial);
    assert_failed(&trial, "generator_crashes", true);
    fill(&trial);
    trial.facts.stuck_sessions = 2;
    judge(&trial);
    assert_failed(&trial, "stuck_sessions", true);
    assert_non_null(strstr(gate_of(&trial, "stuck_sessions").text, "held 2 sessions"));
}

static void test_late_generator(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    for (size_t i = 0; i < 10; i++)
        trial.records[i].send_ns += 20000000;
    judge(&trial);
    assert_failed(&trial, "generator_lag_p99", false);
    for (size_t i = 0; i < COUNT; i++)
        trial.records[i].send_ns += 50000000;
    judge(&trial);
    assert_failed(&trial, "generator_lag_p99", true);
}

/* 2,000 statements of 2 ms: lag of 30 us, but for a few. */
static void test_lag_of_short_statements_is_held_sharper(void **state)
{
    (void)state;
    enum {
        MANY = 2000
    };
    static struct dyno_store_record records[MANY];
    struct trial trial;
    fill(&trial);
    for (size_t i = 0; i < MANY; i++) {
        records[i] = trial.records[0];
        records[i].seq = (int64_t)i;
        records[i].intended_ns = (int64_t)i * 5000000;
        records[i].claim_ns = records[i].intended_ns - 1000000;
        records[i].send_ns = records[i].intended_ns + 30000;
        records[i].done_ns = records[i].send_ns + 2000000;
    }
    judge(&trial);
    assert_false(has_gate(&trial, "generator_lag_fine")); /* 200 statements */
    trial.facts.records = records;
    trial.facts.record_count = MANY;
    trial.facts.offered = MANY;
    trial.facts.completed = MANY;
    judge(&trial);
    assert_true(gate_of(&trial, "generator_lag_fine").is_passed);
    for (size_t i = 0; i < 30; i++)
        records[i].send_ns += 300000; /* 1.5 % of them 0.33 ms late */
    judge(&trial);
    assert_failed(&trial, "generator_lag_fine", false);
    assert_near(gate_of(&trial, "generator_lag_fine").value, 0.33 / 0.2, 1e-9);
    assert_true(gate_of(&trial, "generator_lag_p99").is_passed);
    for (size_t i = 0; i < 30; i++)
        records[i].send_ns = records[i].intended_ns + (i < 5 ? 1500000 : 30000);
    judge(&trial);
    assert_near(gate_of(&trial, "generator_lag_fine").value, 1.5, 1e-9);
}

static void test_warmup_records_do_not_count(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    for (size_t i = 0; i < 50; i++) {
        trial.records[i].phase = DYNO_PHASE_WARMUP;
        trial.records[i].send_ns += 400000000;
        trial.records[i].claim_ns = trial.records[i].intended_ns + 1;
    }
    trial.facts.offered = COUNT - 50;
    judge(&trial);
    assert_true(gate_of(&trial, "generator_lag_p99").is_passed);
    assert_true(gate_of(&trial, "sessions_busy").is_passed);
    assert_near(gate_of(&trial, "offered_rate").value, 1.0, 0.0);
}

static void test_busy_sessions_are_reported(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    for (size_t i = 0; i < 20; i++)
        trial.records[i].claim_ns = trial.records[i].intended_ns + 10000;
    /* Ten statements overlap from the tenth on, but for 50 us between two. */
    trial.facts.sessions = 10;
    judge(&trial);
    assert_failed(&trial, "sessions_busy", false);
    assert_near(gate_of(&trial, "sessions_busy").value, 191 * 0.04995 / 10, 1e-9);
    assert_non_null(strstr(gate_of(&trial, "sessions_busy").text, "limited by the 10 sessions"));
    assert_non_null(strstr(gate_of(&trial, "sessions_busy").text, "10 % of the statements"));
}

static void test_unsent_statements_fail_the_rate_and_are_censored(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    for (size_t i = COUNT - 20; i < COUNT; i++) {
        trial.records[i].outcome = DYNO_OUTCOME_EMPTY;
        trial.records[i].send_ns = -1;
        trial.records[i].done_ns = -1;
    }
    trial.facts.completed = COUNT - 20;
    trial.facts.censored = 20;
    judge(&trial);
    assert_failed(&trial, "offered_rate", true);
    assert_failed(&trial, "censored", true);
}

static void test_few_censored_are_not_fatal(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    trial.facts.completed = COUNT - 2;
    trial.facts.censored = 2;
    judge(&trial);
    assert_failed(&trial, "censored", false);
}

static void test_errors_over_one_percent_are_fatal(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    trial.facts.failed = 2;
    judge(&trial);
    assert_true(gate_of(&trial, "errors").is_passed);
    trial.facts.failed = 3;
    judge(&trial);
    assert_failed(&trial, "errors", true);
}

static void test_closed_loop_has_no_rate(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    trial.facts.is_open_loop = false;
    judge(&trial);
    assert_false(has_gate(&trial, "offered_rate"));
    assert_false(has_gate(&trial, "sessions_busy"));
    assert_true(trial.is_valid);
}

static void test_what_was_not_measured_is_left_out(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    trial.facts.dropped_events = NAN;
    trial.facts.joined_ratio = -1.0;
    trial.facts.generator_cpu_ratio = NAN;
    judge(&trial);
    assert_false(has_gate(&trial, "dropped_events"));
    assert_false(has_gate(&trial, "joined"));
    assert_false(has_gate(&trial, "generator_cpu"));
    assert_true(trial.is_valid);
}

static void test_spark_gates_are_not_fatal(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    trial.facts.dropped_events = 7.0;
    trial.facts.joined_ratio = 0.5;
    trial.facts.generator_cpu_ratio = 0.9;
    judge(&trial);
    assert_failed(&trial, "dropped_events", false);
    assert_failed(&trial, "joined", false);
    assert_failed(&trial, "generator_cpu", false);
}

static void test_surroundings_are_fatal(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    trial.facts.were_settings_applied = false;
    judge(&trial);
    assert_failed(&trial, "settings_applied", true);
    fill(&trial);
    trial.facts.is_server_alive = false;
    judge(&trial);
    assert_failed(&trial, "server_alive", true);
}

static void test_state_of_the_machine_is_reported(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    trial.facts.stall_p999_ms = 25.5;
    trial.facts.steal_ratio = 0.02;
    trial.facts.thread_cpu_ratio = 0.8;
    trial.facts.clock_drift_ppm = -150;
    trial.facts.wall_step_ms = -3600000;
    trial.facts.clock_source = "tsc";
    judge(&trial);
    assert_failed(&trial, "generator_stalls", false);
    assert_failed(&trial, "steal", false);
    assert_failed(&trial, "generator_thread", false);
    assert_failed(&trial, "clock_drift", false);
    assert_failed(&trial, "wall_step", false);
    assert_true(gate_of(&trial, "clock_source").is_passed);
    trial.facts.clock_source = "hpet";
    judge(&trial);
    assert_failed(&trial, "clock_source", true);
    trial.facts.clock_source = "tsc";
    /* Service takes half a second here: a stall under 5 % of that tells nothing wrong about it. */
    trial.facts.stall_p999_ms = 24.5;
    judge(&trial);
    assert_true(gate_of(&trial, "generator_stalls").is_passed);
    for (size_t i = 0; i < COUNT; i++)
        trial.records[i].done_ns = trial.records[i].send_ns + 2000000;
    trial.facts.stall_p999_ms = 5.5;
    judge(&trial);
    assert_failed(&trial, "generator_stalls", false);
    trial.facts.stall_p999_ms = NAN;
    trial.facts.clock_source = NULL;
    judge(&trial);
    assert_false(has_gate(&trial, "generator_stalls"));
    assert_false(has_gate(&trial, "clock_source"));
}

/* Gaps that rise evenly from 0 to their 0.995 quantile in the way of Exp(20): the best sample there is. */
static void test_arrivals_are_held_against_the_plan(void **state)
{
    (void)state;
    struct trial trial;
    int64_t at_ns = 0;
    fill(&trial);
    for (size_t i = 0; i < COUNT; i++) {
        at_ns += (int64_t)(-log1p(-((double)(i * 77 % COUNT) + 0.5) / COUNT) / 20 * 1e9);
        trial.records[i].intended_ns = at_ns;
        trial.records[i].claim_ns = at_ns - 1000;
        trial.records[i].send_ns = at_ns;
        trial.records[i].done_ns = at_ns + 500000000;
    }
    trial.facts.is_poisson = true;
    trial.facts.rate_per_s = 20;
    trial.facts.sessions = 1000;
    judge(&trial);
    assert_true(gate_of(&trial, "arrivals").is_passed);
    assert_true(gate_of(&trial, "arrivals").value > 0.99);
    /* One send that is late and overtaken bends two gaps, not the whole. */
    trial.records[COUNT / 2].send_ns += DYNO_NS_PER_S;
    judge(&trial);
    assert_true(gate_of(&trial, "arrivals").is_passed);
    trial.records[COUNT / 2].send_ns -= DYNO_NS_PER_S;
    trial.facts.rate_per_s = 30;
    judge(&trial);
    assert_failed(&trial, "arrivals", false);
    /* With a backlog nothing can be said. */
    for (size_t i = 0; i < COUNT; i += 10)
        trial.records[i].claim_ns = trial.records[i].intended_ns + 1;
    judge(&trial);
    assert_false(has_gate(&trial, "arrivals"));
}

static void test_trend_of_service_times_is_reported(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    /* Two queries, ten times apart: the mix alone is no trend. */
    for (size_t i = 0; i < COUNT; i++) {
        trial.records[i].query = i % 3 == 0;
        trial.records[i].done_ns = trial.records[i].send_ns + (i % 3 == 0 ? 5000000 : 50000000);
    }
    judge(&trial);
    assert_true(gate_of(&trial, "stationary").is_passed);
    assert_true(gate_of(&trial, "steady").is_passed);
    for (size_t i = 0; i < COUNT; i++)
        trial.records[i].done_ns += (int64_t)i * 200000;
    judge(&trial);
    assert_failed(&trial, "stationary", false);
    assert_failed(&trial, "steady", false);
    assert_non_null(strstr(gate_of(&trial, "stationary").text, "up"));
}

static void test_few_statements_for_many_queries_are_reported(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    trial.facts.queries = 4;
    trial.facts.completed = 8;
    judge(&trial);
    assert_true(gate_of(&trial, "samples").is_passed);
    trial.facts.completed = 7;
    judge(&trial);
    assert_failed(&trial, "samples", false);
}

static void test_other_programs_are_reported(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    trial.facts.other_cpu_ratio = 0.3;
    judge(&trial);
    assert_failed(&trial, "other_cpu", false);
    trial.facts.other_cpu_ratio = (double)NAN;
    judge(&trial);
    assert_false(has_gate(&trial, "other_cpu"));
}

static void test_shares_are_held_to_what_their_clocks_prove(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    judge(&trial);
    assert_false(has_gate(&trial, "shares_begin"));
    trial.facts.shares = 3;
    trial.facts.machines = 2;
    trial.facts.are_clocks_known = true;
    trial.facts.begin_spread_ms = 40;
    trial.facts.begin_bound_ms = 90;
    judge(&trial);
    assert_true(gate_of(&trial, "shares_begin").is_passed);
    assert_float_equal(gate_of(&trial, "shares_begin").value, 90.0, 1e-9);
    assert_non_null(strstr(gate_of(&trial, "shares_begin").text, "began together"));
    trial.facts.begin_bound_ms = 101;
    judge(&trial);
    assert_failed(&trial, "shares_begin", false);
    trial.facts.begin_bound_ms = 40;
    trial.facts.are_clocks_known = false;
    judge(&trial);
    assert_failed(&trial, "shares_begin", false);
    assert_null(strstr(gate_of(&trial, "shares_begin").text, "began together"));
    assert_non_null(strstr(gate_of(&trial, "shares_begin").text, "have NTP or the like set them"));
    trial.facts.begin_spread_ms = 101;
    trial.facts.begin_bound_ms = 101;
    judge(&trial);
    assert_failed(&trial, "shares_begin", true);
}

static void test_nothing_recorded_is_invalid(void **state)
{
    (void)state;
    struct trial trial;
    fill(&trial);
    trial.facts.records = NULL;
    trial.facts.record_count = 0;
    trial.facts.offered = 0;
    trial.facts.completed = 0;
    judge(&trial);
    assert_failed(&trial, "samples", true);
    assert_false(has_gate(&trial, "generator_lag_p99"));
    assert_false(has_gate(&trial, "errors"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_healthy_trial_passes_every_gate),
        cmocka_unit_test(test_late_generator),
        cmocka_unit_test(test_lag_of_short_statements_is_held_sharper),
        cmocka_unit_test(test_warmup_records_do_not_count),
        cmocka_unit_test(test_busy_sessions_are_reported),
        cmocka_unit_test(test_unsent_statements_fail_the_rate_and_are_censored),
        cmocka_unit_test(test_few_censored_are_not_fatal),
        cmocka_unit_test(test_errors_over_one_percent_are_fatal),
        cmocka_unit_test(test_closed_loop_has_no_rate),
        cmocka_unit_test(test_what_was_not_measured_is_left_out),
        cmocka_unit_test(test_spark_gates_are_not_fatal),
        cmocka_unit_test(test_surroundings_are_fatal),
        cmocka_unit_test(test_state_of_the_machine_is_reported),
        cmocka_unit_test(test_arrivals_are_held_against_the_plan),
        cmocka_unit_test(test_trend_of_service_times_is_reported),
        cmocka_unit_test(test_few_statements_for_many_queries_are_reported),
        cmocka_unit_test(test_other_programs_are_reported),
        cmocka_unit_test(test_crashes_and_stuck_sessions_are_fatal),
        cmocka_unit_test(test_shares_are_held_to_what_their_clocks_prove),
        cmocka_unit_test(test_nothing_recorded_is_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
