#include "fixture.h"
#include "hs2/operation.h"

#include <pthread.h>
#include <stdio.h>

static const struct dyno_fake_hs2_options NOSASL = {.is_sasl = false};

static void test_statement_takes_only_the_calls_it_needs(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "SELECT 1");
    const struct dyno_hs2_column_desc *columns = NULL;
    size_t count = 0;
    for (int i = 0; i < 3; i++)
        assert_int_equal(dyno_hs2_operation_columns(operation, &columns, &count, &fixture.err),
                         DYNO_OK);
    assert_int_equal(count, 1);
    assert_string_equal(columns[0].name, "1");
    assert_int_equal(columns[0].type, DYNO_HS2_INT);
    assert_int_equal(dyno_hs2_operation_fetch(operation, 10, &fixture.block, &fixture.err),
                     DYNO_OK);
    assert_int_equal(fixture.block.row_count, 1);
    assert_int_equal(dyno_hs2_column_i64(&fixture.block.columns[0], 0), 1);
    assert_int_equal(dyno_hs2_operation_fetch(operation, 10, &fixture.block, &fixture.err),
                     DYNO_OK);
    assert_int_equal(fixture.block.row_count, 0);
    dyno_hs2_operation_close(operation);
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_EXECUTE_STATEMENT), 1);
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_GET_OPERATION_STATUS), 1);
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_GET_RESULT_SET_METADATA), 1);
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_FETCH_RESULTS), 2);
    assert_int_equal(dyno_fake_hs2_await_calls(fixture.server, DYNO_HS2_CLOSE_OPERATION, 1), 1);
    fixture_close(&fixture);
}

/* Spark sends as many rows as were asked for while it has them: a shorter block is known to be the last
 * one as soon as the server is known to be Spark's, which is asked along with the first end. */
static void test_the_end_is_known_from_a_short_block(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    for (int i = 0; i < 3; i++) {
        struct dyno_hs2_operation *operation = fixture_run(&fixture, "ROWS 20");
        const size_t expected[] = {10, 10, 0, 0};
        for (size_t j = 0; j < 4; j++) {
            assert_int_equal(dyno_hs2_operation_fetch(operation, 10, &fixture.block, &fixture.err),
                             DYNO_OK);
            assert_int_equal(fixture.block.row_count, expected[j]);
        }
        dyno_hs2_operation_close(operation);
    }
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_GET_INFO), 1);
    int64_t before = dyno_fake_hs2_calls(fixture.server, DYNO_HS2_FETCH_RESULTS);
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "ROWS 25");
    const size_t expected[] = {10, 10, 5, 0};
    for (size_t j = 0; j < 4; j++) {
        assert_int_equal(dyno_hs2_operation_fetch(operation, 10, &fixture.block, &fixture.err),
                         DYNO_OK);
        assert_int_equal(fixture.block.row_count, expected[j]);
    }
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_FETCH_RESULTS), before + 3);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

/* Another server may send fewer rows than it has: it is asked until it sends none. */
static void test_a_short_block_of_another_server_is_not_the_end(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.name = "Apache Hive", .most_rows = 7};
    struct fixture fixture = fixture_open(&options);
    for (int i = 0; i < 2; i++) {
        struct dyno_hs2_operation *operation = fixture_run(&fixture, "ROWS 20");
        const size_t expected[] = {7, 7, 6, 0};
        for (size_t j = 0; j < 4; j++) {
            assert_int_equal(dyno_hs2_operation_fetch(operation, 10, &fixture.block, &fixture.err),
                             DYNO_OK);
            assert_int_equal(fixture.block.row_count, expected[j]);
        }
        dyno_hs2_operation_close(operation);
    }
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_FETCH_RESULTS), 8);
    fixture_close(&fixture);
}

/* The word of the server counts for more than the length of the block, also for one that is Spark's by name. */
static void test_a_short_block_with_more_behind_it_is_not_the_end(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.most_rows = 7, .tells_more = true};
    struct fixture fixture = fixture_open(&options);
    int64_t calls = 0;
    for (int i = 0; i < 3; i++) {
        struct dyno_hs2_operation *operation = fixture_run(&fixture, "ROWS 20");
        const size_t expected[] = {7, 7, 6, 0, 0};
        for (size_t j = 0; j < 5; j++) {
            assert_int_equal(dyno_hs2_operation_fetch(operation, 10, &fixture.block, &fixture.err),
                             DYNO_OK);
            assert_int_equal(fixture.block.row_count, expected[j]);
        }
        dyno_hs2_operation_close(operation);
        int64_t before = calls;
        calls = dyno_fake_hs2_calls(fixture.server, DYNO_HS2_FETCH_RESULTS);
        /* That it is Spark's is asked along with the first end, and told behind it. */
        assert_int_equal(calls - before, i == 0 ? 5 : 3);
    }
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_GET_INFO), 1);
    fixture_close(&fixture);
}

