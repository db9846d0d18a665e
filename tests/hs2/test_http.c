/* HiveServer2 over HTTP: log-in, cookies, states, proxies, TLS, deadlines, cancel. */
#include "fixture.h"
#include "hs2/cookies.h"
#include "support/certs.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct dyno_certs certs;

static int set_up(void **state)
{
    (void)state;
    /* No proxy of the machine's own may stand between the tests and their servers. */
    const char *names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unsetenv(names[i]);
    return dyno_certs_make(&certs);
}

static int tear_down(void **state)
{
    (void)state;
    dyno_certs_remove(&certs);
    return 0;
}

static struct dyno_fake_hs2 *serve(struct dyno_fake_hs2_options options)
{
    struct dyno_fake_hs2 *server = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    options.is_http = true;
    assert_int_equal(dyno_fake_hs2_start(&options, &server, &err), DYNO_OK);
    return server;
}

static struct dyno_hs2_options client_of(const struct dyno_fake_hs2 *server)
{
    struct dyno_hs2_options client = fixture_client(server, true);
    client.transport = DYNO_HS2_TRANSPORT_HTTP;
    client.user = "me";
    client.password = "sesame";
    return client;
}

/* Open, run a statement, fetch its rows, close; the status of the opening. */
static enum dyno_status try_session(const struct dyno_hs2_options *client, struct dyno_err *err)
{
    struct dyno_hs2_session *session = NULL;
    struct dyno_hs2_operation *operation = NULL;
    struct dyno_hs2_block block;
    enum dyno_status status = dyno_hs2_session_open(client, &session, err);
    if (status != DYNO_OK) {
        assert_null(strstr(err->message, "sesame"));
        return status;
    }
    dyno_hs2_block_init(&block);
    assert_int_equal(dyno_hs2_execute(session, "ROWS 5000", 0, &operation, err), DYNO_OK);
    assert_int_equal(dyno_hs2_operation_wait(operation, INT64_MAX, err), DYNO_OK);
    assert_int_equal(dyno_hs2_operation_fetch(operation, 5000, &block, err), DYNO_OK);
    assert_int_equal(block.row_count, 5000);
    assert_int_equal(dyno_hs2_column_i64(&block.columns[0], 4999), 4999);
    dyno_hs2_block_deinit(&block);
    dyno_hs2_operation_close(operation);
    dyno_hs2_session_close(session);
    return DYNO_OK;
}

/* That opening a session fails so, with these words. */
static void expect(const struct dyno_hs2_options *client, enum dyno_status expected,
                   const char *sqlstate, const char *words)
{
    struct dyno_err err = DYNO_ERR_INIT;
    enum dyno_status status = try_session(client, &err);
    if (status != expected || strstr(err.message, words) == NULL)
        print_error("%s %s: %s\n", dyno_status_name(status), err.sqlstate, err.message);
    assert_int_equal(status, expected);
    assert_non_null(strstr(err.message, words));
    assert_string_equal(err.sqlstate, sqlstate);
}

static void expect_ok(const struct dyno_hs2_options *client)
{
    struct dyno_err err = DYNO_ERR_INIT;
    enum dyno_status status = try_session(client, &err);
    if (status != DYNO_OK)
        print_error("%s %s: %s\n", dyno_status_name(status), err.sqlstate, err.message);
    assert_int_equal(status, DYNO_OK);
}

