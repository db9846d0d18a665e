#include "spark/ports.h"

#include "base/rng.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel's default range for outgoing connections starts at 32768. */
#define LOWEST_PORT  20000
#define HIGHEST_PORT 32000
#define MAX_TRIES    2000

bool dyno_port_is_free(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    int on = 1;
    /* As Java does: a port with connections still in TIME_WAIT counts as free. */
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool is_free = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return is_free;
}

static bool is_taken(const uint16_t *ports, size_t count, uint16_t port)
{
    for (size_t i = 0; i < count; i++)
        if (ports[i] == port)
            return true;
    return false;
}

enum dyno_status dyno_ports_pick(uint16_t *out, size_t count, struct dyno_err *err)
{
    struct dyno_rng rng;
    size_t found = 0;
    dyno_rng_init(&rng, dyno_rng_fresh_seed(), 0);
    for (int tries = 0; tries < MAX_TRIES && found < count; tries++) {
        uint16_t port = (uint16_t)(LOWEST_PORT + dyno_rng_below(&rng, HIGHEST_PORT - LOWEST_PORT));
        if (!is_taken(out, found, port) && dyno_port_is_free(port))
            out[found++] = port;
    }
    if (found == count)
        return DYNO_OK;
    return dyno_err_set(err, DYNO_EENV, "no free port on 127.0.0.1 between %d and %d", LOWEST_PORT,
                        HIGHEST_PORT);
}
