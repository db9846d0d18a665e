#include "odbc/fetch.h"

#include "odbc/fill.h"

#include <stdlib.h>
#include <string.h>

static bool reserve_marks(struct dyno_odbc_stmt *stmt, size_t rows)
{
    if (rows <= stmt->row_mark_capacity)
        return true;
    uint8_t *marks = realloc(stmt->row_marks, rows);
    if (marks == NULL)
        return false;
    stmt->row_marks = marks;
    stmt->row_mark_capacity = rows;
    return true;
}

/* `most` rows, or what SQL_ATTR_MAX_ROWS leaves of them after those that were served. */
static int64_t allowed_of(const struct dyno_odbc_stmt *stmt, int64_t served, int64_t most)
{
    SQLULEN max_rows = stmt->attrs.max_rows;
    if (max_rows == 0 || max_rows > (SQLULEN)INT64_MAX)
        return most;
    int64_t left = (int64_t)max_rows - served;
    return left < most ? left : most;
}

int64_t dyno_odbc_first_rows(const struct dyno_odbc_stmt *stmt)
{
    return allowed_of(stmt, 0, stmt->dbc->settings.rows_per_block);
}

static SQLRETURN fail_fetch(struct dyno_odbc_stmt *stmt, enum dyno_status status,
                            const struct dyno_err *err, bool is_cancelled)
{
    if (is_cancelled && (status == DYNO_ECANCELLED || status == DYNO_ESERVER))
        return dyno_odbc_diag_post(&stmt->diag, "HY008", NULL);
    return dyno_odbc_diag_post_err(&stmt->diag, err, stmt->dbc->settings.keeps_sqlstate);
}

/* Let the server make the next block while the application reads this one; but not if others of the
 * connection may be looked at meanwhile, which would have to wait for it. The caller holds the wire. */
static void ask_ahead(struct dyno_odbc_stmt *stmt)
{
    struct dyno_odbc_result *result = &stmt->result;
    int64_t at = result->rows_served + (int64_t)result->block->row_count;
    if (stmt->attrs.async_enable != SQL_ASYNC_ENABLE_ON)
        dyno_hs2_operation_ask_ahead(result->operation,
                                     allowed_of(stmt, at, stmt->dbc->settings.rows_per_block));
}

/* Get rows where none are left. SQL_NO_DATA: there are no more. */
static SQLRETURN next_block(struct dyno_odbc_stmt *stmt)
{
    struct dyno_odbc_result *result = &stmt->result;
    int64_t wanted = allowed_of(stmt, result->rows_served, stmt->dbc->settings.rows_per_block);
    if (result->is_at_end || result->operation == NULL || wanted <= 0) {
        result->is_at_end = true;
        return SQL_NO_DATA;
    }
    struct dyno_err err = DYNO_ERR_INIT;
    if (!dyno_odbc_dbc_take_wire(stmt->dbc, dyno_odbc_stmt_deadline(stmt)))
        return dyno_odbc_diag_post(&stmt->diag, "HYT00",
                                   "another statement of the connection is being executed");
    dyno_odbc_canceller_begin(&stmt->canceller);
    enum dyno_status status =
        dyno_hs2_operation_fetch(result->operation, wanted, result->block, &err);
    if (status == DYNO_OK)
        ask_ahead(stmt);
    (void)pthread_mutex_unlock(&stmt->dbc->wire);
    bool is_cancelled = dyno_odbc_canceller_end(&stmt->canceller);
    result->next_row = 0;
    if (status != DYNO_OK)
        return fail_fetch(stmt, status, &err, is_cancelled);
    if (result->block->row_count == 0) {
        result->is_at_end = true;
        return SQL_NO_DATA;
    }
    if (result->block->column_count < result->column_count) {
        result->block->row_count = 0;
        return dyno_odbc_diag_post(&stmt->diag, "08S01",
                                   "the server sent %zu columns where it had announced %zu",
                                   result->block->column_count, result->column_count);
    }
    return SQL_SUCCESS;
}

/* Fill rows of the rowset until it is full; `*filled_out` counts them also on failure. */
static SQLRETURN fill_rowset(struct dyno_odbc_stmt *stmt, size_t *filled_out)
{
    struct dyno_odbc_result *result = &stmt->result;
    size_t filled = 0;
    SQLRETURN rc = SQL_SUCCESS;
    while (filled < stmt->ard->array_size) {
        if (result->next_row >= result->block->row_count)
            rc = next_block(stmt);
        if (rc != SQL_SUCCESS)
            break;
        size_t count = result->block->row_count - result->next_row;
        if (count > stmt->ard->array_size - filled)
            count = stmt->ard->array_size - filled;
        int64_t allowed = allowed_of(stmt, result->rows_served, (int64_t)count);
        if (allowed <= 0) {
            result->is_at_end = true;
            break;
        }
        count = (size_t)allowed;
        memset(stmt->row_marks + filled, SQL_ROW_SUCCESS, count);
        dyno_odbc_fill(stmt, result->next_row, count, filled);
        result->next_row += count;
        result->rows_served += (int64_t)count;
        filled += count;
    }
    *filled_out = filled;
    return rc == SQL_NO_DATA ? SQL_SUCCESS : rc;
}

