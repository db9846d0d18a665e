/**
 * Texts that cross the ODBC border: arguments in (SQL_NTS or counted, ANSI or wide) and answers out
 * (cut to the buffer, with the full length told).
 */
#ifndef DYNO_ODBC_TEXT_H
#define DYNO_ODBC_TEXT_H

#include "odbc/api.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * Copy an argument into UTF-8 memory that the caller frees. A NULL `text` gives NULL in `*out`.
 * `len` is SQL_NTS or a count of bytes (ANSI) or units (wide).
 * Returns NULL, or the SQLSTATE of what is wrong: HY090, HY001.
 */
const char *dyno_odbc_text_in(const SQLCHAR *text, SQLINTEGER len, char **out);
const char *dyno_odbc_text_in_w(const SQLWCHAR *text, SQLINTEGER len, char **out);

/** Where an answer goes. */
struct dyno_odbc_text_out {
    void *buffer;            /**< NULL: only the length is wanted */
    SQLLEN room;             /**< of the buffer, NUL included; in bytes, or units if counts_units */
    bool is_wide;            /**< SQLWCHAR instead of UTF-8 bytes */
    bool counts_units;       /**< wide only: room and length count SQLWCHARs, not bytes */
    SQLSMALLINT *small_len;  /**< full length without NUL, or NULL */
    SQLINTEGER *integer_len; /**< the same in the other width, or NULL */
};

/** Write `text` there, NUL-terminated. Returns true if it was cut. */
bool dyno_odbc_text_put(const struct dyno_odbc_text_out *out, const char *text);

#endif