/* Of two statements on a session, the second's calls take the first's rows off the wire for it. */
static void check_rows_ahead(bool is_sasl, bool is_http)
{
    const struct dyno_fake_hs2_options options = {.is_sasl = is_sasl, .is_http = is_http};
    struct fixture fixture = {.err = DYNO_ERR_INIT};
    struct dyno_hs2_block second;
    dyno_hs2_block_init(&fixture.block);
    dyno_hs2_block_init(&second);
    assert_int_equal(dyno_fake_hs2_start(&options, &fixture.server, &fixture.err), DYNO_OK);
    struct dyno_hs2_options client = fixture_client(fixture.server, is_sasl);
    client.transport = is_http ? DYNO_HS2_TRANSPORT_HTTP : DYNO_HS2_TRANSPORT_BINARY;
    assert_int_equal(dyno_hs2_session_open(&client, &fixture.session, &fixture.err), DYNO_OK);
    const struct dyno_hs2_column_desc *columns = NULL;
    size_t count = 0;
    struct dyno_hs2_operation *rows = fixture_run(&fixture, "ROWS 25000");
    assert_int_equal(dyno_hs2_operation_columns_and_rows(rows, 20000, &fixture.block, &columns,
                                                         &count, &fixture.err),
                     DYNO_OK);
    assert_int_equal(count, 4);
    struct dyno_hs2_operation *one = fixture_run(&fixture, "SELECT 1");
    assert_int_equal(dyno_hs2_operation_fetch(one, 10, &second, &fixture.err), DYNO_OK);
    assert_int_equal(second.row_count, 1);
    assert_int_equal(dyno_hs2_operation_fetch(rows, 20000, &fixture.block, &fixture.err), DYNO_OK);
    assert_int_equal(fixture.block.row_count, 20000);
    assert_int_equal(dyno_hs2_column_i64(&fixture.block.columns[0], 19999), 19999);
    assert_int_equal(dyno_hs2_operation_fetch(rows, 20000, &fixture.block, &fixture.err), DYNO_OK);
    assert_int_equal(fixture.block.row_count, 5000);
    assert_int_equal(dyno_hs2_column_i64(&fixture.block.columns[0], 0), 20000);
    dyno_hs2_operation_close(one);
    dyno_hs2_operation_close(rows);
    dyno_hs2_block_deinit(&second);
    fixture_close(&fixture);
}

static void test_rows_ahead_wait_for_their_reader(void **state)
{
    (void)state;
    check_rows_ahead(false, false);
    check_rows_ahead(true, false);
    check_rows_ahead(false, true);
}

/* Rows that nobody fetches, closed before and after their answer has come. */
static void test_rows_ahead_may_be_left(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    const struct dyno_hs2_column_desc *columns = NULL;
    size_t count = 0;
    for (int i = 0; i < 20; i++) {
        struct dyno_hs2_operation *rows = fixture_run(&fixture, "ROWS 100000");
        assert_int_equal(dyno_hs2_operation_columns_and_rows(rows, i < 10 ? 100 : 100000,
                                                             &fixture.block, &columns, &count,
                                                             &fixture.err),
                         DYNO_OK);
        if (i % 2 == 0)
            dyno_hs2_operation_close(fixture_run(&fixture, "SELECT 1"));
        dyno_hs2_operation_close(rows);
    }
    assert_int_equal(dyno_fake_hs2_await_calls(fixture.server, DYNO_HS2_CLOSE_OPERATION, 30), 30);
    dyno_hs2_operation_close(fixture_run(&fixture, "SELECT 1"));
    fixture_close(&fixture);
}

