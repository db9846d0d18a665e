#include "golden.h"
#include "hs2/reply.h"
#include "hs2/request.h"
#include "hs2/rowset.h"
#include "hs2/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct dyno_hs2_handle golden_handle(void)
{
    struct dyno_hs2_handle handle = {.guid_len = 16, .secret_len = 16, .has_result_set = true};
    for (uint8_t i = 0; i < 16; i++) {
        handle.guid[i] = i;
        handle.secret[i] = (uint8_t)(i + 16);
    }
    return handle;
}

static void check_request(struct dyno_wire_writer *writer, const uint8_t *golden, size_t len)
{
    dyno_hs2_request_end(writer);
    assert_false(writer->is_failed);
    assert_int_equal(writer->len, len);
    assert_memory_equal(writer->bytes, golden, len);
    dyno_wire_writer_deinit(writer);
}

#define CHECK_REQUEST(writer, golden) check_request(writer, golden, sizeof(golden))

static void test_open_session_request_is_golden(void **state)
{
    (void)state;
    const struct dyno_hs2_property property = {"spark.sql.shuffle.partitions", "4"};
    const struct dyno_hs2_options options = {
        .schema = "sales", .properties = &property, .property_count = 1};
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    dyno_hs2_request_begin(&writer, DYNO_HS2_OPEN_SESSION, 1);
    dyno_hs2_request_open_session(&writer, "alice", "secret", &options);
    CHECK_REQUEST(&writer, GOLDEN_OPEN_SESSION_REQUEST);
}

static void test_session_requests_are_golden(void **state)
{
    (void)state;
    struct dyno_hs2_handle handle = golden_handle();
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    dyno_hs2_request_begin(&writer, DYNO_HS2_CLOSE_SESSION, 2);
    dyno_hs2_request_session(&writer, &handle);
    CHECK_REQUEST(&writer, GOLDEN_CLOSE_SESSION_REQUEST);
    dyno_hs2_request_begin(&writer, DYNO_HS2_GET_INFO, 3);
    dyno_hs2_request_get_info(&writer, &handle, 18);
    CHECK_REQUEST(&writer, GOLDEN_GET_INFO_REQUEST);
}

static void test_statement_requests_are_golden(void **state)
{
    (void)state;
    struct dyno_hs2_handle handle = golden_handle();
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    dyno_hs2_request_begin(&writer, DYNO_HS2_EXECUTE_STATEMENT, 4);
    dyno_hs2_request_execute(&writer, &handle, "SELECT 'z\xc3\xbcrich'", 7);
    CHECK_REQUEST(&writer, GOLDEN_EXECUTE_REQUEST);
    dyno_hs2_request_begin(&writer, DYNO_HS2_GET_OPERATION_STATUS, 5);
    dyno_hs2_request_operation(&writer, &handle);
    CHECK_REQUEST(&writer, GOLDEN_STATUS_REQUEST);
    dyno_hs2_request_begin(&writer, DYNO_HS2_FETCH_RESULTS, 6);
    dyno_hs2_request_fetch(&writer, &handle, 10000);
    CHECK_REQUEST(&writer, GOLDEN_FETCH_REQUEST);
}

static void test_catalog_requests_are_golden(void **state)
{
    (void)state;
    static const char *const types[] = {"TABLE", "VIEW"};
    struct dyno_hs2_handle handle = golden_handle();
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    dyno_hs2_request_begin(&writer, DYNO_HS2_GET_TABLES, 7);
    dyno_hs2_request_get_tables(&writer, &handle, "sal%", "t_", types, 2);
    CHECK_REQUEST(&writer, GOLDEN_GET_TABLES_REQUEST);
    dyno_hs2_request_begin(&writer, DYNO_HS2_GET_COLUMNS, 8);
    dyno_hs2_request_get_columns(&writer, &handle, "default", NULL, "id");
    CHECK_REQUEST(&writer, GOLDEN_GET_COLUMNS_REQUEST);
}

/* A reply that must be read to its last byte. */
static struct dyno_hs2_reply read_whole(const uint8_t *bytes, size_t len, enum dyno_hs2_call call,
                                        int32_t seqid, struct dyno_hs2_block *block)
{
    struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
    reply.block = block;
    struct dyno_wire_reader reader = dyno_wire_reader_over(bytes, len);
    dyno_hs2_reply_read(&reader, call, seqid, &reply);
    assert_int_equal(reader.status, DYNO_OK);
    assert_int_equal(reader.at, len);
    return reply;
}

