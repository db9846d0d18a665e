/* TLS on the binary transport, against certificates that are right and wrong in every way. */
#include "fixture.h"
#include "support/certs.h"

#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static struct dyno_certs certs;

static int make_certs(void **state)
{
    (void)state;
    return dyno_certs_make(&certs);
}

static int remove_certs(void **state)
{
    (void)state;
    dyno_certs_remove(&certs);
    return 0;
}

static struct dyno_fake_hs2_options server_with(const char *cert)
{
    return (struct dyno_fake_hs2_options){
        .is_sasl = true, .tls_cert = cert, .tls_key = cert != NULL ? certs.key : NULL};
}

/* A client that trusts the test's authority. */
static struct dyno_hs2_options client_of(const struct dyno_fake_hs2 *server, bool is_sasl)
{
    struct dyno_hs2_options client = fixture_client(server, is_sasl);
    client.tls = (struct dyno_hs2_tls){.is_on = true, .ca_file = certs.ca};
    return client;
}

/* Open, run a statement, fetch its rows, close; the status of the opening. */
static enum dyno_status try_session(const struct dyno_hs2_options *client, struct dyno_err *err)
{
    struct dyno_hs2_session *session = NULL;
    struct dyno_hs2_operation *operation = NULL;
    struct dyno_hs2_block block;
    enum dyno_status status = dyno_hs2_session_open(client, &session, err);
    if (status != DYNO_OK)
        return status;
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

/* A server with that certificate, a client with those options; the words that its error must have. */
static void check(const char *cert, const struct dyno_hs2_tls *tls, enum dyno_status expected,
                  const char *words)
{
    struct dyno_fake_hs2 *server = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    const struct dyno_fake_hs2_options options = server_with(cert);
    assert_int_equal(dyno_fake_hs2_start(&options, &server, &err), DYNO_OK);
    struct dyno_hs2_options client = client_of(server, true);
    client.tls = *tls;
    enum dyno_status status = try_session(&client, &err);
    if (status != expected || (words != NULL && strstr(err.message, words) == NULL))
        print_error("%s: %s\n", dyno_status_name(status), err.message);
    assert_int_equal(status, expected);
    if (words != NULL) {
        assert_non_null(strstr(err.message, words));
        assert_string_equal(err.sqlstate, "08001");
    }
    dyno_fake_hs2_stop(server);
}

static void test_session_works_with_and_without_sasl(void **state)
{
    (void)state;
    for (int is_sasl = 0; is_sasl < 2; is_sasl++) {
        struct dyno_fake_hs2 *server = NULL;
        struct dyno_err err = DYNO_ERR_INIT;
        struct dyno_fake_hs2_options options = server_with(certs.good);
        options.is_sasl = is_sasl != 0;
        assert_int_equal(dyno_fake_hs2_start(&options, &server, &err), DYNO_OK);
        struct dyno_hs2_options client = client_of(server, is_sasl != 0);
        assert_int_equal(try_session(&client, &err), DYNO_OK);
        client.host = "localhost";
        client.tls.needs_1_3 = true;
        assert_int_equal(try_session(&client, &err), DYNO_OK);
        dyno_fake_hs2_stop(server);
    }
}

static void test_ipv6_address_is_found_in_the_certificate(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_fake_hs2_options options = server_with(certs.good);
    options.is_ipv6 = true;
    if (dyno_fake_hs2_start(&options, &server, &err) != DYNO_OK) {
        print_message("SKIP: no IPv6 on this machine\n");
        skip();
    }
    struct dyno_hs2_options client = client_of(server, true);
    client.host = "::1";
    assert_int_equal(try_session(&client, &err), DYNO_OK);
    /* The name may have both addresses; the one that refuses is passed over. */
    client.host = "localhost";
    enum dyno_status status = try_session(&client, &err);
    assert_true(status == DYNO_OK || status == DYNO_ECONN);
    dyno_fake_hs2_stop(server);
}

static void test_certificates_are_checked(void **state)
{
    (void)state;
    const struct dyno_hs2_tls strict = {.is_on = true, .ca_file = certs.ca};
    check(certs.other, &strict, DYNO_ETLS, "was made out for another host");
    check(certs.expired, &strict, DYNO_ETLS, "has expired");
    check(certs.future, &strict, DYNO_ETLS, "is not valid yet");
    check(certs.self, &strict, DYNO_ETLS, "has signed itself");
    const struct dyno_hs2_tls system_only = {.is_on = true};
    check(certs.good, &system_only, DYNO_ETLS, "authority that is not trusted");
}

static void test_checks_can_be_relaxed_one_by_one(void **state)
{
    (void)state;
    const struct dyno_hs2_tls any_host = {
        .is_on = true, .ca_file = certs.ca, .skips_host_name = true};
    check(certs.other, &any_host, DYNO_OK, NULL);
    check(certs.expired, &any_host, DYNO_ETLS, "has expired");
    const struct dyno_hs2_tls any_self = {.is_on = true, .allows_self_signed = true};
    check(certs.self, &any_self, DYNO_OK, NULL);
    check(certs.good, &any_self, DYNO_ETLS, "not trusted");
    const struct dyno_hs2_tls anybody = {.is_on = true, .skips_checks = true};
    check(certs.self, &anybody, DYNO_OK, NULL);
    check(certs.other, &anybody, DYNO_OK, NULL);
    check(certs.expired, &anybody, DYNO_OK, NULL);
    const struct dyno_hs2_tls both = {.is_on = true, .ca_file = certs.ca, .adds_system_cas = true};
    check(certs.good, &both, DYNO_OK, NULL);
}

static void test_files_that_are_of_no_use_are_named(void **state)
{
    (void)state;
    const struct dyno_hs2_tls no_ca = {.is_on = true, .ca_file = "/nonexistent/ca.pem"};
    check(certs.good, &no_ca, DYNO_ETLS, "'/nonexistent/ca.pem' is of no use");
    const struct dyno_hs2_tls no_key = {
        .is_on = true, .ca_file = certs.ca, .cert_file = certs.good, .key_file = certs.good};
    check(certs.good, &no_key, DYNO_ETLS, "the key file");
    const struct dyno_hs2_tls wrong = {.is_on = true,
                                       .ca_file = certs.ca,
                                       .cert_file = certs.good,
                                       .key_file = certs.locked_key,
                                       .key_password = "not the password"};
    check(certs.good, &wrong, DYNO_ETLS, "the key file");
}

static void test_client_shows_its_certificate(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_fake_hs2_options options = server_with(certs.good);
    options.tls_client_ca = certs.ca;
    assert_int_equal(dyno_fake_hs2_start(&options, &server, &err), DYNO_OK);
    struct dyno_hs2_options client = client_of(server, true);
    enum dyno_status status = try_session(&client, &err);
    assert_int_equal(status, DYNO_ETLS);
    assert_non_null(strstr(err.message, "asked for a client certificate"));
    client.tls.cert_file = certs.good;
    client.tls.key_file = certs.key;
    assert_int_equal(try_session(&client, &err), DYNO_OK);
    client.tls.key_file = certs.locked_key;
    client.tls.key_password = DYNO_CERTS_PASSWORD;
    assert_int_equal(try_session(&client, &err), DYNO_OK);
    dyno_fake_hs2_stop(server);
}

static void test_plain_server_is_told_from_tls(void **state)
{
    (void)state;
    const struct dyno_hs2_tls strict = {.is_on = true, .ca_file = certs.ca};
    check(NULL, &strict, DYNO_ETLS, "hive.server2.use.SSL");
}

static void test_tls_server_is_told_from_plain(void **state)
{
    (void)state;
    const struct dyno_hs2_tls off = {.is_on = false};
    check(certs.good, &off, DYNO_ETLS, "wants TLS");
    struct dyno_fake_hs2 *server = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_fake_hs2_options options = server_with(certs.good);
    options.is_sasl = false;
    assert_int_equal(dyno_fake_hs2_start(&options, &server, &err), DYNO_OK);
    const struct dyno_hs2_options client = fixture_client(server, false);
    assert_int_equal(try_session(&client, &err), DYNO_ETLS);
    assert_non_null(strstr(err.message, "wants TLS"));
    dyno_fake_hs2_stop(server);
}

static void test_cancel_goes_over_a_second_tls_connection(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_session *session = NULL;
    struct dyno_hs2_operation *operation = NULL;
    const struct dyno_fake_hs2_options options = server_with(certs.good);
    assert_int_equal(dyno_fake_hs2_start(&options, &server, &err), DYNO_OK);
    const struct dyno_hs2_options client = client_of(server, true);
    assert_int_equal(dyno_hs2_session_open(&client, &session, &err), DYNO_OK);
    assert_int_equal(dyno_hs2_execute(session, "SLEEP 60000", 0, &operation, &err), DYNO_OK);
    assert_int_equal(dyno_hs2_operation_cancel(operation, &err), DYNO_OK);
    assert_int_equal(dyno_hs2_operation_wait(operation, INT64_MAX, &err), DYNO_ECANCELLED);
    dyno_hs2_operation_close(operation);
    dyno_hs2_session_close(session);
    dyno_fake_hs2_stop(server);
}

static void test_server_that_goes_away_is_a_lost_connection_without_a_signal(void **state)
{
    (void)state;
    struct dyno_fake_hs2 *server = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_session *session = NULL;
    const struct dyno_fake_hs2_options options = server_with(certs.good);
    assert_int_equal(dyno_fake_hs2_start(&options, &server, &err), DYNO_OK);
    const struct dyno_hs2_options client = client_of(server, true);
    assert_int_equal(dyno_hs2_session_open(&client, &session, &err), DYNO_OK);
    dyno_fake_hs2_stop(server);
    char text[16];
    assert_int_equal(dyno_hs2_session_info(session, 18, text, sizeof text, &err), DYNO_ECONN);
    assert_string_equal(err.sqlstate, "08S01");
    assert_int_equal(dyno_hs2_session_info(session, 18, text, sizeof text, &err), DYNO_ECONN);
    dyno_hs2_session_close(session);
}

/* A server of TLS 1.1 and nothing newer, as far as OpenSSL here still has it. */
static void *serve_old_tls(void *ctx)
{
    const int *listener = ctx;
    int fd = accept(*listener, NULL, NULL);
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    (void)SSL_CTX_set_cipher_list(context, "DEFAULT@SECLEVEL=0");
    (void)SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    (void)SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    (void)SSL_CTX_use_certificate_chain_file(context, certs.good);
    (void)SSL_CTX_use_PrivateKey_file(context, certs.key, SSL_FILETYPE_PEM);
    SSL *ssl = SSL_new(context);
    (void)SSL_set_fd(ssl, fd);
    (void)SSL_accept(ssl);
    SSL_free(ssl);
    SSL_CTX_free(context);
    (void)close(fd);
    return NULL;
}

static int listen_somewhere(uint16_t *port_out)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 4), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &bytes), 0);
    *port_out = ntohs(address.sin_port);
    return listener;
}

