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
#include "odbc/desc.h"
#include "odbc/diag.h"
#include "odbc/handle.h"
#include "odbc/result.h"
#include "odbc/sql.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DYNO_ODBC_CURSOR_NAME_BYTES 129

/** The states of the ODBC appendix, as far as a read-only, forward-only driver has them. */
enum dyno_odbc_stmt_state {
    DYNO_ODBC_STMT_IDLE,       /**< S1: nothing there */
    DYNO_ODBC_STMT_PREPARED,   /**< S2, S3 */
    DYNO_ODBC_STMT_DONE,       /**< S4: executed, no result set */
    DYNO_ODBC_STMT_OPEN,       /**< S5: a cursor before its first or after its last row */
    DYNO_ODBC_STMT_POSITIONED, /**< S6: a cursor on a rowset */
    DYNO_ODBC_STMT_NEED_DATA,  /**< S8 to S10: SQLParamData and SQLPutData are awaited */
    DYNO_ODBC_STMT_EXECUTING   /**< S11: an asynchronous execution is under way */
};

/** What SQLSetStmtAttr sets, besides what is kept in the descriptors. */
struct dyno_odbc_stmt_attrs {
    SQLULEN query_timeout_s;
    SQLULEN max_rows;
    SQLULEN noscan; /**< SQL_NOSCAN_ON: escapes are not looked for */
    SQLULEN async_enable;
    SQLULEN metadata_id; /**< SQL_TRUE: catalog functions take identifiers, not patterns */
    SQLULEN rowset_size; /**< of SQLExtendedFetch; kept, not used */
};

/** A parameter's value that comes by SQLPutData. */
struct dyno_odbc_put {
    char *bytes;
    size_t len;
    size_t capacity;
    bool is_given;
    bool is_null;
};

/** An entry point that answers SQL_STILL_EXECUTING or SQL_NEED_DATA, and is called again. */
enum dyno_odbc_call {
    DYNO_ODBC_CALL_NONE,
    DYNO_ODBC_CALL_EXEC_DIRECT,
    DYNO_ODBC_CALL_EXECUTE,
    DYNO_ODBC_CALL_PARAM_DATA
};

/** An asynchronous execution under way. */
struct dyno_odbc_pending {
    enum dyno_odbc_call call; /**< who began it, and has to be called again */
    struct dyno_hs2_operation *operation;
    int64_t deadline_ns;
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
    struct dyno_odbc_sql sql; /**< prepared, or executed last */
    bool is_prepared;
    struct dyno_odbc_stmt_attrs attrs;
    struct dyno_odbc_result result;
    struct dyno_odbc_result preview; /**< the columns of a prepared query that has not run */
    bool has_preview;
    struct dyno_odbc_put *puts; /**< one a marker while data is awaited */
    size_t put_count;
    size_t put_number; /**< the parameter that SQLPutData feeds; 0: none yet */
    struct dyno_odbc_pending pending;
    uint8_t *row_marks; /**< SQL_ROW_* of the rowset being filled */
    size_t row_mark_capacity;
    struct dyno_odbc_cell_cursor cell;
    char cursor_name[DYNO_ODBC_CURSOR_NAME_BYTES];     /**< "": not set */
    struct dyno_odbc_desc descs[DYNO_ODBC_DESC_COUNT]; /**< implicit ones, by kind */
    struct dyno_odbc_desc *ard;                        /**< implicit, or the application's own */
    struct dyno_odbc_desc *apd;
    struct dyno_odbc_desc *ird;
    struct dyno_odbc_desc *ipd;
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

/**
 * The same for a call that a statement which awaits data, or is executing, must not get: SQL_SUCCESS
 * with the locked statement in `*out`; SQL_INVALID_HANDLE; or SQL_ERROR with HY010 posted.
 */
SQLRETURN dyno_odbc_stmt_begin(SQLHSTMT handle, struct dyno_odbc_stmt **out);

/** Unlock, remember `rc`, and return it. */
SQLRETURN dyno_odbc_stmt_leave(struct dyno_odbc_stmt *stmt, SQLRETURN rc);

/** The handle as a statement without locking it, or NULL. For SQLCancel and diagnostics. */
struct dyno_odbc_stmt *dyno_odbc_stmt_of(SQLHSTMT handle);

/** When a call that begins now has to be over by SQL_ATTR_QUERY_TIMEOUT; INT64_MAX: never. The server is
 *  told the same limit, and whoever is first ends the statement. */
int64_t dyno_odbc_stmt_deadline(const struct dyno_odbc_stmt *stmt);

/** Drop result and cursor; the statement is prepared or idle afterwards. */
void dyno_odbc_stmt_close_cursor(struct dyno_odbc_stmt *stmt);

/** Does it have a cursor? */
bool dyno_odbc_stmt_has_cursor(const struct dyno_odbc_stmt *stmt);

/**
 * What the columns can be asked of: the open result, or the preview of a prepared query, which is
 * asked for here. NULL with a diagnostic posted: there is none.
 */
const struct dyno_odbc_result *dyno_odbc_stmt_described(struct dyno_odbc_stmt *stmt);

#endif
