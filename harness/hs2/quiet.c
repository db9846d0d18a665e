#include "hs2/quiet.h"

#include <errno.h>
#include <time.h>

void dyno_quiet_begin(struct dyno_quiet *quiet)
{
    sigset_t pipe;
    sigset_t pending;
    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    (void)sigemptyset(&pending);
    (void)sigpending(&pending);
    (void)sigemptyset(&quiet->before);
    quiet->is_ours = sigismember(&pending, SIGPIPE) == 0 &&
                     pthread_sigmask(SIG_BLOCK, &pipe, &quiet->before) == 0;
}

void dyno_quiet_end(const struct dyno_quiet *quiet)
{
    if (!quiet->is_ours)
        return;
    sigset_t pipe;
    const struct timespec now = {.tv_sec = 0};
    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
        continue;
    (void)pthread_sigmask(SIG_SETMASK, &quiet->before, NULL);
}