#define READ_WHOLE(golden, call, seqid, block)                                                     \
    read_whole(golden, sizeof(golden), call, seqid, block)

static void test_open_session_reply_is_read(void **state)
{
    (void)state;
    struct dyno_hs2_handle expected = golden_handle();
    struct dyno_hs2_reply reply =
        READ_WHOLE(GOLDEN_OPEN_SESSION_REPLY, DYNO_HS2_OPEN_SESSION, 1, NULL);
    assert_int_equal(reply.status_code, 0);
    assert_int_equal(reply.protocol, 10);
    assert_true(reply.has_handle);
    assert_memory_equal(reply.handle.guid, expected.guid, 16);
    assert_memory_equal(reply.handle.secret, expected.secret, 16);
}

static void test_execute_reply_is_read(void **state)
{
    (void)state;
    struct dyno_hs2_reply reply =
        READ_WHOLE(GOLDEN_EXECUTE_REPLY, DYNO_HS2_EXECUTE_STATEMENT, 4, NULL);
    assert_true(reply.has_handle);
    assert_true(reply.handle.has_result_set);
    assert_int_equal(reply.handle.guid_len, 16);
}

static void test_status_error_keeps_text_before_the_trace(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_reply reply =
        READ_WHOLE(GOLDEN_STATUS_ERROR_REPLY, DYNO_HS2_GET_OPERATION_STATUS, 5, NULL);
    assert_int_equal(reply.state, DYNO_HS2_STATE_ERROR);
    assert_int_equal(
        dyno_hs2_reply_error(&reply, DYNO_ESERVER, "HY000", GOLDEN_STATUS_ERROR_REPLY, &err),
        DYNO_ESERVER);
    assert_string_equal(err.sqlstate, "42P01");
    assert_int_equal(err.native, 17);
    assert_string_equal(err.message, "first line\nsecond line");
}

static void check_error_text(const char *text, const char *sqlstate, const char *message)
{
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
    reply.text.len = strlen(text);
    assert_int_equal(
        dyno_hs2_reply_error(&reply, DYNO_ESERVER, "HY000", (const uint8_t *)text, &err),
        DYNO_ESERVER);
    assert_string_equal(err.sqlstate, sqlstate);
    assert_string_equal(err.message, message);
}

static void test_error_text_is_cleaned(void **state)
{
    (void)state;
    check_error_text("", "HY000", "the server gave no reason");
    check_error_text("bad thing\n  at x", "HY000", "bad thing");
    check_error_text("look at this", "HY000", "look at this");
    check_error_text("bad SQLSTATE: 22012\n\tat x", "22012", "bad SQLSTATE: 22012");
    check_error_text("bad SQLSTATE: 2201", "HY000", "bad SQLSTATE: 2201");
    check_error_text("org.apache.hive.service.cli.HiveSQLException: Error running query: no\n",
                     "HY000", "no");
}

