/**
 * Single fields of a result column, as SQLColAttribute and SQLGetDescField ask for them.
 */
#ifndef DYNO_ODBC_COLUMN_H
#define DYNO_ODBC_COLUMN_H

#include "odbc/api.h"
#include "odbc/result.h"

#include <stdbool.h>
#include <stddef.h>

/** A field that is a text; NULL for all others. Borrowed from the result; `column` counts from 1. */
const char *dyno_odbc_column_text(const struct dyno_odbc_result *result, size_t column,
                                  SQLUSMALLINT field);

/** A field that is a number; false for all others. */
bool dyno_odbc_column_number(const struct dyno_odbc_column_info *info, SQLUSMALLINT field,
                             SQLLEN *out);

#endif
