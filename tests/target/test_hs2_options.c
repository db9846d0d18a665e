/* The native client by a connection string: what it understands, and each transport on the scripted server. */
#include "base/clock.h"
#include "support/certs.h"
#include "support/check.h"
#include "support/fake_hs2.h"
#include "target/config.h"
#include "target/hs2_options.h"

#include <stdio.h>
#include <string.h>

static struct dyno_certs certs;

/* The configuration for that text; the text is only read. */
static struct dyno_target_config config_of(char *text)
{
    return (struct dyno_target_config){.kind = DYNO_TARGET_HS2, .connection = text};
}

static void test_keys_are_those_of_the_driver(void **state)
{
    (void)state;
    char text[] =
        "Driver=x;Host=h;ThriftTransport=2;SSL=1;TrustedCerts=/ca;UID=u;PWD={p;w};SSP_spark.x=1";
    char schema[] = "there";
    struct dyno_target_config config = config_of(text);
    struct dyno_hs2_target_options options;
    struct dyno_err err = DYNO_ERR_INIT;
    config.schema = schema;
    assert_int_equal(dyno_hs2_target_options_init(&options, &config, &err), DYNO_OK);
    assert_string_equal(options.with.host, "h");
    assert_int_equal(options.with.port, 10001);
    assert_int_equal(options.with.transport, DYNO_HS2_TRANSPORT_HTTP);
    assert_true(options.with.tls.is_on);
    assert_string_equal(options.with.tls.ca_file, "/ca");
    assert_string_equal(options.with.password, "p;w");
    assert_string_equal(options.with.schema, "there");
    assert_int_equal(options.with.property_count, 1);
    dyno_hs2_target_options_deinit(&options);
}

static void test_nonsense_is_refused_before_anything_is_asked(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"DSN=prod", "'DSN' names a data source of ODBC"},
        {"Host=h;DefaultStringColumnLength=9",
         "'DefaultStringColumnLength' is no key of the native"},
        {"Host=h;Pasword=sesame", "'Pasword' is no key"},
        {"Host=h;Port=0", "'Port' has an invalid value '0'"},
        {"Host", "without '='"},
        {"AuthMech=3;UID=u", "AuthMech=3 needs a password"},
        {"ServiceDiscoveryMode=1", "ZooKeeper"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[128];
        struct dyno_err err = DYNO_ERR_INIT;
        (void)snprintf(text, sizeof text, "%s", rows[i].text);
        struct dyno_target_config config = config_of(text);
        assert_int_equal(dyno_target_config_check(&config, &err), DYNO_EINPUT);
        if (strstr(err.message, rows[i].words) == NULL)
            print_error("%s\n", err.message);
        assert_non_null(strstr(err.message, rows[i].words));
        assert_null(strstr(err.message, "sesame"));
    }
}

/* Open, run a statement, read its rows, close; the status of the opening. */
static enum dyno_status try_connection(const struct dyno_fake_hs2 *server, const char *keys,
                                       struct dyno_err *err)
{
    char text[1024];
    struct dyno_conn *conn = NULL;
    struct dyno_fetched part = {.rows = 0};
    const struct dyno_target_ops *ops = dyno_target_ops(DYNO_TARGET_HS2);
    (void)snprintf(text, sizeof text, "Host=127.0.0.1;Port=%u;TrustedCerts=%s;%s",
                   (unsigned)dyno_fake_hs2_port(server), certs.ca, keys);
    struct dyno_target_config config = config_of(text);
    config.fetch_rows = 1000;
    enum dyno_status status = ops->open(&config, 5 * DYNO_NS_PER_S, &conn, err);
    if (status != DYNO_OK)
        return status;
    assert_int_equal(ops->execute(conn, "ROWS 700", INT64_MAX, err), DYNO_OK);
    assert_int_equal(ops->fetch(conn, false, &part, err), DYNO_OK);
    assert_int_equal(part.rows, 700);
    ops->finish(conn);
    ops->close(conn);
    return DYNO_OK;
}

