/**
 * GUIDs as SQL_C_GUID holds them, to and from their 36 characters.
 */
#ifndef DYNO_ODBC_GUID_H
#define DYNO_ODBC_GUID_H

#include "odbc/api.h"

#include <stdbool.h>
#include <stddef.h>

/** Into `out` of at least 37 bytes; returns 36. */
size_t dyno_odbc_guid_to_text(const SQLGUID *guid, char *out);

/** False if the text is no GUID. */
bool dyno_odbc_guid_from_text(const char *text, size_t len, SQLGUID *out);

#endif
