#include "hs2/wire.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_writer_puts_numbers_big_endian(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0x80, 0xff, 0xfe, 0x01, 0x02, 0x03, 0x04, 0xff, 0xff, 0xff,
                                       0xff, 0xff, 0xff, 0xff, 0xfd, 0x3f, 0xf8, 0,    0,    0,
                                       0,    0,    0,    0,    0,    0,    2,    'h',  'i'};
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    dyno_wire_put_u8(&writer, 0x80);
    dyno_wire_put_i16(&writer, -2);
    dyno_wire_put_i32(&writer, 0x01020304);
    dyno_wire_put_i64(&writer, -3);
    dyno_wire_put_f64(&writer, 1.5);
    dyno_wire_put_bytes(&writer, "hi", 2);
    assert_false(writer.is_failed);
    assert_int_equal(writer.len, sizeof expected);
    assert_memory_equal(writer.bytes, expected, sizeof expected);
    dyno_wire_writer_deinit(&writer);
}

static void test_writer_keeps_room_in_front(void **state)
{
    (void)state;
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    for (int i = 0; i < 3; i++) {
        dyno_wire_writer_reset(&writer, 4);
        dyno_wire_put_raw(&writer, "x", 1);
        assert_int_equal(writer.len, 5);
        assert_memory_equal(writer.bytes, "\0\0\0\0x", 5);
    }
    dyno_wire_writer_deinit(&writer);
}

static void test_writer_refuses_strings_over_2_gib(void **state)
{
    (void)state;
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    dyno_wire_put_bytes(&writer, "", (size_t)INT32_MAX + 1);
    assert_true(writer.is_failed);
    dyno_wire_put_u8(&writer, 1);
    assert_int_equal(writer.len, 0);
    dyno_wire_writer_deinit(&writer);
}

static void test_writer_grows_for_large_texts(void **state)
{
    (void)state;
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    char *text = calloc(1, 100001);
    memset(text, 'x', 100000);
    dyno_wire_put_string_field(&writer, 2, text);
    assert_false(writer.is_failed);
    assert_int_equal(writer.len, 100007);
    free(text);
    dyno_wire_writer_deinit(&writer);
}

static void test_reader_reads_what_was_written(void **state)
{
    (void)state;
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    dyno_wire_put_i16(&writer, INT16_MIN);
    dyno_wire_put_i32(&writer, INT32_MIN);
    dyno_wire_put_i64(&writer, INT64_MIN);
    dyno_wire_put_bytes(&writer, "abc", 3);
    struct dyno_wire_reader reader = dyno_wire_reader_over(writer.bytes, writer.len);
    assert_int_equal(dyno_wire_get_i16(&reader), INT16_MIN);
    assert_int_equal(dyno_wire_get_i32(&reader), INT32_MIN);
    assert_int_equal(dyno_wire_get_i64(&reader), INT64_MIN);
    struct dyno_wire_span span = dyno_wire_get_bytes(&reader);
    assert_true(dyno_wire_span_is(&reader, span, "abc"));
    assert_false(dyno_wire_span_is(&reader, span, "ab"));
    assert_int_equal(reader.at, writer.len);
    assert_int_equal(reader.status, DYNO_OK);
    dyno_wire_writer_deinit(&writer);
}

static void test_reader_fails_stickily_at_the_end(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {1, 2, 3};
    struct dyno_wire_reader reader = dyno_wire_reader_over(bytes, sizeof bytes);
    assert_int_equal(dyno_wire_get_i32(&reader), 0);
    assert_int_equal(reader.status, DYNO_EPROTO);
    assert_int_equal(dyno_wire_get_u8(&reader), 0);
    assert_string_equal(reader.fault, "the message ends early");
}

static enum dyno_status first_failure_of_skip(const uint8_t *bytes, size_t len, uint8_t type)
{
    struct dyno_wire_reader reader = dyno_wire_reader_over(bytes, len);
    dyno_wire_skip(&reader, type);
    return reader.status;
}

