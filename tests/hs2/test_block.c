#include "hs2/block.h"
#include "hs2/rowset.h"
#include "hs2/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Builders of a TRowSet's pieces. */

static void begin_rowset(struct dyno_wire_writer *writer, size_t columns)
{
    dyno_wire_put_field(writer, DYNO_WIRE_LIST, 3);
    dyno_wire_put_list(writer, DYNO_WIRE_STRUCT, columns);
}

static void begin_column(struct dyno_wire_writer *writer, int16_t wire, enum dyno_wire_type element,
                         size_t count)
{
    dyno_wire_put_field(writer, DYNO_WIRE_STRUCT, wire);
    dyno_wire_put_field(writer, DYNO_WIRE_LIST, 1);
    dyno_wire_put_list(writer, element, count);
}

static void end_column(struct dyno_wire_writer *writer, const void *nulls, size_t nulls_bytes)
{
    dyno_wire_put_field(writer, DYNO_WIRE_STRING, 2);
    dyno_wire_put_bytes(writer, nulls, nulls_bytes);
    dyno_wire_put_stop(writer);
    dyno_wire_put_stop(writer);
}

static enum dyno_status decode(struct dyno_wire_writer *writer, struct dyno_hs2_block *block)
{
    dyno_wire_put_stop(writer);
    struct dyno_wire_reader reader = dyno_wire_reader_over(writer->bytes, writer->len);
    dyno_hs2_block_init(block);
    dyno_hs2_rowset_read(&reader, block);
    dyno_hs2_rowset_resolve(block, writer->bytes);
    return reader.status;
}

static void test_strings_are_read_in_any_order(void **state)
{
    (void)state;
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    struct dyno_hs2_block block;
    begin_rowset(&writer, 1);
    begin_column(&writer, DYNO_HS2_WIRE_STRING, DYNO_WIRE_STRING, 100);
    char text[200] = "";
    for (size_t i = 0; i < 100; i++) {
        memset(text, (int)('a' + i % 26), i);
        dyno_wire_put_bytes(&writer, text, i);
    }
    end_column(&writer, "", 0);
    assert_int_equal(decode(&writer, &block), DYNO_OK);
    for (size_t i = 0; i < 300; i++) {
        size_t row = i * 37 % 100;
        size_t len = 0;
        const char *bytes = dyno_hs2_column_bytes(&block.columns[0], row, &len);
        assert_int_equal(len, row);
        assert_true(len == 0 || bytes[len - 1] == (char)('a' + row % 26));
    }
    dyno_hs2_block_deinit(&block);
    dyno_wire_writer_deinit(&writer);
}

static void test_null_bits_beyond_the_bitmap_are_not_null(void **state)
{
    (void)state;
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    struct dyno_hs2_block block;
    begin_rowset(&writer, 1);
    begin_column(&writer, DYNO_HS2_WIRE_BYTE, DYNO_WIRE_BYTE, 20);
    for (uint8_t i = 0; i < 20; i++)
        dyno_wire_put_u8(&writer, i);
    end_column(&writer, "\x01\x02", 2);
    assert_int_equal(decode(&writer, &block), DYNO_OK);
    for (size_t row = 0; row < 20; row++)
        assert_int_equal(dyno_hs2_column_is_null(&block.columns[0], row), row == 0 || row == 9);
    dyno_hs2_block_deinit(&block);
    dyno_wire_writer_deinit(&writer);
}

static void test_runs_are_copied_to_host_order(void **state)
{
    (void)state;
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    struct dyno_hs2_block block;
    begin_rowset(&writer, 3);
    begin_column(&writer, DYNO_HS2_WIRE_I64, DYNO_WIRE_I64, 50);
    for (int64_t i = 0; i < 50; i++)
        dyno_wire_put_i64(&writer, -i * 1000000007);
    end_column(&writer, "", 0);
    begin_column(&writer, DYNO_HS2_WIRE_I32, DYNO_WIRE_I32, 50);
    for (int32_t i = 0; i < 50; i++)
        dyno_wire_put_i32(&writer, -i * 70000);
    end_column(&writer, "", 0);
    begin_column(&writer, DYNO_HS2_WIRE_DOUBLE, DYNO_WIRE_DOUBLE, 50);
    for (int i = 0; i < 50; i++)
        dyno_wire_put_f64(&writer, i / 4.0);
    end_column(&writer, "", 0);
    assert_int_equal(decode(&writer, &block), DYNO_OK);
    int64_t wide[50];
    int32_t narrow[50];
    double real[50];
    dyno_hs2_column_copy_i64(&block.columns[0], 7, 43, wide);
    dyno_hs2_column_copy_i32(&block.columns[1], 7, 43, narrow);
    dyno_hs2_column_copy_f64(&block.columns[2], 7, 43, real);
    for (int i = 0; i < 43; i++) {
        assert_int_equal(wide[i], -(int64_t)(i + 7) * 1000000007);
        assert_int_equal(narrow[i], -(i + 7) * 70000);
        assert_true(real[i] == (i + 7) / 4.0);
    }
    dyno_hs2_column_copy_i64(&block.columns[1], 0, 50, wide);
    dyno_hs2_column_copy_f64(&block.columns[1], 0, 50, real);
    assert_int_equal(wide[49], -49 * 70000);
    assert_true(real[49] == -49 * 70000.0);
    dyno_hs2_block_deinit(&block);
    dyno_wire_writer_deinit(&writer);
}

