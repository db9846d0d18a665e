#include "hs2/settings.h"

#include "hs2/keys.h"
#include "hs2/settle.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PROPERTY_PREFIX     "SSP_"
#define PROPERTY_PREFIX_LEN (sizeof PROPERTY_PREFIX - 1)
#define AT(member)          offsetof(struct dyno_hs2_settings, member)

static const struct dyno_hs2_key key_rows[] = {
    {"Host", DYNO_HS2_KEY_TEXT, AT(host), 0, 0},
    {"Server", DYNO_HS2_KEY_TEXT, AT(host), 0, 0},
    {"Port", DYNO_HS2_KEY_NUMBER, AT(port), 1, 65535},
    {"Schema", DYNO_HS2_KEY_TEXT, AT(schema), 0, 0},
    {"Database", DYNO_HS2_KEY_TEXT, AT(schema), 0, 0},
    {"UID", DYNO_HS2_KEY_TEXT, AT(user), 0, 0},
    {"UserName", DYNO_HS2_KEY_TEXT, AT(user), 0, 0},
    {"PWD", DYNO_HS2_KEY_TEXT, AT(password), 0, 0},
    {"Password", DYNO_HS2_KEY_TEXT, AT(password), 0, 0},
    {"AuthMech", DYNO_HS2_KEY_NUMBER, AT(auth_mech), 0, 11},
    {"ThriftTransport", DYNO_HS2_KEY_NUMBER, AT(transport), 0, 2},
    {"Auth_Flow", DYNO_HS2_KEY_NUMBER, AT(auth_flow), 0, 9},
    {"Auth_AccessToken", DYNO_HS2_KEY_TEXT, AT(token), 0, 0},
    {"HTTPPath", DYNO_HS2_KEY_TEXT, AT(http_path), 0, 0},
    {"KrbServiceName", DYNO_HS2_KEY_TEXT, AT(krb_service), 0, 0},
    {"KrbHostFQDN", DYNO_HS2_KEY_TEXT, AT(krb_host), 0, 0},
    {"KrbRealm", DYNO_HS2_KEY_TEXT, AT(krb_realm), 0, 0},
    {"UseProxy", DYNO_HS2_KEY_NUMBER, AT(use_proxy), 0, 1},
    {"ProxyHost", DYNO_HS2_KEY_TEXT, AT(proxy.host), 0, 0},
    {"ProxyPort", DYNO_HS2_KEY_NUMBER, AT(proxy_port), 1, 65535},
    {"ProxyUID", DYNO_HS2_KEY_TEXT, AT(proxy.user), 0, 0},
    {"ProxyPWD", DYNO_HS2_KEY_TEXT, AT(proxy.password), 0, 0},
    {"SSL", DYNO_HS2_KEY_FLAG, AT(tls.is_on), 0, 1},
    {"SSLVerify", DYNO_HS2_KEY_FLAG, AT(checks_tls), 0, 1},
    {"TrustedCerts", DYNO_HS2_KEY_TEXT, AT(tls.ca_file), 0, 0},
    {"UseSystemTrustStore", DYNO_HS2_KEY_FLAG, AT(tls.adds_system_cas), 0, 1},
    {"AllowSelfSignedServerCert", DYNO_HS2_KEY_FLAG, AT(tls.allows_self_signed), 0, 1},
    {"AllowHostNameCNMismatch", DYNO_HS2_KEY_FLAG, AT(tls.skips_host_name), 0, 1},
    {"CAIssuedCertNamesMismatch", DYNO_HS2_KEY_FLAG, AT(tls.skips_host_name), 0, 1},
    {"TwoWaySSL", DYNO_HS2_KEY_NUMBER, AT(two_way_tls), 0, 1},
    {"ClientCert", DYNO_HS2_KEY_TEXT, AT(tls.cert_file), 0, 0},
    {"ClientPrivateKey", DYNO_HS2_KEY_TEXT, AT(tls.key_file), 0, 0},
    {"ClientPrivateKeyPassword", DYNO_HS2_KEY_TEXT, AT(tls.key_password), 0, 0},
    {"Min_TLS", DYNO_HS2_KEY_TEXT, AT(min_tls), 0, 0},
    {"LoginTimeout", DYNO_HS2_KEY_NUMBER, AT(login_timeout_s), 0, 86400},
    {"SocketTimeout", DYNO_HS2_KEY_NUMBER, AT(socket_timeout_s), 0, 86400},
};

