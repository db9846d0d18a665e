/* Steps and bursts as they are typed. */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/units.h"
#include "plan/load_shape.h"

#include <stdlib.h>
#include <string.h>

#define MAX_RATE_PER_S 1e6

enum dyno_status dyno_load_step_add(struct dyno_load_shape *shape,
                                    const struct dyno_load_step *step, struct dyno_err *err)
{
    if (shape->step_count == DYNO_LOAD_STEPS_MAX)
        return dyno_err_set(err, DYNO_EINPUT, "over %d steps", DYNO_LOAD_STEPS_MAX);
    /* Written so that NaN is refused too. */
    if (!(step->from_per_s >= 0 && step->from_per_s <= MAX_RATE_PER_S && step->to_per_s >= 0 &&
          step->to_per_s <= MAX_RATE_PER_S))
        return dyno_err_set(err, DYNO_EINPUT,
                            "a step from %g to %g statements/s is not possible: from 0 to %g",
                            step->from_per_s, step->to_per_s, MAX_RATE_PER_S);
    if (step->for_ns <= 0)
        return dyno_err_set(err, DYNO_EINPUT, "a step must last over 0 s");
    shape->steps[shape->step_count++] = *step;
    return DYNO_OK;
}

/* "5:30s" or "5-50:1m"; `text` is ours to cut. */
static enum dyno_status parse_step(char *text, struct dyno_load_step *out, struct dyno_err *err)
{
    char *colon = strchr(text, ':');
    if (colon == NULL)
        return dyno_err_set(err, DYNO_EINPUT,
                            "the step '%s' is not RATE:TIME or RATE-RATE:TIME, as in 5-50:1m",
                            text);
    *colon = '\0';
    char *dash = strchr(text, '-');
    if (dash != NULL)
        *dash = '\0';
    enum dyno_status status = dyno_parse_f64(text, 0, MAX_RATE_PER_S, &out->from_per_s, err);
    out->to_per_s = out->from_per_s;
    if (status == DYNO_OK && dash != NULL)
        status = dyno_parse_f64(dash + 1, 0, MAX_RATE_PER_S, &out->to_per_s, err);
    if (status == DYNO_OK)
        status = dyno_parse_duration_ns(colon + 1, &out->for_ns, err);
    return status;
}

enum dyno_status dyno_load_steps_parse(const char *text, struct dyno_load_shape *shape,
                                       struct dyno_err *err)
{
    char *copy = dyno_xstrdup(text);
    char *rest = copy;
    enum dyno_status status = DYNO_OK;
    shape->step_count = 0;
    shape->measure_ns = 0;
    while (status == DYNO_OK && rest != NULL) {
        struct dyno_load_step step = {.for_ns = 0};
        char *comma = strchr(rest, ',');
        if (comma != NULL)
            *comma = '\0';
        status = parse_step(rest, &step, err);
        if (status == DYNO_OK)
            status = dyno_load_step_add(shape, &step, err);
        shape->measure_ns += step.for_ns;
        rest = comma == NULL ? NULL : comma + 1;
    }
    free(copy);
    return status;
}

enum dyno_status dyno_load_burst_parse(const char *text, struct dyno_load_shape *shape,
                                       struct dyno_err *err)
{
    const char *slash = strchr(text, '/');
    if (slash == NULL)
        return dyno_err_set(err, DYNO_EINPUT,
                            "the burst '%s' is not ON/OFF, as in 2s/8s: arrivals for 2 s, none for "
                            "8 s",
                            text);
    char *on = dyno_xstrndup(text, (size_t)(slash - text));
    enum dyno_status status = dyno_parse_duration_ns(on, &shape->burst_on_ns, err);
    if (status == DYNO_OK)
        status = dyno_parse_duration_ns(slash + 1, &shape->burst_off_ns, err);
    if (status == DYNO_OK && (shape->burst_on_ns == 0 || shape->burst_off_ns == 0))
        status =
            dyno_err_set(err, DYNO_EINPUT, "both times of the burst '%s' must be over 0 s", text);
    free(on);
    return status;
}
