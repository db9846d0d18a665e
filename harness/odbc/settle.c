#include "odbc/settle.h"

#include "base/clock.h"

#include <string.h>

/* Mechanism and transport: each follows from the other where only one was given. */
static SQLRETURN settle_auth(struct dyno_odbc_settings *settings, struct dyno_odbc_diag *diag)
{
    if (settings->transport == 2)
        return dyno_odbc_diag_post(
            diag, "HYC00",
            "ThriftTransport=2 (HTTP) is not supported by this driver; use 0 "
            "(binary) or 1 (SASL)");
    if (settings->auth_mech < 0 && settings->transport == 0)
        settings->auth_mech = 0;
    if (settings->auth_mech < 0)
        settings->auth_mech = settings->password != NULL ? 3 : 2;
    if (settings->transport < 0)
        settings->transport = settings->auth_mech == 0 ? 0 : 1;
    if (settings->auth_mech != 0 && settings->auth_mech != 2 && settings->auth_mech != 3)
        return dyno_odbc_diag_post(diag, "HYC00",
                                   "AuthMech=%d is not supported by this driver; use 0 (none), 2 "
                                   "(user name) or 3 (user name and password)",
                                   (int)settings->auth_mech);
    if (settings->auth_mech == 0 && settings->transport == 1)
        return dyno_odbc_diag_post(diag, "HY024",
                                   "AuthMech=0 needs ThriftTransport=0 (a server with "
                                   "hive.server2.authentication=NOSASL)");
    if (settings->auth_mech != 0 && settings->transport == 0)
        return dyno_odbc_diag_post(diag, "HY024", "AuthMech=%d needs ThriftTransport=1 (SASL)",
                                   (int)settings->auth_mech);
    if (settings->auth_mech == 3 && settings->password == NULL)
        return dyno_odbc_diag_post(diag, "28000", "AuthMech=3 needs a password in PWD");
    return SQL_SUCCESS;
}

/* Older versions of TLS are asked for by many connection strings; none below 1.2 is spoken. */
static SQLRETURN settle_tls(struct dyno_odbc_settings *settings, struct dyno_odbc_diag *diag)
{
    static const char *const versions[] = {"1.0", "1.1", "1.2", "1.3"};
    struct dyno_hs2_tls *tls = &settings->tls;
    tls->skips_checks = !settings->checks_tls;
    size_t i = 0;
    while (settings->min_tls != NULL && i < 4 && strcmp(settings->min_tls, versions[i]) != 0)
        i++;
    if (i == 4)
        return dyno_odbc_diag_post(diag, "HY024",
                                   "connection key 'Min_TLS' has an invalid value '%s'; allowed: "
                                   "1.0, 1.1, 1.2, 1.3",
                                   settings->min_tls);
    tls->needs_1_3 = settings->min_tls != NULL && i == 3;
    if (settings->two_way_tls == 1 && tls->cert_file == NULL)
        return dyno_odbc_diag_post(diag, "HY024", "TwoWaySSL=1 needs a file in ClientCert");
    if (settings->two_way_tls == 0)
        tls->cert_file = NULL;
    return SQL_SUCCESS;
}

SQLRETURN dyno_odbc_settings_settle(struct dyno_odbc_settings *settings,
                                    struct dyno_odbc_diag *diag)
{
    SQLRETURN rc = settle_auth(settings, diag);
    return rc == SQL_SUCCESS ? settle_tls(settings, diag) : rc;
}

struct dyno_hs2_options dyno_odbc_settings_options(const struct dyno_odbc_settings *settings)
{
    return (struct dyno_hs2_options){
        .host = settings->host,
        .port = settings->port,
        .auth = settings->transport == 0 ? DYNO_HS2_AUTH_NOSASL : DYNO_HS2_AUTH_PLAIN,
        .user = settings->user,
        .password = settings->auth_mech == 3 ? settings->password : NULL,
        .schema = settings->schema,
        .tls = settings->tls,
        .connect_timeout_ns = settings->login_timeout_s * DYNO_NS_PER_S,
        .call_timeout_ns = settings->socket_timeout_s * DYNO_NS_PER_S,
        .properties = settings->properties,
        .property_count = settings->property_count,
    };
}
