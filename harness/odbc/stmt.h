/**
 * Statement handle.
 *
 * Its lock is held during every call on it except SQLCancel; the order of locks is statement, then
 * connection (`lock`, `wire`), then canceller.
 */
#ifndef DYNO_ODBC_STMT_H
#define DYNO_ODBC_STMT_H

#include "odbc/cancel.h"
#include "odbc/convert.h"
#include "odbc/dbc.h"
#include "odbc/diag.h"
#include "odbc/handle.h"
#include "odbc/result.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The states of the ODBC appendix, as far as a read-only, forward-only driver has them. */
enum dyno_odbc_stmt_state {
    DYNO_ODBC_STMT_IDLE,      /**< S1: nothing there */
    DYNO_ODBC_STMT_PREPARED,  /**< S2, S3 */
    DYNO_ODBC_STMT_DONE,      /**< S4: executed, no result set */
    DYNO_ODBC_STMT_OPEN,      /**< S5: a cursor before its first or after its last row */
    DYNO_ODBC_STMT_POSITIONED /**< S6: a cursor on a rowset */
};

/** One SQLBindCol. */
struct dyno_odbc_binding {
    SQLSMALLINT c_type;
    void *data; /**< NULL: not bound */
    SQLLEN capacity;
    SQLLEN *indicator;
};

/** Implicit descriptors exist as handles only, because the driver manager asks for them. */
struct dyno_odbc_desc {
    uint32_t magic;
};

enum {
    DYNO_ODBC_DESC_COUNT = 4
};

/** What SQLSetStmtAttr sets. */
struct dyno_odbc_stmt_attrs {
    SQLULEN query_timeout_s;
    SQLULEN max_rows;
    SQLULEN row_array_size;
    SQLULEN row_bind_type; /**< SQL_BIND_BY_COLUMN, or bytes of a row */
    SQLULEN *row_bind_offset;
    SQLULEN *rows_fetched;
    SQLUSMALLINT *row_status;
    SQLULEN noscan;
    SQLULEN rowset_size; /**< of SQLExtendedFetch; kept, not used */
    SQLULEN paramset_size;
    SQLULEN param_bind_type;
    void *param_pointers[4];     /**< bind offset, operation, status, processed: kept, not used */
    SQLUSMALLINT *row_operation; /**< kept, not used */
};

/** The cell that SQLGetData is at. */
struct dyno_odbc_cell_cursor {
    SQLUSMALLINT column; /**< 0: none */
    SQLSMALLINT c_type;
    struct dyno_odbc_value value;
    struct dyno_odbc_piece piece;
};

struct dyno_odbc_stmt {
    uint32_t magic;
    struct dyno_odbc_dbc *dbc;
    struct dyno_odbc_stmt *next; /**< in the connection's list, guarded by its lock */
    pthread_mutex_t lock;        /**< guards all but the canceller */
    struct dyno_odbc_diag diag;
    enum dyno_odbc_stmt_state state;
    char *prepared_sql; /**< NULL: not prepared */
    struct dyno_odbc_stmt_attrs attrs;
    struct dyno_odbc_binding *bindings; /**< of columns 1..binding_count */
    size_t binding_count;
    struct dyno_odbc_result result;
    uint8_t *row_marks; /**< SQL_ROW_* of the rowset being filled */
    size_t row_mark_capacity;
    struct dyno_odbc_cell_cursor cell;
    struct dyno_odbc_desc descs[DYNO_ODBC_DESC_COUNT];
    struct dyno_odbc_canceller canceller;
};

/** A new statement in the connection's list, whose lock the caller holds. NULL: out of memory. */
struct dyno_odbc_stmt *dyno_odbc_stmt_new(struct dyno_odbc_dbc *dbc);

/** Take it out of the connection's list; the caller holds the connection's lock. */
void dyno_odbc_stmt_unlink(struct dyno_odbc_stmt *stmt);

/** Close its cursor and free it; it is in no list any more. */
void dyno_odbc_stmt_free(struct dyno_odbc_stmt *stmt);

/** The handle as a statement, locked, its diagnostics cleared; NULL if it is none. */
struct dyno_odbc_stmt *dyno_odbc_stmt_enter(SQLHSTMT handle);

/** Unlock, remember `rc`, and return it. */
SQLRETURN dyno_odbc_stmt_leave(struct dyno_odbc_stmt *stmt, SQLRETURN rc);

/** The handle as a statement without locking it, or NULL. For SQLCancel and diagnostics. */
struct dyno_odbc_stmt *dyno_odbc_stmt_of(SQLHSTMT handle);

/** Drop result and cursor; the statement is prepared or idle afterwards. */
void dyno_odbc_stmt_close_cursor(struct dyno_odbc_stmt *stmt);

/** Does it have a cursor? */
bool dyno_odbc_stmt_has_cursor(const struct dyno_odbc_stmt *stmt);

/** The binding of a column (from 1), or NULL if it is not bound. */
const struct dyno_odbc_binding *dyno_odbc_stmt_binding(const struct dyno_odbc_stmt *stmt,
                                                       size_t column);

/** Bind or (NULL data) unbind. false: out of memory. */
bool dyno_odbc_stmt_bind(struct dyno_odbc_stmt *stmt, SQLUSMALLINT column,
                         const struct dyno_odbc_binding *binding);

#endif