static void test_old_versions_are_refused(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_session *session = NULL;
    struct dyno_hs2_options client = {
        .auth = DYNO_HS2_AUTH_PLAIN,
        .host = "127.0.0.1",
        .tls = {.is_on = true, .ca_file = certs.ca},
        .connect_timeout_ns = 10 * DYNO_NS_PER_S,
    };
    int listener = listen_somewhere(&client.port);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, serve_old_tls, &listener), 0);
    assert_int_equal(dyno_hs2_session_open(&client, &session, &err), DYNO_ETLS);
    assert_non_null(strstr(err.message, "no version of TLS"));
    pthread_join(thread, NULL);
    (void)close(listener);
}

static void test_silent_handshake_ends_at_the_connect_deadline(void **state)
{
    (void)state;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_hs2_session *session = NULL;
    struct dyno_hs2_options client = {
        .host = "127.0.0.1",
        .tls = {.is_on = true, .ca_file = certs.ca},
        .connect_timeout_ns = 200 * DYNO_NS_PER_MS,
    };
    int listener = listen_somewhere(&client.port);
    assert_int_equal(dyno_hs2_session_open(&client, &session, &err), DYNO_ETIMEOUT);
    assert_non_null(strstr(err.message, "TLS handshake"));
    assert_string_equal(err.sqlstate, "HYT01");
    (void)close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_works_with_and_without_sasl),
        cmocka_unit_test(test_ipv6_address_is_found_in_the_certificate),
        cmocka_unit_test(test_certificates_are_checked),
        cmocka_unit_test(test_checks_can_be_relaxed_one_by_one),
        cmocka_unit_test(test_files_that_are_of_no_use_are_named),
        cmocka_unit_test(test_client_shows_its_certificate),
        cmocka_unit_test(test_plain_server_is_told_from_tls),
        cmocka_unit_test(test_tls_server_is_told_from_plain),
        cmocka_unit_test(test_cancel_goes_over_a_second_tls_connection),
        cmocka_unit_test(test_server_that_goes_away_is_a_lost_connection_without_a_signal),
        cmocka_unit_test(test_old_versions_are_refused),
        cmocka_unit_test(test_silent_handshake_ends_at_the_connect_deadline),
    };
    return cmocka_run_group_tests(tests, make_certs, remove_certs);
}
