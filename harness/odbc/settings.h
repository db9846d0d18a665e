/**
 * What the connection keys mean. Names are those that users of other Spark drivers know; README.md
 * has the list with the defaults.
 */
#ifndef DYNO_ODBC_SETTINGS_H
#define DYNO_ODBC_SETTINGS_H

#include "hs2/session.h"
#include "odbc/diag.h"
#include "odbc/pairs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** All texts are borrowed from the pairs that were read. */
struct dyno_odbc_settings {
    const char *host;             /**< NULL: localhost */
    uint16_t port;                /**< 10000, over HTTP 10001; 0: not given */
    const char *schema;           /**< NULL: the server's */
    const char *user;             /**< NULL: anonymous */
    const char *password;         /**< NULL: none */
    int32_t auth_mech;            /**< 0, 1, 2, 3, 11; -1: not given */
    int32_t auth_flow;            /**< Auth_Flow; 0 */
    const char *token;            /**< Auth_AccessToken; NULL: none */
    int32_t transport;            /**< 0 binary, 1 SASL, 2 HTTP; -1: not given */
    const char *http_path;        /**< HTTPPath; NULL: cliservice */
    const char *krb_service;      /**< KrbServiceName; NULL: hive */
    const char *krb_host;         /**< KrbHostFQDN; NULL: `host` */
    const char *krb_realm;        /**< KrbRealm; NULL: as krb5.conf says */
    struct dyno_hs2_proxy proxy;  /**< ProxyHost, ProxyUID, ProxyPWD */
    int32_t use_proxy;            /**< UseProxy; -1: not given */
    int32_t proxy_port;           /**< ProxyPort; 0: not given */
    int32_t rows_per_block;       /**< RowsFetchedPerBlock, 10000 */
    int32_t string_column_length; /**< DefaultStringColumnLength, 255 characters */
    int32_t binary_column_length; /**< BinaryColumnLength, 32767 bytes */
    bool has_wide_types;          /**< UseUnicodeSqlCharacterTypes: texts are SQL_WVARCHAR */
    bool keeps_sqlstate;          /**< RawSqlState: Spark's states pass through unmapped */
    struct dyno_hs2_tls tls;      /**< SSL and the keys about it */
    bool checks_tls;              /**< SSLVerify */
    int32_t two_way_tls;          /**< TwoWaySSL; -1: not given */
    const char *min_tls;          /**< Min_TLS; NULL: not given */
    int32_t login_timeout_s;      /**< LoginTimeout; 0: the client's own 10 s */
    int32_t socket_timeout_s;     /**< SocketTimeout; 0: the client's own 60 s */
    struct dyno_hs2_property *properties; /**< SSP_*; the array is owned, its texts borrowed */
    size_t property_count;
};

void dyno_odbc_settings_init(struct dyno_odbc_settings *settings);

/** Wipes nothing: the texts belong to the pairs. */
void dyno_odbc_settings_deinit(struct dyno_odbc_settings *settings);

/**
 * Read all pairs. Unknown keys post 01S00 each and do not fail the call; a key whose meaning cannot be
 * honoured posts HYC00, a value out of range HY024. No message holds a value of
 * a secret key. SQL_SUCCESS, SQL_SUCCESS_WITH_INFO or SQL_ERROR.
 */
SQLRETURN dyno_odbc_settings_read(struct dyno_odbc_settings *settings,
                                  const struct dyno_odbc_pairs *pairs, struct dyno_odbc_diag *diag);

/** The options of a session with these settings; borrowed from `settings`. */
struct dyno_hs2_options dyno_odbc_settings_options(const struct dyno_odbc_settings *settings);

#endif
