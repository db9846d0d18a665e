/**
 * Time. Durations and instants are int64 nanoseconds of CLOCK_MONOTONIC (good for 292 years);
 * wall time is only ever a label.
 */
#ifndef DYNO_BASE_CLOCK_H
#define DYNO_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define DYNO_NS_PER_S  INT64_C(1000000000)
#define DYNO_NS_PER_MS INT64_C(1000000)
#define DYNO_NS_PER_US INT64_C(1000)

/** Where load/ takes its time from, so that a test can run an hour in a millisecond. */
struct dyno_clock {
    int64_t (*now_ns)(void *ctx);
    /** Return once now_ns() >= `deadline_ns`; at once if that is past. May return early. */
    void (*sleep_until_ns)(void *ctx, int64_t deadline_ns);
    void *ctx;
};

/** The machine's clock. Static storage, for any thread. */
const struct dyno_clock *dyno_clock_real(void);

/** CLOCK_MONOTONIC now. */
int64_t dyno_now_ns(void);

/** Sleep until that instant of CLOCK_MONOTONIC, through signals. */
void dyno_sleep_until_ns(int64_t deadline_ns);
void dyno_sleep_ns(int64_t duration_ns);

/** Wall clock, milliseconds since 1970, UTC. A label: never subtract two of them for a duration. */
int64_t dyno_wall_ms(void);

/** `wall_ms` as 2026-11-21T12:00:00.123Z into `out` of at least 32 bytes. */
void dyno_wall_format(int64_t wall_ms, char *out, size_t out_bytes);

#endif
