/*
 * bench_sessions hs2|DRIVER.so SESSIONS RATE SECONDS: many sessions that are idle most of the time, against the
 * scripted server in a process of its own. How much memory do they take, and how late are sends? With the path
 * of an ODBC driver the sessions go through the driver manager.
 */
#include "base/clock.h"
#include "bench/bench_trial.h"
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

static void print(const struct bench_trial *trial, int64_t begin_ns)
{
    const struct dyno_trial_header *header = dyno_trial_file_header(trial->file);
    const struct dyno_counters *counters = &trial->counters;
    double mib = (double)header->max_rss_bytes / (1024 * 1024);
    (void)printf("%" PRId64 " sessions: connected within %.1f s, %.0f MiB (%.1f KiB each), %.2f s "
                 "of CPU\n",
                 trial->plan.load.sessions, (double)(header->epoch_monotonic_ns - begin_ns) / 1e9,
                 mib, mib * 1024 / (double)trial->plan.load.sessions, bench_trial_cpu_s(trial));
    (void)printf("%" PRId64 " statements offered, %" PRId64 " completed, %" PRId64 " failed, "
                 "%" PRId64 " censored\n",
                 counters->offered, counters->completed, counters->failed, counters->censored);
    bench_trial_print_lags(trial);
}

static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    char host[] = "127.0.0.1";
    char auth[] = "nosasl";
    char user[] = "me";
    char connection[1024];
    struct bench_trial trial;
    pid_t server = 0;
    if (argc != 5) {
        (void)fprintf(stderr, "usage: bench_sessions hs2|DRIVER.so SESSIONS RATE SECONDS\n");
        return 2;
    }
    raise_file_limit();
    if (!bench_trial_init(&trial, NULL))
        return 1;
    uint16_t port = start_server(&server);
    (void)snprintf(connection, sizeof connection,
                   "Driver=%s;Host=127.0.0.1;Port=%u;AuthMech=0;ThriftTransport=0", argv[1],
                   (unsigned)port);
    struct dyno_target_config *target = &trial.plan.target;
    target->kind = strcmp(argv[1], "hs2") == 0 ? DYNO_TARGET_HS2 : DYNO_TARGET_ODBC;
    target->host = host;
    target->auth = auth;
    target->user = user;
    target->fetch_rows = 1000;
    target->port = port;
    target->connection = connection;
    trial.plan.load.sessions = strtol(argv[2], NULL, 10);
    trial.plan.load.rate_per_s = strtod(argv[3], NULL);
    trial.plan.load.trial_warmup_ns = 2 * DYNO_NS_PER_S;
    trial.plan.load.measure_ns = strtol(argv[4], NULL, 10) * DYNO_NS_PER_S;
    int64_t begin_ns = dyno_now_ns();
    bool is_good = port != 0 && bench_trial_run(&trial, NULL);
    if (is_good)
        print(&trial, begin_ns);
    bench_trial_deinit(&trial);
    (void)kill(server, SIGKILL);
    (void)waitpid(server, NULL, 0);
    return is_good ? 0 : 1;
}
