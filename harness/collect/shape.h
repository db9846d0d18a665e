/**
 * What is kept of Spark's documents: only the members that the join reads (a stage shrinks to a
 * twentieth), with their types checked. A member of another type is removed, so that it counts as
 * missing from then on, and noted.
 */
#ifndef DYNO_COLLECT_SHAPE_H
#define DYNO_COLLECT_SHAPE_H

#include "base/json.h"

#include <stdint.h>

/** Members that were missing or of an unexpected type. */
struct dyno_oddities {
    int64_t count;
    char first[64]; /**< name of the first one */
};

enum dyno_shape {
    DYNO_SHAPE_JOB,
    DYNO_SHAPE_STAGE,
    DYNO_SHAPE_EXECUTION
};

/** Trim `json` in place. A document that is no object is left alone and noted. */
void dyno_shape_trim(enum dyno_shape shape, cJSON *json, struct dyno_oddities *odd);

#endif