static void test_session_logs_in_once_and_keeps_its_connection(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server =
        serve((struct dyno_fake_hs2_options){.user = "me", .password = "sesame"});
    struct dyno_hs2_options client = client_of(server);
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_session *session = NULL;
    char text[32] = "";
    assert_int_equal(dyno_hs2_session_open(&client, &session, &err), DYNO_OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(dyno_hs2_session_info(session, 18, text, sizeof text, &err), DYNO_OK);
    assert_string_equal(text, "4.1.4");
    assert_int_equal(dyno_fake_hs2_logins(server), 1);
    assert_int_equal(dyno_fake_hs2_connections(server), 1);
    dyno_hs2_session_close(session);
    assert_int_equal(dyno_fake_hs2_calls(server, DYNO_HS2_CLOSE_SESSION), 1);
    expect_ok(&client);
    dyno_fake_hs2_stop(server);
}

static void test_wrong_password_is_tried_once(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server =
        serve((struct dyno_fake_hs2_options){.user = "me", .password = "another"});
    struct dyno_hs2_options client = client_of(server);
    expect(&client, DYNO_EAUTH, "28000", "refused user 'me' (HTTP 401)");
    assert_int_equal(dyno_fake_hs2_attempts(server), 1);
    expect(&client, DYNO_EAUTH, "28000", "LDAP says no");
    assert_int_equal(dyno_fake_hs2_attempts(server), 2);
    assert_int_equal(dyno_fake_hs2_logins(server), 0);
    assert_int_equal(dyno_fake_hs2_calls(server, DYNO_HS2_OPEN_SESSION), 0);
    dyno_fake_hs2_stop(server);
}

static void test_token_lets_in(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server = serve((struct dyno_fake_hs2_options){.http_token = "abc.def"});
    struct dyno_hs2_options client = client_of(server);
    expect(&client, DYNO_EAUTH, "28000", "refused user");
    client.auth = DYNO_HS2_AUTH_BEARER;
    client.token = "sesame";
    expect(&client, DYNO_EAUTH, "28000", "refused the token");
    client.token = "abc.def";
    expect_ok(&client);
    client.transport = DYNO_HS2_TRANSPORT_BINARY;
    expect(&client, DYNO_EINPUT, "HY024", "over HTTP only");
    dyno_fake_hs2_stop(server);
}

static void test_path_counts(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server =
        serve((struct dyno_fake_hs2_options){.http_path = "gateway/spark"});
    struct dyno_hs2_options client = client_of(server);
    expect(&client, DYNO_EPROTO, "08S01", "/cliservice' (HTTP 405)");
    client.http_path = "gateway/spark";
    expect_ok(&client);
    client.http_path = "/gateway/spark";
    expect_ok(&client);
    client.host = "no/such:host";
    expect(&client, DYNO_EINPUT, "08001", "make no address");
    dyno_fake_hs2_stop(server);
}

static void test_states_have_meanings(void **state)
{
    (void)state;
    static const struct {
        int http;
        enum dyno_status status;
        const char *sqlstate;
        const char *words;
    } rows[] = {
        {302, DYNO_EPROTO, "08S01", "sends elsewhere (HTTP 302)"},
        {403, DYNO_EAUTH, "28000", "refused user 'me' (HTTP 403)"},
        {404, DYNO_EPROTO, "08S01", "no Thrift server"},
        {407, DYNO_EAUTH, "28000", "the proxy"},
        {500, DYNO_ESERVER, "HY000", "failed (HTTP 500)"},
        {503, DYNO_ECONN, "08S01", "not available now (HTTP 503)"},
        {200, DYNO_EPROTO, "08S01", "a web page"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dyno_fake_hs2 *server =
            serve((struct dyno_fake_hs2_options){.http_state = rows[i].http});
        const struct dyno_hs2_options client = client_of(server);
        expect(&client, rows[i].status, rows[i].sqlstate, rows[i].words);
        dyno_fake_hs2_stop(server);
    }
}

static void test_https_checks_certificates_as_the_binary_transport_does(void **state)
{
    (void)state;
    const struct {
        const char *cert;
        struct dyno_hs2_tls tls;
        const char *words; /* NULL: it works */
    } rows[] = {
        {certs.good, {.is_on = true, .ca_file = certs.ca}, NULL},
        {certs.good, {.is_on = true, .ca_file = certs.ca, .needs_1_3 = true}, NULL},
        {certs.good, {.is_on = true}, "authority that is not trusted"},
        {certs.other, {.is_on = true, .ca_file = certs.ca}, "was made out for another host"},
        {certs.other, {.is_on = true, .ca_file = certs.ca, .skips_host_name = true}, NULL},
        {certs.expired, {.is_on = true, .ca_file = certs.ca}, "has expired"},
        {certs.expired, {.is_on = true, .skips_checks = true}, NULL},
        {certs.self, {.is_on = true}, "has signed itself"},
        {certs.self, {.is_on = true, .allows_self_signed = true}, NULL},
        {certs.good, {.is_on = true, .ca_file = "/nonexistent/ca.pem"}, "/nonexistent/ca.pem"},
        {NULL, {.is_on = true, .ca_file = certs.ca}, "does not answer in TLS"},
        {certs.good, {.is_on = false}, "wants TLS"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dyno_fake_hs2 *server = serve((struct dyno_fake_hs2_options){
            .tls_cert = rows[i].cert, .tls_key = rows[i].cert != NULL ? certs.key : NULL});
        struct dyno_hs2_options client = client_of(server);
        client.tls = rows[i].tls;
        if (rows[i].words != NULL)
            expect(&client, DYNO_ETLS, "08001", rows[i].words);
        else
            expect_ok(&client);
        dyno_fake_hs2_stop(server);
    }
}

static void test_https_shows_the_clients_certificate(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server = serve((struct dyno_fake_hs2_options){
        .tls_cert = certs.good, .tls_key = certs.key, .tls_client_ca = certs.ca});
    struct dyno_hs2_options client = client_of(server);
    client.tls = (struct dyno_hs2_tls){.is_on = true,
                                       .ca_file = certs.ca,
                                       .cert_file = certs.good,
                                       .key_file = certs.locked_key,
                                       .key_password = DYNO_CERTS_PASSWORD};
    expect_ok(&client);
    client.tls.cert_file = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    enum dyno_status status = try_session(&client, &err);
    assert_true(status == DYNO_ETLS || status == DYNO_ECONN);
    dyno_fake_hs2_stop(server);
}

static void test_proxy_by_option_and_by_environment(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server = serve((struct dyno_fake_hs2_options){.is_http_proxy = true});
    struct dyno_hs2_options client = client_of(server);
    uint16_t port = client.port;
    char url[64];
    client.host = "spark.example";
    client.port = 10001;
    client.proxy = (struct dyno_hs2_proxy){.host = "127.0.0.1", .port = port};
    expect_ok(&client);
    client.proxy.host = NULL;
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)port);
    assert_int_equal(setenv("http_proxy", url, 1), 0);
    expect_ok(&client);
    client.host = "127.0.0.1";
    client.port = port;
    client.proxy.is_off = true;
    expect(&client, DYNO_EPROTO, "08S01", "no Thrift server");
    (void)unsetenv("http_proxy");
    dyno_fake_hs2_stop(server);
}

static void test_cancel_goes_over_a_second_connection(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server =
        serve((struct dyno_fake_hs2_options){.user = "me", .password = "sesame"});
    const struct dyno_hs2_options client = client_of(server);
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_session *session = NULL;
    struct dyno_hs2_operation *operation = NULL;
    assert_int_equal(dyno_hs2_session_open(&client, &session, &err), DYNO_OK);
    assert_int_equal(dyno_hs2_execute(session, "SLEEP 60000", 0, &operation, &err), DYNO_OK);
    /* A status call is under way, its answer owed, when the cancellation comes. */
    assert_int_equal(dyno_hs2_operation_wait(operation, dyno_now_ns() + 30 * DYNO_NS_PER_MS, &err),
                     DYNO_ETIMEOUT);
    assert_string_equal(err.sqlstate, "HYT00");
    assert_false(dyno_hs2_session_is_dead(session));
    assert_int_equal(dyno_hs2_operation_cancel(operation, &err), DYNO_OK);
    assert_int_equal(dyno_hs2_operation_wait(operation, INT64_MAX, &err), DYNO_ECANCELLED);
    dyno_hs2_operation_close(operation);
    assert_int_equal(dyno_hs2_execute(session, "SELECT 1", 0, &operation, &err), DYNO_OK);
    dyno_hs2_operation_close(operation);
    dyno_hs2_session_close(session);
    dyno_fake_hs2_stop(server);
}

/* What a fetch meets with that fault; the session is dead after a failure. */
static enum dyno_status fetch_with(enum dyno_fake_fault fault, size_t max_bytes)
{
    struct dyno_fake_hs2 *server = serve((struct dyno_fake_hs2_options){.fault = fault});
    struct dyno_hs2_options client = client_of(server);
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_session *session = NULL;
    struct dyno_hs2_operation *operation = NULL;
    struct dyno_hs2_block block;
    dyno_hs2_block_init(&block);
    client.max_message_bytes = max_bytes;
    assert_int_equal(dyno_hs2_session_open(&client, &session, &err), DYNO_OK);
    assert_int_equal(dyno_hs2_execute(session, "ROWS 1000", 0, &operation, &err), DYNO_OK);
    assert_int_equal(dyno_hs2_operation_wait(operation, INT64_MAX, &err), DYNO_OK);
    enum dyno_status status = dyno_hs2_operation_fetch(operation, 1000, &block, &err);
    assert_int_equal(block.row_count, status == DYNO_OK ? 1000 : 0);
    assert_int_equal(dyno_hs2_session_is_dead(session), status != DYNO_OK);
    dyno_hs2_operation_close(operation);
    dyno_hs2_session_close(session);
    assert_int_equal(dyno_fake_hs2_calls(server, DYNO_HS2_CLOSE_SESSION), 1);
    dyno_hs2_block_deinit(&block);
    dyno_fake_hs2_stop(server);
    return status;
}

static void test_faults_end_a_fetch_and_the_session_is_still_closed(void **state)
{
    (void)state;
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_NONE, 0), DYNO_OK);
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_DRIP, 0), DYNO_OK);
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_NONE, 10000), DYNO_ELIMIT);
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_FETCH_RESET, 0), DYNO_ECONN);
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_FETCH_TRUNCATED, 0), DYNO_ECONN);
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_FETCH_GARBAGE, 0), DYNO_EPROTO);
    assert_int_equal(fetch_with(DYNO_FAKE_FAULT_FETCH_HUGE, 0), DYNO_EPROTO);
}

