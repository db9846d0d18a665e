#include "odbc/fill.h"

#include "hs2/wire.h"

#include <string.h>

/* One column's share of a fill, with the binding's addresses worked out. */
struct run {
    struct dyno_odbc_stmt *stmt;
    struct dyno_hs2_column *column;
    enum dyno_hs2_type type;
    size_t number; /* of the column, from 1 */
    SQLSMALLINT c_type;
    SQLLEN capacity;
    char *data; /* of rowset row `at` */
    size_t data_stride;
    char *indicator; /* of rowset row `at`, or NULL */
    char *null_flag; /* the same, where NULL is told apart from the length */
    struct dyno_odbc_digits digits;
    size_t indicator_stride;
    size_t first;
    size_t count;
    size_t at;
};

static char *shifted(void *at, size_t offset)
{
    return at != NULL ? (char *)at + offset : NULL;
}

static SQLLEN *indicator_at(const struct run *run, size_t i)
{
    return (SQLLEN *)(void *)shifted(run->indicator, i * run->indicator_stride);
}

/* Post what a cell met with and mark its row. */
static void note(const struct run *run, size_t i, const char *state)
{
    size_t row = run->at + i;
    SQLRETURN rc =
        dyno_odbc_diag_post_cell(&run->stmt->diag, state, (int64_t)row + 1, (int32_t)run->number);
    uint8_t mark = rc == SQL_SUCCESS_WITH_INFO ? SQL_ROW_SUCCESS_WITH_INFO : SQL_ROW_ERROR;
    if (run->stmt->row_marks[row] != SQL_ROW_ERROR)
        run->stmt->row_marks[row] = mark;
}

static void fill_cell(const struct run *run, size_t i)
{
    struct dyno_odbc_value value;
    dyno_odbc_value_read(run->column, run->type, run->first + i, &value);
    struct dyno_odbc_target target = {
        .c_type = run->c_type,
        .data = run->data + i * run->data_stride,
        .capacity = run->capacity,
        .indicator = indicator_at(run, i),
        .null_flag = (SQLLEN *)(void *)shifted(run->null_flag, i * run->indicator_stride),
        .digits = run->digits,
    };
    const char *state = dyno_odbc_convert(&value, &target);
    if (state != NULL)
        note(run, i, state);
}

static void fill_cells(const struct run *run)
{
    for (size_t i = 0; i < run->count; i++)
        fill_cell(run, i);
}

/* Copy a text that fits, most often as a number of bytes that the compiler knows: what lies behind it in
 * the cell is the driver's to write, and behind it in the block is another value. */
static void copy_text(char *out, size_t room, const uint8_t *text, size_t len, size_t readable)
{
    enum {
        SHORT = 16,
        MIDDLE = 32
    };
    if (len <= SHORT && room >= SHORT && readable >= SHORT)
        memcpy(out, text, SHORT);
    else if (len <= MIDDLE && room >= MIDDLE && readable >= MIDDLE)
        memcpy(out, text, MIDDLE);
    else
        memcpy(out, text, len);
    out[len] = '\0';
}

/* A cell that takes the long way; the column is put where it begins. */
static void fill_cell_at(const struct run *run, size_t i, const uint8_t *at)
{
    run->column->cursor_row = run->first + i;
    run->column->cursor_offset = (size_t)(at - run->column->values);
    fill_cell(run, i);
}

/* Texts that fit are copied here; NULLs without indicator and all that does not fit go the long way. */
static void fill_texts(const struct run *run)
{
    struct dyno_hs2_column *column = run->column;
    const uint8_t *at = dyno_hs2_column_seek(column, run->first);
    const uint8_t *end = column->values + column->values_bytes;
    size_t room = run->capacity > 0 ? (size_t)run->capacity : 0;
    bool has_nulls = column->nulls_bytes > 0;
    for (size_t i = 0; i < run->count; i++) {
        size_t len = dyno_wire_load_u32(at);
        SQLLEN *indicator = indicator_at(run, i);
        bool is_null = has_nulls && dyno_hs2_column_is_null(column, run->first + i);
        if (len >= room || (is_null && indicator == NULL)) {
            fill_cell_at(run, i, at);
        } else {
            if (!is_null)
                copy_text(run->data + i * run->data_stride, room, at + 4, len,
                          (size_t)(end - at - 4));
            if (indicator != NULL)
                *indicator = is_null ? SQL_NULL_DATA : (SQLLEN)len;
        }
        at += 4 + len;
    }
    column->cursor_row = run->first + run->count;
    column->cursor_offset = (size_t)(at - column->values);
}

