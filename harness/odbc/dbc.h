/**
 * Connection handle.
 *
 * Two locks, always taken in this order: `lock` for the handle's own fields, `wire` for the session,
 * which takes one call at a time. A long statement holds `wire` only, so that the handle still answers
 * SQLGetInfo and attributes. Cancelling takes neither.
 */
#ifndef DYNO_ODBC_DBC_H
#define DYNO_ODBC_DBC_H

#include "hs2/pairs.h"
#include "hs2/session.h"
#include "odbc/diag.h"
#include "odbc/env.h"
#include "odbc/settings.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct dyno_odbc_desc;
struct dyno_odbc_stmt;

#define DYNO_ODBC_SERVER_TEXT_BYTES 512

struct dyno_odbc_dbc {
    uint32_t magic;
    struct dyno_odbc_env *env;
    pthread_mutex_t lock; /**< guards what follows, except as said */
    struct dyno_odbc_diag diag;
    struct dyno_hs2_pairs pairs;        /**< constant while connected */
    struct dyno_odbc_settings settings; /**< constant while connected */
    int32_t login_timeout_s;            /**< SQL_ATTR_LOGIN_TIMEOUT; -1: not set */
    int32_t connection_timeout_s;       /**< SQL_ATTR_CONNECTION_TIMEOUT; -1: not set */
    SQLULEN access_mode;
    SQLULEN metadata_id;  /**< SQL_ATTR_METADATA_ID that new statements begin with */
    SQLULEN async_enable; /**< SQL_ATTR_ASYNC_ENABLE that new statements begin with */
    char dbms_name[DYNO_ODBC_SERVER_TEXT_BYTES];    /**< once asked for; "": not yet */
    char dbms_version[DYNO_ODBC_SERVER_TEXT_BYTES]; /**< the same */
    struct dyno_odbc_desc *descs;                   /**< list of all explicit descriptors */
    struct dyno_odbc_stmt *stmts;                   /**< list of all statements */
    pthread_mutex_t wire;                           /**< guards the session and its operations */
    struct dyno_hs2_session *session; /**< NULL: not connected; set and reset under both locks */
};

/** A new connection on `env`, or NULL: out of memory. Counts itself in the environment. */
struct dyno_odbc_dbc *dyno_odbc_dbc_new(struct dyno_odbc_env *env);

/** Free it. The caller has seen to it that it is not connected. */
void dyno_odbc_dbc_free(struct dyno_odbc_dbc *dbc);

/** The handle as a connection, locked, its diagnostics cleared; NULL if it is none. */
struct dyno_odbc_dbc *dyno_odbc_dbc_enter(SQLHDBC handle);

/** Unlock, remember `rc`, and return it. */
SQLRETURN dyno_odbc_dbc_leave(struct dyno_odbc_dbc *dbc, SQLRETURN rc);

/**
 * Open the session with the pairs that are in place, which are dropped again if that fails.
 * The caller holds `lock`. Posts what is wrong; SQL_SUCCESS_WITH_INFO for unknown keys.
 */
SQLRETURN dyno_odbc_dbc_open(struct dyno_odbc_dbc *dbc);

/** Free all statements, close the session, forget the settings. The caller holds `lock`. */
void dyno_odbc_dbc_close(struct dyno_odbc_dbc *dbc);

/**
 * Take `wire`, which another statement holds as long as it is being executed, before the deadline
 * (CLOCK_MONOTONIC; INT64_MAX: none). false: the deadline passed.
 */
bool dyno_odbc_dbc_take_wire(struct dyno_odbc_dbc *dbc, int64_t deadline_ns);

/** Is the connection broken, or closed by the server? Asks nobody; false while a call is under way. */
bool dyno_odbc_dbc_is_dead(struct dyno_odbc_dbc *dbc);

#endif
