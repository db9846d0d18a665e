/* What the generator itself costs: null target, one session, closed loop, for two seconds. */
#include "base/clock.h"
#include "bench/bench_trial.h"

#include <inttypes.h>
#include <stdio.h>

#define WINDOW_NS (2 * DYNO_NS_PER_S)

static double clock_read_ns(void)
{
    int64_t begin_ns = dyno_now_ns();
    for (int i = 0; i < 1000000; i++)
        (void)dyno_now_ns();
    return (double)(dyno_now_ns() - begin_ns) / 1e6;
}

int main(void)
{
    struct bench_trial trial;
    if (!bench_trial_init(&trial, NULL))
        return 1;
    trial.plan.load.arrival = DYNO_ARRIVAL_CLOSED;
    trial.plan.load.sessions = 1;
    trial.plan.load.measure_ns = WINDOW_NS;
    bool is_good = bench_trial_run(&trial, NULL);
    if (is_good) {
        double count = (double)trial.counters.completed;
        double per_s = count / (WINDOW_NS / DYNO_NS_PER_S);
        (void)printf("%.0f statements, %.0f statements/s, %.1f ns each (CPU of all threads "
                     "%.1f ns); reading the clock once: %.1f ns\n",
                     count, per_s, 1e9 / per_s, 1e9 * bench_trial_cpu_s(&trial) / count,
                     clock_read_ns());
    }
    bench_trial_deinit(&trial);
    return is_good ? 0 : 1;
}
