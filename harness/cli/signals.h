/**
 * Signals become a number: 0 run, 1 finish soon, 2 now; a third one ends the process at once. One
 * thread waits for them; every other thread has them blocked.
 */
#ifndef DYNO_CLI_SIGNALS_H
#define DYNO_CLI_SIGNALS_H

#include "base/status.h"

#include <stdatomic.h>

struct cli_signals {
    atomic_int stop;
    atomic_int last_signal; /**< SIGINT, SIGTERM or SIGHUP; 0: none came */
    int is_quiet;           /**< say nothing on stderr (generator processes) */
};

/** Call before any other thread starts; `signals` must live as long as the process. */
enum dyno_status cli_signals_start(struct cli_signals *signals,
                                   struct dyno_err *err) DYNO_MUST_CHECK;

#endif
