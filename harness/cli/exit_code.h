/** The exit codes: what a script or a CI job hears. Documented in sparkdyno(1). */
#ifndef DYNO_CLI_EXIT_CODE_H
#define DYNO_CLI_EXIT_CODE_H

#include "base/status.h"

enum cli_exit {
    CLI_EXIT_OK = 0,       /**< completed, valid, stored, no regression */
    CLI_EXIT_INTERNAL = 1, /**< a fault of ours, or results could not be written */
    CLI_EXIT_USAGE = 2,    /**< wrong option, profile or workload; nothing was sent to a server */
    CLI_EXIT_ENVIRONMENT = 3,   /**< preflight failed: driver, Java, server, credentials */
    CLI_EXIT_INVALID = 4,       /**< finished, but not to be judged */
    CLI_EXIT_REGRESSION = 99,   /**< the candidate is worse */
    CLI_EXIT_INCONCLUSIVE = 125 /**< cannot tell */
};

/** What a failure means for the caller of the program. */
int cli_exit_of(enum dyno_status status);

#endif
