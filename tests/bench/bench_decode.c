/* How fast a block of rows is decoded: 10,000 rows {BIGINT, DOUBLE, STRING, STRING}, from memory. */
#include "base/clock.h"
#include "hs2/block.h"
#include "hs2/reply.h"
#include "hs2/rowset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS = 10000,
    NAME_BYTES = 12,
    NOTE_BYTES = 16
};

static void put_strings(struct dyno_wire_writer *writer, size_t len)
{
    char text[32];
    for (int i = 0; i < ROWS; i++) {
        (void)snprintf(text, sizeof text, "%0*d", (int)len, i);
        dyno_wire_put_bytes(writer, text, len);
    }
}

static void begin_column(struct dyno_wire_writer *writer, int16_t wire, enum dyno_wire_type element)
{
    dyno_wire_put_field(writer, DYNO_WIRE_STRUCT, wire);
    dyno_wire_put_field(writer, DYNO_WIRE_LIST, 1);
    dyno_wire_put_list(writer, element, ROWS);
}

static void end_column(struct dyno_wire_writer *writer)
{
    dyno_wire_put_string_field(writer, 2, "");
    dyno_wire_put_stop(writer);
    dyno_wire_put_stop(writer);
}

static void put_columns(struct dyno_wire_writer *writer)
{
    dyno_wire_put_field(writer, DYNO_WIRE_LIST, 3);
    dyno_wire_put_list(writer, DYNO_WIRE_STRUCT, 4);
    begin_column(writer, DYNO_HS2_WIRE_I64, DYNO_WIRE_I64);
    for (int i = 0; i < ROWS; i++)
        dyno_wire_put_i64(writer, i);
    end_column(writer);
    begin_column(writer, DYNO_HS2_WIRE_DOUBLE, DYNO_WIRE_DOUBLE);
    for (int i = 0; i < ROWS; i++)
        dyno_wire_put_f64(writer, i / 3.0);
    end_column(writer);
    begin_column(writer, DYNO_HS2_WIRE_STRING, DYNO_WIRE_STRING);
    put_strings(writer, NAME_BYTES);
    end_column(writer);
    begin_column(writer, DYNO_HS2_WIRE_STRING, DYNO_WIRE_STRING);
    put_strings(writer, NOTE_BYTES);
    end_column(writer);
}

/* The server's answer to FetchResults. */
static void put_answer(struct dyno_wire_writer *writer)
{
    dyno_wire_put_message(writer, DYNO_WIRE_REPLY, "FetchResults", 1);
    dyno_wire_put_field(writer, DYNO_WIRE_STRUCT, 0);
    dyno_wire_put_field(writer, DYNO_WIRE_STRUCT, 1);
    dyno_wire_put_i32_field(writer, 1, 0);
    dyno_wire_put_stop(writer);
    dyno_wire_put_field(writer, DYNO_WIRE_STRUCT, 3);
    put_columns(writer);
    for (int i = 0; i < 3; i++)
        dyno_wire_put_stop(writer);
}

static bool decode(const struct dyno_wire_writer *answer, struct dyno_hs2_block *block)
{
    struct dyno_hs2_reply reply = DYNO_HS2_REPLY_INIT;
    reply.block = block;
    block->row_count = 0;
    block->column_count = 0;
    struct dyno_wire_reader reader = dyno_wire_reader_over(answer->bytes, answer->len);
    dyno_hs2_reply_read(&reader, DYNO_HS2_FETCH_RESULTS, 1, &reply);
    dyno_hs2_rowset_resolve(block, answer->bytes);
    return reader.status == DYNO_OK && block->row_count == ROWS;
}

/* What an application does: numbers into its arrays, strings into its fixed-width cells. */
static void copy_out(struct dyno_hs2_block *block, int64_t *numbers, double *reals, char *cells)
{
    dyno_hs2_column_copy_i64(&block->columns[0], 0, ROWS, numbers);
    dyno_hs2_column_copy_f64(&block->columns[1], 0, ROWS, reals);
    for (size_t column = 2; column < 4; column++) {
        for (size_t row = 0; row < ROWS; row++) {
            size_t len = 0;
            const char *text = dyno_hs2_column_bytes(&block->columns[column], row, &len);
            memcpy(cells + row * 32, text, len < 32 ? len : 32);
        }
    }
}

int main(void)
{
    static int64_t numbers[ROWS];
    static double reals[ROWS];
    static char cells[ROWS * 32];
    struct dyno_wire_writer answer = DYNO_WIRE_WRITER_INIT;
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    put_answer(&answer);
    for (int is_copying = 0; is_copying < 2; is_copying++) {
        int64_t began = dyno_now_ns();
        int64_t blocks = 0;
        while (dyno_now_ns() - began < 2 * DYNO_NS_PER_S) {
            if (!decode(&answer, &block)) {
                (void)fprintf(stderr, "the block cannot be decoded\n");
                return 1;
            }
            if (is_copying != 0)
                copy_out(&block, numbers, reals, cells);
            blocks++;
        }
        double seconds = (double)(dyno_now_ns() - began) / 1e9;
        (void)printf(
            "%-24s %8.1f us a block of %zu bytes, %7.1f M rows/s\n",
            is_copying ? "decoded and copied out:" : "decoded:", seconds * 1e6 / (double)blocks,
            answer.len, (double)blocks * ROWS / seconds / 1e6);
    }
    dyno_hs2_block_deinit(&block);
    dyno_wire_writer_deinit(&answer);
    return 0;
}
