/**
 * The ODBC headers, once and in the right order, and the mark of an exported entry point.
 *
 * Only SQL* functions are exported. Nothing inside the driver calls one of them: in a process with a
 * driver manager such a call can land in the driver manager's function of the same name.
 */
#ifndef DYNO_ODBC_API_H
#define DYNO_ODBC_API_H

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

#define DYNO_ODBC_API __attribute__((visibility("default")))

/** What goes before every message: [vendor][component]. */
#define DYNO_ODBC_PREFIX         "[sparkdyno][Spark ODBC] "

#define DYNO_ODBC_DRIVER_NAME    "libsparkodbc.so"
#define DYNO_ODBC_DRIVER_VERSION "00.01.0000"

#endif