/* The server's refusal of rows that were asked for ahead is told when they are fetched. */
static void test_a_refusal_of_rows_ahead_is_told_at_the_fetch(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    const struct dyno_hs2_column_desc *columns = NULL;
    size_t count = 0;
    struct dyno_hs2_operation *operation = fixture_execute(&fixture, "SLEEP 5000");
    assert_int_equal(dyno_hs2_operation_columns_and_rows(operation, 100, &fixture.block, &columns,
                                                         &count, &fixture.err),
                     DYNO_OK);
    dyno_hs2_operation_close(fixture_run(&fixture, "SELECT 1"));
    assert_int_equal(dyno_hs2_operation_fetch(operation, 100, &fixture.block, &fixture.err),
                     DYNO_ESERVER);
    assert_non_null(strstr(fixture.err.message, "Expected state FINISHED"));
    assert_false(dyno_hs2_session_is_dead(fixture.session));
    assert_int_equal(dyno_hs2_operation_cancel(operation, &fixture.err), DYNO_OK);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

/* Each row of ROWS n says which one it is. */
static void check_generated_rows(struct dyno_hs2_block *block, int64_t first)
{
    char name[40];
    for (size_t i = 0; i < block->row_count; i++) {
        int64_t row = first + (int64_t)i;
        assert_int_equal(dyno_hs2_column_i64(&block->columns[0], i), row);
        assert_true(dyno_hs2_column_f64(&block->columns[1], i) == (double)row / 2.0);
        (void)snprintf(name, sizeof name, "name-%lld", (long long)row);
        assert_cell(block, 2, i, name);
        assert_int_equal(dyno_hs2_column_is_null(&block->columns[3], i), row % 7 == 0);
    }
}

/* The fake server's prepared block, that benchmarks read. */
static void test_the_same_block_again(void **state)
{
    static const size_t blocks[] = {1000, 1000, 500, 0};
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "SAME 2500");
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(dyno_hs2_operation_fetch(operation, 1000, &fixture.block, &fixture.err),
                         DYNO_OK);
        assert_int_equal(fixture.block.row_count, blocks[i]);
        check_generated_rows(&fixture.block, 0);
    }
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void check_many_rows(bool is_sasl)
{
    const struct dyno_fake_hs2_options options = {.is_sasl = is_sasl};
    struct fixture fixture = fixture_open(&options);
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "/* tag 1:2 */ rows 25000");
    int64_t rows = 0;
    for (;;) {
        assert_int_equal(dyno_hs2_operation_fetch(operation, 10000, &fixture.block, &fixture.err),
                         DYNO_OK);
        if (fixture.block.row_count == 0)
            break;
        check_generated_rows(&fixture.block, rows);
        rows += (int64_t)fixture.block.row_count;
    }
    assert_int_equal(rows, 25000);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void test_many_rows_come_in_blocks(void **state)
{
    (void)state;
    check_many_rows(false);
    check_many_rows(true);
}

static void test_every_type_and_its_null_arrives(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "TYPES");
    const struct dyno_hs2_column_desc *columns = NULL;
    struct dyno_hs2_block *block = &fixture.block;
    size_t count = 0;
    assert_int_equal(dyno_hs2_operation_columns(operation, &columns, &count, &fixture.err),
                     DYNO_OK);
    assert_int_equal(count, 20);
    assert_int_equal(dyno_hs2_operation_fetch(operation, 100, block, &fixture.err), DYNO_OK);
    assert_int_equal(block->row_count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(dyno_hs2_column_is_null(&block->columns[i], 0),
                         columns[i].type == DYNO_HS2_NULL);
        assert_true(dyno_hs2_column_is_null(&block->columns[i], 1));
    }
    assert_int_equal(dyno_hs2_column_i64(&block->columns[0], 0), 1);
    assert_int_equal(dyno_hs2_column_i64(&block->columns[1], 2), -128);
    assert_int_equal(dyno_hs2_column_i64(&block->columns[4], 2), INT64_MIN);
    assert_true(dyno_hs2_column_f64(&block->columns[5], 0) == 1.5);
    assert_int_equal(block->columns[9].wire, DYNO_HS2_WIRE_BINARY);
    assert_cell(block, 7, 0, "z\xc3\xbcrich");
    assert_cell(block, 13, 2, "999999999.999");
    assert_int_equal(columns[13].precision, 12);
    assert_int_equal(columns[13].scale, 3);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void test_zero_columns_are_legal(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    const struct dyno_hs2_column_desc *columns = NULL;
    size_t count = 1;
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "ZERO");
    assert_int_equal(dyno_hs2_operation_fetch(operation, 10, &fixture.block, &fixture.err),
                     DYNO_OK);
    assert_int_equal(fixture.block.row_count, 0);
    assert_int_equal(dyno_hs2_operation_columns(operation, &columns, &count, &fixture.err),
                     DYNO_OK);
    assert_int_equal(count, 0);
    assert_int_equal(dyno_hs2_operation_fetch(operation, 10, &fixture.block, &fixture.err),
                     DYNO_OK);
    assert_int_equal(fixture.block.row_count, 0);
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_FETCH_RESULTS), 1);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

