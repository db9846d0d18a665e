/** Free loopback ports for servers that take a moment to bind them. */
#ifndef DYNO_SPARK_PORTS_H
#define DYNO_SPARK_PORTS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * `count` different ports that are free on 127.0.0.1 right now, below the range from which the kernel
 * gives ports to outgoing connections: nobody takes them by accident before the server binds them.
 * DYNO_EENV if there are none.
 */
enum dyno_status dyno_ports_pick(uint16_t *out, size_t count, struct dyno_err *err) DYNO_MUST_CHECK;

/** Can the port be bound on 127.0.0.1 now? */
bool dyno_port_is_free(uint16_t port);

#endif
