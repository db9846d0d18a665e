/** What /proc tells about processes and listening sockets. Any thread. */
#ifndef DYNO_SPARK_PROC_H
#define DYNO_SPARK_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** Is the process that had this pid and start time (base/process.h) still there and no zombie? */
bool dyno_proc_is_alive(pid_t pid, uint64_t start_ticks);

/**
 * Processes of ours (any state but zombie) whose environment has the entry `mark` ("NAME=value"),
 * the calling process excluded. Children inherit the mark, so it finds a whole family however its
 * members were started. The caller frees the array.
 */
size_t dyno_proc_find_marked(const char *mark, pid_t **pids_out);

/** The inode of the socket that listens on `port` (any address), 0 if there is none. */
uint64_t dyno_proc_listener(uint16_t port);

/** Does the process hold the socket with this inode? */
bool dyno_proc_owns_socket(pid_t pid, uint64_t inode);

#endif
