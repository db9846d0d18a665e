#include "odbc/fill.h"

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
    size_t indicator_stride;
    size_t first;
    size_t count;
    size_t at;
};

static SQLLEN *indicator_at(const struct run *run, size_t i)
{
    if (run->indicator == NULL)
        return NULL;
    return (SQLLEN *)(void *)(run->indicator + i * run->indicator_stride);
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

/* Texts that fit are copied here; NULLs without indicator and all that does not fit go the long way. */
static void fill_texts(const struct run *run)
{
    size_t room = run->capacity > 0 ? (size_t)run->capacity : 0;
    for (size_t i = 0; i < run->count; i++) {
        size_t len = 0;
        SQLLEN *indicator = indicator_at(run, i);
        if (dyno_hs2_column_is_null(run->column, run->first + i)) {
            if (indicator != NULL)
                *indicator = SQL_NULL_DATA;
            else
                note(run, i, "22002");
            continue;
        }
        const char *text = dyno_hs2_column_bytes(run->column, run->first + i, &len);
        if (len >= room) {
            fill_cell(run, i);
            continue;
        }
        char *out = run->data + i * run->data_stride;
        memcpy(out, text, len);
        out[len] = '\0';
        if (indicator != NULL)
            *indicator = (SQLLEN)len;
    }
}

static void fill_indicators(const struct run *run, SQLLEN bytes)
{
    SQLLEN *out = (SQLLEN *)(void *)run->indicator;
    if (out == NULL)
        return;
    if (run->column->nulls_bytes == 0) {
        for (size_t i = 0; i < run->count; i++)
            out[i] = bytes;
        return;
    }
    for (size_t i = 0; i < run->count; i++)
        out[i] = dyno_hs2_column_is_null(run->column, run->first + i) ? SQL_NULL_DATA : bytes;
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
    if (run->column->wire == DYNO_HS2_WIRE_STRING && run->c_type == SQL_C_CHAR)
        fill_texts(run);
    else if (!fill_numbers(run))
        fill_cells(run);
}

/* Work out where the binding's rows are. */
static struct run place(struct dyno_odbc_stmt *stmt, const struct dyno_odbc_binding *binding,
                        size_t number)
{
    const struct dyno_odbc_stmt_attrs *attrs = &stmt->attrs;
    struct run run = {.stmt = stmt, .number = number, .capacity = binding->capacity};
    run.column = &stmt->result.block->columns[number - 1];
    run.type = stmt->result.columns[number - 1].type;
    run.c_type = binding->c_type;
    if (run.c_type == SQL_C_DEFAULT)
        run.c_type = stmt->result.infos[number - 1].default_c_type;
    size_t offset = attrs->row_bind_offset != NULL ? *attrs->row_bind_offset : 0;
    run.data = (char *)binding->data + offset;
    run.indicator = binding->indicator != NULL ? (char *)binding->indicator + offset : NULL;
    if (attrs->row_bind_type != SQL_BIND_BY_COLUMN) {
        run.data_stride = attrs->row_bind_type;
        run.indicator_stride = attrs->row_bind_type;
        return run;
    }
    size_t bytes = dyno_odbc_c_type_bytes(run.c_type);
    run.data_stride = bytes > 0 ? bytes : (size_t)binding->capacity;
    run.indicator_stride = sizeof(SQLLEN);
    return run;
}

void dyno_odbc_fill(struct dyno_odbc_stmt *stmt, size_t first, size_t count, size_t at)
{
    for (size_t number = 1; number <= stmt->result.column_count; number++) {
        const struct dyno_odbc_binding *binding = dyno_odbc_stmt_binding(stmt, number);
        if (binding == NULL)
            continue;
        struct run run = place(stmt, binding, number);
        run.first = first;
        run.count = count;
        run.at = at;
        run.data += at * run.data_stride;
        if (run.indicator != NULL)
            run.indicator += at * run.indicator_stride;
        fill_run(&run);
    }
}
