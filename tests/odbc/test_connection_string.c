#include "hs2/pairs.h"
#include "odbc/settings.h"
#include "support/check.h"

#include <string.h>

static void parse(struct dyno_hs2_pairs *pairs, const char *text)
{
    struct dyno_err err = DYNO_ERR_INIT;
    dyno_hs2_pairs_init(pairs);
    assert_int_equal(dyno_hs2_pairs_parse(pairs, text, &err), DYNO_OK);
}

static void test_pairs_ignore_case_and_keep_the_first(void **state)
{
    (void)state;
    struct dyno_hs2_pairs pairs;
    parse(&pairs, " Host = a.example ;;host=b;PORT=1;Empty=;");
    assert_int_equal(pairs.count, 3);
    assert_string_equal(dyno_hs2_pairs_get(&pairs, "HOST"), "a.example");
    assert_string_equal(dyno_hs2_pairs_get(&pairs, "port"), "1");
    assert_string_equal(dyno_hs2_pairs_get(&pairs, "empty"), "");
    assert_null(dyno_hs2_pairs_get(&pairs, "none"));
    dyno_hs2_pairs_deinit(&pairs);
}

static void test_pairs_take_braces_apart(void **state)
{
    (void)state;
    struct dyno_hs2_pairs pairs;
    parse(&pairs, "Driver={Spark ODBC};PWD={a;b}}c=d};X={};Y=a}b");
    assert_string_equal(dyno_hs2_pairs_get(&pairs, "driver"), "Spark ODBC");
    assert_string_equal(dyno_hs2_pairs_get(&pairs, "pwd"), "a;b}c=d");
    assert_string_equal(dyno_hs2_pairs_get(&pairs, "x"), "");
    assert_string_equal(dyno_hs2_pairs_get(&pairs, "y"), "a}b");
    dyno_hs2_pairs_deinit(&pairs);
}

static void test_pairs_refuse_nonsense_without_repeating_it(void **state)
{
    (void)state;
    static const char *const texts[] = {"sesame", "Host=a;sesame", "PWD={sesame", "PWD={ses}}ame"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct dyno_hs2_pairs pairs;
        struct dyno_err err = DYNO_ERR_INIT;
        dyno_hs2_pairs_init(&pairs);
        assert_int_equal(dyno_hs2_pairs_parse(&pairs, texts[i], &err), DYNO_EINPUT);
        assert_null(strstr(err.message, "sesame"));
        dyno_hs2_pairs_deinit(&pairs);
    }
}

static void test_pairs_format_keeps_blanks_at_the_ends(void **state)
{
    (void)state;
    struct dyno_hs2_pairs pairs;
    struct dyno_hs2_pairs again;
    struct dyno_err err = DYNO_ERR_INIT;
    struct dyno_str out;
    dyno_hs2_pairs_init(&pairs);
    dyno_hs2_pairs_init(&again);
    dyno_str_init(&out, 1000);
    parse(&pairs, "A={\t};B={x\n};C={ y}");
    dyno_hs2_pairs_format(&pairs, &out);
    assert_int_equal(dyno_hs2_pairs_parse(&again, dyno_str_text(&out), &err), DYNO_OK);
    assert_string_equal(dyno_hs2_pairs_get(&again, "A"), "\t");
    assert_string_equal(dyno_hs2_pairs_get(&again, "B"), "x\n");
    assert_string_equal(dyno_hs2_pairs_get(&again, "C"), " y");
    dyno_str_deinit(&out);
    dyno_hs2_pairs_deinit(&pairs);
    dyno_hs2_pairs_deinit(&again);
}

static void test_pairs_format_masks_secrets_and_reads_back(void **state)
{
    (void)state;
    struct dyno_hs2_pairs pairs;
    struct dyno_hs2_pairs again;
    struct dyno_str text;
    dyno_str_init(&text, 1000);
    parse(&pairs, "Driver={a;b}}};pwd=sesame;Auth_AccessToken=sesame;UID=me");
    dyno_hs2_pairs_format(&pairs, &text);
    assert_string_equal(dyno_str_text(&text),
                        "Driver={a;b}}};pwd=***;Auth_AccessToken=***;UID=me;");
    parse(&again, dyno_str_text(&text));
    assert_string_equal(dyno_hs2_pairs_get(&again, "driver"), "a;b}");
    dyno_hs2_pairs_deinit(&pairs);
    dyno_hs2_pairs_deinit(&again);
    dyno_str_deinit(&text);
}

