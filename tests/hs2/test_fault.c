/* Servers that do wrong: an error in good time, a dead session, never a crash or a hang. */
#include "fixture.h"

/* Fetch with that fault; the session is dead after a failure. */
static enum dyno_status fetch_with(enum dyno_fake_fault fault, bool is_sasl)
{
    const struct dyno_fake_hs2_options options = {.is_sasl = is_sasl, .fault = fault};
    struct fixture fixture = fixture_open(&options);
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "ROWS 100");
    enum dyno_status status =
        dyno_hs2_operation_fetch(operation, 100, &fixture.block, &fixture.err);
    if (status != DYNO_OK) {
        assert_true(dyno_hs2_session_is_dead(fixture.session));
        assert_int_equal(fixture.block.row_count, 0);
        assert_int_equal(fixture.block.column_count, 0);
        assert_int_equal(dyno_hs2_operation_fetch(operation, 100, &fixture.block, &fixture.err),
                         DYNO_ECONN);
    }
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
    return status;
}

static void test_reset_during_a_fetch_is_a_lost_connection(void **state)
{
    (void)state;
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_FETCH_RESET, false), DYNO_ECONN);
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_FETCH_RESET, true), DYNO_ECONN);
}

static void test_truncated_answer_is_a_lost_connection(void **state)
{
    (void)state;
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_FETCH_TRUNCATED, false), DYNO_ECONN);
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_FETCH_TRUNCATED, true), DYNO_ECONN);
}

static void test_string_of_2_gib_is_refused(void **state)
{
    (void)state;
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_FETCH_HUGE, false), DYNO_ELIMIT);
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_FETCH_HUGE, true), DYNO_EPROTO);
}

static void test_garbage_is_a_protocol_error(void **state)
{
    (void)state;
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_FETCH_GARBAGE, false), DYNO_EPROTO);
    /* The first four bytes, "thes", read as a frame of 1.9 GB. */
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_FETCH_GARBAGE, true), DYNO_ELIMIT);
}

/* The extra bytes may come in the same segment, or later and then be taken for the next answer. */
static void test_bytes_behind_an_answer_are_a_protocol_error(void **state)
{
    (void)state;
    for (int is_sasl = 0; is_sasl < 2; is_sasl++) {
        const struct dyno_fake_hs2_options options = {.is_sasl = is_sasl != 0,
                                                      .fault = DYNO_FAKE_FAULT_FETCH_EXTRA};
        struct fixture fixture = fixture_open(&options);
        struct dyno_hs2_operation *operation = fixture_run(&fixture, "ROWS 10");
        enum dyno_status status = DYNO_OK;
        for (int i = 0; i < 2 && status == DYNO_OK; i++)
            status = dyno_hs2_operation_fetch(operation, 5, &fixture.block, &fixture.err);
        assert_true(status == DYNO_EPROTO || status == DYNO_ELIMIT);
        assert_true(dyno_hs2_session_is_dead(fixture.session));
        dyno_hs2_operation_close(operation);
        fixture_close(&fixture);
    }
}

static void test_dripping_server_is_endured(void **state)
{
    (void)state;
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_DRIP, false), DYNO_OK);
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_DRIP, true), DYNO_OK);
}

static void test_wrong_sequence_number_is_a_protocol_error(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.fault = DYNO_FAKE_FAULT_WRONG_SEQID};
    struct fixture fixture = fixture_open(&options);
    struct dyno_hs2_operation *operation = NULL;
    assert_int_equal(dyno_hs2_execute(fixture.session, "SELECT 1", 0, &operation, &fixture.err),
                     DYNO_EPROTO);
    assert_non_null(strstr(fixture.err.message, "sequence number"));
    assert_true(dyno_hs2_session_is_dead(fixture.session));
    fixture_close(&fixture);
}

static void test_application_exception_leaves_the_session_alive(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.fault = DYNO_FAKE_FAULT_EXCEPTION};
    struct fixture fixture = fixture_open(&options);
    struct dyno_hs2_operation *operation = NULL;
    assert_int_equal(dyno_hs2_execute(fixture.session, "SELECT 1", 0, &operation, &fixture.err),
                     DYNO_ESERVER);
    assert_non_null(strstr(fixture.err.message, "Internal error processing"));
    assert_false(dyno_hs2_session_is_dead(fixture.session));
    fixture_close(&fixture);
}

