/**
 * Data sources of odbc.ini, read through unixODBC's installer library so that ODBCINI, ODBCSYSINI
 * and the user's own file count as they do for the driver manager.
 */
#ifndef DYNO_ODBC_DSN_H
#define DYNO_ODBC_DSN_H

#include "hs2/pairs.h"

/**
 * Add the keys of section `dsn`; keys that `pairs` holds already stay. A data source that does not
 * exist adds nothing. unixODBC cuts ini values at 1000 bytes. DYNO_ENOMEM.
 */
enum dyno_status dyno_odbc_dsn_read(const char *dsn, struct dyno_hs2_pairs *pairs,
                                    struct dyno_err *err) DYNO_MUST_CHECK;

#endif
