/**
 * A result set that the driver makes by itself (type info, catalog functions): built row by row, then
 * turned into a block as if it had come over the wire, so that describing and fetching have one path.
 */
#ifndef DYNO_ODBC_TABLE_H
#define DYNO_ODBC_TABLE_H

#include "base/status.h"
#include "hs2/operation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dyno_odbc_table;

/** One column's head; only STRING, SMALLINT and INT are used. */
struct dyno_odbc_table_column {
    const char *name;
    enum dyno_hs2_type type;
};

/** An empty table; NULL: out of memory. `columns` is static storage of the caller. */
struct dyno_odbc_table *dyno_odbc_table_new(const struct dyno_odbc_table_column *columns,
                                            size_t column_count);
void dyno_odbc_table_free(struct dyno_odbc_table *table);

/** Begin a row, all of whose cells are NULL. Failure of memory sticks until table_finish. */
void dyno_odbc_table_add_row(struct dyno_odbc_table *table);

/** Set cells of the row begun last; the text is copied, NULL stays NULL. */
void dyno_odbc_table_set_text(struct dyno_odbc_table *table, size_t column, const char *text,
                              size_t len);
void dyno_odbc_table_set_number(struct dyno_odbc_table *table, size_t column, int64_t number);

/**
 * Order the rows by `key_count` columns (texts by bytes, numbers by value, NULL first) and build the
 * block. DYNO_ENOMEM, also for every earlier failure.
 */
enum dyno_status dyno_odbc_table_finish(struct dyno_odbc_table *table, const size_t *keys,
                                        size_t key_count) DYNO_MUST_CHECK;

/* After table_finish; borrowed from the table. */
const struct dyno_hs2_column_desc *dyno_odbc_table_descs(const struct dyno_odbc_table *table);
size_t dyno_odbc_table_column_count(const struct dyno_odbc_table *table);
struct dyno_hs2_block *dyno_odbc_table_block(struct dyno_odbc_table *table);

#endif
