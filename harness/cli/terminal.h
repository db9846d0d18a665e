/** What the program says besides its result: messages and progress on stderr. */
#ifndef DYNO_CLI_TERMINAL_H
#define DYNO_CLI_TERMINAL_H

#include "base/log.h"
#include "experiment/experiment.h"
#include "report/report.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct cli_terminal {
    pthread_mutex_t lock; /**< messages come from several threads */
    int verbosity;        /**< -1 quiet, 0 warnings, 1 info, 2 debug */
    bool is_live;         /**< stderr is a terminal: one line that lives */
    bool has_color;
    bool has_line;        /**< guarded by lock: an unfinished line stands there */
    int64_t last_ns;      /**< guarded by lock: of the last progress line */
    char last_stage[160]; /**< guarded by lock */
};

void cli_terminal_init(struct cli_terminal *terminal, int verbosity, bool no_color);
void cli_terminal_deinit(struct cli_terminal *terminal);

/** A log sink on it; borrowed from the terminal. */
struct dyno_log cli_terminal_log(struct cli_terminal *terminal);

/** For dyno_experiment_options.on_progress, with the terminal as `ctx`: a line that lives on a terminal, else a plain line at each
 *  new stage and every 10 s. */
void cli_terminal_progress(void *ctx, const struct dyno_progress *progress);

/** "sparkdyno: text" on stderr, after ending the live line. */
void cli_terminal_error(struct cli_terminal *terminal, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** End the live line. */
void cli_terminal_end_line(struct cli_terminal *terminal);

/** How text reports are to look on stdout. */
struct dyno_report_text_options cli_terminal_text_options(bool no_color);

#endif
