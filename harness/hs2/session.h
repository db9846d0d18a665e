/**
 * A HiveServer2 session over one TCP connection, or over HTTP.
 *
 * Thread rule: a session and its operations belong to one thread at a time, with one exception:
 * dyno_hs2_operation_cancel may be called from any thread at any moment. Different sessions share
 * nothing. No function here raises SIGPIPE, and none waits past its deadline. Memory exhaustion is
 * DYNO_ENOMEM, never an abort: this code lives in other people's processes.
 */
#ifndef DYNO_HS2_SESSION_H
#define DYNO_HS2_SESSION_H

#include "base/status.h"
#include "hs2/tls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dyno_hs2_transport {
    DYNO_HS2_TRANSPORT_BINARY, /**< TCP; server: hive.server2.transport.mode=binary */
    DYNO_HS2_TRANSPORT_HTTP    /**< server: hive.server2.transport.mode=http */
};

/** Over HTTP, NOSASL and PLAIN are the same: name and password as Basic authentication. */
enum dyno_hs2_auth {
    DYNO_HS2_AUTH_NOSASL,  /**< raw TBinaryProtocol; server: hive.server2.authentication=NOSASL */
    DYNO_HS2_AUTH_PLAIN,   /**< SASL PLAIN; server: NONE, CUSTOM, LDAP or PAM */
    DYNO_HS2_AUTH_BEARER,  /**< `token`, over HTTP only */
    DYNO_HS2_AUTH_KERBEROS /**< a ticket at hand, by SASL GSSAPI; over HTTP by SPNEGO */
};

/** How HTTP gets out. By default as the environment says (http_proxy, https_proxy, no_proxy). */
struct dyno_hs2_proxy {
    bool is_off;          /**< go straight, whatever the environment says */
    const char *host;     /**< NULL: the environment's */
    uint16_t port;        /**< 8080 */
    const char *user;     /**< NULL: none */
    const char *password; /**< NULL: none */
};

struct dyno_hs2_property {
    const char *key;
    const char *value;
};

/** Borrowed for the call of dyno_hs2_session_open only. Zero or NULL means the default. */
struct dyno_hs2_options {
    const char *host; /**< name, IPv4 or IPv6 address; every address is tried. "localhost" */
    uint16_t port;    /**< 10000; over HTTP 10001 */
    enum dyno_hs2_transport transport;
    enum dyno_hs2_auth auth;
    const char *user;      /**< "anonymous"; PLAIN needs it non-empty */
    const char *password;  /**< "x" for PLAIN, where the server wants it non-empty */
    const char *token;     /**< of BEARER */
    const char *http_path; /**< "cliservice" */
    const char
        *krb_service; /**< KERBEROS: the server is service/host@realm; "hive", over HTTP "HTTP" */
    const char *krb_host;  /**< NULL or "_HOST": `host`; over HTTP nothing else */
    const char *krb_realm; /**< NULL: as krb5.conf says; over HTTP nothing else */
    struct dyno_hs2_proxy proxy;
    struct dyno_hs2_tls tls; /**< off by default */
    const char *schema;      /**< database to start in ("use:database"); NULL: the server's */
    int64_t
        connect_timeout_ns; /**< to the log-in, from the name's lookup on (over HTTP behind it); 10 s */
    int64_t call_timeout_ns;  /**< for each call and its answer; 60 s. Long polls take up to 5 s */
    size_t max_message_bytes; /**< largest answer accepted; 512 MiB */
    /** Spark session settings to apply at open ("set:hiveconf:key"); the server refuses static ones. */
    const struct dyno_hs2_property *properties;
    size_t property_count;
};

struct dyno_hs2_session;

/**
 * Connect, authenticate, open a session.
 *
 * DYNO_ECONN (refused, unreachable: sqlstate 08001), DYNO_EDNS (08001), DYNO_ETLS (08001: TLS failed,
 * or the server wants it and it is off), DYNO_EAUTH (28000), DYNO_ETIMEOUT (HYT01), DYNO_EPROTO (08S01: the peer does not speak this protocol), DYNO_ESERVER (the server refused
 * the session; its sqlstate). The text names host, port and what to check. The password is in no text.
 */
enum dyno_status dyno_hs2_session_open(const struct dyno_hs2_options *options,
                                       struct dyno_hs2_session **out,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/**
 * CloseSession with a deadline of 5 s (a server may never answer it), then close the connection and
 * free everything, whatever the server said. NULL is fine. All operations must be closed before.
 */
void dyno_hs2_session_close(struct dyno_hs2_session *session);

/** GetInfo for one of the strings that Spark answers: 13 server name, 17 DBMS name, 18 version.
 *  `out` is NUL-terminated. */
enum dyno_status dyno_hs2_session_info(struct dyno_hs2_session *session, int32_t info_type,
                                       char *out, size_t out_bytes,
                                       struct dyno_err *err) DYNO_MUST_CHECK;

/** Protocol version that the server answered, as in TProtocolVersion (10 is V11). */
int32_t dyno_hs2_session_protocol(const struct dyno_hs2_session *session);

/** Is the connection known to be broken? After DYNO_ECONN, DYNO_EPROTO or a timeout it is, and
 *  every further call fails with DYNO_ECONN at once. */
int dyno_hs2_session_is_dead(const struct dyno_hs2_session *session);

/** The same, with a look whether the server has closed the connection meanwhile; no call, no wait. */
int dyno_hs2_session_probe(struct dyno_hs2_session *session);

/**
 * Wait until no call that follows has to wait for an answer to an earlier one (an operation's status,
 * which the server may hold for 5 s, or its rows). DYNO_ETIMEOUT at the deadline: they are still to come,
 * and the session is as good as before. Other failures as of any call.
 */
enum dyno_status dyno_hs2_session_settle(struct dyno_hs2_session *session, int64_t deadline_ns,
                                         struct dyno_err *err) DYNO_MUST_CHECK;

/** Set the per-call deadline from here on. */
void dyno_hs2_session_set_call_timeout(struct dyno_hs2_session *session, int64_t timeout_ns);

#endif
