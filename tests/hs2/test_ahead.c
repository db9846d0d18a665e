/* Blocks that are asked for before their reader comes. */
#include "fixture.h"
#include "hs2/operation.h"

#include <stdio.h>

static const struct dyno_fake_hs2_options NOSASL = {.is_sasl = false};

static size_t fetch(struct fixture *fixture, struct dyno_hs2_operation *operation, int64_t rows)
{
    assert_int_equal(dyno_hs2_operation_fetch(operation, rows, &fixture->block, &fixture->err),
                     DYNO_OK);
    return fixture->block.row_count;
}

static int64_t fetches(const struct fixture *fixture)
{
    return dyno_fake_hs2_calls(fixture->server, DYNO_HS2_FETCH_RESULTS);
}

static void run_one(struct fixture *fixture)
{
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    struct dyno_hs2_operation *one = fixture_run(fixture, "SELECT 1");
    assert_int_equal(dyno_hs2_operation_fetch(one, 10, &block, &fixture->err), DYNO_OK);
    assert_int_equal(block.row_count, 1);
    assert_int_equal(dyno_hs2_column_i64(&block.columns[0], 0), 1);
    dyno_hs2_operation_close(one);
    dyno_hs2_block_deinit(&block);
}

static void check_rows(struct dyno_hs2_block *block, int64_t first)
{
    char name[40];
    for (size_t i = 0; i < block->row_count; i++) {
        assert_int_equal(dyno_hs2_column_i64(&block->columns[0], i), first + (int64_t)i);
        (void)snprintf(name, sizeof name, "name-%lld", (long long)first + (long long)i);
        assert_cell(block, 2, i, name);
    }
}

/* After the first result that was read to its end, short blocks are known to be last ones. */
static void check_end_is_learned(struct fixture *fixture)
{
    struct dyno_hs2_operation *operation = fixture_run(fixture, "ROWS 5");
    assert_int_equal(fetch(fixture, operation, 10), 5);
    assert_int_equal(fetch(fixture, operation, 10), 0);
    dyno_hs2_operation_close(operation);
}

/* All rows in their order, with other statements between them or not, and no more calls than without. */
static void check_whole_result(const struct dyno_fake_hs2_options *options, bool is_mixed)
{
    struct fixture fixture = fixture_open(options);
    check_end_is_learned(&fixture);
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "ROWS 10005");
    int64_t before = fetches(&fixture);
    int64_t rows = 0;
    int64_t others = 0;
    while (fetch(&fixture, operation, 100) > 0) {
        dyno_hs2_operation_ask_ahead(operation, 100);
        others += is_mixed ? 1 : 0;
        if (is_mixed)
            run_one(&fixture);
        check_rows(&fixture.block, rows);
        rows += (int64_t)fixture.block.row_count;
    }
    assert_int_equal(rows, 10005);
    /* Without another statement behind it the end is known from the short block. */
    assert_int_equal(fetches(&fixture) - before - others, 101);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void test_a_whole_result_is_the_same(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        const struct dyno_fake_hs2_options options = {.is_sasl = i / 2 == 1};
        check_whole_result(&options, i % 2 != 0);
    }
}

/* Not before somebody has come for a second block; then without anybody waiting for it. */
static void test_the_third_block_is_asked_for_early(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "ROWS 45");
    assert_int_equal(fetch(&fixture, operation, 10), 10);
    dyno_hs2_operation_ask_ahead(operation, 10);
    /* Another statement's calls come behind one that was asked for, and take one fetch of their own. */
    run_one(&fixture);
    assert_int_equal(fetches(&fixture), 2);
    assert_int_equal(fetch(&fixture, operation, 10), 10);
    assert_int_equal(fetches(&fixture), 3);
    dyno_hs2_operation_ask_ahead(operation, 10);
    dyno_hs2_operation_ask_ahead(operation, 10);
    assert_int_equal(dyno_fake_hs2_await_calls(fixture.server, DYNO_HS2_FETCH_RESULTS, 4), 4);
    check_rows(&fixture.block, 10);
    assert_int_equal(fetch(&fixture, operation, 10), 10);
    check_rows(&fixture.block, 20);
    assert_int_equal(fetches(&fixture), 4);
    /* Nothing is asked for with no rows, nor behind a short block. */
    dyno_hs2_operation_ask_ahead(operation, 0);
    assert_int_equal(fetch(&fixture, operation, 1000), 15);
    assert_int_equal(fetches(&fixture), 5);
    dyno_hs2_operation_ask_ahead(operation, 10);
    run_one(&fixture);
    assert_int_equal(fetches(&fixture), 6);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

