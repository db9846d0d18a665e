/* bench_eventlog LOG: how fast an event log is read on one core, and in how much memory. */
#include "base/clock.h"
#include "eventlog/eventlog.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

static int64_t cpu_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * DYNO_NS_PER_S + now.tv_nsec;
}

int main(int argc, char **argv)
{
    struct dyno_eventlog *log = NULL;
    struct dyno_eventlog_facts facts;
    struct dyno_event event;
    struct dyno_err err = DYNO_ERR_INIT;
    struct rusage usage;
    bool has = true;
    int64_t begin_ns = cpu_ns();
    int64_t needed = 0;
    if (argc != 2 || dyno_eventlog_open(argv[1], &log, &err) != DYNO_OK) {
        (void)fprintf(stderr, "usage: bench_eventlog LOG: %s\n", err.message);
        return 2;
    }
    while (has && dyno_eventlog_next(log, &event, &has, &err) == DYNO_OK)
        needed += has ? 1 : 0;
    double seconds = (double)(cpu_ns() - begin_ns) / 1e9;
    dyno_eventlog_facts(log, &facts);
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)printf("%.1f MB unpacked, %" PRId64 " events (%" PRId64
                 " needed): %.3f s of CPU, %.0f MB/s, %ld KiB\n",
                 (double)facts.bytes / 1e6, facts.events, needed, seconds,
                 (double)facts.bytes / 1e6 / seconds, usage.ru_maxrss);
    (void)printf("%s\n", facts.troubles);
    dyno_eventlog_close(log);
    return 0;
}
