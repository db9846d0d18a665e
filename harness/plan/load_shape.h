/** How load is offered: arrivals, sessions, phases. A plain value. */
#ifndef DYNO_PLAN_LOAD_SHAPE_H
#define DYNO_PLAN_LOAD_SHAPE_H

#include "base/json.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dyno_arrival {
    DYNO_ARRIVAL_POISSON,     /**< open loop, exponential gaps */
    DYNO_ARRIVAL_CONSTANT,    /**< open loop, equal gaps */
    DYNO_ARRIVAL_CLOSED,      /**< each session sends, waits for the answer, thinks, sends */
    DYNO_ARRIVAL_PARTLY_OPEN, /**< visits arrive as Poisson does; each is a short closed loop */
    DYNO_ARRIVAL_REPLAY       /**< times, sessions and statements of a trace */
};

enum dyno_think {
    DYNO_THINK_FIXED,
    DYNO_THINK_EXPONENTIAL /**< `think_ns` is the mean */
};

/** A part of the measured window: the rate goes in a straight line from one value to another. */
struct dyno_load_step {
    double from_per_s;
    double to_per_s;
    int64_t for_ns;
};

#define DYNO_LOAD_STEPS_MAX 64

struct dyno_load_shape {
    enum dyno_arrival arrival;
    double rate_per_s; /**< open loop: statements/s over all sessions; in bursts: while they last */
    int64_t sessions;
    int64_t think_ns; /**< closed loop, and inside a visit */
    enum dyno_think think_kind;
    int64_t visit;        /**< partly open: statements of a visit */
    int64_t burst_on_ns;  /**< poisson and constant: arrivals for so long, from the epoch on, ... */
    int64_t burst_off_ns; /**< ... then none for so long, and again; 0: no bursts */
    /** Poisson and constant, in place of the rate; together as long as the measured window. The trial's
     *  warm-up has the rate at which the first one begins. */
    struct dyno_load_step steps[DYNO_LOAD_STEPS_MAX];
    size_t step_count;
    bool is_pinned;            /**< statement i belongs to session i modulo sessions, free or not */
    int64_t warmup_executions; /**< of each query after a server start */
    /** Over it: warm up until every query is steady, at least `warmup_executions` and at most this many
     *  executions of each. 0: exactly `warmup_executions`. */
    int64_t warmup_max;
    int64_t trial_warmup_ns; /**< at the start of each trial, under the trial's own load */
    int64_t measure_ns;
    int64_t timeout_ns; /**< of one statement */
    int64_t drain_ns;   /**< patience with running statements after the window */
};

#define DYNO_LOAD_SHAPE_INIT                                                                       \
    {                                                                                              \
        .arrival = DYNO_ARRIVAL_POISSON, .rate_per_s = 1.0, .sessions = 4, .visit = 5,             \
        .warmup_executions = 30, .trial_warmup_ns = INT64_C(3000000000),                           \
        .measure_ns = INT64_C(60000000000), .timeout_ns = INT64_C(120000000000),                   \
        .drain_ns = INT64_C(30000000000)                                                           \
    }

/** "poisson", "constant", "closed", "partly_open" or "replay"; DYNO_EINPUT names what is allowed. */
enum dyno_status dyno_arrival_parse(const char *name, enum dyno_arrival *out,
                                    struct dyno_err *err) DYNO_MUST_CHECK;
const char *dyno_arrival_name(enum dyno_arrival arrival);

/** "fixed" or "exponential". */
enum dyno_status dyno_think_parse(const char *name, enum dyno_think *out,
                                  struct dyno_err *err) DYNO_MUST_CHECK;
const char *dyno_think_name(enum dyno_think think);

/** Are the intended times known before the trial? Not those inside a visit. */
bool dyno_load_shape_is_open(const struct dyno_load_shape *shape);

/** As JSON, with the members' own names; the caller frees it. (load_json.c) */
cJSON *dyno_load_shape_to_json(const struct dyno_load_shape *shape);

/** Back from there, checked. DYNO_EINPUT names the member. */
enum dyno_status dyno_load_shape_from_json(const cJSON *json, struct dyno_load_shape *out,
                                           struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * "5:30s,5-50:1m": 5 statements/s for 30 s, then from 5 to 50 in a minute. The measured window becomes as
 * long as the steps together. (load_steps.c)
 */
enum dyno_status dyno_load_steps_parse(const char *text, struct dyno_load_shape *shape,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/** "2s/8s": arrivals for 2 s, none for 8 s. */
enum dyno_status dyno_load_burst_parse(const char *text, struct dyno_load_shape *shape,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/** Add a step; DYNO_EINPUT for a negative or infinite rate, no time, or one too many. */
enum dyno_status dyno_load_step_add(struct dyno_load_shape *shape,
                                    const struct dyno_load_step *step,
                                    struct dyno_err *err) DYNO_MUST_CHECK;

/** The most executions of each query that a warm-up may take. */
int64_t dyno_load_shape_warmup_most(const struct dyno_load_shape *shape);

/** Statements that are expected from the epoch to the end of the window; 0 in a closed loop or replay. */
double dyno_load_shape_expected(const struct dyno_load_shape *shape);

/** Refuse what cannot be: no sessions or over 20000, a rate that is not over 0 or over 1e6, an empty
 *  window, more than 20 million statements, steps or bursts that do not fit. DYNO_EINPUT. */
enum dyno_status dyno_load_shape_check(const struct dyno_load_shape *shape,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

#endif
