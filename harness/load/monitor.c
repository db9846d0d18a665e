#include "load/monitor.h"

#include "base/clock.h"
#include "base/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#define CLOCK_SOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define MAX_STAT     ((size_t)1 << 20)
#define STEAL_FIELD  7
#define CPU_FIELDS   8
#define NAP_NS       (5 * DYNO_NS_PER_MS)
#define THREAD_STACK ((size_t)128 * 1024)

static void *sleeper_main(void *arg)
{
    struct dyno_monitor *monitor = arg;
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    while (!atomic_load_explicit(&monitor->must_end, memory_order_acquire)) {
        int64_t wake_ns = dyno_now_ns() + NAP_NS;
        dyno_sleep_until_ns(wake_ns);
        dyno_histogram_record(&monitor->oversleeps, dyno_now_ns() - wake_ns, 1);
    }
    return NULL;
}

static int64_t read_clock(clockid_t id)
{
    struct timespec now = {.tv_sec = 0};
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * DYNO_NS_PER_S + now.tv_nsec;
}

static void read_clocks(struct dyno_monitor *monitor)
{
    monitor->monotonic_ns = read_clock(CLOCK_MONOTONIC);
    monitor->raw_ns = read_clock(CLOCK_MONOTONIC_RAW);
    monitor->wall_ns = read_clock(CLOCK_REALTIME);
}

/* The first line of /proc/stat; NaN where there is none. */
static void read_steal(struct dyno_monitor *monitor)
{
    char *text = NULL;
    size_t len = 0;
    double ticks[CPU_FIELDS] = {0};
    monitor->steal_s = (double)NAN;
    monitor->all_s = 0;
    if (dyno_file_read("/proc/stat", MAX_STAT, &text, &len, NULL) != DYNO_OK)
        return;
    char *at = strncmp(text, "cpu ", 4) == 0 ? text + 4 : text + len;
    for (int i = 0; i < CPU_FIELDS && *at != '\0'; i++) {
        ticks[i] = strtod(at, &at);
        monitor->all_s += ticks[i];
    }
    if (monitor->all_s > 0)
        monitor->steal_s = ticks[STEAL_FIELD];
    free(text);
}

void dyno_monitor_start(struct dyno_monitor *monitor)
{
    const struct dyno_histogram_range range = DYNO_HISTOGRAM_NS;
    pthread_attr_t attr;
    memset(monitor, 0, sizeof *monitor);
    read_clocks(monitor);
    read_steal(monitor);
    if (dyno_histogram_init(&monitor->oversleeps, &range, NULL) != DYNO_OK)
        return;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, THREAD_STACK);
    monitor->has_thread = pthread_create(&monitor->thread, &attr, sleeper_main, monitor) == 0;
    pthread_attr_destroy(&attr);
}

static void end_clocks(const struct dyno_monitor *begin, struct dyno_trial_header *header)
{
    struct dyno_monitor end = {.has_thread = false};
    read_clocks(&end);
    read_steal(&end);
    double monotonic = (double)(end.monotonic_ns - begin->monotonic_ns);
    double raw = (double)(end.raw_ns - begin->raw_ns);
    header->clock_drift_ppm = raw > 0 ? (monotonic / raw - 1) * 1e6 : (double)NAN;
    header->wall_step_ns =
        (end.wall_ns - begin->wall_ns) - (end.monotonic_ns - begin->monotonic_ns);
    header->steal_ratio = end.all_s > begin->all_s
                              ? (end.steal_s - begin->steal_s) / (end.all_s - begin->all_s)
                              : (double)NAN;
}

void dyno_monitor_end(struct dyno_monitor *monitor, struct dyno_trial_header *header)
{
    if (monitor->has_thread) {
        atomic_store_explicit(&monitor->must_end, true, memory_order_release);
        pthread_join(monitor->thread, NULL);
        header->stall_count = monitor->oversleeps.total;
        header->stall_p999_ns = dyno_histogram_quantile(&monitor->oversleeps, 0.999);
        header->stall_max_ns = monitor->oversleeps.max;
    }
    end_clocks(monitor, header);
    dyno_monitor_clock_source(header->clock_source);
    dyno_histogram_deinit(&monitor->oversleeps);
}

void dyno_monitor_clock_source(char out[32])
{
    char *text = NULL;
    size_t len = 0;
    out[0] = '\0';
    if (dyno_file_read(CLOCK_SOURCE, MAX_STAT, &text, &len, NULL) != DYNO_OK)
        return;
    (void)snprintf(out, 32, "%.*s", (int)strcspn(text, "\n"), text);
    free(text);
}
