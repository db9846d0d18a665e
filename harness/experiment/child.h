/** Generator processes, as the supervisor runs them. */
#ifndef DYNO_EXPERIMENT_CHILD_H
#define DYNO_EXPERIMENT_CHILD_H

#include "experiment/bench.h"
#include "load/script.h"

#include <sys/types.h>

/**
 * Run statements through the target, in a process of its own, and wait. Errors of single statements
 * are in the answer; an error of the connection is returned as such. DYNO_ETIMEOUT if the process takes
 * longer than all of its limits together: a driver does not return. The caller frees the answer.
 * @param is_strict the first failed statement is returned as an error and ends the script
 */
enum dyno_status dyno_child_script(struct dyno_bench *bench, char *const *statements, size_t count,
                                   bool is_strict, struct dyno_script_answer *answer,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

/** A generator process with that command line; what it says is appended to the log. */
enum dyno_status dyno_child_spawn(const char *const *argv, const char *log_path, pid_t *pid_out,
                                  struct dyno_err *err) DYNO_MUST_CHECK;

/** DYNO_EIO becomes DYNO_EENV: a cache folder that cannot be written is no fault of ours and not the
 *  results' loss. Others are returned as they are. */
enum dyno_status dyno_child_blame_cache(enum dyno_status status, struct dyno_err *err);

#endif
