/**
 * One parameter's value as a literal of Spark's SQL. HiveServer2 has no parameters, so values go into
 * the text, and what they hold must never be taken for SQL:
 *
 * texts have their quotes, backslashes and NUL characters escaped, and "${", which Spark would replace
 * by a variable before it parses; numbers, dates and bytes are read and written anew, never copied.
 */
#ifndef DYNO_ODBC_LITERAL_H
#define DYNO_ODBC_LITERAL_H

#include "base/str.h"
#include "odbc/api.h"

#include <stddef.h>

struct dyno_odbc_input {
    SQLSMALLINT c_type; /**< SQL_C_DEFAULT: as the SQL type has it */
    SQLSMALLINT sql_type;
    const void *data;
    SQLLEN len;          /**< bytes, or SQL_NTS; counts for texts and bytes only; SQL_NULL_DATA */
    int fraction_digits; /**< of the second, in intervals: 0 to 9 */
};

/**
 * Append the literal. Returns NULL or the SQLSTATE: 07006 (the types do not go together), 22003 (out of
 * range), 22007 (no such day or time), 22008 (a part of the time would be lost), 22015 (the same of an interval), 22018 (text that is no
 * such value), HY003, HYC00 (types of ODBC that Spark has no literal for), HY090, HY001. Failures of
 * `out` itself are its own.
 */
const char *dyno_odbc_literal(const struct dyno_odbc_input *input, struct dyno_str *out);

/** Can parameters have this SQL type? */
bool dyno_odbc_literal_knows(SQLSMALLINT sql_type);

#endif
