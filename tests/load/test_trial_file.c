#include "load/trial_kit.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MS DYNO_NS_PER_MS

static void test_record_names_every_outcome(void **state)
{
    (void)state;
    assert_string_equal(dyno_outcome_name(DYNO_OUTCOME_EMPTY), "empty");
    assert_string_equal(dyno_outcome_name(DYNO_OUTCOME_CONN_LOST), "conn_lost");
    assert_string_equal(dyno_outcome_name(DYNO_OUTCOME_HARNESS_ERROR), "harness_error");
    assert_string_equal(dyno_outcome_name(DYNO_OUTCOME_COUNT), "unknown");
    for (int i = 0; i < DYNO_OUTCOME_COUNT; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(dyno_outcome_name((enum dyno_outcome)i),
                                    dyno_outcome_name((enum dyno_outcome)j));
}

/* A statement that waited 40 for a session, was sent 5 late, and took 100. */
static struct dyno_record late_record(void)
{
    return (struct dyno_record){.intended_ns = 1000,
                                .claim_ns = 1040,
                                .send_ns = 1045,
                                .exec_ns = 1100,
                                .first_ns = 1120,
                                .done_ns = 1145,
                                .outcome = DYNO_OUTCOME_OK};
}

static void test_record_response_is_the_sum_of_its_parts(void **state)
{
    struct dyno_record r = late_record();
    (void)state;
    assert_int_equal(dyno_record_service_ns(&r), 100);
    assert_int_equal(dyno_record_wait_ns(&r), 40);
    assert_int_equal(dyno_record_lag_ns(&r), 5);
    assert_int_equal(dyno_record_response_ns(&r), 145);
    assert_true(dyno_record_is_consistent(&r));
    r.claim_ns = 900; /* it was there in good time: all of the delay is lag */
    assert_int_equal(dyno_record_wait_ns(&r), 0);
    assert_int_equal(dyno_record_lag_ns(&r), 45);
    assert_true(dyno_record_is_consistent(&r));
}

static void test_record_sent_too_early_is_not_consistent(void **state)
{
    struct dyno_record r = late_record();
    (void)state;
    r.send_ns = 990;
    r.claim_ns = 900;
    assert_false(dyno_record_is_consistent(&r));
    r = late_record();
    r.first_ns = 1050; /* before the result was ready */
    assert_false(dyno_record_is_consistent(&r));
    r.outcome = DYNO_OUTCOME_EMPTY;
    assert_true(dyno_record_is_consistent(&r));
}

static void test_counters_must_add_up(void **state)
{
    struct dyno_counters counters = {
        .offered = 10, .started = 8, .completed = 5, .failed = 2, .censored = 3};
    (void)state;
    assert_true(dyno_counters_are_consistent(&counters));
    counters.completed++;
    assert_false(dyno_counters_are_consistent(&counters));
    counters.censored--;
    assert_true(dyno_counters_are_consistent(&counters));
    counters.started = 11;
    assert_false(dyno_counters_are_consistent(&counters));
}

static void test_trial_file_counts_outcomes_of_the_window(void **state)
{
    static const enum dyno_outcome outcomes[] = {
        DYNO_OUTCOME_OK,        DYNO_OUTCOME_OK,      DYNO_OUTCOME_SQL_ERROR, DYNO_OUTCOME_TIMEOUT,
        DYNO_OUTCOME_CANCELLED, DYNO_OUTCOME_RUNNING, DYNO_OUTCOME_SKIPPED,   DYNO_OUTCOME_EMPTY};
    struct kit kit;
    struct dyno_trial_file *file = NULL;
    struct dyno_counters counters;
    (void)state;
    kit_init(&kit);
    assert_int_equal(dyno_trial_file_create(kit.path, 10, &file, NULL), DYNO_OK);
    dyno_trial_file_header(file)->scheduled = 9;
    assert_true(
        isnan(dyno_trial_file_header(file)->cpu_ratio)); /* a generator may not reach its end */
    for (uint64_t i = 0; i < 8; i++)
        *dyno_trial_file_record(file, i) = (struct dyno_record){
            .seq = i, .outcome = (uint8_t)outcomes[i], .phase = DYNO_PHASE_MEASURE};
    dyno_trial_file_record(file, 8)->outcome = DYNO_OUTCOME_OK; /* of the warm-up */
    dyno_trial_file_count_outcomes(file, &counters);
    assert_int_equal(counters.offered, 8);
    assert_int_equal(counters.started, 6);
    assert_int_equal(counters.completed, 2);
    assert_int_equal(counters.failed, 2);
    assert_int_equal(counters.censored, 4);
    assert_true(dyno_counters_are_consistent(&counters));
    dyno_trial_file_close(file);
    kit_deinit(&kit);
}

static void test_trial_file_of_a_closed_loop_has_no_unfilled_end(void **state)
{
    struct kit kit;
    struct dyno_trial_file *file = NULL;
    (void)state;
    kit_init(&kit);
    assert_int_equal(dyno_trial_file_create(kit.path, 1000, &file, NULL), DYNO_OK);
    dyno_trial_file_record(file, 0)->outcome = DYNO_OUTCOME_OK;
    dyno_trial_file_record(file, 1)->outcome = DYNO_OUTCOME_RUNNING;
    dyno_trial_file_header(file)->claimed = 3;
    assert_int_equal(dyno_trial_file_count(file), 2);
    dyno_trial_file_trim(file);
    dyno_trial_file_close(file);
    struct stat info;
    assert_int_equal(stat(kit.path, &info), 0);
    assert_int_equal(info.st_size, DYNO_TRIAL_FILE_HEADER_BYTES + 2 * sizeof(struct dyno_record));
    assert_int_equal(dyno_trial_file_open(kit.path, &file, NULL), DYNO_OK);
    assert_int_equal(dyno_trial_file_count(file), 2);
    dyno_trial_file_close(file);
    kit_deinit(&kit);
}

static void expect_refused(const char *path, enum dyno_status status, const char *text)
{
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_trial_file *file = NULL;
    assert_int_equal(dyno_trial_file_open(path, &file, &err), status);
    assert_non_null(strstr(err.message, text));
    assert_non_null(strstr(err.message, path));
    assert_null(file);
}

static void test_trial_file_open_refuses_what_is_none(void **state)
{
    struct kit kit;
    struct dyno_trial_file *file = NULL;
    (void)state;
    kit_init(&kit);
    expect_refused(kit.path, DYNO_EPROTO, "not a trial file");
    assert_int_equal(dyno_trial_file_create(kit.path, 100, &file, NULL), DYNO_OK);
    dyno_trial_file_close(file);
    assert_int_equal(truncate(kit.path, DYNO_TRIAL_FILE_HEADER_BYTES + 99 * 128), 0);
    expect_refused(kit.path, DYNO_EPROTO, "shorter than it says");
    assert_int_equal(truncate(kit.path, 100), 0);
    expect_refused(kit.path, DYNO_EPROTO, "not a trial file");
    unlink(kit.path);
    expect_refused(kit.path, DYNO_ENOTFOUND, "no trial file");
    kit_deinit(&kit);
}

static void test_trial_file_open_refuses_other_versions_and_sizes(void **state)
{
    struct kit kit;
    struct dyno_trial_file *file = NULL;
    (void)state;
    kit_init(&kit);
    assert_int_equal(dyno_trial_file_create(kit.path, 100, &file, NULL), DYNO_OK);
    dyno_trial_file_header(file)->version = DYNO_TRIAL_FILE_VERSION + 1;
    expect_refused(kit.path, DYNO_EPROTO, "version 4");
    dyno_trial_file_header(file)->version = DYNO_TRIAL_FILE_VERSION;
    dyno_trial_file_header(file)->capacity = UINT64_MAX;
    expect_refused(kit.path, DYNO_EPROTO, "shorter than it says");
    dyno_trial_file_close(file);
    kit_deinit(&kit);
}

/* A reader that came early sees what the writer does later. */
static void test_trial_file_is_shared_with_a_reader(void **state)
{
    struct kit kit;
    struct dyno_trial_file *writer = NULL;
    struct dyno_trial_file *reader = NULL;
    (void)state;
    kit_init(&kit);
    assert_int_equal(dyno_trial_file_create(kit.path, 100, &writer, NULL), DYNO_OK);
    assert_int_equal(dyno_trial_file_open(kit.path, &reader, NULL), DYNO_OK);
    dyno_trial_file_header(writer)->claimed = 1;
    dyno_trial_file_record(writer, 0)->rows = 42;
    dyno_trial_file_record(writer, 0)->outcome = DYNO_OUTCOME_OK;
    assert_int_equal(dyno_trial_file_count(reader), 1);
    assert_int_equal(dyno_trial_file_record(reader, 0)->rows, 42);
    dyno_trial_file_trim(writer);
    assert_int_equal(dyno_trial_file_count(reader), 1);
    dyno_trial_file_close(writer);
    dyno_trial_file_close(reader);
    kit_deinit(&kit);
}

/* A file size limit stands in for a full disk: found when room is made, not by a SIGBUS later. */
static void test_trial_file_without_room_is_an_error(void **state)
{
    struct kit kit;
    struct rlimit old;
    struct rlimit tight;
    (void)state;
    kit_init(&kit);
    kit.plan.load.rate_per_s = 10000;
    kit.plan.load.measure_ns = 100 * DYNO_NS_PER_S;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight = old;
    tight.rlim_cur = 1024 * 1024;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    struct dyno_generator_options options = {.plan = &kit.plan, .trial_path = kit.path};
    enum dyno_status status = dyno_generate(&options, &kit.err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(status, DYNO_EIO);
    kit_deinit(&kit);
}

static void run_for_ever(struct kit *kit)
{
    struct dyno_generator_options options = {.plan = &kit->plan, .trial_path = kit->path};
    enum dyno_status status = dyno_generate(&options, NULL);
    _exit(status == DYNO_OK ? 0 : 1);
}

/* Wait until the generator has got somewhere, as the supervisor's live view does. Its main thread tells the phase,
 * and may do so after the first statements of its sessions. */
static void await_done(struct kit *kit, uint64_t count)
{
    bool is_there = false;
    for (int i = 0; i < 3000 && !is_there; i++) {
        dyno_sleep_ns(10 * MS);
        if (kit->file == NULL && dyno_trial_file_open(kit->path, &kit->file, NULL) != DYNO_OK)
            continue;
        const struct dyno_trial_header *header = kit_header(kit);
        is_there = header->done >= count && header->state == DYNO_TRIAL_MEASURING;
    }
    assert_true(is_there);
}

static void kill_one(enum dyno_arrival arrival)
{
    struct kit kit;
    kit_init(&kit);
    kit.plan.load.arrival = arrival;
    kit.plan.load.rate_per_s = 3000;
    kit.plan.load.sessions = 8;
    kit.plan.load.measure_ns = 60 * DYNO_NS_PER_S;
    kit.plan.target.null_service_ns = MS;
    unlink(kit.path);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        run_for_ever(&kit);
    await_done(&kit, 200);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    kit_check(&kit);
    assert_non_null(kit.file);
    assert_int_equal(kit_header(&kit)->state, DYNO_TRIAL_MEASURING);
    assert_true(kit_outcomes(&kit, DYNO_OUTCOME_OK) >= 200);
    assert_true(kit_outcomes(&kit, DYNO_OUTCOME_RUNNING) <= 8);
    assert_int_equal(kit.counters.completed, kit_outcomes(&kit, DYNO_OUTCOME_OK));
    assert_true(llabs(kit.counters.completed - (long long)kit_header(&kit)->done) <= 8);
    kit_deinit(&kit);
}

static void test_trial_file_survives_the_killing_of_its_writer(void **state)
{
    (void)state;
    kill_one(DYNO_ARRIVAL_POISSON);
    kill_one(DYNO_ARRIVAL_CLOSED);
}

static void test_a_contradiction_is_named(void **state)
{
    struct kit kit;
    struct dyno_err err = DYNO_ERR_INIT;
    (void)state;
    kit_init(&kit);
    assert_int_equal(dyno_trial_file_create(kit.path, 2, &kit.file, NULL), DYNO_OK);
    for (uint64_t i = 0; i < 2; i++)
        *dyno_trial_file_record(kit.file, i) = (struct dyno_record){.seq = i,
                                                                    .intended_ns = 5,
                                                                    .claim_ns = 3,
                                                                    .send_ns = 6,
                                                                    .exec_ns = 7,
                                                                    .first_ns = 8,
                                                                    .done_ns = 9,
                                                                    .phase = DYNO_PHASE_MEASURE,
                                                                    .outcome = DYNO_OUTCOME_OK};
    kit_header(&kit)->scheduled = 2;
    assert_int_equal(dyno_trial_file_check(kit.file, &err), DYNO_OK);
    dyno_trial_file_record(kit.file, 1)->send_ns = 4; /* before it was due */
    assert_int_equal(dyno_trial_file_check(kit.file, &err), DYNO_EINTERNAL);
    assert_non_null(strstr(err.message, "statement 1 "));
    kit_deinit(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record_names_every_outcome),
        cmocka_unit_test(test_record_response_is_the_sum_of_its_parts),
        cmocka_unit_test(test_record_sent_too_early_is_not_consistent),
        cmocka_unit_test(test_counters_must_add_up),
        cmocka_unit_test(test_trial_file_counts_outcomes_of_the_window),
        cmocka_unit_test(test_trial_file_of_a_closed_loop_has_no_unfilled_end),
        cmocka_unit_test(test_trial_file_open_refuses_what_is_none),
        cmocka_unit_test(test_trial_file_open_refuses_other_versions_and_sizes),
        cmocka_unit_test(test_trial_file_is_shared_with_a_reader),
        cmocka_unit_test(test_trial_file_without_room_is_an_error),
        cmocka_unit_test(test_trial_file_survives_the_killing_of_its_writer),
        cmocka_unit_test(test_a_contradiction_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
