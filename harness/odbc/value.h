/**
 * One cell as it came, before it is turned into what the application asked for.
 */
#ifndef DYNO_ODBC_VALUE_H
#define DYNO_ODBC_VALUE_H

#include "hs2/operation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dyno_odbc_kind {
    DYNO_ODBC_KIND_NULL,
    DYNO_ODBC_KIND_BOOLEAN, /**< `integer` is 0 or 1 */
    DYNO_ODBC_KIND_INTEGER,
    DYNO_ODBC_KIND_REAL,
    DYNO_ODBC_KIND_DECIMAL,   /**< `text` holds its digits */
    DYNO_ODBC_KIND_DATE,      /**< `text` */
    DYNO_ODBC_KIND_TIMESTAMP, /**< `text` */
    DYNO_ODBC_KIND_TEXT,      /**< `text`, UTF-8 */
    DYNO_ODBC_KIND_BYTES      /**< `text`, any bytes */
};

struct dyno_odbc_value {
    enum dyno_odbc_kind kind;
    bool is_float; /**< a REAL that was a 32-bit float at the server */
    int64_t integer;
    double real;
    const char *text; /**< borrowed from the block */
    size_t len;
};

/** Read row `row` of a column of a block; the text is valid as long as the block is. */
void dyno_odbc_value_read(struct dyno_hs2_column *column, enum dyno_hs2_type type, size_t row,
                          struct dyno_odbc_value *out);

#endif
