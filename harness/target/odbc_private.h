/** What the files of the odbc target know about a connection, and nobody else. */
#ifndef DYNO_TARGET_ODBC_PRIVATE_H
#define DYNO_TARGET_ODBC_PRIVATE_H

#include "target/target.h"

#include <sql.h>
#include <sqlext.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dyno_odbc_cell {
    DYNO_ODBC_CELL_I64,
    DYNO_ODBC_CELL_F64,
    DYNO_ODBC_CELL_BYTES
};

/** A result column and the array that its values are fetched into. */
struct dyno_odbc_bound {
    SQLSMALLINT sql_type;
    SQLULEN size;
    SQLSMALLINT digits;
    enum dyno_odbc_cell cell;
    SQLSMALLINT c_type;
    size_t width;   /**< bytes of one cell */
    size_t payload; /**< bytes of a value that fit: one less than the width for text */
    char *cells;    /**< in the connection's memory */
    SQLLEN *lengths;
};

struct dyno_conn {
    SQLHENV env;
    SQLHDBC dbc;
    SQLHSTMT stmt;
    SQLULEN fetch_rows;
    SQLULEN timeout_s; /**< that the statement handle has now */
    bool has_result;
    bool is_lost;      /**< a call told so */
    bool is_described; /**< the columns of the result that is open are bound */
    size_t column_count;
    struct dyno_odbc_bound *columns; /**< bound_count of them, as bound */
    size_t bound_count;
    char *memory; /**< all arrays of all columns */
    SQLULEN block_rows;
    SQLULEN fetched; /**< set by the driver */
    SQLUSMALLINT *row_status;
};

/** ODBC takes its input texts without const; it does not write to them. The only such cast. */
SQLCHAR *dyno_odbc_text(const char *text);

/** A number in the place of a pointer, as attributes take them. */
SQLPOINTER dyno_odbc_number(SQLULEN number);

/**
 * The first diagnostic of a handle as an error, with the text of the others behind it. Never DYNO_OK.
 * `what` names the call. (odbc_diag.c)
 */
enum dyno_status dyno_odbc_error(SQLSMALLINT handle_type, SQLHANDLE handle, const char *what,
                                 struct dyno_err *err);

/** Put what to do about it behind a failure to connect that a user can mend. */
void dyno_odbc_add_cure(struct dyno_err *err);

/** As above for the connection's statement; remembers that the link is lost if it is. */
enum dyno_status dyno_odbc_stmt_error(struct dyno_conn *conn, const char *what,
                                      struct dyno_err *err);

/**
 * Look at the columns of the open result and bind arrays to them; what was bound for a result of the
 * same shape is used again. `conn->column_count` is 0 if there is nothing to fetch. (odbc_bind.c)
 */
enum dyno_status dyno_odbc_bind(struct dyno_conn *conn, struct dyno_err *err);

/** Take the arrays off the statement handle. Call it before reading a result by SQLGetData. */
void dyno_odbc_unbind(struct dyno_conn *conn);

/** Bytes and, if asked for, checksum of the rows that the last fetch put into the arrays. */
void dyno_odbc_measure(const struct dyno_conn *conn, bool want_checksum, struct dyno_fetched *out);

/** The whole open result as text, by SQLGetData. (odbc_text.c) */
enum dyno_status dyno_odbc_read_text(struct dyno_conn *conn, struct dyno_text_result *out,
                                     struct dyno_err *err);

#endif
