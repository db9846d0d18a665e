#include "hs2/settle.h"

#include "base/clock.h"

#include <string.h>

enum {
    TRANSPORT_BINARY = 0,
    TRANSPORT_SASL = 1,
    TRANSPORT_HTTP = 2,
    MECH_NONE = 0,
    MECH_KERBEROS = 1,
    MECH_USER = 2,
    MECH_PASSWORD = 3,
    MECH_PASSWORD_TLS = 8,
    MECH_TOKEN = 11
};

/* Mechanism and transport: each follows from the other where only one was given. */
static void derive(struct dyno_hs2_settings *settings)
{
    if (settings->auth_mech == MECH_PASSWORD_TLS) {
        settings->auth_mech = MECH_PASSWORD;
        settings->tls.is_on = true;
    }
    if (settings->auth_mech < 0 && settings->transport == TRANSPORT_BINARY)
        settings->auth_mech = MECH_NONE;
    if (settings->auth_mech < 0)
        settings->auth_mech = settings->password != NULL ? MECH_PASSWORD : MECH_USER;
    if (settings->transport < 0 && settings->auth_mech == MECH_TOKEN)
        settings->transport = TRANSPORT_HTTP;
    if (settings->transport < 0)
        settings->transport = settings->auth_mech == MECH_NONE ? TRANSPORT_BINARY : TRANSPORT_SASL;
    if (settings->port == 0)
        settings->port = settings->transport == TRANSPORT_HTTP ? 10001 : 10000;
}

static enum dyno_status check_token(const struct dyno_hs2_settings *settings, struct dyno_err *err)
{
    if (settings->transport != TRANSPORT_HTTP)
        return dyno_err_set_sql(err, DYNO_EINPUT, "HY024", 0,
                                "AuthMech=11 needs ThriftTransport=2 (HTTP)");
    if (settings->auth_flow != 0)
        return dyno_err_set_sql(err, DYNO_EINPUT, "HYC00", 0,
                                "Auth_Flow=%d is not supported here; use 0 with a "
                                "token in Auth_AccessToken",
                                (int)settings->auth_flow);
    if (settings->token == NULL)
        return dyno_err_set_sql(err, DYNO_EINPUT, "28000", 0,
                                "AuthMech=11 needs a token in Auth_AccessToken");
    return DYNO_OK;
}

static enum dyno_status settle_auth(struct dyno_hs2_settings *settings, struct dyno_err *err)
{
    derive(settings);
    if (settings->auth_mech == MECH_TOKEN)
        return check_token(settings, err);
    if (settings->auth_mech != MECH_NONE && settings->auth_mech != MECH_USER &&
        settings->auth_mech != MECH_PASSWORD && settings->auth_mech != MECH_KERBEROS)
        return dyno_err_set_sql(err, DYNO_EINPUT, "HYC00", 0,
                                "AuthMech=%d is not supported here; use 0 (none), 1 "
                                "(Kerberos), 2 (user name), 3 (user name and password) or 11 "
                                "(token)",
                                (int)settings->auth_mech);
    if (settings->auth_mech == MECH_NONE && settings->transport == TRANSPORT_SASL)
        return dyno_err_set_sql(err, DYNO_EINPUT, "HY024", 0,
                                "AuthMech=0 needs ThriftTransport=0 (a server with "
                                "hive.server2.authentication=NOSASL)");
    if (settings->auth_mech != MECH_NONE && settings->transport == TRANSPORT_BINARY)
        return dyno_err_set_sql(err, DYNO_EINPUT, "HY024", 0,
                                "AuthMech=%d needs ThriftTransport=1 (SASL)",
                                (int)settings->auth_mech);
    if (settings->auth_mech == MECH_PASSWORD && settings->password == NULL)
        return dyno_err_set_sql(err, DYNO_EINPUT, "28000", 0, "AuthMech=3 needs a password in PWD");
    return DYNO_OK;
}

/* Without a word about a proxy the environment decides. */
static enum dyno_status settle_proxy(struct dyno_hs2_settings *settings, struct dyno_err *err)
{
    if (settings->use_proxy == 1 && settings->proxy.host == NULL)
        return dyno_err_set_sql(err, DYNO_EINPUT, "HY024", 0,
                                "UseProxy=1 needs a host in ProxyHost");
    settings->proxy.is_off = settings->use_proxy == 0;
    settings->proxy.port = (uint16_t)settings->proxy_port;
    return DYNO_OK;
}

/* Older versions of TLS are asked for by many connection strings; none below 1.2 is spoken. */
static enum dyno_status settle_tls(struct dyno_hs2_settings *settings, struct dyno_err *err)
{
    static const char *const versions[] = {"1.0", "1.1", "1.2", "1.3"};
    struct dyno_hs2_tls *tls = &settings->tls;
    tls->skips_checks = !settings->checks_tls;
    size_t i = 0;
    while (settings->min_tls != NULL && i < 4 && strcmp(settings->min_tls, versions[i]) != 0)
        i++;
    if (i == 4)
        return dyno_err_set_sql(err, DYNO_EINPUT, "HY024", 0,
                                "connection key 'Min_TLS' has an invalid value '%s'; allowed: "
                                "1.0, 1.1, 1.2, 1.3",
                                settings->min_tls);
    tls->needs_1_3 = settings->min_tls != NULL && i == 3;
    if (settings->two_way_tls == 1 && tls->cert_file == NULL)
        return dyno_err_set_sql(err, DYNO_EINPUT, "HY024", 0,
                                "TwoWaySSL=1 needs a file in ClientCert");
    if (settings->two_way_tls == 0)
        tls->cert_file = NULL;
    return DYNO_OK;
}

enum dyno_status dyno_hs2_settings_settle(struct dyno_hs2_settings *settings, struct dyno_err *err)
{
    enum dyno_status status = settle_auth(settings, err);
    if (status == DYNO_OK)
        status = settle_proxy(settings, err);
    return status == DYNO_OK ? settle_tls(settings, err) : status;
}

static enum dyno_hs2_auth auth_of(const struct dyno_hs2_settings *settings)
{
    if (settings->auth_mech == MECH_TOKEN)
        return DYNO_HS2_AUTH_BEARER;
    if (settings->auth_mech == MECH_KERBEROS)
        return DYNO_HS2_AUTH_KERBEROS;
    return settings->transport == TRANSPORT_BINARY ? DYNO_HS2_AUTH_NOSASL : DYNO_HS2_AUTH_PLAIN;
}

struct dyno_hs2_options dyno_hs2_settings_options(const struct dyno_hs2_settings *settings)
{
    return (struct dyno_hs2_options){
        .host = settings->host,
        .port = (uint16_t)settings->port,
        .transport = settings->transport == TRANSPORT_HTTP ? DYNO_HS2_TRANSPORT_HTTP
                                                           : DYNO_HS2_TRANSPORT_BINARY,
        .auth = auth_of(settings),
        .token = settings->token,
        .http_path = settings->http_path,
        .krb_service = settings->krb_service,
        .krb_host = settings->krb_host,
        .krb_realm = settings->krb_realm,
        .proxy = settings->proxy,
        .user = settings->user,
        .password = settings->auth_mech == MECH_PASSWORD ? settings->password : NULL,
        .schema = settings->schema,
        .tls = settings->tls,
        .connect_timeout_ns = settings->login_timeout_s * DYNO_NS_PER_S,
        .call_timeout_ns = settings->socket_timeout_s * DYNO_NS_PER_S,
        .properties = settings->properties,
        .property_count = settings->property_count,
    };
}
