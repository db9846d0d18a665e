/**
 * Host names into addresses, within a deadline: the system's lookup has none of its own, and may wait for a
 * name server that never answers. It is made in a thread of its own, which is left to itself at the deadline:
 * it frees what it holds once the lookup returns. Any thread.
 */
#ifndef DYNO_HS2_LOOKUP_H
#define DYNO_HS2_LOOKUP_H

#include <netdb.h>
#include <stdint.h>

/** No answer at the deadline; beside getaddrinfo's own codes, which are negative or small. */
#define DYNO_LOOKUP_LATE 10001

/**
 * As getaddrinfo for TCP: 0 with a list in `*out` for freeaddrinfo, a code of getaddrinfo, or
 * DYNO_LOOKUP_LATE. Addresses are read without a thread. @param service a port's number.
 */
int dyno_lookup(const char *host, const char *service, int64_t deadline_ns, struct addrinfo **out);

#endif
