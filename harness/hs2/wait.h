/** Waiting for a socket, and what its errors are called. */
#ifndef DYNO_HS2_WAIT_H
#define DYNO_HS2_WAIT_H

#include <stddef.h>
#include <stdint.h>

/** Wait for poll events. 1: ready, 0: the deadline passed, -1: errno is set. */
int dyno_wait_ready(int fd, short events, int64_t deadline_ns);

/** Milliseconds from now to a deadline for poll, rounded up; -1 for INT64_MAX. */
int dyno_wait_ms(int64_t deadline_ns);

#define DYNO_ERRNO_TEXT_BYTES 128

/** The text of an errno, thread-safe, in `out`. */
const char *dyno_errno_text(int code, char out[DYNO_ERRNO_TEXT_BYTES]);

#endif