/* What reading a connection string comes to. */
struct outcome {
    struct dyno_hs2_pairs pairs;
    struct dyno_odbc_settings settings;
    struct dyno_odbc_diag diag;
    SQLRETURN rc;
};

static void read_settings(struct outcome *outcome, const char *text)
{
    parse(&outcome->pairs, text);
    dyno_odbc_settings_init(&outcome->settings);
    dyno_odbc_diag_init(&outcome->diag);
    outcome->rc = dyno_odbc_settings_read(&outcome->settings, &outcome->pairs, &outcome->diag);
}

static void drop(struct outcome *outcome)
{
    dyno_odbc_settings_deinit(&outcome->settings);
    dyno_hs2_pairs_deinit(&outcome->pairs);
    dyno_odbc_diag_deinit(&outcome->diag);
}

static void test_settings_defaults_fit_a_plain_spark(void **state)
{
    (void)state;
    struct outcome outcome;
    read_settings(&outcome, "Driver=x;UseNativeQuery=1;SparkServerType=3");
    assert_int_equal(outcome.rc, SQL_SUCCESS);
    struct dyno_hs2_options options = dyno_hs2_settings_options(&outcome.settings.session);
    assert_null(options.host);
    assert_int_equal(options.port, 10000);
    assert_int_equal(options.auth, DYNO_HS2_AUTH_PLAIN);
    assert_int_equal(outcome.settings.rows_per_block, 10000);
    assert_int_equal(outcome.settings.string_column_length, 255);
    drop(&outcome);
}

static void test_settings_read_every_key(void **state)
{
    (void)state;
    struct outcome outcome;
    read_settings(
        &outcome,
        "Host=h;Port=21;Schema=s;UID=u;PWD=p;AuthMech=3;ThriftTransport=1;"
        "RowsFetchedPerBlock=7;DefaultStringColumnLength=9;SocketTimeout=2;LoginTimeout=3;"
        "RawSqlState=1;UseUnicodeSqlCharacterTypes=true;SSP_spark.a=1;ssp_b=2");
    assert_int_equal(outcome.rc, SQL_SUCCESS);
    struct dyno_hs2_options options = dyno_hs2_settings_options(&outcome.settings.session);
    assert_string_equal(options.host, "h");
    assert_int_equal(options.port, 21);
    assert_string_equal(options.schema, "s");
    assert_string_equal(options.user, "u");
    assert_string_equal(options.password, "p");
    assert_int_equal(options.call_timeout_ns, INT64_C(2000000000));
    assert_int_equal(options.connect_timeout_ns, INT64_C(3000000000));
    assert_int_equal(options.property_count, 2);
    assert_string_equal(options.properties[0].key, "spark.a");
    assert_string_equal(options.properties[1].value, "2");
    assert_true(outcome.settings.keeps_sqlstate);
    assert_true(outcome.settings.has_wide_types);
    drop(&outcome);
}