/* Hive says which statements have no result set, and hangs up on whoever asks for its columns. */
static void test_what_has_no_result_set_is_not_asked_for_columns(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    const struct dyno_hs2_column_desc *columns = NULL;
    size_t count = 1;
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "NOTHING");
    assert_int_equal(dyno_hs2_operation_columns_and_rows(operation, 10, &fixture.block, &columns,
                                                         &count, &fixture.err),
                     DYNO_OK);
    assert_int_equal(count, 0);
    assert_int_equal(dyno_hs2_operation_fetch(operation, 10, &fixture.block, &fixture.err),
                     DYNO_OK);
    assert_int_equal(fixture.block.row_count, 0);
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_GET_RESULT_SET_METADATA), 0);
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_FETCH_RESULTS), 0);
    dyno_hs2_operation_close(operation);
    dyno_hs2_operation_close(fixture_run(&fixture, "SELECT 1"));
    fixture_close(&fixture);
}

static void test_error_carries_the_servers_sqlstate(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    struct dyno_hs2_operation *operation = fixture_execute(&fixture, "SELECT * FROM FAIL");
    assert_int_equal(dyno_hs2_operation_wait(operation, INT64_MAX, &fixture.err), DYNO_ESERVER);
    assert_string_equal(fixture.err.sqlstate, "42P01");
    assert_int_equal(strncmp(fixture.err.message, "[TABLE_OR_VIEW_NOT_FOUND] The table", 35), 0);
    assert_null(strstr(fixture.err.message, "Fake.scala"));
    dyno_hs2_operation_close(operation);
    operation = fixture_run(&fixture, "SELECT 1");
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void test_error_may_come_with_the_submission(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.fault = DYNO_FAKE_FAULT_SYNC_ERROR};
    struct fixture fixture = fixture_open(&options);
    struct dyno_hs2_operation *operation = NULL;
    assert_int_equal(
        dyno_hs2_execute(fixture.session, "SELECT * FROM FAIL", 0, &operation, &fixture.err),
        DYNO_ESERVER);
    assert_null(operation);
    assert_string_equal(fixture.err.sqlstate, "42P01");
    assert_false(dyno_hs2_session_is_dead(fixture.session));
    fixture_close(&fixture);
}

/* How long a SLEEP 100 took, and how many status calls it cost. */
static int64_t sleep_by_long_polls(int64_t *calls_out)
{
    const struct dyno_fake_hs2_options options = {.long_poll_ns = 40 * DYNO_NS_PER_MS};
    struct fixture fixture = fixture_open(&options);
    int64_t began = dyno_now_ns();
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "SLEEP 100");
    int64_t took = dyno_now_ns() - began;
    *calls_out = dyno_fake_hs2_calls(fixture.server, DYNO_HS2_GET_OPERATION_STATUS);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
    return took;
}

/* A call that a busy machine holds up finds more of the time gone: only a run on time says how many it takes. */
static void test_long_polls_follow_each_other(void **state)
{
    int64_t calls = 0;
    int64_t took = INT64_MAX;
    (void)state;
    for (int tries = 0; tries < 20 && took >= 115 * DYNO_NS_PER_MS; tries++)
        took = sleep_by_long_polls(&calls);
    assert_true(took >= 100 * DYNO_NS_PER_MS);
    assert_true(took < 115 * DYNO_NS_PER_MS);
    assert_int_equal(calls, 3);
}