static void fill_indicators(const struct run *run, SQLLEN bytes)
{
    SQLLEN *out = (SQLLEN *)(void *)run->indicator;
    if (out == NULL)
        return;
    for (size_t i = 0; i < run->count; i++)
        out[i] = bytes;
    for (size_t i = 0; run->column->nulls_bytes > 0 && i < run->count; i++)
        if (dyno_hs2_column_is_null(run->column, run->first + i))
            out[i] = SQL_NULL_DATA;
}

static bool is_integer_wire(enum dyno_hs2_wire wire)
{
    return wire == DYNO_HS2_WIRE_BYTE || wire == DYNO_HS2_WIRE_I16 || wire == DYNO_HS2_WIRE_I32;
}

/* Numbers that need no check, into a plain array. False if this run is not of that kind. */
static bool fill_numbers(const struct run *run)
{
    size_t bytes = dyno_odbc_c_type_bytes(run->c_type);
    bool is_array = run->data_stride == bytes &&
                    (run->indicator == NULL || run->indicator_stride == sizeof(SQLLEN));
    bool has_place_for_nulls = run->indicator != NULL || run->column->nulls_bytes == 0;
    if (!is_array || !has_place_for_nulls)
        return false;
    enum dyno_hs2_wire wire = run->column->wire;
    void *data = run->data;
    if (run->c_type == SQL_C_SBIGINT && (wire == DYNO_HS2_WIRE_I64 || is_integer_wire(wire)))
        dyno_hs2_column_copy_i64(run->column, run->first, run->count, data);
    else if ((run->c_type == SQL_C_SLONG || run->c_type == SQL_C_LONG) && is_integer_wire(wire))
        dyno_hs2_column_copy_i32(run->column, run->first, run->count, data);
    else if (run->c_type == SQL_C_DOUBLE && wire == DYNO_HS2_WIRE_DOUBLE)
        dyno_hs2_column_copy_f64(run->column, run->first, run->count, data);
    else
        return false;
    fill_indicators(run, (SQLLEN)bytes);
    return true;
}

static void fill_run(const struct run *run)
{
    if (run->null_flag != NULL)
        fill_cells(run);
    else if (run->column->wire == DYNO_HS2_WIRE_STRING && run->c_type == SQL_C_CHAR)
        fill_texts(run);
    else if (!fill_numbers(run))
        fill_cells(run);
}

/* Work out where the binding's rows are. */
static struct run place(struct dyno_odbc_stmt *stmt, const struct dyno_odbc_desc_rec *binding,
                        size_t number)
{
    const struct dyno_odbc_desc *ard = stmt->ard;
    struct run run = {.stmt = stmt, .number = number, .capacity = binding->octet_length};
    run.digits = dyno_odbc_desc_digits(binding);
    run.column = &stmt->result.block->columns[number - 1];
    run.type = stmt->result.columns[number - 1].type;
    run.c_type = binding->type;
    if (run.c_type == SQL_C_DEFAULT)
        run.c_type = stmt->result.infos[number - 1].default_c_type;
    size_t offset = ard->bind_offset != NULL ? *ard->bind_offset : 0;
    run.data = (char *)binding->data + offset;
    run.indicator = shifted(binding->octet_length_ptr, offset);
    run.null_flag = shifted(binding->indicator, offset);
    if (run.indicator == NULL || run.null_flag == run.indicator) {
        run.indicator = run.indicator != NULL ? run.indicator : run.null_flag;
        run.null_flag = NULL;
    }
    if (ard->bind_type != SQL_BIND_BY_COLUMN) {
        run.data_stride = ard->bind_type;
        run.indicator_stride = ard->bind_type;
        return run;
    }
    size_t bytes = dyno_odbc_c_type_bytes(run.c_type);
    run.data_stride = bytes > 0 ? bytes : (size_t)binding->octet_length;
    run.indicator_stride = sizeof(SQLLEN);
    return run;
}

void dyno_odbc_fill(struct dyno_odbc_stmt *stmt, size_t first, size_t count, size_t at)
{
    for (size_t number = 1; number <= stmt->result.column_count; number++) {
        const struct dyno_odbc_desc_rec *binding = dyno_odbc_desc_find(stmt->ard, number);
        if (binding == NULL || binding->data == NULL)
            continue;
        struct run run = place(stmt, binding, number);
        run.first = first;
        run.count = count;
        run.at = at;
        run.data += at * run.data_stride;
        run.indicator = shifted(run.indicator, at * run.indicator_stride);
        run.null_flag = shifted(run.null_flag, at * run.indicator_stride);
        fill_run(&run);
    }
}
