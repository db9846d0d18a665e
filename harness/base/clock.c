#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

int64_t dyno_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * DYNO_NS_PER_S + t.tv_nsec;
}

void dyno_sleep_until_ns(int64_t deadline_ns)
{
    struct timespec t = {.tv_sec = deadline_ns / DYNO_NS_PER_S,
                         .tv_nsec = deadline_ns % DYNO_NS_PER_S};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) {
    }
}

void dyno_sleep_ns(int64_t duration_ns)
{
    if (duration_ns > 0)
        dyno_sleep_until_ns(dyno_now_ns() + duration_ns);
}

static int64_t real_now(void *ctx)
{
    (void)ctx;
    return dyno_now_ns();
}

static void real_sleep_until(void *ctx, int64_t deadline_ns)
{
    (void)ctx;
    dyno_sleep_until_ns(deadline_ns);
}

const struct dyno_clock *dyno_clock_real(void)
{
    static const struct dyno_clock real = {
        .now_ns = real_now, .sleep_until_ns = real_sleep_until, .ctx = NULL};
    return &real;
}

int64_t dyno_wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / DYNO_NS_PER_MS;
}

void dyno_wall_format(int64_t wall_ms, char *out, size_t out_bytes)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    (void)snprintf(out, out_bytes, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
                   tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                   (int)(wall_ms % 1000));
}
