/*
 * bench_sessions hs2|DRIVER.so SESSIONS RATE SECONDS: many sessions that are idle most of the time, against the
 * scripted server in a process of its own. How much memory do they take, and how late are sends? With the path
 * of an ODBC driver the sessions go through the driver manager.
 */
#include "base/clock.h"
#include "load/generator.h"
#include "load/trial_file.h"
#include "stats/histogram.h"
#include "support/fake_hs2.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SERVICE_NS DYNO_NS_PER_MS

static uint16_t start_server(pid_t *pid)
{
    int ends[2];
    uint16_t port = 0;
    if (pipe(ends) != 0)
        return 0;
    *pid = fork();
    if (*pid == 0) {
        const struct dyno_fake_hs2_options options = {.service_ns = SERVICE_NS};
        struct dyno_fake_hs2 *server = NULL;
        if (dyno_fake_hs2_start(&options, &server, NULL) == DYNO_OK)
            port = dyno_fake_hs2_port(server);
        if (write(ends[1], &port, sizeof port) == (ssize_t)sizeof port)
            (void)pause();
        _exit(1);
    }
    if (read(ends[0], &port, sizeof port) != (ssize_t)sizeof port)
        port = 0;
    (void)close(ends[0]);
    (void)close(ends[1]);
    return port;
}

static void print_lags(struct dyno_trial_file *file)
{
    const struct dyno_histogram_range range = DYNO_HISTOGRAM_NS;
    struct dyno_histogram lags;
    if (dyno_histogram_init(&lags, &range, NULL) != DYNO_OK)
        return;
    for (uint64_t slot = 0; slot < dyno_trial_file_count(file); slot++) {
        const struct dyno_record *record = dyno_trial_file_record(file, slot);
        if (record->outcome == DYNO_OUTCOME_OK)
            dyno_histogram_record(&lags, dyno_record_lag_ns(record), 1);
    }
    (void)printf("generator lag p50 %.1f us, p99 %.1f us, p99.9 %.1f us, max %.1f us\n",
                 (double)dyno_histogram_quantile(&lags, 0.5) / 1e3,
                 (double)dyno_histogram_quantile(&lags, 0.99) / 1e3,
                 (double)dyno_histogram_quantile(&lags, 0.999) / 1e3, (double)lags.max / 1e3);
    dyno_histogram_deinit(&lags);
}

static int run(const struct dyno_trial_plan *plan, const char *path)
{
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_counters counters;
    struct dyno_trial_file *file = NULL;
    const struct dyno_generator_options options = {.plan = plan, .trial_path = path};
    int64_t begin_ns = dyno_now_ns();
    if (dyno_generate(&options, &err) != DYNO_OK ||
        dyno_trial_file_open(path, &file, &err) != DYNO_OK) {
        (void)fprintf(stderr, "bench_sessions: %s\n", err.message);
        return 1;
    }
    const struct dyno_trial_header *header = dyno_trial_file_header(file);
    double mib = (double)header->max_rss_bytes / (1024 * 1024);
    dyno_trial_file_count_outcomes(file, &counters);
    (void)printf("%" PRId64 " sessions: connected within %.1f s, %.0f MiB (%.1f KiB each), %.2f s "
                 "of CPU\n",
                 plan->load.sessions, (double)(header->epoch_monotonic_ns - begin_ns) / 1e9, mib,
                 mib * 1024 / (double)plan->load.sessions,
                 (double)(header->cpu_user_ns + header->cpu_system_ns) / 1e9);
    (void)printf("%" PRId64 " statements offered, %" PRId64 " completed, %" PRId64 " failed, "
                 "%" PRId64 " censored\n",
                 counters.offered, counters.completed, counters.failed, counters.censored);
    print_lags(file);
    dyno_trial_file_close(file);
    return 0;
}

int main(int argc, char **argv)
{
    char path[] = "/tmp/bench_sessions_XXXXXX";
    char tag[] = "bench";
    char name[] = "one";
    char sql[] = "SELECT 1";
    char host[] = "127.0.0.1";
    char auth[] = "nosasl";
    char user[] = "me";
    char connection[1024];
    struct dyno_trial_query query = {.name = name, .sql = sql, .weight = 1.0};
    struct dyno_trial_plan plan = {
        .tag = tag, .seed = 1, .queries = &query, .query_count = 1, .load = DYNO_LOAD_SHAPE_INIT};
    struct rlimit limit;
    pid_t server = 0;
    if (argc != 5) {
        (void)fprintf(stderr, "usage: bench_sessions hs2|DRIVER.so SESSIONS RATE SECONDS\n");
        return 2;
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    plan.target.kind = strcmp(argv[1], "hs2") == 0 ? DYNO_TARGET_HS2 : DYNO_TARGET_ODBC;
    plan.target.host = host;
    plan.target.auth = auth;
    plan.target.user = user;
    plan.target.fetch_rows = 1000;
    plan.target.port = start_server(&server);
    (void)snprintf(connection, sizeof connection,
                   "Driver=%s;Host=127.0.0.1;Port=%u;AuthMech=0;ThriftTransport=0", argv[1],
                   (unsigned)plan.target.port);
    plan.target.connection = connection;
    plan.load.sessions = strtol(argv[2], NULL, 10);
    plan.load.rate_per_s = strtod(argv[3], NULL);
    plan.load.trial_warmup_ns = 2 * DYNO_NS_PER_S;
    plan.load.measure_ns = strtol(argv[4], NULL, 10) * DYNO_NS_PER_S;
    int fd = mkstemp(path);
    if (fd >= 0)
        (void)close(fd);
    int code = plan.target.port == 0 ? 1 : run(&plan, path);
    (void)kill(server, SIGKILL);
    (void)waitpid(server, NULL, 0);
    (void)unlink(path);
    return code;
}
