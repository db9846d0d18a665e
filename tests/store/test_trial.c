#include "store/fixture.h"
#include "store/sql.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct dyno_spark_statement spark_row = {
    .seq = 1,
    .execution_id = -1,
    .jobs = 2,
    .execution_ms = NAN,
    .job_ms = 12.5,
    .run_ms = NAN,
    .skew_ratio = NAN,
};

static void test_trial_lands_with_all_its_rows(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct fixture_compare ids = fixture_compare(store);
    struct dyno_store_record *records = fixture_records(100);
    struct dyno_store_trial trial = fixture_trial(&ids, 0, 1, records, 100);
    const struct dyno_store_counter counters[] = {
        {.source = "host", .name = "cpu", .t_ns = -5, .value = 0.5},
        {.source = "host", .name = "cpu", .t_ns = 5, .value = NAN},
    };
    const struct dyno_store_gate gates[] = {
        {.name = "errors", .value = 0.0, .limit = NAN, .unit = "ratio", .is_passed = true},
    };
    const struct dyno_store_error_sample errors[] = {
        {.query = 1, .outcome = 3, .sqlstate = "42000", .text = "it's \"bad\"; DROP TABLE trial"},
    };
    trial.statements = &spark_row;
    trial.statement_count = 1;
    trial.counters = counters;
    trial.counter_count = 2;
    trial.gates = gates;
    trial.gate_count = 1;
    trial.errors = errors;
    trial.error_count = 1;
    int64_t id = 0;
    assert_int_equal(dyno_store_trial_add(store, ids.experiment, &trial, &id, NULL), DYNO_OK);
    assert_int_equal(id, 1);
    char text[512];
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM record WHERE trial_id = 1"), 100);
    fixture_text(store, "SELECT checksum FROM record WHERE seq = 1", text);
    assert_string_equal(text, "abcdef012345678a");
    fixture_text(store, "SELECT started_utc FROM trial", text);
    assert_string_equal(text, "2026-11-21T12:00:00.123Z");
    fixture_text(store, "SELECT execution_id FROM spark_statement", text);
    assert_string_equal(text, "(null)");
    fixture_text(store, "SELECT skew_ratio FROM spark_statement", text);
    assert_string_equal(text, "(null)");
    assert_int_equal(fixture_number(store, "SELECT run_ms FROM spark_statement"), 0);
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM counter"), 1);
    fixture_text(store, "SELECT limit_value FROM gate", text);
    assert_string_equal(text, "(null)");
    fixture_text(store, "SELECT text FROM error_sample", text);
    assert_string_equal(text, errors[0].text);
    free(records);
}

