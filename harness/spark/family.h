/** The processes of one managed server: each leads a group, all are named in the lease. One thread. */
#ifndef DYNO_SPARK_FAMILY_H
#define DYNO_SPARK_FAMILY_H

#include "base/process.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define DYNO_FAMILY_MAX 66

struct dyno_family;

/** No process yet; writes the lease of `work_dir`, where all are started. Their output goes to
 *  `log_path`. */
enum dyno_status dyno_family_new(const char *work_dir, const char *log_path,
                                 struct dyno_family **out, struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * Start one and put it into the lease. `name` is copied. `argv` and `env_add` end with NULL; variables by
 * which Spark would take settings from the user's environment are taken out first. DYNO_EENV.
 */
enum dyno_status dyno_family_spawn(struct dyno_family *family, const char *name,
                                   const char *const *argv, const char *const *env_add,
                                   pid_t *pid_out, struct dyno_err *err) DYNO_MUST_CHECK;

/** True while every process runs; else `*dead_name` (borrowed) and `*end` tell of the first that does
 *  not. */
bool dyno_family_is_alive(struct dyno_family *family, const char **dead_name,
                          struct dyno_exit *end);

/** End all, the youngest first: SIGTERM, `grace_ns` of patience, SIGKILL. Nothing of them is left
 *  afterwards. May be called again. */
void dyno_family_stop(struct dyno_family *family, int64_t grace_ns);

/** Does not stop anything. NULL is fine. */
void dyno_family_free(struct dyno_family *family);

#endif
