/**
 * What a driver manager does to a measurement, from the facts that a connection told.
 */
#ifndef DYNO_TARGET_DOUBT_H
#define DYNO_TARGET_DOUBT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The facts that matter, as in struct dyno_target_info. */
struct dyno_manager_facts {
    int32_t threading_level; /**< -1: not known */
    bool is_pooled;
    bool is_traced;
    int64_t sessions; /**< that the load has at once */
};

struct dyno_doubt {
    const char *code; /**< "driver_serialised", for machines */
    const char *text; /**< what is wrong, and what to do */
};

/** More than there are. */
#define DYNO_DOUBTS_MAX 4

/** Write those that apply, gravest first; returns their count. Static texts. */
size_t dyno_target_doubts(const struct dyno_manager_facts *facts,
                          struct dyno_doubt out[DYNO_DOUBTS_MAX]);

#endif
