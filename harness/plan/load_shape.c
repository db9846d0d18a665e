#include "plan/load_shape.h"

#include "base/clock.h"
#include "base/suggest.h"

#include <inttypes.h>
#include <string.h>

#define MAX_SESSIONS   20000
#define MAX_RATE_PER_S 1e6
#define MAX_STATEMENTS 20e6
#define MAX_WARMUP     INT64_C(1000000)

/* In the order of enum dyno_arrival. */
static const char *const arrival_names[] = {"poisson", "constant", "closed"};
#define ARRIVAL_COUNT (sizeof arrival_names / sizeof arrival_names[0])

enum dyno_status dyno_arrival_parse(const char *name, enum dyno_arrival *out, struct dyno_err *err)
{
    for (size_t i = 0; i < ARRIVAL_COUNT; i++) {
        if (strcmp(name, arrival_names[i]) != 0)
            continue;
        *out = (enum dyno_arrival)i;
        return DYNO_OK;
    }
    const char *near = dyno_suggest(name, arrival_names, ARRIVAL_COUNT);
    return dyno_err_set(err, DYNO_EINPUT,
                        "'%s' is not a kind of arrival%s%s%s; allowed: poisson, constant, closed",
                        name, near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

const char *dyno_arrival_name(enum dyno_arrival arrival)
{
    return (size_t)arrival < ARRIVAL_COUNT ? arrival_names[arrival] : "unknown";
}

cJSON *dyno_load_shape_to_json(const struct dyno_load_shape *shape)
{
    cJSON *json = cJSON_CreateObject();
    dyno_json_add_string(json, "arrival", dyno_arrival_name(shape->arrival));
    dyno_json_add_f64(json, "rate_per_s", shape->rate_per_s);
    dyno_json_add_i64(json, "sessions", shape->sessions);
    dyno_json_add_i64(json, "think_ns", shape->think_ns);
    dyno_json_add_i64(json, "warmup_executions", shape->warmup_executions);
    dyno_json_add_i64(json, "trial_warmup_ns", shape->trial_warmup_ns);
    dyno_json_add_i64(json, "measure_ns", shape->measure_ns);
    dyno_json_add_i64(json, "timeout_ns", shape->timeout_ns);
    dyno_json_add_i64(json, "drain_ns", shape->drain_ns);
    return json;
}

static enum dyno_status check_open_loop(const struct dyno_load_shape *shape, struct dyno_err *err)
{
    /* Written so that NaN is refused too. */
    if (!(shape->rate_per_s > 0 && shape->rate_per_s <= MAX_RATE_PER_S))
        return dyno_err_set(err, DYNO_EINPUT,
                            "a rate of %g statements/s cannot be offered: over 0 and at most %g",
                            shape->rate_per_s, MAX_RATE_PER_S);
    double seconds = ((double)shape->trial_warmup_ns + (double)shape->measure_ns) / DYNO_NS_PER_S;
    if (shape->rate_per_s * seconds > MAX_STATEMENTS)
        return dyno_err_set(err, DYNO_EINPUT,
                            "%g statements/s for %g s are over 20 million statements: lower the "
                            "rate or the time",
                            shape->rate_per_s, seconds);
    return DYNO_OK;
}

enum dyno_status dyno_load_shape_check(const struct dyno_load_shape *shape, struct dyno_err *err)
{
    if (shape->sessions < 1 || shape->sessions > MAX_SESSIONS)
        return dyno_err_set(err, DYNO_EINPUT, "%" PRId64 " sessions are not possible: from 1 to %d",
                            shape->sessions, MAX_SESSIONS);
    if (shape->measure_ns <= 0)
        return dyno_err_set(err, DYNO_EINPUT, "the measured window is empty: it must be over 0 s");
    if (shape->timeout_ns <= 0)
        return dyno_err_set(err, DYNO_EINPUT,
                            "the timeout of a statement is 0 s: it must be over 0 s");
    if (shape->think_ns < 0 || shape->trial_warmup_ns < 0 || shape->drain_ns < 0)
        return dyno_err_set(err, DYNO_EINPUT,
                            "think time, warm-up and drain must not be below 0 s");
    if (shape->warmup_executions < 0 || shape->warmup_executions > MAX_WARMUP)
        return dyno_err_set(err, DYNO_EINPUT,
                            "%" PRId64 " warm-up executions are not possible: from 0 to %" PRId64,
                            shape->warmup_executions, MAX_WARMUP);
    if (shape->arrival == DYNO_ARRIVAL_CLOSED)
        return DYNO_OK;
    return check_open_loop(shape, err);
}
