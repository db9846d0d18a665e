#include "load/schedule.h"

#include "base/clock.h"

#include <math.h>

void dyno_schedule_init(struct dyno_schedule *schedule, const struct dyno_load_shape *shape,
                        uint64_t seed)
{
    *schedule = (struct dyno_schedule){.is_poisson = shape->arrival == DYNO_ARRIVAL_POISSON,
                                       .rate_per_s = shape->rate_per_s,
                                       .end_ns = shape->trial_warmup_ns + shape->measure_ns};
    dyno_rng_init(&schedule->rng, seed, DYNO_STREAM_ARRIVALS);
}

bool dyno_schedule_next(struct dyno_schedule *schedule, int64_t *intended_ns_out)
{
    if (schedule->is_poisson)
        schedule->at_s += dyno_rng_exponential(&schedule->rng, 1.0 / schedule->rate_per_s);
    else /* from the number, so that no rounding adds up */
        schedule->at_s = (double)schedule->next_seq / schedule->rate_per_s;
    double at_ns = schedule->at_s * (double)DYNO_NS_PER_S;
    if (at_ns >= (double)schedule->end_ns)
        return false;
    schedule->next_seq++;
    *intended_ns_out = llround(at_ns);
    return *intended_ns_out < schedule->end_ns;
}

enum dyno_status dyno_schedule_count(const struct dyno_load_shape *shape, uint64_t seed,
                                     uint64_t *count_out, struct dyno_err *err)
{
    struct dyno_schedule schedule;
    int64_t intended_ns = 0;
    uint64_t count = 0;
    dyno_schedule_init(&schedule, shape, seed);
    while (dyno_schedule_next(&schedule, &intended_ns)) {
        if (++count > DYNO_MAX_STATEMENTS)
            return dyno_err_set(err, DYNO_ELIMIT, "the trial has over 20 million statements");
    }
    *count_out = count;
    return DYNO_OK;
}
