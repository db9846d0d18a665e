/* The shared library's own translation unit: everything comes from the static library. */
#include "odbc/api.h"

_Static_assert(sizeof(SQLWCHAR) == 2, "the driver speaks UTF-16, as unixODBC is built by default");
_Static_assert(sizeof(SQLLEN) == 8, "lengths are 64 bits wide, as unixODBC is built by default");