static void test_unanswered_call_ends_at_its_deadline_and_the_session_is_closed(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server =
        serve((struct dyno_fake_hs2_options){.fault = DYNO_FAKE_FAULT_SILENT_EXECUTE});
    struct dyno_hs2_options client = client_of(server);
    client.call_timeout_ns = 200 * DYNO_NS_PER_MS;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_session *session = NULL;
    struct dyno_hs2_operation *operation = NULL;
    assert_int_equal(dyno_hs2_session_open(&client, &session, &err), DYNO_OK);
    assert_int_equal(dyno_hs2_execute(session, "SELECT 1", 0, &operation, &err), DYNO_ETIMEOUT);
    assert_string_equal(err.sqlstate, "HYT01");
    assert_true(dyno_hs2_session_is_dead(session));
    dyno_hs2_session_close(session);
    assert_int_equal(dyno_fake_hs2_calls(server, DYNO_HS2_CLOSE_SESSION), 1);
    dyno_fake_hs2_stop(server);
}

static void test_wrong_transports_are_recognised(void **state)
{
    (void)state;
    for (int is_sasl = 0; is_sasl < 2; is_sasl++) {
        struct dyno_fake_hs2 *binary = NULL;
        const struct dyno_fake_hs2_options options = {.is_sasl = is_sasl != 0};
        assert_int_equal(dyno_fake_hs2_start(&options, &binary, NULL), DYNO_OK);
        const struct dyno_hs2_options client = client_of(binary);
        struct dyno_err err = DYNO_ERR_INIT;
        enum dyno_status status = try_session(&client, &err);
        assert_int_equal(status, is_sasl ? DYNO_EPROTO : DYNO_ECONN);
        assert_string_equal(err.sqlstate, "08S01");
        dyno_fake_hs2_stop(binary);
    }
    struct dyno_fake_hs2 *server = serve((struct dyno_fake_hs2_options){.user = NULL});
    struct dyno_hs2_options client = client_of(server);
    client.transport = DYNO_HS2_TRANSPORT_BINARY;
    struct dyno_err err = DYNO_ERR_INIT;
    assert_int_equal(try_session(&client, &err), DYNO_EPROTO);
    assert_non_null(strstr(err.message, "transport mode http"));
    client.auth = DYNO_HS2_AUTH_NOSASL;
    assert_int_equal(try_session(&client, &err), DYNO_EPROTO);
    assert_non_null(strstr(err.message, "web server"));
    dyno_fake_hs2_stop(server);
}

