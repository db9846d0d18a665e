/**
 * What the keys of a connection string mean for a session. Names are those that users of other Spark
 * drivers know; harness/odbc/README.md has the list with the defaults.
 */
#ifndef DYNO_HS2_SETTINGS_H
#define DYNO_HS2_SETTINGS_H

#include "hs2/pairs.h"
#include "hs2/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** All texts are borrowed from the pairs that were read. */
struct dyno_hs2_settings {
    const char *host;                     /**< NULL: localhost */
    int32_t port;                         /**< 10000, over HTTP 10001; 0: not given */
    const char *schema;                   /**< NULL: the server's */
    const char *user;                     /**< NULL: anonymous */
    const char *password;                 /**< NULL: none */
    int32_t auth_mech;                    /**< 0, 1, 2, 3, 11; -1: not given */
    int32_t auth_flow;                    /**< Auth_Flow; 0 */
    const char *token;                    /**< Auth_AccessToken; NULL: none */
    int32_t transport;                    /**< 0 binary, 1 SASL, 2 HTTP; -1: not given */
    const char *http_path;                /**< HTTPPath; NULL: cliservice */
    const char *krb_service;              /**< KrbServiceName; NULL: hive, over HTTP HTTP */
    const char *krb_host;                 /**< KrbHostFQDN; NULL: `host` */
    const char *krb_realm;                /**< KrbRealm; NULL: as krb5.conf says */
    struct dyno_hs2_proxy proxy;          /**< ProxyHost, ProxyUID, ProxyPWD */
    int32_t use_proxy;                    /**< UseProxy; -1: not given */
    int32_t proxy_port;                   /**< ProxyPort; 0: not given */
    struct dyno_hs2_tls tls;              /**< SSL and the keys about it */
    bool checks_tls;                      /**< SSLVerify */
    int32_t two_way_tls;                  /**< TwoWaySSL; -1: not given */
    const char *min_tls;                  /**< Min_TLS; NULL: not given */
    int32_t login_timeout_s;              /**< LoginTimeout; 0: the client's own 10 s */
    int32_t socket_timeout_s;             /**< SocketTimeout; 0: the client's own 60 s */
    struct dyno_hs2_property *properties; /**< SSP_*; the array is owned, its texts borrowed */
    size_t property_count;
};

void dyno_hs2_settings_init(struct dyno_hs2_settings *settings);

/** Wipes nothing: the texts belong to the pairs. */
void dyno_hs2_settings_deinit(struct dyno_hs2_settings *settings);

/** Is it a key of a session, or one of other drivers that changes nothing here? */
bool dyno_hs2_settings_knows(const char *key);

/**
 * Read all pairs and what they mean together; keys that are not known are passed over. DYNO_EINPUT
 * (HY024: a value out of range; 28000: a password or token is missing; HYC00: what cannot be
 * honoured), DYNO_ENOMEM (HY001). No message holds a value of a secret key. To be given to _deinit
 * either way.
 */
enum dyno_status dyno_hs2_settings_read(struct dyno_hs2_settings *settings,
                                        const struct dyno_hs2_pairs *pairs,
                                        struct dyno_err *err) DYNO_MUST_CHECK;

/** The options of a session with these settings; borrowed from `settings`. */
struct dyno_hs2_options dyno_hs2_settings_options(const struct dyno_hs2_settings *settings);

#endif