static void test_each_transport_works_and_refuses(void **state)
{
    (void)state;
    const struct {
        struct dyno_fake_hs2_options server;
        const char *good;
        const char *bad;
        enum dyno_status status;
    } rows[] = {
        {{.is_sasl = true, .user = "me", .password = "sesame"},
         "UID=me;PWD=sesame",
         "UID=me;PWD=another",
         DYNO_EAUTH},
        {{.is_sasl = true, .tls_cert = certs.good, .tls_key = certs.key},
         "UID=me;SSL=1",
         "UID=me",
         DYNO_ETLS},
        {{.is_sasl = true, .tls_cert = certs.expired, .tls_key = certs.key},
         "SSL=1;SSLVerify=0",
         "SSL=1",
         DYNO_ETLS},
        {{.is_http = true, .http_path = "sql", .user = "me", .password = "sesame"},
         "ThriftTransport=2;HTTPPath=sql;UID=me;PWD=sesame",
         "ThriftTransport=2;HTTPPath=sql;UID=me;PWD=another",
         DYNO_EAUTH},
        {{.is_http = true, .tls_cert = certs.good, .tls_key = certs.key, .http_token = "t"},
         "AuthMech=11;Auth_AccessToken=t;SSL=1",
         "AuthMech=11;Auth_AccessToken=u;SSL=1",
         DYNO_EAUTH},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dyno_fake_hs2 *server = NULL;
        struct dyno_err err = DYNO_ERR_INIT;
        assert_int_equal(dyno_fake_hs2_start(&rows[i].server, &server, &err), DYNO_OK);
        assert_int_equal(try_connection(server, rows[i].good, &err), DYNO_OK);
        assert_int_equal(try_connection(server, rows[i].bad, &err), rows[i].status);
        dyno_fake_hs2_stop(server);
    }
}

/* A call that is not answered ends after SocketTimeout, though its statement had more time. */
static void test_socket_timeout_bounds_each_call(void **state)
{
    (void)state;
    const struct dyno_fake_hs2_options options = {.fault = DYNO_FAKE_FAULT_SILENT_EXECUTE};
    const struct dyno_target_ops *ops = dyno_target_ops(DYNO_TARGET_HS2);
    struct dyno_fake_hs2 *server = NULL;
    struct dyno_conn *conn = NULL;
    struct dyno_err err = DYNO_ERR_INIT;
    char text[128];
    assert_int_equal(dyno_fake_hs2_start(&options, &server, &err), DYNO_OK);
    (void)snprintf(text, sizeof text,
                   "Host=127.0.0.1;Port=%u;AuthMech=0;ThriftTransport=0;SocketTimeout=1",
                   (unsigned)dyno_fake_hs2_port(server));
    struct dyno_target_config config = config_of(text);
    if (ops->open(&config, 30 * DYNO_NS_PER_S, &conn, &err) != DYNO_OK)
        fail_msg("%s", err.message);
    int64_t begin_ns = dyno_now_ns();
    assert_int_equal(ops->execute(conn, "SELECT 1", begin_ns + 300 * DYNO_NS_PER_S, &err),
                     DYNO_ETIMEOUT);
    int64_t took_ns = dyno_now_ns() - begin_ns;
    assert_true(took_ns >= 900 * DYNO_NS_PER_MS);
    assert_true(took_ns < 50 * DYNO_NS_PER_S); /* that of a call without it is 60 s */
    ops->finish(conn);
    ops->close(conn);
    dyno_fake_hs2_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_are_those_of_the_driver),
        cmocka_unit_test(test_nonsense_is_refused_before_anything_is_asked),
        cmocka_unit_test(test_each_transport_works_and_refuses),
        cmocka_unit_test(test_socket_timeout_bounds_each_call),
    };
    if (dyno_certs_make(&certs) != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    dyno_certs_remove(&certs);
    return failed;
}