static void test_poll_tells_whether_it_is_done(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.long_poll_ns = 10 * DYNO_NS_PER_MS};
    struct fixture fixture = fixture_open(&options);
    bool is_done = true;
    struct dyno_hs2_operation *operation = fixture_execute(&fixture, "SLEEP 200");
    assert_int_equal(dyno_hs2_operation_poll(operation, &is_done, &fixture.err), DYNO_OK);
    assert_false(is_done);
    while (!is_done)
        assert_int_equal(dyno_hs2_operation_poll(operation, &is_done, &fixture.err), DYNO_OK);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void *cancel_soon(void *ctx)
{
    struct dyno_err err = DYNO_ERR_INIT;
    dyno_sleep_ns(30 * DYNO_NS_PER_MS);
    enum dyno_status status = dyno_hs2_operation_cancel(ctx, &err);
    return status == DYNO_OK ? ctx : NULL;
}

static void check_cancel(bool is_sasl)
{
    const struct dyno_fake_hs2_options options = {.is_sasl = is_sasl};
    struct fixture fixture = fixture_open(&options);
    pthread_t thread;
    void *result = NULL;
    int64_t began = dyno_now_ns();
    struct dyno_hs2_operation *operation = fixture_execute(&fixture, "SLEEP 60000");
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, operation), 0);
    assert_int_equal(dyno_hs2_operation_wait(operation, INT64_MAX, &fixture.err), DYNO_ECANCELLED);
    int64_t took = dyno_now_ns() - began;
    pthread_join(thread, &result);
    assert_non_null(result);
    assert_string_equal(fixture.err.sqlstate, "HY008");
    assert_true(took < 2 * DYNO_NS_PER_S);
    dyno_hs2_operation_close(operation);
    operation = fixture_run(&fixture, "SELECT 1");
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void test_cancel_from_another_thread_ends_the_wait(void **state)
{
    (void)state;
    check_cancel(false);
    check_cancel(true);
}

static void test_cancel_reports_a_server_that_is_gone(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    struct dyno_hs2_operation *operation = fixture_execute(&fixture, "SLEEP 60000");
    dyno_fake_hs2_stop(fixture.server);
    fixture.server = NULL;
    assert_int_equal(dyno_hs2_operation_cancel(operation, &fixture.err), DYNO_ECONN);
    assert_int_equal(strncmp(fixture.err.message, "cancelling the statement: ", 26), 0);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void test_deadline_leaves_the_statement_running(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    struct dyno_hs2_operation *operation = fixture_execute(&fixture, "SLEEP 600");
    int64_t began = dyno_now_ns();
    assert_int_equal(dyno_hs2_operation_wait(operation, began + 30 * DYNO_NS_PER_MS, &fixture.err),
                     DYNO_ETIMEOUT);
    int64_t took = dyno_now_ns() - began;
    assert_true(took >= 30 * DYNO_NS_PER_MS && took < 550 * DYNO_NS_PER_MS);
    assert_string_equal(fixture.err.sqlstate, "HYT00");
    assert_false(dyno_hs2_session_is_dead(fixture.session));
    assert_int_equal(dyno_hs2_operation_wait(operation, INT64_MAX, &fixture.err), DYNO_OK);
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_GET_OPERATION_STATUS), 1);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void test_deadline_then_another_call_goes_on(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    struct dyno_hs2_operation *slow = fixture_execute(&fixture, "SLEEP 60000");
    assert_int_equal(
        dyno_hs2_operation_wait(slow, dyno_now_ns() + 10 * DYNO_NS_PER_MS, &fixture.err),
        DYNO_ETIMEOUT);
    assert_int_equal(dyno_hs2_operation_cancel(slow, &fixture.err), DYNO_OK);
    struct dyno_hs2_operation *quick = fixture_run(&fixture, "SELECT 1");
    assert_int_equal(dyno_hs2_operation_wait(slow, INT64_MAX, &fixture.err), DYNO_ECANCELLED);
    dyno_hs2_operation_close(quick);
    dyno_hs2_operation_close(slow);
    fixture_close(&fixture);
}

