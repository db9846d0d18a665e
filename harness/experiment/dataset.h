/** The workload's data on the server: built once, attached at each start, proved every time. */
#ifndef DYNO_EXPERIMENT_DATASET_H
#define DYNO_EXPERIMENT_DATASET_H

#include "experiment/bench.h"

/**
 * Bring tables, views and caches of the workload onto the running server.
 *
 * Managed server: tables live as Parquet below the cache folder, one folder for each (table, rows, SQL,
 * Spark version); a table without a finished folder is built there. External server: a table that is
 * missing is made in the session's schema; one that is there is never replaced. Row count and
 * checksum of every table are compared with the known answer (workload) or with what was
 * built first; a difference is DYNO_EINPUT. Cached tables are proved by /storage/rdd.
 */
enum dyno_status dyno_dataset_attach(struct dyno_bench *bench,
                                     struct dyno_err *err) DYNO_MUST_CHECK;

#endif
