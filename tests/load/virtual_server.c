#include "load/virtual_server.h"

#include <math.h>
#include <stdlib.h>

#define SEED 99

struct dyno_conn {
    struct virtual_server *server;
};

int64_t virtual_service_draw(enum virtual_service kind, int64_t service_ns, struct dyno_rng *rng)
{
    if (kind == VIRTUAL_FIXED)
        return service_ns;
    return (int64_t)dyno_rng_exponential(rng, (double)service_ns);
}

static enum dyno_status server_open(const struct dyno_target_config *config, int64_t timeout_ns,
                                    struct dyno_conn **out, struct dyno_err *err)
{
    (void)timeout_ns;
    (void)err;
    *out = calloc(1, sizeof **out);
    (*out)->server = (struct virtual_server *)(void *)config->connection;
    return DYNO_OK;
}

static enum dyno_status server_execute(struct dyno_conn *conn, const char *sql, int64_t deadline_ns,
                                       struct dyno_err *err)
{
    struct virtual_server *server = conn->server;
    struct dyno_clock *clock = &server->time.clock;
    (void)sql;
    (void)deadline_ns;
    (void)err;
    pthread_mutex_lock(&server->lock);
    int64_t start_ns = clock->now_ns(clock->ctx);
    int64_t service_ns = virtual_service_draw(server->kind, server->service_ns, &server->rng);
    service_ns += (int64_t)((double)server->decay_ns * exp(-(double)server->count / 20));
    server->count++;
    size_t slot = 0;
    for (size_t i = 1; i < server->slots; i++)
        if (server->free_ns[i] < server->free_ns[slot])
            slot = i;
    if (server->slots > 0 && server->free_ns[slot] > start_ns)
        start_ns = server->free_ns[slot];
    int64_t end_ns = start_ns + service_ns;
    server->free_ns[slot] = end_ns;
    pthread_mutex_unlock(&server->lock);
    clock->sleep_until_ns(clock->ctx, end_ns);
    return DYNO_OK;
}

static void server_close(struct dyno_conn *conn)
{
    if (conn == NULL)
        return;
    virtual_clock_leave(&conn->server->time);
    free(conn);
}

void virtual_server_init(struct virtual_server *server, struct kit *kit, int64_t service_ns,
                         size_t slots)
{
    memset(server, 0, sizeof *server);
    server->service_ns = service_ns;
    server->slots = slots;
    server->ops = *dyno_target_ops(DYNO_TARGET_NULL);
    server->ops.open = server_open;
    server->ops.execute = server_execute;
    server->ops.close = server_close;
    dyno_rng_init(&server->rng, SEED, 0);
    pthread_mutex_init(&server->lock, NULL);
    kit->plan.target.connection = (char *)server;
}

void virtual_server_deinit(struct virtual_server *server)
{
    pthread_mutex_destroy(&server->lock);
}

enum dyno_status virtual_server_run(struct virtual_server *server, struct kit *kit)
{
    virtual_clock_init(&server->time, (size_t)kit->plan.load.sessions + 1);
    const struct dyno_generator_world world = {.clock = &server->time.clock, .ops = &server->ops};
    enum dyno_status status = kit_run(kit, &world);
    virtual_clock_deinit(&server->time);
    return status;
}
