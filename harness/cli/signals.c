#include "cli/signals.h"

#include "base/process.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void watched_set(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

static void tell(const struct cli_signals *signals, int count)
{
    static const char *const texts[] = {
        "\nsparkdyno: finishing: running statements may end; once more stops at once\n",
        "\nsparkdyno: stopping at once; statements may keep running on the server; once more kills "
        "the load and a managed server\n"};
    if (signals->is_quiet || count < 1 || count > 2)
        return;
    (void)fputs(texts[count - 1], stderr);
}

static void *wait_for_signals(void *arg)
{
    struct cli_signals *signals = arg;
    sigset_t set;
    watched_set(&set);
    for (;;) {
        int number = 0;
        if (sigwait(&set, &number) != 0)
            continue;
        atomic_store(&signals->last_signal, number);
        int count = atomic_fetch_add(&signals->stop, 1) + 1;
        if (count >= 3) {
            /* Nobody is left to stop a managed server in its own way. */
            dyno_process_kill_children();
            _exit(128 + number);
        }
        tell(signals, count);
    }
}

enum dyno_status cli_signals_start(struct cli_signals *signals, struct dyno_err *err)
{
    pthread_t thread;
    sigset_t set;
    watched_set(&set);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    int failed = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (failed == 0)
        failed = pthread_create(&thread, NULL, wait_for_signals, signals);
    if (failed != 0)
        return dyno_err_set(err, DYNO_EINTERNAL, "cannot start the signal thread: %s",
                            strerror(failed));
    (void)pthread_detach(thread);
    return DYNO_OK;
}
