/**
 * Bound SQL: prepare, bind a row of cells, run. Values reach the database as parameters only.
 *
 * For the files of this room and for those who bring their own statements over dyno_store_handle.
 * Nothing here is shared between threads.
 */
#ifndef DYNO_STORE_SQL_H
#define DYNO_STORE_SQL_H

#include "base/status.h"

#include <sqlite3.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dyno_cell_kind {
    DYNO_CELL_NULL,
    DYNO_CELL_I64,
    DYNO_CELL_F64,
    DYNO_CELL_TEXT,
    DYNO_CELL_BLOB
};

/** One value for one parameter; a text is borrowed until the statement has run. */
struct dyno_cell {
    enum dyno_cell_kind kind;
    int64_t i64;
    double f64;
    const char *text; /**< of a blob its bytes */
    size_t len;       /**< of a blob */
};

/** Values to bind; text is borrowed until the statement has run. */
struct dyno_cell dyno_cell_null(void);
struct dyno_cell dyno_cell_i64(int64_t value);
/** NULL where the number is not finite. */
struct dyno_cell dyno_cell_f64(double value);
/** "" for a NULL pointer, for columns that are NOT NULL. */
struct dyno_cell dyno_cell_text(const char *text);
struct dyno_cell dyno_cell_blob(const void *bytes, size_t len);
/** SQL NULL for a NULL pointer. */
struct dyno_cell dyno_cell_text_or_null(const char *text);

/** How much a write must survive. */
enum dyno_durability {
    DYNO_DURABLE_PROCESS, /**< the end of this process (synchronous NORMAL: not a power cut) */
    DYNO_DURABLE_POWER /**< a power cut too (synchronous FULL), with all that was written before */
};

/**
 * What SQLite's `code` means for us; the text is "what: sqlite's words". Busy: DYNO_EENV; full, read-only,
 * I/O, not a database, corrupt: DYNO_EIO; anything else is a fault of ours.
 */
enum dyno_status dyno_sql_fail(sqlite3 *db, int code, const char *what, struct dyno_err *err);

/** Run statements without parameters, as they stand. */
enum dyno_status dyno_sql_exec(sqlite3 *db, const char *sql, struct dyno_err *err) DYNO_MUST_CHECK;

/** The caller ends it with sqlite3_finalize; NULL in `*out` on failure. */
enum dyno_status dyno_sql_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

/** Bind `count` cells to parameters 1.. of a prepared statement, after a reset. */
enum dyno_status dyno_sql_bind(sqlite3_stmt *statement, const struct dyno_cell *cells, size_t count,
                               struct dyno_err *err) DYNO_MUST_CHECK;

/** Bind and run to the end, rows ignored; for inserts in a loop. */
enum dyno_status dyno_sql_run(sqlite3_stmt *statement, const struct dyno_cell *cells, size_t count,
                              struct dyno_err *err) DYNO_MUST_CHECK;

/** Prepare, bind, run to the end and finalize; for a statement that is needed once. */
enum dyno_status dyno_sql_once(sqlite3 *db, const char *sql, const struct dyno_cell *cells,
                               size_t count, struct dyno_err *err) DYNO_MUST_CHECK;

/** To the next row; `*has_row_out` false at the end. */
enum dyno_status dyno_sql_next(sqlite3_stmt *statement, bool *has_row_out,
                               struct dyno_err *err) DYNO_MUST_CHECK;

/** Prepare and bind in one, for a SELECT that is then walked with dyno_sql_next. */
enum dyno_status dyno_sql_select(sqlite3 *db, const char *sql, const struct dyno_cell *cells,
                                 size_t count, sqlite3_stmt **out,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/** One SELECT of one number: the first cell of the first row; `fallback` where there is none or NULL. */
enum dyno_status dyno_sql_number(sqlite3 *db, const char *sql, int64_t fallback, int64_t *out,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/** Begin a write transaction, waiting for another writer. End it with dyno_sql_end. */
enum dyno_status dyno_sql_begin(sqlite3 *db, enum dyno_durability durability,
                                struct dyno_err *err) DYNO_MUST_CHECK;

/** Commit if `status` is DYNO_OK, else roll back and pass `status` on; `err` keeps its first text. */
enum dyno_status dyno_sql_end(sqlite3 *db, enum dyno_status status,
                              struct dyno_err *err) DYNO_MUST_CHECK;

/** One statement in a transaction of its own. */
enum dyno_status dyno_sql_write(sqlite3 *db, enum dyno_durability durability, const char *sql,
                                const struct dyno_cell *cells, size_t count,
                                struct dyno_err *err) DYNO_MUST_CHECK;

#endif
