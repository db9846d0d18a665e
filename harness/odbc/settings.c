#include "odbc/settings.h"

#include "odbc/settle.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PROPERTY_PREFIX     "SSP_"
#define PROPERTY_PREFIX_LEN (sizeof PROPERTY_PREFIX - 1)

/* Where a key's number or text goes. */
enum key_kind {
    KEY_TEXT,
    KEY_NUMBER,
    KEY_FLAG
};

struct key {
    const char *name;
    enum key_kind kind;
    size_t offset; /* in struct dyno_odbc_settings */
    int32_t least;
    int32_t most;
};

#define AT(member) offsetof(struct dyno_odbc_settings, member)

static const struct key keys[] = {
    {"Host", KEY_TEXT, AT(host), 0, 0},
    {"Server", KEY_TEXT, AT(host), 0, 0},
    {"Schema", KEY_TEXT, AT(schema), 0, 0},
    {"Database", KEY_TEXT, AT(schema), 0, 0},
    {"UID", KEY_TEXT, AT(user), 0, 0},
    {"UserName", KEY_TEXT, AT(user), 0, 0},
    {"PWD", KEY_TEXT, AT(password), 0, 0},
    {"Password", KEY_TEXT, AT(password), 0, 0},
    {"AuthMech", KEY_NUMBER, AT(auth_mech), 0, 11},
    {"ThriftTransport", KEY_NUMBER, AT(transport), 0, 2},
    {"RowsFetchedPerBlock", KEY_NUMBER, AT(rows_per_block), 1, 10000000},
    {"DefaultStringColumnLength", KEY_NUMBER, AT(string_column_length), 1, 2147483},
    {"BinaryColumnLength", KEY_NUMBER, AT(binary_column_length), 1, 1073741823},
    {"UseUnicodeSqlCharacterTypes", KEY_FLAG, AT(has_wide_types), 0, 1},
    {"RawSqlState", KEY_FLAG, AT(keeps_sqlstate), 0, 1},
    {"Auth_Flow", KEY_NUMBER, AT(auth_flow), 0, 9},
    {"Auth_AccessToken", KEY_TEXT, AT(token), 0, 0},
    {"HTTPPath", KEY_TEXT, AT(http_path), 0, 0},
    {"KrbServiceName", KEY_TEXT, AT(krb_service), 0, 0},
    {"KrbHostFQDN", KEY_TEXT, AT(krb_host), 0, 0},
    {"KrbRealm", KEY_TEXT, AT(krb_realm), 0, 0},
    {"UseProxy", KEY_NUMBER, AT(use_proxy), 0, 1},
    {"ProxyHost", KEY_TEXT, AT(proxy.host), 0, 0},
    {"ProxyPort", KEY_NUMBER, AT(proxy_port), 1, 65535},
    {"ProxyUID", KEY_TEXT, AT(proxy.user), 0, 0},
    {"ProxyPWD", KEY_TEXT, AT(proxy.password), 0, 0},
    {"SSL", KEY_FLAG, AT(tls.is_on), 0, 1},
    {"SSLVerify", KEY_FLAG, AT(checks_tls), 0, 1},
    {"TrustedCerts", KEY_TEXT, AT(tls.ca_file), 0, 0},
    {"UseSystemTrustStore", KEY_FLAG, AT(tls.adds_system_cas), 0, 1},
    {"AllowSelfSignedServerCert", KEY_FLAG, AT(tls.allows_self_signed), 0, 1},
    {"AllowHostNameCNMismatch", KEY_FLAG, AT(tls.skips_host_name), 0, 1},
    {"CAIssuedCertNamesMismatch", KEY_FLAG, AT(tls.skips_host_name), 0, 1},
    {"TwoWaySSL", KEY_NUMBER, AT(two_way_tls), 0, 1},
    {"ClientCert", KEY_TEXT, AT(tls.cert_file), 0, 0},
    {"ClientPrivateKey", KEY_TEXT, AT(tls.key_file), 0, 0},
    {"ClientPrivateKeyPassword", KEY_TEXT, AT(tls.key_password), 0, 0},
    {"Min_TLS", KEY_TEXT, AT(min_tls), 0, 0},
    {"LoginTimeout", KEY_NUMBER, AT(login_timeout_s), 0, 86400},
    {"SocketTimeout", KEY_NUMBER, AT(socket_timeout_s), 0, 86400},
};

/* Keys of other drivers and of the driver manager that change nothing here. */
static const char *const ignored[] = {
    "Driver",
    "DSN",
    "FileDSN",
    "Description",
    "Port",
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
    {"ServiceDiscoveryMode", "ZooKeeper service discovery is not supported by this driver"},
    {"DelegationUID", "delegation is not supported by this driver"},
};

void dyno_odbc_settings_init(struct dyno_odbc_settings *settings)
{
    *settings = (struct dyno_odbc_settings){
        .auth_mech = -1,
        .transport = -1,
        .rows_per_block = 10000,
        .string_column_length = 255,
        .binary_column_length = 32767,
        .checks_tls = true,
        .two_way_tls = -1,
        .use_proxy = -1,
    };
}

