#include "bench/bench_trial.h"

#include "load/generator.h"
#include "stats/histogram.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool bench_trial_init(struct bench_trial *trial, const char *folder)
{
    *trial = (struct bench_trial){.tag = "bench", .name = "one", .sql = "SELECT 1"};
    (void)snprintf(trial->path, sizeof trial->path, "%s/bench_XXXXXX",
                   folder != NULL ? folder : "/tmp");
    int fd = mkstemp(trial->path);
    if (fd < 0) {
        perror(trial->path);
        return false;
    }
    (void)close(fd);
    trial->query = (struct dyno_trial_query){.name = trial->name, .sql = trial->sql, .weight = 1.0};
    trial->plan = (struct dyno_trial_plan){.tag = trial->tag,
                                           .seed = 1,
                                           .queries = &trial->query,
                                           .query_count = 1,
                                           .load = DYNO_LOAD_SHAPE_INIT};
    trial->plan.load.trial_warmup_ns = 0;
    return true;
}

bool bench_trial_run(struct bench_trial *trial, const struct dyno_generator_world *world)
{
    struct dyno_err err = DYNO_ERR_INIT;
    const struct dyno_generator_options options = {.plan = &trial->plan, .trial_path = trial->path};
    enum dyno_status status =
        world == NULL ? dyno_generate(&options, &err) : dyno_generate_in(&options, world, &err);
    if (status == DYNO_OK)
        status = dyno_trial_file_open(trial->path, &trial->file, &err);
    if (status != DYNO_OK) {
        (void)fprintf(stderr, "%s\n", err.message);
        return false;
    }
    dyno_trial_file_count_outcomes(trial->file, &trial->counters);
    return true;
}

void bench_trial_print_lags(const struct bench_trial *trial)
{
    const struct dyno_histogram_range range = DYNO_HISTOGRAM_NS;
    struct dyno_histogram lags;
    if (dyno_histogram_init(&lags, &range, NULL) != DYNO_OK)
        return;
    for (uint64_t slot = 0; slot < dyno_trial_file_count(trial->file); slot++) {
        const struct dyno_record *record = dyno_trial_file_record(trial->file, slot);
        if (record->outcome == DYNO_OUTCOME_OK)
            dyno_histogram_record(&lags, dyno_record_lag_ns(record), 1);
    }
    (void)printf("generator lag p50 %.1f us, p99 %.1f us, p99.9 %.1f us, max %.1f us\n",
                 (double)dyno_histogram_quantile(&lags, 0.5) / 1e3,
                 (double)dyno_histogram_quantile(&lags, 0.99) / 1e3,
                 (double)dyno_histogram_quantile(&lags, 0.999) / 1e3, (double)lags.max / 1e3);
    dyno_histogram_deinit(&lags);
}

double bench_trial_cpu_s(const struct bench_trial *trial)
{
    const struct dyno_trial_header *header = dyno_trial_file_header(trial->file);
    return (double)(header->cpu_user_ns + header->cpu_system_ns) / 1e9;
}

void bench_trial_deinit(struct bench_trial *trial)
{
    if (trial->file != NULL)
        dyno_trial_file_close(trial->file);
    (void)unlink(trial->path);
}