static void check_refused(struct dyno_wire_writer *writer, enum dyno_status expected)
{
    struct dyno_hs2_block block;
    assert_int_equal(decode(writer, &block), expected);
    dyno_hs2_block_deinit(&block);
    dyno_wire_writer_deinit(writer);
}

static void test_columns_of_unequal_length_are_refused(void **state)
{
    (void)state;
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    begin_rowset(&writer, 2);
    begin_column(&writer, DYNO_HS2_WIRE_BYTE, DYNO_WIRE_BYTE, 1);
    dyno_wire_put_u8(&writer, 0);
    end_column(&writer, "", 0);
    begin_column(&writer, DYNO_HS2_WIRE_BYTE, DYNO_WIRE_BYTE, 2);
    dyno_wire_put_i16(&writer, 0);
    end_column(&writer, "", 0);
    check_refused(&writer, DYNO_EPROTO);
}

static void test_column_of_unknown_kind_is_refused(void **state)
{
    (void)state;
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    begin_rowset(&writer, 1);
    begin_column(&writer, 9, DYNO_WIRE_BYTE, 0);
    end_column(&writer, "", 0);
    check_refused(&writer, DYNO_EPROTO);
}

static void test_columns_that_come_twice_are_refused(void **state)
{
    (void)state;
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    for (int i = 0; i < 2; i++) {
        begin_rowset(&writer, 1);
        begin_column(&writer, DYNO_HS2_WIRE_BYTE, DYNO_WIRE_BYTE, 1);
        dyno_wire_put_u8(&writer, 0);
        end_column(&writer, "", 0);
    }
    check_refused(&writer, DYNO_EPROTO);
}

static void test_more_columns_than_odbc_can_count_are_refused(void **state)
{
    (void)state;
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    begin_rowset(&writer, DYNO_WIRE_MAX_COLUMNS + 1);
    for (size_t i = 0; i <= DYNO_WIRE_MAX_COLUMNS; i++) {
        begin_column(&writer, DYNO_HS2_WIRE_BYTE, DYNO_WIRE_BYTE, 0);
        end_column(&writer, "", 0);
    }
    check_refused(&writer, DYNO_EPROTO);
}

static void test_values_of_another_type_are_refused(void **state)
{
    (void)state;
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    begin_rowset(&writer, 1);
    begin_column(&writer, DYNO_HS2_WIRE_I64, DYNO_WIRE_I32, 1);
    dyno_wire_put_i32(&writer, 0);
    end_column(&writer, "", 0);
    check_refused(&writer, DYNO_EPROTO);
}

static void test_rows_that_are_not_columnar_are_refused(void **state)
{
    (void)state;
    struct dyno_wire_writer writer = DYNO_WIRE_WRITER_INIT;
    dyno_wire_put_field(&writer, DYNO_WIRE_LIST, 2);
    dyno_wire_put_list(&writer, DYNO_WIRE_STRUCT, 1);
    dyno_wire_put_stop(&writer);
    check_refused(&writer, DYNO_EUNSUPPORTED);
}

static void test_deinit_leaves_an_empty_block(void **state)
{
    (void)state;
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    dyno_hs2_block_deinit(&block);
    dyno_hs2_block_deinit(&block);
    assert_int_equal(dyno_hs2_block_value_bytes(&block), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings_are_read_in_any_order),
        cmocka_unit_test(test_null_bits_beyond_the_bitmap_are_not_null),
        cmocka_unit_test(test_runs_are_copied_to_host_order),
        cmocka_unit_test(test_columns_of_unequal_length_are_refused),
        cmocka_unit_test(test_column_of_unknown_kind_is_refused),
        cmocka_unit_test(test_columns_that_come_twice_are_refused),
        cmocka_unit_test(test_more_columns_than_odbc_can_count_are_refused),
        cmocka_unit_test(test_values_of_another_type_are_refused),
        cmocka_unit_test(test_rows_that_are_not_columnar_are_refused),
        cmocka_unit_test(test_deinit_leaves_an_empty_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
