/**
 * A columnar block of rows: views into the bytes as they came over the wire, so that no column is
 * ever held twice. Values are read from there straight into the application's buffers.
 */
#ifndef DYNO_HS2_BLOCK_H
#define DYNO_HS2_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How a column travels (field id of the TColumn union). */
enum dyno_hs2_wire {
    DYNO_HS2_WIRE_BOOL = 1,
    DYNO_HS2_WIRE_BYTE = 2,
    DYNO_HS2_WIRE_I16 = 3,
    DYNO_HS2_WIRE_I32 = 4,
    DYNO_HS2_WIRE_I64 = 5,
    DYNO_HS2_WIRE_DOUBLE = 6,
    DYNO_HS2_WIRE_STRING = 7,
    DYNO_HS2_WIRE_BINARY = 8
};

struct dyno_hs2_column {
    enum dyno_hs2_wire wire;
    size_t count;     /**< values; the same in all columns of a block */
    size_t values_at; /**< where the values begin in the block's bytes */
    size_t nulls_at;
    const uint8_t *values; /**< big-endian; strings as i32 length + bytes, one after another */
    size_t values_bytes;
    const uint8_t *nulls; /**< bit i of byte i/8, lowest first; trailing zero bytes absent */
    size_t nulls_bytes;
    /* Where the last string was read, so that reading in row order costs O(1) a row. */
    size_t cursor_row;
    size_t cursor_offset;
};

/** Owned by the caller, filled by dyno_hs2_operation_fetch. */
struct dyno_hs2_block {
    uint8_t *bytes; /**< the message's own bytes; the columns point in here */
    size_t len;
    size_t capacity;
    size_t row_count;
    struct dyno_hs2_column *columns;
    size_t column_count;
    size_t column_capacity;
};

void dyno_hs2_block_init(struct dyno_hs2_block *block);
void dyno_hs2_block_deinit(struct dyno_hs2_block *block);

/** Bytes of all column values together, null slots included. */
size_t dyno_hs2_block_value_bytes(const struct dyno_hs2_block *block);

/* Cells. `row` must be below the column's count; a null slot holds a default value. */

/** Is the cell NULL? */
bool dyno_hs2_column_is_null(const struct dyno_hs2_column *column, size_t row);

/** BOOL (0 or 1), BYTE, I16, I32, I64. */
int64_t dyno_hs2_column_i64(const struct dyno_hs2_column *column, size_t row);

/** DOUBLE. */
double dyno_hs2_column_f64(const struct dyno_hs2_column *column, size_t row);

/** STRING or BINARY: borrowed bytes, not NUL-terminated; O(1) in row order, O(rows) backwards. */
const char *dyno_hs2_column_bytes(struct dyno_hs2_column *column, size_t row, size_t *len_out);

/** The same as it travels: i32 length and the bytes, the next row's behind it. */
const uint8_t *dyno_hs2_column_seek(struct dyno_hs2_column *column, size_t row);

/* Whole runs, for bound arrays: rows first .. first+count-1 into a host-order array. */
void dyno_hs2_column_copy_i64(const struct dyno_hs2_column *column, size_t first, size_t count,
                              int64_t *out);
void dyno_hs2_column_copy_i32(const struct dyno_hs2_column *column, size_t first, size_t count,
                              int32_t *out);
void dyno_hs2_column_copy_f64(const struct dyno_hs2_column *column, size_t first, size_t count,
                              double *out);

#endif
