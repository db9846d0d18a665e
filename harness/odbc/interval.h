/**
 * Intervals: from Spark's texts and from numbers into ODBC's structures, and back into literals.
 *
 * A text is a bare value ("1-2", "3 04:05:06.7", "12") or a literal (INTERVAL -'1-2' YEAR TO MONTH), as
 * Spark casts intervals to text. What a bare value means follows from its shape; where several fields
 * would fit ("12", "04:05"), the wanted type decides.
 */
#ifndef DYNO_ODBC_INTERVAL_H
#define DYNO_ODBC_INTERVAL_H

#include "odbc/api.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Room for every literal that dyno_odbc_interval_literal writes. */
#define DYNO_ODBC_INTERVAL_BYTES 96

/** Digits of the fraction of a second, where nobody has said how many. */
#define DYNO_ODBC_INTERVAL_PRECISION 6

/** A length of time: months, or seconds; never both. */
struct dyno_odbc_span {
    bool is_negative;
    bool is_months;
    uint64_t months;
    uint64_t seconds;
    int32_t fraction_ns;
};

/** How the structure is to be filled: SQL_DESC_PRECISION and SQL_DESC_DATETIME_INTERVAL_PRECISION. */
struct dyno_odbc_interval_shape {
    SQLSMALLINT c_type;
    int fraction_digits; /**< at most 9 */
    int leading_digits;  /**< 0: as many as fit */
};

/** Is it SQL_C_INTERVAL_YEAR or one of its kin? They are the SQL types' own numbers. */
bool dyno_odbc_interval_is_type(SQLSMALLINT type);

/** Read a text. `wanted` is the type it is to be. false: it is no interval of that kind. */
bool dyno_odbc_interval_scan(const char *text, size_t len, SQLSMALLINT wanted,
                             struct dyno_odbc_span *out);

/**
 * A number of the type's only field; a fraction goes with seconds alone. NULL, 07006 (the type has several
 * fields), 22018, 22015, or 01S07 (a fraction was cut).
 */
const char *dyno_odbc_interval_of_number(const char *text, size_t len, SQLSMALLINT wanted,
                                         struct dyno_odbc_span *out);

/**
 * Fill the structure. NULL, 01S07 (fields behind the last one, or digits of the fraction, were cut), or 22015 (the
 * leading field does not hold it; nothing is written).
 */
const char *dyno_odbc_interval_put(const struct dyno_odbc_span *span,
                                   const struct dyno_odbc_interval_shape *shape,
                                   SQL_INTERVAL_STRUCT *out);

/** Read a structure. NULL, or 22007 where a field that does not lead is out of its range. */
const char *dyno_odbc_interval_get(const SQL_INTERVAL_STRUCT *interval, int fraction_digits,
                                   struct dyno_odbc_span *out);

/**
 * Spark's literal of an SQL interval type: INTERVAL -'1-2' YEAR TO MONTH. NULL, or 22015 (the type has no
 * field for a part of it, or Spark none so large). Writes at most DYNO_ODBC_INTERVAL_BYTES, NUL included.
 */
const char *dyno_odbc_interval_literal(const struct dyno_odbc_span *span, SQLSMALLINT wanted,
                                       char *out);

/** The same as a bare value of the type, for texts: -1-2. */
const char *dyno_odbc_interval_text(const struct dyno_odbc_span *span, SQLSMALLINT wanted,
                                    char *out);

#endif
