#include "store/sql.h"

#include <math.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct dyno_cell dyno_cell_null(void)
{
    return (struct dyno_cell){.kind = DYNO_CELL_NULL};
}

struct dyno_cell dyno_cell_i64(int64_t value)
{
    return (struct dyno_cell){.kind = DYNO_CELL_I64, .i64 = value};
}

struct dyno_cell dyno_cell_f64(double value)
{
    if (!isfinite(value))
        return dyno_cell_null();
    return (struct dyno_cell){.kind = DYNO_CELL_F64, .f64 = value};
}

struct dyno_cell dyno_cell_text(const char *text)
{
    return (struct dyno_cell){.kind = DYNO_CELL_TEXT, .text = text != NULL ? text : ""};
}

struct dyno_cell dyno_cell_blob(const void *bytes, size_t len)
{
    return (struct dyno_cell){.kind = DYNO_CELL_BLOB, .text = bytes, .len = len};
}

struct dyno_cell dyno_cell_text_or_null(const char *text)
{
    return text != NULL ? dyno_cell_text(text) : dyno_cell_null();
}

enum dyno_status dyno_sql_fail(sqlite3 *db, int code, const char *what, struct dyno_err *err)
{
    static const struct {
        int code;
        enum dyno_status status;
        const char *cause;
    } meanings[] = {
        {SQLITE_BUSY, DYNO_EENV, "another process keeps the results file locked"},
        {SQLITE_LOCKED, DYNO_EENV, "another process keeps the results file locked"},
        {SQLITE_FULL, DYNO_EIO, "the disk, or the file's size limit, is full"},
        {SQLITE_READONLY, DYNO_EIO, "the results file or its folder may not be written"},
        {SQLITE_PERM, DYNO_EIO, "no permission for the results file"},
        {SQLITE_AUTH, DYNO_EIO, "no permission for the results file"},
        {SQLITE_CANTOPEN, DYNO_EIO, "the results file cannot be opened"},
        {SQLITE_IOERR, DYNO_EIO, "reading or writing the results file failed"},
        {SQLITE_TOOBIG, DYNO_EIO, "a text is too long for the results file"},
        {SQLITE_NOTADB, DYNO_EIO, "the file is no SQLite database"},
        {SQLITE_CORRUPT, DYNO_EIO, "the results file is damaged or cut short"},
    };
    const char *words = db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    for (size_t i = 0; i < COUNT_OF(meanings); i++)
        if (meanings[i].code == (code & 0xff))
            return dyno_err_set(err, meanings[i].status, "%s: %s (%s)", what, meanings[i].cause,
                                words);
    return dyno_err_set(err, DYNO_EINTERNAL, "%s: %s", what, words);
}

enum dyno_status dyno_sql_exec(sqlite3 *db, const char *sql, struct dyno_err *err)
{
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? DYNO_OK : dyno_sql_fail(db, code, "results file", err);
}

enum dyno_status dyno_sql_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out,
                                  struct dyno_err *err)
{
    *out = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, out, NULL);
    return code == SQLITE_OK ? DYNO_OK : dyno_sql_fail(db, code, "results file", err);
}

static int bind_cell(sqlite3_stmt *statement, int at, const struct dyno_cell *cell)
{
    switch (cell->kind) {
    case DYNO_CELL_I64:
        return sqlite3_bind_int64(statement, at, cell->i64);
    case DYNO_CELL_F64:
        return sqlite3_bind_double(statement, at, cell->f64);
    case DYNO_CELL_BLOB:
        return sqlite3_bind_blob64(statement, at, cell->text, cell->len, SQLITE_STATIC);
    case DYNO_CELL_TEXT:
        return sqlite3_bind_text64(statement, at, cell->text, strlen(cell->text), SQLITE_STATIC,
                                   SQLITE_UTF8);
    case DYNO_CELL_NULL:
        break;
    }
    return sqlite3_bind_null(statement, at);
}

