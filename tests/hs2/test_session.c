#include "fixture.h"
#include "hs2/session.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void check_open_and_close(bool is_sasl)
{
    const struct dyno_fake_hs2_options options = {.is_sasl = is_sasl};
    struct fixture fixture = fixture_open(&options);
    char version[32] = "";
    assert_int_equal(dyno_hs2_session_protocol(fixture.session), 10);
    assert_false(dyno_hs2_session_is_dead(fixture.session));
    assert_int_equal(
        dyno_hs2_session_info(fixture.session, 18, version, sizeof version, &fixture.err), DYNO_OK);
    assert_string_equal(version, "4.1.4");
    dyno_hs2_session_close(fixture.session);
    fixture.session = NULL;
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_OPEN_SESSION), 1);
    assert_int_equal(dyno_fake_hs2_calls(fixture.server, DYNO_HS2_CLOSE_SESSION), 1);
    fixture_close(&fixture);
}

static void test_session_opens_and_closes_without_sasl(void **state)
{
    (void)state;
    check_open_and_close(false);
}

static void test_session_opens_and_closes_with_plain(void **state)
{
    (void)state;
    check_open_and_close(true);
}

/* Try to open; what comes of it. */
static enum dyno_status try_open(const struct dyno_hs2_options *options, struct dyno_err *err)
{
    struct dyno_hs2_session *session = NULL;
    enum dyno_status status = dyno_hs2_session_open(options, &session, err);
    dyno_hs2_session_close(session);
    return status;
}

static void test_plain_checks_user_and_password(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {
        .is_sasl = true, .user = "alice", .password = "wonderland"};
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_fake_hs2 *server = NULL;
    assert_int_equal(dyno_fake_hs2_start(&options, &server, &err), DYNO_OK);
    struct dyno_hs2_options client = fixture_client(server, true);
    client.user = "alice";
    client.password = "wonderland";
    assert_int_equal(try_open(&client, &err), DYNO_OK);
    client.password = "looking-glass";
    assert_int_equal(try_open(&client, &err), DYNO_EAUTH);
    assert_string_equal(err.sqlstate, "28000");
    assert_non_null(strstr(err.message, "'alice'"));
    assert_non_null(strstr(err.message, "Error validating the login"));
    assert_null(strstr(err.message, "looking-glass"));
    /* Once right, once wrong: a refusal is not asked about again. */
    assert_int_equal(dyno_fake_hs2_attempts(server), 2);
    dyno_fake_hs2_stop(server);
}

static void test_properties_reach_the_session(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.is_sasl = false};
    const struct dyno_hs2_property property = {"spark.sql.shuffle.partitions", "7"};
    struct fixture fixture = fixture_open(&options);
    dyno_hs2_session_close(fixture.session);
    struct dyno_hs2_options client = fixture_client(fixture.server, false);
    client.properties = &property;
    client.property_count = 1;
    client.schema = "sales";
    assert_int_equal(dyno_hs2_session_open(&client, &fixture.session, &fixture.err), DYNO_OK);
    struct dyno_hs2_operation *operation =
        fixture_run(&fixture, "SET spark.sql.shuffle.partitions");
    assert_int_equal(dyno_hs2_operation_fetch(operation, 10, &fixture.block, &fixture.err),
                     DYNO_OK);
    assert_cell(&fixture.block, 1, 0, "7");
    dyno_hs2_operation_close(operation);
    fixture_close(&fixture);
}

static void test_wrong_authentication_says_what_to_check(void **state)
{
    (void)state;
    for (int is_sasl = 0; is_sasl < 2; is_sasl++) {
        const struct dyno_fake_hs2_options options = {.is_sasl = is_sasl != 0};
        struct dyno_err err = DYNO_ERR_INIT;
        struct dyno_fake_hs2 *server = NULL;
        assert_int_equal(dyno_fake_hs2_start(&options, &server, &err), DYNO_OK);
        struct dyno_hs2_options client = fixture_client(server, is_sasl == 0);
        assert_int_equal(try_open(&client, &err), DYNO_EPROTO);
        assert_string_equal(err.sqlstate, "08S01");
        assert_non_null(
            strstr(err.message, is_sasl ? "authentication PLAIN" : "authentication NOSASL"));
        dyno_fake_hs2_stop(server);
    }
}

static void test_protocol_is_what_both_speak(void **state)
{
    (void)state;
    for (int32_t version = 5; version <= 12; version++) {
        const struct dyno_fake_hs2_options options = {.protocol = version};
        struct fixture fixture = fixture_open(&options);
        assert_int_equal(dyno_hs2_session_protocol(fixture.session), version < 10 ? version : 10);
        struct dyno_hs2_operation *operation = fixture_run(&fixture, "SELECT 1");
        assert_int_equal(dyno_hs2_operation_fetch(operation, 10, &fixture.block, &fixture.err),
                         DYNO_OK);
        assert_int_equal(fixture.block.row_count, 1);
        dyno_hs2_operation_close(operation);
        fixture_close(&fixture);
    }
}

static void test_old_protocol_is_refused(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.protocol = 4};
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_fake_hs2 *server = NULL;
    assert_int_equal(dyno_fake_hs2_start(&options, &server, &err), DYNO_OK);
    struct dyno_hs2_options client = fixture_client(server, false);
    assert_int_equal(try_open(&client, &err), DYNO_EUNSUPPORTED);
    assert_non_null(strstr(err.message, "V5"));
    dyno_fake_hs2_stop(server);
}