void dyno_odbc_settings_deinit(struct dyno_odbc_settings *settings)
{
    free(settings->properties);
    dyno_odbc_settings_init(settings);
}

/* A whole decimal number within bounds. */
static bool read_number(const char *text, int32_t least, int32_t most, int32_t *out)
{
    int64_t number = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (!isdigit((unsigned char)*text))
            return false;
        number = number * 10 + (*text - '0');
        if (number > most)
            return false;
    }
    *out = (int32_t)number;
    return number >= least;
}

static bool read_flag(const char *text, bool *out)
{
    static const char *const on[] = {"1", "true", "yes", "on"};
    static const char *const off[] = {"0", "false", "no", "off", ""};
    for (size_t i = 0; i < sizeof on / sizeof on[0]; i++) {
        if (strcasecmp(text, on[i]) == 0)
            return *out = true;
    }
    *out = false;
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
        if (strcasecmp(text, off[i]) == 0)
            return true;
    }
    return false;
}

static SQLRETURN set_key(struct dyno_odbc_settings *settings, const struct key *key,
                         const char *value, struct dyno_odbc_diag *diag)
{
    char *field = (char *)settings + key->offset;
    bool is_good = true;
    if (key->kind == KEY_TEXT) {
        const char *text = NULL;
        memcpy(&text, field, sizeof text);
        /* Under two names, the pair that came first wins, as under one. */
        if (text == NULL && *value != '\0')
            memcpy(field, &value, sizeof value);
    } else if (key->kind == KEY_FLAG) {
        bool flag = false;
        is_good = read_flag(value, &flag);
        memcpy(field, &flag, sizeof flag);
    } else {
        int32_t number = 0;
        is_good = read_number(value, key->least, key->most, &number);
        memcpy(field, &number, sizeof number);
    }
    if (is_good)
        return SQL_SUCCESS;
    return dyno_odbc_diag_post(diag, "HY024", "connection key '%s' has an invalid value '%s'",
                               key->name, value);
}

static SQLRETURN set_port(struct dyno_odbc_settings *settings, const char *value,
                          struct dyno_odbc_diag *diag)
{
    int32_t port = 0;
    if (!read_number(value, 1, 65535, &port))
        return dyno_odbc_diag_post(diag, "HY024", "connection key 'Port' has an invalid value '%s'",
                                   value);
    settings->port = (uint16_t)port;
    return SQL_SUCCESS;
}

static SQLRETURN refuse(const struct dyno_odbc_pair *pair, bool *is_found,
                        struct dyno_odbc_diag *diag)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (strcasecmp(pair->key, refusals[i].name) != 0)
            continue;
        *is_found = true;
        bool is_on = true;
        if (read_flag(pair->value, &is_on) && !is_on)
            return SQL_SUCCESS;
        return dyno_odbc_diag_post(diag, "HYC00", "connection key '%s': %s", refusals[i].name,
                                   refusals[i].text);
    }
    return SQL_SUCCESS;
}

static bool is_ignored(const char *key)
{
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
        if (strcasecmp(ignored[i], key) == 0)
            return true;
    }
    return false;
}

static SQLRETURN read_pair(struct dyno_odbc_settings *settings, const struct dyno_odbc_pair *pair,
                           struct dyno_odbc_diag *diag)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strcasecmp(keys[i].name, pair->key) == 0)
            return set_key(settings, &keys[i], pair->value, diag);
    }
    if (strcasecmp(pair->key, "Port") == 0)
        return set_port(settings, pair->value, diag);
    if (strncasecmp(pair->key, PROPERTY_PREFIX, PROPERTY_PREFIX_LEN) == 0 &&
        pair->key[PROPERTY_PREFIX_LEN] != '\0') {
        settings->properties[settings->property_count++] = (struct dyno_hs2_property){
            .key = pair->key + PROPERTY_PREFIX_LEN, .value = pair->value};
        return SQL_SUCCESS;
    }
    bool is_found = false;
    SQLRETURN rc = refuse(pair, &is_found, diag);
    if (is_found || is_ignored(pair->key))
        return rc;
    return dyno_odbc_diag_post(diag, "01S00", "invalid connection string attribute: '%s'",
                               pair->key);
}

SQLRETURN dyno_odbc_settings_read(struct dyno_odbc_settings *settings,
                                  const struct dyno_odbc_pairs *pairs, struct dyno_odbc_diag *diag)
{
    settings->properties = calloc(pairs->count + 1, sizeof *settings->properties);
    if (settings->properties == NULL)
        return dyno_odbc_diag_post(diag, "HY001", NULL);
    SQLRETURN worst = SQL_SUCCESS;
    for (size_t i = 0; i < pairs->count; i++) {
        SQLRETURN rc = read_pair(settings, &pairs->items[i], diag);
        if (rc == SQL_ERROR)
            return rc;
        if (rc == SQL_SUCCESS_WITH_INFO)
            worst = rc;
    }
    SQLRETURN rc = dyno_odbc_settings_settle(settings, diag);
    return rc == SQL_SUCCESS ? worst : rc;
}
