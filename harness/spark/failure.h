/** Why a server did not come up, told from its log. */
#ifndef DYNO_SPARK_FAILURE_H
#define DYNO_SPARK_FAILURE_H

#include "base/status.h"

#include <stdbool.h>

/** The last lines of a log that say something: stack frames and empty lines left out, long lines and
 *  the whole cut to fit a struct dyno_err. The caller frees. */
char *dyno_failure_excerpt(const char *log_text);

/** Cause and cure for a log that shows a known one, NULL otherwise. Static storage. */
const char *dyno_failure_hint(const char *log_text);

/** Does the log say that a port was taken? */
bool dyno_failure_is_port(const char *log_text);

/** DYNO_EENV: `what`, then the hint and the excerpt of the log at `log_path`. */
enum dyno_status dyno_failure_report(const char *what, const char *log_path, struct dyno_err *err);

#endif