static void test_settings_for_http(void **state)
{
    (void)state;
    struct outcome outcome;
    read_settings(&outcome, "ThriftTransport=2;UID=u;PWD=p");
    struct dyno_hs2_options options = dyno_hs2_settings_options(&outcome.settings.session);
    assert_int_equal(options.transport, DYNO_HS2_TRANSPORT_HTTP);
    assert_int_equal(options.auth, DYNO_HS2_AUTH_PLAIN);
    assert_int_equal(options.port, 10001);
    assert_null(options.http_path);
    assert_false(options.proxy.is_off);
    drop(&outcome);
    read_settings(&outcome, "AuthMech=11;Auth_AccessToken=t;HTTPPath=p;Port=443;SSL=1;ProxyHost=h;"
                            "ProxyPort=3128;ProxyUID=u;ProxyPWD=sesame");
    assert_int_equal(outcome.rc, SQL_SUCCESS);
    options = dyno_hs2_settings_options(&outcome.settings.session);
    assert_int_equal(options.transport, DYNO_HS2_TRANSPORT_HTTP);
    assert_int_equal(options.auth, DYNO_HS2_AUTH_BEARER);
    assert_string_equal(options.token, "t");
    assert_string_equal(options.http_path, "p");
    assert_int_equal(options.port, 443);
    assert_true(options.tls.is_on);
    assert_string_equal(options.proxy.host, "h");
    assert_int_equal(options.proxy.port, 3128);
    assert_string_equal(options.proxy.user, "u");
    assert_string_equal(options.proxy.password, "sesame");
    drop(&outcome);
    read_settings(&outcome, "ThriftTransport=2;UseProxy=0;AuthMech=8;PWD=p");
    options = dyno_hs2_settings_options(&outcome.settings.session);
    assert_true(options.proxy.is_off);
    assert_true(options.tls.is_on);
    assert_string_equal(options.password, "p");
    drop(&outcome);
}

static void test_settings_for_kerberos(void **state)
{
    (void)state;
    struct outcome outcome;
    read_settings(&outcome, "AuthMech=1;KrbServiceName=spark;KrbHostFQDN=_HOST;KrbRealm=LAB");
    assert_int_equal(outcome.rc, SQL_SUCCESS);
    struct dyno_hs2_options options = dyno_hs2_settings_options(&outcome.settings.session);
    assert_int_equal(options.transport, DYNO_HS2_TRANSPORT_BINARY);
    assert_int_equal(options.auth, DYNO_HS2_AUTH_KERBEROS);
    assert_string_equal(options.krb_service, "spark");
    assert_string_equal(options.krb_host, "_HOST");
    assert_string_equal(options.krb_realm, "LAB");
    drop(&outcome);
}

static void test_settings_for_tls(void **state)
{
    (void)state;
    struct outcome outcome;
    read_settings(&outcome, "SSL=1");
    struct dyno_hs2_tls tls = dyno_hs2_settings_options(&outcome.settings.session).tls;
    assert_true(tls.is_on);
    assert_false(tls.skips_checks || tls.skips_host_name || tls.allows_self_signed);
    assert_null(tls.ca_file);
    drop(&outcome);
    read_settings(&outcome, "SSL=1;SSLVerify=0;TrustedCerts=/ca;UseSystemTrustStore=1;Min_TLS=1.3;"
                            "AllowSelfSignedServerCert=1;CAIssuedCertNamesMismatch=1;ClientCert=/c;"
                            "ClientPrivateKey=/k;ClientPrivateKeyPassword=sesame");
    assert_int_equal(outcome.rc, SQL_SUCCESS);
    tls = dyno_hs2_settings_options(&outcome.settings.session).tls;
    assert_true(tls.skips_checks && tls.skips_host_name && tls.allows_self_signed);
    assert_true(tls.adds_system_cas && tls.needs_1_3);
    assert_string_equal(tls.ca_file, "/ca");
    assert_string_equal(tls.cert_file, "/c");
    assert_string_equal(tls.key_file, "/k");
    assert_string_equal(tls.key_password, "sesame");
    drop(&outcome);
    read_settings(&outcome, "SSL=1;TwoWaySSL=0;ClientCert=/c;Min_TLS=1.0");
    tls = dyno_hs2_settings_options(&outcome.settings.session).tls;
    assert_null(tls.cert_file);
    assert_false(tls.needs_1_3);
    drop(&outcome);
}

static void test_settings_first_of_two_names_wins(void **state)
{
    (void)state;
    struct outcome outcome;
    read_settings(&outcome, "Database=mine;Schema=theirs");
    assert_string_equal(outcome.settings.session.schema, "mine");
    drop(&outcome);
}

