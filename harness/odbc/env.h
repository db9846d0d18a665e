/**
 * Environment handle. The driver manager shares one among all connections of an application's
 * environment and allocates connections on it from many threads at once.
 */
#ifndef DYNO_ODBC_ENV_H
#define DYNO_ODBC_ENV_H

#include "odbc/diag.h"
#include "odbc/handle.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct dyno_odbc_env {
    uint32_t magic;
    atomic_int dbc_count;    /**< connections allocated on it */
    atomic_int odbc_version; /**< SQL_OV_ODBC2, SQL_OV_ODBC3, SQL_OV_ODBC3_80 */
    pthread_mutex_t lock;    /**< guards diag */
    struct dyno_odbc_diag diag;
};

/** A new environment, or NULL: out of memory. */
struct dyno_odbc_env *dyno_odbc_env_new(void);

/** Free it; the caller has seen to it that no connection is left. */
void dyno_odbc_env_free(struct dyno_odbc_env *env);

/** The handle as an environment, locked, its diagnostics cleared; NULL if it is none. */
struct dyno_odbc_env *dyno_odbc_env_enter(SQLHENV handle);

/** Unlock, remember `rc` for SQL_DIAG_RETURNCODE, and return it. */
SQLRETURN dyno_odbc_env_leave(struct dyno_odbc_env *env, SQLRETURN rc);

#endif