static void test_reader_refuses_false_lengths(void **state)
{
    (void)state;
    static const uint8_t negative_string[] = {0xff, 0xff, 0xff, 0xff, 'x'};
    static const uint8_t long_string[] = {0x7f, 0xff, 0xff, 0xff, 'x'};
    static const uint8_t negative_list[] = {DYNO_WIRE_I32, 0x80, 0, 0, 0};
    static const uint8_t long_list[] = {DYNO_WIRE_I64, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const uint8_t long_map[] = {DYNO_WIRE_BYTE, DYNO_WIRE_BYTE, 0x40, 0, 0, 0, 1, 1};
    static const uint8_t unknown_type[] = {1, 2, 3};
    assert_int_equal(first_failure_of_skip(negative_string, 5, DYNO_WIRE_STRING), DYNO_EPROTO);
    assert_int_equal(first_failure_of_skip(long_string, 5, DYNO_WIRE_STRING), DYNO_EPROTO);
    assert_int_equal(first_failure_of_skip(negative_list, 5, DYNO_WIRE_LIST), DYNO_EPROTO);
    assert_int_equal(first_failure_of_skip(long_list, 14, DYNO_WIRE_LIST), DYNO_EPROTO);
    assert_int_equal(first_failure_of_skip(long_map, 8, DYNO_WIRE_MAP), DYNO_EPROTO);
    assert_int_equal(first_failure_of_skip(unknown_type, 3, 99), DYNO_EPROTO);
}

/* A structure within a structure, `depth` times. */
static enum dyno_status skip_nested(size_t depth)
{
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    for (size_t i = 1; i < depth; i++)
        dyno_wire_put_field(&writer, DYNO_WIRE_STRUCT, 1);
    for (size_t i = 0; i < depth; i++)
        dyno_wire_put_stop(&writer);
    enum dyno_status status = first_failure_of_skip(writer.bytes, writer.len, DYNO_WIRE_STRUCT);
    dyno_wire_writer_deinit(&writer);
    return status;
}

static void test_reader_caps_nesting(void **state)
{
    (void)state;
    assert_int_equal(skip_nested(1), DYNO_OK);
    assert_int_equal(skip_nested(DYNO_WIRE_MAX_DEPTH), DYNO_OK);
    assert_int_equal(skip_nested(DYNO_WIRE_MAX_DEPTH + 1), DYNO_EPROTO);
    assert_int_equal(skip_nested(100000), DYNO_EPROTO);
}

static void test_reader_skips_every_type(void **state)
{
    (void)state;
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    dyno_wire_put_bool_field(&writer, 1, true);
    dyno_wire_put_field(&writer, DYNO_WIRE_BYTE, 2);
    dyno_wire_put_u8(&writer, 1);
    dyno_wire_put_field(&writer, DYNO_WIRE_DOUBLE, 3);
    dyno_wire_put_f64(&writer, 1);
    dyno_wire_put_field(&writer, DYNO_WIRE_I16, 4);
    dyno_wire_put_i16(&writer, 1);
    dyno_wire_put_i32_field(&writer, 5, 1);
    dyno_wire_put_i64_field(&writer, 6, 1);
    dyno_wire_put_string_field(&writer, 7, "text");
    dyno_wire_put_field(&writer, DYNO_WIRE_MAP, 8);
    dyno_wire_put_string_map(&writer, 1);
    dyno_wire_put_bytes(&writer, "k", 1);
    dyno_wire_put_bytes(&writer, "v", 1);
    dyno_wire_put_field(&writer, DYNO_WIRE_SET, 9);
    dyno_wire_put_list(&writer, DYNO_WIRE_I16, 2);
    dyno_wire_put_i32(&writer, 0);
    dyno_wire_put_field(&writer, DYNO_WIRE_LIST, 10);
    dyno_wire_put_list(&writer, DYNO_WIRE_STRUCT, 2);
    dyno_wire_put_stop(&writer);
    dyno_wire_put_stop(&writer);
    dyno_wire_put_stop(&writer);
    struct dyno_wire_reader reader = dyno_wire_reader_over(writer.bytes, writer.len);
    dyno_wire_skip(&reader, DYNO_WIRE_STRUCT);
    assert_int_equal(reader.status, DYNO_OK);
    assert_int_equal(reader.at, writer.len);
    dyno_wire_writer_deinit(&writer);
}

/* Hands out one more byte each time it is asked, from a new place. */
static enum dyno_status pull_one(struct dyno_wire_reader *reader, size_t want)
{
    const char *source = reader->ctx;
    size_t len = reader->at + want;
    uint8_t *bytes = malloc(len);
    memcpy(bytes, source, len);
    free((void *)(uintptr_t)reader->bytes);
    reader->bytes = bytes;
    reader->len = len;
    return DYNO_OK;
}

static void test_reader_pulls_what_is_missing(void **state)
{
    (void)state;
    char source[] = "\0\0\0\5hello\0\7";
    struct dyno_wire_reader reader = {
        .bytes = NULL, .max_bytes = 100, .pull = pull_one, .ctx = source};
    struct dyno_wire_span span = dyno_wire_get_bytes(&reader);
    assert_true(dyno_wire_span_is(&reader, span, "hello"));
    assert_int_equal(dyno_wire_get_i16(&reader), 7);
    assert_int_equal(reader.status, DYNO_OK);
    free((void *)(uintptr_t)reader.bytes);
}

static void test_reader_never_pulls_over_its_limit(void **state)
{
    (void)state;
    char source[] = "\0\0\0\x61";
    struct dyno_wire_reader reader = {
        .bytes = NULL, .max_bytes = 100, .pull = pull_one, .ctx = source};
    (void)dyno_wire_get_bytes(&reader);
    assert_int_equal(reader.status, DYNO_ELIMIT);
    free((void *)(uintptr_t)reader.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writer_puts_numbers_big_endian),
        cmocka_unit_test(test_writer_keeps_room_in_front),
        cmocka_unit_test(test_writer_refuses_strings_over_2_gib),
        cmocka_unit_test(test_writer_grows_for_large_texts),
        cmocka_unit_test(test_reader_reads_what_was_written),
        cmocka_unit_test(test_reader_fails_stickily_at_the_end),
        cmocka_unit_test(test_reader_refuses_false_lengths),
        cmocka_unit_test(test_reader_caps_nesting),
        cmocka_unit_test(test_reader_skips_every_type),
        cmocka_unit_test(test_reader_pulls_what_is_missing),
        cmocka_unit_test(test_reader_never_pulls_over_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
