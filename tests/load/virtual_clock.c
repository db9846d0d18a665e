#include "load/virtual_clock.h"

#include <string.h>

static int64_t virtual_now(void *ctx)
{
    struct virtual_clock *clock = ctx;
    pthread_mutex_lock(&clock->lock);
    int64_t now_ns = clock->now_ns;
    pthread_mutex_unlock(&clock->lock);
    return now_ns;
}

/* If everybody sleeps: on to the earliest wake-up, and wake all that are due then. */
static void advance(struct virtual_clock *clock)
{
    int64_t next_ns = INT64_MAX;
    if (clock->asleep < clock->participants || clock->asleep == 0)
        return;
    for (size_t i = 0; i < VIRTUAL_SLEEPERS; i++)
        if (clock->sleepers[i].is_used && clock->sleepers[i].wake_ns < next_ns)
            next_ns = clock->sleepers[i].wake_ns;
    clock->now_ns = next_ns;
    for (size_t i = 0; i < VIRTUAL_SLEEPERS; i++) {
        if (!clock->sleepers[i].is_used || clock->sleepers[i].wake_ns > next_ns)
            continue;
        clock->sleepers[i].is_used = false;
        clock->asleep--;
        pthread_cond_signal(&clock->sleepers[i].woken);
    }
}

static void virtual_sleep_until(void *ctx, int64_t deadline_ns)
{
    struct virtual_clock *clock = ctx;
    pthread_mutex_lock(&clock->lock);
    if (clock->now_ns < deadline_ns) {
        size_t i = 0;
        /* A place is taken again only when its thread has been woken and has left it. */
        while (clock->sleepers[i].is_used || clock->sleepers[i].wake_ns != 0)
            i++;
        clock->sleepers[i].is_used = true;
        clock->sleepers[i].wake_ns = deadline_ns;
        clock->asleep++;
        advance(clock);
        while (clock->sleepers[i].is_used)
            pthread_cond_wait(&clock->sleepers[i].woken, &clock->lock);
        clock->sleepers[i].wake_ns = 0;
    }
    pthread_mutex_unlock(&clock->lock);
}

void virtual_clock_init(struct virtual_clock *clock, size_t participants)
{
    memset(clock, 0, sizeof *clock);
    clock->clock = (struct dyno_clock){
        .now_ns = virtual_now, .sleep_until_ns = virtual_sleep_until, .ctx = clock};
    clock->participants = participants;
    clock->now_ns = DYNO_NS_PER_S;
    pthread_mutex_init(&clock->lock, NULL);
    for (size_t i = 0; i < VIRTUAL_SLEEPERS; i++)
        pthread_cond_init(&clock->sleepers[i].woken, NULL);
}

void virtual_clock_deinit(struct virtual_clock *clock)
{
    for (size_t i = 0; i < VIRTUAL_SLEEPERS; i++)
        pthread_cond_destroy(&clock->sleepers[i].woken);
    pthread_mutex_destroy(&clock->lock);
}

void virtual_clock_leave(struct virtual_clock *clock)
{
    pthread_mutex_lock(&clock->lock);
    clock->participants--;
    advance(clock);
    pthread_mutex_unlock(&clock->lock);
}
