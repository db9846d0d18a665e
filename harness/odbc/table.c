#include "odbc/table.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* More than any catalog holds; keeps sizes far from overflow. */
#define ROWS_MAX       10000000
#define TEXT_MAX_BYTES 1048576

struct cell {
    char *text; /* owned; NULL for numbers and NULL cells */
    size_t len;
    int64_t number;
    bool is_set;
};

struct dyno_odbc_table {
    const struct dyno_odbc_table_column *columns;
    size_t column_count;
    struct cell *cells; /* row after row */
    size_t row_count;
    size_t row_capacity;
    bool has_failed;
    size_t *order; /* row numbers, sorted */
    struct dyno_hs2_column_desc *descs;
    struct dyno_hs2_block block;
};

struct dyno_odbc_table *dyno_odbc_table_new(const struct dyno_odbc_table_column *columns,
                                            size_t column_count)
{
    struct dyno_odbc_table *table = calloc(1, sizeof *table);
    if (table == NULL)
        return NULL;
    table->columns = columns;
    table->column_count = column_count;
    return table;
}

void dyno_odbc_table_free(struct dyno_odbc_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->row_count * table->column_count; i++)
        free(table->cells[i].text);
    if (table->descs != NULL) {
        for (size_t i = 0; i < table->column_count; i++)
            free(table->descs[i].name);
    }
    free(table->cells);
    free(table->order);
    free(table->descs);
    free(table->block.columns);
    free(table->block.bytes);
    free(table);
}

void dyno_odbc_table_add_row(struct dyno_odbc_table *table)
{
    if (table->has_failed)
        return;
    if (table->row_count == table->row_capacity) {
        size_t capacity = table->row_capacity == 0 ? 32 : table->row_capacity * 2;
        struct cell *cells =
            capacity > ROWS_MAX
                ? NULL
                : realloc(table->cells, capacity * table->column_count * sizeof *cells);
        if (cells == NULL) {
            table->has_failed = true;
            return;
        }
        table->cells = cells;
        table->row_capacity = capacity;
    }
    memset(&table->cells[table->row_count * table->column_count], 0,
           table->column_count * sizeof *table->cells);
    table->row_count++;
}

static struct cell *last_cell(struct dyno_odbc_table *table, size_t column)
{
    if (table->has_failed || table->row_count == 0)
        return NULL;
    return &table->cells[(table->row_count - 1) * table->column_count + column];
}

