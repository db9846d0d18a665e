#include "hs2/wait.h"

#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

int dyno_wait_ms(int64_t deadline_ns)
{
    if (deadline_ns == INT64_MAX)
        return -1;
    int64_t left = deadline_ns - dyno_now_ns();
    if (left <= 0)
        return 0;
    int64_t left_ms = (left + DYNO_NS_PER_MS - 1) / DYNO_NS_PER_MS;
    return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

int dyno_wait_ready(int fd, short events, int64_t deadline_ns)
{
    for (;;) {
        struct pollfd entry = {.fd = fd, .events = events, .revents = 0};
        int timeout_ms = dyno_wait_ms(deadline_ns);
        int ready = poll(&entry, 1, timeout_ms);
        if (ready > 0)
            return 1;
        if (ready < 0 && errno != EINTR)
            return -1;
        if (ready == 0 && timeout_ms == 0)
            return 0;
    }
}

/* strerror is not safe among threads; the XSI strerror_r is. */
const char *dyno_errno_text(int code, char out[DYNO_ERRNO_TEXT_BYTES])
{
    if (strerror_r(code, out, DYNO_ERRNO_TEXT_BYTES) != 0)
        (void)snprintf(out, DYNO_ERRNO_TEXT_BYTES, "error %d", code);
    return out;
}
