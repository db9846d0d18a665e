/**
 * What SQLGetInfo answers without asking anybody.
 */
#ifndef DYNO_ODBC_INFO_H
#define DYNO_ODBC_INFO_H

#include "odbc/api.h"

enum dyno_odbc_info_kind {
    DYNO_ODBC_INFO_U16,
    DYNO_ODBC_INFO_U32,
    DYNO_ODBC_INFO_TEXT
};

struct dyno_odbc_info {
    SQLUSMALLINT type;
    enum dyno_odbc_info_kind kind;
    SQLUINTEGER number;
    const char *text;
};

/** The entry of an information type, or NULL: unknown, or one that depends on the connection. */
const struct dyno_odbc_info *dyno_odbc_info_find(SQLUSMALLINT type);

#endif