static void test_settings_derive_mechanism_and_transport(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int mech;
        int transport;
    } rows[] = {
        {"", 2, 1},
        {"AuthMech=0", 0, 0},
        {"ThriftTransport=0", 0, 0},
        {"UID=u", 2, 1},
        {"PWD=p", 3, 1},
        {"AuthMech=2;PWD=p", 2, 1},
        {"AuthMech=0;ThriftTransport=0;PWD=p", 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct outcome outcome;
        read_settings(&outcome, rows[i].text);
        assert_int_equal(outcome.rc, SQL_SUCCESS);
        assert_int_equal(outcome.settings.session.auth_mech, rows[i].mech);
        assert_int_equal(outcome.settings.session.transport, rows[i].transport);
        drop(&outcome);
    }
}

static void test_settings_refuse_with_a_state(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *sqlstate;
    } rows[] = {
        {"SSL=maybe", "HY024"},
        {"SSL=1;Min_TLS=2", "HY024"},
        {"SSL=1;TwoWaySSL=1", "HY024"},
        {"AuthMech=1;ThriftTransport=0", "HY024"},
        {"AuthMech=4", "HYC00"},
        {"AuthMech=11", "28000"},
        {"AuthMech=11;Auth_AccessToken=t;ThriftTransport=1", "HY024"},
        {"AuthMech=11;Auth_Flow=1;Auth_AccessToken=t", "HYC00"},
        {"ThriftTransport=2;UseProxy=1", "HY024"},
        {"ThriftTransport=2;UseProxy=1;ProxyHost=p;ProxyPort=0", "HY024"},
        {"ServiceDiscoveryMode=1", "HYC00"},
        {"AuthMech=3", "28000"},
        {"AuthMech=0;ThriftTransport=1", "HY024"},
        {"AuthMech=2;ThriftTransport=0", "HY024"},
        {"Port=0", "HY024"},
        {"Port=65536", "HY024"},
        {"Port=10x", "HY024"},
        {"RowsFetchedPerBlock=0", "HY024"},
        {"RowsFetchedPerBlock=", "HY024"},
        {"RawSqlState=maybe", "HY024"},
        {"SocketTimeout=-1", "HY024"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct outcome outcome;
        read_settings(&outcome, rows[i].text);
        assert_int_equal(outcome.rc, SQL_ERROR);
        assert_string_equal(dyno_odbc_diag_get(&outcome.diag, 1)->sqlstate, rows[i].sqlstate);
        drop(&outcome);
    }
}

static void test_settings_warn_of_unknown_keys_without_their_values(void **state)
{
    (void)state;
    struct outcome outcome;
    read_settings(&outcome, "SSL=0;Passwort=sesame;SSP_=x");
    assert_int_equal(outcome.rc, SQL_SUCCESS_WITH_INFO);
    assert_int_equal(dyno_odbc_diag_count(&outcome.diag), 2);
    const struct dyno_odbc_record *record = dyno_odbc_diag_get(&outcome.diag, 1);
    assert_string_equal(record->sqlstate, "01S00");
    assert_non_null(strstr(record->message, "Passwort"));
    assert_null(strstr(record->message, "sesame"));
    drop(&outcome);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs_ignore_case_and_keep_the_first),
        cmocka_unit_test(test_pairs_take_braces_apart),
        cmocka_unit_test(test_pairs_refuse_nonsense_without_repeating_it),
        cmocka_unit_test(test_pairs_format_keeps_blanks_at_the_ends),
        cmocka_unit_test(test_pairs_format_masks_secrets_and_reads_back),
        cmocka_unit_test(test_settings_defaults_fit_a_plain_spark),
        cmocka_unit_test(test_settings_read_every_key),
        cmocka_unit_test(test_settings_for_http),
        cmocka_unit_test(test_settings_for_kerberos),
        cmocka_unit_test(test_settings_for_tls),
        cmocka_unit_test(test_settings_first_of_two_names_wins),
        cmocka_unit_test(test_settings_derive_mechanism_and_transport),
        cmocka_unit_test(test_settings_refuse_with_a_state),
        cmocka_unit_test(test_settings_warn_of_unknown_keys_without_their_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
