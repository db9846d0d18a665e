/** A standalone master and its workers on loopback. */
#ifndef DYNO_SPARK_CLUSTER_H
#define DYNO_SPARK_CLUSTER_H

#include "base/status.h"
#include "spark/family.h"
#include "spark/ready.h"
#include "spark/server.h"

#include <stdint.h>

#define DYNO_CLUSTER_MAX_WORKERS 64

/** DYNO_EINPUT unless 1 <= workers <= cores and workers is within bounds. */
enum dyno_status dyno_cluster_check(const struct dyno_spark_options *options,
                                    struct dyno_err *err) DYNO_MUST_CHECK;

/** Cores of worker `index`: the remainder goes to the first ones. */
int dyno_cluster_worker_cores(int cores, int workers, int index);

/** Memory in MiB that each worker offers: what its executors of the profile need, and some to spare. */
int64_t dyno_cluster_worker_mib(const struct dyno_spark_options *options);

/** How many executors must have joined before the server counts as ready. */
int dyno_cluster_executors(const struct dyno_spark_options *options);

/**
 * Start the master and the workers as members of `family` and wait until all are alive. `env` holds what
 * every Spark process gets. `*master_url_out` is "spark://127.0.0.1:port"; the caller frees.
 */
enum dyno_status dyno_cluster_start(const struct dyno_spark_options *options, const char *work_dir,
                                    const char *const *env, const struct dyno_ready *ready,
                                    char **master_url_out, struct dyno_err *err) DYNO_MUST_CHECK;

#endif