/* In two loops, each of which a compiler makes wide moves of: a rowset may have room for many more rows
 * than a result has. */
static void tell_status(const struct dyno_odbc_stmt *stmt, size_t filled)
{
    SQLUSMALLINT *status = stmt->ird->array_status;
    if (status == NULL)
        return;
    for (size_t i = 0; i < filled; i++)
        status[i] = stmt->row_marks[i];
    for (size_t i = filled; i < stmt->ard->array_size; i++)
        status[i] = SQL_ROW_NOROW;
}

/* What the rows' marks mean for the call as a whole. */
static SQLRETURN judge_rows(const struct dyno_odbc_stmt *stmt, size_t filled)
{
    size_t info_count = 0;
    size_t error_count = 0;
    for (size_t i = 0; i < filled; i++) {
        info_count += stmt->row_marks[i] == SQL_ROW_SUCCESS_WITH_INFO;
        error_count += stmt->row_marks[i] == SQL_ROW_ERROR;
    }
    if (error_count > 0 && error_count == filled)
        return SQL_ERROR;
    return error_count + info_count > 0 ? SQL_SUCCESS_WITH_INFO : SQL_SUCCESS;
}

SQLRETURN dyno_odbc_fetch(struct dyno_odbc_stmt *stmt)
{
    stmt->cell.column = 0;
    if (!reserve_marks(stmt, stmt->ard->array_size))
        return dyno_odbc_diag_post(&stmt->diag, "HY001", NULL);
    size_t filled = 0;
    SQLRETURN rc = fill_rowset(stmt, &filled);
    if (stmt->ird->rows_processed != NULL)
        *stmt->ird->rows_processed = filled;
    tell_status(stmt, filled);
    SQLRETURN row_rc = judge_rows(stmt, filled);
    stmt->state = filled > 0 ? DYNO_ODBC_STMT_POSITIONED : DYNO_ODBC_STMT_OPEN;
    if (rc != SQL_SUCCESS)
        return rc;
    return filled == 0 ? SQL_NO_DATA : row_rc;
}

/* Move to another cell, or begin the same one anew in another C type. */
static void enter_cell(struct dyno_odbc_stmt *stmt, SQLUSMALLINT column, SQLSMALLINT c_type)
{
    struct dyno_odbc_result *result = &stmt->result;
    stmt->cell = (struct dyno_odbc_cell_cursor){.column = column, .c_type = c_type};
    dyno_odbc_value_read(&result->block->columns[column - 1], result->columns[column - 1].type,
                         result->next_row - 1, &stmt->cell.value);
}

/* SQL_C_DEFAULT and SQL_ARD_TYPE as a C type, the latter with the scale that the descriptor has. */
static void resolve_type(const struct dyno_odbc_stmt *stmt, SQLUSMALLINT column,
                         struct dyno_odbc_target *target)
{
    const struct dyno_odbc_desc_rec *rec = dyno_odbc_desc_find(stmt->ard, column);
    if (target->c_type == SQL_ARD_TYPE && rec != NULL) {
        target->c_type = rec->type;
        target->digits = dyno_odbc_desc_digits(rec);
    }
    if (target->c_type == SQL_C_DEFAULT || target->c_type == SQL_ARD_TYPE)
        target->c_type = stmt->result.infos[column - 1].default_c_type;
}

SQLRETURN dyno_odbc_get_data(struct dyno_odbc_stmt *stmt, SQLUSMALLINT column,
                             const struct dyno_odbc_target *target)
{
    struct dyno_odbc_target out = *target;
    resolve_type(stmt, column, &out);
    if (stmt->cell.column != column || stmt->cell.c_type != out.c_type)
        enter_cell(stmt, column, out.c_type);
    else if (stmt->cell.piece.is_done)
        return SQL_NO_DATA;
    out.piece = &stmt->cell.piece;
    const char *state = dyno_odbc_convert(&stmt->cell.value, &out);
    if (state == NULL)
        return SQL_SUCCESS;
    return dyno_odbc_diag_post_cell(&stmt->diag, state, 1, column);
}