static void test_answer_over_the_limit_is_refused(void **state)
{
    (void)state;
    for (int is_sasl = 0; is_sasl < 2; is_sasl++) {
        const struct dyno_fake_hs2_options options = {.is_sasl = is_sasl != 0};
        struct fixture fixture = fixture_open(&options);
        dyno_hs2_session_close(fixture.session);
        struct dyno_hs2_options client = fixture_client(fixture.server, is_sasl != 0);
        client.max_message_bytes = 10000;
        assert_int_equal(dyno_hs2_session_open(&client, &fixture.session, &fixture.err), DYNO_OK);
        struct dyno_hs2_operation *operation = fixture_run(&fixture, "ROWS 1000");
        assert_int_equal(dyno_hs2_operation_fetch(operation, 100, &fixture.block, &fixture.err),
                         DYNO_OK);
        assert_int_equal(dyno_hs2_operation_fetch(operation, 900, &fixture.block, &fixture.err),
                         DYNO_ELIMIT);
        assert_non_null(strstr(fixture.err.message, "10000"));
        assert_true(dyno_hs2_session_is_dead(fixture.session));
        dyno_hs2_operation_close(operation);
        fixture_close(&fixture);
    }
}

static void test_server_that_dies_ends_a_wait(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&(struct dyno_fake_hs2_options){.slots = 1});
    struct dyno_hs2_operation *operation = fixture_execute(&fixture, "SLEEP 60000");
    assert_int_equal(
        dyno_hs2_operation_wait(operation, dyno_now_ns() + 5 * DYNO_NS_PER_MS, &fixture.err),
        DYNO_ETIMEOUT);
    dyno_fake_hs2_stop(fixture.server);
    fixture.server = NULL;
    enum dyno_status status = DYNO_OK;
    for (int i = 0; i < 3 && status != DYNO_ECONN; i++)
        status = dyno_hs2_operation_wait(operation, INT64_MAX, &fixture.err);
    assert_int_equal(status, DYNO_ECONN);
    assert_true(dyno_hs2_session_is_dead(fixture.session));
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void test_unanswered_close_session_ends_in_5_s(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.fault = DYNO_FAKE_FAULT_NO_CLOSE_SESSION};
    struct fixture fixture = fixture_open(&options);
    int64_t began = dyno_now_ns();
    dyno_hs2_session_close(fixture.session);
    int64_t took = dyno_now_ns() - began;
    fixture.session = NULL;
    assert_true(took >= 5 * DYNO_NS_PER_S && took < 7 * DYNO_NS_PER_S);
    fixture_close(&fixture);
}

/* A session on a server with that fault, whose calls have only so much time. */
static struct fixture open_hasty(enum dyno_fake_fault fault, bool is_sasl, int64_t call_ns)
{
    const struct dyno_fake_hs2_options options = {.is_sasl = is_sasl, .fault = fault};
    struct fixture fixture = fixture_open(&options);
    dyno_hs2_session_set_call_timeout(fixture.session, call_ns);
    return fixture;
}

static void test_unanswered_close_operation_costs_the_next_calls_deadline(void **state)
{
    (void)state;
    for (int is_sasl = 0; is_sasl < 2; is_sasl++) {
        struct fixture fixture =
            open_hasty(DYNO_FAKE_FAULT_NO_CLOSE_OPERATION, is_sasl != 0, 300 * DYNO_NS_PER_MS);
        struct dyno_hs2_operation *operation = fixture_run(&fixture, "SELECT 1");
        dyno_hs2_operation_close(operation);
        assert_false(dyno_hs2_session_probe(fixture.session));
        int64_t began = dyno_now_ns();
        enum dyno_status status =
            dyno_hs2_execute(fixture.session, "SELECT 1", 0, &operation, &fixture.err);
        assert_true(dyno_now_ns() - began >= 300 * DYNO_NS_PER_MS || status != DYNO_ETIMEOUT);
        /* Answers come in order: the next one cannot be told from what is missing. */
        assert_true(status == DYNO_ETIMEOUT || status == DYNO_EPROTO);
        assert_true(dyno_hs2_session_is_dead(fixture.session));
        began = dyno_now_ns();
        dyno_hs2_session_close(fixture.session);
        assert_true(dyno_now_ns() - began < 5 * DYNO_NS_PER_S);
        fixture.session = NULL;
        fixture_close(&fixture);
    }
}

/* Nobody calls after it: taking leave of the session has a deadline of its own. */
static void test_unanswered_close_operation_does_not_hold_up_the_leave(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.fault = DYNO_FAKE_FAULT_NO_CLOSE_OPERATION};
    struct fixture fixture = fixture_open(&options);
    dyno_hs2_operation_close(fixture_run(&fixture, "SELECT 1"));
    int64_t began = dyno_now_ns();
    dyno_hs2_session_close(fixture.session);
    fixture.session = NULL;
    assert_true(dyno_now_ns() - began < 10 * DYNO_NS_PER_S);
    fixture_close(&fixture);
}

