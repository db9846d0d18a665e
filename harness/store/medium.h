/** What lies under the results file: which file system, which folder, which file before us. */
#ifndef DYNO_STORE_MEDIUM_H
#define DYNO_STORE_MEDIUM_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

#define DYNO_STORE_APPLICATION_ID 0x64796e6f /* "dyno" */

/** Name of a network file system by its statfs magic number, or NULL for any other. SQLite's WAL mode
 *  needs memory shared between processes, which these do not give. */
const char *dyno_medium_network_name(int64_t magic);

/**
 * Get ready for writing: the folder exists and is writable, lies on no network file system, and
 * there is a file, made empty with mode 0600 if there was none. DYNO_EIO, DYNO_EENV.
 */
enum dyno_status dyno_medium_prepare(const char *path, struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Look at an existing file without locking it or changing a byte of it. DYNO_EINPUT: it belongs to
 * another program, or to a newer sparkdyno; DYNO_EIO: it is no database or it is damaged.
 * An empty file is fine.
 */
enum dyno_status dyno_medium_inspect(const char *path, struct dyno_err *err) DYNO_MUST_CHECK;

/** The two numbers of the header, judged: DYNO_OK if they are ours (and this version). */
enum dyno_status dyno_medium_judge(const char *path, int64_t application_id, int64_t version,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

/** "file:..." for sqlite3_open_v2 with what a path may hold escaped; the caller frees. */
char *dyno_medium_uri(const char *path, const char *options);

#endif
