/*
 * What a statement's own bookkeeping costs: claim, text, record, marks and counters, on the null target with one
 * session in a closed loop; once with a clock that costs nothing, once with the machine's. And what it costs to
 * put a record's two latencies into their histograms afterwards.
 */
#include "base/clock.h"
#include "load/latency.h"
#include "load/run.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WINDOW_NS DYNO_NS_PER_S
#define READS     1000000

struct coarse {
    _Atomic int64_t now_ns;
};

/* A clock that the main thread sets when it wakes up: reading it is one load. */
static int64_t coarse_now_ns(void *ctx)
{
    const struct coarse *coarse = ctx;
    return atomic_load_explicit(&coarse->now_ns, memory_order_relaxed);
}

static void coarse_sleep(void *ctx, int64_t wake_ns)
{
    dyno_sleep_until_ns(wake_ns);
    struct coarse *coarse = ctx;
    atomic_store_explicit(&coarse->now_ns, dyno_now_ns(), memory_order_relaxed);
}

static enum dyno_status forget(void *ctx, const struct dyno_latency *latency, struct dyno_err *err)
{
    (void)err;
    *(int64_t *)ctx += latency->histogram->total;
    return DYNO_OK;
}

static int measure(const char *what, const struct dyno_clock *clock, const char *path)
{
    char tag[] = "bench";
    char name[] = "one";
    char sql[] = "SELECT 1";
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_counters counters;
    struct dyno_trial_file *file = NULL;
    struct dyno_trial_query query = {.name = name, .sql = sql, .weight = 1.0};
    struct dyno_trial_plan plan = {
        .tag = tag, .seed = 1, .queries = &query, .query_count = 1, .load = DYNO_LOAD_SHAPE_INIT};
    int64_t total = 0;
    plan.load.arrival = DYNO_ARRIVAL_CLOSED;
    plan.load.sessions = 1;
    plan.load.trial_warmup_ns = DYNO_NS_PER_S / 4;
    plan.load.measure_ns = WINDOW_NS;
    const struct dyno_generator_world world = {.clock = clock,
                                               .ops = dyno_target_ops(DYNO_TARGET_NULL)};
    const struct dyno_generator_options options = {.plan = &plan, .trial_path = path};
    if (dyno_generate_in(&options, &world, &err) != DYNO_OK ||
        dyno_trial_file_open(path, &file, &err) != DYNO_OK) {
        (void)fprintf(stderr, "bench_record: %s\n", err.message);
        return 1;
    }
    dyno_trial_file_count_outcomes(file, &counters);
    int64_t begin_ns = dyno_now_ns();
    int is_bad = dyno_latency_each(file, forget, &total, &err) != DYNO_OK;
    double histogram_ns = (double)(dyno_now_ns() - begin_ns) / (double)(total > 0 ? total / 2 : 1);
    /* Of the session alone, and over all that it claimed: the main thread makes room for the records. */
    const struct dyno_trial_header *header = dyno_trial_file_header(file);
    double cpu_ns = (double)header->thread_cpu_ns /
                    (double)atomic_load_explicit(&header->claimed, memory_order_relaxed);
    (void)printf("%-28s %6.1f ns of CPU a statement (%.1f by the wall), %5.1f ns more for its two "
                 "histograms (%" PRId64 " statements)\n",
                 what, cpu_ns, (double)WINDOW_NS / (double)counters.completed, histogram_ns,
                 counters.completed);
    dyno_trial_file_close(file);
    return is_bad;
}

/* usage: bench_record [FOLDER]; the records go there (/tmp). */
int main(int argc, char **argv)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/bench_record_XXXXXX", argc > 1 ? argv[1] : "/tmp");
    struct coarse time = {.now_ns = dyno_now_ns()};
    const struct dyno_clock coarse = {
        .now_ns = coarse_now_ns, .sleep_until_ns = coarse_sleep, .ctx = &time};
    int fd = mkstemp(path);
    if (fd >= 0)
        (void)close(fd);
    int64_t begin_ns = dyno_now_ns();
    for (int i = 0; i < READS; i++)
        (void)dyno_now_ns();
    (void)printf("%-28s %6.1f ns\n", "a read of the clock",
                 (double)(dyno_now_ns() - begin_ns) / READS);
    int is_bad = measure("without reading the clock:", &coarse, path);
    is_bad |= measure("with it:", dyno_clock_real(), path);
    (void)unlink(path);
    return is_bad;
}
