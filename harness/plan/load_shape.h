/** How load is offered: arrivals, sessions, phases. A plain value. */
#ifndef DYNO_PLAN_LOAD_SHAPE_H
#define DYNO_PLAN_LOAD_SHAPE_H

#include "base/json.h"
#include "base/status.h"

#include <stdint.h>

enum dyno_arrival {
    DYNO_ARRIVAL_POISSON,  /**< open loop, exponential gaps */
    DYNO_ARRIVAL_CONSTANT, /**< open loop, equal gaps */
    DYNO_ARRIVAL_CLOSED    /**< each session sends, waits for the answer, thinks, sends */
};

struct dyno_load_shape {
    enum dyno_arrival arrival;
    double rate_per_s; /**< open loop: statements/s over all sessions */
    int64_t sessions;
    int64_t think_ns;          /**< closed loop */
    int64_t warmup_executions; /**< of each query after a server start */
    int64_t trial_warmup_ns;   /**< at the start of each trial, under the trial's own load */
    int64_t measure_ns;
    int64_t timeout_ns; /**< of one statement */
    int64_t drain_ns;   /**< patience with running statements after the window */
};

#define DYNO_LOAD_SHAPE_INIT                                                                       \
    {                                                                                              \
        .arrival = DYNO_ARRIVAL_POISSON, .rate_per_s = 1.0, .sessions = 4, .think_ns = 0,          \
        .warmup_executions = 30, .trial_warmup_ns = INT64_C(3000000000),                           \
        .measure_ns = INT64_C(60000000000), .timeout_ns = INT64_C(120000000000),                   \
        .drain_ns = INT64_C(30000000000)                                                           \
    }

/** "poisson", "constant" or "closed"; DYNO_EINPUT names what is allowed. */
enum dyno_status dyno_arrival_parse(const char *name, enum dyno_arrival *out,
                                    struct dyno_err *err) DYNO_MUST_CHECK;
const char *dyno_arrival_name(enum dyno_arrival arrival);

/** As JSON, with the members' own names; the caller frees it. */
cJSON *dyno_load_shape_to_json(const struct dyno_load_shape *shape);

/** Refuse what cannot be: no sessions or over 20000, a rate that is not over 0 or over 1e6, an empty
 *  window, more than 20 million statements. DYNO_EINPUT. */
enum dyno_status dyno_load_shape_check(const struct dyno_load_shape *shape,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

#endif
