/** What the files of a capacity's answer share; not for other rooms. */
#ifndef DYNO_DECIDE_CAPACITY_PARTS_H
#define DYNO_DECIDE_CAPACITY_PARTS_H

#include "base/json.h"
#include "decide/capacity_steps.h"
#include "decide/slo_window.h"
#include "stats/moments.h"
#include "stats/usl.h"
#include "stats/usl_interval.h"

/** One load of the closed loop, over restarts. */
struct dyno_capacity_point {
    int64_t sessions;
    struct dyno_moments throughput;
    double service_s, spill_bytes, gc_ratio, little; /**< means; the largest for little */
    size_t trials, decided, accepted;
    struct dyno_slo_shortage shortage; /**< of its last undecided trial */
    bool is_fitted;
};

/** One rate of the open loop, over restarts. */
struct dyno_capacity_rate {
    double rate_per_s;
    size_t decided, undecided, accepted;
    size_t restarts;           /**< that decided trials of it ran in */
    int64_t last_restart;      /**< of its decided trials */
    double little, response_s; /**< largest and last of the decided trials; NaN: not known */
    struct dyno_slo_shortage shortage; /**< of its last undecided trial */
};

struct dyno_capacity_answer {
    struct dyno_slo slo;
    struct dyno_slo_window window;
    const char *slo_text;
    double cores;
    bool is_managed; /**< the server was really started anew */
    char *workload, *profile;
    cJSON *plan;
    struct dyno_capacity_step *steps;
    size_t step_count;
    struct dyno_capacity_point *points;
    size_t point_count;
    struct dyno_capacity_rate *rates; /**< ascending */
    size_t rate_count;
    struct dyno_usl usl;
    struct dyno_usl_interval interval;
    size_t restarts;
    double held, failed; /**< rates; 0: none */
    int64_t sessions;    /**< most sessions of the closed loop that met it; 0: none */
};

/** The rate that held; NULL: none. */
const struct dyno_capacity_rate *dyno_capacity_held(const struct dyno_capacity_answer *answer);

/** What must be said beside the answer, as an array of texts; the caller deletes. */
cJSON *dyno_capacity_notes(const struct dyno_capacity_answer *answer);

/** $defs/capacity of docs/report.schema.json; the caller frees by cJSON_free. */
char *dyno_capacity_document(const struct dyno_capacity_answer *answer);

#endif