/* What reports read in place of the statements says the same as they do. */
static void test_sums_are_those_of_the_statements(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct fixture_compare ids = fixture_compare(store);
    struct dyno_store_record *records = fixture_records(100);
    struct dyno_spark_statement spark[98];
    struct dyno_store_account accounts[98];
    for (int64_t i = 0; i < 98; i++) {
        spark[i] = spark_row;
        spark[i].seq = i + 1;
        spark[i].tasks = i % 5 == 0 ? INT64_MAX : 3;
        spark[i].skew_ratio = i % 7 == 0 ? 1.5 : (double)NAN;
        accounts[i] = (struct dyno_store_account){
            .seq = i + 1, .source = i % 2 == 0 ? "rest" : "eventlog", .part_ns = {i, 2 * i}};
    }
    records[4].outcome = 3;
    records[4].sqlstate = "42000";
    records[5].phase = 0;
    records[6].row_count = 99;
    struct dyno_store_trial trial = fixture_trial(&ids, 0, 1, records, 100);
    trial.statements = spark;
    trial.statement_count = 98;
    trial.accounts = accounts;
    trial.account_count = 98;
    int64_t id = 0;
    assert_int_equal(dyno_store_trial_add(store, ids.experiment, &trial, &id, NULL), DYNO_OK);
    static const char *const same[] = {
        "SELECT (SELECT last_done_ns FROM trial_sum) = (SELECT max(done_ns) FROM record)",
        "SELECT (SELECT sum(statements) FROM outcome_sum) = 100",
        "SELECT (SELECT statements FROM outcome_sum WHERE outcome = 3 AND sqlstate = '42000') = 1",
        "SELECT (SELECT max(max_rows) FROM outcome_sum) = 99",
        "SELECT (SELECT min(first_checksum) FROM outcome_sum) = (SELECT min(checksum) FROM record)",
        "SELECT count(*) = 0 FROM (SELECT query, count(*) AS n, count(s.skew_ratio) AS known, "
        "total(s.skew_ratio) AS skew, total(s.tasks) AS tasks, total(s.job_ms) AS job FROM record r "
        "JOIN spark_statement s ON s.trial_id = r.trial_id AND s.seq = r.seq WHERE r.phase = 1 AND "
        "r.outcome = 2 GROUP BY query) w LEFT JOIN spark_sum s ON s.query = w.query "
        "WHERE s.query IS NULL OR w.n <> s.statements OR w.known <> s.skew_known OR "
        "w.skew <> s.skew_ratio OR w.tasks <> s.tasks OR w.job <> s.job_ms",
        "SELECT (SELECT count(*) FROM spark_sum) = 2 AND (SELECT max(execution_ms) FROM spark_sum) IS "
        "NULL",
        "SELECT s.accounts = count(*) AND s.by_log = sum(source = 'eventlog') AND "
        "s.session_wait_ns = sum(a.session_wait_ns) AND s.generator_lag_ns = sum(a.generator_lag_ns) "
        "FROM trial_sum s JOIN account a JOIN record r ON r.seq = a.seq WHERE r.phase = 1 AND "
        "r.outcome = 2",
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        if (fixture_number(store, same[i]) != 1)
            fail_msg("%s", same[i]);
    free(records);
}

static void test_warmup_has_no_block_and_absent_checksum_is_empty(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct fixture_compare ids = fixture_compare(store);
    struct dyno_store_record *records = fixture_records(1);
    records[0].checksum = 0;
    struct dyno_store_trial trial = fixture_trial(&ids, -1, 0, records, 1);
    int64_t id = 0;
    char text[512];
    assert_int_equal(dyno_store_trial_add(store, ids.experiment, &trial, &id, NULL), DYNO_OK);
    fixture_text(store, "SELECT block FROM trial", text);
    assert_string_equal(text, "(null)");
    fixture_text(store, "SELECT checksum FROM record", text);
    assert_string_equal(text, "");
    free(records);
}

static void test_one_bad_row_leaves_nothing_of_the_trial(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct fixture_compare ids = fixture_compare(store);
    struct dyno_store_record *records = fixture_records(100);
    records[99].seq = 5;
    struct dyno_store_trial trial = fixture_trial(&ids, 0, 0, records, 100);
    int64_t id = 9;
    assert_int_equal(dyno_store_trial_add(store, ids.experiment, &trial, &id, NULL),
                     DYNO_EINTERNAL);
    assert_int_equal(id, 0);
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM trial"), 0);
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM record"), 0);
    records[99].seq = 99;
    assert_int_equal(dyno_store_trial_add(store, ids.experiment, &trial, &id, NULL), DYNO_OK);
    trial.arm_id = 77;
    assert_int_equal(dyno_store_trial_add(store, ids.experiment, &trial, &id, NULL),
                     DYNO_EINTERNAL);
    free(records);
}

/** Pages in use plus `extra` become the file's limit. */
static void limit_pages(struct dyno_store *store, int64_t extra)
{
    char sql[64];
    (void)snprintf(sql, sizeof sql, "PRAGMA max_page_count = %lld",
                   (long long)(fixture_number(store, "PRAGMA page_count") + extra));
    assert_int_equal(dyno_sql_exec(dyno_store_handle(store), sql, NULL), DYNO_OK);
}

static void test_full_disk_is_an_error_and_the_file_stays_sound(void **state)
{
    struct fixture *fixture = *state;
    struct dyno_store *store = fixture_open(fixture);
    struct fixture_compare ids = fixture_compare(store);
    struct dyno_store_record *records = fixture_records(5000);
    struct dyno_store_trial trial = fixture_trial(&ids, 0, 0, records, 5000);
    struct dyno_err err = DYNO_ERR_INIT;
    int64_t id = 0;
    char text[512];
    trial.record_count = 10;
    assert_int_equal(dyno_store_trial_add(store, ids.experiment, &trial, &id, NULL), DYNO_OK);
    limit_pages(store, 10);
    trial.record_count = 5000;
    assert_int_equal(dyno_store_trial_add(store, ids.experiment, &trial, &id, &err), DYNO_EIO);
    assert_non_null(strstr(err.message, "full"));
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM trial"), 1);
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM record"), 10);
    fixture_text(store, "PRAGMA integrity_check", text);
    assert_string_equal(text, "ok");
    limit_pages(store, 100000);
    assert_int_equal(dyno_store_trial_add(store, ids.experiment, &trial, &id, &err), DYNO_OK);
    dyno_store_close(store);
    store = fixture_open(fixture);
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM record"), 5010);
    free(records);
}

static void test_settings_are_kept_with_their_proof(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct fixture_compare ids = fixture_compare(store);
    char key[] = "spark.sql.adaptive.enabled";
    char value[] = "false";
    char complaint[] = "not known";
    const struct dyno_setting_proof proofs[] = {
        {.key = key,
         .scope = DYNO_SETTING_SESSION,
         .asked = value,
         .applied = value,
         .source = "SET",
         .is_known = true,
         .is_applied = true},
        {.key = value,
         .scope = DYNO_SETTING_STATIC,
         .asked = value,
         .source = "/environment",
         .complaint = complaint},
    };
    assert_int_equal(dyno_store_settings_put(store, ids.start, ids.arms[1], proofs, 2, NULL),
                     DYNO_OK);
    assert_int_equal(dyno_store_settings_put(store, ids.start, ids.arms[1], proofs, 2, NULL),
                     DYNO_OK);
    char text[512];
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM setting"), 2);
    assert_int_equal(fixture_number(store, "SELECT sum(is_applied) FROM setting"), 1);
    int64_t proved = -1;
    assert_int_equal(dyno_store_settings_proved(store, ids.start, ids.arms[1], &proved, NULL),
                     DYNO_OK);
    assert_int_equal(proved, 1);
    assert_int_equal(dyno_store_settings_proved(store, ids.start, ids.arms[0], &proved, NULL),
                     DYNO_OK);
    assert_int_equal(proved, 0);
    fixture_text(store, "SELECT applied FROM setting WHERE scope = 'static'", text);
    assert_string_equal(text, "(null)");
}

static void test_start_update_and_unknown_ids(void **state)
{
    struct dyno_store *store = fixture_open(*state);
    struct fixture_compare ids = fixture_compare(store);
    const struct dyno_store_start_state start = {.state = "stopped",
                                                 .app_id = "local-1",
                                                 .ready_ms = 10500.5,
                                                 .attach_ms = NAN,
                                                 .warmup_ms = NAN};
    char text[512];
    assert_int_equal(dyno_store_start_update(store, ids.start, &start, NULL), DYNO_OK);
    fixture_text(store, "SELECT state || ready_ms FROM start", text);
    assert_string_equal(text, "stopped10500.5");
    fixture_text(store, "SELECT attach_ms FROM start", text);
    assert_string_equal(text, "(null)");
    assert_int_equal(dyno_store_start_update(store, 99, &start, NULL), DYNO_ENOTFOUND);
    assert_int_equal(dyno_store_experiment_finish(store, 99, "finished", "", NULL), DYNO_ENOTFOUND);
    assert_int_equal(dyno_store_experiment_finish(store, 1, "sideways", "", NULL), DYNO_EINTERNAL);
    assert_int_equal(dyno_store_experiment_finish(store, 1, "finished", "", NULL), DYNO_OK);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        ONE(test_trial_lands_with_all_its_rows),
        ONE(test_sums_are_those_of_the_statements),
        ONE(test_warmup_has_no_block_and_absent_checksum_is_empty),
        ONE(test_one_bad_row_leaves_nothing_of_the_trial),
        ONE(test_full_disk_is_an_error_and_the_file_stays_sound),
        ONE(test_settings_are_kept_with_their_proof),
        ONE(test_start_update_and_unknown_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
