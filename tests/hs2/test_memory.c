/* Every allocation of a client's life fails once: never a crash or a leak, always HY001. */
#include "fixture.h"
#include "support/certs.h"
#include "support/failing_alloc.h"

#include <stdio.h>

static enum dyno_status use_statement(struct dyno_hs2_operation *operation,
                                      struct dyno_hs2_block *block, struct dyno_err *err)
{
    const struct dyno_hs2_column_desc *columns = NULL;
    size_t count = 0;
    enum dyno_status status = dyno_hs2_operation_wait(operation, INT64_MAX, err);
    if (status == DYNO_OK)
        status = dyno_hs2_operation_columns_and_rows(operation, 1, block, &columns, &count, err);
    for (int i = 0; i < 2 && status == DYNO_OK; i++)
        status = dyno_hs2_operation_fetch(operation, 1000, block, err);
    if (status == DYNO_OK)
        status = dyno_hs2_operation_cancel(operation, err);
    return status;
}

static struct dyno_certs certs;

/* A whole life, as far as memory lasts. */
static enum dyno_status live(const struct dyno_hs2_options *options, struct dyno_err *err)
{
    struct dyno_hs2_session *session = NULL;
    struct dyno_hs2_operation *operation = NULL;
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    enum dyno_status status = dyno_hs2_session_open(options, &session, err);
    if (status == DYNO_OK)
        status = dyno_hs2_execute(session, "TYPES", 0, &operation, err);
    if (status == DYNO_OK)
        status = use_statement(operation, &block, err);
    dyno_hs2_operation_close(operation);
    dyno_hs2_session_close(session);
    dyno_hs2_block_deinit(&block);
    return status;
}

/* Of the libraries' allocations there are thousands: each STRIDE-th fails, of our own every one. */
#define STRIDE 23

struct way {
    const char *name;
    struct dyno_fake_hs2_options server;
    int64_t least_failures; /* of our own allocations */
};

/* Out of memory in a library is whatever the library makes of it, but never a success with less in it. */
static bool is_orderly(enum failing_alloc_of of, enum dyno_status status,
                       const struct dyno_err *err)
{
    if (of == FAILING_ALLOC_OURS)
        return status == DYNO_ENOMEM && strcmp(err->sqlstate, "HY001") == 0;
    return strlen(err->sqlstate) == 5 && err->message[0] != '\0';
}

static int64_t check_allocations(const struct way *way, const struct dyno_hs2_options *client,
                                 enum failing_alloc_of of, int64_t stride)
{
    int64_t failures = 0;
    for (int64_t at = 0;; at += stride) {
        struct dyno_err err = DYNO_ERR_INIT;
        failing_alloc_begin(of, at);
        enum dyno_status status = live(client, &err);
        bool has_failed = failing_alloc_end();
        if (!has_failed) {
            assert_int_equal(status, DYNO_OK);
            return failures;
        }
        if (status == DYNO_OK)
            continue;
        if (!is_orderly(of, status, &err))
            print_error("%s, allocation %lld: %s, %s, %s\n", way->name, (long long)at,
                        dyno_status_name(status), err.sqlstate, err.message);
        assert_true(is_orderly(of, status, &err));
        failures++;
    }
}

static void check_way(const struct way *way)
{
    struct dyno_fake_hs2 *server = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(dyno_fake_hs2_start(&way->server, &server, &err), DYNO_OK);
    struct dyno_hs2_options client = fixture_client(server, way->server.is_sasl);
    client.tls = (struct dyno_hs2_tls){.is_on = way->server.tls_cert != NULL, .ca_file = certs.ca};
    if (way->server.is_http)
        client.transport = DYNO_HS2_TRANSPORT_HTTP;
    int64_t failures = check_allocations(way, &client, FAILING_ALLOC_OURS, 1);
    if (failures < way->least_failures)
        print_error("%s: %lld failures\n", way->name, (long long)failures);
    assert_true(failures >= way->least_failures);
    if (way->server.is_http || way->server.tls_cert != NULL)
        assert_true(check_allocations(way, &client, FAILING_ALLOC_LIBRARIES, STRIDE) > 2);
    dyno_fake_hs2_stop(server);
}

static void test_memory_exhaustion_is_reported(void **state)
{
    (void)state;
    const struct way ways[] = {
        {"binary", {.is_sasl = false}, 20},
        {"SASL", {.is_sasl = true}, 20},
        {"TLS", {.is_sasl = true, .tls_cert = certs.good, .tls_key = certs.key}, 22},
        {"HTTP", {.is_http = true}, 20},
        {"HTTPS", {.is_http = true, .tls_cert = certs.good, .tls_key = certs.key}, 20},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        check_way(&ways[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_memory_exhaustion_is_reported)};
    if (!failing_alloc_join_libraries() || dyno_certs_make(&certs) != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    dyno_certs_remove(&certs);
    return failed;
}
