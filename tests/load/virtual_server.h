/**
 * A server in virtual time: any number of slots, one queue, first in first out, service times drawn in the
 * order of arrival. What it did is exact, so what a generator says of it can be compared to the nanosecond.
 */
#ifndef DYNO_TEST_VIRTUAL_SERVER_H
#define DYNO_TEST_VIRTUAL_SERVER_H

#include "base/rng.h"
#include "load/trial_kit.h"
#include "load/virtual_clock.h"

#include <pthread.h>

#define VIRTUAL_SLOTS 64

enum virtual_service {
    VIRTUAL_FIXED,
    VIRTUAL_EXPONENTIAL
};

struct virtual_server {
    struct virtual_clock time;
    struct dyno_target_ops ops;
    enum virtual_service kind;
    int64_t service_ns;
    size_t slots; /**< 0: no queue */
    struct dyno_rng rng;
    pthread_mutex_t lock;
    int64_t free_ns[VIRTUAL_SLOTS];
    int64_t
        decay_ns; /**< added to the first service time, and less and less after (20 statements: 1/e) */
    int64_t count;
};

void virtual_server_init(struct virtual_server *server, struct kit *kit, int64_t service_ns,
                         size_t slots);
void virtual_server_deinit(struct virtual_server *server);

/** Run the kit's plan against it. */
enum dyno_status virtual_server_run(struct virtual_server *server, struct kit *kit);

/** The same service times once more: draws of a fresh server. */
int64_t virtual_service_draw(enum virtual_service kind, int64_t service_ns, struct dyno_rng *rng);

#endif
