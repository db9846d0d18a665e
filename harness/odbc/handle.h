/**
 * What every handle begins with, so that a call can tell a live handle of the right kind from garbage
 * without a registry and its lock.
 */
#ifndef DYNO_ODBC_HANDLE_H
#define DYNO_ODBC_HANDLE_H

#include <stdint.h>

enum dyno_odbc_magic {
    DYNO_ODBC_MAGIC_ENV = 0x64796e31,
    DYNO_ODBC_MAGIC_DBC = 0x64796e32,
    DYNO_ODBC_MAGIC_STMT = 0x64796e33,
    DYNO_ODBC_MAGIC_DESC = 0x64796e34,
    DYNO_ODBC_MAGIC_DEAD = 0x64796e00 /**< what a freed handle held last */
};

#endif
