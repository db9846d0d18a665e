/**
 * SQLSTATEs: Spark's own ones turned into those of ODBC 3, and the standard's texts for ours.
 */
#ifndef DYNO_ODBC_SQLSTATE_H
#define DYNO_ODBC_SQLSTATE_H

#include "base/status.h"

/**
 * The ODBC state for one that the server sent. States that ODBC knows come back as they are; class
 * 42 becomes 42000, except for tables (42S01, 42S02) and columns (42S22); the rest is HY000.
 * Static storage or `state` itself.
 */
const char *dyno_odbc_sqlstate_map(const char *state);

/** The state for a failure that came without one. */
const char *dyno_odbc_sqlstate_of(enum dyno_status status);

/** The standard's text for a state that the driver raises by itself; "general error" if unknown. */
const char *dyno_odbc_sqlstate_text(const char *state);

#endif
