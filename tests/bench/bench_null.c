/* What the generator itself costs: null target, one session, closed loop, for two seconds. */
#include "base/clock.h"
#include "load/generator.h"
#include "load/trial_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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
    char path[] = "/tmp/bench_null_XXXXXX";
    char tag[] = "bench";
    char name[] = "one";
    char sql[] = "SELECT 1";
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_counters counters;
    struct dyno_trial_file *file = NULL;
    struct dyno_trial_query query = {.name = name, .sql = sql, .weight = 1.0};
    struct dyno_trial_plan plan = {
        .tag = tag, .seed = 1, .queries = &query, .query_count = 1, .load = DYNO_LOAD_SHAPE_INIT};
    plan.load.arrival = DYNO_ARRIVAL_CLOSED;
    plan.load.sessions = 1;
    plan.load.trial_warmup_ns = 0;
    plan.load.measure_ns = WINDOW_NS;
    int fd = mkstemp(path);
    if (fd >= 0)
        close(fd);
    struct dyno_generator_options options = {.plan = &plan, .trial_path = path};
    if (dyno_generate(&options, &err) != DYNO_OK ||
        dyno_trial_file_open(path, &file, &err) != DYNO_OK) {
        (void)fprintf(stderr, "bench_null: %s\n", err.message);
        return 1;
    }
    dyno_trial_file_count_outcomes(file, &counters);
    double per_s = (double)counters.completed / (WINDOW_NS / DYNO_NS_PER_S);
    struct dyno_trial_header *header = dyno_trial_file_header(file);
    double cpu_ns = (double)(header->cpu_user_ns + header->cpu_system_ns);
    (void)printf("%" PRId64 " statements, %.0f statements/s, %.1f ns each (CPU of all threads "
                 "%.1f ns); reading the clock once: %.1f ns\n",
                 counters.completed, per_s, 1e9 / per_s, cpu_ns / (double)counters.completed,
                 clock_read_ns());
    dyno_trial_file_close(file);
    unlink(path);
    return 0;
}
