/*
 * Trivial statements per second through the protocol: N sessions, each in a thread, in a closed loop
 * against the fake server. usage: bench_statements [SESSIONS] [SECONDS] [PORT]; with a PORT the server
 * is another process (fake_hs2), else it runs in this one. The calls and the writes are those of the ODBC
 * driver: execute, status, columns and first rows in one, close.
 */
#include "base/clock.h"
#include "hs2/operation.h"
#include "support/fake_hs2.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define BLOCK_ROWS 10000

struct client {
    pthread_t thread;
    uint16_t port;
    int64_t until_ns;
    int64_t statements;
    enum dyno_status status;
    struct dyno_err err;
};

static enum dyno_status run_one(struct dyno_hs2_session *session, struct dyno_hs2_block *block,
                                struct dyno_err *err)
{
    struct dyno_hs2_operation *operation = NULL;
    const struct dyno_hs2_column_desc *columns = NULL;
    size_t column_count = 0;
    enum dyno_status status = dyno_hs2_execute(session, "SELECT 1", 0, &operation, err);
    if (status == DYNO_OK)
        status = dyno_hs2_operation_wait(operation, INT64_MAX, err);
    if (status == DYNO_OK)
        status = dyno_hs2_operation_columns_and_rows(operation, BLOCK_ROWS, block, &columns,
                                                     &column_count, err);
    if (status == DYNO_OK)
        status = dyno_hs2_operation_fetch(operation, BLOCK_ROWS, block, err);
    dyno_hs2_operation_close(operation);
    return status;
}

static void *run_client(void *ctx)
{
    struct client *client = ctx;
    const struct dyno_hs2_options options = {.host = "127.0.0.1", .port = client->port};
    struct dyno_hs2_session *session = NULL;
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    client->status = dyno_hs2_session_open(&options, &session, &client->err);
    while (client->status == DYNO_OK && dyno_now_ns() < client->until_ns) {
        client->status = run_one(session, &block, &client->err);
        client->statements++;
    }
    dyno_hs2_session_close(session);
    dyno_hs2_block_deinit(&block);
    return NULL;
}

static double cpu_seconds(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static int64_t run_all(struct client *clients, size_t count, uint16_t port, int64_t seconds)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        clients[i].port = port;
        clients[i].until_ns = dyno_now_ns() + seconds * DYNO_NS_PER_S;
        if (pthread_create(&clients[i].thread, NULL, run_client, &clients[i]) != 0)
            return 0;
    }
    for (size_t i = 0; i < count; i++) {
        pthread_join(clients[i].thread, NULL);
        sum += clients[i].statements;
        if (clients[i].status != DYNO_OK)
            (void)fprintf(stderr, "session %zu: %s\n", i, clients[i].err.message);
    }
    return sum;
}

int main(int argc, char **argv)
{
    size_t count = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 32;
    int64_t seconds = argc > 2 ? strtol(argv[2], NULL, 10) : 3;
    uint16_t port = argc > 3 ? (uint16_t)strtoul(argv[3], NULL, 10) : 0;
    const struct dyno_fake_hs2_options options = {.is_sasl = false};
    struct dyno_fake_hs2 *server = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    if (port == 0 && dyno_fake_hs2_start(&options, &server, &err) != DYNO_OK) {
        (void)fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    struct client *clients = calloc(count, sizeof *clients);
    if (clients == NULL)
        return 1;
    double cpu = cpu_seconds();
    int64_t statements =
        run_all(clients, count, port != 0 ? port : dyno_fake_hs2_port(server), seconds);
    cpu = cpu_seconds() - cpu;
    (void)printf("%zu sessions: %.0f statements/s, %.1f us of CPU each%s\n", count,
                 (double)statements / (double)seconds, cpu * 1e6 / (double)(statements + 1),
                 port != 0 ? "" : " (server included)");
    free(clients);
    dyno_fake_hs2_stop(server);
    return 0;
}