/* The status of one statement is owed while another's deadline passes: nothing breaks. */
static void test_deadline_behind_an_owed_status_keeps_the_session(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.long_poll_ns = 800 * DYNO_NS_PER_MS};
    struct fixture fixture = fixture_open(&options);
    struct dyno_hs2_operation *quick = fixture_execute(&fixture, "SELECT 1");
    struct dyno_hs2_operation *slow = fixture_execute(&fixture, "SLEEP 60000");
    const int64_t soon_ns = 10 * DYNO_NS_PER_MS;
    assert_int_equal(dyno_hs2_operation_wait(slow, dyno_now_ns() + soon_ns, &fixture.err),
                     DYNO_ETIMEOUT);
    assert_int_equal(dyno_hs2_operation_wait(quick, dyno_now_ns() + soon_ns, &fixture.err),
                     DYNO_ETIMEOUT);
    assert_string_equal(fixture.err.sqlstate, "HYT00");
    assert_false(dyno_hs2_session_is_dead(fixture.session));
    assert_int_equal(dyno_hs2_operation_wait(quick, INT64_MAX, &fixture.err), DYNO_OK);
    dyno_hs2_operation_close(quick);
    dyno_hs2_operation_close(slow);
    fixture_close(&fixture);
}

/* A call that has to wait for an owed status gets the time that the server may hold it. */
static void test_owed_status_does_not_eat_the_call_timeout(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.long_poll_ns = 200 * DYNO_NS_PER_MS};
    struct fixture fixture = fixture_open(&options);
    struct dyno_hs2_operation *slow = fixture_execute(&fixture, "SLEEP 60000");
    assert_int_equal(
        dyno_hs2_operation_wait(slow, dyno_now_ns() + 10 * DYNO_NS_PER_MS, &fixture.err),
        DYNO_ETIMEOUT);
    dyno_hs2_session_set_call_timeout(fixture.session, 100 * DYNO_NS_PER_MS);
    dyno_hs2_operation_close(fixture_execute(&fixture, "SELECT 1"));
    dyno_hs2_operation_close(slow);
    fixture_close(&fixture);
}

static void test_past_deadline_makes_no_call(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    struct dyno_hs2_operation *operation = fixture_execute(&fixture, "SLEEP 5");
    assert_int_equal(dyno_hs2_operation_wait(operation, 0, &fixture.err), DYNO_ETIMEOUT);
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_GET_OPERATION_STATUS), 0);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void test_servers_time_limit_is_a_timeout(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    struct dyno_hs2_operation *operation = NULL;
    assert_int_equal(dyno_hs2_execute(fixture.session, "SLEEP 60000", 1, &operation, &fixture.err),
                     DYNO_OK);
    assert_int_equal(dyno_hs2_operation_wait(operation, INT64_MAX, &fixture.err), DYNO_ETIMEOUT);
    assert_string_equal(fixture.err.sqlstate, "HYT00");
    assert_non_null(strstr(fixture.err.message, "server's time limit"));
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void test_fetch_before_the_end_is_the_servers_error(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    struct dyno_hs2_operation *operation = fixture_execute(&fixture, "SLEEP 20");
    assert_int_equal(dyno_hs2_operation_fetch(operation, 10, &fixture.block, &fixture.err),
                     DYNO_ESERVER);
    assert_non_null(strstr(fixture.err.message, "Expected state FINISHED"));
    assert_int_equal(fixture.block.column_count, 0);
    assert_int_equal(dyno_hs2_operation_wait(operation, INT64_MAX, &fixture.err), DYNO_OK);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void test_guid_is_a_uuid(void **state)
{
    (void)state;
    char guid[37] = "";
    struct fixture fixture = fixture_open(&NOSASL);
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "SELECT 1");
    dyno_hs2_operation_guid(operation, guid);
    assert_int_equal(strlen(guid), 36);
    assert_int_equal(strspn(guid, "0123456789abcdef-"), 36);
    assert_true(guid[8] == '-' && guid[13] == '-' && guid[18] == '-' && guid[23] == '-');
    assert_string_equal(guid + 24, "000000000002");
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static int64_t count_rows(struct fixture *fixture, struct dyno_hs2_operation *operation)
{
    int64_t rows = 0;
    bool is_done = false;
    assert_int_equal(dyno_hs2_operation_poll(operation, &is_done, &fixture->err), DYNO_OK);
    assert_true(is_done);
    do {
        assert_int_equal(dyno_hs2_operation_fetch(operation, 4, &fixture->block, &fixture->err),
                         DYNO_OK);
        rows += (int64_t)fixture->block.row_count;
    } while (fixture->block.row_count > 0);
    dyno_hs2_operation_close(operation);
    return rows;
}

static void test_catalog_calls_return_rows(void **state)
{
    (void)state;
    static const char *const types[] = {"TABLE"};
    struct fixture fixture = fixture_open(&NOSASL);
    struct dyno_hs2_session *session = fixture.session;
    struct dyno_err *err = &fixture.err;
    struct dyno_hs2_operation *operation = NULL;
    assert_int_equal(dyno_hs2_get_type_info(session, &operation, err), DYNO_OK);
    assert_int_equal(count_rows(&fixture, operation), 13);
    assert_int_equal(dyno_hs2_get_catalogs(session, &operation, err), DYNO_OK);
    assert_int_equal(count_rows(&fixture, operation), 0);
    assert_int_equal(dyno_hs2_get_schemas(session, "def%", &operation, err), DYNO_OK);
    assert_int_equal(count_rows(&fixture, operation), 1);
    assert_int_equal(dyno_hs2_get_table_types(session, &operation, err), DYNO_OK);
    assert_int_equal(count_rows(&fixture, operation), 2);
    assert_int_equal(dyno_hs2_get_tables(session, NULL, NULL, NULL, 0, &operation, err), DYNO_OK);
    assert_int_equal(count_rows(&fixture, operation), 3);
    assert_int_equal(dyno_hs2_get_tables(session, "default", "s%", types, 1, &operation, err),
                     DYNO_OK);
    assert_int_equal(count_rows(&fixture, operation), 1);
    assert_int_equal(dyno_hs2_get_columns(session, NULL, "stores", "%id", &operation, err),
                     DYNO_OK);
    assert_int_equal(count_rows(&fixture, operation), 1);
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_GET_OPERATION_STATUS), 0);
    fixture_close(&fixture);
}

