/** The replaying REST server of tests/support/replay_rest.py as a child process. */
#ifndef DYNO_TESTS_COLLECT_REPLAY_H
#define DYNO_TESTS_COLLECT_REPLAY_H

#include <stddef.h>
#include <sys/types.h>

struct replay {
    pid_t pid;
    char *folder; /* a temporary one, ours */
    char *control_path;
    char *url;
};

/** Start it on the recorded documents of one Spark version, with this control JSON; fails the test if
 *  it does not come up. */
void replay_start(struct replay *fake, const char *version, const char *control);

/** What it does from the next request on. */
void replay_control(const struct replay *fake, const char *control);

/** How many requests so far had `text` in their path. */
size_t replay_count(const struct replay *fake, const char *text);

void replay_stop(struct replay *fake);

#endif