/* Closed before the answer has come, while it comes, and after another statement has taken it. */
static void test_an_operation_may_be_closed_meanwhile(void **state)
{
    (void)state;
    for (int is_sasl = 0; is_sasl < 2; is_sasl++) {
        const struct dyno_fake_hs2_options options = {.is_sasl = is_sasl != 0};
        struct fixture fixture = fixture_open(&options);
        for (int i = 0; i < 30; i++) {
            struct dyno_hs2_operation *operation = fixture_run(&fixture, "SAME 100000");
            (void)fetch(&fixture, operation, 20000);
            (void)fetch(&fixture, operation, 20000);
            dyno_hs2_operation_ask_ahead(operation, 20000);
            if (i % 3 == 1)
                (void)dyno_hs2_session_probe(fixture.session);
            if (i % 3 == 2)
                run_one(&fixture);
            dyno_hs2_operation_close(operation);
            assert_int_equal(fixture.block.row_count, 20000);
            check_rows(&fixture.block, 0);
        }
        run_one(&fixture);
        assert_int_equal(dyno_fake_hs2_await_calls(fixture.server, DYNO_HS2_CLOSE_OPERATION, 41),
                         41);
        fixture_close(&fixture);
    }
}

static void test_a_lost_connection_is_told_by_the_next_fetch(void **state)
{
    (void)state;
    for (int is_asked_before = 0; is_asked_before < 2; is_asked_before++) {
        struct fixture fixture = fixture_open(&NOSASL);
        struct dyno_hs2_operation *operation = fixture_run(&fixture, "ROWS 1000000");
        (void)fetch(&fixture, operation, 10);
        (void)fetch(&fixture, operation, 10);
        if (is_asked_before)
            dyno_hs2_operation_ask_ahead(operation, 900000);
        dyno_fake_hs2_stop(fixture.server);
        fixture.server = NULL;
        dyno_hs2_operation_ask_ahead(operation, 10);
        check_rows(&fixture.block, 10);
        assert_int_equal(dyno_hs2_operation_fetch(operation, 10, &fixture.block, &fixture.err),
                         DYNO_ECONN);
        assert_int_equal(fixture.block.row_count, 0);
        assert_true(dyno_hs2_session_is_dead(fixture.session));
        dyno_hs2_operation_ask_ahead(operation, 10);
        dyno_hs2_operation_close(operation);
        fixture_close(&fixture);
    }
}

/* Two blocks, whatever the length of the result. */
static void test_endless_rows_take_the_memory_of_two_blocks(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.is_sasl = true,
                                                  .fault = DYNO_FAKE_FAULT_FETCH_ENDLESS};
    struct fixture fixture = fixture_open(&options);
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "ROWS 1000");
    const uint8_t *seen[2] = {NULL};
    for (int i = 0; i < 300; i++) {
        assert_int_equal(fetch(&fixture, operation, 1000), 1000);
        dyno_hs2_operation_ask_ahead(operation, 1000);
        if (i >= 10 && i < 12)
            seen[i % 2] = fixture.block.bytes;
        if (i >= 12)
            assert_ptr_equal(fixture.block.bytes, seen[i % 2]);
    }
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

/* 18 MiB a block: held once only. */
static void test_large_blocks_are_not_asked_for_early(void **state)
{
    (void)state;
    struct fixture fixture = fixture_open(&NOSASL);
    struct dyno_hs2_operation *operation = fixture_run(&fixture, "SAME 2000000");
    (void)fetch(&fixture, operation, 500000);
    (void)fetch(&fixture, operation, 500000);
    assert_in_range(fixture.block.len, 17 << 20, 100 << 20);
    dyno_hs2_operation_ask_ahead(operation, 500000);
    run_one(&fixture);
    assert_int_equal(fetches(&fixture), 3);
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_whole_result_is_the_same),
        cmocka_unit_test(test_the_third_block_is_asked_for_early),
        cmocka_unit_test(test_an_operation_may_be_closed_meanwhile),
        cmocka_unit_test(test_a_lost_connection_is_told_by_the_next_fetch),
        cmocka_unit_test(test_endless_rows_take_the_memory_of_two_blocks),
        cmocka_unit_test(test_large_blocks_are_not_asked_for_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
