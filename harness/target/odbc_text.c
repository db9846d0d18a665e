#include "base/alloc.h"
#include "base/str.h"
#include "base/vec.h"
#include "target/odbc_private.h"

#include <stdlib.h>
#include <string.h>

#define MAX_CELL_BYTES ((size_t)64 * 1024 * 1024)
#define CHUNK_BYTES    4096

/* One cell, in as many pieces as it takes; NULL for SQL NULL. The caller frees it. */
static enum dyno_status read_cell(struct dyno_conn *conn, SQLUSMALLINT number, char **out,
                                  struct dyno_err *err)
{
    char chunk[CHUNK_BYTES];
    SQLLEN len = 0;
    SQLRETURN rc = SQL_SUCCESS_WITH_INFO;
    struct dyno_str text;
    dyno_str_init(&text, MAX_CELL_BYTES);
    *out = NULL;
    while (rc == SQL_SUCCESS_WITH_INFO && !text.failed) {
        chunk[0] = '\0';
        rc = SQLGetData(conn->stmt, number, SQL_C_CHAR, chunk, sizeof chunk, &len);
        if (len == SQL_NULL_DATA || !SQL_SUCCEEDED(rc))
            break;
        dyno_str_append_n(&text, chunk, strnlen(chunk, sizeof chunk));
        /* A note that is not about a cut means that the value is complete. */
        if (len >= 0 && (size_t)len < sizeof chunk)
            rc = SQL_SUCCESS;
    }
    enum dyno_status status = DYNO_OK;
    if (rc != SQL_NO_DATA && !SQL_SUCCEEDED(rc))
        status = dyno_odbc_stmt_error(conn, "SQLGetData", err);
    else if (text.failed)
        status = dyno_err_set(err, DYNO_ELIMIT, "a value is over 64 MiB");
    else if (len != SQL_NULL_DATA)
        *out = dyno_xstrdup(dyno_str_text(&text));
    dyno_str_deinit(&text);
    return status;
}

static enum dyno_status read_names(struct dyno_conn *conn, size_t count,
                                   struct dyno_text_result *out, struct dyno_err *err)
{
    out->columns = dyno_xcalloc(count, sizeof *out->columns);
    for (size_t i = 0; i < count; i++) {
        SQLCHAR name[1024] = "";
        SQLSMALLINT name_len = 0;
        SQLRETURN rc = SQLDescribeCol(conn->stmt, (SQLUSMALLINT)(i + 1), name, sizeof name,
                                      &name_len, NULL, NULL, NULL, NULL);
        if (!SQL_SUCCEEDED(rc))
            return dyno_odbc_stmt_error(conn, "SQLDescribeCol", err);
        out->columns[i] = dyno_xstrdup((const char *)name);
        out->column_count++;
    }
    return DYNO_OK;
}

static enum dyno_status read_row(struct dyno_conn *conn, size_t count, struct dyno_vec *cells,
                                 struct dyno_err *err)
{
    enum dyno_status status = DYNO_OK;
    for (size_t i = 0; i < count; i++) {
        char *text = NULL;
        /* After a failure the row is filled up, so that the cells stay a whole number of rows. */
        if (status == DYNO_OK)
            status = read_cell(conn, (SQLUSMALLINT)(i + 1), &text, err);
        dyno_vec_push(cells, &text);
    }
    return status;
}

static enum dyno_status read_rows(struct dyno_conn *conn, size_t count, struct dyno_vec *cells,
                                  struct dyno_text_result *out, struct dyno_err *err)
{
    for (;;) {
        SQLRETURN rc = SQLFetch(conn->stmt);
        if (rc == SQL_NO_DATA)
            return DYNO_OK;
        if (!SQL_SUCCEEDED(rc))
            return dyno_odbc_stmt_error(conn, "SQLFetch", err);
        if (out->row_count == DYNO_TEXT_RESULT_MAX_ROWS)
            return dyno_err_set(err, DYNO_ELIMIT, "the result has over %d rows",
                                DYNO_TEXT_RESULT_MAX_ROWS);
        enum dyno_status status = read_row(conn, count, cells, err);
        out->row_count++;
        if (status != DYNO_OK)
            return status;
    }
}

enum dyno_status dyno_odbc_read_text(struct dyno_conn *conn, struct dyno_text_result *out,
                                     struct dyno_err *err)
{
    SQLSMALLINT count = 0;
    struct dyno_vec cells = DYNO_VEC_INIT(char *);
    size_t cell_count = 0;
    dyno_odbc_unbind(conn);
    if (!SQL_SUCCEEDED(SQLNumResultCols(conn->stmt, &count)))
        return dyno_odbc_stmt_error(conn, "SQLNumResultCols", err);
    if (count <= 0)
        return DYNO_OK;
    enum dyno_status status = read_names(conn, (size_t)count, out, err);
    if (status == DYNO_OK)
        status = read_rows(conn, (size_t)count, &cells, out, err);
    out->cells = dyno_vec_take(&cells, &cell_count);
    return status;
}