/* The answer to CloseOperation lies before the end of the stream; both are found. */
static void test_a_lost_connection_is_seen_behind_an_answer(void **state)
{
    (void)state;
    for (int is_sasl = 0; is_sasl < 2; is_sasl++) {
        const struct dyno_fake_hs2_options options = {.is_sasl = is_sasl != 0};
        struct fixture fixture = fixture_open(&options);
        dyno_hs2_operation_close(fixture_run(&fixture, "SELECT 1"));
        assert_int_equal(dyno_fake_hs2_await_calls(fixture.server, DYNO_HS2_CLOSE_OPERATION, 1), 1);
        assert_false(dyno_hs2_session_probe(fixture.session));
        dyno_hs2_operation_close(fixture_run(&fixture, "SELECT 1"));
        dyno_fake_hs2_stop(fixture.server);
        fixture.server = NULL;
        assert_true(dyno_hs2_session_probe(fixture.session));
        fixture_close(&fixture);
    }
}

/* The deadline is that of the whole answer: each byte in good time does not help. */
static void test_stalled_and_slow_answers_end_at_the_deadline(void **state)
{
    (void)state;
    static const enum dyno_fake_fault faults[] = {DYNO_FAKE_FAULT_FETCH_STALL,
                                                  DYNO_FAKE_FAULT_FETCH_SLOW};
    for (int i = 0; i < 4; i++) {
        struct fixture fixture = open_hasty(faults[i / 2], i % 2 != 0, 2 * DYNO_NS_PER_S);
        struct dyno_hs2_operation *operation = fixture_run(&fixture, "ROWS 1000");
        dyno_hs2_session_set_call_timeout(fixture.session, 200 * DYNO_NS_PER_MS);
        int64_t began = dyno_now_ns();
        assert_int_equal(dyno_hs2_operation_fetch(operation, 1000, &fixture.block, &fixture.err),
                         DYNO_ETIMEOUT);
        assert_string_equal(fixture.err.sqlstate, "HYT01");
        assert_non_null(strstr(fixture.err.message, "did not answer in time"));
        assert_true(dyno_now_ns() - began >= 200 * DYNO_NS_PER_MS);
        assert_true(dyno_hs2_session_is_dead(fixture.session));
        assert_int_equal(fixture.block.row_count, 0);
        dyno_hs2_operation_close(operation);
        fixture_close(&fixture);
    }
}

static void test_unknown_type_is_a_protocol_error(void **state)
{
    (void)state;
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_FETCH_UNKNOWN, false), DYNO_EPROTO);
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_FETCH_UNKNOWN, true), DYNO_EPROTO);
}

/* Whoever fetches decides when it is enough; until then nothing grows. */
static void test_endless_rows_take_no_more_memory_than_one_block(void **state)
{
    (void)state;
    struct fixture fixture = open_hasty(DYNO_FAKE_FAULT_FETCH_ENDLESS, true, 10 * DYNO_NS_PER_S);
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "ROWS 100");
    size_t capacity = 0;
    for (int i = 0; i < 500; i++) {
        assert_int_equal(dyno_hs2_operation_fetch(operation, 100, &fixture.block, &fixture.err),
                         DYNO_OK);
        assert_int_equal(fixture.block.row_count, 100);
        capacity = i == 0 ? fixture.block.capacity : capacity;
        assert_int_equal(fixture.block.capacity, capacity);
    }
    dyno_hs2_operation_close(operation);
    assert_false(dyno_hs2_session_is_dead(fixture.session));
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_during_a_fetch_is_a_lost_connection),
        cmocka_unit_test(test_truncated_answer_is_a_lost_connection),
        cmocka_unit_test(test_string_of_2_gib_is_refused),
        cmocka_unit_test(test_garbage_is_a_protocol_error),
        cmocka_unit_test(test_bytes_behind_an_answer_are_a_protocol_error),
        cmocka_unit_test(test_dripping_server_is_endured),
        cmocka_unit_test(test_wrong_sequence_number_is_a_protocol_error),
        cmocka_unit_test(test_application_exception_leaves_the_session_alive),
        cmocka_unit_test(test_answer_over_the_limit_is_refused),
        cmocka_unit_test(test_server_that_dies_ends_a_wait),
        cmocka_unit_test(test_unanswered_close_session_ends_in_5_s),
        cmocka_unit_test(test_unanswered_close_operation_costs_the_next_calls_deadline),
        cmocka_unit_test(test_unanswered_close_operation_does_not_hold_up_the_leave),
        cmocka_unit_test(test_a_lost_connection_is_seen_behind_an_answer),
        cmocka_unit_test(test_stalled_and_slow_answers_end_at_the_deadline),
        cmocka_unit_test(test_unknown_type_is_a_protocol_error),
        cmocka_unit_test(test_endless_rows_take_no_more_memory_than_one_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