static void test_nobody_there_is_told(void **state)
{
    (void)state;
    struct dyno_hs2_options client = {.transport = DYNO_HS2_TRANSPORT_HTTP,
                                      .host = "127.0.0.1",
                                      .port = 1,
                                      .connect_timeout_ns = 2 * DYNO_NS_PER_S};
    expect(&client, DYNO_ECONN, "08001", "connecting to '127.0.0.1:1/cliservice' failed");
    client.host = "no-such-host.invalid";
    expect(&client, DYNO_EDNS, "08001", "looking up host");
}

static void take(struct dyno_cookies *cookies, const char *header)
{
    (void)dyno_cookies_take(cookies, header, strlen(header));
}

static void test_cookies_are_kept_replaced_and_ended(void **state)
{
    (void)state;
    struct dyno_cookies cookies = {.len = 0};
    take(&cookies, " auth=one; Secure; HttpOnly");
    take(&cookies, "node=a");
    assert_string_equal(cookies.text, "auth=one; node=a");
    take(&cookies, "auth=two;Max-Age=86400");
    assert_string_equal(cookies.text, "node=a; auth=two");
    take(&cookies, "node=; path=/");
    assert_string_equal(cookies.text, "auth=two");
    take(&cookies, "auth=three; Max-Age=0");
    assert_string_equal(cookies.text, "");
    assert_int_equal(cookies.len, 0);
}

