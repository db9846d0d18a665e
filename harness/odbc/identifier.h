/**
 * Names of catalog functions under SQL_ATTR_METADATA_ID: identifiers in the place of patterns. Both quoted
 * and bare ones are of any case (SQL_IDENTIFIER_CASE and SQL_QUOTED_IDENTIFIER_CASE are SQL_IC_LOWER).
 */
#ifndef DYNO_ODBC_IDENTIFIER_H
#define DYNO_ODBC_IDENTIFIER_H

#include <stdbool.h>
#include <stddef.h>

/** Make of an identifier as it stands in SQL the name that it means, in place: quotes (`) or blanks around it go. */
void dyno_odbc_identifier_unquote(char *text);

/** A pattern in lower case that the name alone fits, for the server; to be freed. NULL: out of memory. */
char *dyno_odbc_identifier_pattern(const char *name);

/** Is that text the name? */
bool dyno_odbc_identifier_is(const char *name, const char *text, size_t len);

#endif