enum dyno_status dyno_sql_bind(sqlite3_stmt *statement, const struct dyno_cell *cells, size_t count,
                               struct dyno_err *err)
{
    /* The result of a reset repeats the failure of the run before, which was reported then. */
    (void)sqlite3_reset(statement);
    for (size_t i = 0; i < count; i++) {
        int code = bind_cell(statement, (int)i + 1, &cells[i]);
        if (code != SQLITE_OK)
            return dyno_sql_fail(sqlite3_db_handle(statement), code, "results file", err);
    }
    return DYNO_OK;
}

enum dyno_status dyno_sql_next(sqlite3_stmt *statement, bool *has_row_out, struct dyno_err *err)
{
    int code = sqlite3_step(statement);
    *has_row_out = code == SQLITE_ROW;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return DYNO_OK;
    return dyno_sql_fail(sqlite3_db_handle(statement), code, "results file", err);
}

enum dyno_status dyno_sql_run(sqlite3_stmt *statement, const struct dyno_cell *cells, size_t count,
                              struct dyno_err *err)
{
    enum dyno_status status = dyno_sql_bind(statement, cells, count, err);
    bool has_row = true;
    while (status == DYNO_OK && has_row)
        status = dyno_sql_next(statement, &has_row, err);
    /* Borrowed texts end with this call, and an open statement would hold the transaction. */
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    return status;
}

enum dyno_status dyno_sql_once(sqlite3 *db, const char *sql, const struct dyno_cell *cells,
                               size_t count, struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    enum dyno_status status = dyno_sql_prepare(db, sql, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_run(statement, cells, count, err);
    (void)sqlite3_finalize(statement);
    return status;
}

enum dyno_status dyno_sql_select(sqlite3 *db, const char *sql, const struct dyno_cell *cells,
                                 size_t count, sqlite3_stmt **out, struct dyno_err *err)
{
    enum dyno_status status = dyno_sql_prepare(db, sql, out, err);
    if (status == DYNO_OK)
        status = dyno_sql_bind(*out, cells, count, err);
    if (status != DYNO_OK) {
        (void)sqlite3_finalize(*out);
        *out = NULL;
    }
    return status;
}

enum dyno_status dyno_sql_number(sqlite3 *db, const char *sql, int64_t fallback, int64_t *out,
                                 struct dyno_err *err)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    *out = fallback;
    enum dyno_status status = dyno_sql_prepare(db, sql, &statement, err);
    if (status == DYNO_OK)
        status = dyno_sql_next(statement, &has_row, err);
    if (has_row && sqlite3_column_type(statement, 0) != SQLITE_NULL)
        *out = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return status;
}

enum dyno_status dyno_sql_begin(sqlite3 *db, enum dyno_durability durability, struct dyno_err *err)
{
    /* The level can only change outside of a transaction, so each one sets its own. */
    enum dyno_status status =
        dyno_sql_exec(db,
                      durability == DYNO_DURABLE_POWER ? "PRAGMA synchronous = FULL"
                                                       : "PRAGMA synchronous = NORMAL",
                      err);
    if (status == DYNO_OK)
        status = dyno_sql_exec(db, "BEGIN IMMEDIATE", err);
    return status;
}

enum dyno_status dyno_sql_end(sqlite3 *db, enum dyno_status status, struct dyno_err *err)
{
    if (status == DYNO_OK)
        status = dyno_sql_exec(db, "COMMIT", err);
    /* SQLite may have rolled back by itself (disk full); then there is nothing left to undo. */
    if (status != DYNO_OK && sqlite3_get_autocommit(db) == 0)
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

enum dyno_status dyno_sql_write(sqlite3 *db, enum dyno_durability durability, const char *sql,
                                const struct dyno_cell *cells, size_t count, struct dyno_err *err)
{
    enum dyno_status status = dyno_sql_begin(db, durability, err);
    if (status != DYNO_OK)
        return status;
    return dyno_sql_end(db, dyno_sql_once(db, sql, cells, count, err), err);
}