static const struct dyno_hs2_keys keys = {key_rows, sizeof key_rows / sizeof key_rows[0]};

/* Keys of other drivers and of the driver manager that change nothing here. */
static const char *const ignored[] = {
    "Driver",
    "DSN",
    "FileDSN",
    "Description",
    "UseNativeQuery",
    "SparkServerType",
    "HiveServerType",
    "FastSQLPrepare",
    "ApplyFastSQLPrepareToAllQueries",
    "DisableLimitZero",
    "ApplySSPWithQueries",
    "LCaseSspKeyName",
    "EnableAsyncExec",
    "AsyncExecPollInterval",
    "GetTablesWithQuery",
    "GetSchemasWithQuery",
    "ShowSystemTable",
    "EnableTempTable",
    "AutoReconnect",
    "InvalidSessionAutoRecover",
    "KeepAlive",
    "UserAgentEntry",
    "LogLevel",
    "LogPath",
    "ErrMsgMaxLen",
    "DriverManagerEncoding",
    "ODBCInstLib",
    "ErrorMessagesPath",
    "DecimalColumnScale",
    "DefaultVarcharColumnLength",
    "UnicodeSqlCharacterTypes",
    "Trace",
    "TraceFile",
    "Threading",
    "DMEnvAttr",
    "DMConnAttr",
    "DMStmtAttr",
    "CPTimeout",
    "CPTimeToLive",
    "CPProbe",
    "App",
    "WSID",
    "SaveFile",
    "Setup",
    "FileUsage",
    "UsageCount",
};

/* Keys that ask for more than this driver does, unless they are off. */
struct refusal {
    const char *name;
    const char *text;
};

static const struct refusal refusals[] = {
    {"ServiceDiscoveryMode", "ZooKeeper service discovery is not supported here"},
    {"DelegationUID", "delegation is not supported here"},
};

void dyno_hs2_settings_init(struct dyno_hs2_settings *settings)
{
    *settings = (struct dyno_hs2_settings){
        .auth_mech = -1,
        .transport = -1,
        .checks_tls = true,
        .two_way_tls = -1,
        .use_proxy = -1,
    };
}

void dyno_hs2_settings_deinit(struct dyno_hs2_settings *settings)
{
    free(settings->properties);
    dyno_hs2_settings_init(settings);
}

static const struct refusal *find_refusal(const char *key)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (strcasecmp(key, refusals[i].name) == 0)
            return &refusals[i];
    }
    return NULL;
}

static bool is_property(const char *key)
{
    return strncasecmp(key, PROPERTY_PREFIX, PROPERTY_PREFIX_LEN) == 0 &&
           key[PROPERTY_PREFIX_LEN] != '\0';
}

bool dyno_hs2_settings_knows(const char *key)
{
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
        if (strcasecmp(ignored[i], key) == 0)
            return true;
    }
    return is_property(key) || find_refusal(key) != NULL || dyno_hs2_keys_find(&keys, key) != NULL;
}

static enum dyno_status read_pair(struct dyno_hs2_settings *settings,
                                  const struct dyno_hs2_pair *pair, struct dyno_err *err)
{
    const struct dyno_hs2_key *key = dyno_hs2_keys_find(&keys, pair->key);
    const struct refusal *refusal = find_refusal(pair->key);
    bool is_on = true;
    if (key != NULL)
        return dyno_hs2_key_set(key, settings, pair->value, err);
    if (is_property(pair->key))
        settings->properties[settings->property_count++] = (struct dyno_hs2_property){
            .key = pair->key + PROPERTY_PREFIX_LEN, .value = pair->value};
    if (refusal == NULL || (dyno_hs2_key_flag(pair->value, &is_on) && !is_on))
        return DYNO_OK;
    return dyno_err_set_sql(err, DYNO_EINPUT, "HYC00", 0, "connection key '%s': %s", refusal->name,
                            refusal->text);
}

enum dyno_status dyno_hs2_settings_read(struct dyno_hs2_settings *settings,
                                        const struct dyno_hs2_pairs *pairs, struct dyno_err *err)
{
    settings->properties = calloc(pairs->count + 1, sizeof *settings->properties);
    if (settings->properties == NULL)
        return dyno_err_set_sql(err, DYNO_ENOMEM, "HY001", 0, "out of memory");
    for (size_t i = 0; i < pairs->count; i++) {
        enum dyno_status status = read_pair(settings, &pairs->items[i], err);
        if (status != DYNO_OK)
            return status;
    }
    return dyno_hs2_settings_settle(settings, err);
}
