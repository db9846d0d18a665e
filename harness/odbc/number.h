/**
 * Numbers to text and text to numbers, without regard to the process's locale.
 */
#ifndef DYNO_ODBC_NUMBER_H
#define DYNO_ODBC_NUMBER_H

#include "odbc/api.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Room that any number's text needs, NUL included. */
#define DYNO_ODBC_NUMBER_BYTES 40

/** Sign and magnitude, so that all of int64 and uint64 fit. */
struct dyno_odbc_integer {
    bool is_negative;
    uint64_t magnitude;
};

/* The parsers below return NULL or the SQLSTATE of what is wrong: 22018 (no number at all), 22003
 * (does not fit), 01S07 (fits without its fraction). Blanks around the number are allowed. */

/** A whole number; a fraction is cut off (01S07). */
const char *dyno_odbc_text_to_integer(const char *text, size_t len, struct dyno_odbc_integer *out);

/** Correctly rounded; also takes NaN, Infinity and -Infinity as Spark writes them. */
const char *dyno_odbc_text_to_f64(const char *text, size_t len, double *out);

/**
 * With `scale` fraction digits, or (-1) as many as the text itself has; digits past that, and past 38
 * in all, are cut (01S07).
 */
const char *dyno_odbc_text_to_numeric(const char *text, size_t len, int scale,
                                      SQL_NUMERIC_STRUCT *out);

/** The integer part of a double. 22003 for NaN, infinities and what uint64 cannot hold. */
const char *dyno_odbc_f64_to_integer(double real, struct dyno_odbc_integer *out);

/** Of a signed 64-bit number. */
struct dyno_odbc_integer dyno_odbc_integer_of(int64_t number);

/** Decimal digits into `out` of DYNO_ODBC_NUMBER_BYTES; returns their count. */
size_t dyno_odbc_i64_to_text(int64_t number, char *out);

/** The same for sign and magnitude. */
size_t dyno_odbc_integer_to_text(struct dyno_odbc_integer integer, char *out);

/** Room for the text of a SQL_NUMERIC_STRUCT, a GUID or a moment, NUL included. */
#define DYNO_ODBC_NUMERIC_BYTES 48

/** All its digits into `out` of DYNO_ODBC_NUMERIC_BYTES; 0 for a scale or a size that no type has. */
size_t dyno_odbc_numeric_to_text(const SQL_NUMERIC_STRUCT *numeric, char *out);

/** The shortest text that reads back as the same double, or the same float for `is_float`. */
size_t dyno_odbc_f64_to_text(double real, bool is_float, char *out);

#endif