void dyno_odbc_table_set_text(struct dyno_odbc_table *table, size_t column, const char *text,
                              size_t len)
{
    struct cell *cell = last_cell(table, column);
    if (cell == NULL || text == NULL)
        return;
    if (len > TEXT_MAX_BYTES)
        len = TEXT_MAX_BYTES;
    char *copy = malloc(len + 1);
    if (copy == NULL) {
        table->has_failed = true;
        return;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    free(cell->text);
    *cell = (struct cell){.text = copy, .len = len, .is_set = true};
}

void dyno_odbc_table_set_number(struct dyno_odbc_table *table, size_t column, int64_t number)
{
    struct cell *cell = last_cell(table, column);
    if (cell != NULL)
        *cell = (struct cell){.number = number, .is_set = true};
}

static int compare_cells(const struct cell *left, const struct cell *right)
{
    if (left->is_set != right->is_set)
        return left->is_set ? 1 : -1;
    if (left->text != NULL && right->text != NULL)
        return strcmp(left->text, right->text);
    return (left->number > right->number) - (left->number < right->number);
}

static bool comes_after(const struct dyno_odbc_table *table, size_t left, size_t right,
                        const size_t *keys, size_t key_count)
{
    for (size_t i = 0; i < key_count; i++) {
        int order = compare_cells(&table->cells[left * table->column_count + keys[i]],
                                  &table->cells[right * table->column_count + keys[i]]);
        if (order != 0)
            return order > 0;
    }
    return false;
}

/* Merge sort of row numbers: stable, and qsort has no place for the keys. */
static void sort_rows(const struct dyno_odbc_table *table, size_t *order, size_t *scratch,
                      size_t count, const size_t *keys, size_t key_count)
{
    if (count < 2)
        return;
    size_t half = count / 2;
    sort_rows(table, order, scratch, half, keys, key_count);
    sort_rows(table, order + half, scratch, count - half, keys, key_count);
    memcpy(scratch, order, count * sizeof *order);
    size_t left = 0;
    size_t right = half;
    for (size_t i = 0; i < count; i++) {
        bool takes_right =
            left == half ||
            (right < count && comes_after(table, scratch[left], scratch[right], keys, key_count));
        order[i] = takes_right ? scratch[right++] : scratch[left++];
    }
}

static enum dyno_status build_order(struct dyno_odbc_table *table, const size_t *keys,
                                    size_t key_count)
{
    size_t *scratch = calloc(table->row_count + 1, sizeof *scratch);
    table->order = calloc(table->row_count + 1, sizeof *table->order);
    if (scratch == NULL || table->order == NULL) {
        free(scratch);
        return DYNO_ENOMEM;
    }
    for (size_t i = 0; i < table->row_count; i++)
        table->order[i] = i;
    sort_rows(table, table->order, scratch, table->row_count, keys, key_count);
    free(scratch);
    return DYNO_OK;
}

static enum dyno_status build_descs(struct dyno_odbc_table *table)
{
    table->descs = calloc(table->column_count, sizeof *table->descs);
    if (table->descs == NULL)
        return DYNO_ENOMEM;
    for (size_t i = 0; i < table->column_count; i++) {
        table->descs[i].type = table->columns[i].type;
        table->descs[i].name = strdup(table->columns[i].name);
        if (table->descs[i].name == NULL)
            return DYNO_ENOMEM;
    }
    return DYNO_OK;
}

static enum dyno_hs2_wire wire_of(enum dyno_hs2_type type)
{
    if (type == DYNO_HS2_SMALLINT)
        return DYNO_HS2_WIRE_I16;
    return type == DYNO_HS2_INT ? DYNO_HS2_WIRE_I32 : DYNO_HS2_WIRE_STRING;
}

/* Wire bytes of one cell: a big-endian number, or a length and the text. */
static size_t cell_bytes(const struct cell *cell, enum dyno_hs2_wire wire)
{
    if (wire == DYNO_HS2_WIRE_STRING)
        return 4 + cell->len;
    return wire == DYNO_HS2_WIRE_I16 ? 2 : 4;
}

static uint8_t *put_be(uint8_t *at, uint64_t number, size_t bytes)
{
    for (size_t i = bytes; i-- > 0;)
        *at++ = (uint8_t)(number >> (8 * i));
    return at;
}

static uint8_t *put_cell(uint8_t *at, const struct cell *cell, enum dyno_hs2_wire wire)
{
    if (wire != DYNO_HS2_WIRE_STRING)
        return put_be(at, (uint64_t)cell->number, cell_bytes(cell, wire));
    at = put_be(at, cell->len, 4);
    if (cell->len > 0)
        memcpy(at, cell->text, cell->len);
    return at + cell->len;
}

static uint8_t *put_column(const struct dyno_odbc_table *table, size_t number,
                           struct dyno_hs2_column *column, uint8_t *at)
{
    column->wire = wire_of(table->columns[number].type);
    column->count = table->row_count;
    column->values = at;
    for (size_t i = 0; i < table->row_count; i++)
        at = put_cell(at, &table->cells[table->order[i] * table->column_count + number],
                      column->wire);
    column->values_bytes = (size_t)(at - column->values);
    column->nulls = at;
    column->nulls_bytes = (table->row_count + 7) / 8;
    for (size_t i = 0; i < table->row_count; i++) {
        if (!table->cells[table->order[i] * table->column_count + number].is_set)
            at[i / 8] = (uint8_t)(at[i / 8] | 1U << (i % 8));
    }
    return at + column->nulls_bytes;
}

static enum dyno_status build_block(struct dyno_odbc_table *table)
{
    size_t bytes = (table->row_count + 7) / 8 * table->column_count + 1;
    for (size_t i = 0; i < table->row_count * table->column_count; i++)
        bytes +=
            cell_bytes(&table->cells[i], wire_of(table->columns[i % table->column_count].type));
    table->block.bytes = calloc(1, bytes);
    table->block.columns = calloc(table->column_count, sizeof *table->block.columns);
    if (table->block.bytes == NULL || table->block.columns == NULL)
        return DYNO_ENOMEM;
    uint8_t *at = table->block.bytes;
    for (size_t i = 0; i < table->column_count; i++)
        at = put_column(table, i, &table->block.columns[i], at);
    table->block.len = bytes;
    table->block.capacity = bytes;
    table->block.row_count = table->row_count;
    table->block.column_count = table->column_count;
    table->block.column_capacity = table->column_count;
    return DYNO_OK;
}

enum dyno_status dyno_odbc_table_finish(struct dyno_odbc_table *table, const size_t *keys,
                                        size_t key_count)
{
    if (table->has_failed)
        return DYNO_ENOMEM;
    enum dyno_status status = build_descs(table);
    if (status == DYNO_OK)
        status = build_order(table, keys, key_count);
    if (status == DYNO_OK)
        status = build_block(table);
    return status;
}

const struct dyno_hs2_column_desc *dyno_odbc_table_descs(const struct dyno_odbc_table *table)
{
    return table->descs;
}

size_t dyno_odbc_table_column_count(const struct dyno_odbc_table *table)
{
    return table->column_count;
}

struct dyno_hs2_block *dyno_odbc_table_block(struct dyno_odbc_table *table)
{
    return &table->block;
}
