/**
 * The open result of a statement: where its rows come from (an operation of the server, or a table
 * that the driver made) and how far they have been read.
 */
#ifndef DYNO_ODBC_RESULT_H
#define DYNO_ODBC_RESULT_H

#include "hs2/block.h"
#include "hs2/operation.h"
#include "odbc/settings.h"
#include "odbc/sqltype.h"
#include "odbc/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_odbc_result {
    struct dyno_hs2_operation *operation; /**< owned; NULL for a table */
    struct dyno_odbc_table *table;        /**< owned; NULL for an operation */
    const struct dyno_hs2_column_desc *columns;
    struct dyno_odbc_column_info *infos; /**< one per column, so that describing costs O(1) */
    size_t column_count;
    struct dyno_hs2_block *block; /**< rows at hand: wire_block or the table's */
    struct dyno_hs2_block wire_block;
    size_t next_row;     /**< of the block */
    int64_t rows_served; /**< to the application since the start */
    bool is_at_end;
};

void dyno_odbc_result_init(struct dyno_odbc_result *result);

/**
 * Take over an operation that has finished, or a finished table, and describe its columns. On failure
 * (DYNO_ENOMEM) the caller still owns it. `rows_ahead` rows are asked for in the same write as the
 * operation's columns; 0: none.
 */
enum dyno_status dyno_odbc_result_take_operation(struct dyno_odbc_result *result,
                                                 struct dyno_hs2_operation *operation,
                                                 int64_t rows_ahead,
                                                 const struct dyno_odbc_settings *settings,
                                                 struct dyno_err *err) DYNO_MUST_CHECK;
enum dyno_status dyno_odbc_result_take_table(struct dyno_odbc_result *result,
                                             struct dyno_odbc_table *table,
                                             const struct dyno_odbc_settings *settings,
                                             struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Close the operation (over the wire: the caller holds the connection's `wire`), forget the rows.
 * A block of moderate size is kept for the next result.
 */
void dyno_odbc_result_close(struct dyno_odbc_result *result);

/** Hand an open result of an operation over to `to`, which is closed; `from` is closed afterwards. */
void dyno_odbc_result_move(struct dyno_odbc_result *to, struct dyno_odbc_result *from);

/** Free what is left after closing. */
void dyno_odbc_result_deinit(struct dyno_odbc_result *result);

#endif
