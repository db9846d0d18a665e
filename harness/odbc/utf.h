/**
 * UTF-8 (what the wire and the ANSI entry points speak) to UTF-16 (what SQLWCHAR holds) and back.
 * Anything that is not well-formed becomes U+FFFD; nothing here fails but for want of memory.
 */
#ifndef DYNO_ODBC_UTF_H
#define DYNO_ODBC_UTF_H

#include <stddef.h>
#include <stdint.h>

/** UTF-16 units that `len` bytes of UTF-8 need. */
size_t dyno_odbc_utf16_len(const char *utf8, size_t len);

/** Where a conversion in pieces stands. Start with all zero. */
struct dyno_odbc_utf16_cursor {
    size_t offset; /**< bytes of UTF-8 consumed */
    uint16_t low;  /**< second half of a pair whose first half ended the last piece, else 0 */
};

/**
 * Convert on from the cursor, at most `room` units; every piece is filled to the last unit, so a
 * pair may be split between two pieces. Returns the units written. No NUL is added.
 */
size_t dyno_odbc_utf16_from_utf8(const char *utf8, size_t len,
                                 struct dyno_odbc_utf16_cursor *cursor, uint16_t *out, size_t room);

/** Bytes of UTF-8 that `units` of UTF-16 need. */
size_t dyno_odbc_utf8_len(const uint16_t *utf16, size_t units);

/** `units` of UTF-16 as NUL-terminated UTF-8, to be freed by the caller; NULL: out of memory. */
char *dyno_odbc_utf8_from_utf16(const uint16_t *utf16, size_t units);

#endif