static void test_call_timeout_can_be_changed(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.fault = DYNO_FAKE_FAULT_SILENT_EXECUTE};
    struct fixture fixture = fixture_open(&options);
    struct dyno_hs2_operation *operation = NULL;
    dyno_hs2_session_set_call_timeout(fixture.session, 30 * DYNO_NS_PER_MS);
    int64_t began = dyno_now_ns();
    assert_int_equal(dyno_hs2_execute(fixture.session, "SELECT 1", 0, &operation, &fixture.err),
                     DYNO_ETIMEOUT);
    assert_true(dyno_now_ns() - began < 2 * DYNO_NS_PER_S);
    assert_string_equal(fixture.err.sqlstate, "HYT01");
    assert_true(dyno_hs2_session_is_dead(fixture.session));
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statement_takes_only_the_calls_it_needs),
        cmocka_unit_test(test_the_end_is_known_from_a_short_block),
        cmocka_unit_test(test_a_short_block_of_another_server_is_not_the_end),
        cmocka_unit_test(test_a_short_block_with_more_behind_it_is_not_the_end),
        cmocka_unit_test(test_rows_ahead_wait_for_their_reader),
        cmocka_unit_test(test_rows_ahead_may_be_left),
        cmocka_unit_test(test_a_refusal_of_rows_ahead_is_told_at_the_fetch),
        cmocka_unit_test(test_the_same_block_again),
        cmocka_unit_test(test_many_rows_come_in_blocks),
        cmocka_unit_test(test_every_type_and_its_null_arrives),
        cmocka_unit_test(test_zero_columns_are_legal),
        cmocka_unit_test(test_what_has_no_result_set_is_not_asked_for_columns),
        cmocka_unit_test(test_error_carries_the_servers_sqlstate),
        cmocka_unit_test(test_error_may_come_with_the_submission),
        cmocka_unit_test(test_long_polls_follow_each_other),
        cmocka_unit_test(test_poll_tells_whether_it_is_done),
        cmocka_unit_test(test_cancel_from_another_thread_ends_the_wait),
        cmocka_unit_test(test_cancel_reports_a_server_that_is_gone),
        cmocka_unit_test(test_deadline_leaves_the_statement_running),
        cmocka_unit_test(test_deadline_then_another_call_goes_on),
        cmocka_unit_test(test_deadline_behind_an_owed_status_keeps_the_session),
        cmocka_unit_test(test_owed_status_does_not_eat_the_call_timeout),
        cmocka_unit_test(test_past_deadline_makes_no_call),
        cmocka_unit_test(test_servers_time_limit_is_a_timeout),
        cmocka_unit_test(test_fetch_before_the_end_is_the_servers_error),
        cmocka_unit_test(test_guid_is_a_uuid),
        cmocka_unit_test(test_catalog_calls_return_rows),
        cmocka_unit_test(test_call_timeout_can_be_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
