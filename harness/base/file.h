/** Files and folders, with bounds and with causes in the error text. */
#ifndef DYNO_BASE_FILE_H
#define DYNO_BASE_FILE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Whole file into memory, ended with a NUL that `*len_out` does not count. DYNO_ENOTFOUND,
 * DYNO_EIO, or DYNO_ELIMIT over `max_bytes` (a regular file is not read at all then; a pipe or device
 * up to there). The caller frees `*out`.
 */
enum dyno_status dyno_file_read(const char *path, size_t max_bytes, char **out, size_t *len_out,
                                struct dyno_err *err) DYNO_MUST_CHECK;

/** Write to a temporary name in the same folder, then rename: whole or not at all. Mode 0644. */
enum dyno_status dyno_file_write(const char *path, const char *bytes, size_t len,
                                 struct dyno_err *err) DYNO_MUST_CHECK;

/** As dyno_file_write, with mode 0600, for what may hold a password. */
enum dyno_status dyno_file_write_private(const char *path, const char *bytes, size_t len,
                                         struct dyno_err *err) DYNO_MUST_CHECK;

/** The last `max_bytes` of a file, cut at a line start; "" where it cannot be read. Caller frees. */
char *dyno_file_tail(const char *path, size_t max_bytes);

/** Is there something that is no folder, or a folder? Links are followed. */
bool dyno_file_exists(const char *path);
bool dyno_dir_exists(const char *path);

/** mkdir -p, mode 0755. */
enum dyno_status dyno_dir_make(const char *path, struct dyno_err *err) DYNO_MUST_CHECK;

/** rm -r, not following symbolic links. A path that is not there is fine. */
enum dyno_status dyno_dir_remove(const char *path, struct dyno_err *err) DYNO_MUST_CHECK;

/** Names in a folder without . and .., sorted; the caller frees each and the array. */
enum dyno_status dyno_dir_list(const char *path, char ***names_out, size_t *count_out,
                               struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * An exclusive lock on a folder, without waiting: a descriptor to close() when it is done with, -1 if
 * another process holds it or it cannot be had. It ends with the process, however that ends; programs
 * that we start do not inherit it.
 */
int dyno_dir_lock(const char *path);

/** Free bytes for us on the file system that holds `path`; -1 if unknown. */
int64_t dyno_dir_free_bytes(const char *path);

/** "dir/name"; `name` alone if it is absolute or dir is "". The caller frees. */
char *dyno_path_join(const char *dir, const char *name);

/** The path made absolute against the working folder, symbolic links kept. The caller frees. */
char *dyno_path_absolute(const char *path);

/** Path of the running program's file. The caller frees; NULL if the system does not tell. */
char *dyno_path_of_self(void);

#endif
