/** Child processes in groups of their own, so that a whole family can be ended at once. */
#ifndef DYNO_BASE_PROCESS_H
#define DYNO_BASE_PROCESS_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct dyno_spawn_options {
    const char *const *argv; /**< ends with NULL; argv[0] is searched in PATH */
    const char *const
        *env_add;            /**< "NAME=value" entries that replace or join ours; NULL for none */
    const char *cwd;         /**< NULL: ours */
    const char *stdout_path; /**< appended to; NULL: /dev/null */
    const char *stderr_path; /**< appended to; NULL: as stdout */
    bool dies_with_parent;   /**< SIGKILL for the child when the thread that spawned it ends */
};

/** Start it as leader of a new process group. DYNO_EENV if the program cannot be run. */
enum dyno_status dyno_process_spawn(const struct dyno_spawn_options *options, pid_t *pid_out,
                                    struct dyno_err *err) DYNO_MUST_CHECK;

struct dyno_exit {
    bool is_running;
    int code;   /**< exit code, -1 if ended by a signal */
    int signal; /**< 0 if it exited by itself */
};

/** Look, do not wait; once it has ended it is reaped, and must not be asked about again. */
struct dyno_exit dyno_process_poll(pid_t pid);

/** Wait until it ends or the deadline (CLOCK_MONOTONIC ns) passes; then `is_running` is true. */
struct dyno_exit dyno_process_wait(pid_t pid, int64_t deadline_ns);

/** Signal the whole group led by `pid`. Harmless if nobody is left. */
void dyno_process_signal_group(pid_t pid, int signal);

/** SIGKILL for the groups of all children of this process, without waiting. For whoever is about to end at
 *  once and must not leave them behind. */
void dyno_process_kill_children(void);

/** SIGTERM to the group, `grace_ns` of patience, then SIGKILL; reaps the leader. */
struct dyno_exit dyno_process_stop_group(pid_t pid, int64_t grace_ns);

/** Start time of a process in clock ticks since boot: with the pid a name that is never reused.
 *  0 if there is no such process. */
uint64_t dyno_process_start_ticks(pid_t pid);

/** Does the process with this pid and start time still run? A zombie does not. */
bool dyno_process_is_alive(pid_t pid, uint64_t start_ticks);

/** Full path of `program` as PATH finds it; the caller frees; NULL if it is not there. */
char *dyno_process_find(const char *program);

#endif
