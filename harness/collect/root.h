/** The root execution of a job, as Spark 4 and later tells it. */
#ifndef DYNO_COLLECT_ROOT_H
#define DYNO_COLLECT_ROOT_H

#include "base/json.h"

#include <stdint.h>

/**
 * The id of the SQL execution that a job of /jobs ran for in the end, from its job tag
 * "spark-session-<uuid>-execution-root-id-<N>"; -1 where there is none (Spark 3.5, jobs without SQL) or
 * where several disagree.
 */
int64_t dyno_root_of_job(const cJSON *job);

#endif
