/*
 * What a statement's own bookkeeping costs: claim, text, record, marks and counters, on the null target with one
 * session in a closed loop; once with a clock that costs nothing, once with the machine's. And what it costs to
 * put a record's two latencies into their histograms afterwards.
 */
#include "base/clock.h"
#include "bench/bench_trial.h"
#include "load/latency.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>

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

static void print(const char *what, const struct bench_trial *trial, double histogram_ns)
{
    /* Of the session alone, and over all that it claimed: the main thread makes room for the records. */
    const struct dyno_trial_header *header = dyno_trial_file_header(trial->file);
    double cpu_ns = (double)header->thread_cpu_ns /
                    (double)atomic_load_explicit(&header->claimed, memory_order_relaxed);
    (void)printf("%-28s %6.1f ns of CPU a statement (%.1f by the wall), %5.1f ns more for its two "
                 "histograms (%" PRId64 " statements)\n",
                 what, cpu_ns, (double)WINDOW_NS / (double)trial->counters.completed, histogram_ns,
                 trial->counters.completed);
}

static bool measure(const char *what, const struct dyno_clock *clock, const char *folder)
{
    struct dyno_err err = DYNO_ERR_INIT;
    struct bench_trial trial;
    int64_t total = 0;
    if (!bench_trial_init(&trial, folder))
        return false;
    trial.plan.load.arrival = DYNO_ARRIVAL_CLOSED;
    trial.plan.load.sessions = 1;
    trial.plan.load.trial_warmup_ns = DYNO_NS_PER_S / 4;
    trial.plan.load.measure_ns = WINDOW_NS;
    const struct dyno_generator_world world = {.clock = clock,
                                               .ops = dyno_target_ops(DYNO_TARGET_NULL)};
    bool is_good = bench_trial_run(&trial, &world);
    if (is_good) {
        int64_t begin_ns = dyno_now_ns();
        is_good = dyno_latency_each(trial.file, forget, &total, &err) == DYNO_OK;
        print(what, &trial,
              (double)(dyno_now_ns() - begin_ns) / (double)(total > 0 ? total / 2 : 1));
    }
    bench_trial_deinit(&trial);
    return is_good;
}

/* usage: bench_record [FOLDER]; the records go there (/tmp). */
int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : NULL;
    struct coarse time = {.now_ns = dyno_now_ns()};
    const struct dyno_clock coarse = {
        .now_ns = coarse_now_ns, .sleep_until_ns = coarse_sleep, .ctx = &time};
    int64_t begin_ns = dyno_now_ns();
    for (int i = 0; i < READS; i++)
        (void)dyno_now_ns();
    (void)printf("%-28s %6.1f ns\n", "a read of the clock",
                 (double)(dyno_now_ns() - begin_ns) / READS);
    bool is_good = measure("without reading the clock:", &coarse, folder);
    is_good = measure("with it:", dyno_clock_real(), folder) && is_good;
    return is_good ? 0 : 1;
}
