/** Which of the event logs below a path is that of an application. */
#ifndef DYNO_EVENTLOG_LOCATE_H
#define DYNO_EVENTLOG_LOCATE_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * `path` is a log (a file, or the folder of a rolled one), or the folder into which Spark writes its logs. The
 * log of the application `app_id` is looked for there and opened once; what it says of itself must agree.
 * DYNO_ENOTFOUND, DYNO_EIO (not readable), DYNO_EINPUT (no event log, or that of another application). The
 * caller frees `*out`.
 */
enum dyno_status dyno_eventlog_locate(const char *path, const char *app_id, char **out,
                                      struct dyno_err *err) DYNO_MUST_CHECK;

/** Can reading go on from an offset, as in a single plain file? */
bool dyno_eventlog_is_seekable(const char *path);

/** Where what is written from now on begins: behind the last whole line of a log that is seekable; else 0. */
int64_t dyno_eventlog_end(const char *path);

#endif