static void test_long_error_text_is_cut_between_characters(void **state)
{
    (void)state;
    char text[2001] = "x";
    for (size_t i = 1; i + 1 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xbc", 2);
    text[1999] = 'y';
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
    reply.text.len = 2000;
    assert_int_equal(
        dyno_hs2_reply_error(&reply, DYNO_ESERVER, "HY000", (const uint8_t *)text, &err),
        DYNO_ESERVER);
    assert_memory_equal(err.message + 1497, "\xc3\xbc", 2);
    assert_string_equal(err.message + 1499, " ... (501 more bytes of the server's message)");
}

static void test_exception_is_told_apart(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_reply reply = READ_WHOLE(GOLDEN_EXCEPTION_REPLY, DYNO_HS2_GET_INFO, 9, NULL);
    assert_true(reply.is_exception);
    assert_int_equal(dyno_hs2_reply_check(&reply, DYNO_HS2_GET_INFO, GOLDEN_EXCEPTION_REPLY, &err),
                     DYNO_EUNSUPPORTED);
    assert_string_equal(err.message,
                        "GetInfo failed in the server: Invalid method name: 'GetInfo'");
}

static void test_metadata_reply_is_read(void **state)
{
    (void)state;
    struct dyno_hs2_reply reply =
        READ_WHOLE(GOLDEN_METADATA_REPLY, DYNO_HS2_GET_RESULT_SET_METADATA, 6, NULL);
    const struct dyno_hs2_column_desc *columns = reply.schema.columns;
    assert_int_equal(reply.schema.count, 4);
    assert_string_equal(columns[0].name, "id");
    assert_int_equal(columns[0].type, DYNO_HS2_BIGINT);
    assert_int_equal(columns[1].type, DYNO_HS2_DECIMAL);
    assert_int_equal(columns[1].precision, 12);
    assert_int_equal(columns[1].scale, 3);
    assert_int_equal(columns[2].type, DYNO_HS2_VARCHAR);
    assert_int_equal(columns[2].precision, 7);
    assert_string_equal(columns[3].name, "list");
    assert_int_equal(columns[3].type, DYNO_HS2_ARRAY);
    dyno_hs2_schema_deinit(&reply.schema);
}

static void check_numbers(const struct dyno_hs2_block *block)
{
    static const int64_t expected[5][2] = {
        {1, 0}, {7, -128}, {-300, 32767}, {70000, -2147483648LL}, {5000000000LL, INT64_MIN}};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(block->columns[i].wire, i + 1);
        assert_int_equal(dyno_hs2_column_i64(&block->columns[i], 0), expected[i][0]);
        assert_int_equal(dyno_hs2_column_i64(&block->columns[i], 1), expected[i][1]);
    }
    assert_true(dyno_hs2_column_f64(&block->columns[5], 0) == 1.5);
    assert_true(dyno_hs2_column_f64(&block->columns[5], 1) == -1e308);
}

static void test_fetch_reply_holds_every_column_type(void **state)
{
    (void)state;
    static const bool is_third_null[] = {true, false, true, true, true, true, true, false};
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    (void)READ_WHOLE(GOLDEN_FETCH_REPLY, DYNO_HS2_FETCH_RESULTS, 7, &block);
    dyno_hs2_rowset_resolve(&block, GOLDEN_FETCH_REPLY);
    assert_int_equal(block.column_count, 8);
    assert_int_equal(block.row_count, 3);
    check_numbers(&block);
    size_t len = 0;
    const char *text = dyno_hs2_column_bytes(&block.columns[6], 0, &len);
    assert_int_equal(len, 7);
    assert_memory_equal(text, "z\xc3\xbcrich", 7);
    text = dyno_hs2_column_bytes(&block.columns[7], 0, &len);
    assert_int_equal(len, 2);
    assert_memory_equal(text, "\0\xff", 2);
    for (size_t i = 0; i < 8; i++) {
        assert_false(dyno_hs2_column_is_null(&block.columns[i], 1));
        assert_int_equal(dyno_hs2_column_is_null(&block.columns[i], 2), is_third_null[i]);
    }
    assert_int_equal(dyno_hs2_block_value_bytes(&block), 3 * (1 + 1 + 2 + 4 + 8 + 8) + 19 + 15);
    dyno_hs2_block_deinit(&block);
}

static void test_fetch_reply_may_have_no_columns(void **state)
{
    (void)state;
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    (void)READ_WHOLE(GOLDEN_FETCH_EMPTY_REPLY, DYNO_HS2_FETCH_RESULTS, 8, &block);
    assert_int_equal(block.row_count, 0);
    assert_int_equal(block.column_count, 0);
    dyno_hs2_block_deinit(&block);
}

struct golden_reply {
    const uint8_t *bytes;
    size_t len;
    enum dyno_hs2_call call;
    int32_t seqid;
};

#define GOLDEN(name, call, seqid)                                                                  \
    {                                                                                              \
        name, sizeof(name), call, seqid                                                            \
    }

static const struct golden_reply REPLIES[] = {
    GOLDEN(GOLDEN_OPEN_SESSION_REPLY, DYNO_HS2_OPEN_SESSION, 1),
    GOLDEN(GOLDEN_EXECUTE_REPLY, DYNO_HS2_EXECUTE_STATEMENT, 4),
    GOLDEN(GOLDEN_STATUS_ERROR_REPLY, DYNO_HS2_GET_OPERATION_STATUS, 5),
    GOLDEN(GOLDEN_METADATA_REPLY, DYNO_HS2_GET_RESULT_SET_METADATA, 6),
    GOLDEN(GOLDEN_FETCH_REPLY, DYNO_HS2_FETCH_RESULTS, 7),
    GOLDEN(GOLDEN_EXCEPTION_REPLY, DYNO_HS2_GET_INFO, 9),
};

