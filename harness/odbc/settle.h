/** What the connection keys mean together, once each of them has been read. */
#ifndef DYNO_ODBC_SETTLE_H
#define DYNO_ODBC_SETTLE_H

#include "odbc/settings.h"

/**
 * Fill in what follows from other keys, and refuse what does not go together: HY024, 28000 or HYC00.
 * SQL_SUCCESS or SQL_ERROR.
 */
SQLRETURN dyno_odbc_settings_settle(struct dyno_odbc_settings *settings,
                                    struct dyno_odbc_diag *diag);

#endif
