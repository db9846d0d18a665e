#include "plan/load_shape.h"

#include "base/clock.h"
#include "base/suggest.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MAX_SESSIONS   20000
#define MAX_RATE_PER_S 1e6
#define MAX_STATEMENTS 20e6
#define MAX_WARMUP     INT64_C(1000000)
#define MAX_VISIT      INT64_C(100000)

/* In the order of enum dyno_arrival. */
static const char *const arrival_names[] = {"poisson", "constant", "closed", "partly_open",
                                            "replay"};
#define ARRIVAL_COUNT (sizeof arrival_names / sizeof arrival_names[0])

/* In the order of enum dyno_think. */
static const char *const think_names[] = {"fixed", "exponential"};
#define THINK_COUNT (sizeof think_names / sizeof think_names[0])

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
                        "'%s' is not a kind of arrival%s%s%s; allowed: poisson, constant, closed, "
                        "partly_open, replay",
                        name, near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

const char *dyno_arrival_name(enum dyno_arrival arrival)
{
    return (size_t)arrival < ARRIVAL_COUNT ? arrival_names[arrival] : "unknown";
}

enum dyno_status dyno_think_parse(const char *name, enum dyno_think *out, struct dyno_err *err)
{
    for (size_t i = 0; i < THINK_COUNT; i++) {
        if (strcmp(name, think_names[i]) != 0)
            continue;
        *out = (enum dyno_think)i;
        return DYNO_OK;
    }
    return dyno_err_set(err, DYNO_EINPUT,
                        "'%s' is not a kind of think time; allowed: fixed, exponential", name);
}

const char *dyno_think_name(enum dyno_think think)
{
    return (size_t)think < THINK_COUNT ? think_names[think] : "unknown";
}

bool dyno_load_shape_is_open(const struct dyno_load_shape *shape)
{
    return shape->arrival != DYNO_ARRIVAL_CLOSED;
}

int64_t dyno_load_shape_warmup_most(const struct dyno_load_shape *shape)
{
    return shape->warmup_max > shape->warmup_executions ? shape->warmup_max
                                                        : shape->warmup_executions;
}

static double seconds_of(int64_t ns)
{
    return (double)ns / (double)DYNO_NS_PER_S;
}

static double expected_in_bursts(const struct dyno_load_shape *shape, double seconds)
{
    double on_s = seconds_of(shape->burst_on_ns);
    double period_s = on_s + seconds_of(shape->burst_off_ns);
    double whole = floor(seconds / period_s);
    double rest_s = seconds - whole * period_s;
    return shape->rate_per_s * (whole * on_s + (rest_s < on_s ? rest_s : on_s));
}

double dyno_load_shape_expected(const struct dyno_load_shape *shape)
{
    double warmup_s = seconds_of(shape->trial_warmup_ns);
    double seconds = warmup_s + seconds_of(shape->measure_ns);
    if (shape->arrival == DYNO_ARRIVAL_CLOSED || shape->arrival == DYNO_ARRIVAL_REPLAY)
        return 0;
    if (shape->burst_on_ns > 0)
        return expected_in_bursts(shape, seconds);
    if (shape->step_count == 0)
        return shape->rate_per_s * seconds;
    double expected = shape->steps[0].from_per_s * warmup_s;
    for (size_t i = 0; i < shape->step_count; i++)
        expected += (shape->steps[i].from_per_s + shape->steps[i].to_per_s) / 2 *
                    seconds_of(shape->steps[i].for_ns);
    return expected;
}

static enum dyno_status check_steps(const struct dyno_load_shape *shape, struct dyno_err *err)
{
    int64_t total_ns = 0;
    if (shape->burst_on_ns > 0)
        return dyno_err_set(err, DYNO_EINPUT, "steps and bursts do not go together: take one");
    for (size_t i = 0; i < shape->step_count; i++)
        total_ns += shape->steps[i].for_ns;
    if (total_ns != shape->measure_ns)
        return dyno_err_set(err, DYNO_EINPUT,
                            "the steps last %g s and the measured window %g s: leave the window "
                            "out, or make them equal",
                            seconds_of(total_ns), seconds_of(shape->measure_ns));
    if (!(dyno_load_shape_expected(shape) > 0))
        return dyno_err_set(err, DYNO_EINPUT, "no step offers anything: a rate must be over 0");
    return DYNO_OK;
}

/* What goes with some kinds of arrival only. */
static enum dyno_status check_kind(const struct dyno_load_shape *shape, struct dyno_err *err)
{
    bool is_rated =
        shape->arrival == DYNO_ARRIVAL_POISSON || shape->arrival == DYNO_ARRIVAL_CONSTANT;
    if (!is_rated && (shape->step_count > 0 || shape->burst_on_ns > 0))
        return dyno_err_set(err, DYNO_EINPUT,
                            "steps and bursts go with arrival poisson or constant, not %s",
                            dyno_arrival_name(shape->arrival));
    if (!is_rated && shape->is_pinned)
        return dyno_err_set(err, DYNO_EINPUT,
                            "pinned goes with arrival poisson or constant, not %s",
                            dyno_arrival_name(shape->arrival));
    if (shape->arrival == DYNO_ARRIVAL_PARTLY_OPEN &&
        (shape->visit < 1 || shape->visit > MAX_VISIT))
        return dyno_err_set(err, DYNO_EINPUT,
                            "a visit of %" PRId64 " statements is not possible: from 1 to %" PRId64,
                            shape->visit, MAX_VISIT);
    if (shape->burst_on_ns < 0 || shape->burst_off_ns < 0 ||
        (shape->burst_on_ns == 0) != (shape->burst_off_ns == 0))
        return dyno_err_set(err, DYNO_EINPUT,
                            "a burst needs a time with arrivals and one without, both over 0 s");
    if (shape->warmup_max != 0 && shape->warmup_max < shape->warmup_executions)
        return dyno_err_set(err, DYNO_EINPUT,
                            "a warm-up of at least %" PRId64 " and at most %" PRId64
                            " executions is not possible",
                            shape->warmup_executions, shape->warmup_max);
    return shape->step_count > 0 ? check_steps(shape, err) : DYNO_OK;
}

static enum dyno_status check_rate(const struct dyno_load_shape *shape, struct dyno_err *err)
{
    /* Written so that NaN is refused too. */
    if (shape->step_count == 0 && !(shape->rate_per_s > 0 && shape->rate_per_s <= MAX_RATE_PER_S))
        return dyno_err_set(err, DYNO_EINPUT,
                            "a rate of %g statements/s cannot be offered: over 0 and at most %g",
                            shape->rate_per_s, MAX_RATE_PER_S);
    double expected = dyno_load_shape_expected(shape);
    if (expected > MAX_STATEMENTS)
        return dyno_err_set(err, DYNO_EINPUT,
                            "%g statements/s for %g s are over 20 million statements: lower the "
                            "rate or the time",
                            shape->rate_per_s,
                            seconds_of(shape->trial_warmup_ns + shape->measure_ns));
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
    if (shape->warmup_max < 0 || shape->warmup_max > MAX_WARMUP)
        return dyno_err_set(err, DYNO_EINPUT,
                            "%" PRId64 " warm-up executions are not possible: from 0 to %" PRId64,
                            shape->warmup_max, MAX_WARMUP);
    enum dyno_status status = check_kind(shape, err);
    if (status != DYNO_OK || shape->arrival == DYNO_ARRIVAL_CLOSED ||
        shape->arrival == DYNO_ARRIVAL_REPLAY)
        return status;
    return check_rate(shape, err);
}
