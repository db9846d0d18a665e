/**
 * Who owns a work folder: our pid and start time, and those of the processes started for it.
 *
 * The file `lease.json` stands in the work folder from before the first process is started. Every
 * process of a server also carries a mark in its environment, which names the folder; so one that was
 * started a moment before its owner was killed is found too.
 */
#ifndef DYNO_SPARK_LEASE_H
#define DYNO_SPARK_LEASE_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** One process that leads a group. */
struct dyno_lease_entry {
    const char *name; /**< "server", "master", "worker-1": borrowed */
    pid_t pid;
    uint64_t start_ticks;
};

/** Write or replace the lease of `work_dir` with us as the owner. */
enum dyno_status dyno_lease_write(const char *work_dir, const struct dyno_lease_entry *entries,
                                  size_t count, struct dyno_err *err) DYNO_MUST_CHECK;

/** The environment entry that marks the processes of a work folder; the caller frees. */
char *dyno_lease_mark(const char *work_dir);

/** SIGKILL for every process with the folder's mark, again until none is left (5 s at most). Returns
 *  how many there were at first. */
size_t dyno_lease_kill_marked(const char *work_dir);

#endif
