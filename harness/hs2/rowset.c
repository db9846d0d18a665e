#include "hs2/rowset.h"

#include <stdlib.h>
#include <string.h>

/* A new zeroed column at the end of the block, or NULL with the failure in the reader. */
static struct dyno_hs2_column *add_column(struct dyno_wire_reader *reader,
                                          struct dyno_hs2_block *block)
{
    if (block->column_count == block->column_capacity) {
        size_t capacity = block->column_capacity < 8 ? 8 : block->column_capacity * 2;
        struct dyno_hs2_column *columns =
            realloc(block->columns, capacity * sizeof *block->columns);
        if (columns == NULL) {
            dyno_wire_fail(reader, DYNO_ENOMEM, "out of memory");
            return NULL;
        }
        block->columns = columns;
        block->column_capacity = capacity;
    }
    struct dyno_hs2_column *column = &block->columns[block->column_count++];
    memset(column, 0, sizeof *column);
    return column;
}

/*
 * Strings are walked once to find where the column ends. The inner loop runs over the bytes that are
 * here; only at their end does it ask for more, which may move them.
 */
static void pass_strings(struct dyno_wire_reader *reader, size_t count)
{
    while (count > 0 && reader->status == DYNO_OK) {
        const uint8_t *bytes = reader->bytes;
        size_t at = reader->at;
        size_t len = reader->len;
        while (count > 0 && len - at >= 4) {
            size_t string_bytes = dyno_wire_load_u32(bytes + at);
            if (string_bytes > len - at - 4)
                break;
            at += 4 + string_bytes;
            count--;
        }
        reader->at = at;
        if (count > 0) {
            (void)dyno_wire_get_bytes(reader);
            count--;
        }
    }
}

static void read_values(struct dyno_wire_reader *reader, struct dyno_hs2_column *column)
{
    static const uint8_t elements[] = {
        [DYNO_HS2_WIRE_BOOL] = DYNO_WIRE_BOOL,     [DYNO_HS2_WIRE_BYTE] = DYNO_WIRE_BYTE,
        [DYNO_HS2_WIRE_I16] = DYNO_WIRE_I16,       [DYNO_HS2_WIRE_I32] = DYNO_WIRE_I32,
        [DYNO_HS2_WIRE_I64] = DYNO_WIRE_I64,       [DYNO_HS2_WIRE_DOUBLE] = DYNO_WIRE_DOUBLE,
        [DYNO_HS2_WIRE_STRING] = DYNO_WIRE_STRING, [DYNO_HS2_WIRE_BINARY] = DYNO_WIRE_STRING,
    };
    struct dyno_wire_list list = dyno_wire_get_list(reader);
    if (reader->status != DYNO_OK)
        return;
    if (list.element != elements[column->wire]) {
        dyno_wire_fail(reader, DYNO_EPROTO, "a column's values have the wrong type");
        return;
    }
    column->count = list.count;
    column->values_at = reader->at;
    size_t fixed = dyno_wire_fixed_bytes(list.element);
    if (fixed == 0)
        pass_strings(reader, list.count);
    else if (dyno_wire_need(reader, fixed * list.count))
        reader->at += fixed * list.count;
    if (reader->status == DYNO_OK)
        column->values_bytes = reader->at - column->values_at;
}

/* TBoolColumn .. TBinaryColumn: {1: list values, 2: binary nulls}. */
static void read_column(struct dyno_wire_reader *reader, struct dyno_hs2_column *column)
{
    struct dyno_wire_field field;
    bool has_values = false;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.id == 1 && field.type == DYNO_WIRE_LIST && !has_values) {
            read_values(reader, column);
            has_values = true;
        } else if (field.id == 2 && field.type == DYNO_WIRE_STRING) {
            struct dyno_wire_span nulls = dyno_wire_get_bytes(reader);
            column->nulls_at = nulls.at;
            column->nulls_bytes = nulls.len;
        } else {
            dyno_wire_skip(reader, field.type);
        }
    }
}

/* TColumn: a union, so exactly one field. */
static void read_column_union(struct dyno_wire_reader *reader, struct dyno_hs2_block *block)
{
    struct dyno_wire_field field;
    size_t seen = 0;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.type != DYNO_WIRE_STRUCT || field.id < DYNO_HS2_WIRE_BOOL ||
            field.id > DYNO_HS2_WIRE_BINARY || ++seen > 1) {
            dyno_wire_fail(reader, DYNO_EPROTO, "a column is of no known type");
            return;
        }
        struct dyno_hs2_column *column = add_column(reader, block);
        if (column == NULL)
            return;
        column->wire = (enum dyno_hs2_wire)field.id;
        read_column(reader, column);
    }
    if (reader->status == DYNO_OK && seen == 0)
        dyno_wire_fail(reader, DYNO_EPROTO, "a column is of no known type");
}

static void read_columns(struct dyno_wire_reader *reader, struct dyno_hs2_block *block)
{
    struct dyno_wire_list list = dyno_wire_get_list(reader);
    if (list.count > 0 && list.element != DYNO_WIRE_STRUCT) {
        dyno_wire_fail(reader, DYNO_EPROTO, "the columns are not structures");
        return;
    }
    if (block->column_count > 0 || list.count > DYNO_WIRE_MAX_COLUMNS) {
        dyno_wire_fail(reader, DYNO_EPROTO,
                       block->column_count > 0 ? "the columns come twice"
                                               : "there are more than 65535 columns");
        return;
    }
    for (size_t i = 0; i < list.count && reader->status == DYNO_OK; i++)
        read_column_union(reader, block);
    for (size_t i = 1; i < block->column_count; i++)
        if (block->columns[i].count != block->columns[0].count)
            dyno_wire_fail(reader, DYNO_EPROTO, "the columns differ in length");
    if (reader->status == DYNO_OK && block->column_count > 0)
        block->row_count = block->columns[0].count;
}

static void refuse_rows(struct dyno_wire_reader *reader)
{
    struct dyno_wire_list list = dyno_wire_get_list(reader);
    if (list.count > 0)
        dyno_wire_fail(reader, DYNO_EUNSUPPORTED, "the rows are not columnar");
}

void dyno_hs2_rowset_read(struct dyno_wire_reader *reader, struct dyno_hs2_block *block)
{
    struct dyno_wire_field field;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.id == 2 && field.type == DYNO_WIRE_LIST)
            refuse_rows(reader);
        else if (field.id == 3 && field.type == DYNO_WIRE_LIST)
            read_columns(reader, block);
        else
            dyno_wire_skip(reader, field.type);
    }
}

void dyno_hs2_rowset_resolve(struct dyno_hs2_block *block, const uint8_t *bytes)
{
    for (size_t i = 0; i < block->column_count; i++) {
        block->columns[i].values = bytes + block->columns[i].values_at;
        block->columns[i].nulls = bytes + block->columns[i].nulls_at;
    }
}
