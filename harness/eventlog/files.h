/** Which files make up an event log, in the order of their events. */
#ifndef DYNO_EVENTLOG_FILES_H
#define DYNO_EVENTLOG_FILES_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

struct dyno_log_files {
    char **paths;
    size_t count;
    int64_t missing; /**< numbers of a rolled log for which there is no file */
    char gap[96];    /**< what is missing, "" if nothing is */
};

/** Find them; the caller deinits. Errors as of dyno_eventlog_open. */
enum dyno_status dyno_log_files_find(const char *path, struct dyno_log_files *out,
                                     struct dyno_err *err) DYNO_MUST_CHECK;
void dyno_log_files_deinit(struct dyno_log_files *files);

/** The path in a URI "file:/a" or "file:///a"; any other is given back as it is. Borrowed. */
const char *dyno_log_local_path(const char *path);

#endif
