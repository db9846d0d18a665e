#include "load/schedule.h"

#include "base/clock.h"

#include <math.h>

static double seconds_of(int64_t ns)
{
    return (double)ns / (double)DYNO_NS_PER_S;
}

static double part_area(const struct dyno_schedule_part *part)
{
    return (part->from_per_s + part->to_per_s) / 2 * part->length_s;
}

/* Bursts: parts with arrivals and parts without by turns, from the epoch on. */
static bool next_burst(const struct dyno_schedule *schedule, struct dyno_schedule_part *part)
{
    const struct dyno_load_shape *shape = schedule->shape;
    double on_s = seconds_of(shape->burst_on_ns);
    double period_s = on_s + seconds_of(shape->burst_off_ns);
    /* Only the parts with arrivals are walked over; the others hold nothing. */
    part->begin_s = (double)schedule->next_part * period_s;
    part->length_s = on_s;
    part->from_per_s = shape->rate_per_s;
    part->to_per_s = shape->rate_per_s;
    return part->begin_s < seconds_of(schedule->end_ns);
}

static bool next_step(const struct dyno_schedule *schedule, struct dyno_schedule_part *part)
{
    const struct dyno_load_shape *shape = schedule->shape;
    if (schedule->next_part > shape->step_count)
        return false;
    part->begin_s = schedule->part.begin_s + schedule->part.length_s;
    if (schedule->next_part == 0) { /* the trial's warm-up */
        part->length_s = seconds_of(shape->trial_warmup_ns);
        part->from_per_s = shape->steps[0].from_per_s;
        part->to_per_s = part->from_per_s;
        return true;
    }
    const struct dyno_load_step *step = &shape->steps[schedule->next_part - 1];
    part->length_s = seconds_of(step->for_ns);
    part->from_per_s = step->from_per_s;
    part->to_per_s = step->to_per_s;
    return true;
}

static bool next_part(struct dyno_schedule *schedule)
{
    struct dyno_schedule_part part = {.begin_s = 0};
    const struct dyno_load_shape *shape = schedule->shape;
    bool is_there = false;
    if (shape->burst_on_ns > 0)
        is_there = next_burst(schedule, &part);
    else if (shape->step_count > 0)
        is_there = next_step(schedule, &part);
    else if (schedule->next_part == 0) {
        part.length_s = seconds_of(schedule->end_ns);
        part.from_per_s = shape->rate_per_s;
        part.to_per_s = shape->rate_per_s;
        is_there = true;
    }
    part.from_per_s *= schedule->per_entry;
    part.to_per_s *= schedule->per_entry;
    part.before = schedule->part.before + part_area(&schedule->part);
    schedule->next_part++;
    if (is_there)
        schedule->part = part;
    return is_there;
}

void dyno_schedule_init(struct dyno_schedule *schedule, const struct dyno_load_shape *shape,
                        const struct dyno_replay *replay, uint64_t seed)
{
    bool is_visit = shape->arrival == DYNO_ARRIVAL_PARTLY_OPEN;
    *schedule = (struct dyno_schedule){.shape = shape,
                                       .replay = replay,
                                       .per_entry = is_visit ? 1.0 / (double)shape->visit : 1.0,
                                       .end_ns = shape->trial_warmup_ns + shape->measure_ns};
    dyno_rng_init(&schedule->rng, seed, DYNO_STREAM_ARRIVALS);
    if (shape->arrival != DYNO_ARRIVAL_REPLAY)
        (void)next_part(schedule);
}

/* When `count` arrivals are expected since the part's begin. Written so that no small slope and no rate
 * of 0 at the begin divides by almost nothing. */
static double time_in_part(const struct dyno_schedule_part *part, double count)
{
    double from = part->from_per_s;
    double slope = (part->to_per_s - from) / part->length_s;
    if (count <= 0)
        return 0;
    if (part->to_per_s == from)
        return count / from;
    double root = from * from + 2 * slope * count;
    return 2 * count / (from + sqrt(root > 0 ? root : 0));
}

static bool next_replayed(struct dyno_schedule *schedule, int64_t *intended_ns_out)
{
    const struct dyno_replay *replay = schedule->replay;
    if (replay == NULL || schedule->next_seq >= replay->count)
        return false;
    *intended_ns_out = replay->entries[schedule->next_seq++].at_ns;
    return *intended_ns_out < schedule->end_ns;
}

bool dyno_schedule_next(struct dyno_schedule *schedule, int64_t *intended_ns_out)
{
    if (schedule->shape->arrival == DYNO_ARRIVAL_REPLAY)
        return next_replayed(schedule, intended_ns_out);
    if (schedule->shape->arrival == DYNO_ARRIVAL_CONSTANT)
        schedule->at = (double)schedule->next_seq; /* from the number: no rounding adds up */
    else
        schedule->at += dyno_rng_exponential(&schedule->rng, 1.0);
    while (schedule->at >= schedule->part.before + part_area(&schedule->part))
        if (!next_part(schedule))
            return false;
    const struct dyno_schedule_part *part = &schedule->part;
    double at_s = part->begin_s + time_in_part(part, schedule->at - part->before);
    double at_ns = at_s * (double)DYNO_NS_PER_S;
    if (at_ns >= (double)schedule->end_ns)
        return false;
    schedule->next_seq++;
    *intended_ns_out = llround(at_ns);
    return *intended_ns_out < schedule->end_ns;
}

uint32_t dyno_schedule_owner(const struct dyno_schedule *schedule, uint64_t i)
{
    const struct dyno_load_shape *shape = schedule->shape;
    if (schedule->replay != NULL)
        return schedule->replay->entries[i].session;
    return shape->is_pinned ? (uint32_t)(i % (uint64_t)shape->sessions) : DYNO_NO_OWNER;
}

bool dyno_schedule_is_shared(const struct dyno_schedule *schedule, uint64_t i, uint32_t share,
                             uint32_t shares)
{
    uint32_t owner = dyno_schedule_owner(schedule, i);
    return (owner == DYNO_NO_OWNER ? i : owner) % shares == share;
}

enum dyno_status dyno_schedule_count(const struct dyno_load_shape *shape,
                                     const struct dyno_replay *replay, uint64_t seed,
                                     uint64_t *count_out, struct dyno_err *err)
{
    struct dyno_schedule schedule;
    int64_t intended_ns = 0;
    uint64_t count = 0;
    uint64_t each = shape->arrival == DYNO_ARRIVAL_PARTLY_OPEN ? (uint64_t)shape->visit : 1;
    dyno_schedule_init(&schedule, shape, replay, seed);
    while (dyno_schedule_next(&schedule, &intended_ns)) {
        if (++count * each > DYNO_MAX_STATEMENTS)
            return dyno_err_set(err, DYNO_ELIMIT, "the trial has over 20 million statements");
    }
    *count_out = count;
    return DYNO_OK;
}
