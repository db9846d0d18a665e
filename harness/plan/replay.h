/**
 * A replay: which statement which session sends when, taken from a trace. Plain data in a trial plan; how
 * traces are read stands in plan/trace.h.
 */
#ifndef DYNO_PLAN_REPLAY_H
#define DYNO_PLAN_REPLAY_H

#include "base/json.h"
#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/** More entries do not go into a plan. */
#define DYNO_REPLAY_MAX ((size_t)500000)

struct dyno_replay_entry {
    int64_t at_ns;    /**< since the first one, speed already applied */
    uint32_t session; /**< from 0 */
    uint32_t query;   /**< of the plan's queries */
};

struct dyno_replay {
    struct dyno_replay_entry *entries; /**< in order of time */
    size_t count;
};

void dyno_replay_deinit(struct dyno_replay *replay);

/** As three arrays of equal length; the caller frees it. */
cJSON *dyno_replay_to_json(const struct dyno_replay *replay);

/** Back from there. DYNO_EINPUT if the arrays do not fit together, times fall, or a query or session is
 *  beyond the bounds. */
enum dyno_status dyno_replay_from_json(const cJSON *json, size_t query_count, int64_t sessions,
                                       struct dyno_replay *out,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

#endif
