#include "hs2/block.h"

#include "hs2/wire.h"

#include <stdlib.h>
#include <string.h>

void dyno_hs2_block_init(struct dyno_hs2_block *block)
{
    memset(block, 0, sizeof *block);
}

void dyno_hs2_block_deinit(struct dyno_hs2_block *block)
{
    free(block->bytes);
    free(block->columns);
    dyno_hs2_block_init(block);
}

size_t dyno_hs2_block_value_bytes(const struct dyno_hs2_block *block)
{
    size_t sum = 0;
    for (size_t i = 0; i < block->column_count; i++)
        sum += block->columns[i].values_bytes;
    return sum;
}

bool dyno_hs2_column_is_null(const struct dyno_hs2_column *column, size_t row)
{
    size_t byte = row / 8;
    return byte < column->nulls_bytes && ((column->nulls[byte] >> (row % 8)) & 1) != 0;
}

int64_t dyno_hs2_column_i64(const struct dyno_hs2_column *column, size_t row)
{
    switch (column->wire) {
    case DYNO_HS2_WIRE_BOOL:
        return column->values[row] != 0;
    case DYNO_HS2_WIRE_BYTE:
        return (int8_t)column->values[row];
    case DYNO_HS2_WIRE_I16:
        return (int16_t)dyno_wire_load_u16(column->values + row * 2);
    case DYNO_HS2_WIRE_I32:
        return (int32_t)dyno_wire_load_u32(column->values + row * 4);
    case DYNO_HS2_WIRE_I64:
        return (int64_t)dyno_wire_load_u64(column->values + row * 8);
    default:
        return 0;
    }
}

static double f64_at(const uint8_t *p)
{
    uint64_t bits = dyno_wire_load_u64(p);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double dyno_hs2_column_f64(const struct dyno_hs2_column *column, size_t row)
{
    if (column->wire != DYNO_HS2_WIRE_DOUBLE)
        return (double)dyno_hs2_column_i64(column, row);
    return f64_at(column->values + row * 8);
}

const uint8_t *dyno_hs2_column_seek(struct dyno_hs2_column *column, size_t row)
{
    if (row < column->cursor_row) {
        column->cursor_row = 0;
        column->cursor_offset = 0;
    }
    while (column->cursor_row < row) {
        column->cursor_offset += 4 + dyno_wire_load_u32(column->values + column->cursor_offset);
        column->cursor_row++;
    }
    return column->values + column->cursor_offset;
}

const char *dyno_hs2_column_bytes(struct dyno_hs2_column *column, size_t row, size_t *len_out)
{
    const uint8_t *string = dyno_hs2_column_seek(column, row);
    *len_out = dyno_wire_load_u32(string);
    return (const char *)(string + 4);
}

/* The type is looked at once a run, not once a value, so that the loops vectorise. */
void dyno_hs2_column_copy_i64(const struct dyno_hs2_column *column, size_t first, size_t count,
                              int64_t *out)
{
    if (column->wire == DYNO_HS2_WIRE_I64) {
        const uint8_t *from = column->values + first * 8;
        for (size_t i = 0; i < count; i++)
            out[i] = (int64_t)dyno_wire_load_u64(from + i * 8);
        return;
    }
    for (size_t i = 0; i < count; i++)
        out[i] = dyno_hs2_column_i64(column, first + i);
}

void dyno_hs2_column_copy_i32(const struct dyno_hs2_column *column, size_t first, size_t count,
                              int32_t *out)
{
    if (column->wire == DYNO_HS2_WIRE_I32) {
        const uint8_t *from = column->values + first * 4;
        for (size_t i = 0; i < count; i++)
            out[i] = (int32_t)dyno_wire_load_u32(from + i * 4);
        return;
    }
    for (size_t i = 0; i < count; i++)
        out[i] = (int32_t)dyno_hs2_column_i64(column, first + i);
}

void dyno_hs2_column_copy_f64(const struct dyno_hs2_column *column, size_t first, size_t count,
                              double *out)
{
    if (column->wire != DYNO_HS2_WIRE_DOUBLE) {
        for (size_t i = 0; i < count; i++)
            out[i] = dyno_hs2_column_f64(column, first + i);
        return;
    }
    const uint8_t *from = column->values + first * 8;
    for (size_t i = 0; i < count; i++)
        out[i] = f64_at(from + i * 8);
}
