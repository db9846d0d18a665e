/**
 * The server under test as the load generator sees it: one table of operations, four ways to fill it.
 *
 * Nothing here takes time stamps; the caller does, around the calls. A connection belongs to one
 * thread; only `cancel` may be called from another while a call is under way.
 */
#ifndef DYNO_TARGET_TARGET_H
#define DYNO_TARGET_TARGET_H

#include "base/status.h"
#include "target/text_result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dyno_target_kind {
    DYNO_TARGET_NULL,
    DYNO_TARGET_HS2,
    DYNO_TARGET_ODBC
};

/** Where to connect. Strings are owned by whoever made the struct; connections copy what they keep. */
struct dyno_target_config {
    enum dyno_target_kind kind;
    /** odbc: the whole connection string, "DSN=..." or "Driver=...;Host=..."; hs2: the same keys, for
     *  TLS, HTTP, Kerberos; NULL: the members below say it all. */
    char *connection;
    char *host; /**< hs2 without a connection string, as the next four */
    uint16_t port;
    char *auth; /**< "nosasl" or "plain" */
    char *user;
    char *password;
    char *schema;            /**< hs2; NULL: the connection string's, or the server's default */
    int64_t fetch_rows;      /**< rows asked for at a time; 10000 */
    int64_t null_service_ns; /**< null: how long a statement takes; 0: no time at all */
};

/** What one fetch brought. */
struct dyno_fetched {
    int64_t rows;      /**< 0 at the end of the result */
    int64_t bytes;     /**< bytes of the values as the client received them */
    uint64_t checksum; /**< sum of row hashes (order does not matter); 0 unless asked for */
};

/** Facts about driver and server for the report; "" where not known. */
struct dyno_target_info {
    char driver[128]; /**< name and version */
    char driver_manager[64];
    char server[128];
    char server_version[64];
    int32_t threading_level; /**< unixODBC's lock level (SQLGetInfo 1028), -1 if not known */
    bool is_pooled;
    bool is_traced;
};

struct dyno_conn;

struct dyno_target_ops {
    const char *name;
    /** Connect. DYNO_ECONN, DYNO_EDNS, DYNO_ETLS, DYNO_EAUTH, DYNO_EENV (driver or library missing), DYNO_ETIMEOUT. */
    enum dyno_status (*open)(const struct dyno_target_config *config, int64_t timeout_ns,
                             struct dyno_conn **out, struct dyno_err *err);
    /**
     * Run one statement until its result is ready; the result before it is dropped first. After
     * `deadline_ns` (CLOCK_MONOTONIC; INT64_MAX: none): cancel, then DYNO_ETIMEOUT.
     * Errors: DYNO_ESERVER, DYNO_ETIMEOUT, DYNO_ECANCELLED, DYNO_ECONN, DYNO_EPROTO, with sqlstate.
     */
    enum dyno_status (*execute)(struct dyno_conn *conn, const char *sql, int64_t deadline_ns,
                                struct dyno_err *err);
    /** Next rows into memory and forget them; `want_checksum` hashes every cell. */
    enum dyno_status (*fetch)(struct dyno_conn *conn, bool want_checksum, struct dyno_fetched *out,
                              struct dyno_err *err);
    /** Drop the result and close the statement on the server. Never fails; not counted as service. */
    void (*finish)(struct dyno_conn *conn);
    /** Run and keep the whole result as text, for set-up and for reading settings back. */
    enum dyno_status (*query)(struct dyno_conn *conn, const char *sql, int64_t deadline_ns,
                              struct dyno_text_result *out, struct dyno_err *err);
    /** Ask the server to stop what this connection runs. Any thread; harmless if it runs nothing. */
    enum dyno_status (*cancel)(struct dyno_conn *conn, struct dyno_err *err);
    enum dyno_status (*info)(struct dyno_conn *conn, struct dyno_target_info *out,
                             struct dyno_err *err);
    /** May the connection be used again? Asked after a failure; makes no call to the server. */
    bool (*is_alive)(struct dyno_conn *conn);
    /** NULL is fine. */
    void (*close)(struct dyno_conn *conn);
};

/** The operations of a kind of target. Static storage. */
const struct dyno_target_ops *dyno_target_ops(enum dyno_target_kind kind);

/** "odbc", "hs2", "null"; DYNO_EINPUT otherwise. */
enum dyno_status dyno_target_kind_parse(const char *name, enum dyno_target_kind *out,
                                        struct dyno_err *err) DYNO_MUST_CHECK;
const char *dyno_target_kind_name(enum dyno_target_kind kind);

#endif
