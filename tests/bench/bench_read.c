/* bench_read RECORDS: reading a trial file back, with its counters, histograms by query and second, and
 * their quantiles. */
#include "base/clock.h"
#include "load/latency.h"
#include "stats/histogram.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define QUERIES 10

struct sums {
    struct dyno_histogram of[DYNO_LATENCY_KINDS];
    size_t parts;
};

static enum dyno_status add(void *ctx, const struct dyno_latency *latency, struct dyno_err *err)
{
    struct sums *sums = ctx;
    (void)err;
    dyno_histogram_add(&sums->of[latency->kind], latency->histogram);
    sums->parts++;
    return DYNO_OK;
}

static int write_file(const char *path, uint64_t count)
{
    struct dyno_trial_file *file = NULL;
    uint64_t x = 1;
    if (dyno_trial_file_create(path, count, &file, NULL) != DYNO_OK ||
        dyno_trial_file_reserve(file, count, NULL) != DYNO_OK)
        return 1;
    for (uint64_t seq = 0; seq < count; seq++) {
        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        int64_t at_ns = (int64_t)seq * 100000;
        int64_t service_ns = DYNO_NS_PER_MS + (int64_t)(x >> 38);
        *dyno_trial_file_record(file, seq) =
            (struct dyno_record){.seq = seq,
                                 .intended_ns = at_ns,
                                 .claim_ns = at_ns,
                                 .send_ns = at_ns + 1000,
                                 .exec_ns = at_ns + service_ns,
                                 .first_ns = -1,
                                 .done_ns = at_ns + service_ns,
                                 .query = (uint16_t)(x >> 60) % QUERIES,
                                 .phase = DYNO_PHASE_MEASURE,
                                 .outcome = DYNO_OUTCOME_OK};
    }
    dyno_trial_file_header(file)->scheduled = count;
    dyno_trial_file_close(file);
    return 0;
}

/* In a process of its own, so that what it takes is not counted. */
static int write_apart(const char *path, uint64_t count)
{
    int result = -1;
    pid_t pid = fork();
    if (pid == 0)
        _exit(write_file(path, count));
    return pid > 0 && waitpid(pid, &result, 0) == pid ? result : 1;
}

/* Memory of our own, and pages of the file that the kernel may take back at any time. */
static void print_memory(void)
{
    long pages[3] = {0, 0, 0};
    FILE *file = fopen("/proc/self/statm", "r");
    char line[256];
    char *at = line;
    double mib = (double)sysconf(_SC_PAGESIZE) / (1024 * 1024);
    if (file == NULL)
        return;
    if (fgets(line, sizeof line, file) != NULL)
        for (int i = 0; i < 3; i++)
            pages[i] = strtol(at, &at, 10);
    (void)fclose(file);
    (void)printf("%.1f MiB of memory, and %.0f MiB of the mapped file\n",
                 (double)(pages[1] - pages[2]) * mib, (double)pages[2] * mib);
}

int main(int argc, char **argv)
{
    char path[] = "/tmp/bench_read_XXXXXX";
    const struct dyno_histogram_range range = DYNO_HISTOGRAM_NS;
    struct sums sums = {.parts = 0};
    struct dyno_counters counters;
    struct dyno_trial_file *file = NULL;
    uint64_t count = argc == 2 ? strtoull(argv[1], NULL, 10) : 10000000;
    int fd = mkstemp(path);
    if (fd >= 0)
        close(fd);
    if (write_apart(path, count) != 0)
        return 1;
    int64_t begin_ns = dyno_now_ns();
    int is_bad = dyno_trial_file_open(path, &file, NULL) != DYNO_OK;
    for (int kind = 0; kind < DYNO_LATENCY_KINDS; kind++)
        is_bad |= dyno_histogram_init(&sums.of[kind], &range, NULL) != DYNO_OK;
    if (is_bad)
        return 1;
    dyno_trial_file_count_outcomes(file, &counters);
    is_bad = dyno_latency_each(file, add, &sums, NULL) != DYNO_OK;
    int64_t p99_ns = dyno_histogram_quantile(&sums.of[DYNO_LATENCY_RESPONSE], 0.99);
    double seconds = (double)(dyno_now_ns() - begin_ns) / 1e9;
    (void)printf("%" PRId64 " records, %zu histograms, p99 %.3f ms: %.2f s, %.0f ns a record\n",
                 counters.completed, sums.parts, (double)p99_ns / 1e6, seconds,
                 seconds * 1e9 / (double)count);
    print_memory();
    for (int kind = 0; kind < DYNO_LATENCY_KINDS; kind++)
        dyno_histogram_deinit(&sums.of[kind]);
    dyno_trial_file_close(file);
    unlink(path);
    return is_bad;
}
