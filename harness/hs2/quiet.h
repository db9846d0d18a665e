/** Keeping SIGPIPE from calls into libraries that write to sockets without MSG_NOSIGNAL. */
#ifndef DYNO_HS2_QUIET_H
#define DYNO_HS2_QUIET_H

#include <signal.h>
#include <stdbool.h>

struct dyno_quiet {
    sigset_t before;
    bool is_ours; /**< was SIGPIPE let through, and neither pending, before? */
};

/** Block SIGPIPE in this thread. */
void dyno_quiet_begin(struct dyno_quiet *quiet);

/** Take away a SIGPIPE that was raised since, and let the signal through again if it was before. */
void dyno_quiet_end(const struct dyno_quiet *quiet);

#endif
