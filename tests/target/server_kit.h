/** A fake server and connections to it through the targets that speak to one. */
#ifndef DYNO_TEST_SERVER_KIT_H
#define DYNO_TEST_SERVER_KIT_H

#include "base/clock.h"
#include "support/fake_hs2.h"
#include "target/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct server_kit {
    struct dyno_fake_hs2 *server;
    struct dyno_target_config config;
    const struct dyno_target_ops *ops;
    struct dyno_conn *conn;
    struct dyno_err err;
    char host[16];
    char connection[1024];
};

/** What the connection string of our driver says for that port. */
static inline void server_kit_connection(char *out, size_t room, uint16_t port)
{
    (void)snprintf(out, room, "Driver=%s;Host=127.0.0.1;Port=%u;AuthMech=0;ThriftTransport=0",
                   DYNO_TEST_DRIVER, port);
}

/** Start a server (unless NULL) and configure the target; does not connect. */
static inline void server_kit_start(struct server_kit *kit, enum dyno_target_kind kind,
                                    const struct dyno_fake_hs2_options *options)
{
    memset(kit, 0, sizeof *kit);
    (void)snprintf(kit->host, sizeof kit->host, "127.0.0.1");
    kit->ops = dyno_target_ops(kind);
    assert_int_equal(dyno_fake_hs2_start(options, &kit->server, NULL), DYNO_OK);
    kit->config = (struct dyno_target_config){.kind = kind,
                                              .host = kit->host,
                                              .port = dyno_fake_hs2_port(kit->server),
                                              .connection = kit->connection,
                                              .fetch_rows = 1000};
    server_kit_connection(kit->connection, sizeof kit->connection, kit->config.port);
}

static inline void server_kit_open(struct server_kit *kit, enum dyno_target_kind kind,
                                   const struct dyno_fake_hs2_options *options)
{
    server_kit_start(kit, kind, options);
    enum dyno_status status =
        kit->ops->open(&kit->config, 5 * DYNO_NS_PER_S, &kit->conn, &kit->err);
    if (status != DYNO_OK)
        print_error("%s\n", kit->err.message);
    assert_int_equal(status, DYNO_OK);
}

static inline void server_kit_close(struct server_kit *kit)
{
    kit->ops->close(kit->conn);
    dyno_fake_hs2_stop(kit->server);
}

/** Execute, fetch to the end, finish; what all fetches brought together. */
static inline enum dyno_status server_kit_run(struct server_kit *kit, const char *sql,
                                              struct dyno_fetched *total)
{
    struct dyno_fetched part = {.rows = 0};
    *total = part;
    enum dyno_status status = kit->ops->execute(kit->conn, sql, INT64_MAX, &kit->err);
    while (status == DYNO_OK) {
        status = kit->ops->fetch(kit->conn, true, &part, &kit->err);
        if (status != DYNO_OK || part.rows == 0)
            break;
        total->rows += part.rows;
        total->bytes += part.bytes;
        total->checksum += part.checksum;
    }
    kit->ops->finish(kit->conn);
    return status;
}

#endif