static void test_cookies_refuse_nonsense(void **state)
{
    (void)state;
    struct dyno_cookies cookies = {.len = 0};
    static char huge[DYNO_COOKIES_BYTES + 8];
    memset(huge, 'x', sizeof huge - 1);
    huge[1] = '=';
    take(&cookies, "");
    take(&cookies, "no-equals-sign");
    take(&cookies, "=value");
    take(&cookies, "a=b\r\nEvil: header");
    take(&cookies, huge);
    assert_string_equal(cookies.text, "");
    take(&cookies, "a=b=c");
    assert_string_equal(cookies.text, "a=b=c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_logs_in_once_and_keeps_its_connection),
        cmocka_unit_test(test_wrong_password_is_tried_once),
        cmocka_unit_test(test_token_lets_in),
        cmocka_unit_test(test_path_counts),
        cmocka_unit_test(test_states_have_meanings),
        cmocka_unit_test(test_https_checks_certificates_as_the_binary_transport_does),
        cmocka_unit_test(test_https_shows_the_clients_certificate),
        cmocka_unit_test(test_proxy_by_option_and_by_environment),
        cmocka_unit_test(test_cancel_goes_over_a_second_connection),
        cmocka_unit_test(test_faults_end_a_fetch_and_the_session_is_still_closed),
        cmocka_unit_test(test_unanswered_call_ends_at_its_deadline_and_the_session_is_closed),
        cmocka_unit_test(test_wrong_transports_are_recognised),
        cmocka_unit_test(test_nobody_there_is_told),
        cmocka_unit_test(test_cookies_are_kept_replaced_and_ended),
        cmocka_unit_test(test_cookies_refuse_nonsense),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
