/* bench_open RATE SESSIONS SECONDS: an open loop on the null target. How late are sends, what does it take? */
#include "base/clock.h"
#include "bench/bench_trial.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void print(const struct bench_trial *trial)
{
    double cpu_s = bench_trial_cpu_s(trial);
    (void)printf("%" PRId64 " of %" PRId64 " statements, %.2f s of CPU (%.2f cores), %.0f MiB\n",
                 trial->counters.completed, trial->counters.offered, cpu_s,
                 cpu_s * 1e9 / (double)trial->plan.load.measure_ns,
                 (double)dyno_trial_file_header(trial->file)->max_rss_bytes / (1024 * 1024));
    bench_trial_print_lags(trial);
}

int main(int argc, char **argv)
{
    struct bench_trial trial;
    if (argc != 4) {
        (void)fprintf(stderr, "usage: bench_open RATE SESSIONS SECONDS\n");
        return 2;
    }
    if (!bench_trial_init(&trial, NULL))
        return 1;
    trial.plan.load.rate_per_s = strtod(argv[1], NULL);
    trial.plan.load.sessions = strtol(argv[2], NULL, 10);
    trial.plan.load.measure_ns = strtol(argv[3], NULL, 10) * DYNO_NS_PER_S;
    bool is_good = bench_trial_run(&trial, NULL);
    if (is_good)
        print(&trial);
    bench_trial_deinit(&trial);
    return is_good ? 0 : 1;
}
