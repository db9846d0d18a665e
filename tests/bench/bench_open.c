/* bench_open RATE SESSIONS SECONDS: an open loop on the null target. How late are sends, what does it take? */
#include "load/generator.h"
#include "load/trial_file.h"
#include "stats/histogram.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void print_lags(struct dyno_trial_file *file)
{
    const struct dyno_histogram_range range = DYNO_HISTOGRAM_NS;
    struct dyno_histogram lags;
    if (dyno_histogram_init(&lags, &range, NULL) != DYNO_OK)
        return;
    for (uint64_t seq = 0; seq < dyno_trial_file_count(file); seq++) {
        const struct dyno_record *record = dyno_trial_file_record(file, seq);
        if (record->outcome == DYNO_OUTCOME_OK)
            dyno_histogram_record(&lags, dyno_record_lag_ns(record), 1);
    }
    (void)printf("generator lag p50 %.1f us, p99 %.1f us, p99.9 %.1f us, max %.1f us\n",
                 (double)dyno_histogram_quantile(&lags, 0.5) / 1e3,
                 (double)dyno_histogram_quantile(&lags, 0.99) / 1e3,
                 (double)dyno_histogram_quantile(&lags, 0.999) / 1e3, (double)lags.max / 1e3);
    dyno_histogram_deinit(&lags);
}

int main(int argc, char **argv)
{
    char path[] = "/tmp/bench_open_XXXXXX";
    char tag[] = "bench";
    char name[] = "one";
    char sql[] = "SELECT 1";
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_counters counters;
    struct dyno_trial_file *file = NULL;
    struct dyno_trial_query query = {.name = name, .sql = sql, .weight = 1.0};
    struct dyno_trial_plan plan = {
        .tag = tag, .seed = 1, .queries = &query, .query_count = 1, .load = DYNO_LOAD_SHAPE_INIT};
    if (argc != 4) {
        (void)fprintf(stderr, "usage: bench_open RATE SESSIONS SECONDS\n");
        return 2;
    }
    plan.load.rate_per_s = strtod(argv[1], NULL);
    plan.load.sessions = strtol(argv[2], NULL, 10);
    plan.load.trial_warmup_ns = 0;
    plan.load.measure_ns = strtol(argv[3], NULL, 10) * DYNO_NS_PER_S;
    int fd = mkstemp(path);
    if (fd >= 0)
        close(fd);
    const struct dyno_generator_options options = {.plan = &plan, .trial_path = path};
    if (dyno_generate(&options, &err) != DYNO_OK ||
        dyno_trial_file_open(path, &file, &err) != DYNO_OK) {
        (void)fprintf(stderr, "bench_open: %s\n", err.message);
        return 1;
    }
    dyno_trial_file_count_outcomes(file, &counters);
    const struct dyno_trial_header *header = dyno_trial_file_header(file);
    double cpu_s = (double)(header->cpu_user_ns + header->cpu_system_ns) / 1e9;
    (void)printf("%" PRId64 " of %" PRId64 " statements, %.2f s of CPU (%.2f cores), %.0f MiB\n",
                 counters.completed, counters.offered, cpu_s,
                 cpu_s * 1e9 / (double)plan.load.measure_ns,
                 (double)header->max_rss_bytes / (1024 * 1024));
    print_lags(file);
    dyno_trial_file_close(file);
    unlink(path);
    return 0;
}
