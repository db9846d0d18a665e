/**
 * The text and byte targets of dyno_odbc_convert.
 */
#ifndef DYNO_ODBC_CONVERT_TEXT_H
#define DYNO_ODBC_CONVERT_TEXT_H

#include "odbc/convert.h"

/* Results and SQLSTATEs as for dyno_odbc_convert; the value is not NULL. */
const char *dyno_odbc_convert_char(const struct dyno_odbc_value *value,
                                   const struct dyno_odbc_target *target);
const char *dyno_odbc_convert_wchar(const struct dyno_odbc_value *value,
                                    const struct dyno_odbc_target *target);
const char *dyno_odbc_convert_binary(const struct dyno_odbc_value *value,
                                     const struct dyno_odbc_target *target);

#endif
