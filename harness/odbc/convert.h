/**
 * One cell into one buffer of the application, as SQLGetData and bound columns need it.
 *
 * Texts are UTF-8 in SQL_C_CHAR and UTF-16 in SQL_C_WCHAR; binary cells are hexadecimal digits in
 * both. A piece of text always fills its buffer to the last byte, so a character of several bytes can
 * be split between two pieces: clients join the pieces by their lengths.
 */
#ifndef DYNO_ODBC_CONVERT_H
#define DYNO_ODBC_CONVERT_H

#include "odbc/api.h"
#include "odbc/utf.h"
#include "odbc/value.h"

#include <stdbool.h>
#include <stddef.h>

/** How far SQLGetData has read one cell. Start with all zero. */
struct dyno_odbc_piece {
    size_t offset;                        /**< bytes of SQL_C_CHAR or SQL_C_BINARY handed out */
    struct dyno_odbc_utf16_cursor cursor; /**< the same for SQL_C_WCHAR */
    bool is_done;
};

/** How exact the application wants a number or an interval. */
struct dyno_odbc_digits {
    bool has_scale; /**< SQL_C_NUMERIC is to have `scale`, not the value's own */
    int scale;
    int fraction; /**< of the second, in intervals: 0 to 9 */
    int leading;  /**< of an interval's first field; 0: as many as fit */
};

struct dyno_odbc_target {
    SQLSMALLINT c_type; /**< resolved: never SQL_C_DEFAULT */
    void *data;
    SQLLEN capacity;   /**< bytes; counts for texts and bytes only */
    SQLLEN *indicator; /**< length or SQL_NULL_DATA; may be NULL */
    SQLLEN *null_flag; /**< where NULL is told instead, if not NULL */
    struct dyno_odbc_digits digits;
    struct dyno_odbc_piece *piece; /**< NULL for a bound column */
};

/**
 * Returns NULL, or the SQLSTATE: 01004 and 01S07 (data is there, cut), 07006 (the types do not go
 * together), 22002 (NULL, but no indicator), 22003, 22015, 22018. The indicator holds the full length that was
 * still to come before this call.
 */
const char *dyno_odbc_convert(const struct dyno_odbc_value *value,
                              const struct dyno_odbc_target *target);

/** Bytes of a C type of fixed size; 0 for texts, bytes and unknown types. */
size_t dyno_odbc_c_type_bytes(SQLSMALLINT c_type);

/** Is it a C type that dyno_odbc_convert knows, SQL_C_DEFAULT included? */
bool dyno_odbc_c_type_is_known(SQLSMALLINT c_type);

#endif
