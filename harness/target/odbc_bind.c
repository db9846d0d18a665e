#include "base/alloc.h"
#include "target/odbc_private.h"
#include "target/row_hash.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BUFFER_BYTES   ((size_t)8 * 1024 * 1024)
#define SHORTEST_TEXT      32 /* also for numbers and dates whose driver is wrong about their length */
#define SHORTEST_CHARACTER 256 /* for character types */
#define LONGEST_TEXT       8192
#define ALIGNMENT          8

static size_t round_up(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static bool is_integer(SQLSMALLINT sql_type)
{
    return sql_type == SQL_BIT || sql_type == SQL_TINYINT || sql_type == SQL_SMALLINT ||
           sql_type == SQL_INTEGER || sql_type == SQL_BIGINT;
}

static bool is_floating(SQLSMALLINT sql_type)
{
    return sql_type == SQL_REAL || sql_type == SQL_FLOAT || sql_type == SQL_DOUBLE;
}

static bool is_binary(SQLSMALLINT sql_type)
{
    return sql_type == SQL_BINARY || sql_type == SQL_VARBINARY || sql_type == SQL_LONGVARBINARY;
}

static bool is_character(SQLSMALLINT sql_type)
{
    return sql_type == SQL_CHAR || sql_type == SQL_VARCHAR || sql_type == SQL_LONGVARCHAR ||
           sql_type == SQL_WCHAR || sql_type == SQL_WVARCHAR || sql_type == SQL_WLONGVARCHAR;
}

/* Bytes that a value may take, as the driver says, within what is sensible. */
static size_t text_width(struct dyno_conn *conn, SQLUSMALLINT number, SQLSMALLINT sql_type)
{
    SQLUSMALLINT field = is_character(sql_type) || is_binary(sql_type) ? SQL_DESC_OCTET_LENGTH
                                                                       : SQL_DESC_DISPLAY_SIZE;
    size_t shortest = field == SQL_DESC_OCTET_LENGTH ? SHORTEST_CHARACTER : SHORTEST_TEXT;
    SQLLEN told = 0;
    SQLRETURN rc = SQLColAttribute(conn->stmt, number, field, NULL, 0, NULL, &told);
    if (!SQL_SUCCEEDED(rc) || told <= 0 || (size_t)told >= LONGEST_TEXT)
        return LONGEST_TEXT;
    size_t width = round_up((size_t)told + 1);
    return width < shortest ? shortest : width;
}

static enum dyno_status describe(struct dyno_conn *conn, SQLUSMALLINT number,
                                 struct dyno_odbc_bound *out, struct dyno_err *err)
{
    SQLCHAR name[256];
    SQLSMALLINT name_len = 0;
    SQLSMALLINT nullable = 0;
    SQLRETURN rc = SQLDescribeCol(conn->stmt, number, name, sizeof name, &name_len, &out->sql_type,
                                  &out->size, &out->digits, &nullable);
    return SQL_SUCCEEDED(rc) ? DYNO_OK : dyno_odbc_stmt_error(conn, "SQLDescribeCol", err);
}

static void choose_cell(struct dyno_conn *conn, SQLUSMALLINT number, struct dyno_odbc_bound *column)
{
    if (is_integer(column->sql_type)) {
        column->cell = DYNO_ODBC_CELL_I64;
        column->c_type = SQL_C_SBIGINT;
        column->width = sizeof(int64_t);
        column->payload = column->width;
        return;
    }
    if (is_floating(column->sql_type)) {
        column->cell = DYNO_ODBC_CELL_F64;
        column->c_type = SQL_C_DOUBLE;
        column->width = sizeof(double);
        column->payload = column->width;
        return;
    }
    bool has_end = !is_binary(column->sql_type);
    column->cell = DYNO_ODBC_CELL_BYTES;
    column->c_type = has_end ? SQL_C_CHAR : SQL_C_BINARY;
    column->width = text_width(conn, number, column->sql_type);
    column->payload = column->width - has_end;
}

/* Is the open result of the shape that is bound? The answers of the driver are what is compared. */
static bool is_bound_shape(const struct dyno_conn *conn, const struct dyno_odbc_bound *columns)
{
    if (conn->bound_count != conn->column_count)
        return false;
    for (size_t i = 0; i < conn->column_count; i++)
        if (columns[i].sql_type != conn->columns[i].sql_type ||
            columns[i].size != conn->columns[i].size ||
            columns[i].digits != conn->columns[i].digits)
            return false;
    return true;
}

/* One piece of memory: all arrays of cells, the arrays of lengths, the row status. */
static void lay_out(struct dyno_conn *conn)
{
    size_t row_bytes = sizeof(SQLUSMALLINT);
    for (size_t i = 0; i < conn->bound_count; i++)
        row_bytes += conn->columns[i].width + sizeof(SQLLEN);
    conn->block_rows = MAX_BUFFER_BYTES / row_bytes;
    if (conn->block_rows > conn->fetch_rows)
        conn->block_rows = conn->fetch_rows;
    if (conn->block_rows == 0)
        conn->block_rows = 1;
    free(conn->memory);
    conn->memory = dyno_xcalloc(conn->block_rows, row_bytes);
    char *at = conn->memory;
    for (size_t i = 0; i < conn->bound_count; i++) {
        conn->columns[i].cells = at;
        at += conn->columns[i].width * conn->block_rows;
        conn->columns[i].lengths = (SQLLEN *)(void *)at;
        at += sizeof(SQLLEN) * conn->block_rows;
    }
    conn->row_status = (SQLUSMALLINT *)(void *)at;
}

static SQLRETURN set_number(struct dyno_conn *conn, SQLINTEGER attribute, SQLULEN value)
{
    return SQLSetStmtAttr(conn->stmt, attribute, dyno_odbc_number(value), 0);
}

static enum dyno_status tell_driver(struct dyno_conn *conn, struct dyno_err *err)
{
    SQLRETURN rc = set_number(conn, SQL_ATTR_ROW_BIND_TYPE, SQL_BIND_BY_COLUMN);
    if (SQL_SUCCEEDED(rc))
        rc = set_number(conn, SQL_ATTR_ROW_ARRAY_SIZE, conn->block_rows);
    if (SQL_SUCCEEDED(rc))
        rc = SQLSetStmtAttr(conn->stmt, SQL_ATTR_ROWS_FETCHED_PTR, &conn->fetched, 0);
    if (SQL_SUCCEEDED(rc))
        rc = SQLSetStmtAttr(conn->stmt, SQL_ATTR_ROW_STATUS_PTR, conn->row_status, 0);
    for (size_t i = 0; i < conn->bound_count && SQL_SUCCEEDED(rc); i++) {
        const struct dyno_odbc_bound *column = &conn->columns[i];
        rc = SQLBindCol(conn->stmt, (SQLUSMALLINT)(i + 1), column->c_type, column->cells,
                        (SQLLEN)column->width, column->lengths);
    }
    return SQL_SUCCEEDED(rc) ? DYNO_OK : dyno_odbc_stmt_error(conn, "binding the result", err);
}

void dyno_odbc_unbind(struct dyno_conn *conn)
{
    if (conn->bound_count == 0)
        return;
    (void)SQLFreeStmt(conn->stmt, SQL_UNBIND);
    (void)set_number(conn, SQL_ATTR_ROW_ARRAY_SIZE, 1);
    (void)SQLSetStmtAttr(conn->stmt, SQL_ATTR_ROWS_FETCHED_PTR, NULL, 0);
    (void)SQLSetStmtAttr(conn->stmt, SQL_ATTR_ROW_STATUS_PTR, NULL, 0);
    conn->bound_count = 0;
}

static enum dyno_status bind_columns(struct dyno_conn *conn, struct dyno_odbc_bound *columns,
                                     struct dyno_err *err)
{
    dyno_odbc_unbind(conn);
    free(conn->columns);
    conn->columns = columns;
    conn->bound_count = conn->column_count;
    for (size_t i = 0; i < conn->bound_count; i++)
        choose_cell(conn, (SQLUSMALLINT)(i + 1), &columns[i]);
    lay_out(conn);
    return tell_driver(conn, err);
}

enum dyno_status dyno_odbc_bind(struct dyno_conn *conn, struct dyno_err *err)
{
    SQLSMALLINT count = 0;
    enum dyno_status status = DYNO_OK;
    if (!SQL_SUCCEEDED(SQLNumResultCols(conn->stmt, &count)))
        return dyno_odbc_stmt_error(conn, "SQLNumResultCols", err);
    conn->column_count = count > 0 ? (size_t)count : 0;
    conn->is_described = true;
    if (conn->column_count == 0)
        return DYNO_OK;
    struct dyno_odbc_bound *columns = dyno_xcalloc(conn->column_count, sizeof *columns);
    for (size_t i = 0; i < conn->column_count && status == DYNO_OK; i++)
        status = describe(conn, (SQLUSMALLINT)(i + 1), &columns[i], err);
    if (status == DYNO_OK && !is_bound_shape(conn, columns))
        return bind_columns(conn, columns, err);
    free(columns);
    return status;
}

/* Bytes of a value as received: its full length, also where the cell held only part of it. */
static int64_t value_bytes(const struct dyno_odbc_bound *column, size_t row)
{
    SQLLEN len = column->lengths[row];
    if (len == SQL_NULL_DATA)
        return 0;
    return len >= 0 ? (int64_t)len : (int64_t)column->payload;
}

static uint64_t hash_cell(uint64_t hash, const struct dyno_odbc_bound *column, size_t row)
{
    const char *cell = column->cells + row * column->width;
    int64_t integer = 0;
    double real = 0;
    if (column->lengths[row] == SQL_NULL_DATA)
        return dyno_row_hash_null(hash);
    switch (column->cell) {
    case DYNO_ODBC_CELL_I64:
        memcpy(&integer, cell, sizeof integer);
        return dyno_row_hash_i64(hash, integer);
    case DYNO_ODBC_CELL_F64:
        memcpy(&real, cell, sizeof real);
        return dyno_row_hash_f64(hash, real);
    case DYNO_ODBC_CELL_BYTES:
        break;
    }
    size_t len = (size_t)value_bytes(column, row);
    return dyno_row_hash_text(hash, cell, len < column->payload ? len : column->payload);
}

void dyno_odbc_measure(const struct dyno_conn *conn, bool want_checksum, struct dyno_fetched *out)
{
    size_t rows = conn->fetched < conn->block_rows ? conn->fetched : conn->block_rows;
    *out = (struct dyno_fetched){.rows = (int64_t)rows};
    for (size_t i = 0; i < conn->bound_count; i++)
        for (size_t row = 0; row < rows; row++)
            out->bytes += value_bytes(&conn->columns[i], row);
    for (size_t row = 0; want_checksum && row < rows; row++) {
        uint64_t hash = DYNO_ROW_HASH_INIT;
        for (size_t i = 0; i < conn->bound_count; i++)
            hash = hash_cell(hash, &conn->columns[i], row);
        out->checksum += hash;
    }
}
