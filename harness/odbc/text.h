/**
 * Texts that cross the ODBC border: arguments in (SQL_NTS or counted, ANSI or wide) and answers out
 * (cut to the buffer, with the full length told). An entry point and its wide twin differ in nothing
 * but how they describe their texts here.
 */
#ifndef DYNO_ODBC_TEXT_H
#define DYNO_ODBC_TEXT_H

#include "odbc/api.h"

#include <stdbool.h>
#include <stddef.h>

/** A text argument as the application gave it. */
struct dyno_odbc_text_arg {
    const void *text; /**< NULL: not given */
    SQLINTEGER len;   /**< SQL_NTS, or a count of bytes, or of units if `is_wide` */
    bool is_wide;     /**< UTF-16 instead of UTF-8 */
};

/** An argument of an ANSI entry point. */
static inline struct dyno_odbc_text_arg dyno_odbc_narrow(const SQLCHAR *text, SQLINTEGER len)
{
    return (struct dyno_odbc_text_arg){.text = text, .len = len};
}

/** An argument of a wide entry point. */
static inline struct dyno_odbc_text_arg dyno_odbc_wide(const SQLWCHAR *text, SQLINTEGER len)
{
    return (struct dyno_odbc_text_arg){.text = text, .len = len, .is_wide = true};
}

/**
 * Copy an argument into UTF-8 memory that the caller frees. A NULL text gives NULL in `*out`.
 * Returns NULL, or the SQLSTATE of what is wrong: HY090, HY001.
 */
const char *dyno_odbc_text_read(struct dyno_odbc_text_arg arg, char **out);

/** Where an answer goes. */
struct dyno_odbc_text_out {
    void *buffer;            /**< NULL: only the length is wanted */
    SQLLEN room;             /**< of the buffer, NUL included; in bytes, or units if counts_units */
    bool is_wide;            /**< SQLWCHAR instead of UTF-8 bytes */
    bool counts_units;       /**< wide only: room and length count SQLWCHARs, not bytes */
    SQLSMALLINT *small_len;  /**< full length without NUL, or NULL */
    SQLINTEGER *integer_len; /**< the same in the other width, or NULL */
};

/** An answer of an ANSI entry point. */
static inline struct dyno_odbc_text_out dyno_odbc_narrow_out(void *buffer, SQLLEN room,
                                                             SQLSMALLINT *len)
{
    return (struct dyno_odbc_text_out){.buffer = buffer, .room = room, .small_len = len};
}

/** An answer of a wide entry point that counts characters. */
static inline struct dyno_odbc_text_out dyno_odbc_wide_out(void *buffer, SQLLEN room,
                                                           SQLSMALLINT *len)
{
    return (struct dyno_odbc_text_out){
        .buffer = buffer, .room = room, .is_wide = true, .counts_units = true, .small_len = len};
}

/** An answer of a wide entry point that counts bytes, as those do whose value need not be a text. */
static inline struct dyno_odbc_text_out dyno_odbc_wide_bytes_out(void *buffer, SQLLEN room,
                                                                 SQLSMALLINT *len)
{
    return (struct dyno_odbc_text_out){
        .buffer = buffer, .room = room, .is_wide = true, .small_len = len};
}

/** Write `text` there, NUL-terminated. Returns true if it was cut. */
bool dyno_odbc_text_put(const struct dyno_odbc_text_out *out, const char *text);

#endif