/* A listening socket, or one that only owns its port. */
static int bound_socket(bool is_listening, uint16_t *port_out)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t address_bytes = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    if (is_listening)
        assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &address_bytes), 0);
    *port_out = ntohs(address.sin_port);
    return fd;
}

static void test_refused_connection_names_host_and_port(void **state)
{
    (void)state;
    uint16_t port = 0;
    char peer[64];
    struct dyno_err err = DYNO_ERR_INIT;
    int fd = bound_socket(false, &port);
    const struct dyno_hs2_options client = {.host = "localhost", .port = port};
    assert_int_equal(try_open(&client, &err), DYNO_ECONN);
    assert_string_equal(err.sqlstate, "08001");
    (void)snprintf(peer, sizeof peer, "'localhost:%u'", (unsigned)port);
    assert_non_null(strstr(err.message, peer));
    (void)close(fd);
}

static void test_unknown_host_is_told(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    const struct dyno_hs2_options client = {.host = "no such host"};
    assert_int_equal(try_open(&client, &err), DYNO_EDNS);
    assert_string_equal(err.sqlstate, "08001");
    assert_non_null(strstr(err.message, "'no such host'"));
}

/* The kernel accepts, but nobody answers. */
static void test_silent_peer_ends_at_the_deadline(void **state)
{
    (void)state;
    uint16_t port = 0;
    struct dyno_err err = DYNO_ERR_INIT;
    int fd = bound_socket(true, &port);
    struct dyno_hs2_options client = {.host = "127.0.0.1",
                                      .port = port,
                                      .connect_timeout_ns = 50 * DYNO_NS_PER_MS,
                                      .call_timeout_ns = 50 * DYNO_NS_PER_MS};
    for (int i = 0; i < 2; i++) {
        client.auth = i == 0 ? DYNO_HS2_AUTH_NOSASL : DYNO_HS2_AUTH_PLAIN;
        int64_t began = dyno_now_ns();
        assert_int_equal(try_open(&client, &err), DYNO_ETIMEOUT);
        assert_string_equal(err.sqlstate, "HYT01");
        int64_t took = dyno_now_ns() - began;
        assert_true(took >= 50 * DYNO_NS_PER_MS && took < 2 * DYNO_NS_PER_S);
    }
    (void)close(fd);
}

static void test_ipv6_address_is_understood(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    const struct dyno_hs2_options client = {.host = "::1", .port = 1};
    assert_int_equal(try_open(&client, &err), DYNO_ECONN);
    assert_non_null(strstr(err.message, "'[::1]:1'"));
}

static void test_unknown_info_kills_the_session(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.is_sasl = false};
    struct fixture fixture = fixture_open(&options);
    char text[32] = "";
    struct dyno_hs2_operation *operation = NULL;
    assert_int_equal(dyno_hs2_session_info(fixture.session, 99, text, sizeof text, &fixture.err),
                     DYNO_ECONN);
    assert_true(dyno_hs2_session_is_dead(fixture.session));
    assert_int_equal(dyno_hs2_execute(fixture.session, "SELECT 1", 0, &operation, &fixture.err),
                     DYNO_ECONN);
    assert_null(operation);
    fixture_close(&fixture);
}

/* The leave's answer is as short as that to CloseOperation before it; both are waited for together. */
static void test_leave_behind_an_unread_answer_is_not_slow(void **state)
{
    (void)state;
    for (int is_sasl = 0; is_sasl < 2; is_sasl++) {
        const struct dyno_fake_hs2_options options = {.is_sasl = is_sasl != 0};
        struct fixture fixture = fixture_open(&options);
        struct dyno_hs2_options client = fixture_client(fixture.server, is_sasl != 0);
        int64_t began = dyno_now_ns();
        for (int i = 0; i < 10; i++) {
            for (int j = 0; j < 3; j++)
                dyno_hs2_operation_close(fixture_run(&fixture, "SELECT 1"));
            dyno_hs2_session_close(fixture.session);
            assert_int_equal(dyno_hs2_session_open(&client, &fixture.session, &fixture.err),
                             DYNO_OK);
        }
        /* A wait of the kernel's for more than comes would cost a second each. */
        assert_true(dyno_now_ns() - began < 9 * DYNO_NS_PER_S);
        fixture_close(&fixture);
    }
}

static void test_null_session_may_be_closed(void **state)
{
    (void)state;
    dyno_hs2_session_close(NULL);
    dyno_hs2_operation_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_opens_and_closes_without_sasl),
        cmocka_unit_test(test_session_opens_and_closes_with_plain),
        cmocka_unit_test(test_plain_checks_user_and_password),
        cmocka_unit_test(test_properties_reach_the_session),
        cmocka_unit_test(test_wrong_authentication_says_what_to_check),
        cmocka_unit_test(test_protocol_is_what_both_speak),
        cmocka_unit_test(test_old_protocol_is_refused),
        cmocka_unit_test(test_refused_connection_names_host_and_port),
        cmocka_unit_test(test_unknown_host_is_told),
        cmocka_unit_test(test_silent_peer_ends_at_the_deadline),
        cmocka_unit_test(test_ipv6_address_is_understood),
        cmocka_unit_test(test_unknown_info_kills_the_session),
        cmocka_unit_test(test_leave_behind_an_unread_answer_is_not_slow),
        cmocka_unit_test(test_null_session_may_be_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
