/** A fake server with one session on it, for tests. */
#ifndef DYNO_TEST_HS2_FIXTURE_H
#define DYNO_TEST_HS2_FIXTURE_H

#include "base/clock.h"
#include "hs2/operation.h"
#include "support/fake_hs2.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct dyno_fake_hs2 *server;
    struct dyno_hs2_session *session;
    struct dyno_hs2_block block;
    struct dyno_err err;
};

/** Options of a client that fits the server's. */
static inline struct dyno_hs2_options fixture_client(const struct dyno_fake_hs2 *server,
                                                     bool is_sasl)
{
    return (struct dyno_hs2_options){
        .host = "127.0.0.1",
        .port = dyno_fake_hs2_port(server),
        .auth = is_sasl ? DYNO_HS2_AUTH_PLAIN : DYNO_HS2_AUTH_NOSASL,
        .connect_timeout_ns = 5 * DYNO_NS_PER_S,
        .call_timeout_ns = 5 * DYNO_NS_PER_S,
    };
}

static inline struct fixture fixture_open(const struct dyno_fake_hs2_options *options)
{
    struct fixture fixture = {.err = DYNO_ERR_INIT};
    dyno_hs2_block_init(&fixture.block);
    assert_int_equal(dyno_fake_hs2_start(options, &fixture.server, &fixture.err), DYNO_OK);
    struct dyno_hs2_options client = fixture_client(fixture.server, options->is_sasl);
    assert_int_equal(dyno_hs2_session_open(&client, &fixture.session, &fixture.err), DYNO_OK);
    return fixture;
}

static inline void fixture_close(struct fixture *fixture)
{
    dyno_hs2_block_deinit(&fixture->block);
    dyno_hs2_session_close(fixture->session);
    dyno_fake_hs2_stop(fixture->server);
}

/** Submit; must succeed. */
static inline struct dyno_hs2_operation *fixture_execute(struct fixture *fixture, const char *sql)
{
    struct dyno_hs2_operation *operation = NULL;
    assert_int_equal(dyno_hs2_execute(fixture->session, sql, 0, &operation, &fixture->err),
                     DYNO_OK);
    return operation;
}

/** Submit and await; both must succeed. */
static inline struct dyno_hs2_operation *fixture_run(struct fixture *fixture, const char *sql)
{
    struct dyno_hs2_operation *operation = fixture_execute(fixture, sql);
    assert_int_equal(dyno_hs2_operation_wait(operation, INT64_MAX, &fixture->err), DYNO_OK);
    return operation;
}

/** Is the string at that place? */
static inline void assert_cell(struct dyno_hs2_block *block, size_t column, size_t row,
                               const char *expected)
{
    size_t len = 0;
    const char *bytes = dyno_hs2_column_bytes(&block->columns[column], row, &len);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(bytes, expected, len);
}

#endif