/* Read from a copy of exactly that size, so that the sanitizer sees a step too far. */
static enum dyno_status read_copy(const struct golden_reply *golden, const uint8_t *bytes,
                                  size_t len)
{
    uint8_t *copy = malloc(len + 1);
    uint8_t *exact = realloc(copy, len > 0 ? len : 1);
    memcpy(exact, bytes, len);
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
    reply.block = &block;
    struct dyno_wire_reader reader = dyno_wire_reader_over(exact, len);
    dyno_hs2_reply_read(&reader, golden->call, golden->seqid, &reply);
    if (reader.status == DYNO_OK) {
        dyno_hs2_rowset_resolve(&block, exact);
        size_t text_len = 0;
        for (size_t i = 0; i < block.column_count; i++)
            for (size_t row = 0; row < block.columns[i].count; row++)
                if (block.columns[i].wire >= DYNO_HS2_WIRE_STRING)
                    (void)dyno_hs2_column_bytes(&block.columns[i], row, &text_len);
                else
                    (void)dyno_hs2_column_f64(&block.columns[i], row);
    }
    dyno_hs2_schema_deinit(&reply.schema);
    dyno_hs2_block_deinit(&block);
    free(exact);
    return reader.status;
}

static void test_truncation_anywhere_is_an_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof REPLIES / sizeof REPLIES[0]; i++)
        for (size_t len = 0; len < REPLIES[i].len; len++)
            assert_int_equal(read_copy(&REPLIES[i], REPLIES[i].bytes, len), DYNO_EPROTO);
}

/* Not every change is an error, but none may lead astray. */
static void test_change_of_any_byte_does_no_harm(void **state)
{
    (void)state;
    static const uint8_t changes[] = {0x00, 0x01, 0x0b, 0x0c, 0x0f, 0x7f, 0x80, 0xff};
    uint8_t bytes[2048];
    size_t refused = 0;
    for (size_t i = 0; i < sizeof REPLIES / sizeof REPLIES[0]; i++) {
        assert_true(REPLIES[i].len <= sizeof bytes);
        memcpy(bytes, REPLIES[i].bytes, REPLIES[i].len);
        for (size_t at = 0; at < REPLIES[i].len; at++) {
            for (size_t j = 0; j < sizeof changes; j++) {
                bytes[at] = changes[j];
                refused += read_copy(&REPLIES[i], bytes, REPLIES[i].len) != DYNO_OK;
            }
            bytes[at] = REPLIES[i].bytes[at];
        }
    }
    assert_true(refused > 1000);
}

static void test_wrong_header_is_refused(void **state)
{
    (void)state;
    struct golden_reply wrong = REPLIES[0];
    wrong.seqid = 2;
    assert_int_equal(read_copy(&wrong, wrong.bytes, wrong.len), DYNO_EPROTO);
    wrong = REPLIES[0];
    wrong.call = DYNO_HS2_CLOSE_SESSION;
    assert_int_equal(read_copy(&wrong, wrong.bytes, wrong.len), DYNO_EPROTO);
    assert_int_equal(read_copy(&wrong, (const uint8_t *)"HTTP/1.1 400 Bad Request", 24),
                     DYNO_EPROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_session_request_is_golden),
        cmocka_unit_test(test_session_requests_are_golden),
        cmocka_unit_test(test_statement_requests_are_golden),
        cmocka_unit_test(test_catalog_requests_are_golden),
        cmocka_unit_test(test_open_session_reply_is_read),
        cmocka_unit_test(test_execute_reply_is_read),
        cmocka_unit_test(test_status_error_keeps_text_before_the_trace),
        cmocka_unit_test(test_error_text_is_cleaned),
        cmocka_unit_test(test_long_error_text_is_cut_between_characters),
        cmocka_unit_test(test_exception_is_told_apart),
        cmocka_unit_test(test_metadata_reply_is_read),
        cmocka_unit_test(test_fetch_reply_holds_every_column_type),
        cmocka_unit_test(test_fetch_reply_may_have_no_columns),
        cmocka_unit_test(test_truncation_anywhere_is_an_error),
        cmocka_unit_test(test_change_of_any_byte_does_no_harm),
        cmocka_unit_test(test_wrong_header_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
